"""Record first, send second, record again: the only way to a request that can ring."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup

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
from sinch_voice_mcp.operations.requester import Requester, digest
from sinch_voice_mcp.policy import Exposure, Policy
from sinch_voice_mcp.ports import (
    Claim,
    Claimed,
    Duplicate,
    Entry,
    Exhausted,
    Granted,
    Journal,
    Key,
    Mismatch,
    Outcome,
    Stopped,
)
from sinch_voice_mcp.text.masking import shortened, without_numbers
from sinch_voice_mcp.types import JsonObject

_LOGGER = logging.getLogger(__name__)

KEY = "idempotency_key"
SAME_REQUEST_MS = 120_000
"""For so long the same arguments without a key are the same request."""

KEY_MS = 30 * limits.DAY
TOKEN_MS = limits.HOUR
"""Longer than any sealed answer is accepted."""

SENDING_MS = 90_000
"""Longer than the client ever takes: four tries, and the wait that the platform may ask for."""

AFTERWARDS_MS = 600_000
_REFRESH_S = 5.0
_LOOK_S = 0.1
"""Seconds between looks at a request that somebody else is sending."""

StillAllowed = Callable[[], Awaitable[None]]
Send = Callable[[str, StillAllowed], Awaitable[str | None]]
"""Sends the request with our token in it; asked before each further try whether it may."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that passed the guard, as the journal sees it.

    Attributes:
        kind: The callout's method, or ``update``.
        wire: Its JSON object as it would be sent, without our token.
        exposure: Whom it rings, how long at most, and what that may cost.
        conference: The room that it joins.
        subject: The call that it changes.
        together: What else it was asked for with; part of its identity.
        text: What is spoken, for owners who keep that.
    """

    kind: str
    wire: JsonObject
    exposure: Exposure
    conference: str | None = None
    subject: str | None = None
    together: object = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A request that was sent; ``duplicate_of`` is our token of the first one where it was sent before."""

    call_id: str | None
    call: str
    duplicate_of: str | None = None
    warning: str | None = None


@dataclass(slots=True)
class _Box:
    """Where the task that sends leaves what came of it."""

    done: anyio.Event = field(default_factory=anyio.Event)
    carried: Carried | None = None
    error: BaseException | None = None


