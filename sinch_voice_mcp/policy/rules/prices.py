"""Rules about the platform's facts about a number: its price, and whether it is restricted."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.facts import Tariff
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled


def restricted_number(case: Case) -> Iterator[RuleResult]:
    """Refuse numbers that the platform restricts."""
    for path, found in case.sound:
        tariff = case.tariff(found)
        if tariff is None:
            yield Unsettled(path, "tariffs")
        elif tariff.restricted:
            yield Failed(path, found.e164, f"The platform restricts calls to {found.e164}.")
        else:
            yield Passed(path, found.e164)


def price(case: Case) -> Iterator[RuleResult]:
    """Refuse numbers whose price per minute is above the owner's limit."""
    most = case.policy.max_rate_per_minute
    for path, found in case.sound:
        tariff = case.tariff(found)
        if tariff is None:
            yield Unsettled(path, "tariffs")
        # After a failed lookup the call is priced at the limit itself, so that an outage does not stop calling.
        elif most is None or tariff.rate is None or tariff.rate <= most:
            yield Passed(path, _shown(tariff))
        else:
            message = f"A minute to {found.e164} costs {_shown(tariff)}; at most {most} is allowed."
            yield Failed(path, _shown(tariff), message)


def _shown(tariff: Tariff) -> str:
    if tariff.rate is None:
        return "unknown"
    return f"{tariff.rate} {tariff.currency}" if tariff.currency else str(tariff.rate)


RULES = (
    Rule(REFUSALS["restricted_number"], restricted_number, needs_facts=True),
    Rule(REFUSALS["price"], price, needs_facts=True),
)
