"""The platform's Voice API, as operations need it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from sinch_voice_mcp.ports.places import Place
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.types import CallId, PhoneNumber
from sinch_voice_mcp.wire.applications import (
    AssignNumbers,
    CallbackUrl,
    OwnedNumber,
    QueriedNumber,
    UnassignNumber,
)
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.calls import Call, CallLeg, ManageParticipant, Participant

StillAllowed = Callable[[], Awaitable[None]]
"""Raises a refusal if calling was stopped in the meantime; awaited before each further try."""


class CallsApi(Protocol):
    """The operations of the Voice API on calls in progress and conferences.

    Every method raises :class:`~sinch_voice_mcp.errors.PlatformError` if the platform rejects the request,
    ``NotSentError`` if it was not reached, and ``OutcomeUnknownError`` if it may have acted. Where a method takes
    ``again``, that is awaited before each repetition of the request, and may raise to prevent it.
    """

    async def get_call(self, call_id: CallId) -> Call:
        """Return state and outcome of a call."""
        ...

    async def update_call(self, call_id: CallId, document: Document, *, again: StillAllowed | None = None) -> None:
        """Send a call in progress new SVAML; repeated only if that has no second effect."""
        ...

    async def manage_leg(
        self, call_id: CallId, leg: CallLeg, document: Document, *, again: StillAllowed | None = None
    ) -> None:
        """Play or speak to one side of a call; never repeated."""
        ...

    async def get_conference(self, conference_id: str) -> list[Participant]:
        """Return the participants of a conference."""
        ...

    async def close_conference(self, conference_id: str) -> None:
        """End every call in a conference."""
        ...

    async def manage_participant(
        self, conference_id: str, call_id: CallId, command: ManageParticipant, *, again: StillAllowed | None = None
    ) -> None:
        """Mute, unmute, hold or resume one participant."""
        ...

    async def kick_participant(self, conference_id: str, call_id: CallId) -> None:
        """End one participant's call."""
        ...


class VoiceApi(CallsApi, Protocol):
    """The 14 operations of the Voice API at one host, and the other hosts."""

    @property
    def application_key(self) -> str:
        """Key of the application that this client acts for."""
        ...

    @property
    def is_sandbox(self) -> bool:
        """Whether every answer so far came from a sandbox on this machine; one that did not ends that for good."""
        ...

    def at(self, place: Place) -> "VoiceApi":
        """Return the API at a place, for its calls and conferences."""
        ...

    def place_of(self, url: str) -> Place | None:
        """Return the place that the `callResourceUrl` of an event names; None if no request may go there."""
        ...

    async def place_callout(self, request: CalloutRequest, *, again: StillAllowed | None = None) -> CallId:
        """Start a call and return its ID; repeated only if the platform did not act on it."""
        ...

    async def list_numbers(self) -> list[OwnedNumber]:
        """Return the numbers of the account."""
        ...

    async def assign_numbers(self, request: AssignNumbers, *, again: StillAllowed | None = None) -> None:
        """Assign numbers to an application."""
        ...

    async def unassign_number(self, request: UnassignNumber, *, again: StillAllowed | None = None) -> None:
        """Remove a number from an application."""
        ...

    async def get_callbacks(self, application_key: str) -> CallbackUrl:
        """Return the callback URLs of an application."""
        ...

    async def set_callbacks(
        self, application_key: str, urls: CallbackUrl, *, again: StillAllowed | None = None
    ) -> None:
        """Set callback URLs of an application; members that are left out stay as they are."""
        ...

    async def query_number(self, number: PhoneNumber) -> QueriedNumber:
        """Return what the platform knows of a number: country, type, rate."""
        ...
