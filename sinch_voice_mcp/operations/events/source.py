"""Whether and where this server receives the events of its calls."""

from dataclasses import dataclass

from sinch_voice_mcp.errors import NoCallbacksError
from sinch_voice_mcp.wire.applications import CallbackUrl

_SEE_CALLBACKS = (
    "No phone was called. Ask the owner to run `sinch-voice-mcp callbacks check`, which compares the configured "
    "callback URL with this server's; get_callbacks shows the configured one."
)


@dataclass(frozen=True, slots=True)
class EventSource:
    """The receiver of the events of this server's calls.

    Attributes:
        active: Whether a receiver runs: in this process, or in another one on the same journal.
        url: The public URL of the receiver; None if the owner did not set one.
    """

    active: bool
    url: str | None = None

    def require(self, what: str) -> None:
        """Raise unless this server receives events; ``what`` needs them and begins the message.

        Raises:
            NoCallbacksError: It receives none.
        """
        if not self.active:
            raise NoCallbacksError(f"{what} needs the events of the call, and this server receives none.")

    def check(self, urls: CallbackUrl) -> None:
        """Raise unless the platform sends its events to this server.

        Raises:
            NoCallbacksError: It sends them to another URL, or sends none.
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
        """What is not known without events; empty if this server receives them."""
        return (
            ""
            if self.active
            else "This server receives no events, so it cannot report what answered or which keys were pressed."
        )
