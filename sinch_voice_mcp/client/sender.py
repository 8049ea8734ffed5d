"""Send one request: attempt it, classify the result, wait, retry where its policy allows, or raise."""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import httpx2

from sinch_voice_mcp.client.error_mapping import (
    AttemptResult,
    Rejected,
    Uncertain,
    classify,
    foreign_texts,
    read_answer,
)
from sinch_voice_mcp.client.identity import PlatformIdentity
from sinch_voice_mcp.client.requests import ApiRequest, Authenticator
from sinch_voice_mcp.client.retries import READ, Retries, RetryPolicy
from sinch_voice_mcp.client.transport import Answered, Attempt, Connections, Lost, NotSent, Timeouts, attempt
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.deadline import SENDING_S, current_deadline
from sinch_voice_mcp.errors import NotSentError, OutcomeUnknownError, PlatformError, UnavailableError, VoiceError
from sinch_voice_mcp.progress import report_progress
from sinch_voice_mcp.types import Payload

PayloadT = TypeVar("PayloadT", bound=Payload)

BeforeRetry = Callable[[], Awaitable[None]]
"""Called before each retry; raises if the request must not be sent again."""


class Sender:
    """Sends requests under their retry policy and raises the error that they end with.

    Args:
        connections: The connections to the platform.
        authenticator: Makes the headers.
        timeouts: For each attempt.
        clock: Measures ``Retry-After`` dates and waits between attempts.
        jitter: Returns a number between 0 and 1 for the length of a delay.
        identity: Looks at what every attempt brings back.
        advice: Next steps by error code, for a platform that knows better than the table.
    """

    def __init__(
        self,
        connections: Connections,
        authenticator: Authenticator,
        timeouts: Timeouts,
        clock: Clock,
        jitter: Callable[[], float],
        *,
        identity: PlatformIdentity,
        advice: Mapping[int, str],
    ) -> None:
        self._connections = connections
        self._authenticator = authenticator
        self._timeouts = timeouts
        self._clock = clock
        self._jitter = jitter
        self._identity = identity
        self._advice = advice

    async def send(self, request: ApiRequest, policy: RetryPolicy, before_retry: BeforeRetry | None = None) -> Answered:
        """Send a request, and retry it where its policy allows.

        Raises:
            PlatformError: The platform rejected it.
            UnavailableError: A request that changes nothing got no usable answer.
            NotSentError: The platform was not reached.
            OutcomeUnknownError: The platform may have acted.
        """
        retries = Retries(policy, self._jitter)
        earlier: Uncertain | None = None
        _check_time(policy)
        while True:
            result = await self._attempt(request, policy)
            if isinstance(result, Answered):
                return result
            delay = retries.delay_after(result)
            if delay is None or not _is_time_for_another(delay, policy):
                cause = result.cause if isinstance(result, NotSent | Uncertain) else None
                raise _final_error(result, earlier, policy) from cause
            # Kept, because a later attempt cannot undo what this one may have done.
            earlier = result if isinstance(result, Uncertain) else earlier
            await _report_wait(result, delay)
            await self._clock.sleep(delay)
            # After the delay, not before it: what forbids a retry may happen meanwhile.
            if before_retry is not None:
                await before_retry()

    async def fetch(
        self,
        kind: type[PayloadT],
        request: ApiRequest,
        policy: RetryPolicy = READ,
        before_retry: BeforeRetry | None = None,
    ) -> PayloadT:
        """Send a request and return the body of its answer as a payload; raises what ``send`` raises."""
        answer = await self.send(request, policy, before_retry)
        payload = read_answer(kind, answer.body)
        if payload is None:
            reason = f"the platform answered {answer.status} with an unexpected body"
            raise _uncertain_error(Uncertain(reason, answer.status), policy)
        return payload

    async def _attempt(self, request: ApiRequest, policy: RetryPolicy) -> AttemptResult:
        url = httpx2.URL(request.url)
        headers = self._authenticator.headers(request, url.raw_path.decode("ascii"))
        sent = httpx2.Request(request.method, url, headers=headers, content=request.body or None)
        transport = self._connections.transport(new_connection=not policy.idempotent)
        done = await self._within_tool_call(attempt(transport, sent, self._timeouts), policy)
        self._identity.note(done)
        result = classify(
            done,
            now=self._clock.now(),
            hidden=self._authenticator.secrets_in(headers),
            needs_body=policy.needs_body,
            places_call=policy.places_call,
        )
        if isinstance(result, Rejected):
            result.error.next_step = self._advice.get(result.error.error_code or 0, result.error.next_step)
        return result

    async def _within_tool_call(self, sending: Awaitable[Attempt], policy: RetryPolicy) -> Attempt:
        """Wait for a look-up no longer than the tool call lasts that it is part of.

        A change has begun in time for its own timeout; cut short, it would leave its outcome unknown.
        """
        deadline = current_deadline()
        if deadline is None or not policy.read_only:
            return await sending
        with self._clock.move_on_after(deadline.left_s):
            return await sending
        return Lost("there was no answer within the time of one tool call")


