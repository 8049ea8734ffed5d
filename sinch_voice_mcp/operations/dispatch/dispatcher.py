"""Record first, send second, record again: the only way to a request that can ring."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import Clock, Pace
from sinch_voice_mcp.errors import (
    EarlierError,
    InvalidInputError,
    NotSentError,
    OutcomeUnknownError,
    PlatformError,
    RefusedError,
    StorageError,
    VoiceError,
)
from sinch_voice_mcp.operations.admission import limits
from sinch_voice_mcp.operations.dispatch.claims import Request, claim_of
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import (
    CallingStopped,
    Claim,
    Claimed,
    Duplicate,
    Exhausted,
    Granted,
    Journal,
    JournalEntry,
    Mismatch,
    Outcome,
)
from sinch_voice_mcp.text.masking import without_numbers

_LOGGER = logging.getLogger(__name__)

KEY = "idempotency_key"
_MAY_HAVE_BEEN_PLACED = "The call may have been placed. Do not place it again."

StillAllowed = Callable[[], Awaitable[None]]
"""Raises a refusal when calling was stopped meanwhile; asked before each further try."""

Send = Callable[[str, StillAllowed], Awaitable[str | None]]
"""Sends the request with our token in it; returns the id of the call, or None where the platform names none."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A request that was sent, now or before.

    Attributes:
        call_id: The call that it placed or changed; None where the platform names none.
        token: Our token of the request.
        duplicate_of: Our token of the first request where it was sent before.
        warning: What the requester should know about the record of it.
    """

    call_id: str | None
    token: str
    duplicate_of: str | None = None
    warning: str | None = None


@dataclass(slots=True)
class _Sending:
    """A request that is being sent, and where its task leaves the result."""

    done: anyio.Event = field(default_factory=anyio.Event)
    dispatched: Dispatched | None = None
    error: BaseException | None = None


class Dispatcher:
    """Claims, sends and records.

    Args:
        journal: Where requests are recorded.
        policy: The owner's limits.
        tasks: Where requests are sent: the requester may leave, the request and its record are finished.
        refresh: Looks up which calls have ended, where none may be placed before one has.
        clock: Where waits get their time from.
        pace: How long to wait for what.
        patience_s: How long to wait for a request that another server is sending, in seconds.
    """

    def __init__(
        self,
        journal: Journal,
        policy: Policy,
        tasks: TaskGroup,
        *,
        refresh: Callable[[], Awaitable[None]],
        clock: Clock,
        pace: Pace,
        patience_s: float,
    ) -> None:
        self.journal = journal
        self._policy = policy
        self._tasks = tasks
        self._refresh = refresh
        self._clock = clock
        self._pace = pace
        self._patience_s = patience_s
        self._open: dict[str, anyio.CancelScope] = {}
        self._idle = anyio.Event()
        self._unrecorded: dict[str, Outcome] = {}

    async def dispatch(self, request: Request, requester: Requester, send: Send) -> Dispatched:
        """Send a request at most once.

        Args:
            request: The admitted request.
            requester: Who asks, and with which key.
            send: Sends it.

        Raises:
            RefusedError: A limit is reached, or calling is stopped; nothing was sent.
            InvalidInputError: The key belongs to another request; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            PlatformError: The platform rejected it.
            NotSentError: The platform was not reached.
            OutcomeUnknownError: The request may have taken effect, now or when it was sent before.
        """
        claim = claim_of(request, requester, self._policy, self.journal)
        claimed = await self.journal.claim(claim)
        if isinstance(claimed, Exhausted) and claimed.rule in limits.UNTIL_ENDED:
            with self._clock.move_on_after(self._pace.refresh_before_claim_s):
                await self._refresh()
            claimed = await self.journal.claim(claim)
        self._check(claimed, claim)
        if isinstance(claimed, Duplicate):
            return await self._earlier(claimed.entry)
        return await self._send_once(claim.token, send)

    async def check_limits(self, request: Request, requester: Requester) -> None:
        """Raise what :meth:`dispatch` would raise before sending; record and send nothing.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
            InvalidInputError: The key belongs to another request.
            StorageError: The journal cannot be used.
        """
        claim = claim_of(request, requester, self._policy, self.journal)
        self._check(await self.journal.peek(claim), claim)

    def _check(self, claimed: Claimed, claim: Claim) -> None:
        match claimed:
            case Granted() | Duplicate():
                return
            case Mismatch():
                step = "Nothing was sent. If the user wants this call besides the other one, use another key."
                raise InvalidInputError(f"this `{KEY}` belongs to another request", field=KEY, next_step=step)
            case Exhausted():
                raise limits.exhausted(claimed, claim.number)
            case CallingStopped():
                raise limits.stopped(claimed, durable=self.journal.durable)

    @asynccontextmanager
    async def audited(self, kind: str, requester: Requester) -> AsyncGenerator[None]:
        """Note each refusal inside in the audit log, with its rule; the refusal is raised in any case."""
        try:
            yield
        except RefusedError as error:
            try:
                await self.journal.note("refused", {"kind": kind, "principal": requester.principal, "rule": error.rule})
            except StorageError:
                _LOGGER.warning("a refusal could not be noted in the audit log")
            raise

    async def drain(self) -> None:
        """Wait until every request is sent and recorded; when this is canceled, the rest is cut off."""
        try:
            while self._open:
                self._idle = anyio.Event()
                await self._idle.wait()
        finally:
            for sending in self._open.values():
                sending.cancel()

    async def flush(self) -> None:
        """Record the outcomes that could not be recorded when they were known."""
        for token, outcome in list(self._unrecorded.items()):
            try:
                await self._record(token, outcome)
            except StorageError as error:
                _LOGGER.warning("an outcome still cannot be recorded: %s", error.message)
            else:
                self._unrecorded.pop(token, None)

    async def _send_once(self, token: str, send: Send) -> Dispatched:
        sending = _Sending()
        # Shielded: a server that is stopped first finishes what it is sending.
        self._open[token] = anyio.CancelScope(shield=True)
        self._tasks.start_soon(self._send, token, send, sending)
        await sending.done.wait()
        if sending.dispatched is not None:
            return sending.dispatched
        raise sending.error or OutcomeUnknownError(_MAY_HAVE_BEEN_PLACED)

    async def _send(self, token: str, send: Send, sending: _Sending) -> None:
        """Send and record; finishes even where the requester has left."""
        outcome, warning = Outcome("unknown"), None
        try:
            with self._open[token]:
                call_id = await send(token, self._still_allowed)
                outcome = Outcome("accepted", call_id)
                sending.dispatched = Dispatched(call_id, token)
        except VoiceError as error:
            if isinstance(error, OutcomeUnknownError):
                error.record = token
            sending.error = error
            outcome = _outcome(error)
        except Exception as error:
            # A bug must not leave the claim open without a word: the outcome is unknown, and the requester sees it.
            _LOGGER.exception("a request failed unexpectedly")
            sending.error = error
        finally:
            with anyio.CancelScope(shield=True):
                warning = await self._record_or_keep(token, outcome)
            if sending.dispatched is not None and warning is not None:
                sending.dispatched = Dispatched(sending.dispatched.call_id, token, warning=warning)
            self._open.pop(token, None)
            self._idle.set()
            sending.done.set()

    async def _record_or_keep(self, token: str, outcome: Outcome) -> str | None:
        """Record an outcome; where that fails now, keep it for :meth:`flush` and return a warning."""
        try:
            await self._record(token, outcome)
        except Exception:
            # The claim stands and counts as unknown at its deadline, so no server sends the request again meanwhile.
            _LOGGER.exception("an outcome could not be recorded; it is tried again")
            self._unrecorded[token] = outcome
            return "The journal could not be written afterwards; it will be when the database is back."
        return None

    async def _record(self, token: str, outcome: Outcome) -> None:
        await self.journal.record(token, outcome, max_unknown=self._policy.max_unknown_outcomes)

    async def _still_allowed(self) -> None:
        switch = await self.journal.switch()
        if switch is not None:
            raise limits.stopped(switch, durable=self.journal.durable)

    async def _earlier(self, entry: JournalEntry) -> Dispatched:
        """The result of the same request when it was sent before, waiting for it while it is being sent."""
        found: JournalEntry | None = entry
        with self._clock.move_on_after(self._patience_s):
            while found is not None and found.state == "pending":
                await self._clock.sleep(self._pace.pending_poll_s)
                found = await self.journal.entry(entry.token)
        return _repeated(entry if found is None else found)


def _repeated(entry: JournalEntry) -> Dispatched:
    match entry.state:
        case "accepted" | "ended":
            return Dispatched(entry.call_id, entry.token, duplicate_of=entry.token)
        case "rejected" | "not_sent":
            raise EarlierError(entry.error or {}, duplicate_of=entry.token)
        case "lost" if entry.call_id is not None:
            return Dispatched(entry.call_id, entry.token, duplicate_of=entry.token)
        case "pending" | "unknown" | "lost":
            message = "The same request was made before, and the call may have been placed then. Do not place it again."
            raise OutcomeUnknownError(message, record=entry.token, duplicate_of=entry.token)


def _outcome(error: VoiceError) -> Outcome:
    recorded = error.to_json()
    # The platform's message may repeat the number, which the journal does not keep.
    recorded["message"] = without_numbers(error.message)
    match error:
        case NotSentError() | RefusedError() | InvalidInputError() | StorageError():
            return Outcome("not_sent", error=recorded)
        case PlatformError():
            return Outcome("rejected", error=recorded)
        case _:
            return Outcome("unknown", error=recorded)
