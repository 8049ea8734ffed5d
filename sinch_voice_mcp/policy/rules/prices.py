"""Rules about the platform's facts about a number: its price, and whether it is restricted."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Reach
from sinch_voice_mcp.policy.facts import Tariff
from sinch_voice_mcp.policy.numbers import NumberFacts
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.numbers import home_regions
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled
from sinch_voice_mcp.policy.targets import is_callee
from sinch_voice_mcp.text.quoting import printable


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
    """Refuse numbers whose price per minute is above the owner's limit, or unknown where that is no accident."""
    most = case.policy.max_rate_per_minute
    for path, found in case.sound:
        tariff = case.tariff(found)
        if tariff is None:
            yield Unsettled(path, "tariffs")
        elif tariff.rate is None:
            yield _unknown(case, path, found)
        elif most is None or tariff.rate <= most:
            yield Passed(path, _shown(tariff))
        else:
            message = f"A minute to {found.e164} costs {_shown(tariff)}; at most {most} is allowed."
            yield Failed(path, _shown(tariff), message)
    for reach in case.all(Reach):
        # The platform gives no price for them. Who may be called there is the owner's list, so only the limit counts.
        if is_callee(reach.kind, reach.target):
            yield _of_target(case, reach.path, printable(reach.target or "the in-app user"))


def _of_target(case: Case, path: str, name: str) -> RuleResult:
    if not _cannot_be_reserved(case):
        return Passed(path, _UNKNOWN)
    return Failed(path, _UNKNOWN, f"{_what(name)}{_UNBOUNDED}", _ASK)


def _cannot_be_reserved(case: Case) -> bool:
    return case.policy.max_rate_per_minute is None and case.policy.max_spend_per_day is not None


def _unknown(case: Case, path: str, found: NumberFacts) -> RuleResult:
    """Decide about a number whose price is unknown.

    In the regions of the account's own numbers it is priced at the limit itself, so that an outage does not stop
    calling. Elsewhere, numbers without a price are what toll fraud uses.
    """
    policy = case.policy
    if _cannot_be_reserved(case):
        return Failed(path, _UNKNOWN, f"{_what(found.e164)}{_UNBOUNDED}", _ASK)
    if found.e164 in policy.allowed_numbers:
        return Passed(path, _UNKNOWN)
    home = home_regions(case)
    if home is None:
        return Unsettled(path, "own_numbers")
    if found.region in home:
        return Passed(path, _UNKNOWN)
    place = found.region or "no known region"
    message = f"{_what(found.e164)}, and {place} is not a region of the account's own numbers."
    return Failed(path, _UNKNOWN, message, _LATER)


def _what(callee: str) -> str:
    return f"What a minute to {callee} costs is unknown"


_UNKNOWN = "unknown"
_UNBOUNDED = ", and without a highest price its cost cannot be reserved."
_ASK = "Tell the user; the owner can set a highest price per minute."
_LATER = "Look the number up with query_number; call once its price is known, or the owner has listed the number."


def _shown(tariff: Tariff) -> str:
    if tariff.rate is None:
        return _UNKNOWN
    return f"{tariff.rate} {tariff.currency}" if tariff.currency else str(tariff.rate)


RULES = (
    Rule(REFUSALS["restricted_number"], restricted_number, needs_facts=True),
    Rule(REFUSALS["price"], price, needs_facts=True),
)
