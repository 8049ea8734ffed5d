"""The decision: run every rule over what would be sent; the first failure wins."""

from collections.abc import Iterator

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy.decision import Allow, Decision, Facts, Intent, Refuse, Verdict
from sinch_voice_mcp.policy.effects import Secret, Unknown
from sinch_voice_mcp.policy.nearest import nearest_member
from sinch_voice_mcp.policy.profile import Policy
from sinch_voice_mcp.policy.quoting import quoted
from sinch_voice_mcp.policy.rules import RULES, Case, Failed, Passed, Rule, Unsettled
from sinch_voice_mcp.policy.walk import is_inline
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest


def decide(intent: Intent, policy: Policy, facts: Facts | None) -> Decision:
    """Whether a request may be sent, and in which form.

    Args:
        intent: What somebody wants to send.
        policy: What the owner allows.
        facts: What is known of the account. With None, the rules that need it are left out: decide
            without it first, and where that allows and :func:`needs_facts` says so, again with it.
    """
    case = Case.of(intent, policy, facts)
    verdicts: list[Verdict] = []
    failures: list[tuple[Rule, Failed]] = []
    for rule in RULES:
        for judgement in rule.check(case):
            match judgement:
                case Passed(path, value):
                    verdicts.append(Verdict(rule.code, path, "pass", value))
                case Failed(path, value):
                    verdicts.append(Verdict(rule.code, path, "refuse", value))
                    failures.append((rule, judgement))
                case Unsettled():
                    pass
    if failures:
        return _refusal(*failures[0], tuple(verdicts))
    return Allow(case.request, tuple(verdicts), tuple(_warnings(case)))


def needs_facts(policy: Policy, intent: Intent) -> bool:
    """Whether a rule has to know the account's own numbers to decide."""
    case = Case.of(intent, policy, None)
    return any(isinstance(judgement, Unsettled) for rule in RULES if rule.needs_facts for judgement in rule.check(case))


def _refusal(rule: Rule, failure: Failed, verdicts: tuple[Verdict, ...]) -> Refuse:
    return Refuse(
        rule=rule.code,
        value=failure.value,
        path=failure.path,
        message=failure.message,
        how_to_change=failure.how_to_change or rule.how_to_change,
        next_step=failure.next_step or RefusedError.default_next_step,
        verdicts=verdicts,
    )


def _warnings(case: Case) -> Iterator[str]:
    for path, what in dict.fromkeys((effect.path, effect.what) for effect in case.all(Unknown)):
        nearest = nearest_member(case.intent.request, path, what)
        meant = f" (did you mean {quoted(nearest)}?)" if nearest else ""
        yield f"{path}: {quoted(what)} is no documented member{meant}; it was left out."
    for secret in case.all(Secret):
        yield f"{secret.path}: a credential came with the request, so whoever wrote the request has seen it."
    match case.request:
        case CustomCalloutRequest(custom_callout=CustomCallout(destination=None, ice=ice)):
            if ice is None or not is_inline(ice):
                yield "The request names nobody to ring: the answer to its ICE callback does, unseen by this guard."
        case _:
            pass
