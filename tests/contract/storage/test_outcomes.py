"""What became of a request decides what is given back, and it is given back once."""

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import Duplicate, EndReport, EntryState, Gap, Granted, Outcome
from sinch_voice_mcp.storage import SqlJournal, Storage
from sinch_voice_mcp.types import CallId, Micros, Millis, Token
from tests.contract.storage.claims import DESTINATION, Asking, events, money, slot, unit, used

RULES = ("max_concurrent_calls", "max_spend_per_day", "repeat_per_day", "calls_per_day")


def asking_for_all(storage: Storage) -> Asking:
    units = [slot(5), money(500, 5_000), unit("repeat_per_day", 5, release="rejected"), unit("calls_per_day", 5)]
    return Asking(storage.journal, units, [Gap("repeat_gap_s", DESTINATION, Millis(1))])


async def all_used(storage: Storage) -> list[int]:
    return [await used(storage, rule) for rule in RULES]


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ("accepted", [1, 500, 1, 1]),
        ("unknown", [1, 500, 1, 1]),
        ("rejected", [0, 0, 0, 1]),
        ("not_sent", [0, 0, 0, 0]),
        ("lost", [0, 500, 1, 1]),
    ],
)
async def test_an_outcome_gives_back_what_it_did_not_use(storage: Storage, state: EntryState, left: list[int]) -> None:
    call = await asking_for_all(storage).call()

    entry = await storage.journal.record(call, Outcome(state))  # pyright: ignore[reportArgumentType] - five of its seven

    assert entry.state == state
    assert await all_used(storage) == left
    assert await events(storage.journal) == ["claim", state]


@pytest.mark.parametrize("state", ["rejected", "not_sent"])
async def test_a_request_that_placed_no_call_may_be_made_again_with_its_key(
    journal: SqlJournal, state: EntryState
) -> None:
    asking = Asking(journal)
    call = await asking.call("key")

    await journal.record(call, Outcome(state))  # pyright: ignore[reportArgumentType] - two of its seven

    assert await asking.asked("key") == Granted()


@pytest.mark.parametrize("state", ["accepted", "unknown", "lost"])
async def test_a_request_that_may_have_rung_keeps_its_key(journal: SqlJournal, state: EntryState) -> None:
    asking = Asking(journal)
    call = await asking.call("key")

    await journal.record(call, Outcome(state))  # pyright: ignore[reportArgumentType] - three of its seven

    again = await asking.asked("key")
    assert isinstance(again, Duplicate)
    assert (again.entry.token, again.entry.state) == (call, state)


async def test_the_error_of_a_request_is_in_its_entry_but_not_in_the_audit_log(
    journal: SqlJournal,
) -> None:
    call = await Asking(journal).call()
    rejection: dict[str, object] = {"code": "rejected", "error_code": 40301, "message": "no funds for +12025550100"}

    entry = await journal.record(call, Outcome("rejected", error=rejection))

    assert entry.error == rejection | {"message": "no funds for +1202…00"}
    assert (await journal.audit())[-1].details == {"code": "rejected", "error_code": 40301}


@pytest.mark.parametrize("state", ["accepted", "rejected", "not_sent"])
async def test_a_certain_outcome_does_not_change_later(storage: Storage, state: EntryState) -> None:
    journal = storage.journal
    call = await asking_for_all(storage).call()
    await journal.record(call, Outcome(state))  # pyright: ignore[reportArgumentType] - three of its seven
    before = await all_used(storage)

    for late in ("unknown", "not_sent", "rejected"):
        assert (await journal.record(call, Outcome(late))).state == state

    assert await all_used(storage) == before
    assert await events(journal) == ["claim", state]


@pytest.mark.parametrize(("late", "left"), [("accepted", 1), ("rejected", 0), ("not_sent", 0)])
async def test_a_late_certain_outcome_takes_the_place_of_unknown(storage: Storage, late: EntryState, left: int) -> None:
    call = await asking_for_all(storage).call()
    await storage.journal.record(call, Outcome("unknown"))

    entry = await storage.journal.record(call, Outcome(late))  # pyright: ignore[reportArgumentType] - three of its seven

    assert entry.state == late
    assert await used(storage, "max_concurrent_calls") == left


async def test_a_lost_call_that_is_found_does_not_give_back_twice(storage: Storage) -> None:
    journal, asking = storage.journal, asking_for_all(storage)
    lost, other = await asking.call(), None
    await journal.record(lost, Outcome("unknown"))
    await journal.record(lost, Outcome("lost"))
    storage.journal.skew += 10
    other = await asking.call()
    assert other

    found = await journal.record(lost, Outcome("accepted", CallId("call-1")))
    assert found.state == "accepted"
    await journal.record(lost, Outcome("lost", CallId("call-1")))
    await journal.settle(lost, EndReport(10, Micros(200), "ANSWERED", "HANGUP", CallId("call-1")))

    # The other one still has its slot and its money; of the first one only what it cost is left.
    assert await all_used(storage) == [1, 700, 2, 2]


