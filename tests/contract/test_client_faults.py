"""How the client reacts to every fault, and how many requests the platform sees."""

import socket
from datetime import timedelta

import anyio
import httpx2
import pytest

from sinch_voice_mcp.client import Timeouts, VoiceClient
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import (
    NotSentError,
    OutcomeUnknownError,
    UnavailableError,
)
from sinch_voice_mcp.signing import Credentials
from tests.contract.client_requests import (
    HTML,
    PLACED,
    Act,
    Scripted,
    caused,
    hang_up,
    place,
    read,
    refusal,
    say,
    through,
    timeouts_for,
)
from tests.contract.dialing import Dial
from tests.fault_server import (
    Close,
    Endless,
    Fault,
    FaultServer,
    Garbage,
    Reply,
    Reset,
    Silence,
    Stalled,
    Trickle,
    Truncated,
    mute,
    refusing,
)

# If the platform may have seen a request, its outcome is unknown; a callout is sent once.

MAYBE_SEEN: dict[str, tuple[Fault, str]] = {
    "reset": (Reset(), "the connection broke"),
    "end of stream": (Close(), "cut off"),
    "silence": (Silence(), "nothing was received"),
    "byte by byte": (Trickle(PLACED, 0.02), "no answer within 1.2 s"),
    "head without body": (Stalled(PLACED), "nothing was received"),
    "truncated": (Truncated(PLACED), "cut off"),
    "not HTTP": (Garbage(), "not HTTP"),
    "200 without a call id": (Reply(200, b'{"id":"call-1"}'), "answered 200"),
    "200 with an empty call id": (Reply(200, b'{"callId":""}'), "answered 200"),
    "200 with a number for a call id": (Reply(200, b'{"callId":7}'), "answered 200"),
    "200 without a body": (Reply(200), "answered 200"),
    "200 that is not JSON": (Reply(200, HTML), "answered 200"),
    "200 of brackets without end": (Reply(200, b"[" * 100_000), "answered 200"),
    "200 that is not UTF-8": (Reply(200, b'{"callId":"\xff"}'), "answered 200"),
    "204": (Reply(204), "answered 204"),
    "302": (Reply(302, HTML, (("location", "/elsewhere"),)), "redirect (302)"),
    "308": (Reply(308, b"", (("location", "/elsewhere"),)), "redirect (308)"),
    "400 of another server": (Reply(400, HTML), "the answer was 400"),
    "404 of another server": (Reply(404, b'{"error":"no such route"}'), "the answer was 404"),
    "408": (refusal(408, 40800, "Too slow"), "408 (error code 40800)"),
    "409": (refusal(409, 40900, "Conflict"), "409: a conflict"),
    "425": (refusal(425, 42500, "Early"), "425 (error code 42500)"),
    "500": (refusal(500, 50000, "Internal"), "500: an internal error"),
    "502": (Reply(502, HTML), "the answer was 502"),
    "503": (refusal(503, 50300, "Down", retry_after="1"), "503: temporarily down"),
    "504": (Reply(504), "the answer was 504"),
    "without end": (Endless(), "larger than 1 MiB"),
    "wrong content encoding": (
        Reply(200, PLACED.body, (("content-encoding", "gzip"),)),
        "content encoding",
    ),
}


@pytest.mark.parametrize(("fault", "reason"), MAYBE_SEEN.values(), ids=[*MAYBE_SEEN])
async def test_a_callout_that_may_have_been_seen_is_never_sent_again(dial: Dial, fault: Fault, reason: str) -> None:
    async with FaultServer(fault, PLACED) as server, dial(server.url, timeouts_for(fault)) as voice:
        with pytest.raises(OutcomeUnknownError) as unknown:
            await place(voice)

    assert [request.method for request in server.received] == ["POST"]
    assert unknown.value.message.startswith("The call may have been placed. Do not place it again.")
    assert reason in unknown.value.message
    assert not unknown.value.retry_safe
    assert unknown.value.next_step.startswith("Do not place it again.")
    assert "<" not in str(unknown.value.to_json())


async def test_reading_an_endless_answer_stops_at_the_size_limit(dial: Dial) -> None:
    """The server never stops sending, so the client returns only because it stopped reading."""
    async with FaultServer(Endless()) as server, dial(server.url) as voice:
        with pytest.raises(UnavailableError, match="larger than 1 MiB"):
            await read(voice)


