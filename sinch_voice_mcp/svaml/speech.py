"""What the callee hears otherwise than it was meant: one judgment for the linter and for every tool that speaks.

Nothing here is an error: the platform accepts all of it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sinch_voice_mcp.svaml import prompts, scripts, ssml
from sinch_voice_mcp.svaml.voices import documented, nearest

DEFAULT_LOCALE = "en-US"
"""The locale in which the platform speaks without one."""

_MAX_QUOTED_CHARS = 40
_EXAMPLES = "examples are en-US, en-US/male and Joanna"

_HTML_TAGS = ("a", "b", "br", "code", "div", "em", "h[1-6]", "hr", "i", "img", "li", "ol", "span", "strong", "u", "ul")
_TAG_NAMES = "|".join((*sorted(ssml.TAGS - {"speak"}), *_HTML_TAGS))
_MARKUP = re.compile(
    rf"</?(?:{_TAG_NAMES})(?:\s[^<>]*)?/?>"  # A tag of SSML or HTML,
    r"|</[a-z][\w:.-]*\s*>|<[a-z][\w:.-]*(?:\s[^<>]*)?/>|<[a-z][\w:.-]*\s[^<>]*=[^<>]*>"  # any other that is no word,
    r"|&(?:amp|lt|gt|quot|apos|nbsp|\#\d{1,7}|\#x[0-9a-f]{1,6});",  # and an escaped character.
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]{0,80}\}\}|\{%[^{}]{0,80}%\}|[$#]?\{[^\W\d][^{}\n]{0,80}\}"  # {{name}}, {% name %}, ${name}, {name}
    r"|(?<!#tts)(?<!#ssml)(?<!#href)\[\[?[^\W\d_][^\[\]\n]{0,80}\]\]?"  # [Name], [[name]]
    r"|(?<!\w)<<?[^\W\d][^<>\n=/]{0,80}>>?"  # <name>, <<name>>
    r"|%\([^\W\d]\w{0,40}\)[sd]|%[^\W\d]\w{1,40}%"  # %(name)s, %name%
    r"|__[^\W\d_]\w{0,40}?__|_{3,}"  # __name__, ____
)
_OWN_READING = re.compile(r"<(?:lang|sub|phoneme|say-as)[\s/>]")
"""SSML that says itself how a part is read."""

_SPOKEN_SIGNS = frozenset("&@%#*/+=<>~^|\\_°§")
"""Signs that are no letters or digits, and are spoken."""

_MIN_WORDS = 3
"""Latin words from which a text without any other letter is taken for a text in another language, not for a name."""


@dataclass(frozen=True, slots=True)
class SpeechWarning:
    """What is heard, and what to do: the linter's code, and a message without a full stop at the end."""

    code: str
    message: str


def of_locale(locale: str) -> Iterator[SpeechWarning]:
    """Yield a warning about a locale or voice that Sinch does not document."""
    if documented(locale) is None:
        meant = nearest(locale)
        hint = _EXAMPLES if meant is None else f"did you mean `{meant}`?"
        message = f"{_quoted(locale)} is not a documented locale or voice ({hint}), so another language or silence "
        yield SpeechWarning("SV020", f"{message}may be heard")


def of_text(text: str, locale: str | None) -> Iterator[SpeechWarning]:
    """Yield the warnings about a plain text that is spoken in a locale, None for the default one.

    There are none about a text that has the root of SSML, which is an error.
    """
    if ssml.has_root_tag(text):
        return
    if (tag := _MARKUP.search(text)) is not None:
        yield SpeechWarning(
            "SV022",
            f"the text contains {_quoted(tag[0])}, which is read out as it is written; pass the text as SSML "
            "(`ssml`, or #ssml[…] in a prompt), or write it without markup",
        )
    yield from _of_words(text, text if tag is None else _MARKUP.sub(" ", text), locale)


