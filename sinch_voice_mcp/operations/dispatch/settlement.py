"""What became of calls: looked up where nobody told."""

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
_MOST_LOOKS = 20
_FIRST_LOOK_MS = MINUTE
_BUNCH = 200
_TOKEN = re.compile("[0-9a-f]{32}")


class Settlement:
    """Asks the platform about calls that the journal holds open."""

    def __init__(self, api: VoiceApi, journal: Journal, policy: Policy) -> None:
        self._api = api
        self._journal = journal
        self._max_unknown = policy.max_unknown_outcomes
        self._looked: dict[str, int] = {}

    async def observe(self, call: Call) -> None:
        """Take note of a call that was just seen. Where the journal is out of order, looking goes on all the same."""
        try:
            entry = await self._found(call)
            if entry is not None and entry.state != "ended" and call.status == "FINAL":
                await self._journal.settle(entry.token, report_of(call))
        except StorageError:
            _LOGGER.warning("what was seen of a call could not be recorded; it is looked up again later")

    async def _found(self, call: Call) -> JournalEntry | None:
        """The request that led to a call, by its id, or by our token where the answer with the id was lost."""
        entry = await self._journal.by_call_id(call.call_id)
        if entry is None and _TOKEN.fullmatch(call.custom or "") is not None:
            entry = await self._journal.entry(call.custom or "")
            if entry is not None:
                entry = await self._journal.record(entry.token, Outcome("accepted", call.call_id))
        return entry

    async def refresh(self, *, limit: int = _MOST_LOOKS) -> None:
        """Look which calls have ended, the oldest first."""
        accepted = await self._journal.entries(limit=_BUNCH, states=("accepted",))
        for entry in list(reversed(accepted))[:limit]:
            await self._look(entry)

    async def sweep(self) -> None:
        """Everything that time brings: requests nobody answered for, calls that ended, leases that ran out.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self._journal.now()
        for entry in await self._journal.entries(limit=_BUNCH, states=("pending",), overdue=now):
            await self._journal.record(entry.token, Outcome("unknown"), max_unknown=self._max_unknown)
        held = await self._journal.entries(limit=_BUNCH, states=("accepted", "unknown"))
        for entry in self._due(held, now):
            await self._look(entry)
        for entry in held:
            if entry.lease < now:
                await self._journal.record(entry.token, Outcome("lost", entry.call_id))
        await self._journal.prune()

    def _due(self, entries: Iterable[JournalEntry], now: int) -> list[JournalEntry]:
        """Those to look at now: a minute old, and then once a minute; the ones longest not looked at first."""
        open_ = {entry.token: entry for entry in entries}
        self._looked = {call: at for call, at in self._looked.items() if call in open_}
        due = [entry for entry in open_.values() if self._last(entry) + _FIRST_LOOK_MS <= now]
        chosen = sorted(due, key=self._last)[:_MOST_LOOKS]
        self._looked |= {entry.token: now for entry in chosen}
        return chosen

    def _last(self, entry: JournalEntry) -> int:
        return self._looked.get(entry.token, entry.claimed_at)

    async def _look(self, entry: JournalEntry) -> None:
        try:
            if entry.state == "unknown" and entry.conference is not None:
                await self._look_into_room(entry, entry.conference)
            elif (call_id := entry.call_id or entry.subject) is not None:
                call = await self._api.get_call(call_id)
                if call.status == "FINAL":
                    report = report_of(call)
                    # What a change of a call costs is part of that call's own price.
                    await self._journal.settle(entry.token, replace(report, cost=0) if entry.subject else report)
        except StorageError:
            raise
        except VoiceError:
            # The next look may fare better; the lease ends it in any case.
            return

    async def _look_into_room(self, entry: JournalEntry, conference: str) -> None:
        """Find the participant that a lost answer was about: ours by number, and nobody else's call."""
        try:
            participants = await self._api.get_conference(conference)
        except NotFoundError:
            return
        found = [one for one in participants if self._is_for(one, entry)]
        strangers = [one.id for one in found if await self._journal.by_call_id(one.id) is None]
        if len(strangers) == 1:
            await self._journal.record(entry.token, Outcome("accepted", strangers[0]))

    def _is_for(self, participant: Participant, entry: JournalEntry) -> bool:
        number = (participant.cli or "").lstrip("+")
        return bool(number) and self._journal.hashed(f"+{number}") in entry.destinations


def report_of(call: Call) -> EndReport:
    """How a call ended, as the journal keeps it."""
    return EndReport(call.duration, price_micros(call.debit), call.result, call.reason, call.call_id)
