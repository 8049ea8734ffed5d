"""The SVAML interpreter: instructions take simulated time, then the action decides.

A call has a stack of documents. An update is pushed on top of the current one; ``continue`` removes the top and
resumes below; every other action clears the stack. With an empty stack the call rests: connected, bridged to a
second leg, or in a conference. A menu leaves the stack alone, so that ``continue`` after it resumes below; while the
application is asked, the stack waits.
"""

from collections import deque

from sinch_voice_mcp.sandbox.engine import bodies, conferences, dialing, menus
from sinch_voice_mcp.sandbox.engine.bodies import AmdReport
from sinch_voice_mcp.sandbox.engine.callees import PicksUp
from sinch_voice_mcp.sandbox.engine.events import DetectionEnds, InstructionEnds, LimitReached
from sinch_voice_mcp.sandbox.engine.numbers import normalize
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import (
    AskApplication,
    Bridged,
    Connected,
    Detecting,
    Dialing,
    Frame,
    InConference,
    Parked,
    Performing,
    ReportAnswer,
    Ringing,
    UnusableSvaml,
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
from sinch_voice_mcp.svaml.limits import MAX_PAIR_BYTES, MAX_PARK_S
from sinch_voice_mcp.svaml.prompts import PromptError

_INVALID_SVAML = 40001


def start(session: Session) -> None:
    """Start a call: the reply to its incoming-call event says which number to call."""
    match session.call.plan.on_incoming:
        case UnusableSvaml() as fault:
            fail(session, fault)
        case Document() as document:
            follow(session, document)
        case AskApplication(url=url):
            if not session.ask("ice", bodies.ice(session.call, session.now), url):
                session.end("FAILED", "CALLBACKERROR")


def leg_answered(session: Session, index: int) -> None:
    """Continue after a callee picked up: tones first, then the reply to the answered-call event, then the plan."""
    call = session.call
    connect = call.legs[index].connect
    if connect.record:
        session.start_recording(connect.recording_options)
    tones = (call.plan.dtmf if index == 0 else None) or connect.dtmf
    pending = deque[Instruction]([SendDtmf(value=tones)] if tones else ())
    if index == 0:
        call.frames = [_frame(call.plan.continuation), Frame(pending, ReportAnswer())]
    else:
        call.resting_state = Bridged(index)
        call.frames = [Frame(pending, Continue())]
    proceed(session)


def report_answer(session: Session, amd: AmdReport | None) -> bool:
    """Send the answered-call event; return False if the call now waits for the reply, or is over."""
    call = session.call
    match call.plan.on_answer:
        case Document() as document:
            call.frames.append(_frame(document))
            return True
        case UnusableSvaml() as fault:
            fail(session, fault)
            return False
        case AskApplication(url=url) if not call.suppresses_callbacks:
            return not session.ask("ace", bodies.ace(call, session.now, amd), url)
        case _:
            # The platform takes an event without reply as `continue`.
            return True


def follow(session: Session, document: Document) -> None:
    """Follow a document on top of what the call was doing."""
    session.call.frames.append(_frame(document))
    proceed(session)


def fail(session: Session, fault: UnusableSvaml) -> None:
    """End a call whose SVAML cannot be followed, and notify the application."""
    session.notify("notify", bodies.calling_error(session.call, session.now, fault.code, fault.message))
    result = "FAILED" if session.call.answered_at is None else "ANSWERED"
    session.end(result, "INVALIDSVAMLACTION" if fault.code == _INVALID_SVAML else "GENERALERROR")


def update(session: Session, document: Document) -> None:
    """Put new SVAML on top of what an answered call is doing.

    The current prompt or menu stops, a second leg that has not answered is dropped, and a reply that the call waits
    for no longer counts.
    """
    session.cancel(("instruction", 0))
    session.forget_reply()
    menus.leave(session)
    match session.call.activity:
        case Dialing(leg=index) | Ringing(leg=index):
            dialing.drop(session, index)
        case _:
            pass
    follow(session, document)


def proceed(session: Session) -> None:
    """Work on the stack until something takes time, the call ends, or the stack is empty."""
    frames = session.call.frames
    while frames:
        frame = frames[-1]
        if not frame.pending:
            frames.pop()
            if not _act(session, frame.action):
                return
        elif not _perform_next(session, frame):
            return
    _rest(session)


def _frame(document: Document) -> Frame:
    return Frame(deque(document.instructions), document.action or Continue())


def _rest(session: Session) -> None:
    call = session.call
    if call.activity != call.resting_state:
        call.activity = call.resting_state
        match call.resting_state:
            case Connected():
                session.note("connected")
            case Bridged(leg=index):
                session.note("bridged", leg=index)
                dialing.start_listening(session, index)
            case InConference():
                pass
    dialing.start_listening(session, 0)


def _perform_next(session: Session, frame: Frame) -> bool:
    """Perform the next instruction; return False if it takes time, or if the call ended because of it."""
    instruction = frame.pending.popleft()
    try:
        seconds = _perform(session, instruction)
    except _InvalidSvamlError as error:
        fail(session, UnusableSvaml(str(error)))
        return False
    # Before the answer no callee can hear anything, so instructions take no time.
    if seconds <= 0 or session.call.answered_at is None:
        return True
    session.call.activity = Performing(instruction)
    session.after(seconds, ("instruction", 0), InstructionEnds(session.call.id))
    return False


class _InvalidSvamlError(Exception):
    """An instruction cannot be performed as it is written."""


def _perform(session: Session, instruction: Instruction) -> float:
    """Perform an instruction and return how many seconds it takes."""
    match instruction:
        case Say(text=text):
            session.note("say", text=text, locale=instruction.locale or "en-US")
            return _play(session, timing.of_text(text))
        case PlayFiles(ids=ids):
            try:
                seconds = timing.of_prompts(ids)
            except PromptError as error:
                raise _InvalidSvamlError(error.message) from None
            session.note("play", prompts=";".join(ids), locale=instruction.locale or "en-US")
            return _play(session, seconds)
        case SendDtmf(value=tones):
            session.note("dtmf", tones=tones)
            return timing.of_tones(tones)
        case SetCookie(key=key, value=value):
            _set_cookie(session, key, value)
            return 0
        case Answer():
            return 0
        case StartRecording() | StopRecording():
            _record(session, instruction)
            return 0


def _play(session: Session, seconds: float) -> float:
    if seconds > 0 and session.call.answered_at is not None:
        dialing.start_listening(session, 0)
    return seconds


def _set_cookie(session: Session, key: str, value: str) -> None:
    cookies = {**session.call.cookies, key: value}
    size = sum(len(text.encode("utf-8", "replace")) for pair in cookies.items() for text in pair)
    if size > MAX_PAIR_BYTES:
        raise _InvalidSvamlError(f"the cookies are larger than {MAX_PAIR_BYTES:,} bytes")
    session.call.cookies = cookies
    session.note("cookie", key=key, value=value)


def _act(session: Session, action: Action | ReportAnswer) -> bool:
    """Do what an action says; return False if the call now waits for something else, or is over."""
    _record(session, action)
    match action:
        case Continue():
            return True
        case ReportAnswer():
            return _detect_and_report(session)
        case RunMenu() | ConnectPstn() | Park():
            _wait_in(session, action)
            return False
        case Hangup():
            session.end("NOANSWER" if session.call.answered_at is None else "ANSWERED", "MANAGERHANGUP")
            return False
        case ConnectConf():
            _disconnect(session)
            _apply_suppression(session, action)
            conferences.join(session, action)
            return True
        case ConnectMxp() | ConnectSip() | ConnectStream():
            raise TypeError(f"admission rejects {action.name}")


def _record(session: Session, wish: Instruction | Action | ReportAnswer) -> None:
    """Start or stop recording, if an instruction or action says so; a dialed phone is recorded once it answers."""
    match wish:
        case StartRecording(options=options):
            session.start_recording(options)
        case StopRecording():
            session.finish_recording()
        case Continue(record=True, recording_options=options) | ConnectConf(record=True, recording_options=options):
            session.start_recording(options)
        case _:
            pass


def _detect_and_report(session: Session) -> bool:
    """Report the answer now, after machine detection, or now with the detection still in progress."""
    leg = session.call.legs[0]
    if leg.connect.amd is None or not leg.connect.amd.enabled or not isinstance(leg.callee, PicksUp):
        return report_answer(session, None)
    detected = DetectionEnds(session.call.id)
    if leg.connect.amd.async_:
        session.after(leg.callee.detection.after_s, ("amd", 0), detected)
        return report_answer(session, AmdReport("inprogress", "n/a", 0))
    # In the slot of instructions, so that an update replaces it.
    session.after(leg.callee.detection.after_s, ("instruction", 0), detected)
    session.call.activity = Detecting()
    return False


def _wait_in(session: Session, action: RunMenu | ConnectPstn | Park) -> None:
    match action:
        case RunMenu():
            _run_menu(session, action)
        case ConnectPstn():
            _connect(session, action)
        case Park():
            _park(session, action)


def _park(session: Session, action: Park) -> None:
    """Hold the call: in the slot of instructions, so that an update ends the parking."""
    call = session.call
    _disconnect(session)
    session.note("parked", intro=action.intro_prompt or "", hold=action.hold_prompt or "")
    call.activity = Parked()
    session.after(action.max_duration or MAX_PARK_S, ("instruction", 0), LimitReached(call.id))
    dialing.start_listening(session, 0)


def _run_menu(session: Session, action: RunMenu) -> None:
    try:
        menus.begin(session, action)
    except menus.MenuError as error:
        fail(session, UnusableSvaml(str(error)))


def _connect(session: Session, action: ConnectPstn) -> None:
    try:
        number = normalize(action.number or session.call.plan.number or "")
    except RejectedError as error:
        fail(session, UnusableSvaml(error.message))
        return
    _disconnect(session)
    _apply_suppression(session, action)
    dialing.dial(session, number, action)


def _apply_suppression(session: Session, action: ConnectConf | ConnectPstn) -> None:
    if action.suppress_callbacks is True:
        session.call.suppresses_callbacks = True


def _disconnect(session: Session) -> None:
    """Leave the conference or the second leg, and drop all documents."""
    call = session.call
    call.frames.clear()
    session.leave_conference()
    if isinstance(call.resting_state, Bridged):
        dialing.drop(session, call.resting_state.leg)
    call.resting_state = Connected()
