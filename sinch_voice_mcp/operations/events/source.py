"""Whether and where this server receives the events of its calls."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sinch_voice_mcp.errors import NoCallbacksError
from sinch_voice_mcp.types import CALLBACK_PATH
from sinch_voice_mcp.wire.applications import CallbackUrl

_WITHOUT = "Without events, use place_tts_callout, and get_call for the outcome."


@dataclass(frozen=True, slots=True)
class EventSource:
    """The receiver of the events of this server's calls.

    Attributes:
        active: Whether a receiver runs: in this process, or in another one on the same journal.
        url: The public URL of the receiver; None if the owner did not set one.
        embedded: Whether the platform is the sandbox in this process, which sends events to this server by itself.
        port: The port on which this process receives events; None if it opens none.
        host_allowed: Whether the owner allows ``set_callbacks`` to name the host of ``url``.
    """

    active: bool
    url: str | None = None
    embedded: bool = False
    port: int | None = None
    host_allowed: bool = False

    def receives(self, urls: CallbackUrl) -> bool | None:
        """Whether the platform sends its events here first, given its callback URLs; None if that is not known."""
        if not self.active or not urls.primary:
            return False
        return None if self.url is None else urls.primary.rstrip("/") == self.url.rstrip("/")

    @property
    def next_step(self) -> str:
        """What to do if the platform sends its events elsewhere."""
        if not self.embedded:
            return f"{self._set_up} {_WITHOUT}"
        return (
            f"set_callbacks changed the callback URL of the sandbox. Set `primary` to {self.url} again to send events "
            "to this server; the sandbox posts to other ports only if SINCH_VOICE_SANDBOX_CALLBACK_PORTS lists them."
        )

    def require(self, what: str) -> None:
        """Raise unless this server receives events; ``what`` needs them and begins the message.

        Raises:
            NoCallbacksError: It receives none.
        """
        if not self.active:
            message = f"{what} needs the events of the call, and this server receives none."
            raise NoCallbacksError(message, next_step=f"No phone was called. {self.next_step}")

    def check(self, urls: CallbackUrl) -> None:
        """Raise unless the platform sends its events to this server.

        Raises:
            NoCallbacksError: It sends them to another URL, or sends none.
        """
        configured = [url.rstrip("/") for url in (urls.primary, urls.fallback) if url]
        if not configured:
            message = "Sinch has no callback URL for this application, so it reports no events of its calls."
            raise NoCallbacksError(message, next_step=f"No phone was called. {self.next_step}")
        if self.url is not None and self.url.rstrip("/") not in configured:
            raise NoCallbacksError(
                "Sinch sends the events of this application's calls to another URL, not to this server.",
                next_step=f"No phone was called. {self.next_step}",
            )

    @property
    def _set_up(self) -> str:
        """Every step of the set-up in order, with what is done already."""
        url = f"https://<public host>{CALLBACK_PATH}" if self.url is None else self.url
        host = "the host of that URL" if self.url is None else urlsplit(self.url).hostname or ""
        steps = (
            (
                "set SINCH_VOICE_PUBLIC_URL to the https URL of a proxy or tunnel that leads to this machine",
                self.url is not None,
            ),
            (
                "set SINCH_VOICE_CALLBACK_PORT to the port that it leads to, or run `sinch-voice-mcp callbacks` there",
                self.port is not None,
            ),
            (f"add {host} to SINCH_VOICE_CALLBACK_HOSTS and start the server again", self.host_allowed),
            (f"set {url} as the application's primary callback URL, in Sinch's dashboard or with set_callbacks", False),
            ("run `sinch-voice-mcp callbacks check`, which tests all of it", False),
        )
        listed = "; ".join(
            f"({number}) {step}{' [done]' if done else ''}" for number, (step, done) in enumerate(steps, 1)
        )
        return f"Ask the owner to take these steps in order: {listed}."

    @property
    def remark(self) -> str:
        """What is not known without events; empty if this server receives them."""
        return (
            ""
            if self.active
            else "This server receives no events, so it cannot report what answered or which keys were pressed."
        )
