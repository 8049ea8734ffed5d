"""SVAML as a picture: a graph, Mermaid for whoever renders it, and SVG for everybody else."""

from sinch_voice_mcp.svaml.drawing.building import graph
from sinch_voice_mcp.svaml.drawing.graph import Edge, EdgeKind, Graph, Node, NodeKind
from sinch_voice_mcp.svaml.drawing.mermaid import mermaid
from sinch_voice_mcp.svaml.drawing.svg import svg

__all__ = ["Edge", "EdgeKind", "Graph", "Node", "NodeKind", "graph", "mermaid", "svg"]
