"""The commands ``svaml explain``, ``svaml draw`` and ``svaml schema``."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

import click

from sinch_voice_mcp.cli.output import Printer, write, write_json
from sinch_voice_mcp.cli.svaml.documents import UNREADABLE, counted, event_option, files_argument, read_sources
from sinch_voice_mcp.cli.svaml.flows import Flow, flows_of
from sinch_voice_mcp.svaml import EVENTS, Event
from sinch_voice_mcp.svaml.drawing import Direction, graph, mermaid, svg
from sinch_voice_mcp.svaml.explaining import explain, explain_set
from sinch_voice_mcp.svaml.schema import schema

Format = Literal["mermaid", "svg"]
_FORMATS: Mapping[str, Format] = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid"}
_SUFFIXES: Mapping[Format, str] = {"svg": ".svg", "mermaid": ".mmd"}
_TEXTS = (".md", ".markdown", ".txt")
_MAX_NAMED = 6


@click.command("explain", short_help="Explain in plain English what happens on the phone.")
@files_argument
@event_option(EVENTS)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write Markdown to this file, named .md.")
@click.pass_context
def explain_command(context: click.Context, files: Sequence[str], event: Event | None, output: str | None) -> None:
    """Explain in plain English what a document does.

    Files that share their first word are the handlers of one flow: menu.ace.json, and menu.hours.pie.json for the value
    `hours` that a menu returns. Exit status: 1 if a document has errors, 2 if a file cannot be read or written.
    """
    if output is not None and Path(output).suffix.lower() not in _TEXTS:
        raise click.UsageError(f"an explanation is Markdown; name the file .md, not {Path(output).name}")
    flows, status = _read(files, event)
    parts = [_explained(flow) for flow in flows]
    if len(flows) > 1:
        parts = [f"# {flow.name}\n\n{part}" for flow, part in zip(flows, parts, strict=True)]
    text = "\n\n".join(parts)
    if output is None:
        write(text)
    elif parts:
        status = max(status, _save(Path(output), text))
    context.exit(status)


def _explained(flow: Flow) -> str:
    one = flow.only
    return explain_set(flow.documents) if one is None else explain(one.document, one.event)


@click.command("draw", short_help="Draw what happens on the phone.")
@files_argument
@event_option(EVENTS)
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(Format)),
    help="Default: by the name of the output file, .svg or .mmd; svg in a folder, else mermaid.",
)
@click.option(
    "--direction", type=click.Choice(get_args(Direction)), help="Where it leads; default: mermaid down, svg right."
)
@click.option("-o", "--output", type=click.Path(), help="Write to this file; with several flows, to this folder.")
@click.pass_context
def draw_command(
    context: click.Context,
    files: Sequence[str],
    event: Event | None,
    form: Format | None,
    direction: Direction | None,
    output: str | None,
) -> None:
    """Draw a document or a flow as a Mermaid flowchart or as SVG.

    Files that share their first word are the handlers of one flow, as for `explain`. With `-o FOLDER/`, each flow
    becomes a file of its own. Exit status: 1 if a document has errors, 2 if a file cannot be read or written.
    """
    folder = None if output is None or not _is_folder(output) else Path(output)
    chosen = form or ("svg" if folder is not None else _format_of(output))
    flows, status = _read(files, event)
    if folder is not None:
        status = max(status, _draw_all(flows, folder, chosen, direction))
    elif len(flows) > 1:
        raise click.UsageError(
            f"these files are {counted(len(flows), 'flow')} ({_names(flows)}); draw each into a folder with "
            "-o FOLDER/, or give the files of one flow"
        )
    elif flows and output is not None:
        status = max(status, _save(Path(output), _drawn(flows[0], chosen, direction)))
    elif flows:
        write(_drawn(flows[0], chosen, direction))
    context.exit(status)


def _is_folder(output: str) -> bool:
    return output.endswith(("/", "\\")) or Path(output).is_dir()


def _format_of(output: str | None) -> Format:
    if output is None:
        return "mermaid"
    form = _FORMATS.get(Path(output).suffix.lower())
    if form is None:
        raise click.UsageError(f"the name {Path(output).name} does not tell the format; use .svg, .mmd or --format")
    return form


def _names(flows: Sequence[Flow]) -> str:
    names = [flow.name for flow in flows[:_MAX_NAMED]]
    return ", ".join([*names, "…"] if len(flows) > _MAX_NAMED else names)


def _drawn(flow: Flow, form: Format, direction: Direction | None) -> str:
    one = flow.only
    drawn = graph(flow.documents) if one is None else graph(one.document, one.event)
    return svg(drawn, direction or "right") if form == "svg" else mermaid(drawn, direction or "down")


def _draw_all(flows: Sequence[Flow], folder: Path, form: Format, direction: Direction | None) -> int:
    """Write a file for each flow, and which flow each file shows; return the exit status."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _cannot_write(folder, error)
    status = 0
    for name, flow in zip(_distinct(flows), flows, strict=True):
        path = folder / f"{name}{_SUFFIXES[form]}"
        failed = _save(path, _drawn(flow, form, direction))
        status = max(status, failed)
        if not failed:
            shown = ", ".join(handler.file for handler in flow.handlers.values())
            Printer().line((str(path), "bold"), f": {shown}")
    return status


def _distinct(flows: Sequence[Flow]) -> Iterator[str]:
    """Yield a name for each flow: its own, with a number if a flow in another folder has the same."""
    used: Counter[str] = Counter()
    for flow in flows:
        # On some file systems, names that differ in case only are the same file.
        used[flow.name.lower()] += 1
        count = used[flow.name.lower()]
        yield flow.name if count == 1 else f"{flow.name}-{count}"


def _read(files: Sequence[str], event: Event | None) -> tuple[list[Flow], int]:
    read, unreadable = read_sources(files)
    flows, status = flows_of(read, event)
    return flows, UNREADABLE if unreadable else status


def _save(path: Path, text: str) -> int:
    """Write a file; return the exit status."""
    try:
        path.write_text(text.rstrip("\n") + "\n", "utf-8", "backslashreplace", "\n")
    except OSError as error:
        return _cannot_write(path, error)
    return 0


def _cannot_write(path: Path, error: OSError) -> int:
    Printer(errors=True).line(f"{path}: {error.strerror}")
    return UNREADABLE


@click.command("schema", short_help="Write the JSON Schema of a document.")
@event_option(EVENTS)
def schema_command(event: Event | None) -> None:
    """Write the JSON Schema (2020-12) of a document, for editors."""
    write_json(schema(event), indent=2)
