"""Scripts in calls: who plays one, when an act begins, and what is due next. What a party does is up to handlers."""

from sinch_voice_mcp.sandbox.engine.callees import Callee, PressesKeys, Speaks
from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint
from sinch_voice_mcp.sandbox.engine.events import ScriptContinues, TimerSlot
from sinch_voice_mcp.sandbox.engine.profiles import NumberProfile
from sinch_voice_mcp.sandbox.engine.scripts import MAX_ENTRIES, ScriptAction, ScriptRun
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.svaml import timing

KEY_INTERVAL_S = 0.25
"""Seconds between two keys that a party presses one after the other."""


def cast(session: Session, endpoint: Endpoint, profile: NumberProfile) -> tuple[Callee, ScriptRun | None]:
    """Return how the callee on a leg that is about to be dialed behaves, and the callee's script.

    What the script of the first leg says about the leg comes first, then the callee's own script.
    """
    call = session.call
    script = session.exchange.scripts.take(endpoint.address, is_first=not call.legs) or profile.script
    run = None if script is None else ScriptRun(script)
    calling = call.legs[0].script if call.legs else None
    outcome = None if calling is None else calling.next_leg(profile.callee)
    if outcome is not None or script is None:
        return outcome or profile.callee, run
    return script.callee(profile.callee), run


def reach(session: Session, index: int, place: str, *, barge: bool = False) -> None:
    """Begin the next act of a place, if the party on a leg plays a script that has one."""
    run = session.call.legs[index].script
    act = None if run is None else run.begin(place, barge=barge)
    if run is not None and act is not None:
        _schedule(session, ScriptContinues(session.call.id, index, act), run)


def reach_on_every_leg(session: Session, place: str) -> None:
    """Begin the next act of a place on every leg that is in the call."""
    for index, leg in enumerate(session.call.legs):
        if leg.ended_at is None:
            reach(session, index, place)


def advance(session: Session, event: ScriptContinues) -> ScriptAction | None:
    """Schedule what follows in an act, and return what the party does now; of several keys, one at a time."""
    run = session.call.legs[event.leg].script
    if run is None:
        return None
    action = run.script.acts[event.act].steps[event.step].action
    following = ScriptContinues(event.call_id, event.leg, event.act, event.step + 1)
    match action:
        case PressesKeys(keys=keys):
            if event.key + 1 < len(keys):
                again = ScriptContinues(event.call_id, event.leg, event.act, event.step, event.key + 1)
                session.after(KEY_INTERVAL_S, _slot(event), again)
            else:
                _schedule(session, following, run)
            return PressesKeys(keys[event.key])
        case Speaks(text=text):
            _schedule(session, following, run, after_s=timing.of_text(text))
        case _:
            _schedule(session, following, run)
    return action


def stop(session: Session, index: int) -> None:
    """Let the party on a leg that ends do nothing more."""
    run = session.call.legs[index].script
    for act in () if run is None else run.played:
        session.cancel(_slot(ScriptContinues(session.call.id, index, act)))


def _schedule(session: Session, event: ScriptContinues, run: ScriptRun, *, after_s: float = 0.0) -> None:
    """Schedule a step so many seconds later than it says; do nothing at the end of an act."""
    steps = run.script.acts[event.act].steps
    if event.step < len(steps):
        session.after(after_s + steps[event.step].after_s, _slot(event), event)


def _slot(event: ScriptContinues) -> TimerSlot:
    # A script has at most as many acts as entries.
    return "script", event.leg * MAX_ENTRIES + event.act


BEHAVIORS = (
    chosen("script", "act of a menu", "begins after each prompt and repeated prompt; with `barge`, with it"),
    chosen(
        "script",
        "key or speech where none is expected",
        "in the timeline, without further effect",
        covers=("KEY_INTERVAL_S",),
    ),
    chosen("script", "end of a script", "the party stays and gives no input"),
)
