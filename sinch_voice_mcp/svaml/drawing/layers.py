"""Assign boxes to columns by their longest path; chips replace edges that go back or far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sinch_voice_mcp.svaml.drawing.graph import Edge, Graph, Node

_MAX_COLUMNS = 4
"""Columns that a line can cross; a longer edge becomes a chip that names its target."""


@dataclass(slots=True)
class Item:
    """What takes up space in a column: a node, a chip that names another node, or the bend of a long line.

    Sizes and coordinates are in pixels; ``before`` and ``after`` are the pieces of lines that end and begin here.
    """

    column: int
    node: Node | None = None
    jumps_to: Node | None = None
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    before: list["Piece"] = field(default_factory=list["Piece"])
    after: list["Piece"] = field(default_factory=list["Piece"])

    @property
    def bends(self) -> bool:
        """Whether it is a bend: no box, only space for a line."""
        return self.node is None and self.jumps_to is None


@dataclass(slots=True)
class Piece:
    """A piece of a line between neighboring columns; ``start`` and ``stop`` are offsets on its two items, in pixels."""

    edge: Edge
    source: Item
    target: Item
    start: float = 0.0
    stop: float = 0.0


Columns = Sequence[list[Item]]


def columns(graph: Graph) -> Columns:
    """Put every node into a column, and connect the items of neighboring columns."""
    backward, order = _walk(graph)
    depth = _depths(graph, backward, order)
    items = {node.id: Item(depth[node.id], node) for node in graph.nodes}
    placed = list(items.values())
    for index, edge in enumerate(graph.edges):
        source, target = items[edge.source], items[edge.target]
        if index in backward or target.column - source.column > _MAX_COLUMNS:
            chip = Item(source.column + 1, jumps_to=target.node)
            placed.append(chip)
            _connect(edge, source, chip)
        else:
            placed.extend(_line(edge, source, target))
    result: list[list[Item]] = [[] for _ in range(1 + max((item.column for item in placed), default=0))]
    for item in placed:
        result[item.column].append(item)
    return result


def _connect(edge: Edge, source: Item, target: Item) -> None:
    piece = Piece(edge, source, target)
    source.after.append(piece)
    target.before.append(piece)


def _line(edge: Edge, source: Item, target: Item) -> list[Item]:
    bends = [Item(column) for column in range(source.column + 1, target.column)]
    way = [source, *bends, target]
    for here, there in pairwise(way):
        _connect(edge, here, there)
    return bends


def _walk(graph: Graph) -> tuple[frozenset[int], list[str]]:
    """Return the edges that close a cycle, and the nodes in topological order (depth first, without recursion)."""
    outgoing: Mapping[str, list[int]] = {node.id: [] for node in graph.nodes}
    for index, edge in enumerate(graph.edges):
        outgoing[edge.source].append(index)
    backward: set[int] = set()
    finished: dict[str, None] = {}
    for root in _roots(graph):
        open_: dict[str, int] = {} if root in finished else {root: 0}
        while open_:
            here, tried = next(reversed(open_.items()))
            if tried == len(outgoing[here]):
                del open_[here]
                finished[here] = None
                continue
            open_[here] = tried + 1
            index = outgoing[here][tried]
            target = graph.edges[index].target
            if target in open_:
                backward.add(index)
            elif target not in finished:
                open_[target] = 0
    return frozenset(backward), list(reversed(finished))


def _roots(graph: Graph) -> list[str]:
    targets = {edge.target for edge in graph.edges}
    first = [node.id for node in graph.nodes if node.id not in targets]
    return [*first, *(node.id for node in graph.nodes)]


def _depths(graph: Graph, backward: frozenset[int], order: Sequence[str]) -> dict[str, int]:
    depth = dict.fromkeys(order, 0)
    forward: Mapping[str, list[str]] = {node.id: [] for node in graph.nodes}
    for index, edge in enumerate(graph.edges):
        if index not in backward:
            forward[edge.source].append(edge.target)
    for here in order:
        for target in forward[here]:
            depth[target] = max(depth[target], depth[here] + 1)
    return depth
