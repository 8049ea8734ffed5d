"""SVAML as a diagram: a graph, Mermaid for programs that render it, and SVG for all others."""

from sinch_voice_mcp.svaml.drawing.builder import graph
from sinch_voice_mcp.svaml.drawing.graph import Direction, Edge, EdgeKind, Graph, Node, NodeKind
from sinch_voice_mcp.svaml.drawing.mermaid import mermaid
from sinch_voice_mcp.svaml.drawing.svg import svg

__all__ = ["Direction", "Edge", "EdgeKind", "Graph", "Node", "NodeKind", "graph", "mermaid", "svg"]
