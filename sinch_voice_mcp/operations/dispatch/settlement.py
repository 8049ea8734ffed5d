"""Settlement: what became of calls, looked up at the platform where no event reported it."""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace

from sinch_voice_mcp.errors import NotFoundError, StorageError, VoiceError
from sinch_voice_mcp.operations.admission.limits import MINUTE, price_micros
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import EndReport, Journal, JournalEntry, Outcome, VoiceApi
from sinch_voice_mcp.wire.calls import Call, Participant

_LOGGER = logging.getLogger(__name__)

_MAX_LOOKUPS = 20
"""How many calls one refresh or sweep asks the platform about, so that it stays within the platform's rate limits."""

_LOOKUP_INTERVAL_MS = MINUTE
"""A call is looked up when it is a minute old, and then once a minute."""

_PAGE_SIZE = 200
_TOKEN = re.compile("[0-9a-f]{32}")


class Settlement:
    """Asks the platform about calls whose end the journal does not know."""

    def __init__(self, api: VoiceApi, journal: Journal, policy: Policy) -> None:
        self._api = api
        self._journal = journal
        self._max_unknown = policy.max_unknown_outcomes
        self._looked_up: dict[str, int] = {}

    async def observe(self, call: Call) -> None:
        """Record what was seen of a call; where the journal cannot be used, only log that."""
        try:
            entry = await self._found(call)
            if entry is not None and entry.state != "ended" and call.status == "FINAL":
                await self._journal.settle(entry.token, report_of(call))
        except StorageError:
            _LOGGER.warning("the state of a call could not be recorded; it is looked up again later")

    async def _found(self, call: Call) -> JournalEntry | None:
        """Find the request that led to a call: by its id, or by our token where the answer with the id was lost."""
        entry = await self._journal.by_call_id(call.call_id)
        if entry is None and _TOKEN.fullmatch(call.custom or "") is not None:
            entry = await self._journal.entry(call.custom or "")
            if entry is not None:
                entry = await self._journal.record(entry.token, Outcome("accepted", call.call_id))
        return entry

    async def refresh(self) -> None:
        """Look up which calls have ended, the oldest first.

        Raises:
            StorageError: The journal cannot be used.
        """
        accepted = await self._journal.entries(limit=_PAGE_SIZE, states=("accepted",))
        for entry in list(reversed(accepted))[:_MAX_LOOKUPS]:
            await self._look_up(entry)

    async def sweep(self) -> None:
        """Settle what time settles: requests past their deadline, calls that ended, leases that ran out.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self._journal.now()
        for entry in await self._journal.entries(limit=_PAGE_SIZE, states=("pending",), overdue=now):
            await self._journal.record(entry.token, Outcome("unknown"), max_unknown=self._max_unknown)
        held = await self._journal.entries(limit=_PAGE_SIZE, states=("accepted", "unknown"))
        for entry in self._due(held, now):
            await self._look_up(entry)
        for entry in held:
            if entry.lease < now:
                await self._journal.record(entry.token, Outcome("lost", entry.call_id))
        await self._journal.prune()

    def _due(self, entries: Iterable[JournalEntry], now: int) -> list[JournalEntry]:
        """Choose the entries to look up now, those not looked up for the longest time first."""
        held = {entry.token: entry for entry in entries}
        self._looked_up = {call: at for call, at in self._looked_up.items() if call in held}
        due = [entry for entry in held.values() if self._last(entry) + _LOOKUP_INTERVAL_MS <= now]
        chosen = sorted(due, key=self._last)[:_MAX_LOOKUPS]
        self._looked_up |= {entry.token: now for entry in chosen}
        return chosen

    def _last(self, entry: JournalEntry) -> int:
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
                    await self._journal.settle(entry.token, replace(report, cost=0) if entry.subject else report)
        except StorageError:
            raise
        except VoiceError:
            # The next lookup may succeed; at the latest the lease ends the entry.
            return

    async def _look_into_conference(self, entry: JournalEntry, conference: str) -> None:
        """Find the participant whose answer was lost: ours by its number, and not the call of another request."""
        try:
            participants = await self._api.get_conference(conference)
        except NotFoundError:
            return
        found = [one for one in participants if self._is_for(one, entry)]
        unclaimed = [one.id for one in found if await self._journal.by_call_id(one.id) is None]
        if len(unclaimed) == 1:
            await self._journal.record(entry.token, Outcome("accepted", unclaimed[0]))

    def _is_for(self, participant: Participant, entry: JournalEntry) -> bool:
        number = (participant.cli or "").lstrip("+")
        return bool(number) and self._journal.hashed(f"+{number}") in entry.destinations


def report_of(call: Call) -> EndReport:
    """Write how a call ended in the form that the journal keeps."""
    return EndReport(call.duration, price_micros(call.debit), call.result, call.reason, call.call_id)
