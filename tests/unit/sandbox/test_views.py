"""Calls as those see them who watch the sandbox."""

from typing import SupportsIndex, overload

from sinch_voice_mcp.sandbox.engine.state import TimelineEntry
from sinch_voice_mcp.sandbox.engine.views import CallView
from tests.unit.sandbox.world import BEN, World


class Counting(list[TimelineEntry]):
    """A timeline that counts how many of its entries were read."""

    read = 0

    @overload
    def __getitem__(self, at: SupportsIndex, /) -> TimelineEntry: ...

    @overload
    def __getitem__(self, at: slice, /) -> list[TimelineEntry]: ...

    def __getitem__(self, at: SupportsIndex | slice, /) -> TimelineEntry | list[TimelineEntry]:
        found = super().__getitem__(at)
        self.read += len(found) if isinstance(found, list) else 1
        return found


def test_one_who_looks_at_each_entry_of_a_long_call_reads_each_once(world: World) -> None:
    seen = list[str]()
    menu = {"id": "main", "repeats": 1_000, "timeoutMills": 100, "repeatPrompt": "#tts[Are you there?]"}
    call_id = world.custom(BEN, ace={"action": {"name": "runMenu", "menus": [menu]}})
    (call,) = world.engine.state().calls
    call.timeline = timeline = Counting(call.timeline)
    world.engine.watch(lambda _: seen.append(CallView(call, call.created_at).digest.speech))
    world.wait(250)
    assert world.get(call_id).status == "ONGOING"
    assert len(seen) > 100
    assert seen[-1].count("are you there?") > 100
    assert timeline.read == len(timeline)


def test_the_end_of_one_text_and_the_beginning_of_the_next_are_not_found_as_one(world: World) -> None:
    call_id = world.custom(BEN)
    world.wait(10)
    world.update(call_id, None, "One", "Two", "Three")
    world.wait(10)
    assert world.get(call_id).status == "ONGOING"
    view = world.engine.view(call_id)
    assert view is not None
    assert [text for text in view.digest.speech.split("\0") if text] == ["one", "two", "three"]
