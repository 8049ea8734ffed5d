"""Check, mend, explain and draw SVAML documents. Nothing here needs settings, credentials or a network."""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.files import Source, Unreadable, sources
from sinch_voice_mcp.svaml import EVENTS, Document, Event, Finding, Level
from sinch_voice_mcp.svaml.drawing import graph, mermaid, svg
from sinch_voice_mcp.svaml.explaining import explain, explain_set
from sinch_voice_mcp.svaml.lint import CONTEXTS, RULES, Context, Fixed, LintReport, Setting, fix, guess, lint
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, parse
from sinch_voice_mcp.svaml.reading.source import apply_edits, positions, without_secrets
from sinch_voice_mcp.svaml.sarif import sarif
from sinch_voice_mcp.svaml.schema import schema
from sinch_voice_mcp.types import JsonObject

if TYPE_CHECKING:
    from sinch_voice_mcp.cli.printing import Printer

FOUND = 1
UNREADABLE = 2

Command = TypeVar("Command", bound=Callable[..., Any])

_MOST = 100
_BOM = "\ufeff".encode()
_LEVELS: tuple[Level, ...] = get_args(Level)
_V2 = (
    "  This document is for Voice v2, another API of Sinch with a language of its own (`commands`). "
    "Only SVAML of Voice v1 (`instructions` and `action`) is checked here."
)


@dataclass(frozen=True, slots=True)
class _Checked:
    source: Source
    report: LintReport


@click.group(short_help="Check, mend, explain and draw SVAML documents.")
def svaml() -> None:
    """Check, mend, explain and draw SVAML documents; needs no settings, no credentials and no network.

    FILE is a file, a folder, a quoted pattern such as 'flows/**/*.json', or - for standard input. What a document
    answers is taken from --event, else from a name such as menu.ace.json, else guessed.
    """


def _files(command: Command) -> Command:
    return click.argument("files", nargs=-1, required=True, metavar="FILE...")(command)


def _event(choices: Sequence[str]) -> Callable[[Command], Command]:
    return click.option("--event", type=click.Choice(choices), help="What the documents answer.")


def _rule_levels(_context: click.Context, _option: click.Parameter, given: Sequence[str]) -> Mapping[str, Setting]:
    codes = {rule.code for rule in RULES}
    levels: dict[str, Setting] = {}
    for one in given:
        code, _, named = (part.strip() for part in one.partition("="))
        level: Setting | None = next((level for level in (*_LEVELS, "off") if level == named), None)
        if code.upper() not in codes or level is None:
            raise click.BadParameter(f"{one!r} is not a rule and one of {', '.join(_LEVELS)}, off: SV013=off")
        levels[code.upper()] = level
    return levels


@svaml.command("lint", short_help="Say what is wrong.")
@_files
@_event(CONTEXTS)
@click.option("--level", "levels", multiple=True, callback=_rule_levels, metavar="RULE=LEVEL", help="SV013=off …")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--json", "form", flag_value="json", help="Write JSON.")
@click.option("--sarif", "form", flag_value="sarif", help="Write SARIF 2.1.0, for code scanning.")
@click.pass_context
def lint_command(
    context: click.Context,
    files: Sequence[str],
    event: Context | None,
    levels: Mapping[str, Setting],
    form: str | None,
    *,
    strict: bool,
) -> None:
    """Say what is wrong with documents, or with whole callout requests.

    Exit status: 0 without errors, 1 with errors (with --strict: or warnings), 2 where a file cannot be read.
    """
    read, unread = _read(files)
    checked = [_Checked(one, lint(one.data, _answers(one, event), levels=levels, limit=_MOST)) for one in read]
    match form:
        case "json":
            console.write(json.dumps(_as_json(checked, unread), indent=2))
        case "sarif":
            results = {_uri(one.source): (one.report, one.source.text) for one in checked}
            console.write(json.dumps(sarif(results), indent=2))
        case _:
            _show(checked)
    failed = any(one.report.errors or (strict and _count(one.report, "warning")) for one in checked)
    context.exit(UNREADABLE if unread else FOUND if failed else 0)


def _read(files: Sequence[str]) -> tuple[list[Source], list[Unreadable]]:
    """What can be read, and what cannot, which is also said on standard error."""
    read: list[Source] = []
    unread: list[Unreadable] = []
    for one in sources(files):
        match one:
            case Source():
                read.append(one)
            case Unreadable(name, reason):
                unread.append(one)
                console.printer(errors=True).line(f"{name}: {reason}")
    return read, unread


