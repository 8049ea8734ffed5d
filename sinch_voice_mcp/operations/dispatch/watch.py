"""Watch calls that the platform reports as ongoing: none lasts longer than what was reserved for it."""

from dataclasses import dataclass

from sinch_voice_mcp.errors import NotFoundError, VoiceError
from sinch_voice_mcp.operations.admission.limits import MINUTE
from sinch_voice_mcp.operations.dispatch.claims import SENDING_MS, SETTLING_MS, lasting_ms
from sinch_voice_mcp.policy import Policy, minutes
from sinch_voice_mcp.ports import CHANGES, INBOUND, CallsApi, Journal, JournalEntry, Prolonged
from sinch_voice_mcp.svaml import HANG_UP
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId, Micros, Millis
from sinch_voice_mcp.wire.calls import ANSWERED, Call

_LOGGER = masked_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """Bounds the calls that go on at the platform.

    A text that is spoken has no duration that could be sent, and a call that is changed can outlast what was sent.
    """

    api: CallsApi
    journal: Journal
    policy: Policy

    async def ongoing(self, entry: JournalEntry, call: Call) -> None:
        """Count what an ongoing call costs, hold its limits, and hang it up if it outlasts what was reserved.

        Args:
            entry: The request that placed or changed the call.
            call: The call as the platform reports it now; it has not ended.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self.journal.now()
        if not _is_bounded(entry):
            await self._hold(entry, now, self._again(entry))
            return
        added = await self.journal.prolonged(call.call_id)
        # The platform may report the result only at the end, so a call that no longer can be ringing is answered too.
        answered = call.result == ANSWERED or call.duration > 0 or now > self._rings_until(entry)
        await self._hold(entry, now, Micros(_uncounted(entry, added, now) if answered else 0))
        if now > self.ends_at(entry, added):
            await self._hang_up(entry, call.call_id)

    async def unseen(self, entry: JournalEntry) -> None:
        """Bound a call of ours of which the platform does not say whether it is in progress, as if it were.

        Its limits are not held for longer: without an answer, only its lease says when it is given up.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self.journal.now()
        if entry.call_id is None or not _is_bounded(entry):
            return
        added = await self.journal.prolonged(entry.call_id)
        if now <= self.ends_at(entry, added):
            return
        if more := _uncounted(entry, added, now):
            await self.journal.renew(entry.token, entry.lease, Micros(more))
        await self._hang_up(entry, entry.call_id)

    def _rings_until(self, entry: JournalEntry) -> Millis:
        return Millis(entry.claimed_at + SENDING_MS + lasting_ms(0, self.policy))

    def ends_at(self, entry: JournalEntry, added: Prolonged) -> Millis:
        """Return the instant at which a call is hung up: its ringing, its longest duration, and a grace of 90 s."""
        seconds = (entry.seconds or 0) + added.seconds
        return Millis(entry.claimed_at + SENDING_MS + lasting_ms(seconds, self.policy))

    def _again(self, entry: JournalEntry) -> Micros:
        """Return what is reserved again if a call that this journal did not place outlasts the reserved time."""
        overdue = entry.kind in CHANGES and entry.lease <= self.journal.now()
        return Micros(entry.rate * minutes(entry.seconds or 0) if overdue else 0)

    async def _hold(self, entry: JournalEntry, now: Millis, more: Micros) -> None:
        if more or entry.lease <= now:
            lease = Millis(now + SETTLING_MS) if entry.lease <= now else entry.lease
            await self.journal.renew(entry.token, lease, more)

    async def _hang_up(self, entry: JournalEntry, call_id: CallId) -> None:
        try:
            await self.api.update_call(call_id, HANG_UP)
        except NotFoundError:
            # It has ended already; the next lookup settles it.
            return
        except VoiceError as error:
            # The next lookup tries again; until then the call holds its limits, and each minute is counted.
            _LOGGER.warning("a call that lasts longer than was reserved could not be hung up: %s", error.message)
            return
        await self.journal.note("hung_up", {"call_id": call_id, "because": "reserved time is over"}, entry.token)


def _is_bounded(entry: JournalEntry) -> bool:
    """Whether this journal placed the call, and knows how long it may last."""
    return entry.kind not in CHANGES and entry.kind != INBOUND and entry.seconds is not None


def _uncounted(entry: JournalEntry, added: Prolonged, now: Millis) -> int:
    """Return by how much a call may cost more until the next lookup than was reserved for it."""
    elapsed = minutes((now - entry.claimed_at + MINUTE) / 1000)
    within = minutes((entry.seconds or 0) + added.seconds)
    if elapsed <= within:
        return 0
    return max(entry.rate * elapsed - entry.reserved - added.reserved, 0)
