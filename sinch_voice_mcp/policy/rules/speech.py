"""Rules about what is heard: text, SSML, tones."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.policy.effects import Speak, SpeakSsml, Tones
from sinch_voice_mcp.policy.quoting import first_hidden, quoted
from sinch_voice_mcp.policy.rules.case import Case, Judgement, Rule, judged
from sinch_voice_mcp.policy.speech import SsmlError, prompt_tag, read_ssml

_TONES = re.compile(r"[0-9#w]{1,64}", re.ASCII)
_MARKUP_PER_CHARACTER = 10
_REMOVE = "Remove it and ask again."


def spoken_text(case: Case) -> Iterator[Judgement]:
    """Plain text is short, visible, and only text."""
    for effect in case.all(Speak):
        yield judged(effect.path, _size(effect.text), _text_problem(effect.text, case.policy.max_text_chars))


def ssml(case: Case) -> Iterator[Judgement]:
    """SSML is well-formed, and what it says is short and visible."""
    for effect in case.all(SpeakSsml):
        yield judged(effect.path, _size(effect.ssml), _ssml_problem(effect.ssml, case.policy.max_text_chars))


def dtmf(case: Case) -> Iterator[Judgement]:
    """Tones are tones."""
    for effect in case.all(Tones):
        fits = _TONES.fullmatch(effect.value) is not None
        problem = None if fits else "Tones are 1 to 64 of the characters 0-9, # and w (a pause of 0.5 s)."
        # Tones can be a PIN, so nobody is shown them.
        yield judged(effect.path, f"{len(effect.value)} tones", problem)


def _text_problem(text: str, most: int) -> str | None:
    if len(text) > most:
        return f"The text has {len(text):,} characters; {most:,} are allowed in one piece."
    if (name := first_hidden(text)) is not None:
        return f"The text holds {name}, which cannot be heard and may hide something. {_REMOVE}"
    if (tag := prompt_tag(text)) is not None:
        return f"The text holds {quoted(tag)}, which is prompt syntax and not something to say."
    return None


def _ssml_problem(ssml: str, most: int) -> str | None:
    if len(ssml) > most * _MARKUP_PER_CHARACTER:
        return f"The SSML has {len(ssml):,} characters; {most * _MARKUP_PER_CHARACTER:,} are allowed with its markup."
    if (name := first_hidden(ssml)) is not None:
        return f"The SSML holds {name}, which cannot be heard and may hide something. {_REMOVE}"
    try:
        return _text_problem(read_ssml(ssml).text, most)
    except SsmlError as error:
        return f"The SSML {error}."


def _size(text: str) -> str:
    return f"{len(text):,} characters"


RULES = (
    Rule(
        "spoken_text",
        "Text",
        "At most `max_text_chars` characters in one piece, in Unicode's composed form (NFC), without control, bidi "
        "or zero-width characters (white space is fine) and without prompt syntax such as #href[.",
        ("max_text_chars",),
        spoken_text,
    ),
    Rule(
        "ssml",
        "SSML",
        "Well-formed XML without document type, entities and processing instructions, root <speak>; its text as "
        "above, with markup at most ten times as long. URLs in it are audio URLs.",
        ("max_text_chars",),
        ssml,
    ),
    Rule("dtmf", "Tones", "1 to 64 of the characters 0-9, # and w.", (), dtmf),
)
