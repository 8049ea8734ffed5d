"""One call with one confirmation: its request is normalized and searched for effects a few times, not a dozen."""

import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import CodeType, FrameType

from sinch_voice_mcp.policy.effects.collecting import effects_of
from sinch_voice_mcp.policy.outgoing import outgoing
from sinch_voice_mcp.sandbox import Sandbox
from tests.callers import Person, connected
from tests.stage import CALL, rehearsed

MAX_TIMES = 3
"""For the question, for the check that the answer belongs to that question, and for the call."""


@contextmanager
def counted(*functions: Callable[..., object]) -> Generator[Counter[str]]:
    """Count the real calls of functions by name, in this thread, without replacing them."""
    names: dict[CodeType, str] = {function.__code__: function.__name__ for function in functions}
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, arg: object) -> None:
        del arg
        if event == "call" and frame.f_code in names:
            calls[names[frame.f_code]] += 1

    # Not `sys.settrace`, which measures the coverage of tests.
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)


async def test_a_confirmed_call_is_normalized_and_searched_at_most_three_times(sandbox: Sandbox) -> None:
    person = Person("accept")
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=person) as voice:
        with counted(outgoing, effects_of) as calls:
            assert (await voice.ok("place_tts_callout", **CALL))["call_id"]
    assert len(person.questions) == 1
    assert 1 <= calls["outgoing"] <= MAX_TIMES
    assert 1 <= calls["effects_of"] <= MAX_TIMES
