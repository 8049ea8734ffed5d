"""Rules about what is heard: text, SSML, tones."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Speak, SpeakSsml, Tones
from sinch_voice_mcp.policy.policy import LONGEST_TEXT, variable
from sinch_voice_mcp.policy.rules.case import Case, Judgement, Problem, Rule, judged, mistake
from sinch_voice_mcp.svaml.limits import MAX_BREAK_S, SSML_CHARS_PER_SPOKEN_CHAR
from sinch_voice_mcp.svaml.prompts import syntax_in
from sinch_voice_mcp.svaml.ssml import Speech, SsmlError, parse
from sinch_voice_mcp.text.invisible import first_hidden, is_blank
from sinch_voice_mcp.text.quoting import quoted

_TONES = re.compile(r"[0-9#w]{1,64}", re.ASCII)
_LONGEST_BREAKS = 30
_REMOVE = "Remove it and ask again."
_SAY = "Write what is to be said, and ask again."
_SHORTEN_BREAKS = "Shorten the breaks, or use fewer, and ask again."


def spoken_text(case: Case) -> Iterator[Judgement]:
    """Plain text says something, is short, visible, and only text."""
    for effect in case.all(Speak):
        yield judged(effect.path, _size(effect.text), _text_problem(effect.text, case.policy.max_text_chars))


def ssml(case: Case) -> Iterator[Judgement]:
    """SSML is well-formed, and what it says is something, short and visible."""
    for effect in case.all(SpeakSsml):
        yield judged(effect.path, _size(effect.ssml), _ssml_problem(effect.ssml, case.policy.max_text_chars))


def dtmf(case: Case) -> Iterator[Judgement]:
    """Tones are tones."""
    for effect in case.all(Tones):
        fits = _TONES.fullmatch(effect.value) is not None
        message = "Tones are 1 to 64 of the characters 0-9, # and w (a pause of 0.5 s)."
        problem = None if fits else mistake(message, "Write the tones with these characters only, and ask again.")
        # Tones can be a PIN, so nobody is shown them.
        yield judged(effect.path, f"{len(effect.value)} tones", problem)


def _text_problem(text: str, most: int) -> Problem | None:
    if is_blank(text) and first_hidden(text) is None:
        return mistake("The text is empty, so the call would cost something and say nothing.", _SAY)
    return _content_problem(text, most)


def _content_problem(text: str, most: int) -> Problem | None:
    if len(text) > most:
        return _too_long(f"The text has {len(text):,} characters; {most:,} are allowed in one piece.")
    if (problem := _hidden_problem("text", text)) is not None:
        return problem
    if (tag := syntax_in(text)) is not None:
        return mistake(f"The text holds {quoted(tag)}, which is prompt syntax and not something to say.", _REMOVE)
    return None


def _ssml_problem(ssml: str, most: int) -> Problem | None:
    if not ssml.strip():
        return mistake("The SSML is empty, so the call would cost something and say nothing.", _SAY)
    if len(ssml) > most * SSML_CHARS_PER_SPOKEN_CHAR:
        longest = most * SSML_CHARS_PER_SPOKEN_CHAR
        return _too_long(f"The SSML has {len(ssml):,} characters; {longest:,} are allowed with its markup.")
    if (problem := _hidden_problem("SSML", ssml)) is not None:
        return problem
    try:
        speech = parse(ssml)
    except SsmlError as error:
        return mistake(f"The SSML {error}.", "Correct the SSML and ask again.")
    return _content_problem(speech.text, most) or _silence_problem(speech)


def _silence_problem(speech: Speech) -> Problem | None:
    if is_blank(speech.text) and not speech.audio:
        return mistake("The SSML holds no text, so the call would cost something and say nothing.", _SAY)
    if any(seconds > MAX_BREAK_S for seconds in speech.breaks):
        return mistake(f"The SSML holds a break longer than {MAX_BREAK_S} s.", _SHORTEN_BREAKS)
    if sum(speech.breaks) > _LONGEST_BREAKS:
        return mistake(f"The breaks of the SSML last longer than {_LONGEST_BREAKS} s together.", _SHORTEN_BREAKS)
    return None


def _hidden_problem(what: str, text: str) -> Problem | None:
    name = first_hidden(text)
    if name is None:
        return None
    return mistake(f"The {what} holds {name}, which cannot be heard and may hide something.", _REMOVE)


def _too_long(message: str) -> Problem:
    return Problem(
        message,
        "Shorten it, or split it over several calls or instructions.",
        f"The platform speaks at most {LONGEST_TEXT} characters in one piece; {variable('max_text_chars')} can only "
        "lower that.",
    )


def _size(text: str) -> str:
    return f"{len(text):,} characters"


RULES = (
    Rule(
        "spoken_text",
        "Text",
        "Says something; at most `max_text_chars` characters in one piece, in Unicode's composed form (NFC), without "
        "control, bidi or zero-width characters (white space is fine, and joiners where a script or an emoji needs "
        "them) and without prompt syntax such as #href[.",
        ("max_text_chars",),
        spoken_text,
    ),
    Rule(
        "ssml",
        "SSML",
        "Plain text, or well-formed XML without document type, entities and processing instructions, root <speak>; "
        "`amazon:` needs no declaration. Its text as above, with markup at most ten times as "
        "long; it says or plays something. A break lasts at most 10 s, all together at most 30 s (1 s for one without "
        "`time`). URLs in any attribute are audio URLs.",
        ("max_text_chars",),
        ssml,
    ),
    Rule("dtmf", "Tones", "1 to 64 of the characters 0-9, # and w.", (), dtmf),
)
