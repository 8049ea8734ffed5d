"""How long prompts and tones take, in simulated seconds."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sinch_voice_mcp.svaml import prompts

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
        case prompts.Ssml(ssml):
            return of_text(_spoken(ssml))
        case prompts.Audio() | prompts.File():
            return AUDIO_S


def _spoken(ssml: str) -> str:
    try:
        return "".join(fromstring(ssml).itertext())
    except (ParseError, DefusedXmlException, ValueError):
        # The platform tolerates bare text; what is not XML is measured without what looks like tags.
        return _TAG.sub("", ssml)
