"""The decision: run every rule over what would be sent; the first failure wins."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.consent import approval, unseen
from sinch_voice_mcp.policy.decision import Allow, Decision, Facts, Intent, Needs, Refuse, Verdict
from sinch_voice_mcp.policy.effects.kinds import Secret, Unknown
from sinch_voice_mcp.policy.nearest import nearest_member
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.policy.rules import RULES, Case, Failed, Passed, Rule, Unsettled
from sinch_voice_mcp.text.quoting import quoted


def decide(intent: Intent, policy: Policy, facts: Facts | None) -> Decision:
    """Whether a request may be sent, and in which form.

    Args:
        intent: What somebody wants to send.
        policy: What the owner allows.
        facts: What is known from the platform. Rules that need what is None are left out: decide without
            facts first, and where that does not refuse, again with what :func:`needs_facts` names.
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
    allow = Allow(case.request, tuple(verdicts), tuple(_warnings(case)), case.tariffs)
    return approval(case, allow) or allow


def needs_facts(policy: Policy, intent: Intent) -> Needs:
    """Which facts the rules have to know to decide."""
    case = Case.of(intent, policy, None)
    judgements = [judgement for rule in RULES if rule.needs_facts for judgement in rule.check(case)]
    needed = {judgement.needs for judgement in judgements if isinstance(judgement, Unsettled)}
    numbers = dict.fromkeys(found.e164 for _, found in case.sound)
    return Needs("own_numbers" in needed, tuple(numbers) if "tariffs" in needed else ())


def _refusal(rule: Rule, failure: Failed, verdicts: tuple[Verdict, ...]) -> Refuse:
    return Refuse(
        rule=rule.code,
        value=failure.value,
        path=failure.path,
        message=failure.message,
        how_to_change=failure.how_to_change or rule.refusal.how_to_change,
        next_step=rule.refusal.steps(failure.next_step),
        verdicts=verdicts,
        next_allowed_at=failure.next_allowed_at,
    )


def _warnings(case: Case) -> Iterator[str]:
    for path, what in dict.fromkeys((effect.path, effect.what) for effect in case.all(Unknown)):
        nearest = nearest_member(case.intent.request, path, what)
        meant = f" (did you mean {quoted(nearest)}?)" if nearest else ""
        yield f"{path}: {quoted(what)} is no documented member{meant}; it was left out."
    for secret in case.all(Secret):
        yield f"{secret.path}: a credential came with the request, so whoever wrote the request has seen it."
    if unseen(case):
        yield "The request names nobody to ring: the answer to its ICE callback does, unseen by this guard."
