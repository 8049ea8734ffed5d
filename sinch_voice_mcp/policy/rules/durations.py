"""The rule about how long a call rings and lasts, and how long and how often its menus wait."""

from collections.abc import Iterator, Mapping

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Lasts
from sinch_voice_mcp.policy.refusal import owner_sets
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, mistake, result_of
from sinch_voice_mcp.svaml.limits import MAX_INPUT_MS, MAX_REPEATS, MAX_TIMEOUT_MS


def duration(case: Case) -> Iterator[RuleResult]:
    """Refuse a call that may last or ring longer than the owner allows, or a menu that may wait without end."""
    most = {"maxDuration": case.policy.max_duration_s, "dialTimeout": case.policy.dial_timeout_s}
    for effect in case.all(Lasts):
        if effect.name in most:
            yield result_of(effect.path, f"{effect.value} s", _problem(effect, most[effect.name]))
        elif effect.name in _MENUS:
            bound, unit = _MENUS[effect.name]
            yield result_of(effect.path, f"{effect.value} {unit}", _menu_problem(effect, bound, unit))


def _menu_problem(effect: Lasts, most: int, unit: str) -> Problem | None:
    if 0 <= effect.value <= most:
        return None
    message = f"`{effect.name}` is {effect.value:,} {unit}; 0 to {most:,} {unit} are allowed."
    return mistake(message, f"Pass 0 to {most}, or leave it out.")


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


_MENUS: Mapping[str, tuple[int, str]] = {
    "repeats": (MAX_REPEATS, "times"),
    "timeoutMills": (MAX_TIMEOUT_MS, "ms"),
    "maxTimeoutMills": (MAX_INPUT_MS, "ms"),
}
"""Bounds of what a menu waits for, by the wire name of the member, with their units."""

RULES = (Rule(REFUSALS["duration"], duration),)