class Dispatcher:
    """Claims, sends and records.

    Args:
        journal: Where requests are written down.
        policy: The owner's limits.
        tasks: Where requests are sent: whoever asked may leave, the request and its record go on.
        patience_s: How long to wait for what somebody else is sending, in seconds.
    """

    def __init__(self, journal: Journal, policy: Policy, tasks: TaskGroup, patience_s: float) -> None:
        self.journal = journal
        self.policy = policy
        self._tasks = tasks
        self._patience_s = patience_s
        self._open: dict[str, anyio.CancelScope] = {}
        self._idle = anyio.Event()
        self._unrecorded: dict[str, Outcome] = {}

    async def carry_out(
        self, request: Request, requester: Requester, send: Send, refresh: Callable[[], Awaitable[None]]
    ) -> Carried:
        """Send a request at most once.

        Args:
            request: What is asked for.
            requester: Who asks, and by which name.
            send: Sends it.
            refresh: Looks which calls have ended, where none may be placed before one has.

        Raises:
            RefusedError: A limit is reached, or calling is stopped; nothing was sent.
            InvalidInputError: The key belongs to another request; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            PlatformError: The platform says no.
            NotSentError: The platform was not reached.
            OutcomeUnknownError: The request may have been carried out, now or when it was made before.
        """
        claimed = await self.journal.claim(claim := self._claim(request, requester))
        if isinstance(claimed, Exhausted) and claimed.rule in limits.UNTIL_ENDED:
            with anyio.move_on_after(_REFRESH_S):
                await refresh()
            claimed = await self.journal.claim(claim)
        self._refuse(claimed, claim)
        return await (
            self._earlier(claimed.entry) if isinstance(claimed, Duplicate) else self._dispatch(claim.call, send)
        )

    async def check_limits(self, request: Request, requester: Requester) -> None:
        """Say no where :meth:`carry_out` would, now; nothing is sent and nothing written down.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
            InvalidInputError: The key belongs to another request.
            StorageError: The journal cannot be used.
        """
        claim = self._claim(request, requester)
        self._refuse(await self.journal.peek(claim), claim)

    def _refuse(self, claimed: Claimed, claim: Claim) -> None:
        match claimed:
            case Granted() | Duplicate():
                return
            case Mismatch():
                step = "Nothing was sent. If the user wants this call besides the other one, use another key."
                raise InvalidInputError(f"this `{KEY}` belongs to another request", field=KEY, next_step=step)
            case Exhausted():
                raise limits.exhausted(claimed, claim.number)
            case Stopped():
                raise limits.stopped(claimed, durable=self.journal.durable)

    @asynccontextmanager
    async def audited(self, kind: str, requester: Requester) -> AsyncGenerator[None]:
        """Note in the audit log what is refused inside, by which rule; the refusal stands in any case."""
        try:
            yield
        except RefusedError as error:
            try:
                await self.journal.note("refused", {"kind": kind, "principal": requester.principal, "rule": error.rule})
            except StorageError:
                _LOGGER.warning("a refusal could not be noted in the audit log")
            raise

    async def drained(self) -> None:
        """Wait until nothing is being sent any more; when whoever waits gives up, what is left is cut off."""
        try:
            while self._open:
                self._idle = anyio.Event()
                await self._idle.wait()
        finally:
            for sending in self._open.values():
                sending.cancel()

    async def flush(self) -> None:
        """Record what could not be recorded when it was known."""
        for call, outcome in list(self._unrecorded.items()):
            try:
                await self.journal.record(call, outcome, max_unknown=self.policy.max_unknown_outcomes)
            except StorageError as error:
                _LOGGER.warning("an outcome still cannot be recorded: %s", error.message)
            else:
                self._unrecorded.pop(call, None)

    def _claim(self, request: Request, requester: Requester) -> Claim:
        now = self.journal.now()
        fingerprint = digest(requester.principal, request.kind, request.subject, request.wire, request.together)
        numbers = tuple(found.e164 for found in request.exposure.numbers)
        counted = [self.journal.hashed(number) for number in numbers if number not in self.policy.trusted_numbers]
        longest = request.exposure.seconds + self.policy.dial_timeout_s
        return Claim(
            call=uuid4().hex,
            principal=requester.principal,
            kind=request.kind,
            keys=tuple(_keys(requester, fingerprint, now)),
            fingerprint=fingerprint,
            destinations=tuple(self.journal.hashed(number) for number in numbers),
            number=shortened(numbers[0]) if numbers else None,
            conference=request.conference,
            subject=request.subject,
            units=limits.units(self.policy, counted, request.exposure.micros, now),
            gaps=limits.gaps(self.policy, counted),
            reserved=request.exposure.micros,
            currency=request.exposure.currency,
            now=now,
            deadline=now + SENDING_MS,
            lease=now + SENDING_MS + longest * 1000 + AFTERWARDS_MS,
            details=self._details(request, requester, numbers),
        )

    def _details(self, request: Request, requester: Requester, numbers: tuple[str, ...]) -> JsonObject:
        kept: dict[str, object] = {
            "principal": requester.principal,
            "kind": request.kind,
            "numbers": [shortened(number) for number in numbers],
            "destinations": [self.journal.hashed(number) for number in numbers],
            "answer": requester.answer,
            "reserved": request.exposure.micros / limits.MICROS,
            "currency": request.exposure.currency,
            "conference": None if request.conference is None else digest(request.conference)[:16],
            "subject": request.subject,
            "text": request.text if self.policy.audit_text else None,
        }
        return {name: value for name, value in kept.items() if value not in (None, [])}

    async def _dispatch(self, call: str, send: Send) -> Carried:
        box = _Box()
        # A server that is told to stop ends what it sends before everything else.
        self._open[call] = anyio.CancelScope(shield=True)
        self._tasks.start_soon(self._send, call, send, box)
        await box.done.wait()
        if box.carried is not None:
            return box.carried
        raise box.error or OutcomeUnknownError("The call may have been placed. Do not place it again.")

    async def _send(self, call: str, send: Send, box: _Box) -> None:
        """Send and record; runs to its end even where whoever asked has left."""
        outcome, warning = Outcome("unknown"), None
        try:
            with self._open[call]:
                call_id = await send(call, self._still_allowed)
                outcome = Outcome("accepted", call_id)
                box.carried = Carried(call_id, call)
        except VoiceError as error:
            if isinstance(error, OutcomeUnknownError):
                error.record = call
            box.error = error
            outcome = _outcome(error)
        except Exception as error:
            _LOGGER.exception("a request failed in an unforeseen way")
            box.error = error
        finally:
            with anyio.CancelScope(shield=True):
                warning = await self._recorded(call, outcome)
            if box.carried is not None and warning is not None:
                box.carried = Carried(box.carried.call_id, call, warning=warning)
            self._open.pop(call, None)
            self._idle.set()
            box.done.set()

    async def _recorded(self, call: str, outcome: Outcome) -> str | None:
        """Record an outcome; a warning where the journal cannot be written now."""
        try:
            await self.journal.record(call, outcome, max_unknown=self.policy.max_unknown_outcomes)
        except Exception:
            # Nobody else may send it meanwhile: the claim stands, and counts as unknown when its time is over.
            _LOGGER.exception("an outcome could not be recorded; it is tried again")
            self._unrecorded[call] = outcome
            return "The journal could not be written afterwards; it will be when the database is back."
        return None

    async def _still_allowed(self) -> None:
        switch = await self.journal.switch()
        if switch is not None:
            raise limits.stopped(switch, durable=self.journal.durable)

    async def _earlier(self, entry: Entry) -> Carried:
        """What came of the same request when it was made before, waiting for it where it is being sent."""
        found: Entry | None = entry
        with anyio.move_on_after(self._patience_s):
            while found is not None and found.state == "pending":
                await anyio.sleep(_LOOK_S)
                found = await self.journal.entry(entry.call)
        return _repeated(entry if found is None else found)


