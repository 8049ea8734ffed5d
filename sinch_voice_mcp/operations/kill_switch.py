"""The kill switch: stops all calling."""

from dataclasses import dataclass

import anyio
from anyio.abc import TaskGroup

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.operations.changes import Changes
from sinch_voice_mcp.operations.dispatch.hang_ups import HangUps, HungUp
from sinch_voice_mcp.ports import CallingStopped, Journal
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.masking import without_numbers

MAX_REASON_CHARS = 300
"""Characters of a reason that are recorded."""

_WITHOUT_JOURNAL = (
    "Calling was not stopped, though no call is placed while the journal cannot be used. End each call in progress "
    "with hang_up and its call ID, which works without the journal."
)
_NO_REASON = "no reason given"


def recorded_reason(given: str) -> str:
    """Return a reason as it is recorded and shown: visible characters on one line, without numbers, never empty.

    Every later refusal shows it, and an unusable reason must not keep calling from being stopped.
    """
    line = one_line(given.encode("utf-8", "ignore").decode(), MAX_REASON_CHARS).rstrip(".")
    return without_numbers(line) or _NO_REASON


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop, and what came of hanging up; None if no call was to be hung up."""

    switch: CallingStopped
    hung_up: HungUp | None


class KillSwitch:
    """Stops calling for every server on the same journal.

    Args:
        journal: Where the switch is.
        hang_ups: Ends calls.
        changes: Records what was done.
        tasks: Runs the hanging up, which continues if the client that requested it disconnects.
    """

    def __init__(self, journal: Journal, hang_ups: HangUps, changes: Changes, tasks: TaskGroup) -> None:
        self._journal = journal
        self._hang_ups = hang_ups
        self._changes = changes
        self._tasks = tasks

    async def stop(self, reason: str, by: str, *, hang_up: bool) -> Stopped:
        """Turn the kill switch on, and hang up whatever may ring if requested, now and later.

        Raises:
            StorageError: The journal cannot be used.
        """
        # First, so that no call is placed while others are hung up.
        try:
            switch = await self._journal.stop(recorded_reason(reason), by, hang_up=hang_up)
        except StorageError as error:
            # Without the journal no server places a call, but those in progress continue.
            error.next_step = f"{_WITHOUT_JOURNAL} {error.next_step or ''}".strip()
            raise
        hung_up = await self._hang_up_all() if hang_up else None
        counts = {} if hung_up is None else {"hung_up": hung_up.ended, "still_going": len(hung_up.still_going)}
        await self._changes.note("changed", {"tool": "emergency_stop", "by": by, "outcome": "done", **counts})
        return Stopped(switch, hung_up)

    async def _hang_up_all(self) -> HungUp:
        done, results, errors = anyio.Event(), list[HungUp](), list[StorageError]()

        async def run() -> None:
            try:
                results.append(await self._hang_ups.hang_up_all())
            except StorageError as error:
                errors.append(error)
            finally:
                done.set()

        self._tasks.start_soon(run)
        await done.wait()
        if results:
            return results[0]
        raise errors[0] if errors else StorageError("Calling is stopped, but this server ended while it hung up calls.")
