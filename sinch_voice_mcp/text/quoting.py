"""Foreign text, made fit to be shown in a message or a log."""

from sinch_voice_mcp.text.invisible import WHITE_SPACE, hidden

_LONGEST = 60


def quoted(text: str) -> str:
    """The text in backticks, cut at 60 characters, with everything invisible written as its code point."""
    return f"`{printable(text)}`"


def printable(text: str, longest: int = _LONGEST) -> str:
    """The text cut, with everything invisible written as its code point."""
    shown = "".join(f"<U+{ord(sign):04X}>" if hidden(sign) or sign in WHITE_SPACE else sign for sign in text[:longest])
    return shown + "…" if len(text) > longest else shown


def sentence(message: str) -> str:
    """A message with a capital and exactly one full stop."""
    return message[:1].upper() + message[1:].rstrip(". ") + "."
