"""Settlement: look up at the platform how calls ended whose end no event reported."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import NotFoundError, StorageError, VoiceError
from sinch_voice_mcp.operations.admission.limits import MINUTE
from sinch_voice_mcp.operations.dispatch.claims import SETTLING_MS
from sinch_voice_mcp.operations.dispatch.ends import report_of, settle_all
from sinch_voice_mcp.operations.dispatch.hang_ups import HangUps, every
from sinch_voice_mcp.operations.dispatch.plausibility import TimeOfDay
from sinch_voice_mcp.operations.dispatch.rooms import Rooms, carries_token
from sinch_voice_mcp.operations.dispatch.watch import Watch
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import INBOUND, CallsApi, Journal, JournalEntry, Outcome
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import Micros, Millis, Token
from sinch_voice_mcp.wire.calls import Call

_LOGGER = masked_logger(__name__)

_MAX_LOOKUPS = 20
"""Calls that one refresh or sweep looks up, so that it stays within the platform's rate limits."""

_LOOKUP_INTERVAL_MS = MINUTE
"""Milliseconds between the claim of a call and its first lookup, and between two lookups."""

_Seen = Literal["ongoing", "over", "no answer"]
"""What a lookup found: the call is ongoing; it is over, or there is none; or the platform gave no usable answer."""

_TOKEN = re.compile("[0-9a-f]{32}")


