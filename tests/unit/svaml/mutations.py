"""How many single slips in good documents and requests the linter reports: ``python -m tests.unit.svaml.mutations``."""

import json
import pathlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Literal, cast

from sinch_voice_mcp.svaml import json_path
from sinch_voice_mcp.svaml.lint import Context, lint
from tests.unit.svaml.slips import KINDS, Path, at

GOOD = pathlib.Path(__file__).with_name("good")
"""Documents and requests without faults, each named after what it answers: ``menu-sales.ice.json``."""

PER_KIND = 14
"""Slips of one kind in one document at most."""

_MAX_VALUE_CHARS = 60

Where = Literal["documents", "requests"]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One slip in one good document or request.

    Attributes:
        kind: What was done.
        base: The file.
        change: Where, as a JSON path, and what stands there now.
        caught: Whether the linter reports a warning or an error that it does not report of the base.
    """

    kind: str
    base: str
    change: str
    caught: bool

    @property
    def where(self) -> Where:
        """What the base is."""
        return "requests" if ".request." in self.base else "documents"


def bases() -> Iterator[tuple[str, Context, Any]]:
    """Every good document and request: its file, what it answers, its value."""
    for file in sorted(GOOD.glob("*.json")):
        yield file.name, cast("Context", file.name.split(".")[1]), json.loads(file.read_text("utf-8"))


@cache
def mutations() -> tuple[Mutation, ...]:
    """Make the slips, always the same, and lint each."""
    return tuple(one for name, event, value in bases() for one in _of(name, event, value))


def _of(name: str, event: Context, value: Any) -> Iterator[Mutation]:
    before = complaints(value, event)
    for kind, slips in KINDS.items():
        random = Random(f"{name} {kind}")  # noqa: S311 - the same slips in every run
        every = [(path, slipped) for path, slipped in slips(value, event, random) if slipped != value]
        for path, slipped in random.sample(every, min(PER_KIND, len(every))):
            caught = bool(complaints(slipped, event) - before)
            yield Mutation(kind, name, _change(path, slipped), caught)


def _change(path: Path, slipped: object) -> str:
    try:
        now = json.dumps(at(slipped, path), ensure_ascii=False)
    except (KeyError, IndexError, TypeError):
        return f"without {json_path(*path)}"
    return f"{json_path(*path)} = {now[:_MAX_VALUE_CHARS]}"


def complaints(value: object, event: Context) -> Counter[tuple[str, str, str]]:
    """What the linter warns of or rejects."""
    findings = lint(value, event).findings
    return Counter((one.code, one.path, one.message) for one in findings if one.level in {"warning", "error"})


def share(found: Iterable[Mutation]) -> float:
    """Which part of the slips is reported."""
    counted = Counter(one.caught for one in found)
    return counted[True] / counted.total()


def misses(found: Iterable[Mutation]) -> str:
    """List the slips that are not reported, by kind."""
    missed = sorted((one.kind, one.base, one.change) for one in found if not one.caught)
    counted = Counter(kind for kind, _, _ in missed)
    lines: list[str] = []
    for kind, count in counted.items():
        lines += [f"{kind} ({count})", *(f"    {base} {change}" for other, base, change in missed if other == kind)]
    return "\n".join(lines)


def table() -> str:
    """Write the figures of each kind as a table."""
    rows = [(kind, kind) for kind in KINDS] + [("all", None)]
    lines = (f"{title:26}{_figures('documents', kind)}{_figures('requests', kind)}" for title, kind in rows)
    return "\n".join([f"{'Slip':26}{'Documents':>12}{'Requests':>12}", *lines])


def _figures(where: Where, kind: str | None) -> str:
    found = [one for one in mutations() if one.where == where and kind in {None, one.kind}]
    return f"{sum(one.caught for one in found)}/{len(found)}".rjust(12)


if __name__ == "__main__":
    for part in ("documents", "requests"):
        of_part = [one for one in mutations() if one.where == part]
        print(f"{part}: {share(of_part):.1%}\n{misses(of_part)}\n")  # noqa: T201 - the output of a command
    print(table())  # noqa: T201 - the output of a command
