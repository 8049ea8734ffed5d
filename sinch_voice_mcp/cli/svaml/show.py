"""The commands ``svaml explain``, ``svaml draw`` and ``svaml schema``."""

from collections.abc import Sequence
from pathlib import Path

import click

from sinch_voice_mcp.cli.output import Printer, write, write_json
from sinch_voice_mcp.cli.svaml.documents import (
    FOUND,
    MAX_FINDINGS,
    UNREADABLE,
    Checked,
    event_of,
    event_option,
    files_argument,
    read_sources,
    show_findings,
)
from sinch_voice_mcp.svaml import EVENTS, Document, Event
from sinch_voice_mcp.svaml.drawing import graph, mermaid, svg
from sinch_voice_mcp.svaml.explaining import explain, explain_set
from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.svaml.schema import schema


@click.command("explain", short_help="Explain in plain English what happens on the phone.")
@files_argument
@event_option(EVENTS)
@click.pass_context
def explain_command(context: click.Context, files: Sequence[str], event: Event | None) -> None:
    """Explain in plain English what a document does.

    Several files are the handlers of one flow: ice.json, ace.json, pie.json, or a menu's return value with .json.
    """
    documents = _documents(context, files, event)
    if len(documents) == 1:
        ((document, answered),) = documents.values()
        write(explain(document, answered))
    else:
        write(explain_set({name: document for name, (document, _) in documents.items()}))


@click.command("draw", short_help="Draw what happens on the phone.")
@files_argument
@event_option(EVENTS)
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "svg"]),
    help="Default: svg if the output file is named .svg, else mermaid.",
)
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
        ((document, answered),) = documents.values()
        drawn = graph(document, answered)
    else:
        drawn = graph({name: document for name, (document, _) in documents.items()})
    form = form or ("svg" if output is not None and output.suffix.lower() == ".svg" else "mermaid")
    drawing = svg(drawn) if form == "svg" else mermaid(drawn)
    if output is None:
        write(drawing)
        return
    try:
        output.write_text(drawing.rstrip("\n") + "\n", "utf-8", "backslashreplace", "\n")
    except OSError as error:
        Printer(errors=True).line(f"{output}: {error.strerror}")
        context.exit(UNREADABLE)


def _documents(
    context: click.Context, files: Sequence[str], event: Event | None
) -> dict[str, tuple[Document, Event | None]]:
    """Return every document and the event it answers, by handler name; end the command if one is unusable."""
    read, unreadable = read_sources(files)
    documents: dict[str, tuple[Document, Event | None]] = {}
    file_of: dict[str, str] = {}
    for one in read:
        report = lint(one.data, event_of(one, event), limit=MAX_FINDINGS)
        # `booking.ace.json` is the handler `ace`, as in a flow whose files have one first word.
        name = one.path.stem.rpartition(".")[2] if one.path else "stdin"
        if report.document is None:
            _reject(context, Checked(one, report))
        elif name in documents:
            raise click.UsageError(
                f"{file_of[name]} and {one.name} are both the handler {name!r}; give the files of one flow"
            )
        else:
            file_of[name] = one.name
            documents[name] = (report.document, next((known for known in EVENTS if known == report.context), None))
    if unreadable:
        context.exit(UNREADABLE)
    return documents


def _reject(context: click.Context, checked: Checked) -> None:
    printer = Printer(errors=True)
    show_findings(printer, checked)
    if checked.report.ok:
        printer.line(f"{checked.source.name}: this is a whole callout request; give the document inside it")
    context.exit(FOUND)


@click.command("schema", short_help="Write the JSON Schema of a document.")
@event_option(EVENTS)
def schema_command(event: Event | None) -> None:
    """Write the JSON Schema (2020-12) of a document, for editors."""
    write_json(schema(event), indent=2)
