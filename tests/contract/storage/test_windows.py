"""Windows roll and are exact; lists are claimed together; what is reserved later is released like the rest."""

import asyncio
from collections import deque
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import (
    Claim,
    ClaimKey,
    Duplicate,
    EndReport,
    Exhausted,
    Gap,
    Granted,
    InFlight,
    Mismatch,
    Outcome,
    Withheld,
)
from sinch_voice_mcp.storage import SqlJournal, Storage
from sinch_voice_mcp.types import CallId, Micros, Millis
from tests.contract.storage.claims import (
    DAY,
    MINUTE,
    SECOND,
    Asking,
    counted,
    events,
    money,
    slot,
    unit,
    used,
)

HOUR, WEEK = Millis(60 * MINUTE), Millis(7 * DAY)


@pytest.mark.parametrize("width", [MINUTE, HOUR, DAY, WEEK])
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.integers(0, 60), min_size=5, max_size=25), cap=st.integers(1, 4))
async def test_no_window_of_that_length_ever_has_more_than_the_limit(
    storage: Storage, clock: ManualClock, width: Millis, pauses: list[int], cap: int
) -> None:
    wanted = unit(f"rule-{await counted(storage, 'calls')}", cap, width=width)
    granted: deque[int] = deque()
    part = max(width // 240 // SECOND, 1) * SECOND
    for pause in pauses:
        clock.advance(pause * width / 100_000)
        now = storage.journal.now()
        claimed = await Asking(storage.journal, [wanted]).asked()
        inside = [at for at in granted if at > now - width]
        if isinstance(claimed, Granted):
            assert len(inside) < cap
            granted.append(now)
        else:
            assert isinstance(claimed, Exhausted)
            # Refused only if the window was full until a part of it ago.
            assert len([at for at in granted if at > now - width - part]) >= cap
            assert claimed.next_at is not None
            assert now < claimed.next_at <= now + width + part


async def test_a_refusal_names_the_instant_from_which_the_request_fits(journal: SqlJournal, clock: ManualClock) -> None:
    asking = Asking(journal, [unit("calls_per_minute", 2, width=MINUTE)])
    for _ in range(2):
        await asking.call()
        clock.advance(20)
    refused = await asking.asked()
    assert isinstance(refused, Exhausted)
    assert refused.next_at is not None
    clock.advance((refused.next_at - journal.now()) / 1000 - 0.001)
    assert isinstance(await asking.asked(), Exhausted)
    clock.advance(0.001)
    assert await asking.asked() == Granted()


async def test_many_claims_in_different_parts_of_a_window_are_counted_together(
    storage: Storage, replica: Storage, clock: ManualClock
) -> None:
    wanted = unit("calls_per_hour", 7, width=HOUR)
    claims: list[Claim] = []
    for _ in range(20):
        claims.append(Asking(storage.journal, [wanted]).made())
        # Each lies in a part of its own, so that no two change the same counter.
        clock.advance(16)

    claimed = await asyncio.gather(
        *((storage, replica)[at % 2].journal.claim(claim) for at, claim in enumerate(claims))
    )

    assert sum(isinstance(one, Granted) for one in claimed) == 7
    assert await used(storage, "calls_per_hour") == 7


def legs(journal: SqlJournal, many: int, cap: int) -> list[Claim]:
    """Claims of a list: a destination of its own for each, and a limit that they share."""
    return [
        Asking(
            journal,
            [unit("repeat_per_day", 1, release="rejected", scope=f"leg-{at}"), slot(cap), unit("calls_per_day", 99)],
            [Gap("repeat_gap_s", f"leg-{at}", Millis(5 * SECOND))],
        ).made(f"leg-key-{at}")
        for at in range(many)
    ]


async def test_a_list_is_claimed_in_one_transaction(storage: Storage) -> None:
    assert await storage.journal.claim_together(legs(storage.journal, 3, 9)) == [Granted()] * 3

    assert await used(storage, "max_concurrent_calls") == 3
    assert await events(storage.journal) == ["claim"] * 3
    assert await storage.journal.verify() == (3, None)


async def test_a_list_that_exceeds_a_limit_leaves_nothing_behind(storage: Storage) -> None:
    claimed = await storage.journal.claim_together(legs(storage.journal, 3, 2))

    assert [type(one) for one in claimed] == [Exhausted, Withheld, Withheld]
    assert [await counted(storage, table) for table in ("calls", "keys", "counters", "audit")] == [0, 0, 0, 0]


async def test_a_list_with_one_refused_claim_names_that_claim(storage: Storage, clock: ManualClock) -> None:
    first, second = legs(storage.journal, 2, 9)
    await storage.journal.claim(replace(second, keys=(ClaimKey("else", Millis(second.now + DAY)),)))
    clock.advance(6)

    claimed = await storage.journal.claim_together(legs(storage.journal, 2, 9))

    assert [type(one) for one in claimed] == [Withheld, Exhausted]
    assert await storage.journal.claim(first) == Granted()


async def test_duplicates_in_a_list_do_not_hinder_the_others(storage: Storage, clock: ManualClock) -> None:
    before = legs(storage.journal, 2, 3)
    await storage.journal.claim_together(before)
    await storage.journal.record(before[1].token, Outcome("rejected"))
    clock.advance(1)

    claimed = await storage.journal.claim_together(legs(storage.journal, 3, 3))

    assert [type(one) for one in claimed] == [Duplicate, Granted, Granted]
    assert await used(storage, "max_concurrent_calls") == 3


async def test_a_key_of_another_request_refuses_the_whole_list(storage: Storage) -> None:
    await storage.journal.claim(legs(storage.journal, 1, 9)[0])
    other = [replace(claim, fingerprint="other") for claim in legs(storage.journal, 2, 9)]

    assert await storage.journal.claim_together(other) == [Mismatch(), Withheld()]


async def test_lists_that_overlap_at_once_are_placed_whole_or_not_at_all(storage: Storage, replica: Storage) -> None:
    async def one_list(at: int) -> list[object]:
        claims = [
            replace(claim, keys=(ClaimKey(f"{at}-{claim.keys[0].digest}", claim.keys[0].until),))
            for claim in legs(storage.journal, 3, 6)
        ]
        return list(await (storage, replica)[at % 2].journal.claim_together(claims))

    answers = await asyncio.gather(*(one_list(at) for at in range(8)))

    whole = [answer for answer in answers if answer == [Granted()] * 3]
    assert len(whole) == 1
    assert not any(Granted() in answer for answer in answers if answer not in whole)
    assert await counted(storage, "calls") == 3


async def test_an_unknown_outcome_makes_every_later_claim_a_duplicate_until_its_lease_ends(
    journal: SqlJournal, clock: ManualClock
) -> None:
    first = replace(Asking(journal).made("first"), content="same words")
    await journal.claim(first)
    # While it is being sent, it decides whether another key is another call.
    in_flight = await journal.claim(replace(Asking(journal).made("second"), content="same words"))
    assert isinstance(in_flight, InFlight)
    assert in_flight.entry.token == first.token
    await journal.record(first.token, Outcome("unknown"))

    clock.advance(29 * 60)
    again = await journal.claim(replace(Asking(journal).made("third"), content="same words"))
    assert isinstance(again, Duplicate)
    assert again.entry.token == first.token
    assert await journal.claim(replace(Asking(journal).made("fourth"), content="other words")) == Granted()
    clock.advance(60)
    assert await journal.claim(replace(Asking(journal).made("fifth"), content="same words")) == Granted()


@pytest.mark.parametrize(("result", "freed"), [("BUSY", True), ("N/A", True), ("ANSWERED", False)])
async def test_only_an_end_without_an_answer_frees_a_key_that_says_so(
    journal: SqlJournal, result: str, *, freed: bool
) -> None:
    claim = Asking(journal).made("window")
    own = ClaimKey("own", claim.keys[0].until)
    await journal.claim(replace(claim, keys=(own, replace(claim.keys[0], until_unanswered=True))))

    await journal.settle(claim.token, EndReport(0, None, result, "CANCEL"))

    assert isinstance(await Asking(journal).asked("own"), Duplicate)
    assert isinstance(await Asking(journal).asked("window"), Granted if freed else Duplicate)


async def test_an_amount_below_zero_makes_no_room_and_is_in_the_audit_log(storage: Storage) -> None:
    call = await Asking(storage.journal, [money(500, 1_000)]).call()

    await storage.journal.settle(call, EndReport(10, Micros(-9_000), "ANSWERED", "HANGUP", ignored=-0.009))

    assert await used(storage, "max_spend_per_day") == 500
    assert (await storage.journal.audit())[-1].details["ignored_amount"] == "-0.009"


@pytest.mark.parametrize(("cost", "left"), [(0, 0), (700, 700), (2_000, 2_000), (None, 1_250)])
async def test_what_was_reserved_later_is_replaced_by_what_was_spent(
    storage: Storage, clock: ManualClock, cost: Micros | None, left: int
) -> None:
    journal = storage.journal
    call = await Asking(journal, [slot(1), money(500, 600)]).call()
    for more in (400, 350):
        clock.advance(3_600)
        await journal.renew(call, Millis(journal.now() + MINUTE), Micros(more))
    assert await used(storage, "max_spend_per_day") == 1_250
    entry = await journal.entry(call)
    assert entry is not None
    assert (entry.reserved, entry.lease) == (1_250, journal.now() + MINUTE)

    await journal.settle(call, EndReport(10, cost, "ANSWERED", "HANGUP"))

    assert await used(storage, "max_spend_per_day") == left


async def test_the_end_of_a_call_settles_its_changes(storage: Storage) -> None:
    journal = storage.journal
    call = await Asking(journal, [slot(5), money(500, 5_000)]).call()
    await journal.record(call, Outcome("accepted", CallId("call-1")))
    change = replace(Asking(journal, [money(300, 5_000)], kind="prolong", subject=CallId("call-1")).made(), seconds=600)
    await journal.claim(change)
    await journal.record(change.token, Outcome("accepted"))
    prolonged = await journal.prolonged(CallId("call-1"))
    assert (prolonged.seconds, prolonged.reserved) == (600, 300)

    await journal.settle(call, EndReport(10, Micros(200), "ANSWERED", "HANGUP", CallId("call-1")))

    assert await used(storage, "max_spend_per_day") == 200
    entry = await journal.entry(change.token)
    assert entry is not None
    assert (entry.state, entry.cost) == ("ended", 0)
