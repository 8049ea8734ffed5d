"""Assign boxes to columns by their longest path, and columns to rows; chips replace long lines and crowds of lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

from sinch_voice_mcp.svaml.drawing.graph import Edge, Graph, Node

_MAX_CROSSED = 4
"""Columns that a line can cross; a longer edge becomes a chip that names its target."""

_MAX_COLUMNS = 8
"""Columns of one row; a longer drawing continues in the next row."""

_MAX_LINES = 3
"""Lines that end at one box; of more, all but the first become chips."""


@dataclass(slots=True)
class Item:
    """What takes up space in a column: a node, a chip that names another node, or the bend of a long line.

    Sizes and coordinates are in pixels; ``before`` and ``after`` are the pieces of lines that end and begin here.
    ``copied`` marks a chip whose node has no box of its own.
    """

    column: int
    node: Node | None = None
    jumps_to: Node | None = None
    copied: bool = False
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

    def transpose(self) -> None:
        """Exchange the axes."""
        self.x, self.y, self.width, self.height = self.y, self.x, self.height, self.width


@dataclass(slots=True)
class Piece:
    """A piece of a line between neighboring columns; ``start`` and ``stop`` are offsets on its two items, in pixels."""

    edge: Edge
    source: Item
    target: Item
    start: float = 0.0
    stop: float = 0.0


Columns = Sequence[list[Item]]


@dataclass(slots=True)
class _Grid:
    """The rows under construction.

    Attributes:
        columns: Columns of a row.
        items: The boxes of the nodes.
        copied: Nodes that have a chip beside each source and no box.
        placed: Everything that takes up space, by row.
    """

    columns: int
    items: Mapping[str, Item]
    copied: AbstractSet[str]
    placed: list[list[Item]]

    def row(self, item: Item) -> list[Item]:
        """Return the row of a node."""
        # A handler that is only copied can have a column behind the last row.
        return self.placed[min(item.column // self.columns, len(self.placed) - 1)]

    def jump(self, edge: Edge, source: Item) -> None:
        """Lead an edge to a chip beside its source."""
        chip = Item(source.column + 1, jumps_to=self.items[edge.target].node, copied=edge.target in self.copied)
        self.row(source).append(chip)
        _connect(edge, source, chip)

    def line(self, edge: Edge, source: Item, target: Item) -> None:
        """Lead an edge to its target, with a bend in each column between them."""
        bends = [Item(column) for column in range(source.column + 1, target.column)]
        self.row(source).extend(bends)
        for here, there in pairwise([source, *bends, target]):
            _connect(edge, here, there)

    def table(self) -> list[Columns]:
        """Return the columns of each row."""
        return [_by_column(items, number * self.columns) for number, items in enumerate(self.placed)]


def rows(graph: Graph) -> Sequence[Columns]:
    """Put every node into a column of a row, and connect the items of neighboring columns.

    A handler outside the set to which many lines would lead has a small box beside each source instead.
    """
    backward, order = _walk(graph)
    depth = _depths(graph, backward, order)
    copied = _crowded(graph) & {node.id for node in graph.nodes if node.kind == "handler"}
    items = {node.id: Item(depth[node.id], node) for node in graph.nodes}
    long = 1 + max((depth[node_id] for node_id in items if node_id not in copied), default=0)
    count = ceil(long / _MAX_COLUMNS)
    grid = _Grid(ceil(long / count), items, copied, [[] for _ in range(count)])
    for node_id, item in items.items():
        if node_id not in copied:
            grid.row(item).append(item)
    lines: Counter[str] = Counter()
    for index, edge in enumerate(graph.edges):
        source, target = items[edge.source], items[edge.target]
        lines[edge.target] += 1
        far = target.column - source.column > _MAX_CROSSED or grid.row(source) is not grid.row(target)
        if index in backward or far or edge.target in copied or lines[edge.target] > _MAX_LINES:
            grid.jump(edge, source)
        else:
            grid.line(edge, source, target)
    return grid.table()


def _by_column(items: Sequence[Item], first: int) -> Columns:
    result: list[list[Item]] = [[] for _ in range(1 + max((item.column - first for item in items), default=0))]
    for item in items:
        result[item.column - first].append(item)
    return result


def _crowded(graph: Graph) -> set[str]:
    """Return the nodes to which more lines lead than are drawn."""
    return {node_id for node_id, count in Counter(edge.target for edge in graph.edges).items() if count > _MAX_LINES}


def _connect(edge: Edge, source: Item, target: Item) -> None:
    piece = Piece(edge, source, target)
    source.after.append(piece)
    target.before.append(piece)


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
