"""The linter: what is wrong with an SVAML document, where, and how to fix it."""

from sinch_voice_mcp.svaml.lint.linter import RULES, Fixed, LintReport, RuleLevel, fix, guess, lint
from sinch_voice_mcp.svaml.lint.linter import LintReport as Report
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.rule import LintRule as Rule
from sinch_voice_mcp.svaml.lint.target import CONTEXTS, Context

__all__ = [
    "CONTEXTS",
    "RULES",
    "Context",
    "Fixed",
    "LintReport",
    "LintRule",
    "Report",
    "Rule",
    "RuleLevel",
    "fix",
    "guess",
    "lint",
]
