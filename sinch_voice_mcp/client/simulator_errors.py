"""Errors of a sandbox's control API as errors of this package: the argument at fault, and the next step."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from sinch_voice_mcp.client.transport import Answered
from sinch_voice_mcp.errors import (
    CapacityError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PlatformError,
    UnavailableError,
    VoiceError,
)
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.types import JsonObject

_MAX_MESSAGE_CHARS = 500
_NAMED = re.compile(r"`?([a-z_]+(?:\.[a-z_]+)?)((?:\[\d{1,3}\])?(?:\.[a-z_]+)?)(?:`|:)")
"""The member of a request with which a message about it begins: a name, and a place in it."""

_LOOK = "`untrusted.message` says what to correct. Nothing has changed."
_START = (
    "Ask the owner to run `sinch-voice-mcp sandbox start` of this version, and to set SINCH_VOICE_BASE_URL to the URL "
    "that it prints, or to nothing."
)


@dataclass(frozen=True, slots=True)
class ControlProblem:
    """What the control API says is wrong."""

    code: str
    message: str

    @classmethod
    def read(cls, body: bytes) -> "ControlProblem | None":
        """Read a body; None if it is not an error of the control API."""
        try:
            found = TypeAdapter(dict[str, ControlProblem]).validate_json(body)
        except ValidationError:
            return None
        problem = found.get("error")
        return None if problem is None else cls(problem.code, one_line(problem.message, _MAX_MESSAGE_CHARS))


def rejected(status: int, problem: ControlProblem, body: JsonObject, arguments: Mapping[str, str]) -> VoiceError:
    """Return the error for a request that the sandbox rejected; nothing has changed.

    Args:
        status: The HTTP status.
        problem: What the sandbox says.
        body: The members of the request.
        arguments: The argument of a tool for each of them.
    """
    error = _error(status, problem.code, _field(problem.message, body, arguments))
    error.untrusted = {"message": problem.message}
    return error


def unusable(answer: Answered) -> VoiceError:
    """Return the error for an answer that is not one of the control API."""
    what = "A sandbox of another version" if answer.from_sandbox else "What is not a sandbox of this project"
    return UnavailableError(
        f"{what} answered {answer.status}, so it cannot be controlled.", status=answer.status, next_step=_START
    )


def not_sent(reason: str) -> VoiceError:
    """Return the error for a sandbox that was not reached."""
    return NotSentError(f"The sandbox was not reached: {reason}.", next_step=f"Nothing was changed. {_START}")


def unclear(reason: str, *, reads: bool) -> VoiceError:
    """Return the error for a request whose answer was lost."""
    if reads:
        return UnavailableError(f"There is no usable answer of the sandbox: {reason}.", status=0)
    return OutcomeUnknownError(
        f"Whether the sandbox did it is not known: {reason}.",
        next_step="Look with list_calls or get_call before you try again; no real phone is involved.",
    )


def _error(status: int, code: str, field: str | None) -> VoiceError:
    match code:
        case "invalid_body" | "invalid_parameter" | "invalid_query" | "body_too_large":
            what = "a value" if field is None else f"`{field}`"
            return InvalidInputError(f"The sandbox does not accept {what}.", field=field, next_step=_LOOK)
        case "not_found":
            step = "Check the id or the number; list_calls shows the calls."
            return NotFoundError("The sandbox does not have that.", status=status, next_step=step)
        case "conflict":
            step = "`untrusted.message` says what stands against it, and get_call shows the state of a call."
            return PlatformError("It is not possible now.", status=status, next_step=step)
        case "too_many_requests":
            return CapacityError("The sandbox has too many requests at once.", status=status)
        case "unauthorized" | "forbidden":
            step = "Ask the owner to run the sandbox on this machine, without a proxy in between."
            return ForbiddenError("The sandbox does not let this server control it.", status=status, next_step=step)
        case _:
            step = "Ask the owner to look into the log of the sandbox, and to start it again."
            return UnavailableError("The sandbox could not do it.", status=status, next_step=step)


def _field(message: str, body: JsonObject, arguments: Mapping[str, str]) -> str | None:
    """Return the argument that a message is about: it begins with the member, or repeats the value."""
    named = _NAMED.match(message)
    if named is not None and named[1] in arguments:
        return f"{arguments[named[1]]}{named[2]}"
    values = ((member, value) for member, value in body.items() if isinstance(value, str) and value)
    about = (member for member, value in values if re.search(rf"(?<!\S)`?{re.escape(value)}`?(?!\w)", message))
    return next((arguments[member] for member in about if member in arguments), None)
