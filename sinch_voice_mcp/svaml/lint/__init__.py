"""The linter: what is wrong with an SVAML document, where, and how to fix it."""

from sinch_voice_mcp.svaml.lint.linter import RULES, Fixed, Report, Setting, fix, guess, lint
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import CONTEXTS, Context

__all__ = ["CONTEXTS", "RULES", "Context", "Fixed", "Report", "Rule", "Setting", "fix", "guess", "lint"]
