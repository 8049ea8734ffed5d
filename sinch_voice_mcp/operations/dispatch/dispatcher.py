"""Send each request that can ring at most once: claim it in the journal, send it, record the outcome."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

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
from sinch_voice_mcp.operations.boundary import error_json
from sinch_voice_mcp.operations.dispatch.claims import Request, claim_of
from sinch_voice_mcp.operations.dispatch.hang_ups import AfterStop, HangUps
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import (
    CallingStopped,
    Claim,
    Claimed,
    Duplicate,
    Exhausted,
    Granted,
    InFlight,
    Journal,
    JournalEntry,
    Mismatch,
    Outcome,
    StillAllowed,
    Withheld,
)
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId, Token

_LOGGER = masked_logger(__name__)

KEY = "idempotency_key"
"""The tools' argument for the key, as errors name it."""

_MAY_HAVE_BEEN_PLACED = "The call may have been placed. Do not place it again."

_SAME_IN_FLIGHT = (
    "A call with the same content is being placed, and what becomes of it is not known yet. Nothing more was sent."
)

Send = Callable[[Token, StillAllowed], Awaitable[CallId | None]]
"""Sends the request with our token in it; returns the ID of the call, or None if the platform gives none."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A request that was sent, now or before.

    Attributes:
        call_id: The call that it placed or changed; None if the platform gives none.
        token: Our token of the request.
        earlier: The earlier request, if the same request was sent before.
        warning: What the requester should know about the record of it.
        after_stop: What became of the call at once, if calling was stopped while the request was being sent.
    """

    call_id: CallId | None
    token: Token
    earlier: JournalEntry | None = None
    warning: str | None = None
    after_stop: AfterStop | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One request to dispatch: the admitted request, its requester, and how it is sent."""

    request: Request
    requester: Requester
    send: Send


@dataclass(slots=True)
class _Sending:
    """A request that is being sent after another one, and the result once its task has finished."""

    after: anyio.Event | None = None
    subject: CallId | None = None
    done: anyio.Event = field(default_factory=anyio.Event)
    dispatched: Dispatched | None = None
    error: BaseException | None = None


class Dispatcher:
    """Claims, sends and records requests.

    Args:
        journal: Where requests are recorded.
        policy: The owner's limits.
        tasks: Runs the sending, so that a request is sent and recorded even if the requester disconnects.
        hang_ups: Ends a call at once if calling was stopped while it was being placed.
        refresh: Looks up which calls have ended, if a limit allows no further call before one has.
        clock: Gives the time for every wait.
        pace: How long each wait lasts.
        patience_s: Seconds to wait for the same request that another server is sending.
    """

    def __init__(
        self,
        journal: Journal,
        policy: Policy,
        tasks: TaskGroup,
        *,
        refresh: Callable[[], Awaitable[None]],
        hang_ups: HangUps,
        clock: Clock,
        pace: Pace,
        patience_s: float,
    ) -> None:
        self.journal = journal
        self._policy = policy
        self._tasks = tasks
        self._refresh = refresh
        self._hang_ups = hang_ups
        self._clock = clock
        self._pace = pace
        self._patience_s = patience_s
        self._open: dict[Token, anyio.CancelScope] = {}
        self._idle = anyio.Event()
        self._unrecorded: dict[Token, Outcome] = {}

    async def dispatch(self, request: Request, requester: Requester, send: Send) -> Dispatched:
        """Send a request at most once.

        Args:
            request: The admitted request.
            requester: The client and principal, and the idempotency key.
            send: Sends it.

        Raises:
            RefusedError: A limit is reached, or calling is stopped; nothing was sent.
            InvalidInputError: The key belongs to another request; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            PlatformError: The platform rejected it.
            NotSentError: The platform was not reached.
            OutcomeUnknownError: The request may have taken effect, now or when it was sent before.
        """
        (result,) = await self.dispatch_together([Part(request, requester, send)])
        if isinstance(result, VoiceError):
            raise result
        return result

    async def dispatch_together(self, parts: Sequence[Part]) -> list[Dispatched | VoiceError]:
        """Send requests at most once each, one after the other; all of them are claimed before the first is sent.

        Returns:
            For each request what was sent, or the error of sending it.

        Raises:
            RefusedError: One of them exceeds a limit, or calling is stopped; nothing was sent.
            InvalidInputError: The key belongs to another request; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
        """
        claims, claimed = await self._claim(parts)
        # The journal may not know yet that a call has ended, so a limit on calls in progress is checked twice.
        if any(_may_have_room(one) for one in claimed):
            with self._clock.move_on_after(self._pace.refresh_before_claim_s):
                await self._refresh()
            claims, claimed = await self._claim(parts)
        self._check(claimed, claims, parts)
        sendings = self._start(claims, claimed, parts)
        return [
            await (self._repeated(one.entry) if isinstance(one, Duplicate) else _sent(sendings[claim.token]))
            for claim, one in zip(claims, claimed, strict=True)
        ]

    async def check_limits(self, parts: Sequence[Part]) -> None:
        """Raise what :meth:`dispatch_together` would raise now before sending; wait for, record and send nothing.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
            InvalidInputError: The key belongs to another request.
            StorageError: The journal cannot be used.
        """
        claims = self._claims(parts)
        self._check(await self.journal.peek_together(claims), claims, parts)

    async def _claim(self, parts: Sequence[Part]) -> tuple[list[Claim], list[Claimed]]:
        """Claim requests; if a call with the same content is being placed, wait until it is known what became of it."""
        claims = self._claims(parts)
        claimed = await self.journal.claim_together(claims)
        with self._clock.move_on_after(self._patience_s):
            while in_flight := [one.entry for one in claimed if isinstance(one, InFlight)]:
                await self._earlier(in_flight[0])
                claims = self._claims(parts)
                claimed = await self.journal.claim_together(claims)
        return claims, claimed

    def _claims(self, parts: Sequence[Part]) -> list[Claim]:
        return [
            claim_of(part.request, part.requester, self._policy, self.journal, place)
            for place, part in enumerate(parts)
        ]

    def _check(self, claimed: Sequence[Claimed], claims: Sequence[Claim], parts: Sequence[Part]) -> None:
        for one, claim, part in zip(claimed, claims, parts, strict=True):
            try:
                self._check_one(one, claim)
            except RefusedError as error:
                if isinstance(one, Exhausted) and one.scope:
                    error.field = part.request.number_at
                raise

    def _check_one(self, claimed: Claimed, claim: Claim) -> None:
        match claimed:
            # Another claim of the list was refused, and raises.
            case Granted() | Duplicate() | Withheld():
                return
            case InFlight(entry=entry):
                raise OutcomeUnknownError(_SAME_IN_FLIGHT, record=entry.token, duplicate_of=entry.token)
            case Mismatch():
                step = "Nothing was sent. If the user wants this call in addition to the other one, use another key."
                raise InvalidInputError(f"this `{KEY}` belongs to another request", field=KEY, next_step=step)
            case Exhausted():
                raise limits.exhausted(claimed, claim.number)
            case CallingStopped():
                raise limits.stopped(claimed, durable=self.journal.durable)

    @asynccontextmanager
    async def audited(self, kind: str, requester: Requester) -> AsyncGenerator[None]:
        """Record a refusal that the block raises in the audit log, with its rule; it is raised again in any case."""
        try:
            yield
        except RefusedError as error:
            try:
                await self.journal.note("refused", {"kind": kind, "principal": requester.principal, "rule": error.rule})
            except StorageError:
                _LOGGER.warning("a refusal could not be recorded in the audit log")
            raise

    async def drain(self) -> None:
        """Wait until every request is sent and recorded; if this is canceled, cancel the requests that remain."""
        try:
            while self._open:
                self._idle = anyio.Event()
                await self._idle.wait()
        finally:
            for sending in self._open.values():
                sending.cancel()

    async def flush(self) -> None:
        """Record the outcomes that could not be recorded when they became known."""
        for token, outcome in list(self._unrecorded.items()):
            try:
                await self._record(token, outcome)
            except StorageError as error:
                _LOGGER.warning("an outcome still cannot be recorded: %s", error.message)
            else:
                self._unrecorded.pop(token, None)

    def _start(
        self, claims: Sequence[Claim], claimed: Sequence[Claimed], parts: Sequence[Part]
    ) -> Mapping[Token, _Sending]:
        """Start to send what was claimed, each after the one before it, even if the requester disconnects."""
        sendings: dict[Token, _Sending] = {}
        before: anyio.Event | None = None
        for claim, one, part in zip(claims, claimed, parts, strict=True):
            if isinstance(one, Granted):
                sendings[claim.token] = sending = _Sending(before, claim.subject)
                # Shielded, so that a server that is stopped first finishes what it is sending.
                self._open[claim.token] = anyio.CancelScope(shield=True)
                self._tasks.start_soon(self._send, claim.token, part.send, sending)
                before = sending.done
        return sendings

    async def _send(self, token: Token, send: Send, sending: _Sending) -> None:
        """Send and record; finishes even if the requester has disconnected."""
        sending.error = NotSentError("The server stopped before the request was sent.")
        outcome, warning, after_stop = _outcome(sending.error), None, None
        try:
            with self._open[token]:
                if sending.after is not None:
                    await sending.after.wait()
                    # Calling may have been stopped while the request before this one was sent.
                    await self._still_allowed()
                sending.error, outcome = None, Outcome("unknown")
                call_id = await send(token, self._still_allowed)
                outcome = Outcome("accepted", call_id, answered=True)
                sending.dispatched = Dispatched(call_id, token)
        except VoiceError as error:
            if isinstance(error, OutcomeUnknownError):
                error.record = token
            sending.error = error
            outcome = _outcome(error)
        except Exception as error:
            # A bug must not leave the claim without an outcome: it is recorded as unknown, and an error is raised.
            _LOGGER.exception("a request failed unexpectedly")
            sending.error = error
        finally:
            # A request that was sent and not recorded could be sent again, so recording is never canceled.
            with anyio.CancelScope(shield=True):
                warning = await self._record_or_keep(token, outcome)
                # A change whose outcome is unknown may have connected a call too.
                if outcome.state in {"accepted", "unknown"}:
                    after_stop = await self._hang_ups.if_stopped(outcome.call_id or sending.subject)
            if sending.dispatched is not None:
                sending.dispatched = replace(sending.dispatched, warning=warning, after_stop=after_stop)
            self._open.pop(token, None)
            self._idle.set()
            sending.done.set()

    async def _record_or_keep(self, token: Token, outcome: Outcome) -> str | None:
        """Record an outcome; if that fails, keep it for :meth:`flush` and return a warning."""
        try:
            await self._record(token, outcome)
        except Exception:
            # The claim remains and counts as unknown at its deadline, so no server sends the request again until then.
            _LOGGER.exception("an outcome could not be recorded; the next sweep tries again")
            self._unrecorded[token] = outcome
            return "The outcome is not in the journal yet; it is recorded when the database is available again."
        return None

    async def _record(self, token: Token, outcome: Outcome) -> None:
        await self.journal.record(token, outcome, max_unknown=self._policy.max_unknown_outcomes)

    async def _still_allowed(self) -> None:
        await limits.refuse_if_stopped(self.journal, self._policy)

    async def _repeated(self, entry: JournalEntry) -> Dispatched | VoiceError:
        try:
            return _earlier_result(await self._earlier(entry))
        except (EarlierError, OutcomeUnknownError) as error:
            return error

    async def _earlier(self, entry: JournalEntry) -> JournalEntry:
        """Return the same earlier request; if that is being sent, wait for its outcome."""
        found: JournalEntry | None = entry
        # Polled, because another server may be sending it.
        with self._clock.move_on_after(self._patience_s):
            while found is not None and found.state == "pending":
                await self._clock.sleep(self._pace.pending_poll_s)
                found = await self.journal.entry(entry.token)
        return entry if found is None else found


def _may_have_room(claimed: Claimed) -> bool:
    """Whether only limits refuse that a call which has ended meanwhile no longer uses."""
    return isinstance(claimed, Exhausted) and limits.UNTIL_ENDED.issuperset((claimed.rule, *claimed.also))


async def _sent(sending: _Sending) -> Dispatched | VoiceError:
    await sending.done.wait()
    if sending.dispatched is not None:
        return sending.dispatched
    error = sending.error or OutcomeUnknownError(_MAY_HAVE_BEEN_PLACED)
    if isinstance(error, VoiceError):
        return error
    raise error


def _earlier_result(entry: JournalEntry) -> Dispatched:
    match entry.state:
        case "accepted" | "ended":
            return Dispatched(entry.call_id, entry.token, earlier=entry)
        case "rejected" | "not_sent":
            raise EarlierError(entry.error or {}, duplicate_of=entry.token)
        # The call was placed; only its end is not known.
        case "lost" if entry.call_id is not None:
            return Dispatched(entry.call_id, entry.token, earlier=entry)
        case "pending" | "unknown" | "lost":
            message = "The same request was sent before, and the call may have been placed then. Do not place it again."
            raise OutcomeUnknownError(message, record=entry.token, duplicate_of=entry.token)


def _outcome(error: VoiceError) -> Outcome:
    recorded = error_json(error)
    match error:
        case NotSentError() | RefusedError() | InvalidInputError() | StorageError():
            return Outcome("not_sent", error=recorded)
        case PlatformError():
            return Outcome("rejected", error=recorded)
        case _:
            return Outcome("unknown", error=recorded)