def _answers(source: Source, event: Context | None) -> Context | None:
    """What a document answers, as far as somebody says so: the option, or the name of the file."""
    if event is not None or source.path is None:
        return event
    try:
        whole = guess(parse(source.data).value) == "request"
    except NotJsonError:
        return None
    last = source.path.stem.rpartition(".")[2].lower()
    return None if whole else next((event for event in (*EVENTS, "dice") if event == last), None)


def _show(checked: Sequence[_Checked]) -> None:
    printer = console.printer()
    for one in checked:
        _show_one(printer, one)
    printer.line((_summary(checked), "bold"))


def _show_one(printer: "Printer", one: _Checked) -> None:
    printer.findings(one.source.name, one.report.findings, one.source.text)
    if any(finding.code == "SV002" for finding in one.report.findings):
        printer.line(_V2)
    if one.report.omitted:
        printer.line(f"{one.source.name}: and {one.report.omitted:,} more")


def _summary(checked: Sequence[_Checked]) -> str:
    files = _counted(len(checked), "file")
    counts = {level: sum(_count(one.report, level) for one in checked) for level in _LEVELS}
    found = [_counted(number, level) for level, number in counts.items() if number]
    fixes = sum(bool(finding.fix) for one in checked for finding in one.report.findings)
    mends = f"; `sinch-voice-mcp svaml fix` mends {fixes}" if fixes else ""
    return f"{files}: {', '.join(found) or 'nothing found'}{mends}"


def _count(report: LintReport, level: Level) -> int:
    return report.errors if level == "error" else sum(finding.level == level for finding in report.findings)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 or noun == 'info' else 's'}"


def _as_json(checked: Sequence[_Checked], unread: Sequence[Unreadable]) -> JsonObject:
    return {
        "ok": not unread and all(one.report.ok for one in checked),
        "files": [_file_as_json(one) for one in checked],
        "unreadable": [{"file": one.name, "reason": one.reason} for one in unread],
    }


def _file_as_json(one: _Checked) -> JsonObject:
    found, text = one.report.findings, one.source.text
    places = positions(text, found) if text is not None else (None,) * len(found)
    rows = [
        {
            "code": finding.code,
            "level": finding.level,
            "path": finding.path,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "message": finding.message,
            "fix": list(finding.fix),
        }
        for finding, place in zip(found, places, strict=True)
    ]
    report = one.report
    return {
        "file": one.source.name,
        "event": report.context,
        "ok": report.ok,
        "findings": rows,
        "omitted": report.omitted,
    }


def _uri(source: Source) -> str:
    if source.path is None:
        return "stdin"
    return source.path.as_uri() if source.path.is_absolute() else source.path.as_posix()


@svaml.command("fix", short_help="Mend what can be mended safely.")
@_files
@_event(CONTEXTS)
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@click.pass_context
def fix_command(context: click.Context, files: Sequence[str], event: Context | None, *, diff: bool) -> None:
    """Write documents in the documented spelling; what they do stays the same.

    The layout of a file stays as it is. Standard input is written to standard output. Exit status: 1 where errors
    are left, 2 where a file cannot be read or written.
    """
    read, unread = _read(files)
    printer = console.printer(errors=diff or any(one.path is None for one in read))
    results = [_Mended.of(one, _answers(one, event)) for one in read]
    failed = [one for one in results if one is None or not one.deliver(printer, diff=diff)]
    done = [finding for one in results if one for finding in one.fixed.applied]
    left = sum(one.fixed.report.errors for one in results if one)
    rest = f"; {_counted(left, 'error')} left, shown by `sinch-voice-mcp svaml lint`" if left else ""
    printer.line((f"{_counted(len(read), 'file')}: {len(done)} mended{rest}", "bold"))
    context.exit(UNREADABLE if unread or failed else FOUND if left else 0)


