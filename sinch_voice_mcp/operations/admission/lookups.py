"""Look-ups before a request: they leave time for sending it, and one that failed is not made again for it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.deadline import current_deadline
from sinch_voice_mcp.errors import UnavailableError, VoiceError

T = TypeVar("T")


async def within_lookups(what: str, look_up: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Look something up within the time that the tool call has for look-ups; outside of one, without a limit.

    Args:
        what: What is looked up, as the error names it.
        look_up: Makes the request.
        clock: Measures the time.

    Raises:
        VoiceError: It failed, now or earlier in the same tool call, or took too long.
    """
    deadline = current_deadline()
    if deadline is None:
        return await look_up()
    earlier = deadline.failures.get(what)
    if earlier is not None:
        raise earlier
    try:
        with clock.move_on_after(deadline.left_for_lookups_s):
            return await look_up()
        raise UnavailableError(
            f"The platform did not return {what} in time; nothing was sent.",
            status=0,
            next_step="Wait a moment, then send the same request again.",
        )
    except VoiceError as error:
        deadline.failures[what] = error
        raise
