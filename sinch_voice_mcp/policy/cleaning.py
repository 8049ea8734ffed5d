"""What a caller controls in an event, cleaned so that it can be stored and shown."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.calls import Party
from sinch_voice_mcp.wire.events import (
    DiceEvent,
    IceEvent,
    NotifyEvent,
    Pair,
    PieEvent,
    UnknownEvent,
    VoiceEvent,
)

MAX_PAIRS = 50
"""How many cookies of one event are stored, and how many call headers."""


def untrusted(event: VoiceEvent) -> JsonObject:
    """Return everything in an event that the caller or the callee may have written.

    Returns:
        A JSON object without absent members: texts of at most 500 characters without invisible characters, and under
        ``cookies`` and ``call_headers`` at most 50 objects with ``key`` and ``value``.
    """
    texts = (*_common(event), *_special(event))
    cleaned: JsonObject = {name: clean(text) for name, text in texts if text is not None}
    pairs = {"cookies": event.cookies, "call_headers": event.call_headers}
    return cleaned | {name: _cleaned_pairs(given) for name, given in pairs.items() if given}


def _common(event: VoiceEvent) -> Iterator[tuple[str, str | None]]:
    yield "custom", event.custom
    yield "user", event.user
    yield "conference_id", event.conference_id
    if isinstance(event, UnknownEvent):
        yield "kind", event.kind


def _special(event: VoiceEvent) -> Iterable[tuple[str, str | None]]:
    match event:
        case IceEvent():
            return (("cli", event.cli), ("rdnis", event.rdnis), ("to", _endpoint(event.to)))
        case DiceEvent():
            return (("from", event.from_), ("to", _endpoint(event.to)))
        case PieEvent(menu_result=result) if result is not None:
            return (("menu_id", result.menu_id), ("input", result.value))
        case NotifyEvent():
            return (("type", event.type), ("destination", event.destination), ("error_msg", event.error_msg))
        case _:
            return ()


def _endpoint(party: Party | None) -> str | None:
    return None if party is None else party.endpoint


def _cleaned_pairs(pairs: Iterable[Pair]) -> list[JsonObject]:
    return [{"key": clean(pair.key), "value": clean(pair.value)} for pair in islice(pairs, MAX_PAIRS)]
