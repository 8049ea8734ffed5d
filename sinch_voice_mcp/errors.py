"""Everything that can go wrong, as one tree.

::

    VoiceError
    ├── ConfigurationError      the server cannot start like this
    ├── InvalidInputError       the arguments do not fit; names the field
    │   └── SvamlError          an SVAML document does not fit; names the JSON path
    ├── RefusedError            the guard said no; names rule, value and how to change it
    ├── PlatformError           the platform answered and said no
    │   ├── AuthenticationError     401
    │   ├── CreditError             402
    │   ├── ForbiddenError          403
    │   ├── NotFoundError           404
    │   ├── CapacityError           429
    │   └── UnavailableError        5xx of a request that changes nothing
    ├── NotSentError            the platform never saw the request
    ├── StorageError            the journal cannot be used, so nothing is sent
    ├── NoCallbacksError        the platform tells nobody what happens in a call
    ├── OutcomeUnknownError     the platform may have acted; must not be repeated
    └── EarlierError            the same request failed before; says what was said then

``str(error)`` is always safe to show: no secret, no stack, no foreign HTML.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class VoiceError(Exception):
    """Something went wrong that a caller can understand and act on.

    Attributes:
        code: A stable word for programs, such as ``refused``.
        message: One sentence about what is wrong.
        next_step: One sentence about what to do now.
        retry_safe: Whether the same request may be made again without a second effect.
        field: The argument, or the JSON path, that is at fault, where there is one.
    """

    code: ClassVar[str] = "error"
    default_next_step: ClassVar[str] = "Read the message and correct the request."
    retry_safe: bool = True

    def __init__(self, message: str, *, field: str | None = None, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.next_step = next_step or self.default_next_step

    def details(self) -> Mapping[str, Any]:
        """Further members of the error's JSON form, absent ones left out."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """The error as a JSON object: code, message, field, details, next step, whether a retry is safe."""
        base: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field is not None:
            base["field"] = self.field
        base.update({name: value for name, value in self.details().items() if value is not None})
        return base | {"next_step": self.next_step, "retry_safe": self.retry_safe}


class ConfigurationError(VoiceError):
    """The settings do not make a server."""

    code = "configuration"
    default_next_step = "Correct the setting and start again."


class InvalidInputError(VoiceError):
    """The arguments do not fit the tool or the operation."""

    code = "invalid_input"
    default_next_step = "Correct the named field and ask again. Nothing was sent."


class SvamlError(InvalidInputError):
    """An SVAML document does not fit; ``field`` is the JSON path, such as ``$.action.menus[0].id``."""

    code = "invalid_svaml"
    default_next_step = "Correct the document at the named path and ask again. Nothing was sent."

    def __init__(self, message: str, *, path: str, rule: str | None = None, next_step: str | None = None) -> None:
        super().__init__(message, field=path, next_step=next_step)
        self.rule = rule

    @property
    def path(self) -> str:
        """The JSON path of the fault."""
        return self.field or "$"

    def details(self) -> Mapping[str, Any]:
        """The lint rule that found it."""
        return {"rule": self.rule}


class RefusedError(VoiceError):
    """The guard said no before anything was sent."""

    code = "refused"
    default_next_step = "Tell the user why the request was refused; do not try to work around the rule."

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
        """The rule, the value it looked at, how the owner can change it, and when it passes by itself (UTC)."""
        return {
            "rule": self.rule,
            "value": self.value,
            "how_to_change": self.how_to_change,
            "next_allowed_at": self.next_allowed_at,
        }


class PlatformError(VoiceError):
    """The platform answered with an error of its own; the request had no effect.

    Attributes:
        status: HTTP status.
        error_code: The platform's own code, such as 40400, if it gave one.
        reference: The platform's reference for its support, if it gave one.
        retry_after: Seconds to wait, if it gave them.
    """

    code = "rejected"
    default_next_step = "Correct the request as the message says."

    def __init__(
        self,
        message: str,
        *,
        status: int,
        error_code: int | None = None,
        reference: str | None = None,
        retry_after: float | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status
        self.error_code = error_code
        self.reference = reference
        self.retry_after = retry_after

    def details(self) -> Mapping[str, Any]:
        """What the platform said."""
        return {
            "http_status": self.status,
            "error_code": self.error_code,
            "reference": self.reference,
            "retry_after_s": self.retry_after,
        }


class AuthenticationError(PlatformError):
    """401: the platform does not accept the key, the secret, the signature or the clock."""

    code = "unauthorized"
    default_next_step = "Ask the owner to check the application key, its secret and the machine's clock."


class CreditError(PlatformError):
    """402: not enough credit."""

    code = "no_credit"
    default_next_step = "Ask the owner to top up the account; trial accounts call verified numbers only."


class ForbiddenError(PlatformError):
    """403: the destination, caller id or operation is not allowed for this account."""

    code = "forbidden"
    default_next_step = "Check that the account may call this destination and that the caller id is verified."


class NotFoundError(PlatformError):
    """404: there is no such call, conference, participant or number (any more)."""

    code = "not_found"
    default_next_step = "Check the id. A call that has ended and a room on another region answer like this too."


class CapacityError(PlatformError):
    """429: too many requests."""

    code = "too_many_requests"
    default_next_step = "Wait as long as the platform asks, then try again."


class UnavailableError(PlatformError):
    """The platform failed a request that changes nothing."""

    code = "unavailable"
    default_next_step = "Try again in a moment."


class NotSentError(VoiceError):
    """The platform was not reached, so nothing happened there."""

    code = "not_sent"
    default_next_step = "Check the network and the base URL, then try again. Nothing was placed."


class StorageError(VoiceError):
    """The journal cannot be read or written, so nothing that can ring is sent."""

    code = "storage"
    default_next_step = "Tell the owner that this server's database cannot be used. Nothing was sent."


class NoCallbacksError(VoiceError):
    """No events of calls come in, and what was asked for needs them."""

    code = "no_callbacks"
    default_next_step = (
        "Tell the owner to set SINCH_VOICE_PUBLIC_URL and SINCH_VOICE_CALLBACK_PORT, and to run "
        "`sinch-voice-mcp callbacks check`. Without: place_tts_callout, and get_call for the outcome."
    )


class OutcomeUnknownError(VoiceError):
    """The request may have reached the platform, and no usable answer came back."""

    code = "outcome_unknown"
    default_next_step = "Do not place it again. Tell the user that the outcome is unknown."
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
        """Where it is written down, and whether it was asked for before."""
        return {"record": self.record, "duplicate_of": self.duplicate_of}


class EarlierError(VoiceError):
    """The same request failed when it was made before; ``told`` is what was said then."""

    code = "failed_before"
    default_next_step = "Correct the request as the message says."

    def __init__(self, told: Mapping[str, Any], *, duplicate_of: str) -> None:
        message = str(told.get("message") or "The same request failed when it was made before.")
        super().__init__(message, next_step=told.get("next_step"))
        self.told = told
        self.duplicate_of = duplicate_of
        self.retry_safe = bool(told.get("retry_safe", True))

    def to_json(self) -> dict[str, Any]:
        """The earlier error's JSON form, with a remark."""
        return {**super().to_json(), **self.told, "duplicate_of": self.duplicate_of}
