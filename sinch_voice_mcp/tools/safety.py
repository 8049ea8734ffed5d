"""The toolset ``safety``: stop everything. Nothing here starts it again."""

from typing import Annotated

from pydantic import Field

from sinch_voice_mcp.text.masking import without_numbers
from sinch_voice_mcp.tools.consent import principal
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Result, Whole, told
from sinch_voice_mcp.tools.spec import Effect, ToolSpec

_LONGEST = 300
_BEFORE = "Calling was stopped already"


class Stopped(Result):
    """Calling is stopped."""

    hung_up: Whole
    still_going: Whole


async def emergency_stop(
    reason: str,
    service: Service,
    hang_up: Annotated[bool, Field(description="Also end calls in progress")] = False,  # noqa: FBT002 - an argument of the tool
) -> Stopped:
    """Refuse every new call from now on, until the owner resumes at a shell."""
    by = f"emergency_stop of {principal()}"
    # Whatever the reason looks like, calling stops.
    why = " ".join(reason.split())[:_LONGEST] or "no reason given"
    stopped, ended, left = await service.kill_switch.stop(why, by, hang_up=hang_up)
    opening = "Calling is stopped" if stopped.by == by and stopped.reason == without_numbers(why) else _BEFORE
    told_of = f" {ended} calls hung up, {left} could not be." if hang_up else ""
    summary = told(service, f"{opening}: {stopped.reason}.{told_of}")
    return Stopped(
        summary=summary,
        simulated=service.simulated,
        hung_up=ended if hang_up else None,
        still_going=left if hang_up else None,
    )


TOOLS = (ToolSpec(emergency_stop, toolset="safety", effect=Effect.CHANGES, title="Stop all calling"),)
