"""The tool of the toolset ``safety``: stop all calling. No tool starts it again."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from sinch_voice_mcp.operations.kill_switch import recorded_reason
from sinch_voice_mcp.operations.states import state_of_entry
from sinch_voice_mcp.ports import JournalEntry, iso
from sinch_voice_mcp.tools.consent import principal
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Own, Result, Shown, Text, Untrusted, Whole, counted, summarize
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec

MAX_SHOWN = 20
"""Calls that may go on and are listed, the newest ones; the summary has the number of all."""

Reason = Annotated[str, BeforeValidator(lambda given: given if isinstance(given, str) else "")]
"""A reason; one that is no text counts as none, because it must not keep calling from being stopped."""


class OpenCall(Shown):
    """A call that may go on, or may yet ring."""

    call_id: Text
    number: Text
    kind: Own
    state: Own
    since: Own
    untrusted: Untrusted


class EmergencyStop(Result):
    """Calling is stopped."""

    hung_up: Whole
    still_going: Annotated[
        list[OpenCall] | None,
        Field(default=None, exclude_if=lambda value: value is None, description="Not known to be over"),
    ]
    untrusted: Annotated[Untrusted, Field(description="reason and by of the stop in force")]


async def emergency_stop(
    service: Service,
    reason: Annotated[Reason, Field(description="For the owner, up to 300 characters")] = "",
    hang_up: Annotated[bool, Field(description="Also end all calls, now and as they become known")] = False,  # noqa: FBT002 - an argument of the tool
) -> EmergencyStop:
    """Stop all calling: every server on this database refuses new calls until the owner resumes at a shell.

    No tool undoes it. Calls in progress continue unless `hang_up`.
    """
    by = f"emergency_stop of {principal(service.principal)}"
    stopped = await service.kill_switch.stop(reason, by, hang_up=hang_up)
    is_first = (stopped.switch.by, stopped.switch.reason) == (by, recorded_reason(reason))
    opening = "All calling is stopped" if is_first else "All calling had already been stopped"
    sentences = [f"{opening}."]
    left = None if stopped.hung_up is None else stopped.hung_up.still_going
    if stopped.hung_up is not None:
        sentences += [f"{counted(stopped.hung_up.ended, 'call')} hung up.", _rest(len(left or ()))]
    return EmergencyStop(
        summary=summarize(service, " ".join(sentences)),
        simulated=service.simulated,
        hung_up=None if stopped.hung_up is None else stopped.hung_up.ended,
        still_going=None if left is None else [_open_call(entry) for entry in left[:MAX_SHOWN]],
        untrusted={"reason": stopped.switch.reason, "by": stopped.switch.by},
    )


TOOLS = (ToolSpec(emergency_stop, toolset="safety", effect=ToolEffect.ENDS, title="Stop all calling", repeatable=True),)


def _rest(left: int) -> str:
    if not left:
        return "No other call is known."
    return f"{counted(left, 'call')} may still go on; each is hung up as soon as its id is known and it can be ended."


def _open_call(entry: JournalEntry) -> OpenCall:
    return OpenCall(
        call_id=entry.of_call,
        number=entry.number,
        kind=entry.kind,
        state=state_of_entry(entry, answered=False),
        since=iso(entry.claimed_at),
        untrusted=None,
    )
