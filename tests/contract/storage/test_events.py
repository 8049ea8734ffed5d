"""The event log on every engine: an event is stored once, with its effects, and ends every wait for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import (
    CallingStopped,
    EndReport,
    EventWatch,
    IncomingEvent,
    JournalEntry,
    Outcome,
    Replies,
    Reply,
)
from sinch_voice_mcp.storage import Storage, open_storage
from sinch_voice_mcp.types import CallId, Micros, Millis, Token
from tests.contract.storage.claims import Asking, counted, events, money, slot, used
from tests.contract.storage.deciding import CONTINUE, HANG_UP, Deciding

LONG = 60.0
FIRST = Millis(1_000)


def heard(
    identity: str = "e1",
    kind: str = "ace",
    call_id: str = "c1",
    *,
    token: Token | None = None,
    at: Millis | None = FIRST,
) -> IncomingEvent:
    """An ordinary event."""
    return IncomingEvent(identity, CallId(call_id), token, kind, at, {"answered_by": "human"})


def ended(
    identity: str = "d1", call_id: str = "c1", *, token: Token | None = None, cost: int | None = 30
) -> IncomingEvent:
    """The end of a call."""
    report = EndReport(12, None if cost is None else Micros(cost), "ANSWERED", "CALLEEHANGUP", CallId(call_id))
    return IncomingEvent(identity, CallId(call_id), token, "dice", Millis(2_000), {}, report=report)


async def test_an_event_is_stored_with_its_reply_and_remarks(storage: Storage) -> None:
    decide = Deciding(CONTINUE, refused="a rule")
    assert not await storage.events.has_events()
    assert await storage.events.record(heard(), decide) == CONTINUE
    assert await storage.events.has_events()
    (event,) = await storage.events.events(CallId("c1"))
    assert (event.kind, event.at, event.received_at) == ("ace", 1_000, storage.journal.now())
    assert event.details == {"answered_by": "human", "refused": "a rule"}
    assert decide.asked == [(None, {})]


async def test_an_event_that_comes_again_gets_the_first_reply_at_every_server(
    storage: Storage, replica: Storage
) -> None:
    await storage.events.record(heard(), Deciding(CONTINUE))
    later = Deciding(HANG_UP)
    for one in (storage, replica):
        assert await one.events.record(heard(), later) == CONTINUE
    assert later.asked == []
    assert await counted(storage, "events") == 1


async def test_an_event_that_is_delivered_twice_at_once_is_stored_once(storage: Storage, replica: Storage) -> None:
    replies: list[str] = []

    async def record(one: Storage, identity: str, reply: str) -> None:
        replies.append(identity + await one.events.record(heard(identity), Deciding(reply)))

    async with anyio.create_task_group() as tasks:
        for identity in ("a", "b", "c", "d"):
            for number in range(10):
                one = (storage, replica)[number % 2]
                tasks.start_soon(record, one, identity, f"{number}")
    assert len(replies) == 40
    assert len(set(replies)) == 4
    assert await counted(storage, "events") == 4


async def test_the_order_is_the_one_in_which_they_came(storage: Storage, replica: Storage) -> None:
    for number in range(10):
        one = (storage, replica)[number % 2]
        await one.events.record(heard(f"e{number}", call_id=f"c{number % 3}", at=Millis(100 - number)), Deciding())
    mine = await replica.events.events(CallId("c0"))
    assert [event.at for event in mine] == [100, 97, 94, 91]
    assert [event.seq for event in mine] == sorted({event.seq for event in mine})
    assert await storage.events.events(CallId("c0"), after=mine[1].seq) == mine[2:]
    assert await storage.events.events(CallId("c0"), after=mine[-1].seq) == []


@pytest.mark.parametrize("kind", ["ace", "dice", "ice"])
async def test_a_decision_that_fails_leaves_nothing(storage: Storage, kind: str) -> None:
    call = await Asking(storage.journal, (money(50, 100),)).call()
    before = await events(storage.journal)
    event = {
        "ace": heard(token=call),
        "dice": ended(token=call),
        "ice": IncomingEvent("i", CallId("c1"), None, "ice", Millis(1), {}, caller=""),
    }

    def fail(entry: JournalEntry | None, replies: Replies) -> Reply:
        raise LookupError(f"no idea: {entry}, {replies}")

    results: list[object] = []

    async def record(one: IncomingEvent, *, fails: bool) -> None:
        try:
            results.append(await storage.events.record(one, fail if fails else Deciding()))
        except LookupError:
            results.append("failed")

    async with anyio.create_task_group() as tasks:
        # In one commit with others, which are none the worse for it.
        for number in range(5):
            tasks.start_soon(lambda number=number: record(heard(f"other{number}", call_id="c9"), fails=False))
        tasks.start_soon(lambda: record(event[kind], fails=True))
    assert sorted(map(str, results)) == ["failed", *[CONTINUE] * 5]
    assert await storage.events.events(CallId("c1")) == []
    assert len(await storage.events.events(CallId("c9"))) == 5
    assert await counted(storage, "calls") == 1
    assert await events(storage.journal) == before
    assert await used(storage, "max_spend_per_day") == 50
    # The platform sends it again.
    assert await storage.events.record(event[kind], Deciding()) == CONTINUE


@pytest.mark.parametrize("by", ["token", "call id"])
async def test_what_was_saved_for_a_call_is_there_when_its_events_come(storage: Storage, by: str) -> None:
    call = await Asking(storage.journal).call()
    await storage.events.save_replies(call, {"ace": CONTINUE, "pie": CONTINUE})
    await storage.events.save_replies(call, {"pie": HANG_UP})
    await storage.events.save_replies(Token("another"), {"ace": HANG_UP})
    decide = Deciding()
    if by == "token":
        await storage.events.record(heard(token=call), decide)
    else:
        await storage.journal.record(call, Outcome("accepted", CallId("c1")))
        await storage.events.record(heard(), decide)
    ((entry, replies),) = decide.asked
    assert replies == {"ace": CONTINUE, "pie": HANG_UP}
    assert entry is not None
    assert entry.token == call


async def test_an_event_that_changes_nothing_leaves_no_trace_in_the_audit_log(storage: Storage) -> None:
    call = await Asking(storage.journal).call()
    await storage.journal.record(call, Outcome("accepted", CallId("c1")))
    before = await events(storage.journal)
    for name in ("ace", "pie", "notify"):
        await storage.events.record(heard(name, name, token=call), Deciding())
    assert await events(storage.journal) == before


async def test_an_end_is_settled_once_and_gives_back_what_was_set_aside(storage: Storage, replica: Storage) -> None:
    call = await Asking(storage.journal, (slot(3), money(50, 100))).call()
    await storage.journal.record(call, Outcome("unknown"))
    for one, identity, cost in ((storage, "d1", 30), (replica, "d1", 30), (replica, "d2", 45)):
        await one.events.record(ended(identity, token=call, cost=cost), Deciding(""))
    entry = await storage.journal.entry(call)
    assert entry is not None
    assert (entry.state, entry.call_id, entry.cost) == ("ended", "c1", 30)
    assert await used(storage, "max_spend_per_day") == 30
    assert await used(storage, "max_concurrent_calls") == 0
    assert await events(storage.journal) == ["claim", "unknown", "accepted", "ended"]


async def test_events_of_another_call_with_a_requests_token_are_an_alert_and_change_nothing(storage: Storage) -> None:
    call = await Asking(storage.journal, (slot(3),)).call()
    await storage.events.save_replies(call, {"ace": HANG_UP})
    await storage.events.record(heard("e1", token=call), Deciding())
    decide = Deciding()
    await storage.events.record(heard("e2", call_id="c2", token=call), decide)
    await storage.events.record(ended("d2", call_id="c2", token=call), decide)

    # The stranger gets none of the replies of the request.
    assert decide.asked == [(None, {}), (None, {})]
    assert await storage.journal.switch() is None
    entry = await storage.journal.entry(call)
    assert entry is not None
    assert (entry.state, entry.call_id) == ("accepted", "c1")
    assert await used(storage, "max_concurrent_calls") == 1
    alerts = [row for row in await storage.journal.audit() if row.event == "alert"]
    assert [(row.token, row.details["call_id"]) for row in alerts] == [(call, "c2")] * 2


async def test_while_calling_is_stopped_another_function_decides_also_about_repeated_events(storage: Storage) -> None:
    decide, asked = Deciding(CONTINUE), list[bool]()

    def while_stopped(stopped: CallingStopped, entry: JournalEntry | None, replies: Replies) -> Reply:
        del entry, replies
        asked.append(stopped.hang_up)
        return Reply(HANG_UP, {})

    assert await storage.events.record(heard("e1"), decide, while_stopped) == CONTINUE
    await storage.journal.stop("enough", "owner", hang_up=True)
    assert await storage.events.record(heard("e1"), decide, while_stopped) == HANG_UP
    assert await storage.events.record(heard("e2"), decide, while_stopped) == HANG_UP
    assert asked == [True, True]
    assert len(await storage.events.events(CallId("c1"))) == 2


async def test_a_call_that_comes_in_is_one_call(storage: Storage) -> None:
    for identity in ("i1", "i1", "i2"):
        await storage.events.record(
            IncomingEvent(identity, CallId("in"), None, "ice", Millis(1), {}, caller="12015…55"), Deciding(HANG_UP)
        )
    await storage.events.record(
        IncomingEvent("i3", CallId("private"), None, "ice", Millis(1), {}, caller=""), Deciding(HANG_UP)
    )
    found = await storage.journal.entries(limit=10, inbound=True)
    assert {(one.call_id, one.number, one.kind) for one in found} == {
        ("in", "12015…55", "inbound"),
        ("private", None, "inbound"),
    }
    await storage.events.record(ended("d", "in"), Deciding(""))
    assert {one.call_id: one.state for one in await storage.journal.entries(limit=10)} == {
        "in": "ended",
        "private": "accepted",
    }


async def test_an_event_between_two_waits_is_not_missed(storage: Storage) -> None:
    with anyio.fail_after(LONG / 2):
        async with storage.events.watch(CallId("c1")) as watch, storage.events.watch(CallId("c1")) as other:
            # An event that arrived before the wait ends it, once.
            await storage.events.record(heard("e0"), Deciding())
            for watcher in (watch, other):
                with anyio.fail_after(0.5):
                    await watcher.wait(LONG)
            seen, last = 0, 0
            async with anyio.create_task_group() as tasks:
                for number in range(1, 30):
                    tasks.start_soon(storage.events.record, heard(f"e{number}"), Deciding())
                while seen < 30:
                    found = await storage.events.events(CallId("c1"), after=last)
                    seen, last = seen + len(found), found[-1].seq if found else last
                    if seen < 30:
                        await watch.wait(LONG)


async def test_an_event_of_another_call_ends_no_wait(storage: Storage, clock: ManualClock) -> None:
    async with storage.events.watch(CallId("c1")) as watch, waited(watch, clock) as ended:
        await storage.events.record(heard(call_id="c2"), Deciding())
        await anyio.wait_all_tasks_blocked()
        assert not ended.is_set()
        clock.advance(LONG)


@pytest.mark.parametrize(("asked_s", "lasts_s"), [(LONG, 1), (0.5, 0.5)])
async def test_a_wait_ends_without_an_event_when_the_poll_is_due_or_its_time_is_up(
    storage: Storage, clock: ManualClock, asked_s: float, lasts_s: float
) -> None:
    async with storage.events.watch(CallId("c1")) as watch, waited(watch, clock, asked_s) as ended:
        clock.advance(lasts_s - 0.001)
        await anyio.wait_all_tasks_blocked()
        assert not ended.is_set()
        clock.advance(0.001)
        await ended.wait()


async def test_an_event_ends_a_wait_while_the_clock_stands_still(storage: Storage, clock: ManualClock) -> None:
    async with storage.events.watch(CallId("c1")) as watch, waited(watch, clock) as ended:
        await storage.events.record(heard(), Deciding())
        await ended.wait()


async def test_a_listener_receives_the_id_of_every_call(storage: Storage) -> None:
    announced: list[str] = []
    storage.events.listeners.append(announced.append)
    await storage.events.record(heard("e1", call_id="c1"), Deciding())
    await storage.events.record(heard("e2", call_id="c2"), Deciding())
    assert announced == ["c1", "c2"]


@asynccontextmanager
async def waited(watch: EventWatch, clock: ManualClock, seconds: float = LONG) -> AsyncGenerator[anyio.Event]:
    """A task that waits for an event; it waits already when this begins, and sets an event when it has ended."""
    ended = anyio.Event()

    async def wait() -> None:
        await watch.wait(seconds)
        ended.set()

    with anyio.fail_after(LONG):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await clock.until_waited_on()
            yield ended


@asynccontextmanager
async def listening(storage: Storage) -> AsyncGenerator[list[str]]:
    """The IDs that a listener receives; it listens already when this begins."""
    announced: list[str] = []
    storage.events.listeners.append(announced.append)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(storage.listen)
        yield announced
        tasks.cancel_scope.cancel()


async def test_postgresql_announces_events_to_other_servers(postgres_url: str, clock: ManualClock) -> None:
    async with (
        open_storage(postgres_url, clock, own_time=True) as storage,
        open_storage(postgres_url, clock, own_time=True) as replica,
        listening(replica) as announced,
    ):
        with anyio.fail_after(LONG / 4):
            number = 0
            while not announced:
                # Until it listens, announcements are lost.
                await storage.events.record(heard(f"e{number}"), Deciding())
                number += 1
            async with replica.events.watch(CallId("c7")) as watch:
                await storage.events.record(heard("last", call_id="c7"), Deciding())
                while "c7" not in announced:
                    await watch.wait(LONG)
