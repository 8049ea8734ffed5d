"""Suppressed checks are few, and each names what it suppresses and why."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import sinch_voice_mcp

PACKAGE = Path(sinch_voice_mcp.__file__).parent
MAX_PER_1000_LINES = 1.6
SUPPRESSION = re.compile(r"#\s*((ruff: )?noqa|pyright:|type:\s*ignore|pragma|nosec)")
# A code in the form of the tool, then " - " and a reason.
COMPLETE = re.compile(
    r"#\s*("
    r"(ruff: )?noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*"
    r"|(pyright|type): ?ignore\[\w+(, ?\w+)*\]"
    r"|pyright: \w+=\w+#.*"
    r"|nosec B\d+"
    r"|pragma: no \w+"
    r") - \w.+"
)
# Pyright reads a directive for a whole file up to the end of its line: the reason is on the next one.
FILE_WIDE = re.compile(r"#\s*pyright: \w+=\w+$")


def _suppressions(source: str) -> Iterator[tuple[int, str]]:
    if SUPPRESSION.search(source) is None:
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and SUPPRESSION.search(token.string):
            after = source.splitlines()[token.end[0]] if FILE_WIDE.search(token.string) else ""
            yield token.start[0], token.string + after


def _sources() -> dict[Path, str]:
    return {path.relative_to(PACKAGE): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}


def test_suppressions_are_few() -> None:
    sources = _sources()
    found = [f"{path}:{line}" for path, text in sources.items() for line, _ in _suppressions(text)]
    lines = sum(text.count("\n") for text in sources.values())
    assert len(found) * 1_000 <= MAX_PER_1000_LINES * lines, (len(found), lines, found)


def test_each_suppression_has_a_code_and_a_reason() -> None:
    incomplete = [
        f"{path}:{line}: {comment}"
        for path, text in _sources().items()
        for line, comment in _suppressions(text)
        if COMPLETE.search(comment) is None
    ]
    assert incomplete == []


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: S101", "# type: ignore", "# pyright: ignore[reportAny]"])
def test_a_suppression_without_code_or_reason_is_found(comment: str) -> None:
    ((_, found),) = _suppressions(f"x = 1  {comment}\n")
    assert COMPLETE.search(found) is None