class Settlement:
    """Looks up calls whose end the journal does not know, and records it."""

    def __init__(
        self, api: CallsApi, journal: Journal, policy: Policy, hang_ups: HangUps, rooms: Rooms, clock: Clock
    ) -> None:
        self._api = api
        self._journal = journal
        self._hang_ups = hang_ups
        self._rooms = rooms
        self._clock = clock
        self._time = TimeOfDay(journal.now(), clock.monotonic())
        self._max_unknown = policy.max_unknown_outcomes
        self._steady = True
        self._watch = Watch(api, journal, policy)
        self._looked_up: dict[Token, Millis] = {}

    async def observe(self, call: Call) -> None:
        """Record the state of a call that the platform returned; if the journal cannot be used, only log that."""
        try:
            entry = await self._found(call)
            if entry is not None and entry.state != "ended" and call.status == "FINAL":
                await self._journal.settle(entry.token, report_of(call))
        except StorageError:
            _LOGGER.warning("the state of a call could not be recorded; it is looked up again later")

    async def _found(self, call: Call) -> JournalEntry | None:
        """Find the request that led to a call: by its ID, or by our token if the answer with the ID was lost."""
        entry = await self._journal.by_call_id(call.call_id)
        # Other programs may use `custom` for texts of their own.
        if entry is None and _TOKEN.fullmatch(call.custom or "") is not None:
            named = await self._journal.entry(Token(call.custom or ""))
            if named is None or not carries_token(call, named):
                return None
            recorded = await self._journal.record(named.token, Outcome("accepted", call.call_id))
            if recorded.call_id != call.call_id:
                # Another call carries the token of this request; the journal has an alert of it.
                return None
            if call.status != "FINAL":
                await self._hang_ups.if_stopped(call.call_id)
            return recorded
        return entry

    async def refresh(self) -> None:
        """Look up which of our calls have ended, those not looked up for the longest time first.

        Raises:
            StorageError: The journal cannot be used.
        """
        accepted = [entry async for entry in every(self._journal, ("accepted",)) if entry.kind != INBOUND]
        for entry in sorted(accepted, key=self._last)[:_MAX_LOOKUPS]:
            self._looked_up[entry.token] = self._journal.now()
            await self._look_up(entry)
        now = self._journal.now()
        expired = [entry async for entry in every(self._journal, ("unknown",)) if entry.lease <= now]
        if self._steady:
            await self._expire(expired, {})

    async def sweep(self) -> None:
        """Settle requests past their deadline, calls that have ended, and expired leases; then prune the journal.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self._journal.now()
        self._steady = plausible = self._time.is_plausible(now, self._clock.monotonic())
        if plausible:
            async for entry in every(self._journal, ("pending",)):
                if entry.deadline < now:
                    await self._journal.record(entry.token, Outcome("unknown"), max_unknown=self._max_unknown)
        held = [entry async for entry in every(self._journal, ("accepted", "unknown"))]
        seen: dict[Token, _Seen] = {entry.token: await self._look_up(entry) for entry in self._due(held, now)}
        if not plausible:
            # The clock may be set back; what expires by it now would be lost for good.
            _LOGGER.warning("the time of day was set or this computer slept; nothing expires until it is steady again")
            return
        await self._expire([entry for entry in held if entry.lease <= now], seen)
        await self._journal.prune()

    async def _expire(self, expired: Iterable[JournalEntry], seen: Mapping[Token, _Seen]) -> None:
        """Release the limits of requests whose lease is over, unless the platform says that the call is ongoing.

        Args:
            expired: The requests.
            seen: What the lookups of this sweep found.
        """
        for entry in expired:
            found = seen.get(entry.token) or await self._look_up(entry)
            # Without an answer it is not known that the call is over; after some more time it counts as lost.
            waits = found == "no answer" and self._journal.now() < entry.lease + SETTLING_MS
            if found != "ongoing" and not waits:
                await self._journal.record(entry.token, Outcome("lost", entry.call_id))

    def _due(self, entries: Iterable[JournalEntry], now: Millis) -> list[JournalEntry]:
        """Choose the entries to look up now, those not looked up for the longest time first."""
        held = {entry.token: entry for entry in entries}
        # The end of a call also settles its changes, so these need no lookups of their own.
        placed = {entry.call_id for entry in held.values() if entry.call_id is not None}
        held = {token: entry for token, entry in held.items() if entry.subject not in placed}
        self._looked_up = {token: at for token, at in self._looked_up.items() if token in held}
        due = [entry for entry in held.values() if self._last(entry) + _LOOKUP_INTERVAL_MS <= now]
        chosen = sorted(due, key=self._last)[:_MAX_LOOKUPS]
        self._looked_up |= {entry.token: now for entry in chosen}
        return chosen

    def _last(self, entry: JournalEntry) -> Millis:
        return self._looked_up.get(entry.token, entry.claimed_at)

    async def _look_up(self, entry: JournalEntry) -> _Seen:
        """Look up the call of a request, settle it if it has ended, and hold its limits if it has not."""
        try:
            return await self._seen_now(entry)
        except NotFoundError:
            return "over"
        except StorageError:
            raise
        except VoiceError:
            # The next lookup may succeed; until then the call may go on, so it is bounded all the same.
            await self._watch.unseen(entry)
            return "no answer"
        except Exception:
            # What the platform says of one call must not keep the others from being settled.
            _LOGGER.exception("the end of a call could not be recorded")
            return "no answer"

    async def _seen_now(self, entry: JournalEntry) -> _Seen:
        if entry.state == "unknown" and entry.conference is not None:
            return await self._in_its_room(entry)
        if (call_id := entry.of_call) is None:
            return "over"
        call = await self._api.get_call(call_id)
        if call.call_id.casefold() != call_id.casefold():
            # Another call must be neither hung up nor taken for the end of this one.
            return "no answer"
        if call.status != "FINAL":
            await self._watch.ongoing(entry, call)
            return "ongoing"
        await settle_all(self._journal, [entry], call)
        return "over"

    async def _in_its_room(self, entry: JournalEntry) -> _Seen:
        """Search the conference of a request for its call; if it is there, hold the limits for longer."""
        found = await self._rooms.find(entry)
        if found.call_id is None:
            return "over" if found.everyone else "no answer"
        await self._hang_ups.if_stopped(found.call_id)
        if entry.lease <= (now := self._journal.now()):
            await self._journal.renew(entry.token, Millis(now + SETTLING_MS), Micros(0))
        return "ongoing"
