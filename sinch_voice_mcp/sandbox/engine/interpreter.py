"""The SVAML interpreter: instructions take simulated time, then the action decides.

A call has a stack of documents. An update is pushed on top of the current one; ``continue`` removes the top and
resumes below; every other action clears the stack. With an empty stack the call rests: connected, bridged to a
second leg, or in a conference. A menu leaves the stack alone, so that ``continue`` after it resumes below; while the
application is asked, the stack waits.
"""

from collections import deque

from sinch_voice_mcp.sandbox.engine import bodies, connecting, dialing, menus
from sinch_voice_mcp.sandbox.engine.bodies import AmdReport
from sinch_voice_mcp.sandbox.engine.callees import PicksUp
from sinch_voice_mcp.sandbox.engine.events import DetectionEnds, InstructionEnds
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import (
    AskApplication,
    Bridge,
    Bridged,
    Connected,
    Detecting,
    Dialing,
    Frame,
    InConference,
    Performing,
    ReplySource,
    ReportAnswer,
    Ringing,
    Step,
    UnusableSvaml,
)
from sinch_voice_mcp.sandbox.ledger import chosen, documented
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
from sinch_voice_mcp.svaml.limits import MAX_PAIR_BYTES
from sinch_voice_mcp.svaml.prompts import PromptError
from sinch_voice_mcp.wire.calls import CallLeg


def start(session: Session) -> None:
    """Start a call: the reply to its incoming-call event says what to do with it."""
    match session.call.plan.on_incoming:
        case UnusableSvaml() as fault:
            session.fail(fault)
        case Document() as document:
            follow(session, document)
        case AskApplication(url=url):
            if not session.ask("ice", bodies.ice(session.call, session.now, session.exchange.base_url), url):
                session.end("FAILED", "CALLBACKERROR")


def leg_answered(session: Session, index: int) -> None:
    """Continue after a callee picked up: tones first, then the reply to the answered-call event, then the plan."""
    call = session.call
    options = call.legs[index].options
    dialing.answer_caller(session)
    if options.records:
        session.start_recording(options.recording)
    tones = (call.plan.dtmf if index == 0 else None) or options.tones
    pending = deque[Instruction]([SendDtmf(value=tones)] if tones else ())
    if index == 0:
        then = _frame(call.joins or call.plan.continuation)
    else:
        call.focus = index
        then = Frame(deque(), Bridge(index))
    call.frames = [then, Frame(pending, ReportAnswer(index))]
    proceed(session)


def report_answer(session: Session, index: int, amd: AmdReport | None) -> bool:
    """Send the answered-call event; return False if the call now waits for the reply, or is over."""
    call = session.call
    match answer_source(session, index):
        case Document() as document:
            call.frames.append(_frame(document))
            return True
        case UnusableSvaml() as fault:
            session.fail(fault)
            return False
        case AskApplication(url=url):
            return not session.ask("ace", bodies.ace(call, session.now, amd), url)
        case None:
            # The platform takes an event without reply as `continue`.
            return True


def answer_source(session: Session, index: int) -> ReplySource | None:
    """Return where the reply to the answered-call event of a leg comes from; None if the event is not sent.

    An inline reply is for the first leg: for the second one the application is asked.
    """
    call = session.call
    source = call.plan.on_answer
    if call.legs[index].endpoint.type == "username":
        return None
    if isinstance(source, AskApplication) or index > 0:
        if source is None or call.suppresses_callbacks:
            return None
        return source if isinstance(source, AskApplication) else AskApplication()
    return source


def follow(session: Session, document: Document) -> None:
    """Follow a document on top of what the call was doing."""
    session.call.frames.append(_frame(document))
    proceed(session)


def update(session: Session, document: Document, leg: CallLeg | None) -> None:
    """Put new SVAML on top of what an answered call is doing.

    The current prompt or menu stops, a second leg that has not answered is dropped, and a reply that the call waits
    for no longer counts. In a call that came in, the callee can hear the document instead of the caller.
    """
    session.cancel(("instruction", 0))
    session.forget_reply()
    menus.leave(session)
    call = session.call
    match call.activity:
        case Dialing(leg=index) | Ringing(leg=index) if index > 0:
            dialing.drop(session, index)
        case _:
            pass
    if leg == "callee" and call.incoming is not None and isinstance(call.resting_state, Bridged):
        call.focus = call.resting_state.leg
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
    call.focus = 0
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
        session.fail(UnusableSvaml(str(error)))
        return False
    # Before the answer no callee can hear anything, so instructions take no time.
    if seconds <= 0 or not session.call.is_heard:
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
            dialing.answer_caller(session)
            return 0
        case StartRecording() | StopRecording():
            _record(session, instruction)
            return 0


