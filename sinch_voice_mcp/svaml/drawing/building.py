"""From documents to a graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sinch_voice_mcp.svaml.drawing.graph import Edge, EdgeKind, Graph, Node, NodeKind
from sinch_voice_mcp.svaml.drawing.labels import CONNECTING, answering, asking, described, joined, steps_of
from sinch_voice_mcp.svaml.explaining import OPENINGS, event_of, ordered
from sinch_voice_mcp.svaml.explaining.paths import Paths, choices, paths
from sinch_voice_mcp.svaml.explaining.wording import plain
from sinch_voice_mcp.svaml.model.actions import (
    Action,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    Hangup,
    Park,
    RunMenu,
)
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import Event
from sinch_voice_mcp.svaml.model.menus import Menu

_ANSWERED_BY = {"ice": "ace", "callout": "ace", "pie": "ace", "update": "ace"}
_SHORT = 40


@dataclass(slots=True)
class _Drawing:
    """Nodes and edges while they are collected."""

    handlers: Mapping[str, Document]
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    edges: list[Edge] = field(default_factory=list[Edge])

    def node(self, node_id: str, kind: NodeKind, label: str, detail: tuple[str, ...] = ()) -> str:
        """Add a node once and give its id."""
        self.nodes.setdefault(node_id, Node(node_id, kind, label, detail))
        return node_id

    def edge(self, source: str, target: str, label: str = "", kind: EdgeKind = "flow") -> None:
        """Add an edge."""
        self.edges.append(Edge(source, target, label, kind))

    def entry(self, name: str) -> str:
        """The node with which a handler begins."""
        event = event_of(name)
        label = OPENINGS[event] if name == event else f"PIE: {plain(name, _SHORT)}"
        return self.node(f"entry:{name}", "event", label)

    def pie(self, value: str) -> str:
        """The node that hears a PIE: a handler of the set by value, its general one, or one elsewhere."""
        name = value if value in self.handlers and event_of(value) == "pie" else "pie"
        if name in self.handlers:
            return self.entry(name)
        return self.node(f"pie:{value}", "handler", f"PIE: {plain(value, _SHORT)}")

    def graph(self) -> Graph:
        """What was collected."""
        return Graph(tuple(self.nodes.values()), tuple(self.edges))


def graph(documents: Document | Mapping[str, Document], context: Event | None = None) -> Graph:
    """Draw one document, or a set of handlers, as nodes and edges.

    Args:
        documents: A document, or documents by event or PIE value, as for ``explain_set``.
        context: What a single document answers; it names the node at the beginning.
    """
    if not isinstance(documents, Document):
        drawing = _Drawing(documents)
        for name in ordered(documents):
            _document(drawing, name, documents[name], drawing.entry(name), event_of(name))
        return drawing.graph()
    drawing = _Drawing({})
    label = "Start" if context is None else OPENINGS[context]
    _document(drawing, context or "start", documents, drawing.node("entry", "event", label), context)
    return drawing.graph()


def _document(drawing: _Drawing, name: str, document: Document, entry: str, event: Event | None) -> None:
    here = entry
    if document.instructions:
        first, *rest = steps_of(document.instructions)
        here = drawing.node(f"steps:{name}", "instructions", first, tuple(rest))
        drawing.edge(entry, here)
    _action(drawing, name, document.action, here, event)


def _action(drawing: _Drawing, name: str, action: Action | None, here: str, event: Event | None) -> None:
    match action:
        case RunMenu():
            _menus(drawing, name, action, here)
        case Hangup():
            drawing.edge(here, drawing.node(f"end:{name}", "end", "Hang up"))
        case Continue():
            drawing.edge(here, drawing.node(f"on:{name}", "end", "The call goes on"))
        case None if event in {"update", None}:
            drawing.edge(here, drawing.node(f"on:{name}", "end", "The call goes on", ("no action given",)))
        case None:
            drawing.edge(here, drawing.node(f"none:{name}", "missing", "The action is missing"))
        case Park():
            _park(drawing, name, action, here)
        case ConnectConf():
            label, detail = joined(action)
            drawing.edge(here, drawing.node(f"action:{name}", "action", label, detail))
        case _:
            _connecting(drawing, name, action, here, event)


def _park(drawing: _Drawing, name: str, action: Park, here: str) -> None:
    label, detail = described(action)
    parked = drawing.node(f"action:{name}", "action", label, detail)
    drawing.edge(here, parked)
    drawing.edge(parked, drawing.node(f"end:{name}", "end", "The call ends"), "not updated", "failure")


def _connecting(
    drawing: _Drawing,
    name: str,
    action: ConnectPstn | ConnectMxp | ConnectSip | ConnectStream,
    here: str,
    event: Event | None,
) -> None:
    label, detail = described(action)
    connecting = drawing.node(f"action:{name}", "action", label, detail)
    drawing.edge(here, connecting)
    drawing.edge(connecting, _answered(drawing, name, action, event), "answered")
    drawing.edge(connecting, drawing.node(f"failed:{name}", "end", "The call ends"), "not answered", "failure")


def _answered(drawing: _Drawing, name: str, action: CONNECTING, event: Event | None) -> str:
    asks = isinstance(action, ConnectPstn | ConnectSip) and not action.suppress_callbacks
    if asks and _ANSWERED_BY.get(event or "") in drawing.handlers:
        return drawing.entry("ace")
    label, detail = answering(action, asks=asks)
    return drawing.node(f"answered:{name}", "end", label, detail)


def _menus(drawing: _Drawing, name: str, action: RunMenu, here: str) -> None:
    way = paths(action)
    ids = {id(menu): f"menu:{name}:{number}" for number, menu in enumerate((*way.reached, *way.unreached))}
    by_name = {menu_id: ids[id(menu)] for menu_id, menu in way.known.items()}
    drawing.edge(here, _menu_node(drawing, name, way.first, by_name, way, action))
    for number, menu in enumerate((*way.reached, *way.unreached)):
        unreached = number >= len(way.reached)
        label, detail = asking(menu, voiced=bool(action.enable_voice), unreached=unreached)
        drawing.node(ids[id(menu)], "menu", label, detail)
        for choice in choices(menu).open:
            triggers = [choice.key] if choice.key else []
            triggers += [f"“{plain(choice.phrase, 20)}”"] if choice.phrase else []
            if choice.leads == "return":
                target = drawing.pie(choice.to)
            else:
                target = _menu_node(drawing, name, choice.to, by_name, way, action)
            drawing.edge(ids[id(menu)], target, " or ".join(triggers), "key")
        _otherwise(drawing, menu, ids[id(menu)])


def _menu_node(
    drawing: _Drawing, name: str, menu_id: str, by_name: Mapping[str, str], way: Paths, action: RunMenu
) -> str:
    if menu_id not in by_name:
        return drawing.node(f"missing:{name}:{menu_id}", "missing", f"No menu {plain(menu_id, _SHORT)}")
    label, detail = asking(way.known[menu_id], voiced=bool(action.enable_voice), unreached=False)
    return drawing.node(by_name[menu_id], "menu", label, detail)


def _otherwise(drawing: _Drawing, menu: Menu, here: str) -> None:
    drawing.edge(here, drawing.pie("timeout"), "silence", "silence")
    if menu.max_digits is None:
        drawing.edge(here, drawing.pie("invalidinput"), "other key", "invalid")
    else:
        drawing.edge(here, drawing.pie("sequence"), "other keys" if menu.options else "keys", "key")
