"""Map the result of one attempt to a meaning: answered, rejected by the platform, not sent, or uncertain."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

from pydantic_core import from_json

from sinch_voice_mcp.client import advice
from sinch_voice_mcp.client.transport import Answered, Attempt, Lost, NotSent
from sinch_voice_mcp.errors import (
    AuthenticationError,
    CapacityError,
    CreditError,
    ForbiddenError,
    NotFoundError,
    PlatformError,
)
from sinch_voice_mcp.text.cleaning import cut, one_line
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.applications import ErrorBody
from sinch_voice_mcp.wire.codes import answer_in_words, is_success
from sinch_voice_mcp.wire.integers import MAX_REPORTED

PayloadT = TypeVar("PayloadT", bound=Payload)

_MAX_MESSAGE_CHARS = 500
_MAX_REFERENCE_CHARS = 100
_MAX_EXAMINED_CHARS = 10_000
"""The rest of a longer text is dropped before it is cleaned, so that cleaning costs little."""

_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
_BY_STATUS: dict[int, type[PlatformError]] = {
    HTTPStatus.UNAUTHORIZED: AuthenticationError,
    HTTPStatus.PAYMENT_REQUIRED: CreditError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.TOO_MANY_REQUESTS: CapacityError,
}
_AMBIGUOUS: frozenset[int] = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY})
"""Statuses with which the platform may have acted: timeout, conflict with an earlier request, too early."""
_TRANSIENT: frozenset[int] = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform answered with an error; the request had no effect."""

    error: PlatformError


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The platform may have acted, and what came back does not say.

    Attributes:
        reason: What came back.
        status: HTTP status; 0 if not even that came.
        transient: Whether the same request may succeed in a moment.
        error_body: The platform's error body, if there was one.
        retry_after: Seconds to wait, if the platform gave them.
        next_step: What to do about it, if that is known.
        cause: The exception that led to it.
    """

    reason: str
    status: int = 0
    transient: bool = False
    error_body: ErrorBody | None = None
    retry_after: float | None = None
    next_step: str | None = None
    cause: Exception | None = None


AttemptResult = Answered | Rejected | NotSent | Uncertain


def classify(
    attempt: Attempt, *, now: datetime, hidden: Iterable[str], needs_body: bool, places_call: bool
) -> AttemptResult:
    """Return what an attempt means.

    Args:
        attempt: What is certain about it.
        now: The current instant, for waits that are given as a date.
        hidden: Texts that must not be in any message.
        needs_body: Whether the request needs the answer's body; without it, a status of success is enough.
        places_call: Whether the request places a call: then a conflict may mean that an earlier one did.
    """
    match attempt:
        case NotSent():
            return attempt
        case Lost(reason, status, cause):
            if not needs_body and is_success(status):
                return Answered(status, b"")
            return Uncertain(reason, status, transient=True, cause=cause)
        case Answered(status) if is_success(status):
            return attempt
        case Answered():
            return _classify_error(attempt, now, tuple(hidden), places_call=places_call)


def _is_redirect(status: int) -> bool:
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def _is_client_error(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _classify_error(
    answer: Answered, now: datetime, hidden: tuple[str, ...], *, places_call: bool
) -> Rejected | Uncertain:
    status = answer.status
    error_body = _error_body(answer.body, hidden)
    wait = retry_after_s(answer.retry_after, now)
    # For a callout, a conflict may come from an earlier copy of itself; for anything else it is an ordinary rejection.
    ambiguous = _AMBIGUOUS if places_call else _AMBIGUOUS - {HTTPStatus.CONFLICT}
    # A gateway that limits the rate has not passed the request on, even if the body is not the platform's.
    certain = status == HTTPStatus.TOO_MANY_REQUESTS or (error_body is not None and status not in ambiguous)
    if certain and _is_client_error(status):
        return Rejected(_platform_error(status, error_body, wait))
    return Uncertain(
        _reason(status, error_body),
        status,
        transient=status in _TRANSIENT,
        error_body=error_body,
        retry_after=wait,
        next_step=_next_step(status, error_body),
    )


def _platform_error(status: int, error_body: ErrorBody | None, wait: float | None) -> PlatformError:
    kind = _BY_STATUS.get(status, PlatformError)
    error_code = None if error_body is None else error_body.error_code
    error = kind(
        answer_in_words(status, error_code),
        status=status,
        error_code=error_code,
        retry_after=wait,
        next_step=advice.next_step(error_code, "" if error_body is None else error_body.message),
    )
    error.untrusted = foreign_texts(error_body)
    return error


def foreign_texts(error_body: ErrorBody | None) -> Mapping[str, str]:
    """Return what the platform wrote into an error body: its message, and its support's reference if there is one."""
    if error_body is None:
        return {}
    reference = {} if error_body.reference is None else {"reference": error_body.reference}
    return {"message": error_body.message} | reference


def _reason(status: int, error_body: ErrorBody | None) -> str:
    if _is_redirect(status):
        return f"the answer was a redirect ({status}), and redirects are never followed"
    if error_body is not None:
        words = answer_in_words(status, error_body.error_code)
        return f"{words[0].lower()}{words[1:].rstrip('.')}"
    return f"the answer was {status}, without the platform's error body"


def _next_step(status: int, error_body: ErrorBody | None) -> str | None:
    if _is_redirect(status):
        return advice.REDIRECT
    if error_body is not None:
        return advice.next_step(error_body.error_code)
    if status == HTTPStatus.UNAUTHORIZED:
        return advice.CREDENTIALS
    return advice.FOREIGN if _is_client_error(status) else None


def _error_body(body: bytes, hidden: tuple[str, ...]) -> ErrorBody | None:
    """Return the platform's error body, cleaned; None if the body came from another server."""
    error_body = read_answer(ErrorBody, body)
    if error_body is None:
        return None
    reference = None if error_body.reference is None else clean(error_body.reference, hidden, _MAX_REFERENCE_CHARS)
    message = clean(error_body.message, hidden, _MAX_MESSAGE_CHARS)
    return error_body.model_copy(update={"message": message or "no message", "reference": reference, "status": None})


def read_answer(kind: type[PayloadT], body: bytes) -> PayloadT | None:
    """Return the body of an answer as a payload; None if it is not one."""
    try:
        return kind.read(from_json(body))
    # pydantic raises ValueError; arithmetic on absurd numbers and dates raises ArithmeticError.
    except (ValueError, ArithmeticError):
        return None


def clean(text: str, hidden: Iterable[str], longest: int) -> str:
    """Return a foreign text on one line, without invisible characters and secrets, cut to ``longest`` characters."""
    shown = one_line(text, _MAX_EXAMINED_CHARS)
    for secret in hidden:
        shown = shown.replace(secret, "[hidden]")
    return cut(shown, longest)


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the header ``Retry-After`` in seconds, whether it is a number or a date; None if it is neither."""
    if header is None:
        return None
    if _SECONDS.fullmatch(header.strip()):
        # Anything longer says the same: not now.
        return float(min(int(header), MAX_REPORTED))
    try:
        until = parsedate_to_datetime(header)
        until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return min(max(0.0, (until - now).total_seconds()), MAX_REPORTED)
    except (ValueError, TypeError, OverflowError):
        return None
