"""Compute coordinates: order within the columns, heights without overlap, widths with space for labels."""

from collections.abc import Callable, Iterable
from itertools import pairwise, zip_longest

from sinch_voice_mcp.svaml.drawing.layers import Columns, Item, Piece
from sinch_voice_mcp.svaml.drawing.text_metrics import width

PORT = 18.0
"""The distance between lines that begin or end at one box, in pixels."""

LABEL_SIZE = 11.0
MARGIN = 24.0
_SWEEPS = 6
"""Passes over all columns; more change a drawing hardly any further."""

_BOX_GAP = 18.0
_BEND_GAP = 8.0
_CURVE_WIDTH = 46.0
_LABEL_MARGIN = 16.0

Side = Callable[[Item], list[Piece]]


def arrange(columns: Columns) -> tuple[float, float]:
    """Set the coordinates of every item, whose size is known, and return the width and height of the drawing."""
    _order(columns)
    _ports(columns)
    _heights(columns)
    return _widths(columns)


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


def _ports(columns: Columns) -> None:
    """Spread the lines over the sides of their boxes, in the order of their other ends."""
    rank = {id(item): index for column in columns for index, item in enumerate(column)}
    for column in columns:
        for item in column:
            item.before.sort(key=lambda piece: rank[id(piece.source)])
            item.after.sort(key=lambda piece: rank[id(piece.target)])
            for index, piece in enumerate(item.before):
                piece.stop = _port(index, len(item.before), item.height)
            for index, piece in enumerate(item.after):
                piece.start = _port(index, len(item.after), item.height)


def _port(index: int, count: int, height: float) -> float:
    return height / 2 + (index - (count - 1) / 2) * PORT


def _heights(columns: Columns) -> None:
    for column in columns:
        _settle(column, [0.0] * len(column))
    for _ in range(_SWEEPS):
        for column in columns[1:]:
            _settle(column, [_wished(item, _before) for item in column])
        for column in reversed(columns[:-1]):
            _settle(column, [_wished(item, _after) for item in column])
    top = min((item.y for column in columns for item in column), default=0.0)
    for column in columns:
        for item in column:
            item.y += MARGIN - top


def _wished(item: Item, side: Side) -> float:
    """Return the height at which the lines to one side are straight, on average."""
    pieces = side(item)
    if not pieces:
        return item.y
    if side is _before:
        return sum(piece.source.y + piece.start - piece.stop for piece in pieces) / len(pieces)
    return sum(piece.target.y + piece.stop - piece.start for piece in pieces) / len(pieces)


def _settle(column: list[Item], wished: list[float]) -> None:
    """Bring items as near to the wished heights as order and distances allow (least squares, by pooling neighbors)."""
    offsets: list[float] = []
    used = 0.0
    for item, following in zip_longest(column, column[1:]):
        offsets.append(used)
        small = item.bends and following is not None and following.bends
        used += item.height + (_BEND_GAP if small else _BOX_GAP)
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        total, count = wish - offset, 1
        while pools and pools[-1][0] * count >= total * pools[-1][1]:
            before = pools.pop()
            total, count = total + before[0], count + before[1]
        pools.append((total, count))
    tops = [total / count for total, count in pools for _ in range(count)]
    for item, top, offset in zip(column, tops, offsets, strict=True):
        item.y = top + offset


def _widths(columns: Columns) -> tuple[float, float]:
    x = MARGIN
    right = bottom = 0.0
    for column in columns:
        broad = max((item.width for item in column), default=0.0)
        for item in column:
            item.x = x
            item.width = broad if item.bends else item.width
            right = max(right, item.x + item.width)
            bottom = max(bottom, item.y + item.height)
        x += broad + label_room(column) + _CURVE_WIDTH
    return right + MARGIN, bottom + MARGIN


def label_room(column: Iterable[Item]) -> float:
    """Return how much space the labels to the right of a column need, in pixels."""
    labels = (width(piece.edge.label, LABEL_SIZE) for item in column if not item.bends for piece in item.after)
    widest = max(labels, default=0.0)
    return widest + _LABEL_MARGIN if widest else 0.0
