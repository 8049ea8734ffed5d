"""Who may send callbacks: every worked example, every changed byte, every path that may have been signed."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

import sinch_voice_mcp.callbacks
from sinch_voice_mcp import signing
from sinch_voice_mcp.callbacks import DEFAULT_PATH, Receiver, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials, Message, basic_authorization, parse_timestamp
from tests.contract.callbacks.delivery import BODY, JSON_TYPE, REPLY, Arriving, Ear, ask
from tests.unit.test_signing import OTHER, VECTORS

EVENTS = {name: vector for name, vector in VECTORS.items() if b'"event"' in vector[1].body.replace(b" ", b"")}
every_event = pytest.mark.parametrize(("credentials", "message", "md5", "expected"), EVENTS.values(), ids=[*EVENTS])
PUBLIC = "/sinch/callbacks/voice"


def worked(ear: Ear, credentials: Credentials, message: Message, expected: str) -> tuple[Receiver, Arriving]:
    """A receiver on the path of a worked example at its time, and the example."""
    instant = parse_timestamp(message.timestamp)
    assert instant is not None
    known = [OTHER, credentials]
    door = receiver(ear, known, ManualClock(instant), path=message.path)
    return door, Arriving.of(message, f"application {credentials.key}:{expected}")


@every_event
async def test_a_worked_example_is_accepted(
    ear: Ear, credentials: Credentials, message: Message, md5: str, expected: str
) -> None:
    del md5
    door, arriving = worked(ear, credentials, message, expected)

    answer = await ask(door, arriving)

    assert (answer.status, answer.body) == (200, REPLY)
    assert answer.headers["content-type"] == JSON_TYPE
    assert [body for _, body in ear.heard] == [message.body]


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in EVENTS])
async def test_a_worked_example_of_a_request_is_no_callback(ear: Ear, name: str) -> None:
    credentials, message, _, expected = VECTORS[name]
    door, arriving = worked(ear, credentials, message, expected)

    answer = await ask(door, arriving)

    # What is signed right and sent with POST comes as far as its content.
    assert answer.status == (400 if message.method == "POST" else 405)
    assert ear.heard == []


def proven(arriving: Arriving, start: str) -> Arriving:
    """The callback with another scheme and key before its signature."""
    return arriving.with_header("authorization", f"{start}:{arriving.header('authorization')[-44:]}")


CHANGES: dict[str, Callable[[Arriving], Arriving]] = {
    "body and a space": lambda it: replace(it, chunks=(it.body + b" ",)),
    "path and a slash": lambda it: it.on(f"{it.path}/"),
    "content type and a parameter": lambda it: it.with_header("content-type", f"{it.header('content-type')};x"),
    "no content type": lambda it: it.with_header("content-type", None),
    "other timestamp": lambda it: it.with_header("x-timestamp", it.header("x-timestamp")[:-1] + "+00:00"),
    "no timestamp": lambda it: it.with_header("x-timestamp", None),
    "other key": lambda it: proven(it, f"application {OTHER.key}"),
    "unknown key": lambda it: proven(it, "application nobody"),
    "no authorization": lambda it: it.with_header("authorization", None),
    "scheme Bearer": lambda it: proven(it, it.header("authorization")[:-45].replace("application", "Bearer")),
}


@every_event
@pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
async def test_fault_9_a_worked_example_that_was_changed_is_refused(
    ear: Ear,
    credentials: Credentials,
    message: Message,
    md5: str,
    expected: str,
    change: Callable[[Arriving], Arriving],
) -> None:
    del md5
    door, arriving = worked(ear, credentials, message, expected)

    answer = await ask(door, change(arriving).with_header("content-length", None))

    assert (answer.status, ear.heard, door.counts.verified) == (401, [], 0)


def flipped(data: bytes) -> Iterator[bytes]:
    """The data with one bit changed, for each of its bits."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]


def spoilt(arriving: Arriving) -> Iterator[tuple[str, Arriving]]:
    """A callback with one bit changed in whatever is signed, or proves it."""
    for body in flipped(arriving.body):
        yield "body", replace(arriving, chunks=(body,))
    for name in ("content-type", "x-timestamp"):
        for value in flipped(arriving.header(name).encode()):
            yield name, arriving.with_header(name, value.decode("latin-1"))
    scheme, _, pair = arriving.header("authorization").partition(" ")
    key, _, proof = pair.partition(":")
    for value in flipped(proof.encode()):
        yield "signature", arriving.with_header("authorization", f"{scheme} {key}:{value.decode('latin-1')}")
    for value in flipped(key.encode()):
        other = value.decode("latin-1")
        if other.lower() != key.lower():
            yield "key", arriving.with_header("authorization", f"{scheme} {other}:{proof}")
    for value in flipped(arriving.path.encode()):
        yield "path", arriving.on(value.decode("latin-1"))


async def test_fault_9_every_changed_bit_of_a_callback_is_refused(
    door: Receiver,
    ear: Ear,
    credentials: Credentials,
    clock: ManualClock,
    record_property: Callable[[str, object], None],
) -> None:
    arriving = Arriving.signed(credentials, clock.now())
    seen = 0
    for part, changed in spoilt(arriving):
        answer = await ask(door, changed)
        assert answer.status == 401 or (part, answer.status) == ("path", 404), (part, changed)
        seen += 1

    record_property("counted", ("changed callbacks refused", seen))
    assert (ear.heard, door.counts.verified) == ([], 0)
    assert (await ask(door, arriving)).status == 200


