"""Bodies that are too large, too deep, too slow, or not what they should be."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.callbacks import Limits, Receiver, receiver
from sinch_voice_mcp.callbacks.bodies import is_deeper
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.callbacks.delivery import EventRecorder, IncomingRequest, deliver

LARGEST = 65_536
HEAD = b'{"event":"ace","callid":"a","x":'


def filled(size: int) -> bytes:
    """Return an event of this size in bytes."""
    return HEAD + b'"' + b"x" * (size - len(HEAD) - 3) + b'"}'


def nested(depth: int) -> bytes:
    """Return an event that is nested this deep, counting the event itself."""
    return HEAD + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("says_its_length", [True, False])
@pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 413)])
async def test_fault_10_a_body_may_have_64_kib_and_no_more(
    app: Receiver, credentials: Credentials, clock: ManualClock, size: int, status: int, says_its_length: bool
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now(), filled(size))
    if not says_its_length:
        body = incoming.body
        incoming = replace(incoming.with_header("content-length", None), chunks=(body[:1000], body[1000:]))

    assert (await deliver(app, incoming)).status == status


@pytest.mark.parametrize("declared", ["65537", "9" * 5000, "-1", "1e3", "", "٣"])
async def test_fault_10_a_body_that_is_declared_too_large_is_not_read(
    app: Receiver, credentials: Credentials, clock: ManualClock, declared: str
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now()).with_header("content-length", None)
    scope_header = ("content-length", declared.encode().decode("latin-1"))

    response = await deliver(app, replace(incoming, chunks=(), headers=(*incoming.headers, scope_header)), stalls=True)

    assert (response.status, response.headers["connection"]) == (413, "close")
    assert app.counts.refused["too_large"] == 1


async def test_fault_10_reading_stops_once_the_body_is_too_large(
    app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now()).with_header("content-length", None)

    # More would never arrive: without the limit, this would wait for ever.
    response = await deliver(app, replace(incoming, chunks=(b"x" * 40_000,) * 2), stalls=True)

    assert (response.status, app.counts.verified) == (413, 0)


async def test_fault_10_a_body_that_stalls_is_refused_after_the_timeout(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    app = receiver(recorder, [credentials], clock, limits=Limits(body_timeout_s=0.01))

    response = await deliver(app, IncomingRequest.signed(credentials, clock.now()), stalls=True)

    assert (response.status, response.headers["connection"], recorder.recorded) == (408, "close", [])
    assert app.counts.refused["too_slow"] == 1


async def test_an_incomplete_callback_is_dropped(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    response = await deliver(app, IncomingRequest.signed(credentials, clock.now()), disconnects=True)

    assert (response.status, recorder.recorded, app.counts.verified) == (0, [], 0)


@pytest.mark.parametrize(("depth", "status"), [(1, 200), (32, 200), (33, 400), (30_000, 400)])
async def test_fault_10_json_may_be_nested_32_deep_and_no_deeper(
    app: Receiver, credentials: Credentials, clock: ManualClock, depth: int, status: int
) -> None:
    body = nested(depth) if depth > 1 else b'{"event":"ace","callid":"a"}'

    assert (await deliver(app, IncomingRequest.signed(credentials, clock.now(), body))).status == status


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
async def test_fault_10_a_body_without_event_is_refused(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock, body: bytes
) -> None:
    response = await deliver(app, IncomingRequest.signed(credentials, clock.now(), body))

    assert (response.status, response.json()["errorCode"], recorder.recorded) == (400, 40003, [])
    assert app.counts.unexpected_failures == 0


@pytest.mark.parametrize("body", HOSTILE.values(), ids=[*HOSTILE])
async def test_fault_10_a_body_is_not_parsed_before_its_signature_is_verified(
    app: Receiver, clock: ManualClock, body: bytes
) -> None:
    stranger = Credentials("669E367E-6BBA-48AB-AF15-266871C28135", "AAAAAAAAAAAAAAAAAAAAAA==")

    assert (await deliver(app, IncomingRequest.signed(stranger, clock.now(), body))).status == 401


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
def test_nesting_is_measured_like_a_parser_nests(value: object, deepest: int) -> None:
    assert is_deeper(json.dumps(value), deepest) is (depth_of(value) > deepest)
