"""Every expected error, as one tree.

::

    VoiceError
    ├── ConfigurationError      the settings are invalid; the server cannot start
    ├── InvalidInputError       the arguments are invalid; names the field
    │   └── SvamlError          an SVAML document is invalid; names the JSON path
    ├── RefusedError            a rule, a limit or a person refused it; names the rule, the value and how to change it
    ├── PlatformError           the platform refused it
    │   ├── AuthenticationError     401
    │   ├── CreditError             402
    │   ├── ForbiddenError          403
    │   ├── NotFoundError           404
    │   ├── CapacityError           429
    │   └── UnavailableError        a request that changes nothing failed
    ├── NotSentError            the platform was not reached
    ├── StorageError            the journal cannot be used, so nothing is sent
    ├── NoCallbacksError        no events of calls arrive, and the request needs them
    ├── OutcomeUnknownError     the platform may have acted; must not be repeated
    └── EarlierError            the same request failed before; repeats that error

``str(error)`` is always safe to show: no secret, no stack trace, no HTML of other servers. The resource
``sinch://errors/{code}`` shows the first paragraph of each class's docstring.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class VoiceError(Exception):
    """An expected error, which the requester can act on.

    Attributes:
        code: A stable word for programs, such as ``refused``.
        message: What is wrong, and why, in one or two sentences.
        next_step: What the model or the user does next.
        retry_safe: Whether repeating the same request cannot cause a second effect.
        field: The argument or JSON path at fault, if there is one.
        untrusted: Texts of the platform or of other requesters, by what they are; never part of the message.
        legs: Of several callouts that failed together, the number and the error of each.
    """

    code: ClassVar[str] = "error"
    default_next_step: ClassVar[str] = "Correct the request as the message says."
    retry_safe: bool = True

    def __init__(self, message: str, *, field: str | None = None, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.next_step = next_step or self.default_next_step
        self.untrusted: Mapping[str, str] = {}
        self.legs: Sequence[tuple[str, VoiceError]] = ()

    def details(self) -> Mapping[str, Any]:
        """Return further members of the error's JSON form; those that are None are left out."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the error as a JSON object: code, message, field, details, foreign texts, next step, retry safety."""
        base: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field is not None:
            base["field"] = self.field
        base.update({name: value for name, value in self.details().items() if value is not None})
        if self.untrusted:
            base["untrusted"] = dict(self.untrusted)
        return base | {"next_step": self.next_step, "retry_safe": self.retry_safe}


class ConfigurationError(VoiceError):
    """The settings are invalid, so the server does not start."""

    code = "configuration"
    default_next_step = "Correct the setting and start the server again."


class InvalidInputError(VoiceError):
    """An argument is missing, unknown or invalid; ``field`` names it. Nothing was sent."""

    code = "invalid_input"
    default_next_step = "Nothing was sent. Correct the named field and call the tool again."


class SvamlError(InvalidInputError):
    """An SVAML document is invalid; ``field`` is the JSON path, such as ``$.action.menus[0].id``. Nothing was sent."""

    code = "invalid_svaml"
    default_next_step = "Nothing was sent. Correct the document at the named path and call the tool again."

    def __init__(self, message: str, *, path: str, rule: str | None = None, next_step: str | None = None) -> None:
        super().__init__(message, field=path, next_step=next_step)
        self.rule = rule

    @property
    def path(self) -> str:
        """The JSON path of the error."""
        return self.field or "$"

    def details(self) -> Mapping[str, Any]:
        """Return the lint rule that found the error."""
        return {"rule": self.rule}


class RefusedError(VoiceError):
    """A rule, a limit or a person refused the request before it was sent; ``rule`` names which."""

    code = "refused"
    default_next_step = "Nothing was sent. Tell the user why; do not try to work around the rule."

    def __init__(
        self,
        message: str,
        *,
        rule: str,
        value: str,
        how_to_change: str,
        field: str | None = None,
        next_step: str | None = None,
        next_allowed_at: str | None = None,
    ) -> None:
        super().__init__(message, field=field, next_step=next_step)
        self.rule = rule
        self.value = value
        self.how_to_change = how_to_change
        self.next_allowed_at = next_allowed_at

    def details(self) -> Mapping[str, Any]:
        """Return the rule, the value that it refused, how the owner can change it, and when it will pass (UTC)."""
        return {
            "rule": self.rule,
            "value": self.value,
            "how_to_change": self.how_to_change,
            "next_allowed_at": self.next_allowed_at,
        }


