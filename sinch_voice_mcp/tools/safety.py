"""The tool of the toolset ``safety``: stop all calling. No tool starts it again."""

from typing import Annotated

from pydantic import Field

from sinch_voice_mcp.text.masking import without_numbers
from sinch_voice_mcp.tools.consent import principal
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Result, Untrusted, Whole, counted, summarize
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec

MAX_REASON_CHARS = 300
"""Characters of the reason that are recorded."""


class EmergencyStop(Result):
    """Calling is stopped."""

    hung_up: Whole
    still_going: Annotated[Whole, Field(description="Calls that could not be ended")]
    untrusted: Annotated[Untrusted, Field(description="reason and by of the stop in force")]


async def emergency_stop(
    reason: Annotated[str, Field(description="For the owner, up to 300 characters")],
    service: Service,
    hang_up: Annotated[bool, Field(description="Also end all calls that ring or are answered; default no")] = False,  # noqa: FBT002 - an argument of the tool
) -> EmergencyStop:
    """Stop all calling: every server on this database refuses new calls until the owner resumes at a shell.

    No tool undoes it. Calls in progress continue unless `hang_up`.
    """
    by = f"emergency_stop of {principal()}"
    # An unusable reason must not keep calling from being stopped.
    why = " ".join(reason.split())[:MAX_REASON_CHARS] or "no reason given"
    stopped, ended, left = await service.kill_switch.stop(why, by, hang_up=hang_up)
    is_first = stopped.by == by and stopped.reason == without_numbers(why)
    opening = "All calling is stopped" if is_first else "All calling had already been stopped"
    calls = f" {counted(ended, 'call')} ended; {left} could not be ended." if hang_up else ""
    return EmergencyStop(
        summary=summarize(service, f"{opening}.{calls}"),
        simulated=service.simulated,
        hung_up=ended if hang_up else None,
        still_going=left if hang_up else None,
        untrusted={"reason": stopped.reason, "by": stopped.by},
    )


TOOLS = (
    ToolSpec(emergency_stop, toolset="safety", effect=ToolEffect.CHANGES, title="Stop all calling", repeatable=True),
)
