"""The ledger: nothing that the sandbox does is undeclared, and every row stands for something."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

import sinch_voice_mcp.sandbox
from sinch_voice_mcp.sandbox.behaviors import GROUPS, all_behaviors
from sinch_voice_mcp.sandbox.ledger import Behavior
from sinch_voice_mcp.svaml.model.actions import ACTIONS
from sinch_voice_mcp.svaml.model.destinations import DESTINATION_TYPES
from sinch_voice_mcp.svaml.model.instructions import INSTRUCTIONS
from sinch_voice_mcp.wire.callouts import CalloutRequest

ROOT = Path(sinch_voice_mcp.sandbox.__file__).parent
PACKAGES = ("engine", "callbacks", "routes")

WITHOUT = {
    "engine/clockwork": "when the engine works, not what it does",
    "engine/directory": "prices and faults of a seed file, and scripts",
    "engine/events": "the names of what timers set off",
    "engine/given": "what the control API shows of SVAML",
    "engine/outbox": "the order of callbacks, which the driver delivers",
    "engine/parties": "what others do for a caller or callee",
    "engine/placing": "callouts, which admission describes",
    "engine/rejections": "the form of an error",
    "engine/rooms": "the state of a conference",
    "engine/state": "the state of a call",
    "engine/timers": "a queue",
    "engine/transport_faults": "which numbers break a connection; routes/broken says how",
    "engine/views": "what the control API shows of a call",
    "callbacks/log": "what is kept for inspection",
    "routes/endpoints": "the form of responses, which the OpenAPI document describes",
    "routes/paths": "the routes, which the OpenAPI document describes",
}
"""Modules without behaviors of their own, and why."""

TECHNICAL = {
    "engine/documents": {"_EVERY_FINDING"},
    "engine/faults": {"_DRAW_BITS"},
    "engine/timers": {"_MIN_HEAP", "_MAX_HEAP_PER_OWNER"},
    "engine/scripts": {"_MAX_FAULTS_SHOWN"},
    "callbacks/log": {"MAX_ATTEMPTS_KEPT"},
    "callbacks/sender": {"MAX_REPLY_BYTES_KEPT"},
    "routes/gateway": {"MAX_BODY_BYTES_KEPT", "MAX_REQUESTS_KEPT"},
    "routes/reading": {"_MAX_DEPTH"},
}
"""Numbers that no client of the API can notice."""


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).glob("*.py")):
            if path.stem != "__init__":
                yield f"{package}/{path.stem}"


MODULES = tuple(_modules())
"""Every module of the simulation, as its path below the package."""


def load(name: str) -> ModuleType:
    return importlib.import_module(f"sinch_voice_mcp.sandbox.{name.replace('/', '.')}")


def declared(module: ModuleType) -> tuple[Behavior, ...]:
    return getattr(module, "BEHAVIORS", ())


def numbers_in(name: str) -> set[str]:
    """The names of the module-level constants that a module computes from a number."""
    tree = ast.parse((ROOT / f"{name}.py").read_text("utf-8"))
    assigned = (_assigned(node) for node in tree.body)
    return {one for one, value in assigned if one.isupper() and value is not None and _has_number(value)}


def _assigned(node: ast.stmt) -> tuple[str, ast.expr | None]:
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(target=ast.Name(id=name), value=value)
        ):
            return name, value
        case _:
            return "", None


def _has_number(value: ast.expr) -> bool:
    """Whether an expression is a number, or makes one of a number or a text, such as ``Decimal("0.02")``."""
    match value:
        case ast.Constant(value=int() | float()):
            return True
        case ast.BinOp(left=left, right=right):
            return _has_number(left) or _has_number(right)
        case ast.Call(func=ast.Name(id="Decimal" | "timedelta")):
            return True
        case _:
            return False


@pytest.mark.parametrize("name", MODULES)
def test_a_module_declares_its_behaviors_or_says_why_it_has_none(name: str) -> None:
    assert bool(declared(load(name))) != (name in WITHOUT)


@pytest.mark.parametrize("name", MODULES)
def test_every_number_in_the_code_has_a_row(name: str) -> None:
    covered = {one for row in declared(load(name)) for one in row.covers}
    assert numbers_in(name) - TECHNICAL.get(name, set()) <= covered


def test_numbers_are_found() -> None:
    assert numbers_in("engine/menus") >= {"_DEFAULT_REPEATS", "_MAX_TIMEOUT_MS", "_REACTION_S"}
    assert numbers_in("engine/profiles") == {"DEFAULT_RATE", "INCOMING_RATE"}
    assert numbers_in("callbacks/sender") >= {"CLOCK_OFF"}


def test_every_action_instruction_callout_and_destination_has_a_row() -> None:
    covered = {one for row in all_behaviors() for one in row.covers}
    wanted = {kind.model_fields["name"].default for kind in (*ACTIONS, *INSTRUCTIONS)}
    assert {*wanted, *DESTINATION_TYPES} <= covered
    methods = {kind.model_fields["method"].default for kind in get_args(CalloutRequest)}
    assert methods <= {row.name for row in declared(load("engine/admission"))}


def test_what_a_row_covers_exists() -> None:
    kinds = {kind.model_fields["name"].default for kind in (*ACTIONS, *INSTRUCTIONS)} | set(DESTINATION_TYPES)
    for name in MODULES:
        module = load(name)
        for row in declared(module):
            assert [one for one in row.covers if one not in kinds and not hasattr(module, one)] == []


def test_rows_are_collected_grouped_and_say_where_they_come_from() -> None:
    rows = all_behaviors()
    assert len(rows) == len({(row.group, row.name) for row in rows})
    assert {row.group for row in rows} == set(GROUPS)
    assert sum(len(declared(load(name))) for name in MODULES) + 1 == len(rows)
    assert [row.name for row in rows if row.evidence != "choice" and not row.source] == []
