"""Compute coordinates: order within the columns, heights without overlap, widths with space for labels.

Columns follow each other along x, as in a drawing from left to right; ``Spacing`` says how much space the labels need.
The drawing from top to bottom is the same with its axes exchanged.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median

from sinch_voice_mcp.svaml.drawing.graph import Direction
from sinch_voice_mcp.svaml.drawing.layers import Columns, Item, Piece
from sinch_voice_mcp.svaml.drawing.text_metrics import width

LABEL_SIZE = 11.0
MARGIN = 24.0
_SWEEPS = 6
"""Passes over all columns; more change a drawing hardly any further."""

_PORT = 18.0
"""The distance between lines that begin or end at one box, in pixels."""

_LABEL_HEIGHT = 16.0
_LABEL_MARGIN = 16.0
_BOX_GAP = 18.0
_LEAF_GAP = 8.0
_BEND_GAP = 8.0
_ROW_GAP = 40.0
_CURVE_WIDTH = 46.0
_IDLE = 0.001
"""The weight of an item that no line pulls; an item with lines has 1."""

Side = Callable[[Item], list[Piece]]


@dataclass(frozen=True, slots=True)
class Spacing:
    """The space of labels: from left to right they stand above their lines, from top to bottom beside them."""

    direction: Direction

    def breadth(self, piece: Piece) -> float:
        """Return the space across the flow that a line needs where it begins, in pixels."""
        if self.direction == "right" or not piece.edge.label:
            return _PORT
        return max(_PORT, _PORT / 2 + width(piece.edge.label, LABEL_SIZE) + _LABEL_MARGIN / 2)

    def before(self, item: Item) -> float:
        """Return the space across the flow for all lines that end at an item."""
        return _PORT * len(item.before)

    def after(self, item: Item) -> float:
        """Return the space across the flow for all lines that begin at an item."""
        return sum(self.breadth(piece) for piece in item.after)

    def label_room(self, column: Iterable[Item]) -> float:
        """Return the space along the flow that the labels behind a column need, in pixels."""
        labels = [piece.edge.label for item in column if not item.bends for piece in item.after if piece.edge.label]
        if self.direction == "down":
            return _LABEL_HEIGHT if labels else 0.0
        return max((width(label, LABEL_SIZE) for label in labels), default=-_LABEL_MARGIN) + _LABEL_MARGIN


def arrange(rows: Sequence[Columns], spacing: Spacing) -> tuple[float, float]:
    """Set the coordinates of every item, whose size is known, and return the width and height of the drawing."""
    right = top = 0.0
    for columns in rows:
        _order(columns)
        _ports(columns, spacing)
        _heights(columns)
        broad, high = _widths(columns, spacing)
        for column in columns:
            for item in column:
                item.y += top
        right, top = max(right, broad), top + high - 2 * MARGIN + _ROW_GAP
    return right, top - _ROW_GAP + 2 * MARGIN


def _before(item: Item) -> list[Piece]:
    return item.before


def _after(item: Item) -> list[Piece]:
    return item.after


def _order(columns: Columns) -> None:
    """Move items toward the middle of their neighbors (barycenters), alternately backward and forward."""
    for _ in range(_SWEEPS):
        for here, following in pairwise(reversed(columns)):
            _sort(following, _ranks(here), _after)
        for here, following in pairwise(columns):
            _sort(following, _ranks(here), _before)


def _ranks(column: list[Item]) -> dict[int, float]:
    """Return where each piece of a line meets a column, from 0 to 1, so that the keys of a menu keep their order."""
    ranks: dict[int, float] = {}
    for index, item in enumerate(column):
        for pieces in (item.before, item.after):
            for at, piece in enumerate(pieces):
                share = (at + 1) / (len(pieces) + 1) if pieces is item.after else 0.5
                ranks[id(piece)] = (index + share) / len(column)
    return ranks


def _sort(column: list[Item], ranks: dict[int, float], side: Side) -> None:
    wished: dict[int, float] = {}
    for index, item in enumerate(column):
        met = [ranks[id(piece)] for piece in side(item)]
        wished[id(item)] = sum(met) / len(met) if met else (index + 0.5) / len(column)
    column.sort(key=lambda item: wished[id(item)])


def _ports(columns: Columns, spacing: Spacing) -> None:
    """Spread the lines over the sides of their boxes, in the order of their other ends."""
    rank = {id(item): index for column in columns for index, item in enumerate(column)}
    for column in columns:
        for item in column:
            item.before.sort(key=lambda piece: rank[id(piece.source)])
            item.after.sort(key=lambda piece: rank[id(piece.target)])
            at = (item.height - spacing.before(item)) / 2
            for piece in item.before:
                piece.stop = at + _PORT / 2
                at += _PORT
            # A single line begins in the middle, even if its label stands beside it.
            at = (item.height - (spacing.after(item) if len(item.after) > 1 else _PORT)) / 2
            for piece in item.after:
                piece.start = at + _PORT / 2
                at += spacing.breadth(piece)


def _heights(columns: Columns) -> None:
    for column in columns:
        _settle(column, [0.0] * len(column), [1.0] * len(column))
    for _ in range(_SWEEPS):
        for column in columns[1:]:
            _pull(column, _before)
        for column in reversed(columns[:-1]):
            _pull(column, _after)
    top = min((item.y for column in columns for item in column), default=0.0)
    for column in columns:
        for item in column:
            item.y += MARGIN - top


def _pull(column: list[Item], side: Side) -> None:
    """Move the items of a column so that their lines to one side are straight; the others make way."""
    _settle(column, [_wished(item, side) for item in column], [1.0 if side(item) else _IDLE for item in column])


def _wished(item: Item, side: Side) -> float:
    """Return the height at which the middle one of the lines to one side is straight."""
    pieces = side(item)
    if not pieces:
        return item.y
    if side is _before:
        return median(piece.source.y + piece.start - piece.stop for piece in pieces)
    return median(piece.target.y + piece.stop - piece.start for piece in pieces)


def _settle(column: list[Item], wished: list[float], weights: list[float]) -> None:
    """Bring items as near to the wished heights as order and distances allow (least squares, by pooling neighbors)."""
    offsets: list[float] = []
    used = 0.0
    for item, following in zip_longest(column, column[1:]):
        offsets.append(used)
        used += item.height + (_BOX_GAP if following is None else _gap(item, following))
    pools: list[tuple[float, float, int]] = []
    for wish, offset, weight in zip(wished, offsets, weights, strict=True):
        total, heavy, count = (wish - offset) * weight, weight, 1
        while pools and pools[-1][0] * heavy >= total * pools[-1][1]:
            before = pools.pop()
            total, heavy, count = total + before[0], heavy + before[1], count + before[2]
        pools.append((total, heavy, count))
    tops = [total / heavy for total, heavy, count in pools for _ in range(count)]
    for item, top, offset in zip(column, tops, offsets, strict=True):
        item.y = top + offset


def _gap(item: Item, following: Item) -> float:
    if item.bends and following.bends:
        return _BEND_GAP
    sources = {id(piece.source) for one in (item, following) for piece in one.before}
    are_leaves = not (item.bends or following.bends or item.after or following.after)
    return _LEAF_GAP if are_leaves and len(sources) == 1 else _BOX_GAP


def _widths(columns: Columns, spacing: Spacing) -> tuple[float, float]:
    x = MARGIN
    right = bottom = 0.0
    for column in columns:
        broad = max((item.width for item in column), default=0.0)
        for item in column:
            item.x = x
            item.width = broad if item.bends else item.width
            right = max(right, item.x + item.width)
            bottom = max(bottom, item.y + item.height)
        x += broad + spacing.label_room(column) + _CURVE_WIDTH
    return right + MARGIN, bottom + MARGIN
