"""What the receiver answers, when it turns callbacks away, and what it says of itself."""

import tracemalloc
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from starlette.types import Message

from sinch_voice_mcp.callbacks import Receiver, probe_request, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.wire.events import UnknownEvent, VoiceEvent
from tests.contract.callbacks.delivery import BODY, REPLY, Answered, Arriving, Ear, ask

URL = "https://voice.example/callbacks/voice?token=1"


async def ready(door: Receiver) -> Answered:
    """What the receiver says of itself."""
    return await ask(door, Arriving("/readyz", "GET"))


def event(number: int, padding: int = 0) -> bytes:
    """An event of its own call."""
    return b'{"event":"ace","callid":"call-%d","custom":"%s"}' % (number, b"x" * padding)


@pytest.mark.parametrize("reply", [b"", REPLY], ids=["nothing", "SVAML"])
async def test_the_reply_is_sent_as_it_was_stored(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock, reply: bytes
) -> None:
    ear.reply = reply

    answer = await ask(door, Arriving.signed(credentials, clock.now()))

    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, reply, "application/json")
    assert answer.headers["content-length"] == str(len(reply))


async def test_an_event_that_nobody_has_heard_of_is_heard(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    body = b'{"event":"Hologram","callId":"a"}'

    assert (await ask(door, Arriving.signed(credentials, clock.now(), body))).status == 200
    assert isinstance(ear.heard[0][0], UnknownEvent)


async def test_fault_8_a_callback_that_comes_again_has_the_same_identity(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    await ask(door, Arriving.signed(credentials, clock.now()))
    clock.advance(5)
    await ask(door, Arriving.signed(credentials, clock.now()))

    assert len({heard.identity for heard, _ in ear.heard}) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 404),
        ("POST", "/callbacks/voice/x", 404),
        ("GET", "/callbacks/voicemail", 404),
        ("GET", "/callbacks/voice", 405),
        ("PUT", "/callbacks/voice", 405),
        ("POST", "/healthz", 405),
        ("DELETE", "/readyz", 405),
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/readyz", 200),
    ],
)
async def test_only_what_is_there_is_answered(door: Receiver, method: str, path: str, status: int) -> None:
    answer = await ask(door, Arriving(path, method))

    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert ("allow" in answer.headers) is (status == 405)
    assert door.counts.received == 0


