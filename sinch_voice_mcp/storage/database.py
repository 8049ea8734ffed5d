"""One way to write transactions for both engines: a generator that hands out statements and gets rows back.

::

    def transaction() -> Transaction[bool]:
        (rows,) = yield (Statement("UPDATE gate SET stopped_at = :now RETURNING seq", {"now": now}),)
        return bool(rows)

    await database.run(transaction)

A driver runs the statements of one batch together, rolls everything back when the generator raises, and
commits when it returns. A transaction may run again from its beginning, so it changes nothing outside.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

T = TypeVar("T")

Dialect = Literal["sqlite", "postgres"]
Row = Mapping[str, Any]
Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in the SQL that both engines understand, with named values such as ``:now``."""

    sql: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


Batch = Sequence[Statement]
Transaction = Generator[Batch, list[Rows], T]
Start = Callable[[], Transaction[T]]


@dataclass(frozen=True, slots=True)
class Final:
    """The value of a transaction together with its last statements, which are sent with the commit."""

    value: object
    batch: Batch


class Abandon(Exception):  # noqa: N818 - not an error: the transaction has an answer and leaves nothing behind
    """Roll everything back; ``value`` is the transaction's value all the same."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class Database(Protocol):
    """An opened database."""

    @property
    def dialect(self) -> Dialect:
        """Which engine it is."""
        ...

    @property
    def durable(self) -> bool:
        """Whether it outlives this process."""
        ...

    @property
    def name(self) -> str:
        """Engine, version and place, for people; without a password."""
        ...

    async def run(self, start: Start[T]) -> T:
        """Run a transaction.

        Raises:
            StorageError: The database cannot be used; nothing was changed, as far as anybody can know.
        """
        ...

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing.

        Raises:
            StorageError: The database cannot be used.
        """
        ...

    async def listen(self, channel: str, told: Callable[[str], None]) -> None:
        """Tell what other servers announce on a channel, for as long as this runs. Announcements may get lost."""
        ...

    async def aclose(self) -> None:
        """Close it."""
        ...


def one(sql: str, **values: object) -> Transaction[Rows]:
    """A transaction of one statement."""
    (rows,) = yield (Statement(sql, values),)
    return rows
