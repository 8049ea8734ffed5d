"""What holds for every call that has ended, whatever happened in it; read from its timeline alone where possible."""

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sinch_voice_mcp.sandbox.engine.state import TimelineEntry
from tests.unit.sandbox.world import World

RATES = {"sip": Decimal("0.005"), "username": Decimal("0.003"), "Websocket": Decimal("0.005")}
NUMBERS = {"60": Decimal("0.01"), "61": Decimal("0.20"), "62": Decimal("0.50"), "63": Decimal("5.00")}
INCOMING = {"PSTN": Decimal("0.01"), "SIP": Decimal(0), "MXP": Decimal(0)}
FICTIONAL = "+120255501"


def assert_sound(world: World, call_id: str, *, sends_dice: bool | None = None) -> None:
    """Fail unless a call has ended once, at the right price, without timers, and with its last event last.

    Args:
        world: The platform.
        call_id: A call that should have ended.
        sends_dice: Whether the application must get the disconnected-call event; None if that is not known.
    """
    happened = world.engine.timeline(call_id)
    assert world.get(call_id).status == "FINAL"
    ends = [index for index, entry in enumerate(happened) if entry.event == "ended"]
    assert len(ends) == 1
    assert_event_is_last(happened, ends[0], sends_dice=sends_dice)
    assert world.get(call_id).debit == cost(happened), happened
    # The platform does not show its timers: one that is set for a call that has ended is found only here.
    assert call_id not in world.engine._exchange.timers._current  # pyright: ignore[reportPrivateUsage]


def assert_event_is_last(happened: Sequence[TimelineEntry], end: int, *, sends_dice: bool | None) -> None:
    """Fail unless the disconnected-call event is sent at most once, and nothing happens after the end but that."""
    sent = [index for index, entry in enumerate(happened) if entry.detail.get("kind") == "dice"]
    after = list(range(end + 1, len(happened)))
    assert sent == after
    assert len(after) <= 1
    assert sends_dice in {None, bool(after)}


def cost(happened: Sequence[TimelineEntry]) -> Decimal:
    """Return what a call costs: the started minutes of each leg that was answered, and at least one."""
    rates: dict[int, Decimal] = {}
    begun: dict[int, datetime] = {}
    total = Decimal(0)
    for entry in happened:
        match entry.event:
            case "incoming":
                rates[0] = INCOMING[str(entry.detail["origin"])]
            case "dialing":
                rates[_leg(entry)] = _rate(str(entry.detail["type"]), str(entry.detail["number"]))
            case "answered":
                begun[_leg(entry)] = entry.at
            case "dropped" if (leg := _leg(entry)) in begun:
                total += rates[leg] * _minutes(begun.pop(leg), entry.at)
            case "ended":
                total += sum((rates[one] * _minutes(at, entry.at) for one, at in begun.items()), Decimal(0))
            case _:
                pass
    return total


def _leg(entry: TimelineEntry) -> int:
    return int(entry.detail["leg"])


def _rate(kind: str, address: str) -> Decimal:
    known = NUMBERS.get(address[-2:]) if address.startswith(FICTIONAL) else None
    return RATES.get(kind, known or Decimal("0.02"))


def _minutes(begin: datetime, end: datetime) -> int:
    return max(1, math.ceil((end - begin).total_seconds() / 60))
