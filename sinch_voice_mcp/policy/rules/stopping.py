"""The kill switch as a rule: it comes first, so that nothing else is examined while calling is stopped."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Dial, Reach
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, result_of
from sinch_voice_mcp.wire.callouts import ConferenceCalloutRequest, CustomCalloutRequest, TtsCalloutRequest

_ROW = REFUSALS["stopped"]
_STOPPED = Problem(f"{_ROW.message} The owner set `stop`.")


def stopped(case: Case) -> Iterator[RuleResult]:
    """Refuse everything that calls or connects while the setting ``stop`` is on."""
    problem = _STOPPED if case.policy.stop else None
    yield from (result_of(path, "", problem) for path in _paths(case))


def _paths(case: Case) -> tuple[str, ...]:
    paths = tuple(effect.path for effect in case.effects if isinstance(effect, Dial | Reach))
    # A callout can leave the number to a callback, so it counts even if it names none.
    callout = isinstance(case.request, TtsCalloutRequest | ConferenceCalloutRequest | CustomCalloutRequest)
    return paths or (("$",) if callout else ())


RULES = (Rule(_ROW, stopped),)