def _play(session: Session, seconds: float) -> float:
    if seconds > 0 and session.call.is_heard:
        dialing.start_listening(session, session.call.focus)
    return seconds


def _set_cookie(session: Session, key: str, value: str) -> None:
    cookies = {**session.call.cookies, key: value}
    size = sum(len(text.encode("utf-8", "replace")) for pair in cookies.items() for text in pair)
    if size > MAX_PAIR_BYTES:
        raise _InvalidSvamlError(f"the cookies are larger than {MAX_PAIR_BYTES:,} bytes")
    session.call.cookies = cookies
    session.note("cookie", key=key, value=value)


def _act(session: Session, step: Step) -> bool:
    """Do what comes after the instructions; return False if the call now waits for something, or is over."""
    match step:
        case ReportAnswer(leg=index):
            return _detect_and_report(session, index)
        case Bridge(leg=index):
            connecting.bridge(session, index)
            return True
        case _:
            _record(session, step)
            return _follow_action(session, step)


def _follow_action(session: Session, action: Action) -> bool:
    match action:
        case Continue():
            return True
        case Hangup():
            session.end("NOANSWER" if session.call.answered_at is None else "ANSWERED", "MANAGERHANGUP")
        case ConnectConf():
            return connecting.join(session, action)
        case RunMenu():
            _run_menu(session, action)
        case Park():
            connecting.park(session, action)
        case ConnectPstn() | ConnectSip() | ConnectMxp() | ConnectStream():
            connecting.connect(session, action)
    return False


def _record(session: Session, wish: Instruction | Action) -> None:
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


def _detect_and_report(session: Session, index: int) -> bool:
    """Report the answer now, after machine detection, or now with the detection still in progress."""
    leg = session.call.legs[index]
    if leg.options.amd is None or not leg.options.amd.enabled or not isinstance(leg.callee, PicksUp):
        return report_answer(session, index, None)
    detected = DetectionEnds(session.call.id, index)
    if leg.options.amd.async_:
        session.after(leg.callee.detection.after_s, ("amd", index), detected)
        return report_answer(session, index, AmdReport("inprogress", "n/a", 0))
    # In the slot of instructions, so that an update replaces it.
    session.after(leg.callee.detection.after_s, ("instruction", 0), detected)
    session.call.activity = Detecting(index)
    return False


def _run_menu(session: Session, action: RunMenu) -> None:
    dialing.answer_caller(session)
    try:
        menus.begin(session, action)
    except menus.MenuError as error:
        session.fail(UnusableSvaml(str(error)))


BEHAVIORS = (
    documented("feature", "say", "lasts as long as its text takes to speak", "SVAML instructions", ("say",)),
    documented(
        "feature",
        "playFiles",
        "lasts as long as its prompts; a prompt that does not parse ends the call",
        "SVAML instructions",
        ("playFiles",),
    ),
    documented("feature", "sendDtmf", "lasts as long as its tones", "SVAML instructions", ("sendDtmf",)),
    documented(
        "feature",
        "setCookie",
        "stored with the call; above 1,024 bytes the document is invalid",
        "SVAML instructions",
        ("setCookie",),
    ),
    chosen(
        "feature",
        "answer",
        "accepted without effect; the callee answers the call of a callout",
        "a callout has been answered by the callee already",
        ("answer",),
    ),
    documented("feature", "hangup", "ends the call", "SVAML actions", ("hangup",)),
    documented("feature", "continue", "resumes what the call was doing", "SVAML actions", ("continue",)),
    documented(
        "feature",
        "runMenu",
        "plays a menu; keys, sequences, speech, silence and invalid input lead to a prompt-input event",
        "SVAML actions",
        ("runMenu",),
    ),
    documented(
        "feature",
        "amd",
        "in the ICE of a callout: the answered-call event waits for it, or a notification follows",
        "SVAML actions",
    ),
    chosen("feature", "amd of a second phone", "like that of the first"),
    chosen("call", "prompts before that answer", "heard by the caller, without cost"),
    documented("call", "second phone", "reported with the answered-call event, then connected", "Callbacks"),
    chosen("call", "keys during the event of a second phone", "those of the second phone count"),
    chosen("call", "instructions in the ICE of a callout", "not audible before the answer, so they take no time"),
    chosen("call", "update while speaking", "stops the current prompt; `continue` resumes with the next instruction"),
    chosen("call", "update during a transfer", "the second leg is dropped unless it has answered"),
    documented("callback", "suppressCallbacks", "no ACE, no DiCE", "SVAML actions"),
    chosen(
        "callback",
        "ACE of a second phone",
        "sent to the URL of the first; an inline reply is not used again",
        "an inline reply would repeat itself for ever",
    ),
    documented("callback", "no reply to ACE", "like `continue`", "Callbacks"),
)
