"""Recordings: what is recorded, and where the file would be. No sound is made; the notifications are those of one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sinch_voice_mcp.svaml import RecordingOptions

_DEFAULT_FORMAT = "mp3"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording in progress.

    Attributes:
        started_at: When it began.
        options: What the document asked for; None if it gave none.
    """

    started_at: datetime
    options: RecordingOptions | None

    @property
    def notifies(self) -> bool:
        """Whether the application is notified of it."""
        return self.options is None or self.options.notification_events is not False

    @property
    def is_transcribed(self) -> bool:
        """Whether it is transcribed."""
        transcription = None if self.options is None else self.options.transcription_options
        return transcription is not None and transcription.enabled is True

    def destination(self, application_key: str, call_id: str) -> str:
        """Return the URL of the file; a destination without a file name gets the one that Sinch documents."""
        given = "" if self.options is None else self.options.destination_url or ""
        if "." in urlsplit(given).path.rpartition("/")[2]:
            return given
        ending = (None if self.options is None else self.options.format) or _DEFAULT_FORMAT
        name = f"{self.started_at.astimezone(UTC):%Y%m%d%H%M%S}_{application_key}_{call_id}.{ending}"
        return f"{given.rstrip('/')}/{name}" if given else name
