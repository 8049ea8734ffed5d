"""One language: words that hide the actor or decorate the action are in no text that a reader or a model sees.

CONTRIBUTING.md has the glossary and what to write instead.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = (
    "nobody", "somebody", "whoever", "whom", "told", "mend", "mended", "mends", "mending", "dearest", "heard of",
    "going on", "goes on", "kept back", "foreseen", "let it be",
)  # fmt: skip
# A line may break between two words.
FORBIDDEN = re.compile(rf"\b(?:{'|'.join(WORDS)})\b".replace(" ", r"\s+"), re.IGNORECASE)
PYTHON = ("sinch_voice_mcp", "tests", "docs", "examples", "benchmarks")
PAGES = ("*.md", "docs/**/*.md", "examples/**/*.md", "prompts/**/*.md")


def _python_texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every string, comment and identifier."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
        elif token.type == tokenize.NAME:
            # `going_on` and `told_by` consist of words, as a sentence does.
            yield token.start[0], token.string.replace("_", " ")
    # The syntax tree joins the lines of a string that is written in several pieces.
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _page_text(page: str) -> str:
    """Return a page without generated tables and demo output: their words come from the package and count there."""

    def same_lines(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    return re.sub(r"<!-- (?:generated: |demo).*?<!-- end.*?-->", same_lines, page, flags=re.DOTALL)


def _found(path: Path) -> Iterator[str]:
    """Yield where a file has a forbidden word, and which."""
    text = path.read_text("utf-8")
    texts = _python_texts(text) if path.suffix == ".py" else [(1, _page_text(text))]
    for line, part in texts:
        for match in FORBIDDEN.finditer(part):
            yield f"{path.relative_to(ROOT)}:{line + part.count(chr(10), 0, match.start())}: {match[0]}"


def _files() -> list[Path]:
    # This file has the words themselves.
    python = (path for folder in PYTHON for path in (ROOT / folder).rglob("*.py") if path != Path(__file__))
    pages = (path for pattern in PAGES for path in ROOT.glob(pattern))
    return sorted({*python, *pages, ROOT / "Makefile", ROOT / "pyproject.toml"})


def test_no_text_has_a_word_that_hides_the_actor() -> None:
    found = [one for path in _files() for one in _found(path)]
    assert found == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('"""Nobody reads this."""', "Nobody"),
        ('x = "the call is " "going " "on"', "going on"),
        ("# the model was told", "told"),
        ("def told_by() -> None: ...", "told"),
        ('x = f"{y} is mended"', "mended"),
    ],
)
def test_words_are_found_in_strings_comments_and_names(source: str, word: str) -> None:
    assert word in {match[0] for _, text in _python_texts(source) for match in FORBIDDEN.finditer(text)}


@pytest.mark.parametrize("source", ["amendment = recommended", '"""An amended document."""', "# ongoing online"])
def test_longer_words_that_contain_them_are_allowed(source: str) -> None:
    assert not [text for _, text in _python_texts(source) if FORBIDDEN.search(text)]
