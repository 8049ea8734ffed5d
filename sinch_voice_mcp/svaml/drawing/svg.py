"""A graph as SVG: one self-contained image, light or dark as the viewer prefers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from sinch_voice_mcp.svaml.drawing.graph import Edge, Graph, Node, bundled, limited
from sinch_voice_mcp.svaml.drawing.layers import Columns, Item, Piece, columns
from sinch_voice_mcp.svaml.drawing.layout import MARGIN, PORT, arrange, label_room
from sinch_voice_mcp.svaml.drawing.style import STYLE
from sinch_voice_mcp.svaml.drawing.text_metrics import width, wrapped
from sinch_voice_mcp.text.cleaning import one_line

_MAX_NODES = 300
_MAX_EDGES = 600
_MAX_DESCRIBED = 12
"""Edges that the description for screen readers names."""

_MAX_LABEL_CHARS = 28

# Sizes in pixels, as the style sheet has them.
_TITLE, _DETAIL, _LINE = 13.0, 11.5, 17.0
# Bold letters are broader.
_BOLD = _TITLE * 1.12
_TEXT_WIDTH = 216.0
_PADDING = 12.0
_MIN_TEXT_WIDTH = 96.0
_CHIP_HEIGHT = 24.0
_BEND_HEIGHT = 10.0
_CORNERS = {"event": 18.0, "end": 18.0, "menu": 10.0}


def svg(graph: Graph) -> str:
    """Draw a graph from left to right; of a very large graph, the 300 nodes nearest to its entries."""
    drawn = limited(bundled(graph), _MAX_NODES, _MAX_EDGES)
    drawn = replace(
        drawn, edges=tuple(replace(edge, label=one_line(edge.label, _MAX_LABEL_CHARS)) for edge in drawn.edges)
    )
    table = columns(drawn)
    texts = {id(item): _text(item) for column in table for item in column}
    for column in table:
        _measure(column, texts)
    broad, high = arrange(table)
    high += _LINE * 2 if drawn.note else 0.0
    return "\n".join(_elements(drawn, table, texts, broad, high)) + "\n"


@dataclass(frozen=True, slots=True)
class _BoxText:
    """The lines of a box."""

    title: list[str]
    detail: list[str]

    @property
    def width(self) -> float:
        return max(
            (width(line, size) for lines, size in ((self.title, _BOLD), (self.detail, _DETAIL)) for line in lines),
            default=0.0,
        )

    @property
    def height(self) -> float:
        return _LINE * (len(self.title) + len(self.detail))


def _text(item: Item) -> _BoxText:
    if item.node is not None:
        if item.node.kind == "instructions":
            steps = (item.node.label, *item.node.detail)
            return _BoxText([], [part for line in steps for part in wrapped(line, _DETAIL, _TEXT_WIDTH, 3)])
        title = wrapped(item.node.label, _BOLD, _TEXT_WIDTH, 2)
        return _BoxText(title, [part for line in item.node.detail for part in wrapped(line, _DETAIL, _TEXT_WIDTH, 3)])
    if item.jumps_to is not None:
        return _BoxText([], wrapped(f"→ {item.jumps_to.label}", _DETAIL, _TEXT_WIDTH, 1))
    return _BoxText([], [])


def _measure(column: list[Item], texts: dict[int, _BoxText]) -> None:
    """Set the sizes of the items; the boxes of a column have the same width, so that their edges line up."""
    boxes = [texts[id(item)].width for item in column if item.node is not None]
    broad = max([_MIN_TEXT_WIDTH, *boxes]) + 2 * _PADDING
    for item in column:
        text = texts[id(item)]
        ports = PORT * max(len(item.before), len(item.after))
        if item.node is not None:
            item.width, item.height = broad, max(text.height + 2 * _PADDING - 4, ports + 6)
        elif item.jumps_to is not None:
            item.width, item.height = text.width + 2 * _PADDING, _CHIP_HEIGHT
        else:
            item.height = _BEND_HEIGHT


def _elements(graph: Graph, table: Columns, texts: dict[int, _BoxText], broad: float, high: float) -> Iterator[str]:
    size = f"{broad:.0f} {high:.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="svaml" role="img" viewBox="0 0 {size}" '
        f'width="{broad:.0f}" height="{high:.0f}">'
    )
    yield f"<title>Call flow</title><desc>{escape(_description(graph))}</desc>"
    yield f"<style>{STYLE}</style>"
    yield '<rect class="ground" width="100%" height="100%"/>'
    for column in table:
        room = label_room(column)
        edge_of = max((item.x + item.width for item in column), default=0.0)
        for item in column:
            yield from (_line(piece, edge_of + room) for piece in item.after)
    for column in table:
        for item in column:
            if not item.bends:
                yield _box(item, texts[id(item)])
            yield from (_label(piece) for piece in item.after if not item.bends and piece.edge.label)
    if graph.note:
        yield f'<text class="detail" x="{MARGIN:.0f}" y="{high - MARGIN:.0f}">{escape(graph.note)}</text>'
    yield "</svg>"


def _description(graph: Graph) -> str:
    names = {node.id: node.label for node in graph.nodes}
    described = [_connection(edge, names) for edge in graph.edges[:_MAX_DESCRIBED]]
    if len(graph.edges) > _MAX_DESCRIBED:
        described.append(f"and {len(graph.edges) - _MAX_DESCRIBED:,} more connections")
    return "; ".join(described) + "." if described else "One step."


def _connection(edge: Edge, names: dict[str, str]) -> str:
    return f"{names[edge.source]} leads to {names[edge.target]}" + (f" ({edge.label})" if edge.label else "")


def _line(piece: Piece, turn: float) -> str:
    """Draw a piece of a line: straight past the labels, then a curve, with an arrow at its end."""
    source, target = piece.source, piece.target
    x, y = source.x + (0 if source.bends else source.width), source.y + piece.start
    to_x, to_y = target.x, target.y + piece.stop
    tip = 0.0 if target.bends else 7.0
    half = (turn + to_x - tip) / 2
    path = f"M{x:.1f} {y:.1f}H{turn:.1f}C{half:.1f} {y:.1f} {half:.1f} {to_y:.1f} {to_x - tip:.1f} {to_y:.1f}"
    kind = "line" if piece.edge.kind in {"flow", "key"} else "line other"
    arrow = f'<path class="tip" d="M{to_x:.1f} {to_y:.1f}l-8 -4v8z"/>' if tip else ""
    return f'<path class="{kind}" d="{path}"/>{arrow}'


def _label(piece: Piece) -> str:
    item = piece.source
    kind = "label" if piece.edge.kind in {"flow", "key"} else "label other"
    x, y = item.x + item.width + 7, item.y + piece.start - 4
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(piece.edge.label)}</text>'


def _box(item: Item, text: _BoxText) -> str:
    node: Node | None = item.node
    kind = node.kind if node is not None else "jump"
    shape = f'x="{item.x:.1f}" y="{item.y:.1f}" width="{item.width:.1f}" height="{item.height:.1f}"'
    corner = _CORNERS.get(kind, 6.0 if node is not None else _CHIP_HEIGHT / 2)
    whole = "; ".join((node.label, *node.detail)) if node is not None else ""
    tip = f"<title>{escape(whole)}</title>" if whole else ""
    # An inner SVG of the size of the box clips letters that are wider than estimated.
    lines = "".join(_lines(text, item.height))
    return f'<g class="{kind}">{tip}<rect {shape} rx="{corner:.0f}"/><svg {shape}>{lines}</svg></g>'


def _lines(text: _BoxText, height: float) -> Iterator[str]:
    y = (height - text.height) / 2 + _LINE * 0.74
    for kind, lines in (("title", text.title), ("detail", text.detail)):
        for line in lines:
            yield f'<text class="{kind}" x="{_PADDING:.0f}" y="{y:.1f}">{escape(line)}</text>'
            y += _LINE
