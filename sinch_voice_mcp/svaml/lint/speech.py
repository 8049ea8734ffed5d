"""SV020 to SV023: what is spoken and played."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import Prompt, Subject
from sinch_voice_mcp.svaml.prompts import Audio, PromptError, Ssml
from sinch_voice_mcp.svaml.voices import documented
from sinch_voice_mcp.types import is_object

EXTENSIONS = frozenset({
    "wav", "mp3", "mp4", "m4a", "aac", "aif", "aiff", "aifc", "gsm", "ogg", "mpeg", "mpga",
})  # fmt: skip
"""File endings of the audio types that the platform documents."""

_PRIVATE_ENDINGS = (".local", ".internal", ".lan", ".home", ".corp", ".localhost")


def unknown_locale(subject: Subject) -> Iterator[Finding]:
    """SV020: a locale or voice that nobody documents."""
    names = ("say", "playFiles", "connectPstn", "runMenu", "park")
    for place, item in subject.named(*names):
        yield from _locale(subject, (*place, "locale"), item.get("locale"))
        transcription = item.get("options")
        if is_object(transcription) and is_object(inner := transcription.get("transcriptionOptions")):
            yield from _locale(subject, (*place, "options", "transcriptionOptions", "locale"), inner.get("locale"))


def _locale(subject: Subject, place: Location, value: object) -> Iterator[Finding]:
    if not isinstance(value, str):
        return
    spelling = documented(value)
    if spelling is None:
        yield subject.finding("SV020", "warning", place, f"`{value[:40]}` is no documented locale or voice")


def bad_prompt(subject: Subject) -> Iterator[Finding]:
    """SV021: a prompt that does not follow the syntax."""
    for prompt in subject.prompts:
        try:
            parts = prompts.parse(prompt.text)
        except PromptError as error:
            mended = prompt.text.replace("tts#[", "#tts[")
            fix = replacing(subject.source(prompt.place), mended) if _parses(mended) else ()
            yield subject.finding("SV021", "error", prompt.place, error.message, fix)
        else:
            if not parts:
                yield subject.finding("SV021", "error", prompt.place, "the prompt is empty")


def _parses(text: str) -> bool:
    try:
        prompts.parse(text)
    except PromptError:
        return False
    return True


def bad_ssml(subject: Subject) -> Iterator[Finding]:
    """SV022: SSML that the speech engine does not understand."""
    for prompt in subject.prompts:
        if "#ssml[" in prompt.text.lower():
            for part in _parts(prompt):
                if isinstance(part, Ssml):
                    for flaw in ssml.flaws(part.ssml):
                        yield subject.finding("SV022", "warning", prompt.place, flaw)


def doubtful_audio(subject: Subject) -> Iterator[Finding]:
    """SV023: audio that the platform may not be able to fetch, or not safely."""
    for prompt in subject.prompts:
        if "http" in prompt.text or "#href[" in prompt.text.lower():
            for part in _parts(prompt):
                if isinstance(part, Audio):
                    for doubt in _doubts(part.url):
                        yield subject.finding("SV023", "warning", prompt.place, doubt)


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
        yield "the URL of the audio cannot be read"
        return
    if parts.scheme.lower() == "http":
        yield "audio is fetched over http, which anybody on the way can change; use https"
    elif parts.scheme.lower() != "https":
        yield "audio is fetched over https"
    if not _is_public(host):
        yield f"the host `{host[:60]}` cannot be reached from outside"
    ending = parts.path.rpartition("/")[2].rpartition(".")
    if ending[1] and ending[2].lower() not in EXTENSIONS:
        yield f"`.{ending[2][:10]}` is no audio type that the platform documents"


def _is_public(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." in host and not host.lower().endswith(_PRIVATE_ENDINGS)


RULES = (
    Rule("SV020", "warning", "Unknown locale", "A locale or voice is one that Sinch documents; the list grows.",
         unknown_locale),
    Rule("SV021", "error", "Prompt syntax", "Items are #tts[…], #ssml[…], #href[…], a URL or a file id, between `;`.",
         bad_prompt, fixable=True),
    Rule("SV022", "warning", "SSML", "SSML is well-formed, begins with <speak>, keeps to the engine's tags.", bad_ssml),
    Rule("SV023", "warning", "Audio", "Audio is fetched over https from a public host, of a documented type.",
         doubtful_audio),
)  # fmt: skip