async def test_fault_9_every_changed_bit_of_the_signed_path_is_refused(
    ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    for path in flipped(DEFAULT_PATH.encode()):
        door = receiver(ear, [credentials], clock)
        signed_path = path.decode("latin-1")
        answer = await ask(door, Arriving.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=signed_path))
        assert answer.status == 401, signed_path
    assert ear.heard == []


@pytest.mark.parametrize("dashes", ["-", ""])
@pytest.mark.parametrize("spell", [str.upper, str.lower])
async def test_letter_case_and_dashes_of_the_key_do_not_matter(
    door: Receiver, credentials: Credentials, clock: ManualClock, spell: Callable[[str], str], dashes: str
) -> None:
    arriving = Arriving.signed(credentials, clock.now())
    spelt = arriving.header("authorization").replace(credentials.key, spell(credentials.key).replace("-", dashes))

    assert (await ask(door, arriving.with_header("authorization", spelt))).status == 200


async def test_fault_9_basic_is_never_accepted(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    arriving = Arriving.signed(credentials, clock.now()).with_header("authorization", basic_authorization(credentials))

    answer = await ask(door, arriving)

    assert (answer.status, answer.json()["errorCode"], ear.heard) == (401, 40107, [])


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
    door: Receiver, credentials: Credentials, clock: ManualClock, seconds: int
) -> None:
    assert (await ask(door, Arriving.signed(credentials, clock.now() + timedelta(seconds=seconds)))).status == 200


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
async def test_fault_9_an_old_or_future_timestamp_is_refused(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock, seconds: int
) -> None:
    answer = await ask(door, Arriving.signed(credentials, clock.now() + timedelta(seconds=seconds)))

    assert (answer.status, answer.json()["errorCode"], ear.heard) == (401, 40105, [])


async def test_the_tolerance_can_be_set(ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    door = receiver(ear, [credentials], clock, tolerance=timedelta(seconds=1))

    assert (await ask(door, Arriving.signed(credentials, clock.now()))).status == 200
    assert (await ask(door, Arriving.signed(credentials, clock.now() - timedelta(seconds=2)))).status == 401


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
async def test_the_path_is_taken_in_every_form_that_is_signed(
    door: Receiver, credentials: Credentials, clock: ManualClock, arrives: str, signed: str
) -> None:
    arriving = Arriving.signed(credentials, clock.now(), path=arrives, signed_path=signed)

    assert (await ask(door, replace(arriving, query="a=b%20c"))).status == 200


@pytest.mark.parametrize("public", [PUBLIC, "/voice"], ids=["a proxy strips a prefix", "a proxy adds one"])
async def test_behind_a_proxy_the_configured_public_path_counts(
    ear: Ear, credentials: Credentials, clock: ManualClock, public: str
) -> None:
    arriving = Arriving.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=public)
    known = receiver(ear, [credentials], clock, public_paths=["/elsewhere", public])

    assert (await ask(known, arriving)).status == 200
    assert (await ask(receiver(ear, [credentials], clock), arriving)).status == 401
    assert (await ask(receiver(ear, [credentials], clock, public_paths=["/elsewhere"]), arriving)).status == 401


@pytest.mark.parametrize("prefix", ["/sinch", "/sinch/", "/outer, /sinch"])
@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1"])
async def test_a_trusted_proxy_may_name_the_prefix_that_it_stripped(
    ear: Ear, credentials: Credentials, clock: ManualClock, prefix: str, peer: str
) -> None:
    door = receiver(ear, [credentials], clock, trusted_proxies=[ip_network("10.0.0.0/8"), ip_network("fd00::/8")])
    arriving = Arriving.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=PUBLIC)
    arriving = replace(arriving, peer=(peer, 1)).with_header("x-forwarded-prefix", prefix)

    assert (await ask(door, arriving)).status == 200
    assert (await ask(door, arriving.with_header("x-forwarded-prefix", None))).status == 401
    for wrong in ("/other", "sinch", "", "/" + "x" * 300):
        assert (await ask(door, arriving.with_header("x-forwarded-prefix", wrong))).status == 401


@pytest.mark.parametrize("peer", [("11.1.2.3", 1), ("fe80::1%eth0", 1), ("unix", 0), None])
async def test_fault_9_nobody_else_may_name_a_prefix(
    ear: Ear, credentials: Credentials, clock: ManualClock, peer: tuple[str, int] | None
) -> None:
    arriving = Arriving.signed(credentials, clock.now(), path=DEFAULT_PATH, signed_path=PUBLIC)
    arriving = replace(arriving.with_header("x-forwarded-prefix", "/sinch"), peer=peer)
    trusting = receiver(ear, [credentials], clock, trusted_proxies=[ip_network("10.0.0.0/8")])

    assert (await ask(trusting, arriving)).status == 401
    assert (await ask(receiver(ear, [credentials], clock), arriving)).status == 401


async def test_what_is_signed_is_the_bytes_and_not_their_meaning(ear: Ear, credentials: Credentials) -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    door = receiver(ear, [credentials], ManualClock(now))
    arriving = Arriving.signed(credentials, now)

    answer = await ask(door, replace(arriving, chunks=(BODY.replace(b":", b": "),)))

    assert (answer.status, ear.heard) == (401, [])
