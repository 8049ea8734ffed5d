"""Two servers on one database compete for the last use of a limit: exactly one of them gets it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.ports import (
    CallingStopped,
    Claim,
    Claimed,
    CountedLimit,
    Duplicate,
    Exhausted,
    Gap,
    Granted,
    Outcome,
    Release,
)
from sinch_voice_mcp.storage import Storage
from sinch_voice_mcp.types import Millis
from tests.contract.storage.claims import SECOND, Asking, events, slot, unit, used

raced = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CALLERS = st.integers(2, 12)
CAPS = st.integers(1, 5)
BUDGETS: Sequence[tuple[str, Release]] = (
    ("repeat_per_week", "rejected"),
    ("repeat_per_day", "rejected"),
    ("calls_per_day", "not_sent"),
    ("calls_per_hour", "not_sent"),
    ("calls_per_minute", "not_sent"),
    ("max_spend_per_day", "rejected"),
)
_FRESH = count()


@pytest.fixture
async def both(storage: Storage, replica: Storage) -> list[Storage]:
    return [storage, replica]


async def raced_for(both: list[Storage], claims: Sequence[Claim]) -> list[Claimed]:
    """All of these at once, by two servers in turn."""
    return await asyncio.gather(*(both[at % 2].journal.claim(claim) for at, claim in enumerate(claims)))


def granted(claimed: Sequence[Claimed]) -> int:
    return sum(isinstance(one, Granted) for one in claimed)


@raced
@given(callers=CALLERS)
async def test_one_key_is_claimed_once_and_all_others_get_that_request(both: list[Storage], callers: int) -> None:
    key = f"raced-{next(_FRESH)}"
    claims = [Asking(both[0].journal).made(key) for _ in range(callers)]

    claimed = await raced_for(both, claims)

    assert granted(claimed) == 1
    (winner,) = [claim.token for claim, one in zip(claims, claimed, strict=True) if isinstance(one, Granted)]
    assert {one.entry.token for one in claimed if isinstance(one, Duplicate)} == {winner}
    assert len(claimed) == callers


@pytest.mark.parametrize(("rule", "release"), BUDGETS)
@raced
@given(callers=CALLERS, cap=CAPS, amount=st.integers(1, 3))
async def test_the_last_unit_of_a_budget_goes_to_one(
    both: list[Storage], rule: str, release: Release, callers: int, cap: int, amount: int
) -> None:
    scope = f"raced-{next(_FRESH)}"
    wanted = unit(rule, cap * amount, release=release, amount=amount, scope=scope)

    claimed = await raced_for(both, [Asking(both[0].journal, [wanted]).made() for _ in range(callers)])

    assert granted(claimed) == min(callers, cap)
    assert Counter(one.rule for one in claimed if isinstance(one, Exhausted)) == Counter(
        {rule: callers - min(callers, cap)} if callers > cap else {}
    )


@raced
@given(callers=CALLERS, cap=CAPS)
async def test_the_last_slot_goes_to_one_and_a_slot_given_back_goes_to_one_more(
    both: list[Storage], callers: int, cap: int
) -> None:
    wanted: CountedLimit = unit(f"slot-{next(_FRESH)}", cap, release="ended", width=0)
    asking = Asking(both[0].journal, [wanted])
    first = [asking.made() for _ in range(callers)]
    claimed = await raced_for(both, first)
    assert granted(claimed) == min(callers, cap)
    held = [claim.token for claim, one in zip(first, claimed, strict=True) if isinstance(one, Granted)]

    async def given_back() -> None:
        # Both servers hear that it was not sent; only one of them gives it back.
        await asyncio.gather(*(one.journal.record(held[0], Outcome("not_sent")) for one in both))

    _, again = await asyncio.gather(given_back(), raced_for(both, [asking.made() for _ in range(callers)]))

    free = max(cap - callers, 0)
    assert min(callers, free) <= granted(again) <= min(callers, free + 1)
    assert await used(both[0], wanted.rule) == len(held) - 1 + granted(again)


@raced
@given(callers=CALLERS)
async def test_the_pause_of_a_destination_lets_one_through(both: list[Storage], callers: int) -> None:
    gap = Gap("repeat_gap_s", f"raced-{next(_FRESH)}", Millis(5 * SECOND))

    claimed = await raced_for(both, [Asking(both[0].journal, gaps=[gap]).made() for _ in range(callers)])

    assert granted(claimed) == 1
    assert sum(isinstance(one, Exhausted) for one in claimed) == callers - 1


async def test_no_claim_commits_after_a_stop(both: list[Storage]) -> None:
    first, second = both
    asking = Asking(first.journal, [slot(1_000)])
    returned: list[bool] = []
    some_are_through = asyncio.Event()

    async def claims(storage: Storage) -> tuple[bool, Claimed]:
        after = bool(returned)
        claimed = await storage.journal.claim(asking.made())
        some_are_through.set()
        return after, claimed

    async def stops() -> None:
        await some_are_through.wait()
        await second.journal.stop("enough", "owner")
        returned.append(True)

    async def one_after_another(storage: Storage) -> list[tuple[bool, Claimed]]:
        return [await claims(storage) for _ in range(5)]

    *claimed, _ = await asyncio.gather(*(one_after_another(both[at % 2]) for at in range(10)), stops())

    answers = [each for many in claimed if many is not None for each in many]
    assert len(answers) == 50
    assert not any(isinstance(one, Granted) for after, one in answers if after)
    assert any(isinstance(one, CallingStopped) for _, one in answers)
    logged = await events(first.journal)
    assert logged[logged.index("stopped") :] == ["stopped"]
    assert logged.count("claim") == granted([one for _, one in answers]) == await used(first, "max_concurrent_calls")


@pytest.mark.parametrize("many", [2, 5])
async def test_unknown_outcomes_at_once_on_two_servers_stop_calling(both: list[Storage], many: int) -> None:
    calls = [await Asking(both[0].journal).call() for _ in range(many)]

    await asyncio.gather(
        *(both[at % 2].journal.record(call, Outcome("unknown"), max_unknown=many) for at, call in enumerate(calls))
    )

    assert await both[0].journal.switch() is not None


@raced
@given(many=st.integers(2, 8))
async def test_many_calls_to_the_same_numbers_come_and_go_without_waiting_in_a_ring(
    both: list[Storage], many: int
) -> None:
    scopes = sorted(f"{name}-{next(_FRESH)}" for name in ("a", "b"))
    units = [unit("repeat_per_day", 99, release="rejected", scope=scope) for scope in scopes]
    asking = Asking(both[0].journal, [*units, slot(99)], [Gap("repeat_gap_s", scope, Millis(0)) for scope in scopes])
    before = await used(both[0], "max_concurrent_calls")

    async def calls(storage: Storage, key: str) -> None:
        for _ in range(3):
            claim = asking.made(key)
            if isinstance(await storage.journal.claim(claim), Granted):
                await storage.journal.record(claim.token, Outcome("rejected"))

    # A ring of waiting is only noticed after a second.
    async with asyncio.timeout(5):
        await asyncio.gather(*(calls(both[at % 2], f"key-{at // 2}") for at in range(many)))

    assert await used(both[0], "max_concurrent_calls") == before
    assert await used(both[0], "repeat_per_day") == 0


async def test_the_audit_log_has_no_forks_and_can_be_checked_while_it_grows(both: list[Storage]) -> None:
    async def notes(storage: Storage) -> None:
        for at in range(25):
            await storage.journal.note("noted", {"at": at})

    async def checks() -> list[str | None]:
        return [(await both[0].journal.verify())[1] for _ in range(20)]

    *_, found = await asyncio.gather(*(notes(storage) for storage in both * 2), checks())

    assert found == [None] * 20
    assert await both[0].journal.verify() == (100, None)
