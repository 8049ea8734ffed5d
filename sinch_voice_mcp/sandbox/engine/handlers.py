"""Handlers: what happens when a timer is due, when the callee acts, and when the application replies.

Everything that happens to a call starts here; what follows a menu does too. Handlers call the interpreter, menus,
conferences and dialing, and none of those calls back.
"""

from sinch_voice_mcp.sandbox.engine import acting, bodies, conferences, dialing, documents, interpreter, menus
from sinch_voice_mcp.sandbox.engine.bodies import AmdReport
from sinch_voice_mcp.sandbox.engine.callees import PicksUp, PressesKeys, SimulatedDetection, Speaks
from sinch_voice_mcp.sandbox.engine.events import (
    CalleeAnswers,
    CalleeHangsUp,
    CalleePresses,
    CalleeSpeaks,
    DelayedCallback,
    DetectionEnds,
    DialingFails,
    DialingStarts,
    InputTimesOut,
    InstructionEnds,
    KeysEnd,
    LimitReached,
    MachineBeeps,
    MenuProgress,
    PhoneRings,
    PromptEnds,
    ScriptContinues,
    SimulatedProgress,
    TimedEvent,
    UtteranceEnds,
)
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.outbox import SteeringKind
from sinch_voice_mcp.sandbox.engine.scripts import EndsCall
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import AskApplication, Detecting, InConference, MenuOutcome, UnusableSvaml
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import Document, Event

FLOOD_SIZE = 1000
"""Notifications that an answer sets off at numbers whose callbacks are a flood."""


def handle(exchange: Exchange, event: TimedEvent) -> None:
    """Handle a timer that is due. Its call is in progress, because the end of a call cancels the call's timers."""
    if isinstance(event, DelayedCallback):
        # The only timer that survives its call.
        exchange.post(event.outgoing)
        return
    session = Session(exchange, exchange.calls[event.call_id])
    match event:
        case CalleePresses() | CalleeSpeaks() | PromptEnds() | InputTimesOut() | UtteranceEnds():
            _handle_menu_progress(session, event)
        case DetectionEnds(leg=index):
            _handle_detection(session, index)
        case MachineBeeps(leg=index):
            _handle_beep(session, index)
        case KeysEnd():
            _report_sequence(session, conferences.end_sequence(session))
        case CalleeHangsUp(leg=index):
            party_hung_up(session, index)
        case ScriptContinues():
            _play_script(session, event)
        case _:
            _handle_call_progress(session, event)


def key_pressed(session: Session, index: int, key: str) -> None:
    """Handle a key that a party presses; it has an effect at a menu and in a conference."""
    session.note("pressed", key=key, leg=index)
    call = session.call
    if call.menu is not None:
        if index == call.focus:
            _handle_outcome(session, menus.press(session, call.menu, key))
    elif isinstance(call.activity, InConference):
        _report_sequence(session, conferences.press(session, key))


def party_spoke(session: Session, index: int, text: str) -> None:
    """Handle what a party says; it has an effect at a menu with voice input."""
    session.note("said", text=text, leg=index)
    if session.call.menu is not None and index == session.call.focus:
        menus.speak(session, session.call.menu, text)


def party_hung_up(session: Session, index: int) -> None:
    """End a call whose caller or callee hangs up; hanging up at a menu is the outcome of the menu."""
    call = session.call
    if call.menu is not None and index == call.focus:
        outcome = menus.hung_up(call.menu)
        _note_input(session, outcome)
        if isinstance(source := call.plan.on_input, AskApplication):
            # The call is over, so the reply cannot steer it.
            session.notify("pie", bodies.pie(call, session.now, outcome), source.url)
    if not call.legs[index].is_caller:
        session.end("ANSWERED", "CALLEEHANGUP")
    elif call.answered_at is None:
        session.end("NOANSWER", "CANCEL")
    else:
        session.end("ANSWERED", "CALLERHANGUP")


def reply_received(session: Session, kind: SteeringKind, body: bytes | None) -> None:
    """Handle the application's reply to an event; None if no valid reply arrived in time."""
    reply = documents.for_reply(_answered_event(session, kind), body)
    session.note("reply", kind=kind, body="" if body is None else body.decode("utf-8", "replace"))
    match reply:
        case Document():
            interpreter.follow(session, reply)
        case UnusableSvaml():
            session.fail(reply)
        case None if kind == "ace":
            interpreter.proceed(session)
        case None:
            session.end("FAILED" if kind == "ice" else "ANSWERED", "CALLBACKERROR")


def _handle_call_progress(session: Session, event: SimulatedProgress) -> None:
    match event:
        case DialingStarts():
            interpreter.start(session)
        case PhoneRings(leg=index):
            dialing.ring(session, index)
        case CalleeAnswers(leg=index):
            _handle_answer(session, index)
        case DialingFails(result=result, reason=reason):
            # A transfer that fails ends a call that was answered.
            session.end(result if session.call.answered_at is None else "ANSWERED", reason)
        case InstructionEnds():
            interpreter.proceed(session)
        case LimitReached():
            session.end("ANSWERED", "TIMEOUT")


