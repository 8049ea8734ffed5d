"""The timer queue."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox.engine.timers import Timers

START = datetime(2026, 1, 5, tzinfo=UTC)
LATER = START + timedelta(days=1)


def drained(timers: Timers[str]) -> list[str]:
    events: list[str] = []
    while (due := timers.pop(LATER)) is not None:
        events.append(due[1])
    return events


def test_a_timer_is_not_returned_before_it_is_due() -> None:
    timers = Timers[str]()
    timers.set("call", "dial", START + timedelta(seconds=2), "rings")
    assert timers.pop(START + timedelta(seconds=1)) is None
    assert timers.pop(START + timedelta(seconds=2)) == (START + timedelta(seconds=2), "rings")
    assert timers.next_due() is None


def test_setting_a_slot_again_replaces_its_timer() -> None:
    timers = Timers[str]()
    timers.set("call", "dial", START, "first")
    timers.set("call", "dial", LATER, "second")
    assert timers.next_due() == LATER
    assert drained(timers) == ["second"]


def test_canceled_timers_are_neither_returned_nor_due_next() -> None:
    timers = Timers[str]()
    for owner in ("a", "b"):
        for slot in ("dial", "limit"):
            timers.set(owner, slot, START, f"{owner} {slot}")
    timers.cancel_all("a")
    timers.cancel("b", "dial")
    timers.cancel("unknown", "dial")
    assert drained(timers) == ["b limit"]
    assert timers.next_due() is None


@given(st.lists(st.integers(0, 5)))
def test_timers_are_ordered_by_instant_and_then_by_when_they_were_set(seconds: list[int]) -> None:
    timers = Timers[str]()
    for index, offset in enumerate(seconds):
        timers.set(str(index), "slot", START + timedelta(seconds=offset), str(index))
    expected = sorted(range(len(seconds)), key=lambda index: seconds[index])
    assert drained(timers) == [str(index) for index in expected]


def test_canceled_timers_do_not_pile_up() -> None:
    timers = Timers[str]()
    timers.set("lasting", "limit", LATER, "last")
    for number in range(10_000):
        timers.set(str(number), "limit", LATER, "never")
        timers.cancel_all(str(number))
    assert len(timers) < 2_000
    assert drained(timers) == ["last"]
