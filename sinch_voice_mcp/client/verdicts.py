"""What one try means: done, refused by the platform, never sent, or unsure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from pydantic_core import from_json

from sinch_voice_mcp.client import advice
from sinch_voice_mcp.client.sending import Answer, Lost, NotSent, Try
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

PayloadT = TypeVar("PayloadT", bound=Payload)

_LONGEST_MESSAGE = 500
_LONGEST_REFERENCE = 100
_EXAMINED = 10_000
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
_BY_STATUS: dict[int, type[PlatformError]] = {
    401: AuthenticationError,
    402: CreditError,
    403: ForbiddenError,
    404: NotFoundError,
    429: CapacityError,
}
_CONFLICT = 409
_AMBIGUOUS = frozenset({408, _CONFLICT, 425})
"""Refusals that may come from half-way through: timeout, conflict with an earlier request, too early."""
_PASSING = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Refusal:
    """The platform said no; nothing was done."""

    error: PlatformError


@dataclass(frozen=True, slots=True)
class Unsure:
    """The platform may have acted, and what came back does not say.

    Attributes:
        reason: What came back, in plain words.
        status: HTTP status; 0 where not even that came.
        passing: Whether the same request may well fare better in a moment.
        said: The platform's error body, where there was one.
        retry_after: Seconds to wait, if the platform gave them.
        next_step: What to do about it, where that is known.
        cause: The exception that led to it.
    """

    reason: str
    status: int = 0
    passing: bool = False
    said: ErrorBody | None = None
    retry_after: float | None = None
    next_step: str | None = None
    cause: Exception | None = None


Verdict = Answer | Refusal | NotSent | Unsure


def judge(one_try: Try, *, now: datetime, hidden: Iterable[str], reads: bool, rings: bool) -> Verdict:
    """What a try means.

    Args:
        one_try: What is certain about it.
        now: The current instant, for waits that are given as a date.
        hidden: Texts that must not be in any message.
        reads: Whether the request needs the answer's body; without, a status of success is enough.
        rings: Whether the request places a call: then a conflict may mean that an earlier one did.
    """
    match one_try:
        case NotSent():
            return one_try
        case Lost():
            if not reads and _is_success(one_try.status):
                return Answer(one_try.status, b"")
            return Unsure(one_try.reason, one_try.status, passing=True, cause=one_try.cause)
        case Answer():
            return one_try if _is_success(one_try.status) else _judge_refusal(one_try, now, tuple(hidden), rings=rings)


def _is_success(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - the numbers are the meaning


def _judge_refusal(answer: Answer, now: datetime, hidden: tuple[str, ...], *, rings: bool) -> Refusal | Unsure:
    said = _said(answer.body, hidden)
    wait = seconds_to_wait(answer.retry_after, now)
    ambiguous = _AMBIGUOUS if rings else _AMBIGUOUS - {_CONFLICT}
    certain = answer.status == 429 or (said is not None and answer.status not in ambiguous)  # noqa: PLR2004 - HTTP
    if certain and 400 <= answer.status < 500:  # noqa: PLR2004 - HTTP
        return Refusal(_platform_error(answer.status, said, wait))
    return Unsure(
        _reason(answer.status, said),
        answer.status,
        passing=answer.status in _PASSING,
        said=said,
        retry_after=wait,
        next_step=_next_step(answer.status, said),
    )


def _platform_error(status: int, said: ErrorBody | None, wait: float | None) -> PlatformError:
    kind = _BY_STATUS.get(status, PlatformError)
    if said is None:
        return kind(f"The platform answered {status}.", status=status, retry_after=wait)
    return kind(
        said.message,
        status=status,
        error_code=said.error_code,
        reference=said.reference,
        retry_after=wait,
        next_step=advice.next_step(said.error_code),
    )


def _reason(status: int, said: ErrorBody | None) -> str:
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP
        return f"the answer was a redirect ({status}), and those are never followed"
    if said is not None:
        return f"the platform answered {status}: {said.message}"
    return f"the answer was {status}, without the platform's error body"


def _next_step(status: int, said: ErrorBody | None) -> str | None:
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP
        return advice.REDIRECT
    if said is not None:
        return advice.next_step(said.error_code)
    return advice.FOREIGN if 400 <= status < 500 else None  # noqa: PLR2004 - HTTP


def _said(body: bytes, hidden: tuple[str, ...]) -> ErrorBody | None:
    """The platform's error body, cleaned; None where the body is somebody else's."""
    said = read_answer(ErrorBody, body)
    if said is None:
        return None
    reference = None if said.reference is None else clean(said.reference, hidden, _LONGEST_REFERENCE)
    message = clean(said.message, hidden, _LONGEST_MESSAGE)
    return ErrorBody(error_code=said.error_code, message=message or "no message", reference=reference)


def read_answer(kind: type[PayloadT], body: bytes) -> PayloadT | None:
    """The body of an answer as a payload; None where it is not one."""
    try:
        return kind.read(from_json(body))
    # pydantic reports as ValueError; arithmetic on absurd numbers and dates does so as ArithmeticError.
    except (ValueError, ArithmeticError):
        return None


def clean(text: str, hidden: Iterable[str], longest: int) -> str:
    """Return a foreign text on one line, without invisible characters and secrets, cut to ``longest`` characters."""
    shown = one_line(text, _EXAMINED)
    for secret in hidden:
        shown = shown.replace(secret, "[hidden]")
    return cut(shown, longest)


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """The header ``Retry-After`` in seconds, whether it is a number or a date; None where it is neither."""
    if retry_after is None:
        return None
    if _SECONDS.fullmatch(retry_after.strip()):
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
        until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
