"""What people and applications say: keys, speech and hanging up; answers to callbacks; machines that answer."""

from sinch_voice_mcp.sandbox.engine import bodies, documents, flow, menus
from sinch_voice_mcp.sandbox.engine.bodies import Amd
from sinch_voice_mcp.sandbox.engine.destinations import Detection, PicksUp
from sinch_voice_mcp.sandbox.engine.events import Beeps
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.outbox import AnsweredKind
from sinch_voice_mcp.sandbox.engine.state import Asked, Call, Detecting, MenuResult, Unreadable
from sinch_voice_mcp.svaml import Document


def pressed(exchange: Exchange, call: Call, key: str) -> None:
    """The person on the first phone presses a key; it matters where a menu asks."""
    exchange.note(call, "pressed", key=key)
    if call.menu is not None:
        result(exchange, call, menus.press(exchange, call, call.menu, key))


def result(exchange: Exchange, call: Call, found: MenuResult | None) -> None:
    """A menu came to its result, if there is one: ask the application what to do with it, or hang up."""
    if found is None:
        return
    _note_input(exchange, call, found)
    match call.plan.on_input:
        case Document() as document:
            flow.follow(exchange, call, document)
        case Unreadable() as fault:
            flow.fail(exchange, call, fault)
        case Asked(url=url) if exchange.ask(call, "pie", bodies.pie(call, exchange.now, found), url):
            pass
        case _:
            exchange.end(call, "ANSWERED", "MANAGERHANGUP")


def left(exchange: Exchange, call: Call, index: int) -> None:
    """The person on a phone hangs up; who does so at a menu is its last result."""
    if call.menu is not None and index == 0:
        found = menus.hung_up(call.menu)
        _note_input(exchange, call, found)
        if isinstance(asked := call.plan.on_input, Asked):
            # Nothing is left to be steered, so nobody waits for the answer.
            exchange.tell(call, "pie", bodies.pie(call, exchange.now, found), asked.url)
    exchange.end(call, "ANSWERED", "CALLEEHANGUP")


def replied(exchange: Exchange, call: Call, kind: AnsweredKind, reply: bytes | None) -> None:
    """The application answered, or did not in time."""
    told = documents.for_reply(kind, reply)
    exchange.note(call, "reply", kind=kind, body="" if reply is None else reply.decode("utf-8", "replace"))
    match told:
        case Document():
            flow.follow(exchange, call, told)
        case Unreadable():
            flow.fail(exchange, call, told)
        case None if kind == "ace":
            flow.proceed(exchange, call)
        case None:
            exchange.end(call, "FAILED" if kind == "ice" else "ANSWERED", "CALLBACKERROR")


def detected(exchange: Exchange, call: Call) -> None:
    """Answering machine detection is done: before the answer is announced, or beside the call."""
    found = _detection(call)
    amd = Amd(found.status, found.reason, int(found.after_s))
    exchange.note(call, "amd", status=amd.status, reason=amd.reason)
    if isinstance(call.step, Detecting):
        _announce(exchange, call, amd)
        return
    exchange.tell(call, "notify", bodies.detected(call, exchange.now, "amd", amd))
    if amd.status == "hangup":
        left(exchange, call, 0)
    elif found.beep_after_s is not None:
        exchange.after(found.beep_after_s, ("amd", 0), Beeps(call.id))


def beeped(exchange: Exchange, call: Call) -> None:
    """The answering machine beeps: now it records."""
    found = _detection(call)
    amd = Amd("machine", "beep", int(found.after_s + (found.beep_after_s or 0)))
    exchange.note(call, "amd", status=amd.status, reason=amd.reason)
    exchange.tell(call, "notify", bodies.detected(call, exchange.now, "amd_beep", amd))


def _announce(exchange: Exchange, call: Call, amd: Amd) -> None:
    if amd.status == "hangup":
        if isinstance(asked := call.plan.on_answer, Asked) and not call.suppressed:
            exchange.tell(call, "ace", bodies.ace(call, exchange.now, amd), asked.url)
        exchange.end(call, "ANSWERED", "CALLEEHANGUP")
    elif flow.announce(exchange, call, amd):
        flow.proceed(exchange, call)


def _detection(call: Call) -> Detection:
    far_side = call.legs[0].far_side
    return far_side.detection if isinstance(far_side, PicksUp) else Detection()


def _note_input(exchange: Exchange, call: Call, found: MenuResult) -> None:
    exchange.note(call, "input", menu=found.menu_id, type=found.type, value=found.value or "")
