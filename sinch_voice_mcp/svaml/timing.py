"""Estimate how long prompts, tones and documents take, in seconds."""

from collections.abc import Iterable

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.limits import CHARS_PER_SECOND
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.instructions import PlayFiles, Say, SendDtmf

AUDIO_S = 5.0
"""Seconds that a piece of audio counts as; nothing is fetched to measure it."""

TONE_S = 0.1
PAUSE_S = 0.5


def of_text(text: str) -> float:
    """Return the seconds that a text takes to speak."""
    return round(len(text) / CHARS_PER_SECOND, 3)


def of_prompts(texts: Iterable[str]) -> float:
    """Return the seconds that prompts take to play.

    Raises:
        PromptError: One of them does not follow the prompt syntax.
    """
    return sum(_of_part(part) for text in texts for part in prompts.parse(text))


def of_tones(tones: str) -> float:
    """Return the seconds that tones take to send; ``w`` is a pause of 500 ms."""
    return round(sum(PAUSE_S if tone == "w" else TONE_S for tone in tones), 3)


def _of_part(part: prompts.Part) -> float:
    match part:
        case prompts.TextPart(text):
            return of_text(text)
        case prompts.SsmlPart(marked_up):
            speech = ssml.parse_leniently(marked_up)
            return round(speech.seconds, 3) + AUDIO_S * speech.audio
        case prompts.AudioPart() | prompts.FilePart():
            return AUDIO_S


def of_document(document: Document) -> float:
    """Return the seconds that the instructions of a document take; a prompt that cannot be read takes none."""
    return sum(_of_instruction(instruction) for instruction in document.instructions)


def _of_instruction(instruction: object) -> float:
    match instruction:
        case Say(text=text):
            return of_text(text)
        case SendDtmf(value=tones):
            return of_tones(tones)
        case PlayFiles(ids=ids):
            try:
                return of_prompts(ids)
            except prompts.PromptError:
                return 0.0
        case _:
            return 0.0
