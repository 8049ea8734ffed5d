"""Foreign text, prompts and amounts as phrases: on one line, short, without anything invisible."""

from collections.abc import Mapping, Sequence

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.prompts import AudioPart, FilePart, PromptError, SsmlPart, TextPart
from sinch_voice_mcp.text.cleaning import one_line

MAX_TEXT_CHARS = 80
MAX_NAME_CHARS = 40
_MAX_LISTED = 8

CALLER_ID_WORDS: Mapping[str, str] = {
    "private": "withholding the caller ID",
    "incoming": "showing the caller's own number",
}
"""Values of ``cli`` that are no number, in words."""


def in_quotes(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Return foreign text in double quotes, which it cannot close."""
    return '"' + one_line(text, limit).replace('"', "'") + '"'


def in_backticks(text: str, limit: int = MAX_NAME_CHARS) -> str:
    """Return a foreign name in backticks, which it cannot close."""
    return "`" + (one_line(text, limit).replace("`", "'") or " ") + "`"


def with_full_stop(text: str) -> str:
    """Return the text with a full stop, unless it ends in a quotation that has its own."""
    return text if text.endswith(('."', '!"', '?"', '…"')) else f"{text}."


def listed(items: Sequence[str], last: str = "and", limit: int = _MAX_LISTED) -> str:
    """Return ``a, b and c``, or ``nothing``; items after the first ``limit`` are counted."""
    shown = list(items[:limit])
    if len(items) > limit:
        shown.append(f"{len(items) - limit:,} more")
    if len(shown) < 2:  # noqa: PLR2004 - there is nothing to join
        return shown[0] if shown else "nothing"
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def seconds(count: int) -> str:
    """Return ``90 s``, or from two minutes on ``150 s (2 min 30 s)``."""
    if count < 120:  # noqa: PLR2004 - people read seconds up to two minutes
        return f"{count} s"
    hours, rest = divmod(count, 3600)
    minutes, left = divmod(rest, 60)
    units = ((hours, "h"), (minutes, "min"), (left, "s"))
    return f"{count:,} s ({' '.join(f'{amount} {unit}' for amount, unit in units if amount)})"


def milliseconds(count: int) -> str:
    """Return milliseconds as seconds: ``2.5 s``."""
    return f"{count / 1000:,.3f}".rstrip("0").rstrip(".") + " s"


def played(prompt: str) -> str:
    """Return what a prompt plays: ``"Hello" then the audio at `https://…```."""
    parts = parts_of(prompt)
    return listed([_part(part) for part in parts], last="then") if parts else "nothing"


def parts_of(prompt: str) -> tuple[prompts.Part, ...]:
    """Return the parts of a prompt; one that cannot be read is a single text."""
    try:
        return prompts.parse(prompt)
    except PromptError:
        # The linter reports what is wrong with it; an explanation shows it unchanged.
        return (TextPart(prompt),)


def _part(part: prompts.Part) -> str:
    match part:
        case TextPart(text):
            return in_quotes(text)
        case SsmlPart(marked_up):
            return in_quotes(ssml.parse_leniently(marked_up).text)
        case AudioPart(url):
            return f"the audio at {in_backticks(url, MAX_TEXT_CHARS)}"
        case FilePart(file):
            return f"the stored file {in_backticks(file)}"
