"""Where events of calls come from, and whether they come in."""

from dataclasses import dataclass

from sinch_voice_mcp.errors import NoCallbacksError
from sinch_voice_mcp.wire.applications import CallbackUrl

_SEE_CALLBACKS = (
    "No phone rang. Tell the owner: get_callbacks shows where events go, and `sinch-voice-mcp callbacks check` says "
    "where they should go."
)


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where this server gets the events of its calls from.

    Attributes:
        active: Whether a receiver runs: in this process, or in another one on the same journal.
        url: Where the platform should send events; None where the owner did not say.
    """

    active: bool
    url: str | None = None

    def require(self, what: str) -> None:
        """Raise unless events come in.

        Raises:
            NoCallbacksError: None come in.
        """
        if not self.active:
            raise NoCallbacksError(f"{what} needs the events of the call, and this server receives none.")

    def check(self, urls: CallbackUrl) -> None:
        """Raise unless the platform sends its events here.

        Raises:
            NoCallbacksError: It sends them elsewhere, or nowhere.
        """
        configured = [url.rstrip("/") for url in (urls.primary, urls.fallback) if url]
        if not configured:
            message = "Sinch has no callback URL for this application, so it reports no events of its calls."
            raise NoCallbacksError(message, next_step=_SEE_CALLBACKS)
        if self.url is not None and self.url.rstrip("/") not in configured:
            raise NoCallbacksError(
                "Sinch sends the events of this application's calls to another URL, not to this server.",
                next_step=_SEE_CALLBACKS,
            )

    @property
    def remark(self) -> str:
        """What is not known without events; empty where they come."""
        return "" if self.active else "No events come in, so who answered and which keys were pressed is not known."
