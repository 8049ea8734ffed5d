"""What is known of a call while it is in progress: from its events, and from the platform where none arrive."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import anyio

from sinch_voice_mcp.clock import Clock, Pace
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.inbox import is_input
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.ports import EventLog, EventWatch, Journal, JournalEntry, StoredEvent, VoiceApi
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.calls import Call

Until = Literal["answered", "input", "ended"]
"""What to wait for: an answer, input in a menu, or the end of the call."""

Progress = Callable[["CallSnapshot"], Awaitable[None]]
"""Called with each new snapshot while a call is waited for."""

_MAX_OPEN_LOOKUPS = 20
"""How many open calls a listing asks the platform about; a person reads no more at once."""

KINDS = frozenset({"ice", "ace", "pie", "dice", "notify"})
"""The kinds of event that the platform reports of a call."""


@dataclass(frozen=True, slots=True)
class MenuInput:
    """The input of a menu: how it ended, and the keys or words; ``value`` is None where nothing was entered."""

    type: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CallSnapshot:
    """What is known of a call at one moment.

    Attributes:
        call_id: The call.
        reported: Whether any event of it arrived.
        answered: Whether it was answered.
        ended: Whether it has ended.
        answered_by: ``human`` or ``machine``, in the platform's words; None where it did not say.
        entered: The last input of a menu.
        result: How it ended, in the platform's words.
        reason: Why it ended, in the platform's words.
        duration: Seconds after the answer.
        cost: Price in ``currency``.
        currency: ISO 4217.
    """

    call_id: str
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

    def reached(self, until: Until) -> bool:
        """Whether what is waited for has happened, or cannot happen any more."""
        match until:
            case "answered":
                return self.answered or self.ended
            case "input":
                return self.entered is not None or self.ended
            case "ended":
                return self.ended


class CallMonitor:
    """Looks at calls and waits for what happens in them."""

    def __init__(
        self,
        api: VoiceApi,
        journal: Journal,
        events: EventLog,
        settlement: Settlement,
        source: EventSource,
        *,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._api = api
        self._journal = journal
        self._events = events
        self._settlement = settlement
        self._source = source
        self._clock = clock
        self._pace = pace

    async def wait(
        self, call_id: str, until: Until, timeout_s: float, progress: Progress | None = None
    ) -> CallSnapshot:
        """Wait until something has happened in a call, or the time is up.

        Args:
            call_id: The call.
            until: What to wait for; the end of the call ends the wait as well.
            timeout_s: Seconds of the server's clock.
            progress: Called with every change.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        view = _View(call_id)
        async with self._events.watch(call_id) as watch:
            await self._look(view, ask=True)
            deadline = self._clock.monotonic() + timeout_s
            reported, asked_at = view.snapshot, self._clock.monotonic()
            while not view.snapshot.reached(until) and (left := deadline - self._clock.monotonic()) > 0:
                await watch.wait(min(left, self._pace.event_poll_s, self._poll_s))
                ask = self._clock.monotonic() - asked_at >= self._poll_s
                await self._look(view, ask=ask)
                asked_at = self._clock.monotonic() if ask else asked_at
                if progress is not None and view.snapshot != reported:
                    reported = view.snapshot
                    await progress(reported)
            await self._await_last_events(view, watch, deadline)
        return view.snapshot

    @property
    def _poll_s(self) -> float:
        return self._pace.platform_poll_with_events_s if self._source.active else self._pace.platform_poll_s

    async def _await_last_events(self, view: "_View", watch: EventWatch, deadline: float) -> None:
        """Where the platform's state told of the end first, wait for events that are still on their way."""
        until = min(deadline, self._clock.monotonic() + self._pace.last_events_s)
        while self._source.active and view.lacks_end and (left := until - self._clock.monotonic()) > 0:
            await watch.wait(left)
            await self._look(view, ask=False)

    async def check_open(self) -> frozenset[str]:
        """Look at the open calls, the newest first, for as long as a listing may take; settle those that have ended.

        The journal does not record an answer, so a listing asks for it here.

        Returns:
            The ids of the calls that are answered.

        Raises:
            StorageError: The journal cannot be used.
        """
        answered: set[str] = set()

        async def look(call_id: str) -> None:
            view = _View(call_id)
            try:
                await self._look(view, ask=True)
            except VoiceError:
                # The listing is still right about every other call, and this one keeps the state of the journal.
                return
            if view.snapshot.answered:
                answered.add(call_id)

        entries = await self._journal.entries(limit=_MAX_OPEN_LOOKUPS, states=("accepted",))
        with self._clock.move_on_after(self._pace.refresh_before_listing_s):
            async with anyio.create_task_group() as looks:
                for call_id in {call_id for entry in entries if (call_id := entry.call_id or entry.subject)}:
                    looks.start_soon(look, call_id)
        return frozenset(answered)

    async def timeline(self, call_id: str) -> list[JsonObject]:
        """List what is known to have happened in a call, in order: our request, then the platform's events.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        entry = await self._journal.by_call_id(call_id)
        ours = [] if entry is None else _request_rows(entry)
        theirs = [_event_row(event) for event in await self._events.events(call_id)]
        if not ours and not theirs:
            # Nothing is recorded of it; the platform says whether there is such a call at all.
            await self._api.get_call(call_id)
        # The platform's instants are whole seconds, so our request comes first whatever they say.
        return [*ours, *sorted(theirs, key=lambda row: int(str(row["at_ms"])))]

    async def _look(self, view: "_View", *, ask: bool) -> None:
        view.events.extend(await self._events.events(view.call_id, after=view.last))
        if ask and not view.is_final:
            found = await self._ask(view)
            if found is not None:
                view.call = found
                await self._settlement.observe(found)
        view.snapshot = snapshot(view.call_id, view.events, view.call)

    async def _ask(self, view: "_View") -> Call | None:
        """Ask the platform for the state of a call; None where it does not answer in time."""
        try:
            # Events keep arriving; a slow platform must not hold them up.
            with self._clock.move_on_after(self._pace.platform_answer_s):
                return await self._api.get_call(view.call_id)
        except VoiceError:
            # An event proves that the call exists, and so does a request that was placed and has not ended.
            if view.call is None and not view.events:
                entry = await self._journal.by_call_id(view.call_id)
                if entry is None or entry.state == "ended":
                    raise
        return None


class _View:
    """What one waiter has seen of a call so far."""

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.events: list[StoredEvent] = []
        self.call: Call | None = None
        self.snapshot = CallSnapshot(call_id)

    @property
    def last(self) -> int:
        return self.events[-1].seq if self.events else 0

    @property
    def lacks_end(self) -> bool:
        """Whether the platform says that the call has ended, and the event of the end has not arrived."""
        return self.snapshot.ended and all(event.kind != "dice" for event in self.events)

    @property
    def is_final(self) -> bool:
        return self.call is not None and self.call.status == "FINAL"


def snapshot(call_id: str, events: Sequence[StoredEvent], call: Call | None) -> CallSnapshot:
    """Combine events and the platform's own answer, whatever the order in which they arrived."""
    ends = [event for event in events if event.kind == "dice"]
    result = _text(ends, "result") or (call and call.result)
    ended = bool(ends) or (call is not None and call.status == "FINAL")
    answered = result == "ANSWERED" or any(event.kind in {"ace", "pie"} for event in events)
    debit = None if call is None else call.debit
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
        cost=_amount(ends, debit and debit.amount) if ended else None,
        currency=_text(ends, "currency") or (debit and debit.currency_id),
    )


