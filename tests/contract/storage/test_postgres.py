"""PostgreSQL: connections that die, transactions that deadlock, cancellations, and what an error may contain."""

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

import anyio
import psycopg
import pytest

from sinch_voice_mcp.clock import ManualClock, SystemClock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import Granted
from sinch_voice_mcp.storage import Storage, open_database, open_storage
from sinch_voice_mcp.storage.database import Commit, Rollback, Statement, Transaction, one
from tests.contract.storage.claims import Asking, counted

LIMIT_S = 30
"""Real seconds after which a test has failed that should not wait."""

Value = tuple[int, ...] | str

OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND application_name = 'sinch-voice-mcp' AND datname = current_database()"
)


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


def end_connections(url: str) -> int:
    """End every connection of this program, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as connection:
        return len(connection.execute(OTHERS).fetchall())


async def busy(storage: Storage, many: int) -> None:
    """Have the pool open so many connections."""
    await asyncio.gather(*(storage.database.read(lambda: one("SELECT pg_sleep(0.05)")) for _ in range(many)))


async def test_after_a_restart_of_the_server_the_next_claims_are_whole(storage: Storage, database_url: str) -> None:
    asking = Asking(storage.journal)
    await busy(storage, 8)
    assert await asyncio.to_thread(end_connections, database_url) > 1

    claimed = await asyncio.gather(*(asking.asked() for _ in range(8)))

    assert claimed == [Granted()] * 8
    assert [await counted(storage, table) for table in ("calls", "keys", "audit")] == [8, 8, 8]


async def test_connections_that_die_under_way_leave_nothing_half(storage: Storage, database_url: str) -> None:
    asking = Asking(storage.journal)

    async def claimed() -> bool:
        try:
            return await asking.asked() == Granted()
        except StorageError:
            return False

    async def claims() -> int:
        return sum([await claimed() for _ in range(15)])

    asked = asyncio.gather(*(claims() for _ in range(4)))
    for _ in range(4):
        await asyncio.to_thread(end_connections, database_url)
    granted = sum(await asked)

    rows = [await counted(storage, table) for table in ("calls", "keys", "audit")]
    # A commit whose answer was lost may have happened; then all of it did.
    assert rows == [rows[0]] * 3
    assert rows[0] >= granted
    assert await storage.journal.verify() == (rows[0], None)


async def test_a_connection_that_dies_before_its_commit_is_replaced(storage: Storage, database_url: str) -> None:
    tries: list[int] = []

    def interrupted() -> Transaction[int]:
        (rows,) = yield (Statement("SELECT pg_backend_pid() AS pid"),)
        tries.append(rows[0]["pid"])
        if len(tries) == 1:
            end_connections(database_url)
        yield (Statement("SELECT 1"),)
        return Commit(len(tries))

    assert await storage.database.run(interrupted) == 2
    assert len(set(tries)) == 2


async def test_a_commit_whose_answer_is_lost_is_not_tried_again(storage: Storage) -> None:
    tries: list[int] = []

    def lost() -> Transaction[None]:
        tries.append(1)
        yield (Statement("SELECT 1"),)
        return Commit(None, (Statement("SELECT pg_terminate_backend(pg_backend_pid())"),))

    with pytest.raises(StorageError):
        await storage.database.run(lost)

    assert len(tries) == 1


async def test_transactions_that_wait_for_each_other_run_again(storage: Storage) -> None:
    await storage.database.run(lambda: one("CREATE TABLE pairs (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)"))
    await storage.database.run(lambda: one("INSERT INTO pairs (id, value) VALUES (1, 0), (2, 0)"))
    tries: list[int] = []

    def adding(first: int, second: int) -> Transaction[None]:
        tries.append(first)
        yield (Statement("SET LOCAL deadlock_timeout = '50ms'"),)
        for number in (first, second):
            yield (
                Statement("UPDATE pairs SET value = value + 1 WHERE id = :id", {"id": number}),
                Statement("SELECT pg_sleep(0.1)"),
            )
        return Commit(None)

    # Those that write never do; these two are run as if they did not.
    await asyncio.gather(
        storage.database.read(lambda: adding(1, 2)),
        storage.database.read(lambda: adding(2, 1)),
    )

    assert len(tries) > 2
    rows = await storage.database.read(lambda: one("SELECT value FROM pairs"))
    assert [row["value"] for row in rows] == [2, 2]


@pytest.mark.parametrize("final", [False, True])
async def test_a_statement_that_fails_undoes_its_transaction(storage: Storage, final: bool) -> None:
    await storage.database.run(lambda: one("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
    insert = Statement("INSERT INTO numbers (number) VALUES (1)")

    def twice() -> Transaction[None]:
        yield (insert,)
        if final:
            return Commit(None, (insert,))
        yield (insert, insert)
        return Commit(None)

    with pytest.raises(StorageError, match="UniqueViolation"):
        await storage.database.run(twice)

    assert await counted(storage, "numbers") == 0
    assert await Asking(storage.journal).asked() == Granted()


async def test_transactions_that_come_at_once_stand_or_fall_alone(storage: Storage) -> None:
    await storage.database.run(lambda: one("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))

    def insert(
        *numbers: int, then: Exception | Rollback[Value] | None = None, final: bool = False
    ) -> Transaction[Value]:
        rows = [Statement("INSERT INTO numbers (number) VALUES (:number)", {"number": number}) for number in numbers]
        if final:
            return Commit(numbers, rows)
        for row in rows:
            yield (row,)
        if isinstance(then, Exception):
            raise then
        return then or Commit(numbers)

    async def at_once(*more: Callable[[], Transaction[Value]]) -> list[object]:
        fine = [storage.database.run(lambda at=at: insert(at, at + 100, final=at % 2 == 0)) for at in range(20)]
        others = [storage.database.run(start) for start in more]
        return list(await asyncio.gather(*fine[:10], *others, *fine[10:], return_exceptions=True))

    async def kept() -> list[int]:
        rows = await storage.database.read(lambda: one("SELECT number FROM numbers ORDER BY number"))
        await storage.database.run(lambda: one("DELETE FROM numbers"))
        return [row["number"] for row in rows]

    fine = [(at, at + 100) for at in range(20)]
    numbers = sorted(number for pair in fine for number in pair)
    answer = await at_once(
        lambda: insert(300, then=ValueError("mine")),
        lambda: insert(301, then=Rollback("answer")),
        lambda: insert(302),
        # These raise before their first statement.
        lambda: insert(then=ValueError("mine")),
        lambda: insert(then=Rollback("answer")),
    )
    assert [*answer[:10], *answer[15:]] == fine
    assert [type(answer[at]) for at in (10, 13)] == [ValueError] * 2
    assert [answer[at] for at in (11, 12, 14)] == ["answer", (302,), "answer"]
    assert await kept() == [*numbers, 302]

    # One whose statement fails makes all of them run apart; its own is the only one that fails.
    for final in (False, True):
        answer = await at_once(lambda final=final: insert(400, 400, final=final))
        assert [*answer[:10], *answer[11:]] == fine
        assert isinstance(answer[10], StorageError)
        assert await kept() == numbers


async def test_a_canceled_transaction_does_not_stop_the_others(storage: Storage) -> None:
    asking = Asking(storage.journal)
    tasks = [asyncio.create_task(asking.asked()) for _ in range(9)]
    await asyncio.sleep(0)
    tasks[4].cancel()
    late = asyncio.create_task(asking.asked())
    await asyncio.sleep(0)
    late.cancel()

    claimed = await asyncio.gather(*tasks, late, return_exceptions=True)

    assert claimed.count(Granted()) == 8
    assert [type(one) for one in (claimed[4], claimed[9])] == [asyncio.CancelledError] * 2
    # What had begun was finished, all of it; what had not did not begin.
    rows = [await counted(storage, table) for table in ("calls", "keys", "audit")]
    assert rows in ([8] * 3, [9] * 3)


async def test_a_read_that_is_canceled_in_the_middle_leaves_the_connection_usable(storage: Storage) -> None:
    task = asyncio.create_task(storage.database.read(lambda: one("SELECT pg_sleep(5)")))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await busy(storage, 8)
    assert await Asking(storage.journal).asked() == Granted()


async def test_closing_finishes_the_transactions_that_were_requested(database_url: str, clock: ManualClock) -> None:
    async with open_storage(database_url, clock, own_time=True) as storage:
        asked = [asyncio.create_task(Asking(storage.journal).asked()) for _ in range(20)]
        await asyncio.sleep(0)

    assert await asyncio.gather(*asked) == [Granted()] * 20


async def test_the_servers_default_isolation_does_not_matter(database_url: str, clock: ManualClock) -> None:
    url = f"{database_url}%20-cdefault_transaction_isolation%3Dserializable"

    async with open_storage(url, clock, own_time=True) as storage:
        (row,) = await storage.database.run(lambda: one("SHOW transaction_isolation"))

    assert row["transaction_isolation"] == "read committed"


async def test_time_is_the_database_servers(database_url: str) -> None:
    clock = ManualClock()

    async with open_storage(database_url, clock) as storage:
        assert abs(storage.journal.now() - SystemClock().now().timestamp() * 1000) < 2_000
        before = storage.journal.now()
        clock.advance(3_600)
        await storage.beat()
        assert storage.journal.now() - before < 5_000


class Interrupted:
    """Awaits a coroutine and cancels it where it waits for the event loop for the ``at``-th time."""

    def __init__(self, coroutine: Coroutine[Any, Any, object], at: int) -> None:
        self._coroutine = coroutine
        self._at = at
        self.waits = 0

    def __await__(self) -> Generator[Any, None, None]:
        try:
            waiting = self._coroutine.send(None)
            while True:
                self.waits += 1
                if self.waits == self._at:
                    waiting = self._coroutine.throw(asyncio.CancelledError())
                else:
                    yield waiting
                    waiting = self._coroutine.send(None)
        except StopIteration:
            pass


class ReceivedError(Exception):
    """An announcement was received."""


async def opened_and_closed(url: str) -> None:
    database = await open_database(url)
    await database.aclose()


async def listened(url: str) -> None:
    """Listen until an announcement is received."""

    def receive(text: str) -> None:
        raise ReceivedError(text)

    async def announce() -> None:
        while True:
            await database.run(lambda: one("SELECT pg_notify('test', 'text')"))

    database = await open_database(url)
    announcing = asyncio.create_task(announce())
    try:
        with suppress(ReceivedError):
            await database.listen("test", receive)
    finally:
        announcing.cancel()
        await asyncio.wait({announcing})
        await database.aclose()


@pytest.mark.parametrize("use", [opened_and_closed, listened])
async def test_a_cancellation_at_any_moment_leaves_no_connection_open(
    database_url: str, use: Callable[[str], Coroutine[Any, Any, None]]
) -> None:
    at, interrupted = 0, True
    while interrupted:
        at += 1
        work = Interrupted(use(database_url), at)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            # In a task of its own, so that nothing of it is left in this one.
            (error,) = await asyncio.gather(asyncio.ensure_future(work), return_exceptions=True)
            interrupted = work.waits >= at
            del work
            gc.collect()
        assert [str(each.message) for each in caught] == []
        assert error is None or isinstance(error, asyncio.CancelledError), error

    # It was canceled while it connected, while it waited for the pool, and while it closed.
    assert at > 5


async def test_a_listener_whose_connection_dies_connects_again(
    storage: Storage, database_url: str, clock: ManualClock
) -> None:
    received: list[str] = []

    async def until_received() -> None:
        received.clear()
        while not received:
            # Announcements are lost until the listener listens.
            await storage.database.run(lambda: one("SELECT pg_notify('test', 'text')"))

    with anyio.fail_after(LIMIT_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(storage.database.listen, "test", received.append)
            await until_received()
            await asyncio.to_thread(end_connections, database_url)
            await clock.until_waited_on()
            clock.advance(1)
            await until_received()
            tasks.cancel_scope.cancel()
