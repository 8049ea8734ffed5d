"""Only ``mcp_adapter`` touches the inside of the MCP SDK."""

import ast
from collections.abc import Iterator
from pathlib import Path

import sinch_voice_mcp

PACKAGE = Path(sinch_voice_mcp.__file__).parent
ADAPTER = PACKAGE / "mcp_adapter.py"
INTERNAL_MODULES = ("func_metadata",)
INTERNAL_MEMBERS = {"fn_metadata", "arg_model", "model_rebuild"}
"""Members without an underscore that the SDK does not document either."""


def _modules_with_sdk() -> Iterator[tuple[Path, ast.Module]]:
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        if any(_imported(node).partition(".")[0] == "mcp" for node in ast.walk(tree)):
            yield path, tree


def _imported(node: ast.AST) -> str:
    match node:
        case ast.ImportFrom(module=str(module)):
            return module
        case ast.Import(names=[ast.alias(name=name), *_]):
            return name
        case _:
            return ""


def _own_private_names(tree: ast.Module) -> set[str]:
    """Private names that a module defines itself: functions, classes, and attributes that it assigns."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return names


def _internal_uses(tree: ast.Module) -> Iterator[str]:
    own = _own_private_names(tree)
    for node in ast.walk(tree):
        if any(word in _imported(node) for word in INTERNAL_MODULES):
            yield _imported(node)
        if isinstance(node, ast.Attribute):
            is_private = node.attr.startswith("_") and not node.attr.startswith("__") and node.attr not in own
            if is_private or node.attr in INTERNAL_MEMBERS:
                yield node.attr


def test_no_module_but_the_adapter_touches_the_inside_of_the_sdk() -> None:
    found = {
        str(path.relative_to(PACKAGE)): uses
        for path, tree in _modules_with_sdk()
        if path != ADAPTER and (uses := sorted(_internal_uses(tree)))
    }
    assert found == {}, "move these into mcp_adapter, each with a test in tests/unit/test_mcp_adapter.py"


def test_the_check_sees_what_the_adapter_touches() -> None:
    uses = set(_internal_uses(ast.parse(ADAPTER.read_text("utf-8"))))
    assert {"_lowlevel_server", "_tool_manager", "_connection", "fn_metadata", "arg_model"} <= uses
