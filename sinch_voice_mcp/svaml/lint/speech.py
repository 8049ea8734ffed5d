"""Rules about how texts are spoken: locales and SSML."""

from collections.abc import Iterator

from sinch_voice_mcp.svaml import ssml
from sinch_voice_mcp.svaml.findings import Finding, Location
from sinch_voice_mcp.svaml.limits import MAX_BREAK_S, MAX_BREAKS_S
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.svaml.prompts import SsmlPart
from sinch_voice_mcp.svaml.speech import of_locale
from sinch_voice_mcp.types import is_object

_MAX_REPORTED_TAGS = 5
_SPEAKING = ("say", "playFiles", "connectPstn", "runMenu", "park")
_SSML_AS_TEXT = "a text contains the tag <speak>, so the platform may read it as SSML; pass it as #ssml[…] of playFiles"
_NO_MARKUP = "the SSML has no markup; write #tts[…] for a text, or put it into <speak>…</speak>"


def unknown_locale(target: Target) -> Iterator[Finding]:
    """SV020: a locale or voice that is not documented."""
    for location, item in target.named(*_SPEAKING):
        yield from _locale(target, (*location, "locale"), item.get("locale"))
    for location, options in target.recordings:
        if is_object(transcription := options.get("transcriptionOptions")):
            yield from _locale(target, (*location, "transcriptionOptions", "locale"), transcription.get("locale"))


def _locale(target: Target, location: Location, value: object) -> Iterator[Finding]:
    if isinstance(value, str):
        yield from (target.finding(found.code, "warning", location, found.message) for found in of_locale(value))


def bad_ssml(target: Target) -> Iterator[Finding]:
    """SV022: SSML that cannot be read, is passed as text, or has tags that the speech engine does not know."""
    for location, part in target.parts:
        if isinstance(part, SsmlPart):
            yield from _ssml_findings(target, location, part.ssml)
    for location, text, _ in target.spoken:
        if ssml.has_root_tag(text):
            yield target.finding("SV022", "error", location, _SSML_AS_TEXT)
    yield from target.heard("SV022")


def _ssml_findings(target: Target, location: Location, marked_up: str) -> Iterator[Finding]:
    try:
        speech = ssml.parse(marked_up)
    except ssml.SsmlError as error:
        yield target.finding("SV022", "error", location, f"the SSML {error}")
        return
    if ssml.is_plain(marked_up):
        yield target.finding("SV022", "warning", location, _NO_MARKUP)
    for tag in speech.unknown_tags[:_MAX_REPORTED_TAGS]:
        message = f"the speech engine does not document the tag <{tag[:40]}>; remove it"
        yield target.finding("SV022", "warning", location, message)
    if any(seconds > MAX_BREAK_S for seconds in speech.breaks) or sum(speech.breaks) > MAX_BREAKS_S:
        message = f"a break lasts at most {MAX_BREAK_S} s, and all breaks together {MAX_BREAKS_S} s; shorten them"
        yield target.finding("SV022", "warning", location, message)


RULES = (
    LintRule("SV020", "warning", "Unknown locale", "A locale or voice is one that Sinch documents; the list grows.",
             unknown_locale),
    LintRule("SV022", "error", "SSML", "SSML is plain text or well-formed XML with the root <speak>, without document "
             "type, entities and processing instructions. A warning: no markup, a tag that the engine does not "
             f"document, a break of more than {MAX_BREAK_S} s, breaks of more than {MAX_BREAKS_S} s together, and a "
             "tag in a text that is not SSML.", bad_ssml),
)  # fmt: skip
