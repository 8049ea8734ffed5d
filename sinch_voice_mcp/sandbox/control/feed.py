"""What happens in the sandbox, for those who watch it: entries of timelines, and attempts to deliver callbacks."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from sinch_voice_mcp.sandbox.callbacks import DeliveryAttempt
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.engine import TimelineEntry

MAX_ITEMS_KEPT = 1_000

FeedItem = TimelineEntry | DeliveryAttempt


@dataclass(frozen=True, slots=True, eq=False)
class Watcher:
    """What is called after something happened to a call, given by its id, and when the sandbox stops."""

    on_change: Callable[[str], None]
    on_close: Callable[[], None]


class Feed:
    """The last 1,000 items, numbered from 1, and the watchers of the next ones."""

    def __init__(self) -> None:
        self._items: deque[FeedItem] = deque(maxlen=MAX_ITEMS_KEPT)
        self._last = 0
        self._watchers: list[Watcher] = []
        self._is_closed = False

    @property
    def last(self) -> int:
        """The number of the newest item; 0 before the first one."""
        return self._last

    @property
    def is_closed(self) -> bool:
        """Whether the sandbox stops."""
        return self._is_closed

    @property
    def is_watched(self) -> bool:
        """Whether there is a watcher."""
        return bool(self._watchers)

    def add(self, item: FeedItem) -> None:
        """Add an item. This is called for everything that happens, so it is cheap as long as no one watches."""
        self._last += 1
        self._items.append(item)
        if self._watchers:
            for watcher in tuple(self._watchers):
                watcher.on_change(item.call_id)

    def check_open(self) -> None:
        """Raise if the sandbox stops.

        Raises:
            ControlError: It does.
        """
        if self._is_closed:
            raise ControlError("stopping", "the sandbox stops", "Start it again.")

    def after(self, number: int) -> Sequence[tuple[int, FeedItem]]:
        """Return the items that are kept and newer than the one with a number, oldest first."""
        first = self._last - len(self._items) + 1
        skipped = max(0, number - first + 1)
        return tuple(enumerate(islice(self._items, skipped, None), first + skipped))

    @contextmanager
    def watched_by(self, watcher: Watcher) -> Generator[None]:
        """Inform a watcher of everything that happens inside the block."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def clear(self) -> None:
        """Drop the items that are kept; the numbers continue."""
        self._items.clear()

    def close(self) -> None:
        """Inform every watcher that the sandbox stops."""
        self._is_closed = True
        for watcher in tuple(self._watchers):
            watcher.on_close()
