"""Hang up whatever may ring after a stop: all of it at once, and later each call whose ID becomes known."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import anyio

from sinch_voice_mcp.clock import Clock, Pace
from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError, StorageError, VoiceError
from sinch_voice_mcp.operations.dispatch.ends import settle_all
from sinch_voice_mcp.operations.dispatch.rooms import Rooms
from sinch_voice_mcp.ports import INBOUND, PROLONGS, CallsApi, EntryState, Journal, JournalEntry
from sinch_voice_mcp.svaml import HANG_UP
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId, Millis
from sinch_voice_mcp.wire.calls import Call

_LOGGER = masked_logger(__name__)

_AT_ONCE = 20
"""Requests to the platform at the same time."""

_LONGEST_CALL_MS = 15_000_000
"""The platform's longest call, 4 h 10 min: a call whose end was never reported may still go on for so long."""

AfterStop = Literal["ended", "in progress"]
"""What became of a call whose ID became known after a stop that hangs up; one in progress is tried again."""

_LOOKUPS = 3
"""Lookups of a call that was to be ended and that has not ended yet."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """What came of hanging up.

    Attributes:
        ended: Number of calls that were ended.
        still_going: One request for each call that may go on, or may yet begin, newest first.
    """

    ended: int
    still_going: tuple[JournalEntry, ...]


@dataclass(slots=True)
class _Run:
    """One run over all calls: which of them are over, and which of these the run ended."""

    limit: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(_AT_ONCE))
    over: set[CallId] = field(default_factory=set[CallId])
    ended: set[CallId] = field(default_factory=set[CallId])


async def every(
    journal: Journal, states: Sequence[EntryState], since: Millis | None = None
) -> AsyncGenerator[JournalEntry]:
    """Yield every request in one of these states, oldest first."""
    last: JournalEntry | None = None
    while page := await journal.page(states, after=last, since=since):
        for entry in page:
            yield entry
        last = page[-1]


class HangUps:
    """Ends calls after a stop.

    Args:
        api: The platform.
        journal: Where it is recorded which calls there are, and whether they are hung up.
        rooms: Finds calls whose IDs are not known.
        clock: Gives the time for every wait.
        pace: How long each wait lasts.
    """

    def __init__(self, api: CallsApi, journal: Journal, rooms: Rooms, clock: Clock, pace: Pace) -> None:
        self._api = api
        self._journal = journal
        self._rooms = rooms
        self._failed: dict[CallId, int] = {}
        self._clock = clock
        self._pace = pace

    async def hang_up_all(self) -> HungUp:
        """Hang up every call that may ring because of a server on this journal, in parallel.

        Raises:
            StorageError: The journal cannot be used.
        """
        run = _Run()
        with self._clock.move_on_after(self._pace.hang_up_all_s):
            entries = await self._may_ring()
            calls = _by_call(entries)
            self._failed = {call_id: tries for call_id, tries in self._failed.items() if call_id in calls}
            async with anyio.create_task_group() as tasks:
                for call_id in sorted(calls, key=lambda call_id: self._turn(call_id, calls[call_id])):
                    tasks.start_soon(self._end, run, call_id, calls[call_id])
                for entry in entries:
                    if entry.of_call is None:
                        tasks.start_soon(self._find, run, entry)
        # Read again, because a call that was being placed may be known, or over, by now.
        left = [entry for entry in await self._may_ring() if entry.of_call not in run.over]
        return HungUp(len(run.ended), _one_each(left))

    async def enforce(self) -> None:
        """Hang up again what may ring, if calling is stopped and the stop says so; for the periodic sweep.

        Raises:
            StorageError: The journal cannot be used.
        """
        switch = await self._journal.switch()
        if switch is not None and switch.hang_up:
            await self.hang_up_all()

    async def if_stopped(self, call_id: CallId | None) -> AfterStop | None:
        """Hang up a call whose ID has just become known, if a stop says so. Never raises.

        Called after the ID is recorded: a stop before that is seen here, a later one finds the ID in the journal.

        Returns:
            What became of the call; None if no stop says so, or if it does not ring because of this journal's servers.
        """
        run = _Run()
        try:
            switch = await self._journal.switch()
            if switch is None or not switch.hang_up or call_id is None:
                return None
            entries = _because_of_us(await self._journal.of_call(call_id))
            if not entries:
                return None
            await self._end(run, call_id, entries)
        except StorageError:
            _LOGGER.warning("whether a call must be hung up could not be read; the next sweep tries again")
            return None
        return "ended" if call_id in run.over else "in progress"

    def _turn(self, call_id: CallId, entries: Sequence[JournalEntry]) -> tuple[int, bool]:
        """Return when a call is tried: first those that failed least, and of these our own before incoming ones.

        Otherwise calls for which the platform does not answer would keep the others from being tried, each time.
        """
        return self._failed.get(call_id, 0), _is_inbound(entries)

    async def _may_ring(self) -> list[JournalEntry]:
        """Return every request whose call may ring or last, or may yet be placed."""
        entries = [entry async for entry in every(self._journal, ("pending", "accepted", "unknown"))]
        since = Millis(self._journal.now() - _LONGEST_CALL_MS)
        # Without an ID, a call that has outlived its lease can be found in a conference only.
        lost = [entry async for entry in every(self._journal, ("lost",), since) if entry.of_call or entry.conference]
        return _because_of_us([*entries, *lost])

    async def _find(self, run: _Run, entry: JournalEntry) -> None:
        """End the call of a request whose answer was lost, if its conference shows which call that is."""
        if entry.state == "pending" or entry.conference is None:
            return
        try:
            async with run.limit:
                found = await self._rooms.find(entry, most=None)
        except VoiceError:
            return
        if found.call_id is not None:
            await self._end(run, found.call_id, [entry])

    async def _end(self, run: _Run, call_id: CallId, entries: Sequence[JournalEntry]) -> None:
        """End one call and record that it has ended; an error leaves it among those that may go on."""
        # Counted first, because the time of the whole run can be over at any point.
        self._failed[call_id] = self._failed.get(call_id, 0) + 1
        try:
            accepted = await self._request_end(run, call_id)
            call = await self._after_end(run, call_id, most=_LOOKUPS if accepted else 1)
            if call.status != "FINAL":
                return
            run.over.add(call_id)
            if accepted:
                run.ended.add(call_id)
            await settle_all(self._journal, entries, call)
            self._failed.pop(call_id, None)
        except (VoiceError, TimeoutError):
            return
        except Exception:
            # One call must not keep the others from being ended.
            _LOGGER.exception("a call could not be hung up")

    @asynccontextmanager
    async def _turn_of(self, run: _Run) -> AsyncGenerator[None]:
        """Wait for a turn to ask the platform, and take it for a short time only, so that others get theirs."""
        async with run.limit:
            with self._clock.move_on_after(self._pace.hang_up_try_s) as limit:
                yield
        if limit.cancelled_caught:
            raise TimeoutError

    async def _request_end(self, run: _Run, call_id: CallId) -> bool:
        """Ask the platform to end a call; returns whether it may have accepted that."""
        try:
            with suppress(OutcomeUnknownError):
                async with self._turn_of(run):
                    await self._api.update_call(call_id, HANG_UP)
        except NotFoundError:
            # The platform reports a call that has ended as not found for a change, and one in another region as well.
            return False
        return True

    async def _after_end(self, run: _Run, call_id: CallId, *, most: int) -> Call:
        """Look up a call that was ended, until the platform shows it as ended or it was looked up so often."""
        call = await self._look_up(run, call_id)
        for _ in range(most - 1):
            if call.status == "FINAL":
                break
            await self._clock.sleep(self._pace.platform_poll_s)
            call = await self._look_up(run, call_id)
        return call

    async def _look_up(self, run: _Run, call_id: CallId) -> Call:
        async with self._turn_of(run):
            return await self._api.get_call(call_id)


def _because_of_us(entries: Sequence[JournalEntry]) -> list[JournalEntry]:
    """Leave out calls that another program placed and that only last longer, or were spoken into, because of us."""
    calls = {entry.of_call for entry in entries if entry.kind != PROLONGS}
    return [entry for entry in entries if entry.of_call in calls]


def _by_call(entries: Sequence[JournalEntry]) -> dict[CallId, list[JournalEntry]]:
    calls: dict[CallId, list[JournalEntry]] = {}
    for entry in entries:
        if (call_id := entry.of_call) is not None:
            calls.setdefault(call_id, []).append(entry)
    return calls


def _is_inbound(entries: Sequence[JournalEntry]) -> bool:
    """Whether a call came in and no request of ours changed it."""
    return all(entry.kind == INBOUND for entry in entries)


def _one_each(entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
    """Return one entry for each call, newest first, and every entry whose call is not known."""
    ordered = sorted(entries, key=lambda entry: (entry.claimed_at, entry.token), reverse=True)
    seen: dict[str, JournalEntry] = {}
    for entry in ordered:
        seen.setdefault(entry.of_call or entry.token, entry)
    return tuple(seen.values())