# A request that certainly was not sent is retried twice, whatever it is.


async def test_a_refused_connection_is_tried_three_times_and_then_nothing_was_placed(
    dial: Dial, clock: ManualClock
) -> None:
    start = clock.now()
    with refusing() as closed_port:
        async with dial(f"http://{closed_port}") as voice:
            with pytest.raises(NotSentError, match="the connection was refused") as not_sent:
                await place(voice)

    assert not_sent.value.retry_safe
    assert clock.now() - start == timedelta(seconds=0.125 + 0.25)


@pytest.mark.parametrize("act", [place, read, hang_up, say], ids=["callout", "read", "hang up", "say"])
async def test_nothing_is_sent_over_a_connection_without_tls(dial: Dial, act: Act) -> None:
    async with FaultServer(PLACED) as server, dial(server.url.replace("http:", "https:")) as voice:
        with pytest.raises(NotSentError, match="the TLS handshake failed"):
            await act(voice)

    assert server.received == []
    assert server.connections == 3


UNREACHED: dict[str, tuple[Exception, str]] = {
    "connect timeout": (httpx2.ConnectTimeout("late"), "no connection in time"),
    "pool timeout": (httpx2.PoolTimeout("full"), "became free in time"),
    "name": (
        caused(httpx2.ConnectError("?"), socket.gaierror(-2, "Name or service not known")),
        "could not be resolved",
    ),
    "proxy": (httpx2.ProxyError("407"), "no connection could be made"),
}


@pytest.mark.parametrize(("error", "reason"), UNREACHED.values(), ids=[*UNREACHED])
@pytest.mark.parametrize("act", [place, read, hang_up, say], ids=["callout", "read", "hang up", "say"])
async def test_a_request_that_was_not_sent_is_attempted_three_times_at_most(
    credentials: Credentials, clock: ManualClock, act: Act, error: Exception, reason: str
) -> None:
    transport = Scripted(error)
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(NotSentError, match=reason):
            await act(voice)

    assert len(transport.requests) == 3


async def test_a_callout_is_placed_when_a_retry_reaches_the_platform(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(
        httpx2.ConnectError("no"), httpx2.PoolTimeout("no"), httpx2.Response(200, json={"callId": "c"})
    )
    async with through(transport, credentials, clock) as voice:
        assert await place(voice) == "c"

    stamps = [request.headers["x-timestamp"] for request in transport.requests]
    assert len(set(stamps)) == 3, "every attempt is signed again"


async def test_a_callout_that_was_not_sent_at_first_is_sent_only_once_after_that(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(
        httpx2.ConnectError("no"), httpx2.ReadError("reset"), httpx2.Response(200, json={"callId": "c"})
    )
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)

    assert len(transport.requests) == 2


async def test_an_unanswered_tls_handshake_means_not_sent_however_short_the_total_timeout_is(
    credentials: Credentials, clock: ManualClock
) -> None:
    short = Timeouts(connect=5.0, total=0.9)
    with mute() as silent:
        url = f"https://{silent}"
        async with VoiceClient(credentials, calling_url=url, clock=clock, timeouts=short) as voice:
            with pytest.raises(NotSentError, match="no connection in time"):
                await place(voice)


async def test_a_request_that_exceeds_the_total_timeout_has_an_unknown_outcome(
    credentials: Credentials, clock: ManualClock
) -> None:
    short = Timeouts(read=5.0, total=0.05)
    with mute() as silent:
        url = f"http://{silent}"
        async with VoiceClient(credentials, calling_url=url, clock=clock, timeouts=short) as voice:
            with pytest.raises(OutcomeUnknownError, match=r"no answer within 0\.05 s"):
                await place(voice)


async def test_the_total_timeout_holds_for_any_other_transport(credentials: Credentials, clock: ManualClock) -> None:
    async def hang(_: httpx2.Request) -> httpx2.Response:
        await anyio.sleep_forever()
        raise AssertionError

    short = Timeouts(total=0.05)
    transport = httpx2.MockTransport(hang)
    async with VoiceClient(credentials, transport=transport, clock=clock, timeouts=short) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)
