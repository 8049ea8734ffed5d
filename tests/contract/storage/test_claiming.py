"""A claim is granted once for each key, and only while every limit has room."""

from dataclasses import replace

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import ClaimKey, Duplicate, Exhausted, Gap, Granted, Mismatch, Outcome
from sinch_voice_mcp.storage import SqlJournal, Storage
from sinch_voice_mcp.storage.database import one
from sinch_voice_mcp.types import CallId, Millis, Token
from tests.contract.storage.claims import DAY, DESTINATION, SECOND, Asking, counted, events, money, slot, unit, used

LIMIT_S = 30
START = Millis(1_767_614_400_000)
"""Where the clock of a test starts."""


def over(width: int) -> Millis:
    """When what was used at the start of a test leaves a window: at the end of its 240th part."""
    part = width // 240
    return Millis(START - START % part + part + width)


async def test_a_granted_claim_can_be_read_back_as_it_was_made(journal: SqlJournal) -> None:
    asking = Asking(journal, conference="room", subject=CallId("call-1"), details={"text": "a\u0000b\ud800 ünï"})
    claim = asking.made()

    assert await journal.claim(claim) == Granted()

    entry = await journal.entry(claim.token)
    assert entry is not None
    assert entry.state == "pending"
    for name in ("token", "principal", "kind", "number", "destinations", "conference", "subject", "deadline", "lease"):
        assert getattr(entry, name) == getattr(claim, name)
    assert entry.claimed_at == claim.now
    (row,) = await journal.audit()
    assert (row.event, row.token, row.details) == ("claim", claim.token, claim.details)


async def test_a_request_that_was_never_made_has_no_entry(journal: SqlJournal) -> None:
    assert await journal.entry(Token("never")) is None
    assert await journal.by_call_id(CallId("never")) is None


async def test_the_same_key_and_request_leads_to_the_first_one(journal: SqlJournal) -> None:
    asking = Asking(journal)
    first = await asking.call("key")

    again = await asking.asked("key")

    assert isinstance(again, Duplicate)
    assert again.entry.token == first
    assert await events(journal) == ["claim"]


async def test_the_same_key_with_another_request_is_a_mismatch(journal: SqlJournal) -> None:
    asking = Asking(journal)
    await asking.call("key")

    assert await asking.asked("key", fingerprint="other") == Mismatch()


async def test_one_shared_key_of_several_is_enough_for_a_duplicate(journal: SqlJournal) -> None:
    asking = Asking(journal)
    first, second = asking.made("a"), asking.made("c")
    shared = ClaimKey("b", Millis(first.now + DAY))
    await journal.claim(replace(first, keys=(*first.keys, shared)))

    claimed = await journal.claim(replace(second, keys=(shared, *second.keys)))

    assert isinstance(claimed, Duplicate)
    # Nothing of the second one stayed, its own key neither.
    assert await asking.asked("c") == Granted()


async def test_a_key_is_free_again_when_its_time_is_over(journal: SqlJournal, clock: ManualClock) -> None:
    asking = Asking(journal)
    first = await asking.call("key")
    clock.advance(119.999)
    assert isinstance(await asking.asked("key", fingerprint="same"), Duplicate)

    clock.advance(0.001)
    await asking.call("key", fingerprint="other")

    # The first one no longer has the key, so it cannot free it either.
    await journal.record(first, Outcome("rejected"))
    assert await asking.asked("key") == Mismatch()


async def test_what_is_refused_leaves_nothing_behind(storage: Storage) -> None:
    asking = Asking(storage.journal, [slot(9), unit("calls_per_day", 1)], [Gap("repeat_gap_s", DESTINATION, Millis(1))])
    await Asking(storage.journal, [unit("calls_per_day", 1)]).call()

    refused = await asking.asked("key")

    assert refused == Exhausted("calls_per_day", "", 1, 1, over(DAY))
    assert (await used(storage, "max_concurrent_calls"), await used(storage, "repeat_gap_s")) == (0, 0)
    assert [await counted(storage, table) for table in ("calls", "keys", "audit")] == [1, 1, 1]


