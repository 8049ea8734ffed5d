"""A graph as SVG: one self-contained picture, light or dark as its reader prefers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from sinch_voice_mcp.svaml.drawing.graph import Edge, Graph, Node, bundled, limited
from sinch_voice_mcp.svaml.drawing.layers import Columns, Item, Piece, columns
from sinch_voice_mcp.svaml.drawing.layout import MARGIN, PORT, arrange, label_room
from sinch_voice_mcp.svaml.drawing.lettering import width, wrapped
from sinch_voice_mcp.svaml.drawing.style import STYLE
from sinch_voice_mcp.svaml.explaining.wording import plain

_MOST_NODES = 300
_MOST_EDGES = 600
_MOST_TOLD = 12
_LONGEST_LABEL = 28

_TITLE, _DETAIL, _LINE = 13.0, 11.5, 17.0
# Bold letters are broader.
_BOLD = _TITLE * 1.12
_ROOM = 216.0
_PAD = 12.0
_LEAST = 96.0
_CHIP = 24.0
_BEND = 10.0
_ROUND = {"event": 18.0, "end": 18.0, "menu": 10.0}


def svg(graph: Graph) -> str:
    """Draw a graph from left to right; of a very large one, the 300 nodes nearest to its entries."""
    drawn = limited(bundled(graph), _MOST_NODES, _MOST_EDGES)
    drawn = replace(drawn, edges=tuple(replace(edge, label=plain(edge.label, _LONGEST_LABEL)) for edge in drawn.edges))
    table = columns(drawn)
    texts = {id(item): _text(item) for column in table for item in column}
    for column in table:
        _measure(column, texts)
    broad, high = arrange(table)
    high += _LINE * 2 if drawn.note else 0.0
    return "\n".join(_picture(drawn, table, texts, broad, high)) + "\n"


@dataclass(frozen=True, slots=True)
class _Text:
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


def _text(item: Item) -> _Text:
    if item.node is not None:
        if item.node.kind == "instructions":
            steps = (item.node.label, *item.node.detail)
            return _Text([], [part for line in steps for part in wrapped(line, _DETAIL, _ROOM, 3)])
        title = wrapped(item.node.label, _BOLD, _ROOM, 2)
        return _Text(title, [part for line in item.node.detail for part in wrapped(line, _DETAIL, _ROOM, 3)])
    if item.jumps_to is not None:
        return _Text([], wrapped(f"→ {item.jumps_to.label}", _DETAIL, _ROOM, 1))
    return _Text([], [])


def _measure(column: list[Item], texts: dict[int, _Text]) -> None:
    """Size the items; the boxes of a column are equally wide, so that their edges line up."""
    boxes = [texts[id(item)].width for item in column if item.node is not None]
    broad = max([_LEAST, *boxes]) + 2 * _PAD
    for item in column:
        text = texts[id(item)]
        ports = PORT * max(len(item.before), len(item.after))
        if item.node is not None:
            item.width, item.height = broad, max(text.height + 2 * _PAD - 4, ports + 6)
        elif item.jumps_to is not None:
            item.width, item.height = text.width + 2 * _PAD, _CHIP
        else:
            item.height = _BEND


def _picture(graph: Graph, table: Columns, texts: dict[int, _Text], broad: float, high: float) -> Iterator[str]:
    size = f"{broad:.0f} {high:.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="svaml" role="img" viewBox="0 0 {size}" '
        f'width="{broad:.0f}" height="{high:.0f}">'
    )
    yield f"<title>Call flow</title><desc>{escape(_told(graph))}</desc>"
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


def _told(graph: Graph) -> str:
    names = {node.id: node.label for node in graph.nodes}
    told = [_way(edge, names) for edge in graph.edges[:_MOST_TOLD]]
    if len(graph.edges) > _MOST_TOLD:
        told.append(f"and {len(graph.edges) - _MOST_TOLD:,} more connections")
    return "; ".join(told) + "." if told else "One step."


def _way(edge: Edge, names: dict[str, str]) -> str:
    return f"{names[edge.source]} leads to {names[edge.target]}" + (f" ({edge.label})" if edge.label else "")


def _line(piece: Piece, turn: float) -> str:
    """A piece of a line: straight past the labels, then a curve; an arrow where it arrives."""
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


def _box(item: Item, text: _Text) -> str:
    node: Node | None = item.node
    kind = node.kind if node is not None else "jump"
    shape = f'x="{item.x:.1f}" y="{item.y:.1f}" width="{item.width:.1f}" height="{item.height:.1f}"'
    corner = _ROUND.get(kind, 6.0 if node is not None else _CHIP / 2)
    whole = "; ".join((node.label, *node.detail)) if node is not None else ""
    tip = f"<title>{escape(whole)}</title>" if whole else ""
    # An inner picture of the size of the box: letters wider than estimated do not run over its edge.
    lines = "".join(_lines(text, item.height))
    return f'<g class="{kind}">{tip}<rect {shape} rx="{corner:.0f}"/><svg {shape}>{lines}</svg></g>'


def _lines(text: _Text, height: float) -> Iterator[str]:
    y = (height - text.height) / 2 + _LINE * 0.74
    for kind, lines in (("title", text.title), ("detail", text.detail)):
        for line in lines:
            yield f'<text class="{kind}" x="{_PAD:.0f}" y="{y:.1f}">{escape(line)}</text>'
            y += _LINE
