"""What the ``svaml`` commands share: their arguments, reading documents, and showing what is wrong with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.svaml.files import Source, Unreadable, read_files
from sinch_voice_mcp.svaml import EVENTS, Level
from sinch_voice_mcp.svaml.lint import Context, LintReport, RuleLevel, guess, lint
from sinch_voice_mcp.svaml.reading.jsonc import JSONC
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError
from sinch_voice_mcp.svaml.reading.notation import Notation
from sinch_voice_mcp.svaml.reading.source import JSON
from sinch_voice_mcp.svaml.reading.yamltext import YAML
from sinch_voice_mcp.types import is_object

FOUND = 1
"""Exit status: a document has errors."""

UNREADABLE = 2
"""Exit status: a file cannot be read or written."""

MAX_FINDINGS = 100
"""Findings shown per file; the rest is only counted."""

Command = TypeVar("Command", bound=Callable[..., Any])

_V2 = (
    "  This document is for Voice v2, another API of Sinch with its own language (`commands`). "
    "This command checks SVAML of Voice v1 only (`instructions` and `action`)."
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what the linter found in it."""

    source: Source
    report: LintReport


def files_argument(command: Command) -> Command:
    """Add the argument FILE... to a command."""
    return click.argument("files", nargs=-1, required=True, metavar="FILE...")(command)


def event_option(choices: Sequence[str]) -> Callable[[Command], Command]:
    """Return what adds the option --event to a command."""
    return click.option("--event", type=click.Choice(choices), help="The event that the documents answer.")


def read_sources(files: Iterable[str]) -> tuple[list[Source], list[Unreadable]]:
    """Return the files that can be read and those that cannot; the latter are also reported on standard error."""
    return sort_out(read_files(files))


def sort_out(files: Iterable[Source | Unreadable]) -> tuple[list[Source], list[Unreadable]]:
    """Return the files that could be read and those that could not; the latter are also reported on standard error."""
    read: list[Source] = []
    unreadable: list[Unreadable] = []
    for one in files:
        match one:
            case Source():
                read.append(one)
            case Unreadable(name, reason):
                unreadable.append(one)
                Printer(errors=True).line(f"{name}: {reason}")
    return read, unreadable


def event_of(source: Source, event: Context | None) -> Context | None:
    """Return the event that a document answers: the option, or else the last word of the file's name."""
    if event is not None or source.path is None:
        return event
    # A callout request names its own events, whatever the file is called.
    try:
        is_request = guess(source.notation.parse(source.data).value) == "request"
    except NotJsonError:
        return None
    last_word = source.words[-1].lower()
    return None if is_request else next((event for event in (*EVENTS, "dice") if event == last_word), None)


def checked_source(source: Source, event: Context | None, levels: Mapping[str, RuleLevel] | None = None) -> Checked:
    """Lint a file."""
    report = lint(source.data, event_of(source, event), levels=levels, limit=MAX_FINDINGS, notation=source.notation)
    return Checked(source, report)


def show_findings(printer: Printer, checked: Checked) -> None:
    """Write the findings in one file."""
    source, report = checked.source, checked.report
    name = source.name
    printer.findings(name, report.findings, source.text, source.notation)
    if hint := _notation_hint(source):
        printer.line(f"  {hint}")
    if any(finding.code == "SV002" for finding in report.findings):
        printer.line(_V2)
    if report.omitted:
        printer.line(f"{name}: {counted(report.omitted, 'more finding')} not shown")


def _notation_hint(source: Source) -> str:
    """Return what a text that is not JSON is instead; empty if it is JSON, or nothing that is known."""
    if source.notation is not JSON or source.text is None or _reads(source, JSON):
        return ""
    where = "write it to a file with" if source.path is None else "give the file"
    if _reads(source, JSONC):
        return f"JSON has no comments and no trailing commas; remove them, or {where} the suffix .jsonc."
    if _reads(source, YAML):
        return f"This is YAML; {where} the suffix .yaml."
    return ""


def _reads(source: Source, notation: Notation) -> bool:
    try:
        return is_object(notation.parse(source.data).value)
    except NotJsonError as error:
        # An error about the value, such as the depth, is no other notation.
        return notation is JSON and error.position is None


def count(report: LintReport, level: Level) -> int:
    """Return how many findings a report has on a level, those that are not shown included."""
    return report.errors if level == "error" else sum(finding.level == level for finding in report.findings)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 or noun == 'info' else 's'}"


def fixable(checked: Iterable[Checked]) -> int:
    """Return how many findings have a fix."""
    return sum(bool(finding.fix) for one in checked for finding in one.report.findings)
