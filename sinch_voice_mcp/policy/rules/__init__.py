"""Every rule of the guard, in the order in which they are checked; the first failure refuses the request."""

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.rules import (
    applications,
    caller_ids,
    durations,
    hours,
    numbers,
    prices,
    shape,
    speech,
    stopping,
    switches,
    urls,
    validity,
)
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled

RULES: tuple[Rule, ...] = (
    *stopping.RULES,
    *shape.RULES,
    *numbers.RULES,
    *caller_ids.RULES,
    *speech.RULES,
    *urls.RULES,
    *applications.RULES,
    *switches.RULES,
    *durations.RULES,
    *validity.RULES,
    *hours.RULES,
    *prices.RULES,
)

__all__ = ["RULES", "Case", "Failed", "Passed", "Rule", "RuleResult", "Unsettled"]
