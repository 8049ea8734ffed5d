"""Rules about how long a call rings and lasts."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Lasts
from sinch_voice_mcp.policy.policy import variable
from sinch_voice_mcp.policy.rules.case import Case, Judgement, Problem, Rule, judged, mistake


def duration(case: Case) -> Iterator[Judgement]:
    """Nothing lasts or rings longer than the owner allows."""
    most = {"maxDuration": case.policy.max_duration_s, "dialTimeout": case.policy.dial_timeout_s}
    for effect in case.all(Lasts):
        if effect.name in most:
            yield judged(effect.path, f"{effect.value} s", _problem(effect, most[effect.name]))


def _problem(effect: Lasts, most: int) -> Problem | None:
    if effect.value < 1:
        return mistake(f"`{effect.name}` is {effect.value} s, which bounds nothing.", f"Pass 1 to {most} s, or none.")
    if effect.value <= most:
        return None
    setting = "max_duration_s" if effect.name == "maxDuration" else "dial_timeout_s"
    return Problem(
        f"`{effect.name}` is {effect.value:,} s; {most:,} s are allowed.",
        f"Pass {most} or less, or leave it out.",
        f"Only the owner of this server can change this, with {variable(setting)}.",
    )


RULES = (
    Rule(
        "duration",
        "How long it rings and lasts",
        "`maxDuration` is at most `max_duration_s`, and `default_duration_s` where a conference or custom callout, "
        "`connectPstn`, `connectSip` or `connectStream` names none; `connectPstn` rings at most `dial_timeout_s`, also "
        "where it names no `dialTimeout`.",
        ("max_duration_s", "default_duration_s", "dial_timeout_s"),
        duration,
    ),
)
