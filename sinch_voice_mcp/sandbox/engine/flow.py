"""The SVAML interpreter: instructions take simulated time, then the action decides.

A call carries a stack of documents. An update goes on top of what the call was doing; ``continue`` takes
the top off and goes on below; every other action clears the stack. With an empty stack the call rests
where it is: connected, bridged with a second leg, or in a conference. A menu leaves the stack alone, so that
``continue`` after it goes on below; while the application is asked, the stack waits.
"""

from collections import deque

from sinch_voice_mcp.sandbox.engine import bodies, dialling, menus, rooms
from sinch_voice_mcp.sandbox.engine.bodies import Amd
from sinch_voice_mcp.sandbox.engine.destinations import PicksUp
from sinch_voice_mcp.sandbox.engine.events import Detected, InstructionOver
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.numbers import normalise
from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import (
    AnnounceAnswer,
    Asked,
    Bridged,
    Call,
    Connected,
    Detecting,
    Dialling,
    Frame,
    InConference,
    Performing,
    Ringing,
    Unreadable,
)
from sinch_voice_mcp.svaml import (
    Action,
    Answer,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    Document,
    Hangup,
    Instruction,
    Park,
    PlayFiles,
    RunMenu,
    Say,
    SendDtmf,
    SetCookie,
    StartRecording,
    StopRecording,
    timing,
)
from sinch_voice_mcp.svaml.prompts import PromptError

COOKIE_BYTES = 1024
FLOOD = 1000
"""Notifications that the answer of a call sets off whose callbacks are a flood."""

INVALID = 40001


def start(exchange: Exchange, call: Call) -> None:
    """Begin with a call that was taken: its first document says whom to ring."""
    match call.plan.begin:
        case Unreadable() as fault:
            fail(exchange, call, fault)
        case Document() as document:
            follow(exchange, call, document)
        case Asked(url=url):
            if not exchange.ask(call, "ice", bodies.ice(call, exchange.now), url):
                exchange.end(call, "FAILED", "CALLBACKERROR")


def answered(exchange: Exchange, call: Call, index: int) -> None:
    """Somebody picked up: tones first, then what the answered-call event says, then the rest of the plan."""
    tones = (call.plan.dtmf if index == 0 else None) or call.legs[index].connect.dtmf
    pending = deque[Instruction]([SendDtmf(value=tones)] if tones else ())
    if index == 0:
        _flood(exchange, call)
        call.frames = [_frame(call.plan.after), Frame(pending, AnnounceAnswer())]
    else:
        call.place = Bridged(index)
        call.frames = [Frame(pending, Continue())]
    proceed(exchange, call)


def announce(exchange: Exchange, call: Call, amd: Amd | None) -> bool:
    """Tell the application that somebody answered; False where the call now waits for it, or is over."""
    match call.plan.on_answer:
        case Document() as document:
            call.frames.append(_frame(document))
            return True
        case Unreadable() as fault:
            fail(exchange, call, fault)
            return False
        case Asked(url=url) if not call.suppressed:
            return not exchange.ask(call, "ace", bodies.ace(call, exchange.now, amd), url)
        case _:
            # Nobody answers the event, which the platform takes as `continue`.
            return True


def follow(exchange: Exchange, call: Call, document: Document) -> None:
    """Carry a document out on top of what the call was doing."""
    call.frames.append(_frame(document))
    proceed(exchange, call)


def fail(exchange: Exchange, call: Call, fault: Unreadable) -> None:
    """End a call whose SVAML cannot be followed, and tell the application why."""
    exchange.tell(call, "notify", bodies.calling_error(call, exchange.now, fault.code, fault.message))
    result = "FAILED" if call.answered_at is None else "ANSWERED"
    exchange.end(call, result, "INVALIDSVAMLACTION" if fault.code == INVALID else "GENERALERROR")


def unanswered(exchange: Exchange, call: Call, index: int, result: Result, reason: Reason) -> None:
    """A leg was not picked up. A transfer that fails ends a call that was answered."""
    exchange.end(call, result if index == 0 else "ANSWERED", reason)


def update(exchange: Exchange, call: Call, document: Document) -> None:
    """Put new instructions on top of what an answered call is doing.

    What is being spoken or asked stops; a second leg that has not answered is dropped; nobody waits any longer for
    the answer to a callback.
    """
    exchange.timers.cancel(call.id, ("instruction", 0))
    exchange.outbox.withdraw(call.id)
    menus.leave(exchange, call)
    match call.step:
        case Dialling(leg=index) | Ringing(leg=index):
            dialling.drop(exchange, call, index)
        case _:
            pass
    follow(exchange, call, document)


def proceed(exchange: Exchange, call: Call) -> None:
    """Carry on until something takes time, or the call rests."""
    while call.frames:
        frame = call.frames[-1]
        if not frame.pending:
            call.frames.pop()
            if not _act(exchange, call, frame.action):
                return
        elif not _perform_next(exchange, call, frame):
            return
    _rest(exchange, call)


def _frame(document: Document) -> Frame:
    return Frame(deque(document.instructions), document.action or Continue())


