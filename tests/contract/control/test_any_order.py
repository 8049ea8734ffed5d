"""Control actions of any kind in any order: the sandbox never fails, and every response is as documented."""

from typing import Any

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox.control.search import FIELDS, QueryError, parse
from tests.contract.control.scene import ControlScene, path_of

numbers = st.sampled_from(["00", "01", "06", "08", "10", "11", "25", "50", "51", "52", "53", "55", "57"])
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["1", "2#", "auto"]),
)
members = st.sampled_from(
    ["keys", "text", "leg", "advance_s", "mode", "speed", "edit", "delay_s", "times", "signature", "key"]
)
good_bodies = st.sampled_from(
    [
        {"keys": "2"},
        {"keys": "12#", "leg": 1},
        {"text": "Two"},
        {"advance_s": 3},
        {"advance_s": 70.5},
        {"mode": "manual"},
        {"edit": {"event": None, "to": {"x": [1]}}, "times": 2, "signature": "wrong"},
        {},
    ]
)
bodies = st.one_of(
    st.none(), good_bodies, good_bodies, st.dictionaries(members, values, max_size=3), st.binary(max_size=20)
)
terms = st.one_of(
    st.sampled_from(["state:answered", "-state:ended", 'said:"press 2"', "pressed:2", "callback:pending", "since:10s"]),
    st.builds("{}:{}".format, st.sampled_from([*FIELDS, "stat"]), st.text(max_size=6)),
    st.text(max_size=8),
)
queries = st.lists(terms, max_size=3).map(" ".join)
segments = st.sampled_from(["CALL", "1", "2", "..", "x/y", "\x00"])
actions = st.sampled_from(["answer", "reject", "press", "say", "hangup"])
scripts = st.lists(
    st.one_of(
        st.fixed_dictionaries({"on": st.just("menu:main"), "press": st.sampled_from(["1", "2", "12#"])}),
        st.sampled_from([{"after_s": 1, "hang_up": True}, {"busy": True}, {"leg": "busy"}, {"press": "x"}, {}]),
    ),
    max_size=3,
)
inbound = st.fixed_dictionaries(
    {"from": st.sampled_from(["+12025550105", "private", "anna", "x" * 300])},
    optional={
        "to": st.sampled_from(["+14155550100", "+14155550109", "ben", "\x00"]),
        "origin": st.sampled_from(["PSTN", "SIP", "MXP", "?"]),
        "to_type": st.sampled_from(["did", "number", "username", "conference"]),
        "script": scripts,
        "custom": st.text(max_size=5),
    },
)
attachments = st.fixed_dictionaries(
    {"script": scripts}, optional={"number": st.sampled_from(["+12025550108", "x", "1"]), "next": st.booleans()}
)
requests = st.one_of(
    st.tuples(st.just("POST"), st.just("inbound"), inbound, st.just({})),
    st.tuples(st.just("POST"), st.just("scripts"), attachments, st.just({})),
    st.tuples(st.just("DELETE"), st.just("scripts"), st.none(), st.just({"number": "1202 555 0108"})),
    st.tuples(st.just("POST"), st.builds("calls/CALL/{}".format, actions), bodies, st.just({})),
    st.tuples(st.just("POST"), st.builds("callbacks/{}/replay".format, st.integers(0, 9)), bodies, st.just({})),
    st.tuples(st.just("POST"), st.just("clock"), bodies, st.just({})),
    st.tuples(st.sampled_from(["GET", "DELETE"]), st.just("calls"), st.none(), st.fixed_dictionaries({"q": queries})),
    st.tuples(st.just("GET"), st.just("callbacks"), st.none(), st.fixed_dictionaries({"q": queries})),
    st.tuples(
        st.just("GET"), st.just("wait"), st.none(), st.fixed_dictionaries({"q": queries, "timeout": st.just("0")})
    ),
    st.tuples(st.just("GET"), st.builds("calls/{}".format, segments.map(path_of)), st.none(), st.just({})),
    st.tuples(st.just("GET"), st.sampled_from(["clock", "ready"]), st.none(), st.just({})),
)
steps = st.lists(st.one_of(numbers, requests), min_size=1, max_size=12)


@given(steps)
@settings(max_examples=120, deadline=None)
def test_control_actions_in_any_order_never_make_the_sandbox_fail(steps: list[Any]) -> None:
    anyio.run(_act, steps)


async def _act(steps: list[Any]) -> None:
    scene = ControlScene()
    scene.receiver.checks = False
    calls: list[str] = ["none"]
    for step in steps:
        if isinstance(step, str):
            calls.append(scene.call(step))
            continue
        method, path, body, parameters = step
        async with anyio.create_task_group() as group:
            # A replay with a delay waits for real time, which stands still here.
            group.start_soon(_pass_real_time, scene)
            response = await scene.request(method, path.replace("CALL", calls[-1]), body, params=parameters)
            assert response.status_code < 500, (step, response.text)
            group.cancel_scope.cancel()


async def _pass_real_time(scene: ControlScene) -> None:
    while True:
        await scene.wall.until_waited_on()
        scene.wall.advance(60)


@given(st.one_of(queries, st.text(max_size=40)))
@settings(max_examples=300)
def test_any_text_is_a_query_or_an_error_that_says_how_to_write_one(text: str) -> None:
    found: list[str] = []
    try:
        parse(text)
    except QueryError as error:
        found += [str(error), error.next_step]
    assert all(found)
    assert not found or found[1].endswith(".")
