"""Tools of the toolset ``sandbox``: people who call and act, failures and time, offered only where all is simulated.

They work while calling is stopped, too, so that a user can try what the server then does with a call that comes in.
"""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.boundary import OTHER
from sinch_voice_mcp.operations.states import CallState
from sinch_voice_mcp.ports import ComingCall, PhoneAct, SimulatedCall, SimulatedFault
from sinch_voice_mcp.sandbox.engine.profiles import PROFILE_NAMES, UnknownProfileError, profile_named
from sinch_voice_mcp.svaml import NumberDestination, SipDestination
from sinch_voice_mcp.text.number_forms import by_form
from sinch_voice_mcp.tools.arguments import destination_of, errors_naming_arguments
from sinch_voice_mcp.tools.consent import requester_of
from sinch_voice_mcp.tools.parameters import CallIdArgument, Service
from sinch_voice_mcp.tools.results import Number, Own, OwnText, Result, Shown, Texts, Untrusted, counted, summarize
from sinch_voice_mcp.tools.scripts import CalleeScript, CallerScript, checked
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec
from sinch_voice_mcp.types import JsonObject, iso_seconds

MAX_ADVANCE_S = 86_400
"""Seconds of simulated time in one step: a day."""

_TAKES_VALUE: frozenset[PhoneAct] = frozenset({"press", "say"})
_DONE: dict[PhoneAct, str] = {
    "press": "The keys were pressed",
    "say": "It was said",
    "answer": "The phone was answered",
    "reject": "The call was rejected",
    "hang_up": "The phone was hung up",
}
_PREFIX = re.compile(r"\+?[0-9]{0,15}\*", re.ASCII)
"""The beginning of numbers, with a star after it."""


class SimulatedCallState(Result):
    """A simulated call after a caller or callee did something."""

    call_id: str
    state: CallState
    untrusted: Untrusted


class ScriptAttached(Result):
    """What the callee at a number does from now on."""


class FaultInForce(Shown):
    """One fault."""

    fault: Own
    number: Annotated[OwnText, Field(description="Every number if absent")]
    probability: float
    untrusted: Untrusted


class FaultsInForce(Result):
    """The faults in force."""

    faults: list[FaultInForce]
    known: Annotated[Texts, Field(description="Every name of a fault")]


class TimeMoved(Result):
    """Simulated time."""

    now: Own
    next_event_s: Annotated[Number, Field(description="Seconds until something is due")]


async def sandbox_receive_call(
    caller: Annotated[str, Field(min_length=1, max_length=256, description="E.164, private, sip:user@host, app:USER")],
    service: Service,
    to: Annotated[str | None, Field(max_length=256, description="Own number; default the first assigned")] = None,
    script: CallerScript = None,
) -> SimulatedCallState:
    """Let a simulated caller call an own number; get_call_events shows the rest."""
    with errors_naming_arguments({"to": "caller"}):
        origin = destination_of(caller)
    kind = "PSTN" if isinstance(origin, NumberDestination) else "SIP" if isinstance(origin, SipDestination) else "MXP"
    call = ComingCall(origin.endpoint, kind, to, checked(script) or None)
    came = await service.simulation.receive_call(call, requester_of(service))
    return _call(service, came, "The call has come in. Follow it with get_call and get_call_events")


async def sandbox_act(
    call_id: CallIdArgument,
    act: PhoneAct,
    service: Service,
    value: Annotated[str | None, Field(max_length=10_000, description="press: keys 0-9 * #; say: words")] = None,
    leg: Annotated[int, Field(ge=0, description="0: first phone; 1: the one it connected to")] = 0,
) -> SimulatedCallState:
    """Act for a simulated person in a call. answer and reject take the phone that rings."""
    if (value is not None) != (act in _TAKES_VALUE):
        takes = "needs what to press or say" if value is None else "goes with `press` and `say` only"
        raise InvalidInputError(f"`value` {takes}", field="value")
    call = await service.simulation.act(call_id, act, value, leg, requester_of(service))
    return _call(service, call, _DONE[act])


async def sandbox_script(
    number: Annotated[str, Field(min_length=1, max_length=256, description="E.164")],
    service: Service,
    script: CalleeScript = None,
) -> ScriptAttached:
    """Set what the callee at a number does. Entries without `on` follow the one before.

    Example: [{"on":"menu:main","press":"2"},{"hang_up":true}]. `on`: answer, menu:ID, beep, conference.
    """
    entries = checked(script)
    await service.simulation.attach_script(number, entries, requester_of(service))
    what = f"follows a script of {counted(len(entries), 'step')}" if entries else "has no script any more"
    sentence = f"The callee at {service.shown.number(number)} {what}."
    return ScriptAttached(summary=summarize(service, sentence), simulated=service.simulated)


