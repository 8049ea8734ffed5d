"""How long prompts and tones take: an estimate, in seconds.

Sinch publishes no numbers; 14 characters a second is about how fast its voices speak English.
"""

import re
from collections.abc import Iterable

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.instructions import PlayFiles, Say, SendDtmf

CHARACTERS_PER_SECOND = 14
AUDIO_S = 5.0
TONE_S = 0.1
PAUSE_S = 0.5

_TAG = re.compile(r"<[^<>]*>")


def of_text(text: str) -> float:
    """Seconds to speak a text."""
    return round(len(text) / CHARACTERS_PER_SECOND, 3)


def of_prompts(texts: Iterable[str]) -> float:
    """Seconds to play prompts.

    Raises:
        PromptError: One of them does not follow the prompt syntax.
    """
    return sum(_of_part(part) for text in texts for part in prompts.parse(text))


def of_tones(tones: str) -> float:
    """Seconds to send tones; ``w`` is a pause of 500 ms."""
    return round(sum(PAUSE_S if tone == "w" else TONE_S for tone in tones), 3)


def _of_part(part: prompts.Part) -> float:
    match part:
        case prompts.Text(text):
            return of_text(text)
        case prompts.Ssml(marked_up):
            return of_text(_spoken(marked_up))
        case prompts.Audio() | prompts.File():
            return AUDIO_S


def of_document(document: Document) -> float:
    """Seconds that the instructions of a document take, one after the other; what cannot be read takes none."""
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


def _spoken(marked_up: str) -> str:
    try:
        return "".join(ssml.parsed(marked_up).itertext())
    except ValueError:
        # The platform tolerates bare text; what is not XML is measured without what looks like tags.
        return _TAG.sub("", marked_up)
