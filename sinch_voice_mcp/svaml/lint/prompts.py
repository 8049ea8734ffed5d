"""Rules about prompts and texts: their syntax, what the caller hears, and the audio that the platform fetches."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.findings import Finding, replacing
from sinch_voice_mcp.svaml.limits import MAX_SSML_CHARS
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.svaml.prompts import AudioPart, FilePart, PromptError, SsmlPart
from sinch_voice_mcp.text.hosts import is_public
from sinch_voice_mcp.text.invisible import first_hidden, is_blank
from sinch_voice_mcp.text.urls import url_problem

EXTENSIONS = frozenset({
    "wav", "mp3", "mp4", "m4a", "aac", "aif", "aiff", "aifc", "gsm", "ogg", "mpeg", "mpga",
})  # fmt: skip
"""File endings of the audio types that the platform documents."""

_NO_TEXT = "the text is empty, so nothing is spoken; write the text"
_NO_PROMPT = "the prompt is empty, so it plays nothing; write #tts[…], a URL or a file id"
_HTTP = "http://"
_HALF_A_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*:/|www\.)", re.IGNORECASE)


def bad_prompt(target: Target) -> Iterator[Finding]:
    """SV021: a prompt that does not follow the syntax, or one that a caller does not hear as it is meant."""
    for prompt in target.prompts:
        try:
            parts = prompts.parse(prompt.text)
        except PromptError as error:
            fixed = prompt.text.replace("tts#[", "#tts[")
            fix = replacing(target.source(prompt.location), fixed) if _parses(fixed) else ()
            yield target.finding("SV021", "error", prompt.location, error.message, fix)
        else:
            if not parts:
                yield target.finding("SV021", "error", prompt.location, _NO_PROMPT)
    yield from _silence(target)
    yield from _doubtful_texts(target)
    for location, part in target.parts:
        if isinstance(part, FilePart) and (doubt := _file_doubt(part.id)) is not None:
            yield target.finding("SV021", "warning", location, doubt)


def _parses(text: str) -> bool:
    try:
        prompts.parse(text)
    except PromptError:
        return False
    return True


def _silence(target: Target) -> Iterator[Finding]:
    for location, item in target.named("playFiles"):
        if item.get("ids") == []:
            yield target.finding(
                "SV021", "error", (*location, "ids"), "`ids` is empty, so it plays nothing; add a prompt"
            )
    for location, text, _ in target.spoken:
        if is_blank(text):
            yield target.finding("SV021", "error", location, _NO_TEXT)
    for location, part in target.parts:
        if isinstance(part, SsmlPart):
            speech = ssml.parse_leniently(part.ssml)
            if is_blank(speech.text) and not speech.audio:
                yield target.finding("SV021", "error", location, "the SSML contains no text, so nothing is spoken")


def _doubtful_texts(target: Target) -> Iterator[Finding]:
    for location, text, _ in target.spoken:
        shown = text[:MAX_SSML_CHARS]
        if (syntax := prompts.syntax_in(text)) is not None:
            message = f"`{syntax}` is prompt syntax, which is spoken here as it is written; remove it, or use playFiles"
            yield target.finding("SV021", "warning", location, message)
        if not is_blank(shown) and (hidden := first_hidden(shown)) is not None:
            message = f"the text contains {hidden}, which is inaudible and can hide text; remove it"
            yield target.finding("SV021", "warning", location, message)


def _file_doubt(name: str) -> str | None:
    """Return why an item that is read as the id of a stored file may be meant otherwise; None if it may be one."""
    if _HALF_A_URL.match(name):
        return "this is read as the id of a stored file; audio is fetched from a URL that begins with https://"
    if prompts.is_file_id(name) and not name.endswith(".") and (" " not in name or _extension(name) in EXTENSIONS):
        return None
    return "this is read as the id of a stored file, not as text; did you mean #tts[…]?"


def doubtful_audio(target: Target) -> Iterator[Finding]:
    """SV023: audio that the platform may not be able to fetch, or not safely."""
    for location, part in target.parts:
        if isinstance(part, AudioPart):
            for doubt in _doubts(part.url):
                yield target.finding("SV023", "warning", location, doubt)


def _doubts(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        yield "the URL of the audio cannot be read; write https://host/path"
        return
    if parts.scheme.lower() == "http":
        yield "http:// lets anyone between Sinch and the host change the audio; use https://"
        url = f"https://{url[len(_HTTP) :]}"
    if host and not is_public(host):
        yield f"the host `{host[:60]}` is not public, so the platform cannot reach it"
    elif (problem := url_problem(url)) is not None:
        yield f"the URL of the audio {problem}; write https://host/path with a DNS name as host"
    ending = _extension(parts.path.rpartition("/")[2])
    if ending is not None and ending not in EXTENSIONS:
        yield f"`.{ending[:10]}` is not an audio type that the platform documents; use mp3 or wav"


def _extension(name: str) -> str | None:
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot else None


RULES = (
    LintRule("SV021", "error", "Prompts and texts", "Items are #tts[…], #ssml[…], #href[…], a URL or a file ID, "
             "separated by `;`, and each can be heard. A warning: prompt syntax "
             "and invisible characters in a text; a file ID that looks like a text or a URL.", bad_prompt,
             fixable=True),
    LintRule("SV023", "warning", "Audio", "Audio is fetched over https from a public host with a DNS name and has a "
             "documented type.", doubtful_audio),
)  # fmt: skip
