"""Every rule of the guard, in the order in which the first failure wins."""

from sinch_voice_mcp.policy.rules import (
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
)
from sinch_voice_mcp.policy.rules.case import Case, Failed, Judgement, Passed, Rule, Unsettled

RULES: tuple[Rule, ...] = (
    *stopping.RULES,
    *shape.RULES,
    *numbers.RULES,
    *caller_ids.RULES,
    *speech.RULES,
    *urls.RULES,
    *switches.RULES,
    *durations.RULES,
    *hours.RULES,
    *prices.RULES,
)

__all__ = ["RULES", "Case", "Failed", "Judgement", "Passed", "Rule", "Unsettled"]
