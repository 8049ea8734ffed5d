"""The command ``svaml lint``."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import get_args

import anyio
import click

from sinch_voice_mcp.cli.output import Printer, write
from sinch_voice_mcp.cli.signals import run_until_signaled
from sinch_voice_mcp.cli.svaml.documents import (
    FOUND,
    UNREADABLE,
    Checked,
    checked_source,
    count,
    counted,
    event_option,
    files_argument,
    fixable,
    read_sources,
    show_findings,
    sort_out,
)
from sinch_voice_mcp.cli.svaml.files import STDIN, Source, Unreadable
from sinch_voice_mcp.cli.svaml.watching import watch
from sinch_voice_mcp.svaml import Level
from sinch_voice_mcp.svaml.lint import CONTEXTS, RULES, Context, RuleLevel
from sinch_voice_mcp.svaml.reading.source import positions
from sinch_voice_mcp.svaml.sarif import sarif
from sinch_voice_mcp.types import JsonObject

_LEVELS: tuple[Level, ...] = get_args(Level)


def _rule_levels(_context: click.Context, _option: click.Parameter, given: Sequence[str]) -> Mapping[str, RuleLevel]:
    codes = {rule.code for rule in RULES}
    levels: dict[str, RuleLevel] = {}
    for one in given:
        code, _, named = (part.strip() for part in one.partition("="))
        level: RuleLevel | None = next((level for level in (*_LEVELS, "off") if level == named), None)
        if code.upper() not in codes or level is None:
            choices = ", ".join((*_LEVELS, "off"))
            raise click.BadParameter(f"{one!r} is not of the form SV013=off: a rule, and one of {choices}")
        levels[code.upper()] = level
    return levels


@click.command("lint", short_help="Check documents for errors.")
@files_argument
@event_option(CONTEXTS)
@click.option(
    "--level",
    "levels",
    multiple=True,
    callback=_rule_levels,
    metavar="RULE=LEVEL",
    help="Change the level of a rule, such as SV013=off; may be repeated.",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors in the exit status.")
@click.option("--json", "form", flag_value="json", help="Write JSON.")
@click.option("--sarif", "form", flag_value="sarif", help="Write SARIF 2.1.0, for code scanning.")
@click.option("--watch", "watched", is_flag=True, help="Check again whenever a file changes, until Ctrl+C.")
@click.pass_context
def lint_command(
    context: click.Context,
    files: Sequence[str],
    event: Context | None,
    levels: Mapping[str, RuleLevel],
    form: str | None,
    *,
    strict: bool,
    watched: bool,
) -> None:
    """Check documents, or whole callout requests, for errors.

    Exit status: 0 without errors, 1 with errors (with --strict: or warnings), 2 if a file cannot be read.
    """
    if watched:
        _watch(files, event, levels, form)
        return
    read, unreadable = read_sources(files)
    checked = [checked_source(one, event, levels) for one in read]
    match form:
        case "json":
            write(json.dumps(_as_json(checked, unreadable), indent=2))
        case "sarif":
            results = {_uri(one.source): (one.report, one.source.text) for one in checked}
            notations = {_uri(one.source): one.source.notation for one in checked}
            write(json.dumps(sarif(results, notations), indent=2))
        case _:
            _show(checked, unreadable)
    failed = any(one.report.errors or (strict and count(one.report, "warning")) for one in checked)
    context.exit(UNREADABLE if unreadable else FOUND if failed else 0)


def _watch(files: Sequence[str], event: Context | None, levels: Mapping[str, RuleLevel], form: str | None) -> None:
    if form is not None or STDIN in files:
        raise click.UsageError("--watch shows text about files; use it without --json, --sarif and standard input")

    def show(found: Sequence[Source | Unreadable]) -> None:
        read, unreadable = sort_out(found)
        _show([checked_source(one, event, levels) for one in read], unreadable)
        Printer().line(("Waiting for changes; Ctrl+C ends.", "dim"))

    anyio.run(run_until_signaled, partial(watch, files, show))


def _show(checked: Sequence[Checked], unreadable: Sequence[Unreadable]) -> None:
    printer = Printer()
    for one in checked:
        show_findings(printer, one)
    printer.line((_summary(checked, unreadable), "bold"))


def _summary(checked: Sequence[Checked], unreadable: Sequence[Unreadable]) -> str:
    counts = {level: sum(count(one.report, level) for one in checked) for level in _LEVELS}
    found = ", ".join(counted(number, level) for level, number in counts.items() if number)
    parts = [f"{counted(len(checked), 'file')} checked"]
    # A run that could not read a file has not shown that there are no problems.
    if unreadable:
        parts.append(f"{counted(len(unreadable), 'file')} could not be read")
    if found or not unreadable:
        parts.append(found or "no problems")
    fixes = fixable(checked)
    return ", ".join(parts) + (f"; `sinch-voice-mcp svaml fix` fixes {fixes}" if fixes else "")


def _as_json(checked: Sequence[Checked], unreadable: Sequence[Unreadable]) -> JsonObject:
    return {
        "ok": not unreadable and all(one.report.ok for one in checked),
        "files": [_file_as_json(one) for one in checked],
        "unreadable": [{"file": one.name, "reason": one.reason} for one in unreadable],
    }


def _file_as_json(checked: Checked) -> JsonObject:
    report, text = checked.report, checked.source.text
    places = (
        positions(text, report.findings, checked.source.notation)
        if text is not None
        else (None,) * len(report.findings)
    )
    rows = [
        {
            "code": finding.code,
            "level": finding.level,
            "path": finding.path,
            "line": position.line if position else None,
            "column": position.column if position else None,
            "message": finding.message,
            "fix": list(finding.fix),
        }
        for finding, position in zip(report.findings, places, strict=True)
    ]
    return {
        "file": checked.source.name,
        "event": report.context,
        "ok": report.ok,
        "findings": rows,
        "omitted": report.omitted,
    }


def _uri(source: Source) -> str:
    if source.path is None:
        return "stdin"
    # Code scanning finds a file in the repository only by a relative path.
    return source.path.as_uri() if source.path.is_absolute() else source.path.as_posix()
