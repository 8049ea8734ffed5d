"""One way to write transactions for both engines: a generator that yields statements and receives their rows.

::

    def transaction() -> Transaction[bool]:
        (rows,) = yield (Statement("UPDATE gate SET stopped_at = :now RETURNING seq", {"now": now}),)
        return Commit(bool(rows))

    await database.run(transaction)

A driver runs the statements of one batch together. It commits if the generator returns a :class:`Commit`, and rolls
everything back if it returns a :class:`Rollback` or raises. A transaction may run again from its beginning, so it has
no other side effects.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Dialect = Literal["sqlite", "postgres"]
Row = Mapping[str, Any]
Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in the SQL that both engines understand, with named values such as ``:now``."""

    sql: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


Batch = Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Commit(Generic[T_co]):
    """Value of a transaction, and its last statements: they are sent together with the commit, and no rows return."""

    value: T_co
    last: Batch = ()


@dataclass(frozen=True, slots=True)
class Rollback(Generic[T_co]):
    """Value of a transaction that leaves nothing behind."""

    value: T_co


Steps: TypeAlias = Generator[Batch, list[Rows], T]
"""Part of a transaction, to be run with ``yield from``."""

Transaction: TypeAlias = Generator[Batch, list[Rows], Commit[T] | Rollback[T]]
"""A whole transaction."""

Start: TypeAlias = Callable[[], Generator[Batch, list[Rows], Commit[T] | Rollback[T]]]
"""Starts a transaction, as often as the driver needs."""


class Database(Protocol):
    """An opened database."""

    @property
    def dialect(self) -> Dialect:
        """Which migrations it gets."""
        ...

    @property
    def durable(self) -> bool:
        """Whether the data outlives this process."""
        ...

    @property
    def spans_hosts(self) -> bool:
        """Whether servers on several hosts may use it at the same time."""
        ...

    @property
    def clock_query(self) -> str | None:
        """Query for the clock that all servers agree on, as ``now`` in milliseconds; None for the machine's own."""
        ...

    @property
    def key_ordered(self) -> str:
        """Table option for a table that is stored in the order of its primary key."""
        ...

    @property
    def migration_lock(self) -> Batch:
        """Statements that let one migration run at a time, until the end of the transaction."""
        ...

    @property
    def name(self) -> str:
        """Engine, version and location, to show to people; without a password."""
        ...

    def was_replaced(self) -> bool:
        """Return whether the files of the database are no longer those that were opened; may be called anywhere."""
        ...

    async def run(self, start: Start[T]) -> T:
        """Run a transaction and return its value.

        Raises:
            StorageError: The database cannot be used. Nothing was changed, unless the connection was lost during the
                commit.
        """
        ...

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing.

        Raises:
            StorageError: The database cannot be used.
        """
        ...

    def announcement(self, channel: str, text: str) -> Batch:
        """Return the statements that send a text to all servers that listen; none if the engine cannot do that."""
        ...

    async def listen(self, channel: str, receive: Callable[[str], None]) -> None:
        """Pass on what other servers announce, until canceled. Announcements may get lost."""
        ...

    async def aclose(self) -> None:
        """Finish the transactions that were requested, and close."""
        ...


def committed(steps: Steps[T]) -> Transaction[T]:
    """Make a whole transaction of its only part."""
    return Commit((yield from steps))


def one(sql: str, **values: object) -> Transaction[Rows]:
    """A transaction of one statement; its value is the rows."""
    (rows,) = yield (Statement(sql, values),)
    return Commit(rows)
