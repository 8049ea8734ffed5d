"""A rule: a code, a level, what it says, and a small function that looks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sinch_voice_mcp.svaml.findings import Finding, Level
from sinch_voice_mcp.svaml.lint.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the linter.

    Attributes:
        code: Its stable name, ``SV001`` to ``SV035``.
        level: How bad a finding usually is; a check may say otherwise.
        title: What it is about, in a few words.
        exactly: What it says, in a sentence.
        check: Looks at a document.
        fixable: Whether some of its findings come with a fix.
    """

    code: str
    level: Level
    title: str
    exactly: str
    check: Check
    fixable: bool = False


def read_by(code: str) -> Check:
    """A check whose findings the reader has already made while it brought the document into documented spelling."""

    def check(subject: Subject) -> Iterator[Finding]:
        return subject.read(code)

    return check
