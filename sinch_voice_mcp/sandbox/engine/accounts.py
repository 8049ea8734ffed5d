"""The account: its applications with their keys and callback URLs, and its numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from sinch_voice_mcp.sandbox.engine.numbers import normalize
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import UnusableSvaml
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.wire.applications import Capability

OWN_NUMBERS: tuple[str, ...] = tuple(f"+14155550{index}" for index in range(100, 110))
"""The account's voice numbers; initially the last two are not assigned to an application."""

MAX_URL_CHARS = 2_000
"""Characters of the URL that receives an application's callbacks."""

_INITIALLY_UNASSIGNED = 2
_MAX_NUMBERS_PER_REQUEST = 100


class Unchanged(Enum):
    """Marks a value that a change leaves as it is, as opposed to None, which clears it."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


def is_callback_url(text: str) -> bool:
    """Return whether a text can be the URL that receives an application's callbacks."""
    try:
        parts = urlsplit(text)
        is_complete = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_complete and len(text) <= MAX_URL_CHARS


@dataclass(slots=True)
class Application:
    """An application.

    Attributes:
        credentials: Its key and secret.
        primary: The URL that receives its callbacks; None for none.
        fallback: The URL that receives a callback after the first URL has failed; None for none.
        on_incoming: Its reply to calls that come in, instead of an event; None for none.
        name: What the account calls it.
    """

    credentials: Credentials
    primary: str | None = None
    fallback: str | None = None
    on_incoming: Document | UnusableSvaml | None = None
    name: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs that are set, the primary one first."""
        return tuple(url for url in (self.primary, self.fallback) if url is not None)

    @property
    def has_callback_url(self) -> bool:
        """Whether the platform can send it callbacks."""
        return bool(self.urls)


@dataclass(slots=True)
class OwnNumber:
    """A number of the account; ``application_key`` is None while the number is not assigned."""

    number: str
    capability: Capability
    application_key: str | None


class SimulatedAccount:
    """The applications and numbers of one account."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        strict: bool = False,
        applications: Iterable[Application] = (),
        numbers: Iterable[OwnNumber] | None = None,
    ) -> None:
        """Create an account.

        Args:
            credentials: The application that it has if no other is given.
            strict: Whether to reject numbers without leading plus.
            applications: The applications; each key once, in any letter case and with or without dashes.
            numbers: The numbers, in E.164 form; ten voice numbers unless given, eight of them of the first application.
        """
        self._strict = strict
        given = tuple(applications) or (Application(credentials),)
        self._applications = {application.credentials.key: application for application in given}
        owned = _own_numbers(given[0].credentials.key) if numbers is None else numbers
        self._numbers = {own.number: own for own in owned}

    def credentials(self) -> tuple[Credentials, ...]:
        """Return the key and secret of every application."""
        return tuple(application.credentials for application in self._applications.values())

    def owner(self, number: str) -> Application:
        """Return the application that a number is assigned to.

        Raises:
            RejectedError: 40001 if it is no number, 40400 if it is not of this account, or not assigned.
        """
        own = self._numbers.get(normalize(number, strict=self._strict))
        if own is None:
            other = "".join(f"; it has {one}, for example" for one in list(self._numbers)[:1])
            raise RejectedError(40400, f"The account has no number {number[:40]}{other}")
        if own.application_key is None:
            raise RejectedError(40400, f"The number {number[:40]} is assigned to no application")
        return self.application(own.application_key)

    def applications(self) -> tuple[Application, ...]:
        """Return all applications of the account, in the order in which they were added."""
        return tuple(self._applications.values())

    def add(
        self,
        credentials: Credentials,
        *,
        name: str = "",
        primary: str | None = None,
        fallback: str | None = None,
        on_incoming: Document | UnusableSvaml | None = None,
    ) -> Application:
        """Add an application without numbers, and return it.

        Raises:
            ValueError: The account has an application with this key.
        """
        if self._find_application(credentials.key) is not None:
            raise ValueError(f"there is an application with the key {credentials.key}")
        added = Application(credentials, primary, fallback, on_incoming, name)
        self._applications[credentials.key] = added
        return added

    def application(self, key: str) -> Application:
        """Return an application by its key; letter case and dashes do not matter.

        Raises:
            RejectedError: 40004 if the key is unknown.
        """
        found = self._applications.get(key) or self._find_application(key)
        if found is None:
            raise RejectedError(40004)
        return found

    def numbers(self) -> tuple[OwnNumber, ...]:
        """Return all numbers of the account."""
        return tuple(self._numbers.values())

    def assign(self, numbers: Sequence[str], application_key: str, capability: Capability | None) -> None:
        """Assign numbers to an application: all of them or, on an error, none.

        Raises:
            RejectedError: 40001 for a count outside 1 to 100 or a capability that a number lacks, 40004 for an
                unknown application, 40400 for an unknown number.
        """
        key = self.application(application_key).credentials.key
        for own in self._own(numbers, capability):
            own.application_key = key

    def unassign(self, numbers: Sequence[str], application_key: str, capability: Capability | None) -> None:
        """Unassign numbers from an application; a number that is not assigned stays so.

        Raises:
            RejectedError: As for :meth:`assign`; also 40400 for a number of another application.
        """
        key = self.application(application_key).credentials.key
        found = self._own(numbers, capability)
        for own in found:
            if own.application_key not in {None, key}:
                raise RejectedError(40400, f"{own.number} is not assigned to this application")
        for own in found:
            own.application_key = None

    def set_callbacks(
        self,
        application_key: str,
        *,
        primary: str | Unchanged | None = UNCHANGED,
        fallback: str | Unchanged | None = UNCHANGED,
    ) -> None:
        """Set the URLs that receive an application's callbacks; None clears one.

        Raises:
            RejectedError: 40004 if the application is unknown.
        """
        application = self.application(application_key)
        if not isinstance(primary, Unchanged):
            application.primary = primary
        if not isinstance(fallback, Unchanged):
            application.fallback = fallback

    def _find_application(self, key: str) -> Application | None:
        return next((one for one in self._applications.values() if one.credentials.is_key(key)), None)

    def _own(self, numbers: Sequence[str], capability: Capability | None) -> tuple[OwnNumber, ...]:
        if not 1 <= len(numbers) <= _MAX_NUMBERS_PER_REQUEST:
            raise RejectedError(40001, f"`numbers` holds 1 to {_MAX_NUMBERS_PER_REQUEST} numbers")
        found = tuple(self._find(numbers))
        for own in found:
            if capability not in {None, own.capability}:
                raise RejectedError(40001, f"{own.number} has no capability `{capability}`")
        return found

    def _find(self, numbers: Iterable[str]) -> Iterable[OwnNumber]:
        for text in numbers:
            own = self._numbers.get(normalize(text, strict=self._strict))
            if own is None:
                raise RejectedError(40400, f"Number {text[:40]} not found")
            yield own


def _own_numbers(key: str) -> Iterator[OwnNumber]:
    assigned = len(OWN_NUMBERS) - _INITIALLY_UNASSIGNED
    for index, number in enumerate(OWN_NUMBERS):
        yield OwnNumber(number, "voice", key if index < assigned else None)


BEHAVIORS = (
    documented(
        "api",
        "another application",
        "its calls and conferences are not found; its numbers are in the list",
        "Applications",
    ),
    chosen("api", "unassigning a number that is not assigned", "204, nothing changes"),
    chosen(
        "api", "own numbers", "ten, of which the last two are not assigned at first", covers=("_INITIALLY_UNASSIGNED",)
    ),
    chosen("api", "callback URL", "http or https, at most 2,000 characters, else 40001", covers=("MAX_URL_CHARS",)),
    documented("api", "numbers in one request", "1 to 100", "Applications", ("_MAX_NUMBERS_PER_REQUEST",)),
)
