"""Small pieces: the sizes of files and functions that the project keeps to."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

import sinch_voice_mcp

PACKAGE = Path(sinch_voice_mcp.__file__).parent
TESTS = Path(__file__).parents[1]


def _modules(folder: Path) -> dict[Path, str]:
    return {path.relative_to(folder): path.read_text("utf-8") for path in folder.rglob("*.py")}


def _functions() -> Iterator[tuple[str, int]]:
    for path, text in _modules(PACKAGE).items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.name}:{node.lineno}", (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["package", "tests"])
def test_no_file_is_longer_than_400_lines(folder: Path) -> None:
    assert {str(path): text.count("\n") for path, text in _modules(folder).items() if text.count("\n") > 400} == {}


def test_95_percent_of_the_functions_have_at_most_20_lines_and_none_has_more_than_50() -> None:
    lengths = dict(_functions())
    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}
    long = [name for name, lines in lengths.items() if lines > 20]
    assert statistics.quantiles(lengths.values(), n=20)[-1] <= 20, sorted(long)
