"""Build a graph from documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sinch_voice_mcp.svaml.drawing.graph import Edge, EdgeKind, Graph, Node, NodeKind
from sinch_voice_mcp.svaml.drawing.labels import CONNECTING, answering, asking, described, joined, named, steps_of
from sinch_voice_mcp.svaml.explaining import OPENINGS, event_of, ordered
from sinch_voice_mcp.svaml.explaining.paths import Paths, choices, paths
from sinch_voice_mcp.svaml.explaining.questions import anything_else
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


@dataclass(slots=True)
class _GraphBuilder:
    """Collects nodes and edges."""

    handlers: Mapping[str, Document]
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    edges: list[Edge] = field(default_factory=list[Edge])

    def node(self, node_id: str, kind: NodeKind, label: str, detail: tuple[str, ...] = ()) -> str:
        """Add a node unless it exists, and return its id."""
        self.nodes.setdefault(node_id, Node(node_id, kind, label, detail))
        return node_id

    def edge(self, source: str, target: str, label: str = "", kind: EdgeKind = "flow") -> None:
        """Add an edge."""
        self.edges.append(Edge(source, target, label, kind))

    def entry(self, name: str) -> str:
        """Return the node with which a handler begins."""
        event = event_of(name)
        label = OPENINGS[event] if name == event else f"PIE: {named(name)}"
        return self.node(f"entry:{name}", "event", label)

    def pie(self, value: str) -> str:
        """Return the node that receives a PIE: the handler of its value, the general one, or one outside the set."""
        name = value if value in self.handlers and event_of(value) == "pie" else "pie"
        if name in self.handlers:
            return self.entry(name)
        return self.node(f"pie:{value}", "handler", f"PIE: {named(value)}" if value else "PIE: an empty value")

    def graph(self) -> Graph:
        """Return the collected graph."""
        return Graph(tuple(self.nodes.values()), tuple(self.edges))


def graph(documents: Document | Mapping[str, Document], context: Event | None = None) -> Graph:
    """Return one document, or a set of handlers, as nodes and edges.

    Args:
        documents: A document, or documents by event or PIE value, as for ``explain_set``.
        context: What a single document answers; it labels the first node.
    """
    if not isinstance(documents, Document):
        builder = _GraphBuilder(documents)
        for name in ordered(documents):
            _document(builder, name, documents[name], builder.entry(name), event_of(name))
        return builder.graph()
    builder = _GraphBuilder({})
    label = "Start" if context is None else OPENINGS[context]
    _document(builder, context or "start", documents, builder.node("entry", "event", label), context)
    return builder.graph()


def _document(builder: _GraphBuilder, name: str, document: Document, entry: str, event: Event | None) -> None:
    here = entry
    if document.instructions:
        first, *rest = steps_of(document.instructions)
        here = builder.node(f"steps:{name}", "instructions", first, tuple(rest))
        builder.edge(entry, here)
    _action(builder, name, document.action, here, event)


def _action(builder: _GraphBuilder, name: str, action: Action | None, here: str, event: Event | None) -> None:
    match action:
        case RunMenu():
            _menus(builder, name, action, here)
        case Hangup():
            builder.edge(here, builder.node(f"end:{name}", "end", "Hang up"))
        case Continue():
            recorded = ("recorded",) if action.record else ()
            builder.edge(here, builder.node(f"on:{name}", "end", "The call continues", recorded))
        case None if event in {"update", None}:
            builder.edge(here, builder.node(f"on:{name}", "end", "The call continues", ("no action given",)))
        case None:
            builder.edge(here, builder.node(f"none:{name}", "missing", "The action is missing"))
        case Park():
            _park(builder, name, action, here)
        case ConnectConf():
            label, detail = joined(action)
            builder.edge(here, builder.node(f"action:{name}", "action", label, detail))
        case _:
            _connecting(builder, name, action, here, event)


def _park(builder: _GraphBuilder, name: str, action: Park, here: str) -> None:
    label, detail = described(action)
    parked = builder.node(f"action:{name}", "action", label, detail)
    builder.edge(here, parked)
    builder.edge(parked, builder.node(f"end:{name}", "end", "The call ends"), "not updated", "failure")


def _connecting(
    builder: _GraphBuilder,
    name: str,
    action: ConnectPstn | ConnectMxp | ConnectSip | ConnectStream,
    here: str,
    event: Event | None,
) -> None:
    label, detail = described(action)
    connecting = builder.node(f"action:{name}", "action", label, detail)
    builder.edge(here, connecting)
    builder.edge(connecting, _answered(builder, name, action, event), "answered")
    builder.edge(connecting, builder.node(f"failed:{name}", "end", "The call ends"), "not answered", "failure")


def _answered(builder: _GraphBuilder, name: str, action: CONNECTING, event: Event | None) -> str:
    asks = isinstance(action, ConnectPstn | ConnectSip) and not action.suppress_callbacks
    if asks and _ANSWERED_BY.get(event or "") in builder.handlers:
        return builder.entry("ace")
    label, detail = answering(action, asks=asks)
    return builder.node(f"answered:{name}", "end", label, detail)


def _menus(builder: _GraphBuilder, name: str, action: RunMenu, here: str) -> None:
    way = paths(action)
    ids = {id(menu): f"menu:{name}:{number}" for number, menu in enumerate((*way.reached, *way.unreached))}
    by_name = {menu_id: ids[id(menu)] for menu_id, menu in way.known.items()}
    builder.edge(here, _menu_node(builder, name, way.first, by_name, way, action))
    for number, menu in enumerate((*way.reached, *way.unreached)):
        unreached = number >= len(way.reached)
        label, detail = asking(menu, voiced=bool(action.enable_voice), unreached=unreached)
        builder.node(ids[id(menu)], "menu", label, detail)
        for choice in choices(menu).open:
            triggers = [choice.key] if choice.key else []
            triggers += [f"“{named(choice.phrase, 20)}”"] if choice.phrase else []
            if choice.leads == "return":
                target = builder.pie(choice.to)
            else:
                target = _menu_node(builder, name, choice.to, by_name, way, action)
            builder.edge(ids[id(menu)], target, " or ".join(triggers), "key")
        _otherwise(builder, menu, ids[id(menu)], voiced=bool(action.enable_voice))


def _menu_node(
    builder: _GraphBuilder, name: str, menu_id: str, by_name: Mapping[str, str], way: Paths, action: RunMenu
) -> str:
    if menu_id not in by_name:
        return builder.node(f"missing:{name}:{menu_id}", "missing", f"No menu {named(menu_id)}")
    label, detail = asking(way.known[menu_id], voiced=bool(action.enable_voice), unreached=False)
    return builder.node(by_name[menu_id], "menu", label, detail)


def _otherwise(builder: _GraphBuilder, menu: Menu, here: str, *, voiced: bool) -> None:
    builder.edge(here, builder.pie("timeout"), "silence", "silence")
    if menu.max_digits is not None:
        builder.edge(here, builder.pie("sequence"), "other keys" if menu.options else "keys", "key")
    elif other := anything_else(menu, voiced=voiced):
        builder.edge(here, builder.pie("invalidinput"), other, "invalid")
