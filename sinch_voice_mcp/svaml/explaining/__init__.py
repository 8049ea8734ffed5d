"""SVAML in plain English: what happens on the phone, in order."""

from sinch_voice_mcp.svaml.explaining.explanation import OPENINGS, event_of, explain, explain_set, ordered

__all__ = ["OPENINGS", "event_of", "explain", "explain_set", "ordered"]
