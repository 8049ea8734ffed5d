"""Settlement: look up at the platform how calls ended whose end no event reported."""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import NotFoundError, StorageError, VoiceError
from sinch_voice_mcp.operations.admission.limits import MINUTE, price_micros
from sinch_voice_mcp.operations.dispatch.plausibility import TimeOfDay
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import EndReport, Journal, JournalEntry, Outcome, VoiceApi
from sinch_voice_mcp.types import Micros, Millis, PhoneNumber, Token
from sinch_voice_mcp.wire.calls import Call, Participant

_LOGGER = logging.getLogger(__name__)

_MAX_LOOKUPS = 20
"""Calls that one refresh or sweep looks up, so that it stays within the platform's rate limits."""

_LOOKUP_INTERVAL_MS = MINUTE
"""Milliseconds between the claim of a call and its first lookup, and between two lookups."""

_PAGE_SIZE = 200
"""Entries that one refresh or sweep reads from the journal."""

_TOKEN = re.compile("[0-9a-f]{32}")


class Settlement:
    """Looks up calls whose end the journal does not know, and records it."""

    def __init__(self, api: VoiceApi, journal: Journal, policy: Policy, clock: Clock) -> None:
        self._api = api
        self._journal = journal
        self._clock = clock
        self._time = TimeOfDay(journal.now(), clock.monotonic())
        self._max_unknown = policy.max_unknown_outcomes
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

    async def sweep(self) -> None:
        """Settle requests past their deadline, calls that have ended, and expired leases; then prune the journal.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self._journal.now()
        plausible = self._time.is_plausible(now, self._clock.monotonic())
        overdue = await self._journal.entries(limit=_PAGE_SIZE, states=("pending",), overdue=now) if plausible else ()
        for entry in overdue:
            await self._journal.record(entry.token, Outcome("unknown"), max_unknown=self._max_unknown)
        held = await self._journal.entries(limit=_PAGE_SIZE, states=("accepted", "unknown"))
        for entry in self._due(held, now):
            await self._look_up(entry)
        if not plausible:
            # The clock may be set back; what expires by it now would be lost for good.
            _LOGGER.warning("the time of day was set or this computer slept; nothing expires until it is steady again")
            return
        for entry in held:
            # No end was reported or found, so the limits of the call are released.
            if entry.lease < now:
                await self._journal.record(entry.token, Outcome("lost", entry.call_id))
        await self._journal.prune()

    def _due(self, entries: Iterable[JournalEntry], now: Millis) -> list[JournalEntry]:
        """Choose the entries to look up now, those not looked up for the longest time first."""
        held = {entry.token: entry for entry in entries}
        self._looked_up = {token: at for token, at in self._looked_up.items() if token in held}
        due = [entry for entry in held.values() if self._last(entry) + _LOOKUP_INTERVAL_MS <= now]
        chosen = sorted(due, key=self._last)[:_MAX_LOOKUPS]
        self._looked_up |= {entry.token: now for entry in chosen}
        return chosen

    def _last(self, entry: JournalEntry) -> Millis:
        return self._looked_up.get(entry.token, entry.claimed_at)

    async def _look_up(self, entry: JournalEntry) -> None:
        try:
            if entry.state == "unknown" and entry.conference is not None:
                await self._look_into_conference(entry, entry.conference)
            elif (call_id := entry.call_id or entry.subject) is not None:
                call = await self._api.get_call(call_id)
                if call.status == "FINAL":
                    report = report_of(call)
                    # The cost of a change is part of the price of the call that it changed.
                    await self._journal.settle(
                        entry.token, replace(report, cost=Micros(0)) if entry.subject else report
                    )
        except StorageError:
            raise
        except VoiceError:
            # The next lookup may succeed; the entry is settled at the end of its lease at the latest.
            return

    async def _look_into_conference(self, entry: JournalEntry, conference: str) -> None:
        """Find the call of a request whose answer was lost: a participant with its number and without a request."""
        try:
            participants = await self._api.get_conference(conference)
        except NotFoundError:
            return
        found = [one for one in participants if self._is_for(one, entry)]
        unclaimed = [one.id for one in found if await self._journal.by_call_id(one.id) is None]
        # With several candidates, it is not known which one is ours.
        if len(unclaimed) == 1:
            await self._journal.record(entry.token, Outcome("accepted", unclaimed[0]))

    def _is_for(self, participant: Participant, entry: JournalEntry) -> bool:
        number = (participant.cli or "").lstrip("+")
        return bool(number) and self._journal.hashed(PhoneNumber(f"+{number}")) in entry.destinations


def report_of(call: Call) -> EndReport:
    """Return how a call ended, in the form that the journal stores."""
    return EndReport(call.duration, price_micros(call.debit), call.result, call.reason, call.call_id)
