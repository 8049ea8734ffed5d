"""The layout of the package and the tests: every module is in a layer, packages only export, tests share helpers."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import sinch_voice_mcp

PACKAGE = Path(sinch_voice_mcp.__file__).parent
TESTS = Path(__file__).parents[1]
PYPROJECT = PACKAGE.parent / "pyproject.toml"


def _layers() -> set[str]:
    contracts = tomllib.loads(PYPROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [one for one in contracts if one["type"] == "layers" and one["containers"] == ["sinch_voice_mcp"]]
    names = {name.strip() for row in layers["layers"] for name in row.split("|")}
    return names | set(layers["exhaustive_ignores"])


def test_each_module_and_folder_of_the_package_is_in_a_layer() -> None:
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__"} == _layers()


def _is_export(node: ast.stmt) -> bool:
    """Whether a statement is an import, a docstring, or a constant that names exports."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return all(isinstance(part, _LITERALS) for part in ast.walk(value))
        case _:
            return False


_LITERALS = (ast.Constant, ast.List, ast.Tuple, ast.Name, ast.Starred, ast.Attribute, ast.expr_context)


def test_an_init_module_only_exports() -> None:
    logic = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("__init__.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if not _is_export(node)
    }
    assert logic == set()


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _is_test(module: str) -> bool:
    last = module.rpartition(".")[2]
    return module.startswith("tests.") and (last.startswith("test_") or last == "conftest")


def test_no_test_imports_another_test_or_a_conftest() -> None:
    found = {
        f"{path.relative_to(TESTS)}: {module}"
        for path in TESTS.rglob("*.py")
        for module in _imported(path)
        if _is_test(module)
    }
    assert found == set(), "move what tests share into a module that is no test, such as tests/stage.py"