class PlatformError(VoiceError):
    """The platform refused the request, which had no effect; ``error_code`` is the platform's own code.

    Attributes:
        status: HTTP status.
        error_code: The platform's own code, such as 40400, if it gave one.
        retry_after: Seconds to wait before a retry, if the platform named them.
    """

    code = "rejected"
    default_next_step = "Correct the request as the message says."

    def __init__(
        self,
        message: str,
        *,
        status: int,
        error_code: int | None = None,
        retry_after: float | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status
        self.error_code = error_code
        self.retry_after = retry_after

    def details(self) -> Mapping[str, Any]:
        """Return status, code and waiting time as the platform gave them."""
        return {
            "http_status": self.status,
            "error_code": self.error_code,
            "retry_after_s": self.retry_after,
        }


class AuthenticationError(PlatformError):
    """HTTP 401: the platform did not accept the application key, the secret, the signature or the time."""

    code = "unauthorized"
    default_next_step = (
        "Ask the owner to check the application key and its secret first, then the region or base URL, then the clock "
        "of the server's machine."
    )


class CreditError(PlatformError):
    """HTTP 402: the account does not have enough credit."""

    code = "no_credit"
    default_next_step = (
        "Ask the owner to add credit to the Sinch account; trial accounts can only call verified numbers."
    )


class ForbiddenError(PlatformError):
    """HTTP 403: this account may not call the destination, use the caller ID, or do this."""

    code = "forbidden"
    default_next_step = (
        "Check the destination, and use a caller ID from list_numbers. If both are right, ask the owner about the "
        "account."
    )


class NotFoundError(PlatformError):
    """HTTP 404: the call, conference, participant or number does not exist, or no longer exists."""

    code = "not_found"
    default_next_step = "Check the ID. A call that has ended and a conference in another region are not found either."


class CapacityError(PlatformError):
    """HTTP 429: too many requests at once, or too fast."""

    code = "too_many_requests"
    default_next_step = "Wait `retry_after_s` seconds, or one minute if it is absent, then try again."


class UnavailableError(PlatformError):
    """The platform gave no usable answer to a request that changes nothing."""

    code = "unavailable"
    default_next_step = "Try again in a few seconds; the request changes nothing."


class NotSentError(VoiceError):
    """The platform was not reached, so the request had no effect."""

    code = "not_sent"
    default_next_step = (
        "Nothing was placed. Try again; if it fails again, ask the owner to check the network and the base URL."
    )


class StorageError(VoiceError):
    """The journal cannot be read or written, so no request that can ring is sent."""

    code = "storage"
    default_next_step = "Nothing was sent. Ask the owner to check the server's database, then try again."


class NoCallbacksError(VoiceError):
    """No events of calls arrive at this server, and the request needs them. No phone was called."""

    code = "no_callbacks"
    default_next_step = (
        "Ask the owner to set up the receiver of events: SINCH_VOICE_PUBLIC_URL, SINCH_VOICE_CALLBACK_PORT, "
        "SINCH_VOICE_CALLBACK_HOSTS, then the callback URL in Sinch's dashboard; `sinch-voice-mcp callbacks check` "
        "tests it. Without events, use place_tts_callout, and get_call for the outcome."
    )


class OutcomeUnknownError(VoiceError):
    """The request may have reached the platform, but no usable answer came back: a phone may have been called."""

    code = "outcome_unknown"
    default_next_step = "Do not place the call again. Check list_calls, and tell the user that the outcome is unknown."
    retry_safe = False

    def __init__(
        self,
        message: str,
        *,
        record: str | None = None,
        duplicate_of: str | None = None,
        field: str | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message, field=field, next_step=next_step)
        self.record = record
        self.duplicate_of = duplicate_of

    def details(self) -> Mapping[str, Any]:
        """Return the record in the journal, and that of the first request if this one was a repetition."""
        return {"record": self.record, "duplicate_of": self.duplicate_of}


class EarlierError(VoiceError):
    """The same request failed before; its error is returned again, and nothing was sent."""

    code = "failed_before"
    default_next_step = "Correct the request as the message says."

    def __init__(self, earlier: Mapping[str, Any], *, duplicate_of: str) -> None:
        message = str(earlier.get("message") or "The same request failed before.")
        super().__init__(message, next_step=earlier.get("next_step"))
        self.earlier = earlier
        self.duplicate_of = duplicate_of
        self.retry_safe = bool(earlier.get("retry_safe", True))

    def to_json(self) -> dict[str, Any]:
        """Return the earlier error's JSON form, with the record of the request that it belongs to."""
        return {**super().to_json(), **self.earlier, "duplicate_of": self.duplicate_of}
