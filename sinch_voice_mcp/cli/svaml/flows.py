"""Files as call flows: which belong together, and which handler of its flow each file is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.svaml.documents import FOUND, UNREADABLE, checked_source, show_findings
from sinch_voice_mcp.cli.svaml.files import Source
from sinch_voice_mcp.svaml import EVENTS, Document, Event
from sinch_voice_mcp.svaml.lint import Context

_NAMING = (
    "name each handler FLOW.EVENT.json, such as menu.ace.json, and the answer to a value that a menu returns "
    "FLOW.VALUE.pie.json"
)


@dataclass(frozen=True, slots=True)
class Handler:
    """One document of a flow, the event that it answers if that is known, and its file."""

    document: Document
    event: Event | None
    file: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Documents that belong together, by event or by the PIE value that they answer."""

    name: str
    handlers: dict[str, Handler] = field(default_factory=dict[str, Handler])

    @property
    def documents(self) -> dict[str, Document]:
        """The documents by handler."""
        return {name: handler.document for name, handler in self.handlers.items()}

    @property
    def only(self) -> Handler | None:
        """The handler of a flow that has one; None if it has several."""
        return next(iter(self.handlers.values())) if len(self.handlers) == 1 else None


def flows_of(sources: Iterable[Source], event: Context | None) -> tuple[list[Flow], int]:
    """Return the flows, and the exit status; a document that cannot be used is reported and left out.

    Files of one folder belong together if their names begin with the same words: ``menu.ace.json`` and
    ``menu.hours.pie.json``. Files whose name is one word, such as ``ace.json``, are one flow of their folder.
    """
    flows: dict[tuple[Path, str], Flow] = {}
    status = 0
    for source in sources:
        handler, failure = _handler(source, event)
        if handler is None:
            status = max(status, failure)
            continue
        folder, name, role = _place(source)
        flow = flows.setdefault((folder, name), Flow(name or folder.resolve().name or "flow"))
        if (other := flow.handlers.get(role)) is not None:
            _report(f"{other.file} and {source.name} are both the handler {role!r} of {flow.name!r}; {_NAMING}")
            status = UNREADABLE
            continue
        flow.handlers[role] = handler
    return list(flows.values()), status


def _handler(source: Source, event: Context | None) -> tuple[Handler | None, int]:
    checked = checked_source(source, event)
    report = checked.report
    if report.document is not None:
        answered: Event | None = next((known for known in EVENTS if known == report.context), None)
        return Handler(report.document, answered, source.name), 0
    show_findings(Printer(errors=True), checked)
    if report.ok:
        _report(f"{source.name}: this is a whole callout request; give the document inside it")
    return None, FOUND


def _place(source: Source) -> tuple[Path, str, str]:
    """Return the folder of a file, the name of its flow, and the handler that it is."""
    if source.path is None:
        return Path(), "stdin", "stdin"
    *first, last = source.words
    if last.lower() in EVENTS:
        last = last.lower()
    if last == "pie" and len(first) > 1:
        *first, last = first
    return source.path.parent, ".".join(first), last


def _report(message: str) -> None:
    Printer(errors=True).line(message)