async def test_it_may_be_mounted_below_another_path(ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    door = receiver(ear, [credentials], clock)
    arriving = Arriving.signed(credentials, clock.now(), path="/sinch/callbacks/voice")
    scopes: list[int] = []

    async def mounted(scope: dict[str, object], receive: object, send: object) -> None:
        scopes.append(1)
        await door({**scope, "root_path": "/sinch"}, receive, send)  # pyright: ignore[reportArgumentType]

    assert (await ask(mounted, arriving)).status == 200  # pyright: ignore[reportArgumentType]
    assert (await ask(door, arriving)).status == 404


async def test_nothing_but_http_is_served(door: Receiver) -> None:
    sent: list[object] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    for kind in ("lifespan", "websocket"):
        await door({"type": kind}, receive, send)

    assert sent == ["websocket.close"]


async def test_fault_7_what_cannot_be_stored_is_turned_away_and_readiness_is_red_until_it_can(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    ear.failure = StorageError("the disk of /secret/place is full")
    failed = await ask(door, Arriving.signed(credentials, clock.now()))
    await ask(door, Arriving.signed(credentials, clock.now()))
    red = await ready(door)
    assert not door.is_ready
    ear.failure = None
    mended = await ask(door, Arriving.signed(credentials, clock.now()))
    green = await ready(door)

    assert (failed.status, failed.headers["retry-after"], b"secret" in failed.body) == (503, "1", False)
    assert (red.status, red.json()["ready"], red.json()["reasons"]) == (503, False, ["events cannot be stored"])
    assert (mended.status, green.status, green.json()["ready"]) == (200, 200, True)
    assert green.json()["counts"]["failures"] == {"storage": 2, "unforeseen": 0}


async def test_what_nobody_foresaw_is_logged_and_not_shown(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    ear.failure = ZeroDivisionError("inner workings")

    answer = await ask(door, Arriving.signed(credentials, clock.now()))

    assert (answer.status, answer.json()) == (500, {"errorCode": 50000, "message": "an internal error"})
    assert "ZeroDivisionError" in caplog.text
    assert ((await ready(door)).status, door.counts.unforeseen_failures) == (200, 1)


async def test_no_answer_repeats_anything_of_a_request(ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    door = receiver(ear, [credentials], clock, largest_body=100)
    canary = "canary0123456789"
    body = b'{"event":"ace","x":"%s"}' % canary.encode()
    signed = Arriving.signed(credentials, clock.now(), body)
    asked = [
        signed,
        replace(signed, chunks=(body * 100,)),
        replace(signed, chunks=(body[:-1],)),
        Arriving.signed(credentials, clock.now(), body[:-1]),
        *(
            signed.with_header(name, canary)
            for name in ("authorization", "x-timestamp", "content-type", "content-length")
        ),
        signed.on(f"/{canary}"),
        replace(signed, method=canary),
        replace(signed, query=canary).with_header("authorization", f"application {canary}:{canary}"),
    ]

    for arriving in asked:
        answer = await ask(door, arriving)
        assert answer.status >= 400
        assert canary.encode() not in answer.body + str(answer.headers).encode()
    assert canary not in (await ready(door)).body.decode()


class SlowEar:
    """Hears nothing to its end before it is told to."""

    def __init__(self) -> None:
        self.told = anyio.Event()
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self, event: VoiceEvent, body: bytes) -> bytes:
        del event, body
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.told.wait()
        self.at_once -= 1
        return REPLY


async def test_fault_8_a_flood_of_ten_times_the_capacity_is_shed_and_costs_no_memory(
    credentials: Credentials, clock: ManualClock
) -> None:
    capacity, ear, padding = 8, SlowEar(), 50_000
    door = receiver(ear, [credentials], clock, most_waiting=capacity)
    requests = [Arriving.signed(credentials, clock.now(), event(at, padding)) for at in range(10 * capacity)]
    answers: list[Answered] = []
    kept = 0

    async def asking(arriving: Arriving) -> None:
        answers.append(await ask(door, arriving))

    tracemalloc.start()
    async with anyio.create_task_group() as group:
        for arriving in requests:
            group.start_soon(asking, arriving)
        await anyio.wait_all_tasks_blocked()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # All that are shed have their answer while the others still wait.
        assert [answer.status for answer in answers] == [503] * 9 * capacity
        assert {answer.headers["retry-after"] for answer in answers} == {"1"}
        assert (await ready(door)).json()["counts"]["in_work"] == capacity
        ear.told.set()

    assert kept < 5 * capacity * padding
    assert (ear.most_at_once, door.counts.shed, door.counts.answered) == (capacity, 9 * capacity, capacity)
    assert (await ask(door, requests[-1])).status == 200
    assert (await ready(door)).json()["counts"]["in_work"] == 0


async def test_fault_8_a_failure_gives_its_place_back(ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    door = receiver(ear, [credentials], clock, most_waiting=1)
    for failure in (StorageError("full"), ValueError(), None):
        ear.failure = failure
        await ask(door, Arriving.signed(credentials, clock.now()))

    assert (door.counts.shed, door.counts.answered) == (0, 1)


async def test_fault_8_forged_callbacks_take_no_place_of_real_ones(
    credentials: Credentials, clock: ManualClock
) -> None:
    ear = SlowEar()
    door = receiver(ear, [credentials], clock, most_waiting=1)
    stranger = Credentials(credentials.key, "AAAAAAAAAAAAAAAAAAAAAA==")
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(ask, door, Arriving.signed(stranger, clock.now()))
        group.start_soon(ask, door, Arriving.signed(credentials, clock.now()))
        await anyio.wait_all_tasks_blocked()
        assert ear.at_once == 1
        ear.told.set()

    assert (door.counts.refused["signature_wrong"], door.counts.shed) == (50, 0)


@pytest.mark.parametrize("seconds", [600, -600])
async def test_fault_9_our_clock_off_by_ten_minutes_is_told_by_readiness(
    door: Receiver, credentials: Credentials, clock: ManualClock, seconds: int
) -> None:
    for _ in range(3):
        clock.advance(1)
        theirs = clock.now() - timedelta(seconds=seconds)
        assert (await ask(door, Arriving.signed(credentials, theirs))).status == 401
    red = await ready(door)

    assert (red.status, red.json()["ready"]) == (503, False)
    assert red.json()["reasons"] == ["callbacks are refused because of our clock"]
    assert red.json()["clock"] == {
        "skew_s": seconds,
        "samples": 3,
        "message": f"our clock is off by about {seconds:+d} s",
    }
    assert red.json()["counts"]["refused"] == {"timestamp_outside": 3}


async def test_fault_9_readiness_recovers_when_the_clock_is_right_again(
    door: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    for _ in range(9):
        clock.advance(1)
        await ask(door, Arriving.signed(credentials, clock.now() + timedelta(minutes=10)))
    assert (await ready(door)).status == 503
    clock.advance(600)
    for _ in range(5):
        clock.advance(1)
        assert (await ask(door, Arriving.signed(credentials, clock.now()))).status == 200

    assert (await ready(door)).json()["clock"]["skew_s"] == 0


async def test_fault_9_readiness_recovers_without_callbacks_too(
    door: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    for _ in range(9):
        clock.advance(1)
        await ask(door, Arriving.signed(credentials, clock.now() + timedelta(minutes=10)))
    clock.advance(901)

    assert (await ready(door)).json()["clock"] == {"skew_s": None, "samples": 0}


async def test_fault_9_nobody_else_can_make_readiness_red(
    door: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    stranger = Credentials(credentials.key, "AAAAAAAAAAAAAAAAAAAAAA==")
    captured = Arriving.signed(credentials, clock.now() - timedelta(hours=1))
    for _ in range(20):
        clock.advance(1)
        await ask(door, Arriving.signed(stranger, clock.now() - timedelta(minutes=10)))
        # Old, but the platform's: one is not enough.
        await ask(door, captured)

    answer = await ready(door)
    assert (answer.status, answer.json()["clock"]["samples"]) == (200, 1)


async def test_readiness_counts_everything(door: Receiver, credentials: Credentials, clock: ManualClock) -> None:
    signed = Arriving.signed(credentials, clock.now())
    for arriving in (signed, signed, signed.with_header("authorization", None), replace(signed, chunks=(b"x",))):
        await ask(door, arriving)

    assert (await ready(door)).json()["counts"] == {
        "received": 4,
        "verified": 2,
        "answered": 2,
        "probes": 0,
        "refused": {"authorization_missing": 1, "signature_wrong": 1},
        "shed": 0,
        "failures": {"storage": 0, "unforeseen": 0},
        "in_work": 0,
    }


def probing(credentials: Credentials, clock: ManualClock) -> Arriving:
    """A probe of our own."""
    headers, body = probe_request(credentials, URL, clock.now(), "n-1_A")
    return Arriving(headers=tuple(headers.items()), chunks=(body,))


async def test_a_probe_is_verified_and_answered_and_not_heard(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    answer = await ask(door, probing(credentials, clock))

    assert (answer.status, answer.json()) == (200, {"probe": "n-1_A", "path": "/callbacks/voice"})
    assert (ear.heard, door.counts.probes, door.counts.answered) == ([], 1, 0)


async def test_a_probe_tells_the_path_that_a_proxy_made(ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    door = receiver(ear, [credentials], clock, path="/inner", public_paths=["/callbacks/voice"])

    assert (await ask(door, probing(credentials, clock).on("/inner/"))).json()["path"] == "/inner/"


@pytest.mark.parametrize("nonce", [None, "other", "", "n-1_A "])
async def test_a_probe_needs_its_nonce_in_head_and_body(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock, nonce: str | None
) -> None:
    answer = await ask(door, probing(credentials, clock).with_header("x-sinch-voice-probe", nonce))

    assert (answer.status, ear.heard) == (400, [])


async def test_a_forged_probe_is_refused(door: Receiver, credentials: Credentials, clock: ManualClock) -> None:
    stranger = Credentials(credentials.key, "AAAAAAAAAAAAAAAAAAAAAA==")

    assert (await ask(door, probing(stranger, clock))).status == 401


async def test_an_event_with_the_header_of_a_probe_is_an_event(
    door: Receiver, ear: Ear, credentials: Credentials, clock: ManualClock
) -> None:
    arriving = Arriving.signed(credentials, clock.now(), BODY).with_header("x-sinch-voice-probe", "n")

    assert (await ask(door, arriving)).body == REPLY
    assert len(ear.heard) == 1


@pytest.mark.parametrize("nonce", ["", "a b", "ä", "x" * 65, "a\n"])
def test_a_nonce_is_short_and_plain(credentials: Credentials, clock: ManualClock, nonce: str) -> None:
    with pytest.raises(ValueError, match="a nonce is"):
        probe_request(credentials, URL, clock.now(), nonce)
