"""Rules about what is spoken and played: locales, prompt syntax, SSML, audio."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Prompt, Target
from sinch_voice_mcp.svaml.prompts import AudioPart, PromptError, SsmlPart, TextPart
from sinch_voice_mcp.svaml.speech import of_locale
from sinch_voice_mcp.text.hosts import is_public
from sinch_voice_mcp.types import is_object

EXTENSIONS = frozenset({
    "wav", "mp3", "mp4", "m4a", "aac", "aif", "aiff", "aifc", "gsm", "ogg", "mpeg", "mpga",
})  # fmt: skip
"""File endings of the audio types that the platform documents."""

_MAX_REPORTED_TAGS = 5
_SSML_AS_TEXT = "a text contains the tag <speak>, so the platform may read it as SSML; pass it as #ssml[…] of playFiles"


def unknown_locale(target: Target) -> Iterator[Finding]:
    """SV020: a locale or voice that is not documented."""
    names = ("say", "playFiles", "connectPstn", "runMenu", "park")
    for location, item in target.named(*names):
        yield from _locale(target, (*location, "locale"), item.get("locale"))
        options = item.get("options")
        if is_object(options) and is_object(transcription := options.get("transcriptionOptions")):
            where = (*location, "options", "transcriptionOptions", "locale")
            yield from _locale(target, where, transcription.get("locale"))


def _locale(target: Target, location: Location, value: object) -> Iterator[Finding]:
    if isinstance(value, str):
        yield from (target.finding(found.code, "warning", location, found.message) for found in of_locale(value))


def bad_prompt(target: Target) -> Iterator[Finding]:
    """SV021: a prompt that does not follow the syntax."""
    for prompt in target.prompts:
        try:
            parts = prompts.parse(prompt.text)
        except PromptError as error:
            fixed = prompt.text.replace("tts#[", "#tts[")
            fix = replacing(target.source(prompt.location), fixed) if _parses(fixed) else ()
            yield target.finding("SV021", "error", prompt.location, error.message, fix)
        else:
            if not parts:
                message = "the prompt is empty, so it plays nothing; write #tts[…], a URL or a file id"
                yield target.finding("SV021", "error", prompt.location, message)


def _parses(text: str) -> bool:
    try:
        prompts.parse(text)
    except PromptError:
        return False
    return True


def bad_ssml(target: Target) -> Iterator[Finding]:
    """SV022: SSML that cannot be read, is passed as text, or has tags that the speech engine does not know."""
    for prompt in target.prompts:
        if "#ssml[" in prompt.text.lower():
            for part in _parts(prompt):
                if isinstance(part, SsmlPart):
                    yield from _ssml_findings(target, prompt.location, part.ssml)
    yield from _ssml_in_texts(target)
    yield from target.heard("SV022")


def _ssml_in_texts(target: Target) -> Iterator[Finding]:
    for location, item in target.named("say"):
        if isinstance(text := item.get("text"), str) and ssml.has_root_tag(text):
            yield target.finding("SV022", "error", (*location, "text"), _SSML_AS_TEXT)
    for prompt in target.prompts:
        texts = (part.text for part in _parts(prompt) if isinstance(part, TextPart))
        if any(map(ssml.has_root_tag, texts)):
            yield target.finding("SV022", "error", prompt.location, _SSML_AS_TEXT)


def _ssml_findings(target: Target, location: Location, marked_up: str) -> Iterator[Finding]:
    try:
        speech = ssml.parse(marked_up)
    except ssml.SsmlError as error:
        yield target.finding("SV022", "error", location, f"the SSML {error}")
        return
    for tag in speech.unknown_tags[:_MAX_REPORTED_TAGS]:
        message = f"the speech engine does not document the tag <{tag[:40]}>; remove it"
        yield target.finding("SV022", "warning", location, message)


def doubtful_audio(target: Target) -> Iterator[Finding]:
    """SV023: audio that the platform may not be able to fetch, or not safely."""
    for prompt in target.prompts:
        if "http" in prompt.text or "#href[" in prompt.text.lower():
            for part in _parts(prompt):
                if isinstance(part, AudioPart):
                    for doubt in _doubts(part.url):
                        yield target.finding("SV023", "warning", prompt.location, doubt)


def _parts(prompt: Prompt) -> tuple[prompts.Part, ...]:
    try:
        return prompts.parse(prompt.text)
    except PromptError:
        return ()


def _doubts(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        yield "the URL of the audio cannot be read; write https://host/path"
        return
    if parts.scheme.lower() == "http":
        yield "http:// lets anyone between Sinch and the host change the audio; use https://"
    elif parts.scheme.lower() != "https":
        yield "the platform fetches audio over https; begin the URL with https://"
    if not is_public(host):
        yield f"the host `{host[:60]}` is not public, so the platform cannot reach it"
    ending = parts.path.rpartition("/")[2].rpartition(".")
    if ending[1] and ending[2].lower() not in EXTENSIONS:
        yield f"`.{ending[2][:10]}` is not an audio type that the platform documents; use mp3 or wav"


RULES = (
    LintRule("SV020", "warning", "Unknown locale", "A locale or voice is one that Sinch documents; the list grows.",
             unknown_locale),
    LintRule("SV021", "error", "Prompt syntax", "Items are #tts[…], #ssml[…], #href[…], a URL or a file ID, separated "
             "by `;`.", bad_prompt, fixable=True),
    LintRule("SV022", "error", "SSML", "SSML is plain text or well-formed XML with the root <speak>, without document "
             "type, entities and processing instructions. A tag that the engine does not document is a warning, and so "
             "is a tag in a plain text.", bad_ssml),
    LintRule("SV023", "warning", "Audio", "Audio is fetched over https from a public host and has a documented type.",
             doubtful_audio),
)  # fmt: skip
