"""Sandboxes inside servers: their calls end with the process, also in a journal that outlives it.

Each server with an embedded sandbox marks its requests with the ID of that sandbox, and keeps a row in ``meta`` while
it runs. Open calls of a sandbox whose server has stopped are closed as ``lost``. A request without such a mark went to
a platform outside, and is never touched.
"""

import json
import os
import socket
from contextlib import suppress

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import Outcome
from sinch_voice_mcp.storage.database import Batch, Commit, Database, Row, Statement, Transaction
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.types import CallId, Millis, Token

_PREFIX = "sandbox:"
_SILENT_MS = 60_000
"""Milliseconds after its last sign of life for which a sandbox counts as running: four sweeps."""

_SIGN = "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_SIGNS = "SELECT name, value FROM meta WHERE name LIKE :pattern"
_ERASE = "DELETE FROM meta WHERE name = :name"
_OPEN = (
    "SELECT call, call_id, sandbox FROM calls "
    "WHERE sandbox IS NOT NULL AND state IN ('pending', 'accepted', 'unknown') ORDER BY claimed_at, call"
)


class Sandboxes:
    """The sandbox of this server, if it has one, and those of other servers on the same journal."""

    def __init__(self, database: Database, journal: SqlJournal, own: str | None = None) -> None:
        """Mark every request that this server claims from now on.

        Args:
            database: Opened, with all migrations applied.
            journal: The journal on it.
            own: ID of the embedded sandbox of this server; None if its platform is outside.
        """
        self._database = database
        self._journal = journal
        self._own = own
        journal.sandbox = own

    async def beat(self) -> None:
        """Give a sign of life, and close the calls of sandboxes that have stopped.

        Raises:
            StorageError: The database cannot be used.
        """
        now = self._journal.now()
        signs, calls = await self._database.run(lambda: _looking(self._sign(now)))
        alive = {name for name, value in signs.items() if name == self._own or _lives(value, now)}
        for row in calls:
            if row["sandbox"] not in alive:
                await self._close(row)
        if signs.keys() - alive:
            await self._database.run(lambda: _erasing(signs.keys() - alive))

    async def leave(self) -> None:
        """Close the calls of this server's sandbox, which ends now; a failure leaves that to the next server."""
        if self._own is None:
            return
        own = self._own
        with suppress(StorageError):
            _, calls = await self._database.run(lambda: _looking(()))
            for row in calls:
                if row["sandbox"] == own:
                    await self._close(row)
            await self._database.run(lambda: _erasing({own}))

    async def _close(self, row: Row) -> None:
        call_id = None if row["call_id"] is None else CallId(row["call_id"])
        await self._journal.record(Token(row["call"]), Outcome("lost", call_id))

    def _sign(self, now: Millis) -> Batch:
        if self._own is None:
            return ()
        value = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "seen_at": now})
        return (Statement(_SIGN, {"name": _PREFIX + self._own, "value": value}),)


def _looking(sign: Batch) -> Transaction[tuple[dict[str, str], list[Row]]]:
    rows = yield (*sign, Statement(_SIGNS, {"pattern": f"{_PREFIX}%"}), Statement(_OPEN))
    signs = {str(row["name"]).removeprefix(_PREFIX): str(row["value"]) for row in rows[-2]}
    return Commit((signs, list(rows[-1])))


def _erasing(names: set[str]) -> Transaction[None]:
    yield [Statement(_ERASE, {"name": _PREFIX + name}) for name in sorted(names)]
    return Commit(None)


def _lives(sign: str, now: Millis) -> bool:
    seen = json.loads(sign)
    if now - int(seen["seen_at"]) > _SILENT_MS:
        return False
    return seen["host"] != socket.gethostname() or _runs(int(seen["pid"]))


def _runs(pid: int) -> bool:
    """Whether a process of this machine may still run."""
    # Elsewhere, signal 0 would end the process.
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # It runs as another user.
        return True
    return True