async def _report_wait(result: AttemptResult, delay: float) -> None:
    """Report to the client a wait that the platform asked for; a pause of our own is too short to matter."""
    asked = result.error.retry_after if isinstance(result, Rejected) else None
    if isinstance(result, Uncertain):
        asked = result.retry_after
    if asked:
        await report_progress(f"The platform asks to wait {math.ceil(delay)} s before this request is sent again.")


def _check_time(policy: RetryPolicy) -> None:
    """Raise unless the tool call has time for a request.

    Raises:
        UnavailableError: There is none left for a look-up.
        NotSentError: There is too little left for a change, whose answer might come too late.
    """
    if _is_time_for_another(0, policy):
        return
    if policy.read_only:
        raise UnavailableError("There is no usable answer: the time of this tool call is up.", status=0)
    raise NotSentError("The request was not sent: the time of this tool call is up.")


def _is_time_for_another(delay: float, policy: RetryPolicy) -> bool:
    """Whether the tool call has time for an attempt after a delay in seconds."""
    deadline = current_deadline()
    if deadline is None:
        return True
    needed = 0 if policy.read_only else SENDING_S
    return deadline.left_s - delay >= needed and deadline.left_s > delay


def _final_error(last: Rejected | NotSent | Uncertain, earlier: Uncertain | None, policy: RetryPolicy) -> VoiceError:
    """Return the error of a request whose last attempt is over.

    Args:
        last: What the last attempt came to.
        earlier: An attempt before it that the platform may have seen. Its outcome stays unknown whatever a later
            answer says: after a hang-up that was carried out, the next one is "not found".
        policy: The policy of the request.
    """
    match last:
        case Uncertain():
            return _uncertain_error(last, policy)
        case NotSent():
            reason = f"The platform was not reached: {last.reason}."
            return NotSentError(reason) if earlier is None else _uncertain_error(earlier, policy)
        case Rejected():
            if earlier is None or policy.read_only:
                return last.error
            return _uncertain_error(earlier, policy, then=last.error)


def _uncertain_error(result: Uncertain, policy: RetryPolicy, *, then: PlatformError | None = None) -> VoiceError:
    """Return the error if no usable answer came: harmless for a read, an unknown outcome for a change.

    Args:
        result: What came back.
        policy: The policy of the request.
        then: How the platform rejected a retry.
    """
    retry = "" if then is None else f"; then a retry: {then.message}"
    reason = f"{result.reason}{retry}".rstrip(".")
    if policy.read_only:
        return _unavailable_error(result, reason)
    next_step = f"{policy.next_step} {result.next_step or ''}".strip()
    error = OutcomeUnknownError(f"{policy.unknown} What is known: {reason}.", next_step=next_step)
    error.retry_safe = policy.idempotent
    # What the platform wrote last is shown, because it is the more specific.
    error.untrusted = {**foreign_texts(result.error_body), **({} if then is None else then.untrusted)}
    return error


def _unavailable_error(result: Uncertain, reason: str) -> UnavailableError:
    body = result.error_body
    error = UnavailableError(
        f"There is no usable answer: {reason}.",
        status=result.status,
        error_code=None if body is None else body.error_code,
        retry_after=result.retry_after,
        next_step=result.next_step,
    )
    error.untrusted = foreign_texts(body)
    return error
