"""The platform, as operations need it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.wire.applications import (
    AssignNumbers,
    CallbackUrl,
    OwnedNumber,
    QueriedNumber,
    UnassignNumber,
)
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.calls import Call, CallLeg, ManageParticipant, Participant


class VoiceApi(Protocol):
    """The 14 operations of the Voice API.

    Every method raises a :class:`~sinch_voice_mcp.errors.PlatformError` where the platform says no, a
    ``NotSentError`` where it was not reached, and an ``OutcomeUnknownError`` where it may have acted.
    """

    @property
    def application_key(self) -> str:
        """The key of the application that this client acts for."""
        ...

    async def place_callout(
        self, request: CalloutRequest, *, again: Callable[[], Awaitable[None]] | None = None
    ) -> str:
        """Start a call; returns its id. At most one request is accepted. ``again`` is asked before each further try."""
        ...

    async def get_call(self, call_id: str) -> Call:
        """State and outcome of a call."""
        ...

    async def update_call(self, call_id: str, document: Document) -> None:
        """Give a call in progress new instructions. Repeated only where that has no second effect."""
        ...

    async def manage_leg(self, call_id: str, leg: CallLeg, document: Document) -> None:
        """Play or speak to one side of a call. Never repeated."""
        ...

    async def get_conference(self, conference_id: str) -> list[Participant]:
        """Who is in a conference."""
        ...

    async def close_conference(self, conference_id: str) -> None:
        """End every call in a conference."""
        ...

    async def manage_participant(self, conference_id: str, call_id: str, command: ManageParticipant) -> None:
        """Mute, unmute, hold or resume one participant."""
        ...

    async def kick_participant(self, conference_id: str, call_id: str) -> None:
        """End one participant's call."""
        ...

    async def list_numbers(self) -> list[OwnedNumber]:
        """The numbers of the account."""
        ...

    async def assign_numbers(self, request: AssignNumbers) -> None:
        """Assign numbers to an application."""
        ...

    async def unassign_number(self, request: UnassignNumber) -> None:
        """Take a number from an application."""
        ...

    async def get_callbacks(self, application_key: str) -> CallbackUrl:
        """Where an application hears of its calls."""
        ...

    async def set_callbacks(self, application_key: str, urls: CallbackUrl) -> None:
        """Set where an application hears of its calls; members left out stay as they are."""
        ...

    async def query_number(self, number: str) -> QueriedNumber:
        """What the platform knows of a number: country, type, rate."""
        ...
