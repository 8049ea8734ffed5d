"""Recordings: what is recorded, and where the file is. Every file is silence, as long as the recording.

A recording without a destination gets a URL of the sandbox itself, where the file can be fetched. One with a
destination, such as a bucket, is announced there as by the platform, and can be fetched at the sandbox all the same.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import RecordingOptions

_DEFAULT_FORMAT = "mp3"


@dataclass(frozen=True, slots=True)
class RecordingWish:
    """A recording that begins with the answer of the call; ``options`` is None if the document gave none."""

    options: RecordingOptions | None


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

    def file(self, now: datetime, application_key: str, call_id: str, base_url: str) -> "RecordedFile":
        """Return the file that it became."""
        stem = f"{self.started_at.astimezone(UTC):%Y%m%d%H%M%S}_{application_key}_{call_id}"
        url = f"{base_url}/_sandbox/recordings/{quote(call_id)}/{quote(stem)}.wav"
        seconds = (now - self.started_at).total_seconds()
        return RecordedFile(f"{stem}.wav", url, self._destination(stem) or url, seconds)

    def _destination(self, stem: str) -> str:
        """Return where the platform would store it; without a file name it gets the one that Sinch documents."""
        given = "" if self.options is None else self.options.destination_url or ""
        if not given or "." in urlsplit(given).path.rpartition("/")[2]:
            return given
        ending = (None if self.options is None else self.options.format) or _DEFAULT_FORMAT
        return f"{given.rstrip('/')}/{stem}.{ending}"


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A recording that has ended.

    Attributes:
        name: The name of the file at the sandbox.
        url: Where the sandbox serves it, as a WAV file.
        destination: Where the platform would have stored it, as the notification says.
        seconds: How long it is.
    """

    name: str
    url: str
    destination: str
    seconds: float

    @property
    def transcript(self) -> str:
        """Where the transcription is."""
        return f"{self.destination.rpartition('.')[0]}.json"


BEHAVIORS = (
    documented(
        "feature",
        "end of a recording",
        "`recording_finished`, then `recording_available` with the URL of the file",
        "Callbacks",
    ),
    chosen(
        "feature",
        "file of a recording",
        "a silent WAV file at a URL of the sandbox; a destination is only named",
        covers=("_DEFAULT_FORMAT",),
    ),
)