async def sandbox_fault(
    service: Service,
    *,
    fault: Annotated[str | None, Field(description="busy, no-answer, rejects-42900 …")] = None,
    number: Annotated[str | None, Field(description="E.164, or +1202* for a prefix; default all")] = None,
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0,
    clear: Annotated[bool, Field(description="Remove all first")] = False,
) -> FaultsInForce:
    """Make calls to a number fail until cleared. Without arguments, lists faults in force and all names."""
    if fault is None and not clear:
        return _faults(service, await service.simulation.faults(), known=list(PROFILE_NAMES))
    rule = None if fault is None else _rule(fault, number, probability)
    found = await service.simulation.change_faults(requester_of(service), clear=clear, fault=rule)
    return _faults(service, found)


async def sandbox_advance(
    seconds: Annotated[float, Field(gt=0, le=MAX_ADVANCE_S, description="At most 86400")], service: Service
) -> TimeMoved:
    """Move simulated time forward: answers, prompts, time limits and all else due by then happens now."""
    time = await service.simulation.advance(seconds, requester_of(service))
    left = None if time.next_event is None else round((time.next_event - time.now).total_seconds(), 3)
    rest = "Nothing is due." if left is None else f"The next event is due in {left:g} s."
    return TimeMoved(
        summary=summarize(service, f"Simulated time has moved {seconds:g} s. {rest}"),
        simulated=service.simulated,
        now=iso_seconds(time.now),
        next_event_s=left,
    )


TOOLS = (
    ToolSpec(sandbox_receive_call, toolset="sandbox", effect=ToolEffect.CHANGES, title="Simulate an incoming call"),
    ToolSpec(sandbox_act, toolset="sandbox", effect=ToolEffect.CHANGES, title="Act for a simulated person"),
    ToolSpec(
        sandbox_script, toolset="sandbox", effect=ToolEffect.CHANGES, title="Script a simulated callee", repeatable=True
    ),
    ToolSpec(sandbox_fault, toolset="sandbox", effect=ToolEffect.CHANGES, title="Simulate a failure"),
    ToolSpec(sandbox_advance, toolset="sandbox", effect=ToolEffect.CHANGES, title="Move simulated time"),
)


def _call(service: VoiceService, call: SimulatedCall, done: str) -> SimulatedCallState:
    state = _state(call.state)
    how = {"ringing": "is not answered yet", "answered": "is answered", "ended": "has ended"}
    sentence = f"{done}. The call {how[state]}." if state in how else f"{done}."
    return SimulatedCallState(
        summary=summarize(service, sentence),
        simulated=service.simulated,
        call_id=call.id,
        state=state,
        untrusted=None,
    )


def _state(word: str) -> CallState:
    match word:
        case "created" | "dialing" | "ringing":
            return "ringing"
        case "answered" | "ended":
            return word
        case _:
            return "unknown"


def _rule(fault: str, number: str | None, probability: float) -> SimulatedFault:
    """Return a fault that is to come into force.

    Raises:
        InvalidInputError: There is no such fault, or it would never happen.
    """
    try:
        profile_named(fault)
    except UnknownProfileError as error:
        message = str(error).replace("profile", "fault", 1)
        step = "Nothing was changed. Call sandbox_fault without arguments for every name."
        raise InvalidInputError(message, field="fault", next_step=step) from None
    if not probability:
        raise InvalidInputError("`probability` must be more than 0; 1 is every call", field="probability")
    return SimulatedFault(fault, number, probability)


def _faults(service: VoiceService, faults: Sequence[SimulatedFault], known: Sequence[str] = ()) -> FaultsInForce:
    count = counted(len(faults), "fault") if faults else "No fault"
    return FaultsInForce(
        summary=summarize(service, f"{count} in force."),
        simulated=service.simulated,
        faults=[_fault(service, one) for one in faults],
        known=list(known),
    )


def _fault(service: VoiceService, one: SimulatedFault) -> FaultInForce:
    """Show a fault; another client of the sandbox may have named it, in words of its own."""
    foreign: JsonObject = {}
    if one.fault not in PROFILE_NAMES:
        foreign["fault"] = one.fault
    number = one.number
    if number is not None and not _PREFIX.fullmatch(number):
        number = service.shown.number(by_form(number))
        if number is None:
            foreign["number"] = one.number
    return FaultInForce(
        fault=OTHER if "fault" in foreign else one.fault,
        number=OTHER if "number" in foreign else number,
        probability=one.probability,
        untrusted=foreign or None,
    )