@dataclass(frozen=True, slots=True)
class _Mended:
    """A source and what it becomes; ``text`` is None where it stays as it is."""

    source: Source
    fixed: Fixed
    text: str | None

    @classmethod
    def of(cls, source: Source, event: Context | None) -> "_Mended | None":
        """Mend a source; None where it is nested too deeply for that, which is also said on standard error."""
        try:
            fixed = fix(source.data, event)
            text = apply_edits(source.text, fixed.applied, fixed.value) if source.text and fixed.applied else None
        except RecursionError:
            console.printer(errors=True).line(f"{source.name}: nested too deeply to be mended")
            return None
        return cls(source, fixed, text)

    def deliver(self, printer: "Printer", *, diff: bool) -> bool:
        """Show or write the result; whether that worked."""
        if diff:
            self._show_difference()
        elif self.source.path is None:
            click.echo(self._bytes(), nl=False)
        elif self.text is not None:
            try:
                self.source.path.write_bytes(self._bytes())
            except OSError as error:
                console.printer(errors=True).line(f"{self.source.name}: {error.strerror}")
                return False
        self._say(printer, self.fixed.applied)
        return True

    def _bytes(self) -> bytes:
        if self.text is None:
            return self.source.data
        return (_BOM if self.source.data.startswith(_BOM) else b"") + self.text.encode("utf-8")

    def _show_difference(self) -> None:
        if self.text is None or self.source.text is None:
            return
        before, after = (without_secrets(text).splitlines() for text in (self.source.text, self.text))
        name = self.source.name
        console.write("\n".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="")))

    def _say(self, printer: "Printer", applied: Iterable[Finding]) -> None:
        for finding in applied:
            printer.line((self.source.name, "bold"), f": {finding.code} at {finding.path}: {finding.message}")


@svaml.command("explain", short_help="Say in plain English what happens on the phone.")
@_files
@_event(EVENTS)
@click.pass_context
def explain_command(context: click.Context, files: Sequence[str], event: Event | None) -> None:
    """Say in plain English what a document does.

    Several files are the handlers of one flow: ice.json, ace.json, pie.json, or a menu's return value with .json.
    """
    documents = _documents(context, files, event)
    if len(documents) == 1:
        ((document, answers),) = documents.values()
        console.write(explain(document, answers))
    else:
        console.write(explain_set({name: document for name, (document, _) in documents.items()}))


@svaml.command("draw", short_help="Draw what happens on the phone.")
@_files
@_event(EVENTS)
@click.option("--format", "form", type=click.Choice(["mermaid", "svg"]), help="Default: by the name after -o, mermaid.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.pass_context
def draw_command(
    context: click.Context, files: Sequence[str], event: Event | None, form: str | None, output: Path | None
) -> None:
    """Draw a document as a Mermaid flowchart or as SVG.

    Several files are the handlers of one flow, named as for `explain`.
    """
    documents = _documents(context, files, event)
    if len(documents) == 1:
        ((document, answers),) = documents.values()
        drawn = graph(document, answers)
    else:
        drawn = graph({name: document for name, (document, _) in documents.items()})
    form = form or ("svg" if output is not None and output.suffix.lower() == ".svg" else "mermaid")
    picture = svg(drawn) if form == "svg" else mermaid(drawn)
    if output is None:
        console.write(picture)
        return
    try:
        output.write_text(picture.rstrip("\n") + "\n", "utf-8", "backslashreplace", "\n")
    except OSError as error:
        console.printer(errors=True).line(f"{output}: {error.strerror}")
        context.exit(UNREADABLE)


def _documents(
    context: click.Context, files: Sequence[str], event: Event | None
) -> dict[str, tuple[Document, Event | None]]:
    """Every document by the name of its file, with what it answers; ends the command where one cannot be read."""
    read, unread = _read(files)
    documents: dict[str, tuple[Document, Event | None]] = {}
    for one in read:
        report = lint(one.data, _answers(one, event), limit=_MOST)
        name = one.path.stem.rpartition(".")[2] if one.path else "stdin"
        if report.document is None:
            _refuse(context, _Checked(one, report))
        elif name in documents:
            raise click.UsageError(f"two documents are named {name!r}; the names tell which event they answer")
        else:
            documents[name] = (report.document, next((known for known in EVENTS if known == report.context), None))
    if unread:
        context.exit(UNREADABLE)
    return documents


def _refuse(context: click.Context, one: _Checked) -> None:
    printer = console.printer(errors=True)
    _show_one(printer, one)
    if one.report.ok:
        printer.line(f"{one.source.name}: a whole callout request; give the document inside it")
    context.exit(FOUND)


@svaml.command("schema", short_help="Write the JSON Schema of a document.")
@_event(EVENTS)
def schema_command(event: Event | None) -> None:
    """Write the JSON Schema (2020-12) of a document, for editors."""
    console.write(json.dumps(schema(event), indent=2, ensure_ascii=False))
