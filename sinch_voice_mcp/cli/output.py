"""Write the output of commands: styled lines for people, and plain text for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence

import click

from sinch_voice_mcp.svaml.findings import Finding, Level
from sinch_voice_mcp.svaml.reading.jsontext import Position
from sinch_voice_mcp.svaml.reading.notation import Notation
from sinch_voice_mcp.svaml.reading.source import positions, without_secrets
from sinch_voice_mcp.text.invisible import replace_hidden
from sinch_voice_mcp.text.quoting import terminal_safe
from sinch_voice_mcp.types import JsonObject

_STYLES: Mapping[Level, str] = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}

_MAX_EXCERPT_CHARS = 100
_EXCERPT_CHARS_BEFORE = 60
"""How much of a long line is shown before the column of a finding."""


def write_json(value: object, *, indent: int | None = None) -> None:
    """Write a value as JSON, with every character escaped that a terminal would obey or not show."""
    # Only texts can contain such characters, so escaping the document escapes them inside its texts.
    write(replace_hidden(json.dumps(value, ensure_ascii=False, indent=indent), lambda char: json.dumps(char)[1:-1]))


def write(text: str) -> None:
    """Write to standard output in UTF-8, whatever encoding the terminal has: programs read this."""
    if text:
        click.echo(text.rstrip("\n").encode("utf-8", "backslashreplace"))


class Printer:
    """Writes lines to standard output or standard error; without color if it is no terminal or NO_COLOR is set."""

    def __init__(self, *, errors: bool = False) -> None:
        # rich takes 20 to 40 ms to import. `serve`, which every MCP session starts, does without it.
        from rich import cells, console  # noqa: PLC0415 - see above

        styled = console.Console(stderr=errors, highlight=False)
        plain = console.Console(stderr=errors, highlight=False, color_system=None)
        # With NO_COLOR rich still writes bold and dim; without a color system it writes no control sequence at all.
        self._console = plain if styled.no_color else styled
        self._width = cells.cell_len

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Write one line; each part is a text, or a text and its style."""
        for part in parts:
            text, style = (part, None) if isinstance(part, str) else part
            self._console.out(self._printable(text), style=style, end="")
        self._console.out()

    def findings(self, name: str, findings: Sequence[Finding], text: str | None, notation: Notation) -> None:
        """Write the findings in one file, from top to bottom; ``text`` is the file's text, if it could be decoded."""
        places = positions(text, findings, notation) if text is not None else (None,) * len(findings)
        shown = None if text is None else without_secrets(text, notation)
        in_order = sorted(zip(findings, places, strict=True), key=lambda pair: _order(pair[1]))
        for finding, position in in_order:
            self._finding(name, finding, position, shown)

    def _finding(self, name: str, finding: Finding, position: Position | None, text: str | None) -> None:
        where = f"{name}:{position.line}:{position.column}" if position else name
        self.line((where, "bold"), ": ", (finding.level, _STYLES[finding.level]), f" {finding.code}: {finding.message}")
        if position is not None and text is not None:
            self._excerpt(text, position)
        if finding.fix:
            self.line("      = ", ("fix", "bold green"), f": {_described(finding.fix)}")

    def _excerpt(self, text: str, position: Position) -> None:
        """Write the line of a finding, and a caret below its column."""
        lines = text.split("\n")
        line = lines[position.line - 1] if position.line <= len(lines) else ""
        if not line.strip():
            return
        shown, before = _clipped(line.rstrip("\r"), position.column - 1)
        gutter = f"{position.line:>5} | "
        indent = " " * self._width(self._printable(before))
        self.line((gutter, "dim"), shown)
        self.line((" " * (len(gutter) - 2) + "| ", "dim"), indent, ("^", "bold green"))

    def _printable(self, text: str) -> str:
        """Return the text with everything escaped that the stream cannot encode or a terminal would obey."""
        encoding = self._console.encoding
        return terminal_safe(text).encode(encoding, "backslashreplace").decode(encoding)


def _order(position: Position | None) -> tuple[int, int]:
    return (position.line, position.column) if position else (0, 0)


def _described(fix: Iterable[JsonObject]) -> str:
    """Describe a JSON Patch in words."""
    return ", ".join(_described_operation(operation) for operation in fix)


def _described_operation(operation: JsonObject) -> str:
    member = str(operation["path"]).rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    match operation["op"]:
        case "move":
            return f"rename it to {json.dumps(member, ensure_ascii=False)}"
        case "add":
            return f"add {json.dumps(member, ensure_ascii=False)}: {_value(operation)}"
        case "remove":
            return "remove it"
        case _:
            return f"write {_value(operation)}"


def _value(operation: JsonObject) -> str:
    written = json.dumps(operation.get("value"), ensure_ascii=False)
    return written if len(written) <= _MAX_EXCERPT_CHARS else f"{written[:_MAX_EXCERPT_CHARS]}…"


def _clipped(line: str, column: int) -> tuple[str, str]:
    """Return the part of a line around a column, and what precedes the column in that part."""
    start = max(0, column - _EXCERPT_CHARS_BEFORE) if len(line) > _MAX_EXCERPT_CHARS else 0
    before, after = line[start:column], line[column:]
    opening = "…" if start else ""
    rest = _MAX_EXCERPT_CHARS - len(before)
    return f"{opening}{before}{after[:rest]}{'…' if len(after) > rest else ''}", opening + before
