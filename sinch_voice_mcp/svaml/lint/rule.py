"""A rule of the linter: a code, a level, a description, and a function that finds violations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sinch_voice_mcp.svaml.findings import Finding, Level
from sinch_voice_mcp.svaml.lint.target import Target

LintCheck = Callable[[Target], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule of the linter.

    Attributes:
        code: Its stable name, one of ``svaml.codes.CODES``.
        level: How serious a finding usually is; a check may decide otherwise.
        title: What it is about, in a few words.
        exactly: What it requires, in a sentence.
        check: Finds violations in a document.
        fixable: Whether some of its findings have a fix.
    """

    code: str
    level: Level
    title: str
    exactly: str
    check: LintCheck
    fixable: bool = False


def found_by_reader(code: str) -> LintCheck:
    """Return a check that yields the findings that the reader made under a code."""

    def check(target: Target) -> Iterator[Finding]:
        return target.read(code)

    return check
