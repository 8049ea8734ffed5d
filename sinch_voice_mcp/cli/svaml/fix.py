"""The command ``svaml fix``."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from sinch_voice_mcp.cli.output import Printer, write
from sinch_voice_mcp.cli.svaml.documents import (
    FOUND,
    UNREADABLE,
    counted,
    event_of,
    event_option,
    files_argument,
    read_sources,
)
from sinch_voice_mcp.cli.svaml.files import Source
from sinch_voice_mcp.svaml import Finding
from sinch_voice_mcp.svaml.lint import CONTEXTS, Context, Fixed, fix
from sinch_voice_mcp.svaml.reading.source import CommentLossError, apply_edits, without_secrets

_BOM = "\ufeff".encode()


@click.command("fix", short_help="Apply the fixes that do not change what a document does.")
@files_argument
@event_option(CONTEXTS)
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@click.pass_context
def fix_command(context: click.Context, files: Sequence[str], event: Context | None, *, diff: bool) -> None:
    """Rewrite documents in the documented spelling. What they do, and the layout of the file, stay the same.

    Standard input is written to standard output. Exit status: 1 if errors remain, 2 if a file cannot be read or
    written.
    """
    read, unreadable = read_sources(files)
    # Standard output carries the document or the difference, so messages go to standard error.
    printer = Printer(errors=diff or any(one.path is None for one in read))
    results = [_FixedSource.of(one, event_of(one, event)) for one in read]
    delivered = [one for one in results if one and one.deliver(printer, diff=diff)]
    fixes = sum(len(one.fixed.applied) for one in delivered)
    remaining = sum(one.fixed.report.errors for one in delivered)
    changed = sum(one.text is not None for one in delivered)
    skipped = len(unreadable) + len(read) - len(delivered)
    printer.line((_summary(len(delivered), fixes, changed, remaining, skipped, diff=diff), "bold"))
    context.exit(UNREADABLE if skipped else FOUND if remaining else 0)


def _summary(files: int, fixes: int, changed: int, remaining: int, skipped: int, *, diff: bool) -> str:
    problems = f"{counted(fixes, 'problem')} in {counted(changed, 'file')}"
    done = "nothing to fix" if not fixes else f"would fix {problems}" if diff else f"fixed {problems}"
    rest = f"; {counted(remaining, 'error')} left, shown by `sinch-voice-mcp svaml lint`" if remaining else ""
    # A run that left out a file has not shown that there is nothing to fix.
    left = f"{counted(skipped, 'file')} could not be read or changed" if skipped else ""
    parts = (f"{counted(files, 'file')} checked", left, done if fixes or not skipped else "")
    return ", ".join(filter(None, parts)) + rest


@dataclass(frozen=True, slots=True)
class _FixedSource:
    """A source and the fixes applied to it.

    Attributes:
        source: The file as it was read.
        fixed: The result of the linter's fixes.
        text: The new text; None if the file stays as it is.
    """

    source: Source
    fixed: Fixed
    text: str | None

    @classmethod
    def of(cls, source: Source, event: Context | None) -> "_FixedSource | None":
        """Fix a source; return None, and report it on standard error, if its text cannot be changed."""
        try:
            fixed = fix(source.data, event, notation=source.notation)
            if not source.text or not fixed.applied:
                return cls(source, fixed, None)
            text = apply_edits(source.text, fixed.applied, fixed.value, source.notation)
        except RecursionError:
            Printer(errors=True).line(f"{source.name}: nested too deeply to be fixed")
            return None
        except CommentLossError as error:
            Printer(errors=True).line(f"{source.name}: not changed, because {error}; fix it by hand")
            return None
        return cls(source, fixed, text)

    def deliver(self, printer: Printer, *, diff: bool) -> bool:
        """Show or write the result; return whether that worked."""
        if diff:
            self._show_difference()
        elif self.source.path is None:
            click.echo(self._bytes(), nl=False)
        elif self.text is not None:
            try:
                self.source.path.write_bytes(self._bytes())
            except OSError as error:
                Printer(errors=True).line(f"{self.source.name}: {error.strerror}")
                return False
        self._report(printer, self.fixed.applied)
        return True

    def _bytes(self) -> bytes:
        if self.text is None:
            return self.source.data
        return (_BOM if self.source.data.startswith(_BOM) else b"") + self.text.encode("utf-8")

    def _show_difference(self) -> None:
        if self.text is None or self.source.text is None:
            return
        before, after = (
            without_secrets(text, self.source.notation).splitlines() for text in (self.source.text, self.text)
        )
        name = self.source.name
        write("\n".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="")))

    def _report(self, printer: Printer, applied: Iterable[Finding]) -> None:
        for finding in applied:
            printer.line((self.source.name, "bold"), f": {finding.code} at {finding.path}: {finding.message}")
