"""Monitor calls in progress: by their events, and by lookups at the platform if no events arrive."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import anyio

from sinch_voice_mcp.clock import Clock, Pace
from sinch_voice_mcp.deadline import current_deadline
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.boundary import OTHER, UNTRUSTED
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.inbox import is_input
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.ports import INBOUND, CallsApi, EventKind, EventLog, EventWatch, Journal, StoredEvent
from sinch_voice_mcp.types import CallId, JsonObject, is_object
from sinch_voice_mcp.wire.calls import ANSWERED, Call

Until = Literal["answered", "input", "ended"]
"""What to wait for: an answer, input in a menu, or the end of the call."""

Progress = Callable[["CallSnapshot"], Awaitable[None]]
"""Called with each new snapshot during a wait."""

_MAX_OPEN_LOOKUPS = 20
"""Open calls that one listing looks up at the platform; a person reads no more at once."""

_MAX_EMBEDDED_LOOKUPS = 1_000
"""The same for the sandbox in this process, which answers at once and limits no rate."""

_REPORTING: Mapping[Until, frozenset[EventKind]] = {
    "answered": frozenset({"ace", "dice"}),
    "input": frozenset({"pie", "dice"}),
    "ended": frozenset({"dice"}),
}
"""The events that end a wait, by what it waits for; the end of the call ends every wait."""


@dataclass(frozen=True, slots=True)
class MenuInput:
    """The input of a menu: how it ended, and the keys or words; ``value`` is None if nothing was entered."""

    type: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CallSnapshot:
    """What is known of a call at one moment.

    Attributes:
        call_id: ID of the call.
        reported: Whether any event of it arrived.
        answered: Whether it was answered.
        ended: Whether it has ended.
        answered_by: The platform's word for what answered, such as ``human`` or ``machine``; None if it gave none.
        entered: The last input of a menu.
        result: The platform's word for how it ended.
        reason: The platform's word for why it ended.
        duration: Seconds between answer and end.
        cost: What it cost, in ``currency``.
        currency: ISO 4217 code; None without a cost.
        came_in: Whether a caller called this server; otherwise it placed the call.
    """

    call_id: CallId
    reported: bool = False
    answered: bool = False
    ended: bool = False
    answered_by: str | None = None
    entered: MenuInput | None = None
    result: str | None = None
    reason: str | None = None
    duration: int | None = None
    cost: float | None = None
    currency: str | None = None
    came_in: bool = False

    def reached(self, until: Until) -> bool:
        """Whether the awaited state is reached, or cannot be reached any more."""
        match until:
            case "answered":
                return self.answered or self.ended
            case "input":
                return self.entered is not None or self.ended
            case "ended":
                return self.ended


class CallMonitor:
    """Observes calls, and waits until they reach a state."""

    def __init__(
        self,
        api: CallsApi,
        journal: Journal,
        events: EventLog,
        settlement: Settlement,
        routing: EventRouting,
        *,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._api = api
        self._journal = journal
        self._events = events
        self._settlement = settlement
        self._routing = routing
        self._clock = clock
        self._pace = pace

    async def wait(
        self, call_id: CallId, until: Until, timeout_s: float, progress: Progress | None = None
    ) -> CallSnapshot:
        """Wait until a call reaches a state, or the time is up.

        Args:
            call_id: ID of the call.
            until: The state to wait for; the end of the call ends the wait in any case.
            timeout_s: Longest wait, in seconds of the server's clock.
            progress: Called with every new snapshot.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        view = _View(call_id)
        async with self._events.watch(call_id) as watch:
            await self._observe(view, look_up=True)
            coming = await self._coming(call_id)
            poll_s = self._poll_s(until, coming)
            deadline = self._clock.monotonic() + _within_tool_call(timeout_s)
            reported, looked_up_at = view.snapshot, self._clock.monotonic()
            while not view.snapshot.reached(until) and (left := deadline - self._clock.monotonic()) > 0:
                await watch.wait(min(left, self._pace.event_poll_s, poll_s))
                look_up = self._clock.monotonic() - looked_up_at >= poll_s
                await self._observe(view, look_up=look_up)
                looked_up_at = self._clock.monotonic() if look_up else looked_up_at
                if progress is not None and view.snapshot != reported:
                    reported = view.snapshot
                    await progress(reported)
            if coming is None or "dice" in coming:
                await self._await_last_events(view, watch, deadline)
        return view.snapshot

    async def came_in(self, call_id: CallId) -> bool:
        """Return whether a call came in, as far as the journal knows.

        Raises:
            StorageError: The journal cannot be used.
        """
        entry = await self._journal.by_call_id(call_id)
        return entry is not None and entry.kind == INBOUND

    async def _coming(self, call_id: CallId) -> frozenset[EventKind] | None:
        """Return the kinds of events of a call that reach this server; None if that is not known."""
        await self._routing.is_ours()
        return self._routing.coming(await self._journal.by_call_id(call_id))

    def _poll_s(self, until: Until, coming: frozenset[EventKind] | None) -> float:
        """Return the seconds between two lookups; where no event would end the wait, lookups have to."""
        reported = coming is not None and coming >= _REPORTING[until]
        return self._pace.platform_poll_with_events_s if reported else self._pace.platform_poll_s

    async def _await_last_events(self, view: "_View", watch: EventWatch, deadline: float) -> None:
        """Wait for the last events if a lookup found the end of the call before its event arrived."""
        until = min(deadline, self._clock.monotonic() + self._pace.last_events_s)
        while view.lacks_end and (left := until - self._clock.monotonic()) > 0:
            await watch.wait(left)
            await self._observe(view, look_up=False)

    async def check_open(self) -> frozenset[CallId]:
        """Look up the newest open calls, for as long as a listing may take, and settle those that have ended.

        The journal does not record that a call was answered, so a listing needs these lookups.

        Returns:
            The IDs of the calls that are answered.

        Raises:
            StorageError: The journal cannot be used.
        """
        answered: set[CallId] = set()

        async def look_up(call_id: CallId) -> None:
            view = _View(call_id)
            try:
                await self._observe(view, look_up=True)
            except VoiceError:
                # One failed lookup must not fail the listing; this call is listed with the state of the journal.
                return
            if view.snapshot.answered:
                answered.add(call_id)

        limit = _MAX_EMBEDDED_LOOKUPS if self._routing.source.embedded else _MAX_OPEN_LOOKUPS
        entries = await self._journal.entries(limit=limit, states=("accepted",))
        with self._clock.move_on_after(self._pace.refresh_before_listing_s):
            async with anyio.create_task_group() as lookups:
                # Each call once, although a change of it is an entry of its own; in order, so that runs are alike.
                for call_id in dict.fromkeys(call_id for entry in entries if (call_id := entry.of_call)):
                    lookups.start_soon(look_up, call_id)
        return frozenset(answered)

    async def _observe(self, view: "_View", *, look_up: bool) -> None:
        """Read the new events of a call, and look it up at the platform if requested."""
        events = await self._events.events(view.call_id, after=view.last)
        view.events.extend(events)
        if any(event.kind == "ice" for event in events):
            # The journal knows of a call that comes in from this event on.
            view.came_in = await self.came_in(view.call_id)
        if look_up and not view.is_final:
            found = await self._look_up(view)
            if found is not None:
                view.call = found
                await self._settlement.observe(found)
        came_in = view.came_in or (view.call is not None and view.call.came_in)
        view.snapshot = replace(snapshot(view.call_id, view.events, view.call), came_in=came_in)

    async def _look_up(self, view: "_View") -> Call | None:
        """Look up the state of a call at the platform; None if it does not answer in time."""
        try:
            # A slow answer must not delay the events that arrive meanwhile.
            with self._clock.move_on_after(self._pace.platform_answer_s):
                return await self._api.get_call(view.call_id)
        except VoiceError:
            # Events or an open request prove that the call exists, so a failed lookup only means: not known now.
            if view.call is None and not view.events:
                entry = await self._journal.by_call_id(view.call_id)
                if entry is None or entry.state == "ended":
                    raise
        return None


