"""The rule about how long a call rings and lasts."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Lasts
from sinch_voice_mcp.policy.refusal import owner_sets
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, mistake, result_of


def duration(case: Case) -> Iterator[RuleResult]:
    """Refuse a call that may last or ring longer than the owner allows."""
    most = {"maxDuration": case.policy.max_duration_s, "dialTimeout": case.policy.dial_timeout_s}
    for effect in case.all(Lasts):
        if effect.name in most:
            yield result_of(effect.path, f"{effect.value} s", _problem(effect, most[effect.name]))


def _problem(effect: Lasts, most_s: int) -> Problem | None:
    if effect.value < 1:
        return mistake(
            f"`{effect.name}` is {effect.value} s, which is no limit.", f"Pass 1 to {most_s} s, or leave it out."
        )
    if effect.value <= most_s:
        return None
    setting = "max_duration_s" if effect.name == "maxDuration" else "dial_timeout_s"
    return Problem(
        f"`{effect.name}` is {effect.value:,} s; at most {most_s:,} s are allowed.",
        f"Pass at most {most_s} s, or leave it out.",
        owner_sets(setting),
    )


RULES = (Rule(REFUSALS["duration"], duration),)
