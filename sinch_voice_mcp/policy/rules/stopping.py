"""The kill switch as a rule: it comes first, and while it is set nothing rings."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Dial, Reach
from sinch_voice_mcp.policy.rules.case import Case, Judgement, Problem, Rule, judged
from sinch_voice_mcp.wire.callouts import ConferenceCalloutRequest, CustomCalloutRequest, TtsCalloutRequest

_STOPPED = Problem(
    "The owner stopped this server: no call is placed, and none is connected.",
    "Tell the user that calling is stopped. Nothing was sent.",
)


def stopped(case: Case) -> Iterator[Judgement]:
    """While calling is stopped, nothing is dialled or reached."""
    problem = _STOPPED if case.policy.stop else None
    yield from (judged(path, "", problem) for path in _places(case))


def _places(case: Case) -> tuple[str, ...]:
    places = tuple(effect.path for effect in case.effects if isinstance(effect, Dial | Reach))
    # A callout may leave it to a callback whom to ring.
    callout = isinstance(case.request, TtsCalloutRequest | ConferenceCalloutRequest | CustomCalloutRequest)
    return places or (("$",) if callout else ())


RULES = (
    Rule(
        "stopped",
        "The kill switch",
        "While `stop` is set, every callout is refused, and every document that connects a call to somebody.",
        ("stop",),
        stopped,
    ),
)
