"""A graph as SVG: one self-contained image, light or dark as the viewer prefers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from sinch_voice_mcp.svaml.drawing.boxes import CHIP_HEIGHT, LINE, PADDING, BoxText, measure, text_of
from sinch_voice_mcp.svaml.drawing.graph import Direction, Edge, Graph, bundled, limited
from sinch_voice_mcp.svaml.drawing.layers import Columns, Item, Piece, rows
from sinch_voice_mcp.svaml.drawing.layout import LABEL_SIZE, MARGIN, Spacing, arrange
from sinch_voice_mcp.svaml.drawing.style import STYLE
from sinch_voice_mcp.svaml.drawing.text_metrics import wrapped
from sinch_voice_mcp.text.direction import LEFT_TO_RIGHT, POP, RIGHT_TO_LEFT, is_isolate
from sinch_voice_mcp.text.invisible import replace_hidden

_MAX_NODES = 300
_MAX_EDGES = 600
_MAX_DESCRIBED = 12
"""Edges that the description for screen readers names."""

_LABEL_WIDTH = 190.0
_CORNERS = {"event": 18.0, "end": 18.0, "menu": 10.0}
# As references, isolates are visible to a person who reads the file.
_REFERENCES = {char: f"&#{ord(char)};" for char in (LEFT_TO_RIGHT, RIGHT_TO_LEFT, POP)}


def svg(graph: Graph, direction: Direction = "right") -> str:
    """Draw a graph in rows, from left to right or from top to bottom.

    A very large graph is cut to the 300 nodes nearest to its entries.
    """
    drawn = limited(bundled(graph), _MAX_NODES, _MAX_EDGES)
    drawn = replace(drawn, edges=tuple(replace(edge, label=_short(edge.label)) for edge in drawn.edges))
    table, spacing = rows(drawn), Spacing(direction)
    texts = {id(item): text_of(item) for item in _items(table)}
    measure(table, texts, spacing)
    broad, high = arrange(table, spacing)
    canvas = _Canvas(spacing, texts)
    if direction == "down":
        broad, high = high, broad
    high += LINE * 2 if drawn.note else 0.0
    return "\n".join(_document(drawn, canvas, table, broad, high)) + "\n"


def _short(label: str) -> str:
    visible = replace_hidden(label, lambda char: char if is_isolate(char) else "")
    return next(iter(wrapped(visible, LABEL_SIZE, _LABEL_WIDTH, 1)), "")


def _items(table: Sequence[Columns]) -> Iterator[Item]:
    return (item for columns in table for column in columns for item in column)


def _document(graph: Graph, canvas: "_Canvas", table: Sequence[Columns], broad: float, high: float) -> Iterator[str]:
    size = f"{broad:.0f} {high:.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="svaml" role="img" viewBox="0 0 {size}" '
        f'width="{broad:.0f}" height="{high:.0f}">'
    )
    yield f"<title>Call flow</title><desc>{_escaped(_description(graph))}</desc>"
    yield f"<style>{STYLE}</style>"
    yield '<rect class="ground" width="100%" height="100%"/>'
    for columns in table:
        for column in columns:
            yield from canvas.lines(column)
    for item in _items(table):
        if not item.bends:
            yield canvas.box(item)
            yield from (canvas.label(piece) for piece in item.after if piece.edge.label)
    if graph.note:
        yield f'<text class="detail" x="{MARGIN:.0f}" y="{high - MARGIN:.0f}">{escape(graph.note)}</text>'
    yield "</svg>"


def _escaped(text: str) -> str:
    return escape(text, _REFERENCES)


def _description(graph: Graph) -> str:
    names = {node.id: node.label for node in graph.nodes}
    described = [_connection(edge, names) for edge in graph.edges[:_MAX_DESCRIBED]]
    if len(graph.edges) > _MAX_DESCRIBED:
        described.append(f"and {len(graph.edges) - _MAX_DESCRIBED:,} more connections")
    return "; ".join(described) + "." if described else "One step."


def _connection(edge: Edge, names: dict[str, str]) -> str:
    return f"{names[edge.source]} leads to {names[edge.target]}" + (f" ({edge.label})" if edge.label else "")


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Writes boxes, lines and labels in the coordinates of the picture.

    Attributes:
        spacing: The direction of the drawing; from top to bottom, the axes of the layout are exchanged.
        texts: The text of each item, by its identity.
    """

    spacing: Spacing
    texts: Mapping[int, BoxText]

    def _at(self, along: float, across: float) -> str:
        x, y = (along, across) if self.spacing.direction == "right" else (across, along)
        return f"{x:.1f} {y:.1f}"

    def lines(self, column: list[Item]) -> Iterator[str]:
        """Yield the lines that begin in a column: straight past the labels, then a curve, with an arrow at the end."""
        turn = max((item.x + item.width for item in column), default=0.0) + self.spacing.label_room(column)
        for item in column:
            yield from (self._line(piece, turn) for piece in item.after)

    def _line(self, piece: Piece, turn: float) -> str:
        source, target = piece.source, piece.target
        x, y = source.x + (0 if source.bends else source.width), source.y + piece.start
        to_x, to_y = target.x, target.y + piece.stop
        tip = 0.0 if target.bends else 7.0
        half = (turn + to_x - tip) / 2
        curve = f"C{self._at(half, y)} {self._at(half, to_y)} {self._at(to_x - tip, to_y)}"
        kind = "line" if piece.edge.kind in {"flow", "key"} else "line other"
        head = "l-8 -4v8z" if self.spacing.direction == "right" else "l-4 -8h8z"
        arrow = f'<path class="tip" d="M{self._at(to_x, to_y)}{head}"/>' if tip else ""
        return f'<path class="{kind}" d="M{self._at(x, y)}L{self._at(turn, y)}{curve}"/>{arrow}'

    def label(self, piece: Piece) -> str:
        """Return the label of a line, above it or beside it."""
        item = piece.source
        kind = "label" if piece.edge.kind in {"flow", "key"} else "label other"
        along, across = item.x + item.width, item.y + piece.start
        x, y = (along + 7, across - 4) if self.spacing.direction == "right" else (across + 5, along + 13)
        return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{_escaped(piece.edge.label)}</text>'

    def box(self, item: Item) -> str:
        """Return a box with its text."""
        node, text = item.node, self.texts[id(item)]
        kind = node.kind if node is not None else _chip_kind(item)
        x, y, broad, high = item.x, item.y, item.width, item.height
        if self.spacing.direction == "down":
            x, y, broad, high = y, x, high, broad
        shape = f'x="{x:.1f}" y="{y:.1f}" width="{broad:.1f}" height="{high:.1f}"'
        corner = _CORNERS.get(kind, 6.0) if node is not None else CHIP_HEIGHT / 2
        tip = f"<title>{_escaped('; '.join((node.label, *node.detail)))}</title>" if node is not None else ""
        # An inner SVG of the size of the box clips letters that are wider than estimated.
        lines = "".join(_text_lines(text, high))
        return f'<g class="{kind}">{tip}<rect {shape} rx="{corner:.0f}"/><svg {shape}>{lines}</svg></g>'


def _chip_kind(item: Item) -> str:
    return item.jumps_to.kind if item.copied and item.jumps_to is not None else "jump"


def _text_lines(text: BoxText, height: float) -> Iterator[str]:
    y = (height - text.height) / 2 + LINE * 0.74
    for kind, lines in (("title", text.title), ("detail", text.detail)):
        for line in lines:
            yield f'<text class="{kind}" x="{PADDING:.0f}" y="{y:.1f}">{_escaped(line)}</text>'
            y += LINE
