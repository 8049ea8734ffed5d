"""Verification of callbacks: every worked example, every changed byte, every path that may have been signed."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

import sinch_voice_mcp.callbacks
from sinch_voice_mcp import signing
from sinch_voice_mcp.callbacks import DEFAULT_PATH, Limits, Receiver, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials, Message, basic_authorization, parse_timestamp
from tests.contract.callbacks.delivery import BODY, JSON_TYPE, REPLY, EventRecorder, IncomingRequest, deliver
from tests.unit.signing_examples import OTHER, VECTORS

EVENTS = {name: vector for name, vector in VECTORS.items() if b'"event"' in vector[1].body.replace(b" ", b"")}
every_event = pytest.mark.parametrize(("credentials", "message", "md5", "expected"), EVENTS.values(), ids=[*EVENTS])
PUBLIC = "/sinch/callbacks/voice"


def receiver_for_example(
    recorder: EventRecorder, credentials: Credentials, message: Message, expected: str
) -> tuple[Receiver, IncomingRequest]:
    """Return a receiver at the path and time of a worked example, and the example as a request."""
    instant = parse_timestamp(message.timestamp)
    assert instant is not None
    known = [OTHER, credentials]
    app = receiver(recorder, known, ManualClock(instant), path=message.path)
    return app, IncomingRequest.of(message, f"application {credentials.key}:{expected}")


@every_event
async def test_a_worked_example_is_accepted(
    recorder: EventRecorder, credentials: Credentials, message: Message, md5: str, expected: str
) -> None:
    del md5
    app, incoming = receiver_for_example(recorder, credentials, message, expected)

    response = await deliver(app, incoming)

    assert (response.status, response.body) == (200, REPLY)
    assert response.headers["content-type"] == JSON_TYPE
    assert [body for _, body in recorder.recorded] == [message.body]


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in EVENTS])
async def test_a_worked_example_of_a_request_is_not_accepted_as_a_callback(recorder: EventRecorder, name: str) -> None:
    credentials, message, _, expected = VECTORS[name]
    app, incoming = receiver_for_example(recorder, credentials, message, expected)

    response = await deliver(app, incoming)

    # A valid signature and POST pass the verification; then the body has no event.
    assert response.status == (400 if message.method == "POST" else 405)
    assert recorder.recorded == []


def with_scheme(incoming: IncomingRequest, start: str) -> IncomingRequest:
    """Return the callback with another scheme and key in front of its signature."""
    return incoming.with_header("authorization", f"{start}:{incoming.header('authorization')[-44:]}")


CHANGES: dict[str, Callable[[IncomingRequest], IncomingRequest]] = {
    "body and a space": lambda it: replace(it, chunks=(it.body + b" ",)),
    "path and a slash": lambda it: it.on(f"{it.path}/"),
    "content type and a parameter": lambda it: it.with_header("content-type", f"{it.header('content-type')};x"),
    "no content type": lambda it: it.with_header("content-type", None),
    "other timestamp": lambda it: it.with_header("x-timestamp", it.header("x-timestamp")[:-1] + "+00:00"),
    "no timestamp": lambda it: it.with_header("x-timestamp", None),
    "other key": lambda it: with_scheme(it, f"application {OTHER.key}"),
    "unknown key": lambda it: with_scheme(it, "application unknown"),
    "no authorization": lambda it: it.with_header("authorization", None),
    "scheme Bearer": lambda it: with_scheme(it, it.header("authorization")[:-45].replace("application", "Bearer")),
}


@every_event
@pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
async def test_fault_9_a_changed_worked_example_is_refused(
    recorder: EventRecorder,
    credentials: Credentials,
    message: Message,
    md5: str,
    expected: str,
    change: Callable[[IncomingRequest], IncomingRequest],
) -> None:
    del md5
    app, incoming = receiver_for_example(recorder, credentials, message, expected)

    response = await deliver(app, change(incoming).with_header("content-length", None))

    assert (response.status, recorder.recorded, app.counts.verified) == (401, [], 0)


def flipped(data: bytes) -> Iterator[bytes]:
    """Yield the data with one bit changed, for each of its bits."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]