def _rest(exchange: Exchange, call: Call) -> None:
    if call.step != call.place:
        call.step = call.place
        match call.place:
            case Connected():
                exchange.note(call, "connected")
            case Bridged(leg=index):
                exchange.note(call, "bridged", leg=index)
                dialling.hears(exchange, call, index)
            case InConference():
                pass
    dialling.hears(exchange, call, 0)


def _perform_next(exchange: Exchange, call: Call, frame: Frame) -> bool:
    """Carry out the next instruction; False where it takes time, or where the call ended over it."""
    instruction = frame.pending.popleft()
    try:
        seconds = _perform(exchange, call, instruction)
    except _InvalidSvamlError as error:
        fail(exchange, call, Unreadable(str(error)))
        return False
    if seconds <= 0 or call.answered_at is None:
        return True
    call.step = Performing(instruction)
    exchange.after(seconds, ("instruction", 0), InstructionOver(call.id))
    return False


class _InvalidSvamlError(Exception):
    """An instruction cannot be carried out as it is written."""


def _perform(exchange: Exchange, call: Call, instruction: Instruction) -> float:
    """Carry an instruction out and return how many seconds it takes."""
    match instruction:
        case Say(text=text):
            exchange.note(call, "say", text=text, locale=instruction.locale or "en-US")
            return _heard(exchange, call, timing.of_text(text))
        case PlayFiles(ids=ids):
            try:
                seconds = timing.of_prompts(ids)
            except PromptError as error:
                raise _InvalidSvamlError(error.message) from None
            exchange.note(call, "play", prompts=";".join(ids), locale=instruction.locale or "en-US")
            return _heard(exchange, call, seconds)
        case SendDtmf(value=tones):
            exchange.note(call, "dtmf", tones=tones)
            return timing.of_tones(tones)
        case SetCookie(key=key, value=value):
            _set_cookie(exchange, call, key, value)
            return 0
        case Answer():
            return 0
        case StartRecording() | StopRecording():
            raise TypeError(f"admission lets no {instruction.name} through")


def _heard(exchange: Exchange, call: Call, seconds: float) -> float:
    if seconds > 0 and call.answered_at is not None:
        dialling.hears(exchange, call, 0)
    return seconds


def _set_cookie(exchange: Exchange, call: Call, key: str, value: str) -> None:
    cookies = {**call.cookies, key: value}
    if sum(len(text.encode("utf-8", "replace")) for pair in cookies.items() for text in pair) > COOKIE_BYTES:
        raise _InvalidSvamlError("the cookies are larger than 1,024 bytes")
    call.cookies = cookies
    exchange.note(call, "cookie", key=key, value=value)


def _act(exchange: Exchange, call: Call, action: Action | AnnounceAnswer) -> bool:
    """Do what the document finally says; False where the call now waits for something else, or is over."""
    match action:
        case Continue():
            return True
        case AnnounceAnswer():
            return _announced(exchange, call)
        case RunMenu():
            _ask(exchange, call, action)
            return False
        case Hangup():
            exchange.end(call, "NOANSWER" if call.answered_at is None else "ANSWERED", "MANAGERHANGUP")
            return False
        case ConnectConf():
            _part(exchange, call)
            call.suppressed = call.suppressed or action.suppress_callbacks is True
            rooms.join(exchange, call, action)
            return True
        case ConnectPstn():
            _connect(exchange, call, action)
            return False
        case ConnectMxp() | ConnectSip() | ConnectStream() | Park():
            raise TypeError(f"admission lets no {action.name} through")


def _announced(exchange: Exchange, call: Call) -> bool:
    """Announce the answer now, or when detection is done, or both."""
    leg = call.legs[0]
    if leg.connect.amd is None or not leg.connect.amd.enabled or not isinstance(leg.far_side, PicksUp):
        return announce(exchange, call, None)
    if leg.connect.amd.async_:
        exchange.after(leg.far_side.detection.after_s, ("amd", 0), Detected(call.id))
        return announce(exchange, call, Amd("inprogress", "n/a", 0))
    # In the slot of instructions, so that an update takes its place.
    exchange.after(leg.far_side.detection.after_s, ("instruction", 0), Detected(call.id))
    call.step = Detecting()
    return False


def _ask(exchange: Exchange, call: Call, action: RunMenu) -> None:
    try:
        menus.begin(exchange, call, action)
    except menus.MenuError as error:
        fail(exchange, call, Unreadable(str(error)))


def _flood(exchange: Exchange, call: Call) -> None:
    if call.legs[0].callbacks == "flood":
        for number in range(1, FLOOD + 1):
            body = bodies.recorded(call, exchange.now, f"s3://sandbox/flood/{number}.mp3")
            exchange.tell(call, "notify", body)


def _connect(exchange: Exchange, call: Call, action: ConnectPstn) -> None:
    try:
        number = normalise(action.number or call.plan.number or "")
    except RejectedError as error:
        fail(exchange, call, Unreadable(error.message))
        return
    _part(exchange, call)
    call.suppressed = call.suppressed or action.suppress_callbacks is True
    dialling.dial(exchange, call, number, action)


def _part(exchange: Exchange, call: Call) -> None:
    """Leave whatever the call was connected to, and forget what was still to do."""
    call.frames.clear()
    exchange.leave_conference(call)
    if isinstance(call.place, Bridged):
        dialling.drop(exchange, call, call.place.leg)
    call.place = Connected()
