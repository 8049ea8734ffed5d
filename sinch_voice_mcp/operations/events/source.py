"""Whether events of calls come in, and where they should be sent."""

from dataclasses import dataclass

from sinch_voice_mcp.errors import NoCallbacksError
from sinch_voice_mcp.wire.applications import CallbackUrl

_POINT = (
    "Nobody was rung. Tell the owner; get_callbacks shows where events go, and `sinch-voice-mcp callbacks check` says "
    "what is expected."
)


@dataclass(frozen=True, slots=True)
class EventSource:
    """How this server hears of its calls.

    Attributes:
        active: Whether a receiver is there: in this process, or another one on the same journal.
        url: Where the platform should send events; None where nobody said.
    """

    active: bool
    url: str | None = None

    def needed_for(self, what: str) -> None:
        """Insist on events.

        Raises:
            NoCallbacksError: None come in.
        """
        if not self.active:
            raise NoCallbacksError(f"{what} needs Sinch to tell this server what happens in a call.")

    def check(self, urls: CallbackUrl) -> None:
        """Insist that the platform sends its events here.

        Raises:
            NoCallbacksError: It sends them elsewhere, or nowhere.
        """
        configured = [url.rstrip("/") for url in (urls.primary, urls.fallback) if url]
        if not configured:
            message = "Sinch has no callback URL for this application, so it tells nobody of its calls."
            raise NoCallbacksError(message, next_step=_POINT)
        if self.url is not None and self.url.rstrip("/") not in configured:
            raise NoCallbacksError("Sinch sends the events of calls elsewhere, not to this server.", next_step=_POINT)

    @property
    def remark(self) -> str:
        """What is not known without events; empty where they come."""
        return "" if self.active else "No events come in: who answered and what was pressed is not known."
