"""Rules about what a call costs, by the platform's own word."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.decision import Tariff
from sinch_voice_mcp.policy.rules.case import Case, Failed, Judgement, Passed, Rule, Unsettled


def restricted_number(case: Case) -> Iterator[Judgement]:
    """Numbers that the platform restricts are not rung."""
    for path, found in case.sound:
        tariff = case.tariff(found)
        if tariff is None:
            yield Unsettled(path, "tariffs")
        elif tariff.restricted:
            message = f"Sinch restricts {found.e164}, so such a call would fail or be abused."
            yield Failed(path, found.e164, message)
        else:
            yield Passed(path, found.e164)


def price(case: Case) -> Iterator[Judgement]:
    """A minute costs no more than the owner allows."""
    most = case.policy.max_rate_per_minute
    for path, found in case.sound:
        tariff = case.tariff(found)
        if tariff is None:
            yield Unsettled(path, "tariffs")
        # What could not be looked up counts as the dearest that is allowed.
        elif most is None or tariff.rate is None or tariff.rate <= most:
            yield Passed(path, _shown(tariff))
        else:
            message = f"A minute to {found.e164} costs {_shown(tariff)}; {most} is allowed."
            yield Failed(path, _shown(tariff), message)


def _shown(tariff: Tariff) -> str:
    if tariff.rate is None:
        return "unknown"
    return f"{tariff.rate} {tariff.currency}" if tariff.currency else str(tariff.rate)


RULES = (
    Rule(
        "restricted_number",
        "Numbers that Sinch restricts",
        "Numbers of which the platform says that they are restricted.",
        (),
        restricted_number,
        needs_facts=True,
    ),
    Rule(
        "price",
        "Price of a minute",
        "The platform's price of a minute, in the account's currency and at most a day old, is at most "
        "`max_rate_per_minute`. A price that cannot be had counts as exactly that.",
        ("max_rate_per_minute",),
        price,
        needs_facts=True,
    ),
)