def _within_tool_call(seconds: float) -> float:
    """Shorten a wait to what is left of the tool call that it is part of."""
    deadline = current_deadline()
    return seconds if deadline is None else min(seconds, deadline.left_s)


class _View:
    """What one wait has observed of a call so far."""

    def __init__(self, call_id: CallId) -> None:
        self.call_id = call_id
        self.came_in = False
        self.events: list[StoredEvent] = []
        self.call: Call | None = None
        self.snapshot = CallSnapshot(call_id)

    @property
    def last(self) -> int:
        return self.events[-1].seq if self.events else 0

    @property
    def lacks_end(self) -> bool:
        """Whether a lookup found that the call has ended, and the event of its end has not arrived."""
        return self.snapshot.ended and all(event.kind != "dice" for event in self.events)

    @property
    def is_final(self) -> bool:
        return self.call is not None and self.call.status == "FINAL"


def snapshot(call_id: CallId, events: Sequence[StoredEvent], call: Call | None) -> CallSnapshot:
    """Combine the events of a call and its last lookup, in whatever order they arrived."""
    ends = [event for event in events if event.kind == "dice"]
    result = _text(ends, "result") or (call and call.result)
    ended = bool(ends) or (call is not None and call.status == "FINAL")
    answered = result == ANSWERED or any(event.kind in {"ace", "pie"} for event in events)
    debit = None if call is None else call.debit
    cost = _amount(ends, debit and debit.known) if ended else None
    currency = _text(ends, "currency") or (debit and debit.currency_id)
    return CallSnapshot(
        call_id=call_id,
        reported=bool(events),
        answered=answered,
        ended=ended,
        answered_by=_text([event for event in events if event.kind in {"ace", "notify"}], "answered_by"),
        entered=_entered(events),
        result=result if ended else None,
        reason=(_text(ends, "reason") or (call and call.reason)) if ended else None,
        duration=_number(ends, "duration_s", call and call.duration),
        cost=cost,
        currency=None if cost is None else currency,
    )


