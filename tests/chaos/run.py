"""One run: a platform, two servers, their clients, the killer, and the figures afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx2

from tests.chaos import naive
from tests.chaos.clients import Clients
from tests.chaos.figures import Figures, Seen, books, invented, seen, unaccounted
from tests.chaos.journal import read_journal
from tests.chaos.killer import Killer
from tests.chaos.platform import TIMEOUT, FaultPlatform
from tests.chaos.servers import Slot

_SLOW_S = 2.0
"""Seconds after which a worker also takes the next key."""

_UNLIMITED_SETTINGS = (
    "CALLS_PER_MINUTE",
    "CALLS_PER_HOUR",
    "CALLS_PER_DAY",
    "MAX_CONCURRENT_CALLS",
    "MAX_SPEND_PER_DAY",
    "MAX_UNKNOWN_OUTCOMES",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a run is.

    Attributes:
        keys: Number of calls that are requested.
        kills: How often a server is killed.
        workers: How many keys are requested at a time.
        databases: The URL of each server's database; normally the same one.
        scratch: A directory for pids and logs.
        seed: Another seed, other faults.
        patience: How long a client waits for one answer, in seconds; after a kill it may take long.
    """

    keys: int
    kills: int
    workers: int
    databases: tuple[str, str]
    scratch: Path
    seed: int = 1
    patience: float = 60.0

    @property
    def names(self) -> list[str]:
        """The keys."""
        return [f"{number:06}" for number in range(self.keys)]


Progress = Callable[[str], None]


async def run(plan: Plan, progress: Progress) -> Figures:
    """Run it all; ``progress`` receives how far it is."""
    start = anyio.current_time()
    retried = await _retry(plan, progress)
    platform = FaultPlatform(plan.seed)
    clients, slots = await _storm(plan, platform, progress)
    journal = await read_journal(_environ(plan.databases[0]))
    return Figures(
        servers=seen(platform, plan.keys),
        naive=retried,
        kills=sum(slot.kills for slot in slots),
        crashes=sum(slot.crashes for slot in slots),
        unaccounted=unaccounted(platform, journal.events),
        complaint=journal.complaint,
        contradicted={
            key: f"{why} (journal: {books(platform, key, journal.events)})"
            for key, why in (clients.contradicted | invented(platform, clients.call_ids)).items()
        },
        warned=clients.warned,
        waiting=clients.waiting,
        unsettled=clients.unsettled,
        answers=clients.answers,
        odd=clients.odd,
        longest=clients.longest,
        lasted=anyio.current_time() - start,
    )


async def _retry(plan: Plan, progress: Progress) -> Seen:
    """Request the same keys under the same faults with a client that simply retries."""
    platform = FaultPlatform(plan.seed)
    async with platform.server() as server, httpx2.AsyncClient() as client:

        async def place(key: str) -> None:
            await naive.place(client, server.url, key)

        await _each(plan, place, lambda done: progress(f"plain retries: {done:,} of {plan.keys:,} keys"))
    return seen(platform, plan.keys)


async def _storm(plan: Plan, platform: FaultPlatform, progress: Progress) -> tuple[Clients, list[Slot]]:
    """Request every key while servers are killed."""
    async with platform.server() as server:
        slots = [
            Slot(f"server-{number}", _environ(database, server.url), plan.scratch)
            for number, database in enumerate(plan.databases)
        ]
        clients = Clients(slots, plan.seed, patience=plan.patience)
        async with anyio.create_task_group() as tasks:
            killer = Killer(slots, plan.keys, plan.kills, plan.seed, tasks)
            platform.seen = lambda: killer.happened("posted")
            clients.asked = lambda: killer.happened("asked")
            # Both start at once, on an empty database.
            for slot in slots:
                tasks.start_soon(slot.run)
            for slot in slots:
                await slot.ready.wait()

            async def settle(key: str) -> None:
                killer.begun += 1
                await clients.settle(key)

            await _each(
                plan,
                settle,
                lambda done: progress(f"two servers: {done:,} of {plan.keys:,} keys, {killer.done} kills"),
            )
            tasks.cancel_scope.cancel()
        return clients, slots


async def _each(plan: Plan, work: Callable[[str], Awaitable[object]], progress: Callable[[int], None]) -> None:
    """Run a function for every key, so many at a time; a slow one continues beside the next ones."""
    names = iter(plan.names)
    done = 0

    async def one(name: str, finished: anyio.Event) -> None:
        nonlocal done
        await work(name)
        done += 1
        progress(done)
        finished.set()

    async def worker() -> None:
        for name in names:
            finished = anyio.Event()
            tasks.start_soon(one, name, finished)
            with anyio.move_on_after(_SLOW_S):
                await finished.wait()

    async with anyio.create_task_group() as tasks:
        for _ in range(plan.workers):
            tasks.start_soon(worker)


def _environ(database: str, platform: str = "http://127.0.0.1:9") -> dict[str, str]:
    """A server's settings: the platform of this run, a shared journal, and no limit that would end it early."""
    return {f"SINCH_VOICE_{limit}": "unlimited" for limit in _UNLIMITED_SETTINGS} | {
        "SINCH_VOICE_SANDBOX": "true",
        "SINCH_VOICE_BASE_URL": platform,
        "SINCH_APPLICATION_KEY": "chaos",
        "SINCH_APPLICATION_SECRET": "Y2hhb3M=",
        "SINCH_VOICE_REQUEST_TIMEOUT_S": str(TIMEOUT),
        "SINCH_VOICE_DATABASE_URL": database,
    }
