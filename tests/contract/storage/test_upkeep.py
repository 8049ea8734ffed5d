"""What runs out is dropped, and what is known of a number can be erased."""

import anyio

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import Approval, Duplicate, EndReport, Forgotten, Gap, Grant, Granted, Outcome
from sinch_voice_mcp.storage import SqlJournal, Storage
from sinch_voice_mcp.storage.database import one
from sinch_voice_mcp.types import CallId, Millis, PhoneNumber
from tests.contract.storage.claims import DAY, MINUTE, Asking, counted, events, slot, unit, used

NUMBER = "+12025550100"


async def test_an_approval_counts_until_it_expires(journal: SqlJournal, clock: ManualClock) -> None:
    grants = (Grant("b", ("h2",)), Grant("a", ("h1", "h2")))
    assert await journal.approve(Approval("alice", grants, Millis(journal.now() + 60_000)))

    assert await journal.approved("alice", ["a"])
    assert await journal.approved("alice", ["a", "b"])
    assert not await journal.approved("alice", ["a", "c"])
    assert not await journal.approved("bob", ["a"])
    assert not await journal.approved("alice", [])
    clock.advance(60)
    assert not await journal.approved("alice", ["a"])
    assert await events(journal) == ["approved"]
    assert (await journal.audit())[0].details == {"principal": "alice", "destinations": ["h1", "h2"]}


async def test_an_answer_that_a_request_used_grants_nothing_again(journal: SqlJournal, clock: ManualClock) -> None:
    until = Millis(journal.now() + 60_000)
    await Asking(journal).call("answer#1")

    # Nothing of the list: one of its requests used its part of the answer.
    assert await journal.approve(Approval("alice", (Grant("a"), Grant("b")), until, ("answer#0", "answer#1")))
    assert not await journal.approved("alice", ["a"])
    assert await events(journal) == ["claim"]

    clock.advance(120)
    assert await journal.approve(Approval("alice", (Grant("a"),), Millis(until + 120_000), ("answer#1",)))
    assert await journal.approved("alice", ["a"])


async def test_nothing_is_approved_while_calling_is_stopped(journal: SqlJournal) -> None:
    await journal.stop("enough", "a test")

    assert not await journal.approve(Approval("alice", (Grant("a"),), Millis(journal.now() + 60_000)))

    assert not await journal.approved("alice", ["a"])
    assert await events(journal) == ["stopped"]
    await journal.resume("a test")
    assert await journal.approve(Approval("alice", (Grant("a"),), Millis(journal.now() + 60_000)))


async def test_the_digits_of_a_call_are_added_up_to_a_limit(journal: SqlJournal, clock: ManualClock) -> None:
    assert await journal.count_digits("call", 3, 4)
    assert not await journal.count_digits("call", 2, 4)
    assert await journal.digits("call") == 3
    assert await journal.count_digits("call", 1, 4)
    assert not await journal.count_digits("other", 5, 4)
    assert await journal.count_digits("other", 16)
    assert [await journal.digits(call) for call in ("call", "other", "third")] == [4, 16, 0]
    clock.advance(2 * DAY / 1000)
    await journal.prune()
    assert await journal.digits("other") == 0


async def test_at_once_no_more_digits_are_counted_than_the_limit(journal: SqlJournal) -> None:
    counted: list[bool] = []

    async def count() -> None:
        counted.append(await journal.count_digits("call", 1, 4))

    async with anyio.create_task_group() as tasks:
        for _ in range(9):
            tasks.start_soon(count)
    assert (sum(counted), await journal.digits("call")) == (4, 4)


async def test_a_second_approval_extends_the_first(journal: SqlJournal, clock: ManualClock) -> None:
    await journal.approve(Approval("alice", (Grant("a"),), Millis(journal.now() + 60_000)))
    await journal.approve(Approval("alice", (Grant("a"),), Millis(journal.now() + 120_000)))
    clock.advance(61)

    assert await journal.approved("alice", ["a"])


async def test_pruning_deletes_what_has_expired_and_nothing_else(storage: Storage, clock: ManualClock) -> None:
    journal = storage.journal
    day = unit("calls_per_day", 5)
    asking = Asking(journal, [slot(5), day], [Gap("repeat_gap_s", "a", Millis(9))])
    held = await asking.call("key")
    await journal.approve(Approval("alice", (Grant("a"),), Millis(journal.now() + MINUTE)))
    await journal.prune()
    assert [await counted(storage, table) for table in ("keys", "counters", "confirmations")] == [1, 3, 1]

    clock.advance(3 * DAY / 1000)
    await journal.prune()

    # The slot is used until the call has ended.
    assert [await counted(storage, table) for table in ("keys", "counters", "confirmations")] == [0, 1, 0]
    assert await used(storage, "max_concurrent_calls") == 1
    await journal.record(held, Outcome("lost"))
    await journal.prune()
    assert await counted(storage, "counters") == 0
    assert await asking.asked("key") == Granted()
    assert await counted(storage, "calls") == 2


async def test_pruning_keeps_keys_that_have_not_expired(journal: SqlJournal, clock: ManualClock) -> None:
    asking = Asking(journal)
    await asking.call("key")
    clock.advance(119)

    await journal.prune()

    assert isinstance(await asking.asked("key"), Duplicate)


async def test_a_forgotten_number_is_in_no_table_once_its_calls_have_ended(
    storage: Storage, clock: ManualClock
) -> None:
    journal = storage.journal
    hashed = journal.hashed(PhoneNumber(NUMBER))
    units = [unit("repeat_in_flight", 5, release="ended", scope=hashed, width=0), slot(5)]
    asking = Asking(journal, units, [Gap("repeat_gap_s", hashed, Millis(1))], destinations=("other", hashed))
    ended, in_progress = await asking.call(), None
    await journal.record(ended, Outcome("accepted", CallId("call-1")))
    await journal.settle(ended, EndReport(1, None, "ANSWERED", "HANGUP"))
    clock.advance(1)
    in_progress = await asking.call()
    await Asking(journal).call()
    await journal.approve(Approval("alice", (Grant("a", ("other", hashed)),), Millis(journal.now() + MINUTE)))
    await journal.note("before", {})

    assert await journal.forget(PhoneNumber(NUMBER)) == Forgotten(2, 0, 1, 1)

    assert not await journal.approved("alice", ["a"])
    for call in (ended, in_progress):
        entry = await journal.entry(call)
        assert entry is not None
        assert (entry.number, entry.destinations) == (None, ())
    # What a call in progress uses is released all the same.
    await journal.settle(in_progress, EndReport(1, None, "ANSWERED", "HANGUP"))
    assert await used(storage, "max_concurrent_calls") == 0
    clock.advance(DAY / 1000)
    await journal.prune()
    for table, column in (("calls", "units"), ("calls", "destinations"), ("counters", "name"), ("keys", "fingerprint")):
        text = f"SELECT 1 FROM {table} WHERE {column} LIKE :pattern"  # noqa: S608 - a test's own words
        assert await storage.database.read(lambda text=text: one(text, pattern=f"%{hashed}%")) == []
    assert await journal.forget(PhoneNumber(NUMBER)) == Forgotten(0, 0, 0, 0)
    assert (await journal.audit())[-1].details == {"calls": 0, "sealed": 0}