def _entered(events: Sequence[StoredEvent]) -> MenuInput | None:
    """The last input of a menu; a call that ends in a menu is not an input."""
    menus = [event for event in events if event.kind == "pie" and event.details.get("type") != "hangup"]
    if not menus:
        return None
    # A key that was pressed counts for more than a silence before or after it.
    chosen = next((event for event in reversed(menus) if is_input(event.details)), menus[-1])
    untrusted = chosen.details.get("untrusted")
    value = untrusted.get("input") if is_object(untrusted) else None
    return MenuInput(str(chosen.details.get("type") or "unknown"), None if value is None else str(value))


def _text(events: Sequence[StoredEvent], name: str) -> str | None:
    values = (event.details.get(name) for event in reversed(events))
    return next((value for value in values if isinstance(value, str)), None)


def _number(events: Sequence[StoredEvent], name: str, otherwise: int | None) -> int | None:
    values = (event.details.get(name) for event in events)
    return next((value for value in values if isinstance(value, int)), otherwise)


def _amount(events: Sequence[StoredEvent], otherwise: float | None) -> float | None:
    values = (event.details.get("cost") for event in events)
    return next((float(value) for value in values if isinstance(value, int | float)), otherwise)


def _event_row(event: StoredEvent) -> JsonObject:
    at = event.received_at if event.at is None else event.at
    return {"at_ms": at, "event": event.kind, **event.details}


def _request_rows(entry: JournalEntry) -> list[JsonObject]:
    rows: list[JsonObject] = [{"at_ms": entry.claimed_at, "event": entry.kind, "state": entry.state}]
    if entry.number is not None:
        rows[0]["number"] = entry.number
    return rows
