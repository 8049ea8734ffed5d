"""Findings as a person reads them: place, rule, message, the line with a caret, and the fix."""

import json
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from sinch_voice_mcp.svaml.findings import Finding, Level
from sinch_voice_mcp.svaml.reading.jsontext import Position
from sinch_voice_mcp.svaml.reading.source import positions, without_secrets
from sinch_voice_mcp.text.quoting import terminal_safe
from sinch_voice_mcp.types import JsonObject

_STYLES: Mapping[Level, str] = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
_SHOWN = 100
_BEFORE = 60


class Printer:
    """Writes to one stream; plain where it is no terminal or NO_COLOR is set."""

    def __init__(self, *, errors: bool = False) -> None:
        console = Console(stderr=errors, highlight=False, soft_wrap=True)
        self._console = Console(stderr=errors, highlight=False, soft_wrap=True, color_system=None)
        if not console.no_color:
            self._console = console

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Write a line made of text, or of text and style."""
        text = Text()
        for part in parts:
            words, style = (part, "") if isinstance(part, str) else part
            text.append(self._writable(words), style)
        self._console.print(text)

    def findings(self, name: str, findings: Sequence[Finding], text: str | None) -> None:
        """Write the findings of one file, from top to bottom."""
        places = positions(text, findings) if text is not None else (None,) * len(findings)
        shown = None if text is None else without_secrets(text)
        in_order = sorted(zip(findings, places, strict=True), key=lambda pair: _order(pair[1]))
        for finding, place in in_order:
            self._finding(name, finding, place, shown)

    def _finding(self, name: str, finding: Finding, place: Position | None, text: str | None) -> None:
        where = f"{name}:{place.line}:{place.column}" if place else name
        self.line((where, "bold"), ": ", (finding.level, _STYLES[finding.level]), f" {finding.code}: {finding.message}")
        if place is not None and text is not None:
            self._excerpt(text, place)
        if finding.fix:
            self.line("      = ", ("fix", "bold green"), f": {described(finding.fix)}")

    def _excerpt(self, text: str, place: Position) -> None:
        lines = text.split("\n")
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        if not line.strip():
            return
        shown, before = _clipped(line.rstrip("\r"), place.column - 1)
        gutter = f"{place.line:>5} | "
        self.line((gutter, "dim"), shown)
        self.line((" " * (len(gutter) - 2) + "| ", "dim"), " " * cell_len(self._writable(before)), ("^", "bold green"))

    def _writable(self, text: str) -> str:
        """Text that the stream can hold and that does nothing but appear."""
        encoding = self._console.encoding
        return terminal_safe(text).encode(encoding, "backslashreplace").decode(encoding)


def _order(place: Position | None) -> tuple[int, int]:
    return (place.line, place.column) if place else (0, 0)


def described(fix: Iterable[JsonObject]) -> str:
    """A JSON Patch in words."""
    return ", ".join(_operation(operation) for operation in fix)


def _operation(operation: JsonObject) -> str:
    member = str(operation["path"]).rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    match operation["op"]:
        case "move":
            return f"rename it to {json.dumps(member, ensure_ascii=False)}"
        case "add":
            return f"add {json.dumps(member, ensure_ascii=False)}: {_value(operation)}"
        case "remove":
            return "leave it out"
        case _:
            return f"write {_value(operation)}"


def _value(operation: JsonObject) -> str:
    written = json.dumps(operation.get("value"), ensure_ascii=False)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"


def _clipped(line: str, column: int) -> tuple[str, str]:
    """The part of a line around a column, and what stands before the column in it."""
    start = max(0, column - _BEFORE) if len(line) > _SHOWN else 0
    before, after = line[start:column], line[column:]
    opening = "…" if start else ""
    rest = _SHOWN - len(before)
    return f"{opening}{before}{after[:rest]}{'…' if len(after) > rest else ''}", opening + before