async def test_a_lost_call_keeps_its_id_even_if_the_outcome_does_not_name_it(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    await journal.record(call, Outcome("accepted", CallId("call-1")))

    entry = await journal.record(call, Outcome("lost"))

    assert (entry.state, entry.call_id) == ("lost", "call-1")


@pytest.mark.parametrize(("cost", "left"), [(200, 200), (0, 0), (900, 900), (None, 500)])
async def test_settling_replaces_the_money_set_aside_by_what_was_spent(
    storage: Storage, cost: Micros | None, left: int
) -> None:
    call = await asking_for_all(storage).call()
    await storage.journal.record(call, Outcome("accepted", CallId("call-1")))

    await storage.journal.settle(call, EndReport(10, cost, "ANSWERED", "HANGUP"))

    assert await all_used(storage) == [0, left, 1, 1]


async def test_only_the_first_end_of_a_call_counts(storage: Storage) -> None:
    journal = storage.journal
    call = await asking_for_all(storage).call()
    await journal.record(call, Outcome("accepted", CallId("call-1")))
    await journal.settle(call, EndReport(10, Micros(200), "ANSWERED", "HANGUP", CallId("call-1")))

    await journal.settle(call, EndReport(99, Micros(900), "FAILED", "OTHER", CallId("call-1")))

    assert await all_used(storage) == [0, 200, 1, 1]
    entry = await journal.entry(call)
    assert entry is not None
    assert (entry.state, entry.duration, entry.cost) == ("ended", 10, 200)
    assert (entry.result, entry.reason) == ("ANSWERED", "HANGUP")
    assert await events(journal) == ["claim", "accepted", "ended"]


@pytest.mark.parametrize("state", ["rejected", "not_sent"])
async def test_a_call_that_was_never_placed_cannot_end(storage: Storage, state: EntryState) -> None:
    call = await asking_for_all(storage).call()
    await storage.journal.record(call, Outcome(state))  # pyright: ignore[reportArgumentType] - two of its seven
    before = await all_used(storage)

    await storage.journal.settle(call, EndReport(10, Micros(200), "ANSWERED", "HANGUP"))

    assert await all_used(storage) == before


async def test_a_call_that_ended_before_its_answer_came_still_gets_its_name(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    await journal.settle(call, EndReport(1, None, "NOANSWER", "TIMEOUT"))

    entry = await journal.record(call, Outcome("accepted", CallId("call-1")))

    assert (entry.state, entry.call_id) == ("ended", "call-1")
    assert await journal.by_call_id(CallId("call-1")) == entry
    assert await journal.switch() is None


async def test_the_callout_and_not_its_update_is_found_by_the_platforms_call_id(journal: SqlJournal) -> None:
    callout = await Asking(journal).call()
    await journal.record(callout, Outcome("accepted", CallId("call-1")))
    update = await Asking(journal, kind="update", subject=CallId("call-1")).call()
    await journal.record(update, Outcome("accepted", CallId("call-1")))

    entry = await journal.by_call_id(CallId("call-1"))

    assert entry is not None
    assert entry.token == callout


async def test_entries_are_filtered_and_come_newest_first(journal: SqlJournal, clock: ManualClock) -> None:
    asking = Asking(journal)
    start, calls = journal.now(), list[str]()
    for state in ("accepted", "unknown", "rejected", "pending"):
        calls.append(call := await asking.call())
        if state != "pending":
            await journal.record(call, Outcome(state))
        clock.advance(60)
    accepted, unknown, rejected, pending = calls

    async def found(limit: int = 10, **wanted: object) -> list[str]:
        return [entry.token for entry in await journal.entries(limit=limit, **wanted)]  # pyright: ignore[reportArgumentType] - a test's shorthand

    assert await found() == [pending, rejected, unknown, accepted]
    assert await found(limit=2) == [pending, rejected]
    assert await found(states=("accepted", "unknown")) == [unknown, accepted]
    assert await found(since=start + 60_000) == [pending, rejected, unknown]
    assert await found(overdue=start + 60_000 + 90_000) == [accepted]
    assert await found(states=("unknown",), overdue=start + 60_000 + 90_001) == [unknown]


async def test_an_outcome_of_a_request_that_the_journal_does_not_know_is_an_error(journal: SqlJournal) -> None:
    with pytest.raises(StorageError, match="no request"):
        await journal.record(Token("never"), Outcome("accepted", CallId("call-1")))
    with pytest.raises(StorageError, match="no request"):
        await journal.settle(Token("never"), EndReport(1, None, "ANSWERED", "HANGUP"))

    assert await journal.audit() == []
