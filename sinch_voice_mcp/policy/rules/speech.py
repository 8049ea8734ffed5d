"""Rules about text, SSML and tones that the callee receives."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Speak, SpeakSsml, Tones
from sinch_voice_mcp.policy.policy import MAX_TEXT_CHARS, variable
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, mistake, result_of
from sinch_voice_mcp.svaml.limits import (
    MAX_BREAK_S,
    MAX_BREAKS_S,
    MAX_SPOKEN_CHARS,
    MAX_TONES,
    SSML_CHARS_PER_SPOKEN_CHAR,
)
from sinch_voice_mcp.svaml.prompts import syntax_in
from sinch_voice_mcp.svaml.ssml import Speech, SsmlError, has_root_tag, parse, written
from sinch_voice_mcp.text.invisible import first_hidden, is_blank
from sinch_voice_mcp.text.quoting import quoted

_TONES = re.compile(rf"[0-9#w]{{1,{MAX_TONES}}}", re.ASCII)

_REMOVE = "Remove it."
_AS_MARKUP = "Pass it as SSML: `ssml`, or #ssml[…] in a prompt; or remove the tags."
_WRITE_TEXT = "Write the text to speak."
_SHORTEN_BREAKS = "Shorten the breaks or use fewer."


def spoken_text(case: Case) -> Iterator[RuleResult]:
    """Refuse plain text that is empty, too long, or has hidden characters or prompt syntax."""
    for effect in case.all(Speak):
        yield result_of(effect.path, _size(effect.text), _text_problem(effect.text, case.policy.max_text_chars))


def ssml(case: Case) -> Iterator[RuleResult]:
    """Refuse SSML that is malformed or silent, or whose text breaks the rule for text."""
    for effect in case.all(SpeakSsml):
        yield result_of(effect.path, _size(effect.ssml), _ssml_problem(effect.ssml, case.policy.max_text_chars))


def dtmf(case: Case) -> Iterator[RuleResult]:
    """Refuse tones that no keypad has."""
    for effect in case.all(Tones):
        fits = _TONES.fullmatch(effect.value) is not None
        message = f"Tones are 1 to {MAX_TONES} of the characters 0-9, # and w (a pause of 0.5 s)."
        problem = None if fits else mistake(message, "Use only these characters.")
        # Tones can be a PIN, so only their count is shown.
        yield result_of(effect.path, f"{len(effect.value)} tones", problem)


def _text_problem(text: str, most: int) -> Problem | None:
    if is_blank(text) and first_hidden(text) is None:
        return mistake("The text is empty, so the call would cost money and say nothing.", _WRITE_TEXT)
    if has_root_tag(text):
        return mistake("The text contains the tag <speak>, so the platform may read it as SSML.", _AS_MARKUP)
    return _content_problem(text, most)


def _content_problem(text: str, most: int) -> Problem | None:
    if len(text) > most:
        return _too_long(f"The text has {len(text):,} characters; at most {most:,} are allowed in one piece.")
    if (problem := _hidden_problem("text", text)) is not None:
        return problem
    if (tag := syntax_in(text)) is not None:
        return mistake(f"The text contains {quoted(tag)}, which is prompt syntax and not text to speak.", _REMOVE)
    return None


def _ssml_problem(ssml: str, most: int) -> Problem | None:
    if not ssml.strip():
        return mistake("The SSML is empty, so the call would cost money and say nothing.", _WRITE_TEXT)
    if len(ssml) > (most_ssml := most * SSML_CHARS_PER_SPOKEN_CHAR):
        return _too_long(f"The SSML has {len(ssml):,} characters with its markup; at most {most_ssml:,} are allowed.")
    if (problem := _hidden_problem("SSML", ssml)) is not None:
        return problem
    try:
        speech = parse(ssml)
    except SsmlError as error:
        return mistake(f"The SSML {error}.", "Correct the SSML.")
    # Again as it is read, because a reference to a character can stand for an invisible one.
    return _hidden_problem("SSML", written(ssml)) or _content_problem(speech.text, most) or _silence_problem(speech)


def _silence_problem(speech: Speech) -> Problem | None:
    if is_blank(speech.text) and not speech.audio:
        return mistake("The SSML contains no text, so the call would cost money and say nothing.", _WRITE_TEXT)
    if any(seconds > MAX_BREAK_S for seconds in speech.breaks):
        return mistake(f"The SSML contains a break longer than {MAX_BREAK_S} s.", _SHORTEN_BREAKS)
    if sum(speech.breaks) > MAX_BREAKS_S:
        return mistake(f"The breaks of the SSML last longer than {MAX_BREAKS_S} s together.", _SHORTEN_BREAKS)
    return None


def _hidden_problem(what: str, text: str) -> Problem | None:
    name = first_hidden(text)
    if name is None:
        return None
    return mistake(f"The {what} contains {name}, which is inaudible and can hide text.", _REMOVE)


def _too_long(message: str) -> Problem:
    return Problem(
        message,
        "Shorten it, or split it into several instructions or calls.",
        f"Sinch speaks at most {MAX_SPOKEN_CHARS} characters in one piece, unless it allows the account more: then the "
        f"owner can set {variable('max_text_chars')}, to at most {MAX_TEXT_CHARS:,}.",
    )


def _size(text: str) -> str:
    return f"{len(text):,} characters"


RULES = (
    Rule(REFUSALS["spoken_text"], spoken_text),
    Rule(REFUSALS["ssml"], ssml),
    Rule(REFUSALS["dtmf"], dtmf),
)
