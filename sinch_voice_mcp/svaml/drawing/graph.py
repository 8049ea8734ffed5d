"""What a document does, as nodes and edges."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

NodeKind = Literal["event", "instructions", "menu", "action", "handler", "end", "missing"]
EdgeKind = Literal["flow", "key", "silence", "invalid", "failure"]


@dataclass(frozen=True, slots=True)
class Node:
    """One box: an event, a group of instructions, a menu, an action, a handler elsewhere, or an end.

    Attributes:
        id: Unique in its graph.
        kind: What it is; ``missing`` is something that a document names and nobody defines.
        label: One line.
        detail: More lines.
    """

    id: str
    kind: NodeKind
    label: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another: the ids of both, and the key or the condition that takes it."""

    source: str
    target: str
    label: str = ""
    kind: EdgeKind = "flow"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order in which they are reached, and the edges between them.

    ``omitted`` counts the nodes and ``omitted_edges`` the edges that were left out of it.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    omitted: int = 0
    omitted_edges: int = 0

    @property
    def note(self) -> str:
        """What was left out, in words; empty where nothing was."""
        counts = ((self.omitted, "step"), (self.omitted_edges, "connection"))
        said = [f"{count:,} more {noun}{'s' if count > 1 else ''}" for count, noun in counts if count]
        return f"… and {' and '.join(said)}" if said else ""


def bundled(graph: Graph, most_labels: int = 6) -> Graph:
    """The graph with one edge where several of a kind go the same way; their labels are listed."""
    bundles: dict[tuple[str, str, EdgeKind], list[str]] = {}
    for edge in graph.edges:
        kind: EdgeKind = "silence" if edge.kind == "invalid" else edge.kind
        bundles.setdefault((edge.source, edge.target, kind), []).append(edge.label)
    edges = tuple(
        Edge(source, target, _together(labels, most_labels), kind) for (source, target, kind), labels in bundles.items()
    )
    return replace(graph, edges=edges)


def _together(labels: Iterable[str], most: int) -> str:
    told = [label for label in dict.fromkeys(labels) if label]
    more = f" +{len(told) - most:,}" if len(told) > most else ""
    return ", ".join(told[:most]) + more


def limited(graph: Graph, most_nodes: int, most_edges: int) -> Graph:
    """The nearest nodes of the graph and the edges between them; what is left out is counted."""
    if len(graph.nodes) <= most_nodes and len(graph.edges) <= most_edges:
        return graph
    order = dict.fromkeys(_nearest(graph)[:most_nodes])
    edges = tuple(edge for edge in graph.edges if edge.source in order and edge.target in order)
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.id in order),
        edges=edges[:most_edges],
        omitted=graph.omitted + max(0, len(graph.nodes) - most_nodes),
        omitted_edges=graph.omitted_edges + max(0, len(edges) - most_edges),
    )


def _nearest(graph: Graph) -> list[str]:
    """All nodes, those first that are few steps away from an entry."""
    further: Mapping[str, list[str]] = {node.id: [] for node in graph.nodes}
    targets: set[str] = set()
    for edge in graph.edges:
        further[edge.source].append(edge.target)
        targets.add(edge.target)
    entries = [node.id for node in graph.nodes if node.kind == "event" or node.id not in targets]
    seen = dict.fromkeys(entries)
    waiting = deque(seen)
    while waiting:
        fresh = [target for target in further[waiting.popleft()] if target not in seen]
        seen |= dict.fromkeys(fresh)
        waiting.extend(dict.fromkeys(fresh))
    return [*seen, *(node.id for node in graph.nodes if node.id not in seen)]
