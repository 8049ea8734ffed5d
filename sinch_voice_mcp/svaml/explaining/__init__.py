"""SVAML in plain English: what happens in the call, step by step."""

from sinch_voice_mcp.svaml.explaining.explanation import OPENINGS, event_of, explain, explain_set, ordered

__all__ = ["OPENINGS", "event_of", "explain", "explain_set", "ordered"]