def _handle_answer(session: Session, index: int) -> None:
    dialing.answer(session, index)
    if index == 0 and session.call.callback_fault == "flood":
        for number in range(1, FLOOD_SIZE + 1):
            destination = f"s3://sandbox/flood/{number}.mp3"
            session.notify("notify", bodies.recorded(session.call, session.now, destination))
    interpreter.leg_answered(session, index)


def _play_script(session: Session, event: ScriptContinues) -> None:
    match acting.advance(session, event):
        case PressesKeys(keys=key):
            key_pressed(session, event.leg, key)
        case Speaks(text=text):
            party_spoke(session, event.leg, text)
        case EndsCall():
            party_hung_up(session, event.leg)
        case None:
            pass


def _handle_menu_progress(session: Session, event: MenuProgress) -> None:
    run = session.call.menu
    if run is None:
        raise TypeError(f"leaving a menu cancels {type(event).__name__}")
    match event:
        case CalleePresses(leg=index, keys=keys):
            if len(keys) > 1:
                menus.press_next(session, index, keys[1:])
            key_pressed(session, index, keys[0])
        case CalleeSpeaks(leg=index, text=text):
            party_spoke(session, index, text)
        case PromptEnds():
            menus.prompt_ended(session, run)
        case InputTimesOut():
            _handle_outcome(session, menus.input_timed_out(session, run))
        case UtteranceEnds(text=text):
            _handle_outcome(session, menus.utterance_ended(session, run, text))


def _handle_outcome(session: Session, outcome: MenuOutcome | None) -> None:
    """Continue after a menu, once it has its outcome: ask the application, or hang up if it cannot be asked."""
    if outcome is None:
        return
    _note_input(session, outcome)
    call = session.call
    match call.plan.on_input:
        case Document() as document:
            interpreter.follow(session, document)
        case UnusableSvaml() as fault:
            session.fail(fault)
        case AskApplication(url=url) if session.ask("pie", bodies.pie(call, session.now, outcome), url):
            pass
        case _:
            session.end("ANSWERED", "MANAGERHANGUP")


def _handle_detection(session: Session, index: int) -> None:
    """Handle the result of machine detection, which delays the answered-call event or follows it."""
    detection = _detection(session, index)
    amd = AmdReport(detection.status, detection.reason, int(detection.after_s))
    session.note("amd", status=amd.status, reason=amd.reason)
    if session.call.activity == Detecting(index):
        _report_answer(session, index, amd)
        return
    session.notify("notify", bodies.detected(session.call, session.now, "amd", amd))
    if amd.status == "hangup":
        party_hung_up(session, index)
    elif detection.beep_after_s is not None:
        session.after(detection.beep_after_s, ("amd", index), MachineBeeps(session.call.id, index))


def _handle_beep(session: Session, index: int) -> None:
    detection = _detection(session, index)
    amd = AmdReport("machine", "beep", int(detection.after_s + (detection.beep_after_s or 0)))
    session.note("amd", status=amd.status, reason=amd.reason)
    session.notify("notify", bodies.detected(session.call, session.now, "amd_beep", amd))
    acting.reach(session, index, "beep")


def _report_answer(session: Session, index: int, amd: AmdReport) -> None:
    if amd.status == "hangup":
        if isinstance(source := interpreter.answer_source(session, index), AskApplication):
            session.notify("ace", bodies.ace(session.call, session.now, amd), source.url)
        session.end("ANSWERED", "CALLEEHANGUP")
    elif interpreter.report_answer(session, index, amd):
        interpreter.proceed(session)


def _report_sequence(session: Session, keys: MenuOutcome | None) -> None:
    """Send the keys that a participant of a conference pressed; the application only acknowledges them."""
    source = session.call.plan.on_input
    if keys is not None and source is not None:
        url = source.url if isinstance(source, AskApplication) else None
        session.notify("pie", bodies.pie(session.call, session.now, keys), url)


def _detection(session: Session, index: int) -> SimulatedDetection:
    callee = session.call.legs[index].callee
    return callee.detection if isinstance(callee, PicksUp) else SimulatedDetection()


def _answered_event(session: Session, kind: SteeringKind) -> Event:
    """Return the event that a reply answers: for a callout, other actions are allowed."""
    return "callout" if kind == "ice" and session.call.incoming is None else kind


def _note_input(session: Session, outcome: MenuOutcome) -> None:
    session.note("input", menu=outcome.menu_id, type=outcome.type, value=outcome.value or "")


BEHAVIORS = (
    documented("call", "callee hangs up", "ANSWERED / CALLEEHANGUP", "Calls"),
    chosen("call", "caller hangs up", "ANSWERED / CALLERHANGUP, before the answer NOANSWER / CANCEL"),
    chosen("call", "transfer that fails", "ANSWERED with the second leg's reason"),
    documented("callback", "no reply to ICE", "FAILED / CALLBACKERROR", "Callbacks"),
    chosen("callback", "no reply to PIE", "ANSWERED / CALLBACKERROR"),
    chosen("callback", "empty reply", "like no reply"),
    chosen("menu", "callee hangs up", "PIE with `hangup`, whose reply does not matter, then DiCE"),
    documented("menu", "no PIE to send", "the call ends after the input", "Callbacks"),
    chosen("menu", "`continue` in the reply to PIE", "resumes what the call did before"),
    chosen("callback", "flood of notifications", "1,000, at the number for that", covers=("FLOOD_SIZE",)),
)
