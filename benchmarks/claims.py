"""What a claim costs: claims a second beside bare INSERTs of one row each, on every storage engine there is.

Run with ``make bench``. A claim writes down one request before it is sent: kill switch, key, nine limits, money,
audit log. The floor is what the same engine takes for one row and one commit, in the same run; claims that come at
once share commits, bare INSERTs do not.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from uuid import uuid4

from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.operations.admission import limits
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import Claim, ClaimKey, Granted
from sinch_voice_mcp.storage import Storage, open_storage
from sinch_voice_mcp.storage.database import Commit, Statement, Transaction
from sinch_voice_mcp.storage.sqlite import SqliteDatabase
from sinch_voice_mcp.types import Micros, Millis, PhoneNumber, Token
from tests.databases import NoPostgres, postgres_database

CLAIMS = 250
ROUNDS = 5
CALLERS = (1, 8)
TARGET = 3.0
PLENTY = 1_000_000

POLICY = Policy(
    repeat_per_week=PLENTY,
    repeat_per_day=PLENTY,
    max_concurrent_calls=PLENTY,
    calls_per_day=PLENTY,
    calls_per_hour=PLENTY,
    calls_per_minute=PLENTY,
    max_spend_per_day=Decimal(PLENTY),
)
"""The limits of live calling, all of them counted and none of them ever reached."""

Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Work done a second, and how long one piece took, in milliseconds."""

    rate: float
    p50: float
    p99: float


async def measured(work: Work, callers: int) -> Measured:
    """Do the work so many times, by so many callers at once."""
    took: list[float] = []
    left = count(1)

    async def calls() -> None:
        while next(left) <= CLAIMS:
            start = time.perf_counter()
            await work()
            took.append((time.perf_counter() - start) * 1000)

    start = time.perf_counter()
    await asyncio.gather(*(calls() for _ in range(callers)))
    return Measured(CLAIMS / (time.perf_counter() - start), median(took), quantiles(took, n=100)[-1])


def claiming(storage: Storage) -> Work:
    """A claim of a callout to a number that was not called before."""
    journal = storage.journal

    async def claim() -> None:
        now, token = journal.now(), Token(uuid4().hex)
        # Any text that was not hashed before stands for a new number.
        destination = journal.hashed(PhoneNumber(token))
        claimed = await journal.claim(
            Claim(
                token=token,
                principal="benchmark",
                kind="ttsCallout",
                keys=(ClaimKey(f"same-{token}", Millis(now + 120_000)),),
                fingerprint=token,
                destinations=(destination,),
                number="+1202…00",
                conference=None,
                subject=None,
                limits=limits.counted_limits(POLICY, [destination], Micros(50_000)),
                gaps=limits.gaps(POLICY, [destination]),
                reserved=Micros(50_000),
                currency="USD",
                now=now,
                deadline=Millis(now + 90_000),
                lease=Millis(now + 900_000),
                details={"principal": "benchmark", "kind": "ttsCallout", "numbers": ["+1202…00"], "reserved": 0.05},
            )
        )
        assert isinstance(claimed, Granted)

    return claim


def inserting(storage: Storage, url: str) -> Work:
    """One row and one commit that no other transaction shares."""
    numbers = count()
    text = "INSERT INTO bare (id, text) VALUES (:id, :text)"
    if isinstance(storage.database, SqliteDatabase):
        # Another connection, on one thread, for SQLite has one writer at a time.
        thread, connection = (
            ThreadPoolExecutor(1),
            sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False),
        )
        connection.execute("PRAGMA synchronous = FULL")

        async def insert() -> None:
            row = {"id": next(numbers), "text": uuid4().hex}
            await asyncio.get_running_loop().run_in_executor(thread, connection.execute, text, row)

        return insert

    def transaction() -> Transaction[None]:
        row = {"id": next(numbers), "text": uuid4().hex}
        # A statement that travels with the commit, and none before it.
        yield from ()
        return Commit(None, (Statement(text, row),))

    async def insert_beside() -> None:
        # The way that takes no lock and shares no commit; row and commit travel together.
        await storage.database.read(transaction)

    return insert_beside


async def compared(url: str) -> None:
    """Measure one engine and print."""
    async with open_storage(url, SystemClock()) as storage:
        await storage.database.run(_table)
        print(f"{storage.database.name}: {CLAIMS} claims, median of {ROUNDS} rounds")
        claim, insert = claiming(storage), inserting(storage, url)
        for callers in CALLERS:
            rounds = [(await measured(insert, callers), await measured(claim, callers)) for _ in range(ROUNDS + 1)]
            # The first round warms up.
            bare, claimed = (_middle([pair[which] for pair in rounds[1:]]) for which in (0, 1))
            ratio = median(bare.rate / claimed.rate for bare, claimed in rounds[1:])
            print(f"  {callers} at once   claim        {_line(claimed)}")
            print(f"  {callers} at once   bare INSERT  {_line(bare)}")
            print(f"  {callers} at once   a claim costs {ratio:.1f} bare INSERTs (target: at most {TARGET:.0f})")


def _table() -> Transaction[None]:
    yield (Statement("CREATE TABLE bare (id BIGINT PRIMARY KEY, text TEXT NOT NULL)"),)
    return Commit(None)


def _middle(rounds: list[Measured]) -> Measured:
    return Measured(*(median(getattr(one, name) for one in rounds) for name in ("rate", "p50", "p99")))


def _line(one: Measured) -> str:
    return f"{one.rate:8,.0f}/s   p50 {one.p50:6.2f} ms   p99 {one.p99:6.2f} ms"


@contextmanager
def databases() -> Generator[list[str]]:
    """An empty database of every engine there is, dropped afterwards."""
    with TemporaryDirectory() as folder, postgres_database() as postgres:
        urls = [f"sqlite:///{Path(folder, 'journal.db')}"]
        if isinstance(postgres, NoPostgres):
            print(f"PostgreSQL is not measured: {postgres.reason}")
            yield urls
            return
        with postgres.schema() as url:
            yield [*urls, url]


def main() -> None:
    """Measure and print."""
    with databases() as urls:
        for url in urls:
            asyncio.run(compared(url))


if __name__ == "__main__":
    main()
