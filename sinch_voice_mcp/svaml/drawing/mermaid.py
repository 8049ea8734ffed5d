"""A graph as Mermaid, which many Markdown programs render."""

from collections.abc import Mapping

from sinch_voice_mcp.svaml.drawing.graph import Direction, EdgeKind, Graph, NodeKind, bundled, limited

_MAX_NODES = 150
# Mermaid draws at most 500 edges by default.
_MAX_EDGES = 400

_SHAPES: Mapping[NodeKind, tuple[str, str]] = {
    "event": ('(["', '"])'),
    "instructions": ('["', '"]'),
    "menu": ('{{"', '"}}'),
    "action": ('["', '"]'),
    "handler": ('[["', '"]]'),
    "end": ('("', '")'),
    "missing": ('>"', '"]'),
}
_ARROWS: Mapping[EdgeKind, str] = {
    "flow": "-->",
    "key": "-->",
    "silence": "-.->",
    "invalid": "-.->",
    "failure": "-.->",
}
_DIRECTIONS: Mapping[Direction, str] = {"down": "TD", "right": "LR"}
_SAFE = frozenset(" ,:.!?+-/_'")


def mermaid(graph: Graph, direction: Direction = "down") -> str:
    """Write a graph as a Mermaid flowchart; of a very large graph, the part nearest to its entries."""
    drawn = limited(bundled(graph), _MAX_NODES, _MAX_EDGES)
    names = {node.id: f"n{number}" for number, node in enumerate(drawn.nodes)}
    lines = [f"flowchart {_DIRECTIONS[direction]}"]
    for node in drawn.nodes:
        before, after = _SHAPES[node.kind]
        label = "<br/>".join(escaped(line) for line in (node.label, *node.detail))
        lines.append(f"    {names[node.id]}{before}{label}{after}")
    for edge in drawn.edges:
        label = f'|"{escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"    {names[edge.source]} {_ARROWS[edge.kind]}{label} {names[edge.target]}")
    if drawn.note:
        lines.append(f'    more["{escaped(drawn.note)}"]')
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text for a quoted label: characters other than letters, digits and plain punctuation become their codes.

    Punctuation at the beginning is coded too, for Mermaid reads ``- `` and ``1. `` there as a Markdown list.
    """
    chars = [_coded(char, first=at == 0) for at, char in enumerate(text)]
    if text[:1].isdigit():
        chars = [f"#{ord(char)};" if char == "." else done for char, done in zip(text, chars, strict=True)]
    return "".join(chars)


def _coded(char: str, *, first: bool) -> str:
    return char if char.isalnum() or (char in _SAFE and not first) else f"#{ord(char)};"