def _entered(events: Sequence[StoredEvent]) -> MenuInput | None:
    """Return the last input of a menu; the end of the call in a menu is not an input."""
    menus = [event for event in events if event.kind == "pie" and event.details.get("type") != "hangup"]
    if not menus:
        return None
    # A pressed key or spoken word takes precedence over a silence before or after it.
    chosen = next((event for event in reversed(menus) if is_input(event.details)), menus[-1])
    untrusted = chosen.details.get(UNTRUSTED)
    value = untrusted.get("input") if is_object(untrusted) else None
    return MenuInput(str(_word(chosen.details, "type") or "unknown"), None if value is None else str(value))


def _text(events: Sequence[StoredEvent], name: str) -> str | None:
    values = (_word(event.details, name) for event in reversed(events))
    return next((value for value in values if isinstance(value, str)), None)


def _word(details: JsonObject, name: str) -> object:
    """Return a word of an event, also one that is not known; the result shows such a word as untrusted."""
    value, outside = details.get(name), details.get(UNTRUSTED)
    return outside.get(name, value) if value == OTHER and is_object(outside) else value


def _number(events: Sequence[StoredEvent], name: str, otherwise: int | None) -> int | None:
    values = (event.details.get(name) for event in events)
    return next((value for value in values if isinstance(value, int)), otherwise)


def _amount(events: Sequence[StoredEvent], otherwise: float | None) -> float | None:
    values = (event.details.get("cost") for event in events)
    return next((float(value) for value in values if isinstance(value, int | float)), otherwise)