async def test_the_limit_that_has_room_again_last_is_the_one_that_is_named(journal: SqlJournal) -> None:
    both = [slot(1), unit("calls_per_day", 1)]
    await Asking(journal, both).call()

    # The day has room again after the call has ended at the latest.
    refused = await Asking(journal, both).asked()
    assert refused == Exhausted("calls_per_day", "", 1, 1, over(DAY), also=("max_concurrent_calls",))


async def test_a_request_larger_than_a_limit_is_refused_on_an_unused_counter(storage: Storage) -> None:
    refused = await Asking(storage.journal, [money(6, 5)]).asked()

    # Waiting does not help, and nothing was spent.
    assert refused == Exhausted("max_spend_per_day", "", 0, 5, None)
    assert await used(storage, "max_spend_per_day") == 0


async def test_a_lowered_limit_counts_from_the_next_claim_on(journal: SqlJournal) -> None:
    for _ in range(3):
        await Asking(journal, [unit("calls_per_day", 9)]).call()

    limit = unit("calls_per_day", 2)
    assert await Asking(journal, [limit]).asked() == Exhausted("calls_per_day", "", 2, 2, over(DAY))


async def test_destinations_are_counted_apart(journal: SqlJournal) -> None:
    today = unit("repeat_per_day", 1, scope="a")
    await Asking(journal, [today]).call()

    assert await Asking(journal, [replace(today, scope="b")]).asked() == Granted()
    assert await Asking(journal, [today]).asked() == Exhausted("repeat_per_day", "a", 1, 1, over(DAY))


async def test_a_gap_between_two_calls_is_kept_to_the_millisecond(journal: SqlJournal, clock: ManualClock) -> None:
    asking = Asking(journal, gaps=[Gap("repeat_gap_s", DESTINATION, Millis(5 * SECOND))])
    start = journal.now()
    await asking.call()
    clock.advance(4.999)

    assert await asking.asked() == Exhausted("repeat_gap_s", DESTINATION, 1, 1, Millis(start + 5 * SECOND))

    clock.advance(0.001)
    assert await asking.asked() == Granted()


async def test_a_rejected_call_ends_its_own_gap_and_no_other(journal: SqlJournal, clock: ManualClock) -> None:
    asking = Asking(journal, gaps=[Gap("repeat_gap_s", DESTINATION, SECOND)])
    first = await asking.call()
    clock.advance(1)
    second = await asking.call()

    await journal.record(first, Outcome("rejected"))
    assert isinstance(await asking.asked(), Exhausted)

    await journal.record(second, Outcome("rejected"))
    assert await asking.asked() == Granted()


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(0, 6), max_size=8), cap=st.integers(0, 12))
async def test_what_is_granted_never_adds_up_to_more_than_the_limit(
    storage: Storage, amounts: list[int], cap: int
) -> None:
    rule = f"rule-{await counted(storage, 'calls')}-{await counted(storage, 'counters')}"
    granted = 0
    for amount in amounts:
        claimed = await Asking(storage.journal, [unit(rule, cap, amount=amount)]).asked()
        assert (claimed == Granted()) == (granted + amount <= cap)
        granted += amount if claimed == Granted() else 0

    assert await used(storage, rule) == granted


NO_SWITCH = ("DELETE FROM gate",)
# A rule in the database that skips every new key, as no migration of this program makes it.
SKIPPED_KEYS = {
    "sqlite": ("CREATE TRIGGER skip BEFORE INSERT ON keys BEGIN SELECT RAISE(IGNORE); END",),
    "postgres": (
        "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER skip BEFORE INSERT ON keys FOR EACH ROW EXECUTE FUNCTION skip()",
    ),
}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"sqlite": NO_SWITCH, "postgres": NO_SWITCH}, "the kill switch did not let it pass, and is not on"),
        (SKIPPED_KEYS, "one of its keys could not be taken, and no other request has it"),
    ],
)
async def test_a_claim_that_can_never_be_decided_is_an_error(
    storage: Storage, broken: dict[str, tuple[str, ...]], reason: str
) -> None:
    for text in broken[storage.database.dialect]:
        await storage.database.run(lambda text=text: one(text))
    asking = Asking(storage.journal)

    with anyio.fail_after(LIMIT_S):
        for ask in (storage.journal.claim_together, storage.journal.peek_together):
            with pytest.raises(StorageError, match=f"could not decide on the request in 10 tries: {reason}"):
                await ask([asking.made("key")])

    assert await counted(storage, "calls") == 0
