"""A graph as Mermaid, for whoever renders Markdown."""

from collections.abc import Mapping

from sinch_voice_mcp.svaml.drawing.graph import EdgeKind, Graph, NodeKind, bundled, limited

_MOST_NODES = 150
# Mermaid draws 500 edges unless it is told otherwise.
_MOST_EDGES = 400

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
_SAFE = frozenset(" ,:.!?+-/_'")


def mermaid(graph: Graph) -> str:
    """Write a graph as a Mermaid flowchart; of a very large one, the part nearest to its entries."""
    drawn = limited(bundled(graph), _MOST_NODES, _MOST_EDGES)
    names = {node.id: f"n{number}" for number, node in enumerate(drawn.nodes)}
    lines = ["flowchart TD"]
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
    """Text for a quoted label: what is neither letter, digit nor plain punctuation becomes its code.

    A sign at the beginning is coded too: Mermaid reads ``- `` and ``1. `` there as a Markdown list.
    """
    signs = [_coded(sign, first=at == 0) for at, sign in enumerate(text)]
    if text[:1].isdigit():
        signs = [f"#{ord(sign)};" if sign == "." else done for sign, done in zip(text, signs, strict=True)]
    return "".join(signs)


def _coded(sign: str, *, first: bool) -> str:
    return sign if sign.isalnum() or (sign in _SAFE and not first) else f"#{ord(sign)};"