def of_ssml(marked_up: str, locale: str | None) -> Iterator[SpeechWarning]:
    """Yield the warnings about SSML that is spoken in a locale; none if it cannot be read, which is an error."""
    try:
        speech = ssml.parse(marked_up)
    except ssml.SsmlError:
        return
    if _OWN_READING.search(marked_up):
        yield from _placeholders(speech.text)
    elif not speech.audio or _is_heard(speech.text):
        yield from _of_words(speech.text, speech.text, locale)


def of_part(part: prompts.Part, locale: str | None) -> Iterator[SpeechWarning]:
    """Yield the warnings about an item of a prompt."""
    match part:
        case prompts.TextPart(text):
            yield from of_text(text, locale)
        case prompts.SsmlPart(marked_up):
            yield from of_ssml(marked_up, locale)
        case _:
            pass


def _of_words(text: str, words: str, locale: str | None) -> Iterator[SpeechWarning]:
    yield from _placeholders(words)
    if not _is_heard(text):
        # Of text without any visible character, the linter and the guard say so themselves.
        if any(unicodedata.category(char)[0] not in "ZCM" for char in text):
            yield SpeechWarning(
                "SV038",
                f"{_quoted(text.strip())} has no letter and no digit, so nothing is heard; write words",
            )
        return
    yield from _scripts(words, locale)


def _placeholders(text: str) -> Iterator[SpeechWarning]:
    if (found := _PLACEHOLDER.search(text)) is not None:
        yield SpeechWarning(
            "SV036",
            f"{_quoted(found[0])} looks like a placeholder that was not filled in, and is read out as it is written; "
            "write what it stands for",
        )


def _is_heard(text: str) -> bool:
    return any(
        char in _SPOKEN_SIGNS or (kind := unicodedata.category(char))[0] in "LN" or kind in {"Sc", "Sm"}
        for char in text
    )


def _scripts(text: str, locale: str | None) -> Iterator[SpeechWarning]:
    reads = scripts.read_by(locale or DEFAULT_LOCALE)
    if reads is None:
        # The locale has a warning of its own.
        return
    voice = f"the default voice ({DEFAULT_LOCALE})" if locale is None else f"the voice of {_quoted(locale)}"
    if (found := _unread(text, reads)) is not None:
        script, example = found
        yield SpeechWarning(
            "SV037",
            f"the text contains {scripts.SCRIPTS[script]} letters ({_quoted(example)}), which {voice} does not read: "
            f"they are left out or unintelligible; {_remedy(script, text)}",
        )
    elif scripts.LATIN not in reads and _is_latin(text):
        names = " or ".join(dict.fromkeys(scripts.SCRIPTS[script] for script in sorted(reads)))
        message = f"the text has only Latin letters, and {voice} is made for {names} ones, so its words may be "
        yield SpeechWarning("SV037", f"{message}unintelligible; set `locale` to the language of the text")


def _remedy(script: str, text: str) -> str:
    suggested = scripts.locale_for(script, text)
    if suggested is None:
        return "Sinch documents no voice that reads them, so write the words in another script"
    return f"set `locale` to {suggested}"


def _unread(text: str, reads: frozenset[str]) -> tuple[str, str] | None:
    """Return the script that a voice does not read, and the first word in it; None if it reads all words."""
    for script, letters in groupby(text, scripts.script_of):
        word = "".join(letters)
        if script is None or script == scripts.LATIN or script in reads:
            continue
        if len(word) > 1 or script in scripts.WITHOUT_SPACES:
            return script, word
    return None


def _is_latin(text: str) -> bool:
    found = {script for char in text if (script := scripts.script_of(char)) is not None}
    return found == {scripts.LATIN} and len(re.findall(r"[^\W\d_]{2,}", text)) >= _MIN_WORDS


def _quoted(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text)
    shown = printable if len(printable) <= _MAX_QUOTED_CHARS else f"{printable[:_MAX_QUOTED_CHARS]}…"
    return f"`{shown}`"
