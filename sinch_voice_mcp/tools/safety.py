"""The toolset ``safety``: stop everything. Nothing here starts it again."""

from typing import Annotated

from pydantic import Field

from sinch_voice_mcp.tools.consent import principal
from sinch_voice_mcp.tools.parameters import TheDesk
from sinch_voice_mcp.tools.results import Result, Whole, told
from sinch_voice_mcp.tools.spec import Effect, ToolSpec


class Stopped(Result):
    """Calling is stopped."""

    hung_up: Whole
    still_going: Whole


async def emergency_stop(
    reason: Annotated[str, Field(min_length=1, max_length=300)],
    desk: TheDesk,
    hang_up: Annotated[bool, Field(description="Also end calls in progress")] = False,  # noqa: FBT002 - an argument of the tool
) -> Stopped:
    """Refuse every new call from now on, until the owner resumes at a shell."""
    stopped, ended, left = await desk.safety.stop(reason, f"emergency_stop of {principal()}", hang_up=hang_up)
    told_of = f" {ended} calls hung up, {left} could not be." if hang_up else ""
    summary = told(desk, f"Calling is stopped: {stopped.reason}.{told_of}")
    return Stopped(
        summary=summary,
        simulated=desk.simulated,
        hung_up=ended if hang_up else None,
        still_going=left if hang_up else None,
    )


TOOLS = (ToolSpec(emergency_stop, toolset="safety", effect=Effect.CHANGES, title="Stop all calling"),)
