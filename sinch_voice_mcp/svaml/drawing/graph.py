"""A call flow as nodes and edges."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

NodeKind = Literal["event", "instructions", "menu", "action", "handler", "end", "missing"]
EdgeKind = Literal["flow", "key", "silence", "invalid", "failure"]
Direction = Literal["down", "right"]
"""Where a drawing leads: from top to bottom, or from left to right."""


@dataclass(frozen=True, slots=True)
class Node:
    """One box: an event, a group of instructions, a menu, an action, a handler outside the set, or an end.

    Attributes:
        id: Unique in its graph.
        kind: What it is; ``missing`` is something that a document names but does not define.
        label: One line.
        detail: More lines.
    """

    id: str
    kind: NodeKind
    label: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from one node to another: the ids of both, and the key or condition that leads along it."""

    source: str
    target: str
    label: str = ""
    kind: EdgeKind = "flow"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order in which they are reached, and the edges between them.

    ``omitted`` counts the nodes and ``omitted_edges`` the edges that were left out.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    omitted: int = 0
    omitted_edges: int = 0

    @property
    def note(self) -> str:
        """What was left out, in words; empty if nothing was."""
        counts = ((self.omitted, "step"), (self.omitted_edges, "connection"))
        parts = [f"{count:,} more {noun}{'s' if count > 1 else ''}" for count, noun in counts if count]
        return f"… and {' and '.join(parts)}" if parts else ""


def bundled(graph: Graph, max_labels: int = 6) -> Graph:
    """Return the graph with parallel edges of a kind merged into one, which lists their labels."""
    groups: dict[tuple[str, str, EdgeKind], list[str]] = {}
    for edge in graph.edges:
        kind: EdgeKind = "silence" if edge.kind == "invalid" else edge.kind
        groups.setdefault((edge.source, edge.target, kind), []).append(edge.label)
    edges = tuple(
        Edge(source, target, _joined(labels, max_labels), kind) for (source, target, kind), labels in groups.items()
    )
    return replace(graph, edges=edges)


def _joined(labels: Iterable[str], limit: int) -> str:
    shown = [label for label in dict.fromkeys(labels) if label]
    more = f" +{len(shown) - limit:,}" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more


def limited(graph: Graph, max_nodes: int, max_edges: int) -> Graph:
    """Return the nodes nearest to the entries and the edges between them; what is left out is counted."""
    if len(graph.nodes) <= max_nodes and len(graph.edges) <= max_edges:
        return graph
    order = dict.fromkeys(_nearest(graph)[:max_nodes])
    edges = tuple(edge for edge in graph.edges if edge.source in order and edge.target in order)
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.id in order),
        edges=edges[:max_edges],
        omitted=graph.omitted + max(0, len(graph.nodes) - max_nodes),
        omitted_edges=graph.omitted_edges + max(0, len(edges) - max_edges),
    )


def _nearest(graph: Graph) -> list[str]:
    """Return all nodes, sorted by their distance from an entry."""
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
