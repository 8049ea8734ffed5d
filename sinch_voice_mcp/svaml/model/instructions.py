"""The seven instructions. The platform carries them out in order, before the action."""

from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.svaml.limits import MAX_PROMPTS
from sinch_voice_mcp.types import Inert, Many, Meaning, Payload


class PlayFiles(Payload):
    """Play prompts one after another.

    ``ids`` are prompts (``#tts[…]``, ``#ssml[…]``, ``#href[…]``, a URL or a file ID), at most 64;
    text and SSML need ``locale``.
    """

    name: Literal["playFiles"] = "playFiles"
    ids: Annotated[Many[Annotated[str, Meaning.PROMPT]], Field(max_length=MAX_PROMPTS)]
    locale: Inert[str] | None = None


class Say(Payload):
    """Speak ``text`` (at most 600 characters) in ``locale`` (default en-US)."""

    name: Literal["say"] = "say"
    text: Annotated[str, Meaning.SPOKEN]
    locale: Inert[str] | None = None


class SendDtmf(Payload):
    """Send tones: ``0-9``, ``#`` and ``w`` for a pause of 500 ms."""

    name: Literal["sendDtmf"] = "sendDtmf"
    value: Annotated[str, Meaning.TONES]


class SetCookie(Payload):
    """Keep a value for the rest of the call; all keys and values together have at most 1,024 bytes."""

    name: Literal["setCookie"] = "setCookie"
    key: Inert[str]
    value: Inert[str]


class Answer(Payload):
    """Answer the call; billing starts."""

    name: Literal["answer"] = "answer"


class TranscriptionOptions(Payload):
    """Whether a recording is transcribed, and in which language."""

    enabled: bool | None = None
    locale: Inert[str] | None = None


class RecordingOptions(Payload):
    """Where a recording is stored, and in which form.

    ``destination_url`` is ``s3://``, ``azure://`` or ``gs://``; ``format`` is ``mp3`` or ``wav``.
    """

    destination_url: Annotated[str, Meaning.STORES] | None = None
    credentials: Annotated[str, Meaning.SECRET] | None = Field(default=None, repr=False)
    format: Inert[str] | None = None
    notification_events: bool | None = None
    transcription_options: TranscriptionOptions | None = None


class StartRecording(Payload):
    """Record this leg of the call."""

    name: Literal["startRecording"] = "startRecording"
    options: RecordingOptions | None = None


class StopRecording(Payload):
    """Stop recording."""

    name: Literal["stopRecording"] = "stopRecording"


Instruction = Annotated[
    PlayFiles | Say | SendDtmf | SetCookie | Answer | StartRecording | StopRecording, Field(discriminator="name")
]

INSTRUCTIONS: tuple[type[Payload], ...] = (
    PlayFiles, Say, SendDtmf, SetCookie, Answer, StartRecording, StopRecording,
)  # fmt: skip
