"""Bodies that are too large, too deep, too slow, or not what they should be."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.callbacks import Receiver, receiver
from sinch_voice_mcp.callbacks.bodies import is_deeper
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.callbacks.delivery import Arriving, Ear, ask

LARGEST = 65_536
HEAD = b'{"event":"ace","callid":"a","x":'


def filled(size: int) -> bytes:
    """An event of so many bytes."""
    return HEAD + b'"' + b"x" * (size - len(HEAD) - 3) + b'"}'


def nested(depth: int) -> bytes:
    """An event that is nested so deep; the event itself counts."""
    return HEAD + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("says_its_length", [True, False])
@pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 413)])
async def test_fault_10_a_body_may_have_64_kib_and_no_more(
    door: Receiver, credentials: Credentials, clock: ManualClock, size: int, status: int, says_its_length: bool
) -> None:
    arriving = Arriving.signed(credentials, clock.now(), filled(size))
    if not says_its_length:
        body = arriving.body
        arriving = replace(arriving.with_header("content-length", None), chunks=(body[:1000], body[1000:]))

    assert (await ask(door, arriving)).status == status


@pytest.mark.parametrize("declared", ["65537", "9" * 5000, "-1", "1e3", "", "٣"])
async def test_fault_10_a_body_that_is_declared_too_large_is_not_read(
    door: Receiver, credentials: Credentials, clock: ManualClock, declared: str
) -> None:
    arriving = Arriving.signed(credentials, clock.now()).with_header("content-length", None)
    scope_header = ("content-length", declared.encode().decode("latin-1"))

    answer = await ask(door, replace(arriving, chunks=(), headers=(*arriving.headers, scope_header)), hangs=True)

    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert door.counts.refused["too_large"] == 1


async def test_fault_10_reading_stops_where_the_body_becomes_too_large(
    door: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    arriving = Arriving.signed(credentials, clock.now()).with_header("content-length", None)

    # Nobody asks for what comes after: the sender would never be done.
    answer = await ask(door, replace(arriving, chunks=(b"x" * 40_000,) * 2), hangs=True)

    assert (answer.status, door.counts.verified) == (413, 0)


async def test_fault_10_a_body_that_does_not_come_is_not_waited_for(
    ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    door = receiver(ear, [credentials], clock, body_seconds=0.01)

    answer = await ask(door, Arriving.signed(credentials, clock.now()), hangs=True)

    assert (answer.status, answer.headers["connection"], ear.heard) == (408, "close", [])
    assert door.counts.refused["too_slow"] == 1


async def test_half_a_callback_is_none(door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    answer = await ask(door, Arriving.signed(credentials, clock.now()), leaves=True)

    assert (answer.status, ear.heard, door.counts.verified) == (0, [], 0)


@pytest.mark.parametrize(("depth", "status"), [(1, 200), (32, 200), (33, 400), (30_000, 400)])
async def test_fault_10_json_may_be_nested_32_deep_and_no_deeper(
    door: Receiver, credentials: Credentials, clock: ManualClock, depth: int, status: int
) -> None:
    body = nested(depth) if depth > 1 else b'{"event":"ace","callid":"a"}'

    assert (await ask(door, Arriving.signed(credentials, clock.now(), body))).status == status


HOSTILE = {
    "empty": b"",
    "not UTF-8": b'{"event":"ace","callid":"\xff"}',
    "half a surrogate pair as bytes": b'{"event":"ace","callid":"\xed\xa0\x80"}',
    "UTF-16": '{"event":"ace","callid":"a"}'.encode("utf-16"),
    "cut off": b'{"event":"ace","callid":"a"',
    "an array": b'[{"event":"ace","callid":"a"}]',
    "a number": b"7",
    "NaN": b'{"event":"ace","callid":"a","x":NaN}',
    "a number beyond reading": HEAD + b"9" * 5000 + b"}",
    "brackets only": b"[" * LARGEST,
    "objects only": b'{"a":' * 13_000,
    "quotes that are escaped": b'{"' + b'\\"' * 32_000,
    "quotes": b'"' * LARGEST,
    "brackets behind an open string": b'"' + b"[" * 60_000,
    "backslashes": b'[{"' + b"\\" * 60_000,
    "no event": b'{"callid":"a"}',
    "no call": b'{"event":"ace"}',
    "a call without a name": b'{"event":"ace","callid":""}',
    "an endless call id": b'{"event":"ace","callid":"' + b"x" * 256 + b'"}',
    "an event that is a list": b'{"event":["ace"],"callid":"a"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=[*HOSTILE])
async def test_fault_10_what_is_no_event_is_refused(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock, body: bytes
) -> None:
    answer = await ask(door, Arriving.signed(credentials, clock.now(), body))

    assert (answer.status, answer.json()["errorCode"], ear.heard) == (400, 40003, [])
    assert door.counts.unforeseen_failures == 0


@pytest.mark.parametrize("body", HOSTILE.values(), ids=[*HOSTILE])
async def test_fault_10_nothing_is_read_before_it_is_verified(door: Receiver, clock: ManualClock, body: bytes) -> None:
    stranger = Credentials("669E367E-6BBA-48AB-AF15-266871C28135", "AAAAAAAAAAAAAAAAAAAAAA==")

    assert (await ask(door, Arriving.signed(stranger, clock.now(), body))).status == 401


def depth_of(value: object) -> int:
    match value:
        case dict():
            return 1 + max((depth_of(inner) for inner in value.values()), default=0)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case list():
            return 1 + max(map(depth_of, value), default=0)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return 0


LEAVES = st.none() | st.text('{}[]"\\x') | st.integers()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text('{}[]"\\x'), inner))


@given(VALUES, st.integers(0, 6))
def test_depth_is_counted_as_a_parser_does(value: object, deepest: int) -> None:
    assert is_deeper(json.dumps(value), deepest) is (depth_of(value) > deepest)
