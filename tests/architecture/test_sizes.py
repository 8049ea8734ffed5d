"""Small pieces: the sizes of files and functions that the project keeps to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import sinch_voice_mcp

PACKAGE = Path(sinch_voice_mcp.__file__).parent


def _modules() -> dict[Path, str]:
    return {path.relative_to(PACKAGE): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}


def _functions() -> Iterator[tuple[str, int]]:
    for path, text in _modules().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_400_lines() -> None:
    assert {str(path): text.count("\n") for path, text in _modules().items() if text.count("\n") > 400} == {}


def test_hardly_a_function_is_longer_than_25_lines_and_none_than_50() -> None:
    lengths = dict(_functions())
    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}
    long = [name for name, lines in lengths.items() if lines > 25]
    assert len(long) <= len(lengths) * 0.05, sorted(long)
