"""Settlement: look up at the platform how calls ended whose end no event reported."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from sinch_voice_mcp.errors import NotFoundError, StorageError, VoiceError
from sinch_voice_mcp.operations.admission.limits import MINUTE, ignored_amount, price_micros
from sinch_voice_mcp.operations.dispatch.claims import SETTLING_MS
from sinch_voice_mcp.operations.dispatch.watch import Watch
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import INBOUND, EndReport, Journal, JournalEntry, Outcome, VoiceApi
from sinch_voice_mcp.types import Micros, Millis, PhoneNumber, Token
from sinch_voice_mcp.wire.calls import Call, Participant

_LOGGER = logging.getLogger(__name__)

_MAX_LOOKUPS = 20
"""Calls that one refresh or sweep looks up, so that it stays within the platform's rate limits."""

_LOOKUP_INTERVAL_MS = MINUTE
"""Milliseconds between the claim of a call and its first lookup, and between two lookups."""

_PAGE_SIZE = 200
"""Entries that one refresh or sweep reads from the journal."""

_Seen = Literal["ongoing", "over", "no answer"]
"""What a lookup found: the call is ongoing; it is over, or there is none; or the platform gave no usable answer."""

_TOKEN = re.compile("[0-9a-f]{32}")


class Settlement:
    """Looks up calls whose end the journal does not know, and records it."""

    def __init__(self, api: VoiceApi, journal: Journal, policy: Policy) -> None:
        self._api = api
        self._journal = journal
        self._max_unknown = policy.max_unknown_outcomes
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
            entry = await self._journal.entry(Token(call.custom or ""))
            if entry is not None:
                entry = await self._journal.record(entry.token, Outcome("accepted", call.call_id))
        return entry

    async def refresh(self) -> None:
        """Look up which calls have ended, the oldest first.

        Raises:
            StorageError: The journal cannot be used.
        """
        accepted = await self._journal.entries(limit=_PAGE_SIZE, states=("accepted",))
        # The oldest calls are the most likely to have ended.
        for entry in list(reversed(accepted))[:_MAX_LOOKUPS]:
            await self._look_up(entry)
        now = self._journal.now()
        unknown = await self._journal.entries(limit=_PAGE_SIZE, states=("unknown",))
        await self._expire([entry for entry in unknown if entry.lease <= now], {})

    async def sweep(self) -> None:
        """Settle requests past their deadline, calls that have ended, and expired leases; then prune the journal.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self._journal.now()
        for entry in await self._journal.entries(limit=_PAGE_SIZE, states=("pending",), overdue=now):
            await self._journal.record(entry.token, Outcome("unknown"), max_unknown=self._max_unknown)
        held = await self._journal.entries(limit=_PAGE_SIZE, states=("accepted", "unknown"))
        seen: dict[Token, _Seen] = {entry.token: await self._look_up(entry) for entry in self._due(held, now)}
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
            if entry.state == "unknown" and entry.conference is not None:
                return "ongoing" if await self._look_into_conference(entry, entry.conference) else "over"
            if (call_id := entry.call_id or entry.subject) is None:
                return "over"
            call = await self._api.get_call(call_id)
        except NotFoundError:
            return "over"
        except StorageError:
            raise
        except VoiceError:
            # The next lookup may succeed.
            return "no answer"
        if call.status != "FINAL":
            await self._watch.ongoing(entry, call)
            return "ongoing"
        await self._journal.settle(entry.token, await self._report(entry, call))
        return "over"

    async def _report(self, entry: JournalEntry, call: Call) -> EndReport:
        """Return how a call ended; the price of a call of ours includes what changes of it cost."""
        report = report_of(call)
        if entry.subject is None:
            return report
        placed = await self._journal.by_call_id(entry.subject)
        ours = placed is not None and placed.kind != INBOUND
        # The price of another call is not counted, so what was reserved for the change stays counted.
        return replace(report, cost=Micros(0) if ours else None)

    async def _look_into_conference(self, entry: JournalEntry, conference: str) -> bool:
        """Find the call of a request whose answer was lost: a participant with its number and without a request.

        Returns whether it was found; then its limits are held for longer.
        """
        try:
            participants = await self._api.get_conference(conference)
        except NotFoundError:
            return False
        found = [one for one in participants if self._is_for(one, entry)]
        unclaimed = [one.id for one in found if await self._journal.by_call_id(one.id) is None]
        # With several candidates, it is not known which one is ours.
        if len(unclaimed) != 1:
            return False
        await self._journal.record(entry.token, Outcome("accepted", unclaimed[0]))
        if entry.lease <= (now := self._journal.now()):
            await self._journal.renew(entry.token, Millis(now + SETTLING_MS), Micros(0))
        return True

    def _is_for(self, participant: Participant, entry: JournalEntry) -> bool:
        number = (participant.cli or "").lstrip("+")
        return bool(number) and self._journal.hashed(PhoneNumber(f"+{number}")) in entry.destinations


def report_of(call: Call) -> EndReport:
    """Return how a call ended, in the form that the journal stores."""
    cost, ignored = price_micros(call.debit), ignored_amount(call.debit)
    return EndReport(call.duration, cost, call.result, call.reason, call.call_id, ignored)
