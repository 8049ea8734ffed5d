"""What a reader of SVAML found: rule code, level, JSON path, message."""

import re
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "info"]
Step = str | int

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_LONGEST_KEY = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark. ``code`` is a rule of the SVAML rule list, such as ``SV007``."""

    code: str
    level: Level
    path: str
    message: str


def json_path(*steps: Step) -> str:
    """Write a path: ``json_path("action", "menus", 0)`` is ``$.action.menus[0]``."""
    return "$" + "".join(_step(step) for step in steps)


def _step(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.match(step):
        return f".{step[:_LONGEST_KEY]}"
    return f"[{step[:_LONGEST_KEY]!r}]"