def _repeated(entry: Entry) -> Carried:
    match entry.state:
        case "accepted" | "ended":
            return Carried(entry.call_id, entry.call, duplicate_of=entry.call)
        case "rejected" | "not_sent":
            raise EarlierError(entry.error or {}, duplicate_of=entry.call)
        case "lost" if entry.call_id is not None:
            return Carried(entry.call_id, entry.call, duplicate_of=entry.call)
        case "pending" | "unknown" | "lost":
            message = "The same request was made before, and the call may have been placed then. Do not place it again."
            raise OutcomeUnknownError(message, record=entry.call, duplicate_of=entry.call)


def _outcome(error: VoiceError) -> Outcome:
    told = error.to_json()
    # The platform's words may repeat the number, which the journal does not keep.
    told["message"] = without_numbers(error.message)
    match error:
        case NotSentError() | RefusedError() | InvalidInputError() | StorageError():
            return Outcome("not_sent", error=told)
        case PlatformError():
            return Outcome("rejected", error=told)
        case _:
            return Outcome("unknown", error=told)


def _keys(requester: Requester, fingerprint: str, now: int) -> list[Key]:
    if requester.key is not None:
        keys = [Key(digest("key", requester.principal, requester.key), now + KEY_MS)]
    else:
        keys = [Key(digest("same", fingerprint), now + SAME_REQUEST_MS)]
    if requester.token is not None:
        keys.append(Key(digest("token", requester.token), now + TOKEN_MS))
    return sorted(keys, key=lambda key: key.digest)