def manipulated(incoming: IncomingRequest) -> Iterator[tuple[str, IncomingRequest]]:
    """Yield the callback with one bit changed, for each bit that is signed or part of the proof."""
    for body in flipped(incoming.body):
        yield "body", replace(incoming, chunks=(body,))
    for name in ("content-type", "x-timestamp"):
        for value in flipped(incoming.header(name).encode()):
            yield name, incoming.with_header(name, value.decode("latin-1"))
    scheme, _, pair = incoming.header("authorization").partition(" ")
    key, _, proof = pair.partition(":")
    for value in flipped(proof.encode()):
        yield "signature", incoming.with_header("authorization", f"{scheme} {key}:{value.decode('latin-1')}")
    for value in flipped(key.encode()):
        other = value.decode("latin-1")
        if other.lower() != key.lower():
            yield "key", incoming.with_header("authorization", f"{scheme} {other}:{proof}")
    for value in flipped(incoming.path.encode()):
        yield "path", incoming.on(value.decode("latin-1"))


async def test_fault_9_every_changed_bit_of_a_callback_is_refused(
    app: Receiver,
    recorder: EventRecorder,
    credentials: Credentials,
    clock: ManualClock,
    record_property: Callable[[str, object], None],
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now())
    seen = 0
    for part, changed in manipulated(incoming):
        response = await deliver(app, changed)
        assert response.status == 401 or (part, response.status) == ("path", 404), (part, changed)
        seen += 1

    record_property("counted", ("changed callbacks refused", seen))
    assert (recorder.recorded, app.counts.verified) == ([], 0)
    assert (await deliver(app, incoming)).status == 200


async def test_fault_9_every_changed_bit_of_the_signed_path_is_refused(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    for path in flipped(DEFAULT_PATH.encode()):
        app = receiver(recorder, [credentials], clock)
        signed_path = path.decode("latin-1")
        response = await deliver(
            app, IncomingRequest.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=signed_path)
        )
        assert response.status == 401, signed_path
    assert recorder.recorded == []


@pytest.mark.parametrize("dashes", ["-", ""])
@pytest.mark.parametrize("spell", [str.upper, str.lower])
async def test_letter_case_and_dashes_of_the_key_do_not_matter(
    app: Receiver, credentials: Credentials, clock: ManualClock, spell: Callable[[str], str], dashes: str
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now())
    spelt = incoming.header("authorization").replace(credentials.key, spell(credentials.key).replace("-", dashes))

    assert (await deliver(app, incoming.with_header("authorization", spelt))).status == 200


async def test_fault_9_basic_is_never_accepted(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now()).with_header(
        "authorization", basic_authorization(credentials)
    )

    response = await deliver(app, incoming)

    assert (response.status, response.json()["errorCode"], recorder.recorded) == (401, 40107, [])


def test_signatures_are_compared_in_constant_time_and_in_one_place() -> None:
    source = inspect.getsource(signing)
    folder = Path(sinch_voice_mcp.callbacks.__file__).parent
    here = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))

    assert "hmac.compare_digest(signature(sender, message).encode()" in source
    assert "accept_basic=False" in here
    assert "import hmac" not in here
    assert "signature(" not in here


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
async def test_a_timestamp_within_five_minutes_is_accepted(
    app: Receiver, credentials: Credentials, clock: ManualClock, seconds: int
) -> None:
    assert (
        await deliver(app, IncomingRequest.signed(credentials, clock.now() + timedelta(seconds=seconds)))
    ).status == 200


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
async def test_fault_9_an_old_or_future_timestamp_is_refused(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock, seconds: int
) -> None:
    response = await deliver(app, IncomingRequest.signed(credentials, clock.now() + timedelta(seconds=seconds)))

    assert (response.status, response.json()["errorCode"], recorder.recorded) == (401, 40105, [])


