"""The receiver's responses: replies, refusals, overload, readiness and probes."""

import tracemalloc
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from starlette.types import Message

from sinch_voice_mcp.callbacks import Limits, Receiver, probe_request, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.wire.events import UnknownEvent, VoiceEvent
from tests.contract.callbacks.delivery import BODY, REPLY, EventRecorder, HttpResponse, IncomingRequest, deliver

URL = "https://voice.example/callbacks/voice?token=1"


async def ready(app: Receiver) -> HttpResponse:
    """Read the readiness of a receiver."""
    return await deliver(app, IncomingRequest("/readyz", "GET"))


def event(number: int, padding: int = 0) -> bytes:
    """Return an event of a call of its own."""
    return b'{"event":"ace","callid":"call-%d","custom":"%s"}' % (number, b"x" * padding)


@pytest.mark.parametrize("reply", [b"", REPLY], ids=["nothing", "SVAML"])
async def test_the_reply_is_sent_as_it_was_stored(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock, reply: bytes
) -> None:
    recorder.reply = reply

    response = await deliver(app, IncomingRequest.signed(credentials, clock.now()))

    assert (response.status, response.body, response.headers["content-type"]) == (200, reply, "application/json")
    assert response.headers["content-length"] == str(len(reply))


async def test_an_event_of_an_unknown_kind_is_recorded(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    body = b'{"event":"Hologram","callId":"a"}'

    assert (await deliver(app, IncomingRequest.signed(credentials, clock.now(), body))).status == 200
    assert isinstance(recorder.recorded[0][0], UnknownEvent)


async def test_fault_8_a_repeated_callback_has_the_same_identity(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    await deliver(app, IncomingRequest.signed(credentials, clock.now()))
    clock.advance(5)
    await deliver(app, IncomingRequest.signed(credentials, clock.now()))

    assert len({heard.identity for heard, _ in recorder.recorded}) == 1


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
async def test_other_paths_and_methods_are_rejected(app: Receiver, method: str, path: str, status: int) -> None:
    response = await deliver(app, IncomingRequest(path, method))

    assert response.status == status
    assert response.headers["content-type"] == "application/json"
    assert ("allow" in response.headers) is (status == 405)
    assert app.counts.received == 0


async def test_the_receiver_works_when_mounted_below_another_path(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    app = receiver(recorder, [credentials], clock)
    incoming = IncomingRequest.signed(credentials, clock.now(), path="/sinch/callbacks/voice")
    scopes: list[int] = []

    async def mounted(scope: dict[str, object], receive: object, send: object) -> None:
        scopes.append(1)
        await app({**scope, "root_path": "/sinch"}, receive, send)  # pyright: ignore[reportArgumentType]

    assert (await deliver(mounted, incoming)).status == 200  # pyright: ignore[reportArgumentType]
    assert (await deliver(app, incoming)).status == 404


async def test_nothing_but_http_is_served(app: Receiver) -> None:
    sent: list[object] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    for kind in ("lifespan", "websocket"):
        await app({"type": kind}, receive, send)

    assert sent == ["websocket.close"]


async def test_fault_7_an_event_that_cannot_be_stored_gets_503_and_readiness_fails_until_storage_works(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    recorder.failure = StorageError("the disk of /secret/place is full")
    failed = await deliver(app, IncomingRequest.signed(credentials, clock.now()))
    await deliver(app, IncomingRequest.signed(credentials, clock.now()))
    unready = await ready(app)
    recorder.failure = None
    recoveunready = await deliver(app, IncomingRequest.signed(credentials, clock.now()))
    ready_again = await ready(app)

    assert (failed.status, failed.headers["retry-after"], b"secret" in failed.body) == (503, "1", False)
    assert (unready.status, unready.json()["ready"], unready.json()["reasons"]) == (
        503,
        False,
        ["events cannot be stored"],
    )
    assert (recoveunready.status, ready_again.status, ready_again.json()["ready"]) == (200, 200, True)
    assert ready_again.json()["counts"]["failures"] == {"storage": 2, "unforeseen": 0}


async def test_an_unexpected_error_is_logged_and_not_shown(
    app: Receiver,
    recorder: EventRecorder,
    credentials: Credentials,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorder.failure = ZeroDivisionError("inner workings")

    response = await deliver(app, IncomingRequest.signed(credentials, clock.now()))

    assert (response.status, response.json()) == (500, {"errorCode": 50000, "message": "an internal error"})
    assert "ZeroDivisionError" in caplog.text
    assert ((await ready(app)).status, app.counts.unexpected_failures) == (200, 1)


async def test_no_response_repeats_anything_of_a_request(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    app = receiver(recorder, [credentials], clock, limits=Limits(max_body_bytes=100))
    canary = "canary0123456789"
    body = b'{"event":"ace","x":"%s"}' % canary.encode()
    signed = IncomingRequest.signed(credentials, clock.now(), body)
    variants = [
        signed,
        replace(signed, chunks=(body * 100,)),
        replace(signed, chunks=(body[:-1],)),
        IncomingRequest.signed(credentials, clock.now(), body[:-1]),
        *(
            signed.with_header(name, canary)
            for name in ("authorization", "x-timestamp", "content-type", "content-length")
        ),
        signed.on(f"/{canary}"),
        replace(signed, method=canary),
        replace(signed, query=canary).with_header("authorization", f"application {canary}:{canary}"),
    ]

    for incoming in variants:
        response = await deliver(app, incoming)
        assert response.status >= 400
        assert canary.encode() not in response.body + str(response.headers).encode()
    assert canary not in (await ready(app)).body.decode()


class BlockedRecorder:
    """Blocks on every event until a test releases it."""

    def __init__(self) -> None:
        self.released = anyio.Event()
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self, event: VoiceEvent, body: bytes) -> bytes:
        del event, body
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.released.wait()
        self.at_once -= 1
        return REPLY


async def test_fault_8_a_flood_of_ten_times_the_capacity_is_shed_and_costs_no_memory(
    credentials: Credentials, clock: ManualClock
) -> None:
    capacity, recorder, padding = 8, BlockedRecorder(), 50_000
    app = receiver(recorder, [credentials], clock, limits=Limits(max_in_progress=capacity))
    requests = [IncomingRequest.signed(credentials, clock.now(), event(at, padding)) for at in range(10 * capacity)]
    responses: list[HttpResponse] = []
    kept = 0

    async def deliver_one(incoming: IncomingRequest) -> None:
        responses.append(await deliver(app, incoming))

    tracemalloc.start()
    async with anyio.create_task_group() as group:
        for incoming in requests:
            group.start_soon(deliver_one, incoming)
        await anyio.wait_all_tasks_blocked()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # The shed events have their response while the others are still in progress.
        assert [response.status for response in responses] == [503] * 9 * capacity
        assert {response.headers["retry-after"] for response in responses} == {"1"}
        assert (await ready(app)).json()["counts"]["in_work"] == capacity
        recorder.released.set()

    assert kept < 5 * capacity * padding
    assert (recorder.most_at_once, app.counts.shed, app.counts.answered) == (capacity, 9 * capacity, capacity)
    assert (await deliver(app, requests[-1])).status == 200
    assert (await ready(app)).json()["counts"]["in_work"] == 0


async def test_fault_8_a_failed_event_frees_its_slot(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    app = receiver(recorder, [credentials], clock, limits=Limits(max_in_progress=1))
    for failure in (StorageError("full"), ValueError(), None):
        recorder.failure = failure
        await deliver(app, IncomingRequest.signed(credentials, clock.now()))

    assert (app.counts.shed, app.counts.answered) == (0, 1)


async def test_fault_8_forged_callbacks_do_not_use_up_the_capacity(
    credentials: Credentials, clock: ManualClock
) -> None:
    recorder = BlockedRecorder()
    app = receiver(recorder, [credentials], clock, limits=Limits(max_in_progress=1))
    stranger = Credentials(credentials.key, "AAAAAAAAAAAAAAAAAAAAAA==")
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(deliver, app, IncomingRequest.signed(stranger, clock.now()))
        group.start_soon(deliver, app, IncomingRequest.signed(credentials, clock.now()))
        await anyio.wait_all_tasks_blocked()
        assert recorder.at_once == 1
        recorder.released.set()

    assert (app.counts.refused["signature_wrong"], app.counts.shed) == (50, 0)


@pytest.mark.parametrize("seconds", [600, -600])
async def test_fault_9_readiness_reports_a_clock_that_is_ten_minutes_off(
    app: Receiver, credentials: Credentials, clock: ManualClock, seconds: int
) -> None:
    for _ in range(3):
        clock.advance(1)
        theirs = clock.now() - timedelta(seconds=seconds)
        assert (await deliver(app, IncomingRequest.signed(credentials, theirs))).status == 401
    unready = await ready(app)

    assert (unready.status, unready.json()["ready"]) == (503, False)
    assert unready.json()["reasons"] == ["callbacks are refused because of our clock"]
    assert unready.json()["clock"] == {
        "skew_s": seconds,
        "samples": 3,
        "message": f"our clock is off by about {seconds:+d} s",
    }
    assert unready.json()["counts"]["refused"] == {"timestamp_outside": 3}


async def test_fault_9_readiness_recovers_when_the_clock_is_right_again(
    app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    for _ in range(9):
        clock.advance(1)
        await deliver(app, IncomingRequest.signed(credentials, clock.now() + timedelta(minutes=10)))
    assert (await ready(app)).status == 503
    clock.advance(600)
    for _ in range(5):
        clock.advance(1)
        assert (await deliver(app, IncomingRequest.signed(credentials, clock.now()))).status == 200

    assert (await ready(app)).json()["clock"]["skew_s"] == 0


async def test_fault_9_readiness_recovers_without_callbacks_too(
    app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    for _ in range(9):
        clock.advance(1)
        await deliver(app, IncomingRequest.signed(credentials, clock.now() + timedelta(minutes=10)))
    clock.advance(901)

    assert (await ready(app)).json()["clock"] == {"skew_s": None, "samples": 0}


async def test_fault_9_forged_or_captured_callbacks_cannot_make_readiness_fail(
    app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    stranger = Credentials(credentials.key, "AAAAAAAAAAAAAAAAAAAAAA==")
    captured = IncomingRequest.signed(credentials, clock.now() - timedelta(hours=1))
    for _ in range(20):
        clock.advance(1)
        await deliver(app, IncomingRequest.signed(stranger, clock.now() - timedelta(minutes=10)))
        # Old but genuine: a single sample is not enough to judge the clock.
        await deliver(app, captured)

    response = await ready(app)
    assert (response.status, response.json()["clock"]["samples"]) == (200, 1)


async def test_readiness_counts_everything(app: Receiver, credentials: Credentials, clock: ManualClock) -> None:
    signed = IncomingRequest.signed(credentials, clock.now())
    for incoming in (signed, signed, signed.with_header("authorization", None), replace(signed, chunks=(b"x",))):
        await deliver(app, incoming)

    assert (await ready(app)).json()["counts"] == {
        "received": 4,
        "verified": 2,
        "answered": 2,
        "probes": 0,
        "refused": {"authorization_missing": 1, "signature_wrong": 1},
        "shed": 0,
        "failures": {"storage": 0, "unforeseen": 0},
        "in_work": 0,
    }


def probing(credentials: Credentials, clock: ManualClock) -> IncomingRequest:
    """Return a probe as this server sends it to itself."""
    headers, body = probe_request(credentials, URL, clock.now(), "n-1_A")
    return IncomingRequest(headers=tuple(headers.items()), chunks=(body,))


async def test_a_probe_is_verified_and_answered_and_not_recorded(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    response = await deliver(app, probing(credentials, clock))

    assert (response.status, response.json()) == (200, {"probe": "n-1_A", "path": "/callbacks/voice"})
    assert (recorder.recorded, app.counts.probes, app.counts.answered) == ([], 1, 0)


async def test_a_probe_reports_the_path_after_a_proxy_rewrote_it(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    app = receiver(recorder, [credentials], clock, path="/inner", public_paths=["/callbacks/voice"])

    assert (await deliver(app, probing(credentials, clock).on("/inner/"))).json()["path"] == "/inner/"


@pytest.mark.parametrize("nonce", [None, "other", "", "n-1_A "])
async def test_a_probe_needs_its_nonce_in_header_and_body(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock, nonce: str | None
) -> None:
    response = await deliver(app, probing(credentials, clock).with_header("x-sinch-voice-probe", nonce))

    assert (response.status, recorder.recorded) == (400, [])


async def test_a_forged_probe_is_refused(app: Receiver, credentials: Credentials, clock: ManualClock) -> None:
    stranger = Credentials(credentials.key, "AAAAAAAAAAAAAAAAAAAAAA==")

    assert (await deliver(app, probing(stranger, clock))).status == 401


async def test_an_event_with_the_header_of_a_probe_is_an_event(
    app: Receiver, recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now(), BODY).with_header("x-sinch-voice-probe", "n")

    assert (await deliver(app, incoming)).body == REPLY
    assert len(recorder.recorded) == 1


@pytest.mark.parametrize("nonce", ["", "a b", "ä", "x" * 65, "a\n"])
def test_a_nonce_is_short_and_plain(credentials: Credentials, clock: ManualClock, nonce: str) -> None:
    with pytest.raises(ValueError, match="a nonce is"):
        probe_request(credentials, URL, clock.now(), nonce)
