"""What is known of a call while it goes on: from its events, and from the platform where none come."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import anyio

from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.inbox import is_input
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.ports import EventLog, EventWatch, Journal, JournalEntry, StoredEvent, VoiceApi
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.calls import Call

Until = Literal["answered", "input", "ended"]
Progress = Callable[["CallSnapshot"], Awaitable[None]]

KINDS = frozenset({"ice", "ace", "pie", "dice", "notify"})
"""What the platform tells of a call."""

_LOOK_S = 1.0
_LOOK_WITH_EVENTS_S = 5.0
"""Seconds between questions to the platform: more where events come, which may get lost all the same."""

_ANSWER_S = 2.0
"""Seconds that one answer of the platform is waited for."""

_LAST_WORDS_S = 1.0
"""Seconds that are waited for the event of an end that is known already."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody entered in a menu: how that ended, and the keys or words."""

    type: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CallSnapshot:
    """A call as far as it is known. ``heard`` is whether any event of it came; ``duration`` is in seconds."""

    call_id: str
    heard: bool = False
    answered: bool = False
    ended: bool = False
    answered_by: str | None = None
    entered: Entered | None = None
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
        self, api: VoiceApi, journal: Journal, events: EventLog, settlement: Settlement, source: EventSource
    ) -> None:
        self._api = api
        self._journal = journal
        self._events = events
        self._settlement = settlement
        self._source = source

    async def wait(
        self, call_id: str, until: Until, timeout_s: float, progress: Progress | None = None
    ) -> CallSnapshot:
        """Wait until something has happened in a call, or the time is up.

        Args:
            call_id: The call.
            until: What to wait for; the end of the call comes instead of what it makes impossible.
            timeout_s: Seconds of real time.
            progress: Told of every change.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        seen = _Seen(call_id)
        async with self._events.watch(call_id) as watch:
            await self._look(seen, ask=True)
            deadline = anyio.current_time() + timeout_s
            told, asked = seen.picture, anyio.current_time()
            while not seen.picture.reached(until) and (left := deadline - anyio.current_time()) > 0:
                await watch.wait(min(left, _LOOK_S))
                ask = anyio.current_time() - asked >= (_LOOK_WITH_EVENTS_S if self._source.active else _LOOK_S)
                await self._look(seen, ask=ask)
                asked = anyio.current_time() if ask else asked
                if progress is not None and seen.picture != told:
                    told = seen.picture
                    await progress(told)
            await self._last_words(seen, watch, deadline)
        return seen.picture

    async def _last_words(self, seen: "_Seen", watch: EventWatch, deadline: float) -> None:
        """Where the end was learned by asking, what was pressed before it may still be on its way."""
        until = min(deadline, anyio.current_time() + _LAST_WORDS_S)
        while self._source.active and seen.is_cut_short and (left := until - anyio.current_time()) > 0:
            await watch.wait(left)
            await self._look(seen, ask=False)

    async def timeline(self, call_id: str) -> list[JsonObject]:
        """Everything that is known to have happened in a call, in order: what we did, and what the platform told.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        entry = await self._journal.by_call_id(call_id)
        ours = [] if entry is None else _ours(entry)
        theirs = [_row(event) for event in await self._events.events(call_id)]
        if not ours and not theirs:
            # Nothing is known of it here; the platform says whether there is such a call at all.
            await self._api.get_call(call_id)
        # The platform's instants are whole seconds: what we asked for comes first whatever they say.
        return [*ours, *sorted(theirs, key=lambda row: int(str(row["at_ms"])))]

    async def _look(self, seen: "_Seen", *, ask: bool) -> None:
        seen.events.extend(await self._events.events(seen.call_id, after=seen.last))
        if ask and not seen.over:
            found = await self._asked(seen)
            if found is not None:
                seen.call = found
                await self._settlement.observe(found)
        seen.picture = picture(seen.call_id, seen.events, seen.call)

    async def _asked(self, seen: "_Seen") -> Call | None:
        """What the platform says of a call; None where it does not say so in time."""
        try:
            # Events go on coming; a platform that is slow must not hold them up.
            with anyio.move_on_after(_ANSWER_S):
                return await self._api.get_call(seen.call_id)
        except VoiceError:
            # An event is proof enough that there is such a call, and so is one that was placed and has not ended.
            if seen.call is None and not seen.events:
                entry = await self._journal.by_call_id(seen.call_id)
                if entry is None or entry.state == "ended":
                    raise
        return None


class _Seen:
    """What one who waits has seen so far."""

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.events: list[StoredEvent] = []
        self.call: Call | None = None
        self.picture = CallSnapshot(call_id)

    @property
    def last(self) -> int:
        return self.events[-1].seq if self.events else 0

    @property
    def is_cut_short(self) -> bool:
        """Whether the platform says that the call is over, and its event has not come."""
        return self.picture.ended and all(event.kind != "dice" for event in self.events)

    @property
    def over(self) -> bool:
        return self.call is not None and self.call.status == "FINAL"


def picture(call_id: str, events: Sequence[StoredEvent], call: Call | None) -> CallSnapshot:
    """What events and the platform's own answer say of a call, whatever the order in which they came."""
    ends = [event for event in events if event.kind == "dice"]
    result = _text(ends, "result") or (call and call.result)
    ended = bool(ends) or (call is not None and call.status == "FINAL")
    answered = result == "ANSWERED" or any(event.kind in {"ace", "pie"} for event in events)
    debit = None if call is None else call.debit
    return CallSnapshot(
        call_id=call_id,
        heard=bool(events),
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


def _entered(events: Sequence[StoredEvent]) -> Entered | None:
    """The last thing that somebody entered; leaving in a menu is no answer."""
    menus = [event for event in events if event.kind == "pie" and event.details.get("type") != "hangup"]
    if not menus:
        return None
    # Something that was pressed counts for more than a silence before or after it.
    chosen = next((event for event in reversed(menus) if is_input(event.details)), menus[-1])
    foreign = chosen.details.get("untrusted")
    value = foreign.get("input") if is_object(foreign) else None
    return Entered(str(chosen.details.get("type") or "unknown"), None if value is None else str(value))


def _text(events: Sequence[StoredEvent], name: str) -> str | None:
    values = (event.details.get(name) for event in reversed(events))
    return next((value for value in values if isinstance(value, str)), None)


def _number(events: Sequence[StoredEvent], name: str, otherwise: int | None) -> int | None:
    values = (event.details.get(name) for event in events)
    return next((value for value in values if isinstance(value, int)), otherwise)


def _amount(events: Sequence[StoredEvent], otherwise: float | None) -> float | None:
    values = (event.details.get("cost") for event in events)
    return next((float(value) for value in values if isinstance(value, int | float)), otherwise)


def _row(event: StoredEvent) -> JsonObject:
    at = event.received_at if event.at is None else event.at
    return {"at_ms": at, "event": event.kind, **event.details}


def _ours(entry: JournalEntry) -> list[JsonObject]:
    rows: list[JsonObject] = [{"at_ms": entry.claimed_at, "event": entry.kind, "state": entry.state}]
    if entry.number is not None:
        rows[0]["number"] = entry.number
    return rows