async def test_the_tolerance_can_be_set(recorder: EventRecorder, credentials: Credentials, clock: ManualClock) -> None:
    app = receiver(recorder, [credentials], clock, limits=Limits(tolerance=timedelta(seconds=1)))

    assert (await deliver(app, IncomingRequest.signed(credentials, clock.now()))).status == 200
    assert (await deliver(app, IncomingRequest.signed(credentials, clock.now() - timedelta(seconds=2)))).status == 401


@pytest.mark.parametrize(
    ("arrives", "signed"),
    [
        ("/callbacks/vo%69ce", "/callbacks/vo%69ce"),
        ("/callbacks/vo%69ce", "/callbacks/voice"),
        ("/callbacks/voice/", "/callbacks/voice/"),
        ("/callbacks/voice", "/callbacks/voice?a=b%20c"),
    ],
    ids=["raw", "decoded", "with a slash", "with its query"],
)
async def test_every_form_of_the_path_that_may_be_signed_is_accepted(
    app: Receiver, credentials: Credentials, clock: ManualClock, arrives: str, signed: str
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now(), path=arrives, signed_path=signed)

    assert (await deliver(app, replace(incoming, query="a=b%20c"))).status == 200


@pytest.mark.parametrize("public", [PUBLIC, "/voice"], ids=["a proxy strips a prefix", "a proxy adds one"])
async def test_behind_a_proxy_the_configured_public_path_is_accepted(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock, public: str
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=public)
    known = receiver(recorder, [credentials], clock, public_paths=["/elsewhere", public])

    assert (await deliver(known, incoming)).status == 200
    assert (await deliver(receiver(recorder, [credentials], clock), incoming)).status == 401
    assert (
        await deliver(receiver(recorder, [credentials], clock, public_paths=["/elsewhere"]), incoming)
    ).status == 401


@pytest.mark.parametrize("prefix", ["/sinch", "/sinch/", "/outer, /sinch"])
@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1"])
async def test_a_trusted_proxy_may_name_the_prefix_that_it_removed(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock, prefix: str, peer: str
) -> None:
    app = receiver(recorder, [credentials], clock, trusted_proxies=[ip_network("10.0.0.0/8"), ip_network("fd00::/8")])
    incoming = IncomingRequest.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=PUBLIC)
    incoming = replace(incoming, peer=(peer, 1)).with_header("x-forwarded-prefix", prefix)

    assert (await deliver(app, incoming)).status == 200
    assert (await deliver(app, incoming.with_header("x-forwarded-prefix", None))).status == 401
    for wrong in ("/other", "sinch", "", "/" + "x" * 300):
        assert (await deliver(app, incoming.with_header("x-forwarded-prefix", wrong))).status == 401


@pytest.mark.parametrize("peer", [("11.1.2.3", 1), ("fe80::1%eth0", 1), ("unix", 0), None])
async def test_fault_9_a_prefix_from_an_untrusted_peer_is_ignored(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock, peer: tuple[str, int] | None
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=PUBLIC)
    incoming = replace(incoming.with_header("x-forwarded-prefix", "/sinch"), peer=peer)
    trusting = receiver(recorder, [credentials], clock, trusted_proxies=[ip_network("10.0.0.0/8")])

    assert (await deliver(trusting, incoming)).status == 401
    assert (await deliver(receiver(recorder, [credentials], clock), incoming)).status == 401


async def test_the_signature_covers_the_exact_bytes_and_not_their_meaning(
    recorder: EventRecorder, credentials: Credentials
) -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    app = receiver(recorder, [credentials], ManualClock(now))
    incoming = IncomingRequest.signed(credentials, now)

    response = await deliver(app, replace(incoming, chunks=(BODY.replace(b":", b": "),)))

    assert (response.status, recorder.recorded) == (401, [])
