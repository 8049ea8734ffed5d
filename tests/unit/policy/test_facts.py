"""Facts that the guard requests from the platform before it decides, and how long they are remembered."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import NotSentError, RefusedError
from sinch_voice_mcp.operations.admission import account as remembering
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.policy import Allow, Needs, NeedsApproval, Policy, Tariff
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.types import PhoneNumber
from sinch_voice_mcp.wire.applications import OwnedNumber, QueriedNumber
from sinch_voice_mcp.wire.calls import Price
from tests.unit.policy.decisions import NOON, OWN, REAL, tts

OTHER = PhoneNumber("+14045005001")


class Platform:
    """Answers the two questions of the guard and counts them; fails for the numbers in ``down``."""

    def __init__(self, amount: float = 0.01) -> None:
        self.asked: Counter[str] = Counter()
        self.down: set[str] = set()
        self.amount = amount

    async def list_numbers(self) -> list[OwnedNumber]:
        self.asked["own numbers"] += 1
        return [OwnedNumber.read({"number": OWN, "capability": "voice"})]

    async def query_number(self, number: str) -> QueriedNumber:
        self.asked[number] += 1
        if number in self.down:
            raise NotSentError("no network")
        return QueriedNumber(rate=Price(currency_id="EUR", amount=self.amount))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def account(platform: Platform, clock: ManualClock) -> Account:
    return Account(cast("VoiceApi", platform), clock)


def guard_of(account: Account, clock: ManualClock, **policy: Any) -> Guard:
    return Guard(Policy.model_validate(policy), "live", account, clock.now)


async def test_a_price_is_asked_for_once_a_day(account: Account, platform: Platform, clock: ManualClock) -> None:
    expected = {REAL: Tariff(Decimal("0.01"), "EUR", restricted=False)}

    assert await account.tariffs([REAL, REAL]) == expected
    clock.advance(timedelta(hours=24).total_seconds())
    assert await account.tariffs([REAL]) == expected
    assert platform.asked[REAL] == 1
    clock.advance(1)
    await account.tariffs([REAL])

    assert platform.asked[REAL] == 2


async def test_a_failed_lookup_gives_no_price_and_is_tried_again(account: Account, platform: Platform) -> None:
    platform.down = {REAL}

    found = await account.tariffs([REAL, OTHER])
    platform.down = set()
    again = await account.tariffs([REAL, OTHER])

    assert (found[REAL].rate, found[OTHER].rate) == (None, Decimal("0.01"))
    assert again[REAL].rate == Decimal("0.01")
    assert platform.asked == {REAL: 2, OTHER: 1}


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -0.01])
async def test_an_impossible_price_counts_as_no_price(account: Account, platform: Platform, amount: float) -> None:
    platform.amount = amount

    assert (await account.tariffs([REAL]))[REAL].rate is None


async def test_the_number_of_remembered_prices_is_bounded(account: Account, platform: Platform) -> None:
    numbers = [PhoneNumber(f"+1404{5_005_000 + step}") for step in range(remembering.MAX_PRICES + 1)]
    await account.tariffs(numbers)

    await account.tariffs(numbers[1:])
    assert set(platform.asked.values()) == {1}
    await account.tariffs(numbers[:1])

    assert platform.asked[numbers[0]] == 2


async def test_only_needed_facts_are_requested(account: Account, platform: Platform) -> None:
    facts = await account.facts(Needs(own_numbers=False, tariffs=(REAL,)))

    assert (facts.own_numbers, platform.asked) == (None, {REAL: 1})
    facts = await account.facts(Needs(own_numbers=True))
    assert (facts.own_numbers, facts.tariffs) == ((OWN,), None)


async def test_a_request_that_breaks_a_rule_causes_no_traffic(
    account: Account, platform: Platform, clock: ManualClock
) -> None:
    for request in (tts("911"), tts(text="")):
        with pytest.raises(RefusedError):
            await guard_of(account, clock).decide(request)

    assert not platform.asked


async def test_the_guard_needs_approval_until_a_person_confirmed(account: Account, clock: ManualClock) -> None:
    guard = guard_of(account, clock)

    before = await guard.decide(tts())
    after = await guard.decide(tts(), approved=True)

    assert isinstance(before, NeedsApproval)
    assert "Price: up to 0.05 EUR per minute" in before.question
    assert isinstance(after, Allow)
    assert after == before.allow
    admitted = await guard.admit(tts())
    assert (admitted.request, admitted.called, admitted.exposure.micros) == (tts(), (REAL,), 10_000)


async def test_the_guard_checks_calling_hours_by_its_clock(account: Account, clock: ManualClock) -> None:
    clock.advance(9 * 3600)

    with pytest.raises(RefusedError) as refused:
        await guard_of(account, clock).decide(tts(), approved=True)

    assert (refused.value.rule, refused.value.next_allowed_at) == ("calling_hours", "2026-01-08T13:00:00Z")


async def test_a_document_that_rings_no_phone_needs_no_approval(account: Account, clock: ManualClock) -> None:
    document = Document(action=Hangup())

    assert isinstance(await guard_of(account, clock).decide(document, "update"), Allow)
    assert (await guard_of(account, clock).admit(document, "update")).request == document


async def test_the_guard_refuses_a_price_above_the_limit(
    account: Account, platform: Platform, clock: ManualClock
) -> None:
    platform.amount = 0.3

    with pytest.raises(RefusedError) as refused:
        await guard_of(account, clock).admit(tts())

    assert (refused.value.rule, refused.value.value) == ("price", "0.3 EUR")


async def test_a_region_that_is_not_allowed_is_refused_before_the_hours_are(
    account: Account, platform: Platform, clock: ManualClock
) -> None:
    clock.advance(2 * 3600)
    late_in_sweden = tts("+46701740605")

    with pytest.raises(RefusedError) as refused:
        await guard_of(account, clock).decide(late_in_sweden)

    assert (refused.value.rule, platform.asked) == ("number_region", {"own numbers": 1})


async def test_a_failed_lookup_does_not_hide_the_refusal_by_hours(
    account: Account, platform: Platform, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> list[OwnedNumber]:
        raise NotSentError("no network")

    monkeypatch.setattr(platform, "list_numbers", fails)
    clock.advance(2 * 3600)

    with pytest.raises(RefusedError) as refused:
        await guard_of(account, clock).decide(tts("+46701740605"))

    assert refused.value.rule == "calling_hours"


async def test_numbers_that_were_just_looked_up_are_used_from_the_start(
    account: Account, platform: Platform, clock: ManualClock
) -> None:
    await account.warm()

    with pytest.raises(RefusedError) as refused:
        await guard_of(account, clock).decide(tts("+46701740605", text=""))

    assert (refused.value.rule, platform.asked) == ("number_region", {"own numbers": 1})
