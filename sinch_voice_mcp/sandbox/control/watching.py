"""Watching: wait until calls match a query, and follow everything that happens as a stream of events."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import asdict

import anyio

from sinch_voice_mcp.clock import wait_event
from sinch_voice_mcp.sandbox.callbacks import DeliveryAttempt
from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.calls import query_of
from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.feed import Feed, FeedItem, Watcher
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, NoParameters, Waiting
from sinch_voice_mcp.sandbox.control.responses import WaitResult
from sinch_voice_mcp.sandbox.control.routing import ControlRequest, EventStream
from sinch_voice_mcp.sandbox.control.search import Deliveries, Query
from sinch_voice_mcp.sandbox.engine.views import CallView

KEEP_ALIVE_S = 15.0
"""Real seconds after which a stream without events sends a comment, so that no proxy closes it."""

_RETRY_MS = 1_000


async def wait_for_calls(request: ControlRequest[Waiting, EmptyBody]) -> WaitResult:
    """Wait until so many calls match a query, also if one of them matches only for a moment.

    The response comes at once if they match already, and with `matched` false when the time is over.
    """
    waiting, controls = request.parameters, request.controls
    search = _Search(controls, query_of(waiting), waiting.count)
    controls.feed.check_open()
    with controls.waits.place(), controls.feed.watched_by(Watcher(search.look_at, search.done.set)):
        search.look_at_all()
        controls.driver.wake()
        await wait_event(search.done, waiting.timeout, controls.wall)
        # A call can match because time has passed, without anything that happened to it.
        search.look_at_all()
    return search.result()


async def stream_events(request: ControlRequest[NoParameters, EmptyBody]) -> EventStream:
    """Stream entries of timelines (`timeline`) and attempts to deliver callbacks (`callback`) as they happen.

    The header `Last-Event-ID` resumes after an event, of which the last 1,000 are kept; `gap` says how many are
    missing. Without the header the stream begins with the next event.
    """
    last = _last_seen(request.headers.get("last-event-id"), request.controls.feed)
    return EventStream(_events(request.controls, last))


class _Search:
    """The calls that have matched a query since a request began to wait."""

    def __init__(self, controls: Controls, query: Query, count: int) -> None:
        self.done = anyio.Event()
        self._controls = controls
        self._query = query
        self._count = count
        self._found: dict[str, None] = {}

    def look_at(self, call_id: str) -> None:
        """Check whether a call that has changed matches."""
        call = self._controls.engine.view(call_id)
        if call is not None:
            self._look(call, self._controls.deliveries())

    def look_at_all(self) -> None:
        """Check every call."""
        deliveries = self._controls.deliveries()
        for call in self._controls.engine.views():
            self._look(call, deliveries)

    def _look(self, call: CallView, deliveries: Deliveries) -> None:
        if self.done.is_set() or call.id in self._found or not self._query.matches(call, deliveries):
            return
        self._found[call.id] = None
        if len(self._found) >= self._count:
            self.done.set()

    def result(self) -> WaitResult:
        """Return the calls that matched, as they are now."""
        calls = (self._controls.engine.view(call_id) for call_id in self._found)
        summaries = tuple(showing.summary(call) for call in calls if call is not None)
        return WaitResult(len(self._found) >= self._count, summaries)


def _last_seen(given: str | None, feed: Feed) -> int:
    """Return the number of the last event that a client has seen.

    Raises:
        ControlError: The header is not the id of an event.
    """
    if given is None or not given.strip():
        return feed.last
    text = given.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(2**63))):
        raise ControlError("invalid_parameter", "`Last-Event-ID` is not the id of an event", "Leave the header out.")
    return int(text)


class _Signal:
    """An event that can be set again and again."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake the one who waits."""
        self._event.set()

    def renew(self) -> anyio.Event:
        """Return an event for the next wait."""
        self._event = anyio.Event()
        return self._event


async def _events(controls: Controls, last: int) -> AsyncGenerator[bytes]:
    """Yield events after the one with a number, in the format of server-sent events, until the sandbox stops.

    Raises:
        ControlError: There are too many streams, or the sandbox stops; this is raised for the first event.
    """
    feed, signal = controls.feed, _Signal()
    feed.check_open()
    with controls.streams.place(), feed.watched_by(Watcher(lambda _: signal.set(), signal.set)):
        yield f"retry: {_RETRY_MS}\n\n".encode()
        if last > feed.last:
            # The client has seen events of a sandbox that has ended since.
            yield _gap(None)
            last = 0
        while not feed.is_closed:
            woken = signal.renew()
            if items := feed.after(last):
                yield b"".join(_written(controls, last, items))
                last = items[-1][0]
            elif not await wait_event(woken, KEEP_ALIVE_S, controls.wall):
                yield b": keep-alive\n\n"


def _written(controls: Controls, last: int, items: Sequence[tuple[int, FeedItem]]) -> Iterator[bytes]:
    missed = items[0][0] - last - 1
    if missed > 0:
        yield _gap(missed)
    credentials = controls.engine.account.credentials()
    for number, item in items:
        if isinstance(item, DeliveryAttempt):
            kind, shown = "callback", asdict(showing.attempt(item, credentials))
        else:
            kind, shown = "timeline", asdict(showing.timeline_item(item))
        # JSON escapes the ends of lines, so the data is one line.
        yield f"id: {number}\nevent: {kind}\ndata: {json.dumps(shown)}\n\n".encode()


def _gap(missed: int | None) -> bytes:
    return f"event: gap\ndata: {json.dumps({'missed': missed})}\n\n".encode()
