"""Reads and changes that may be repeated are repeated; changes that a callee hears are not."""

from collections.abc import Sequence
from datetime import timedelta

import anyio
import httpx2
import pytest

from sinch_voice_mcp.client import VoiceClient
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import (
    CapacityError,
    NotFoundError,
    OutcomeUnknownError,
    PlatformError,
    UnavailableError,
)
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Document, Say
from tests.contract.client_requests import (
    CALL,
    HTML,
    PLACED,
    Act,
    Scripted,
    hang_up,
    once,
    place,
    read,
    refusal,
    repeatable,
    say,
    throttled,
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
    Recorded,
    Reply,
    Reset,
    Silence,
    Stalled,
    Trickle,
    Truncated,
)

TRANSIENT: dict[str, Fault] = {
    "reset": Reset(),
    "end of stream": Close(),
    "silence": Silence(),
    "truncated": Truncated(CALL),
    "not HTTP": Garbage(),
    "502": Reply(502, HTML),
    "503": refusal(503, 50300),
    "504": Reply(504),
    "429": throttled("1"),
    "429 without a wait": throttled(None),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=[*TRANSIENT])
async def test_a_read_is_retried_after_a_transient_error(dial: Dial, fault: Fault) -> None:
    async with FaultServer(fault, fault, CALL) as server, dial(server.url, timeouts_for(fault)) as voice:
        assert (await voice.get_call("call-1")).call_id == "call-1"

    assert len(server.received) == 3


UNANSWERED: dict[str, tuple[Sequence[Fault], int, int, str]] = {
    "reset": ([Reset()], 3, 0, "the connection broke"),
    "silence": ([Silence()], 3, 0, "nothing was received"),
    "byte by byte": ([Trickle(CALL, 0.02)], 3, 0, r"no answer within 1\.2 s"),
    "truncated": ([Truncated(CALL)], 3, 200, "cut off"),
    "503": ([refusal(503, 50300, "Down")], 3, 503, "503: temporarily down"),
    "502 of another server": ([Reply(502, HTML)], 3, 502, "the answer was 502"),
    "500": ([refusal(500, 50000, "Internal")], 1, 500, "500: an internal error"),
    "redirect": ([Reply(307, b"", (("location", "/elsewhere"),))], 1, 307, "redirect"),
    "not JSON": ([Reply(200, HTML)], 1, 200, "unexpected body"),
    "another JSON": ([Reply(200, b"[]")], 1, 200, "unexpected body"),
    "404 of another server": ([Reply(404, HTML)], 1, 404, "without the platform's error body"),
    "a wait longer than 30 s": ([refusal(503, 50300, "Down", retry_after="31")], 1, 503, "temporarily down"),
}


@pytest.mark.parametrize(("script", "requests", "status", "reason"), UNANSWERED.values(), ids=[*UNANSWERED])
async def test_a_read_without_a_usable_answer_raises_and_may_be_repeated(
    dial: Dial, script: Sequence[Fault], requests: int, status: int, reason: str
) -> None:
    async with FaultServer(*script) as server, dial(server.url, timeouts_for(*script)) as voice:
        with pytest.raises(UnavailableError, match=reason) as unanswered:
            await read(voice)

    assert len(server.received) == requests
    assert unanswered.value.status == status
    assert unanswered.value.retry_safe
    assert "<" not in str(unanswered.value.to_json())


async def test_an_unavailable_platform_keeps_its_details(dial: Dial) -> None:
    async with FaultServer(refusal(503, 50300, "Down", retry_after="60")) as server, dial(server.url) as voice:
        with pytest.raises(UnavailableError) as unavailable:
            await read(voice)

    error = unavailable.value
    assert (error.error_code, error.untrusted["reference"], error.retry_after) == (50300, "ref-1", 60.0)


async def test_a_read_waits_as_long_as_an_unavailable_platform_asks(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    async with FaultServer(refusal(503, 50300, retry_after="3"), CALL) as server, dial(server.url) as voice:
        await read(voice)

    assert clock.now() - start == timedelta(seconds=3)


async def test_delays_between_reads_grow_and_vary(credentials: Credentials, clock: ManualClock) -> None:
    start = clock.now()
    transport = Scripted(httpx2.ReadError("reset"))
    async with VoiceClient(credentials, transport=transport, clock=clock, jitter=lambda: 1.0) as voice:
        with pytest.raises(UnavailableError):
            await read(voice)

    assert clock.now() - start == timedelta(seconds=0.25 + 0.5)


async def test_a_read_that_may_have_been_seen_is_not_reported_as_not_sent(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(httpx2.ReadError("reset"), httpx2.ConnectError("no"))
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(UnavailableError):
            await read(voice)

    assert len(transport.requests) == 3


async def test_the_last_answer_to_a_read_counts(dial: Dial) -> None:
    async with FaultServer(Reset(), refusal(404, 40400)) as server, dial(server.url) as voice:
        with pytest.raises(NotFoundError):
            await read(voice)

    assert len(server.received) == 2


# Idempotent changes.


@repeatable
async def test_an_idempotent_change_is_retried_once(dial: Dial, act: Act) -> None:
    async with FaultServer(Reset(), Reply(204)) as server, dial(server.url) as voice:
        await act(voice)

    first, second = server.received
    assert (first.method, first.target, first.body) == (second.method, second.target, second.body)


@repeatable
@pytest.mark.parametrize("fault", [Close(), Reply(500, HTML), Reply(302), refusal(408, 40800)])
async def test_an_idempotent_change_that_is_lost_twice_is_unknown_and_may_be_repeated(
    dial: Dial, act: Act, fault: Fault
) -> None:
    async with FaultServer(fault) as server, dial(server.url, timeouts_for(fault)) as voice:
        with pytest.raises(OutcomeUnknownError) as unknown:
            await act(voice)

    assert len(server.received) == 2
    assert unknown.value.message.startswith("The request may have been carried out.")
    assert unknown.value.retry_safe
    assert "does no harm" in unknown.value.next_step


async def test_a_rejection_after_a_lost_attempt_leaves_the_outcome_unknown(dial: Dial) -> None:
    async with FaultServer(Reset(), refusal(404, 40400, "Call not found")) as server, dial(server.url) as voice:
        with pytest.raises(OutcomeUnknownError, match="then a retry: The platform answered 404: not found"):
            await hang_up(voice)

    assert len(server.received) == 2


async def test_an_unreachable_platform_after_a_lost_attempt_leaves_the_outcome_unknown(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(httpx2.ReadTimeout("late"), httpx2.ConnectError("no"))
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(OutcomeUnknownError, match="nothing was received"):
            await hang_up(voice)

    assert len(transport.requests) == 4


async def test_a_throttled_idempotent_change_is_retried(dial: Dial) -> None:
    async with FaultServer(throttled("1"), Reply(204)) as server, dial(server.url) as voice:
        await hang_up(voice)

    assert len(server.received) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200),
        Reply(202, b"accepted"),
        Reply(204),
        Reply(200, b'{"content":"200 Successful response"}'),
        Reply(200, HTML),
        Truncated(Reply(200, b"{}")),
        Stalled(Reply(200, b"{}")),
        Endless(),
    ],
    ids=["empty", "202", "204", "placeholder", "HTML", "truncated", "stalled", "without end"],
)
@pytest.mark.parametrize("act", [hang_up, say], ids=["hang up", "say"])
async def test_a_change_succeeds_whatever_the_body_of_a_success_is(dial: Dial, act: Act, reply: Fault) -> None:
    async with FaultServer(reply) as server, dial(server.url, timeouts_for(reply)) as voice:
        await act(voice)

    assert len(server.received) == 1


# Changes that the caller would hear twice.


@once
@pytest.mark.parametrize(
    "fault", [Reset(), Silence(), Reply(503), refusal(408, 40800)], ids=["reset", "silence", "503", "408"]
)
async def test_an_audible_change_is_sent_once(dial: Dial, act: Act, fault: Fault) -> None:
    async with FaultServer(fault, Reply(200)) as server, dial(server.url, timeouts_for(fault)) as voice:
        with pytest.raises(OutcomeUnknownError) as unknown:
            await act(voice)

    assert len(server.received) == 1
    assert not unknown.value.retry_safe
    assert "Do not repeat it" in unknown.value.next_step


@once
async def test_a_throttled_audible_change_is_not_retried(dial: Dial, act: Act) -> None:
    async with FaultServer(throttled("1"), Reply(200)) as server, dial(server.url) as voice:
        with pytest.raises(CapacityError):
            await act(voice)

    assert len(server.received) == 1


@once
async def test_an_audible_change_is_retried_if_it_was_not_sent(
    credentials: Credentials, clock: ManualClock, act: Act
) -> None:
    transport = Scripted(httpx2.ConnectError("no"), httpx2.Response(200))
    async with through(transport, credentials, clock) as voice:
        await act(voice)

    assert len(transport.requests) == 2


# Connections.


async def test_every_callout_uses_a_new_connection(dial: Dial) -> None:
    async with FaultServer(PLACED) as server, dial(server.url) as voice:
        await place(voice)
        await place(voice)

    assert [request.connection for request in server.received] == [1, 2]


@pytest.mark.parametrize("act", [place, say], ids=["callout", "say"])
async def test_a_stale_connection_is_not_mistaken_for_a_lost_request(dial: Dial, act: Act) -> None:
    """The server closes its idle connection silently; a callout on it would end as unknown."""

    def answer(request: Recorded) -> Fault:
        return Reply(200, CALL.body, hang_up=True) if request.method == "GET" else PLACED

    async with FaultServer(answer=answer) as server, dial(server.url) as voice:
        await read(voice)
        await act(voice)

    assert [request.connection for request in server.received] == [1, 2]


async def test_reads_share_a_connection(dial: Dial) -> None:
    async with FaultServer(CALL) as server, dial(server.url) as voice:
        for _ in range(3):
            await read(voice)

    assert server.connections == 1


async def test_cookies_are_not_kept(dial: Dial) -> None:
    cookie = Reply(200, CALL.body, (("set-cookie", "session=1; Path=/"),))
    async with FaultServer(cookie) as server, dial(server.url) as voice:
        await read(voice)
        await read(voice)

    assert server.received[1].header("cookie") is None


async def test_canceling_a_callout_raises_no_other_error(dial: Dial) -> None:
    async with FaultServer(Silence()) as server, dial(server.url) as voice, anyio.create_task_group() as tasks:
        tasks.start_soon(place, voice)
        while not server.received:
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    assert len(server.received) == 1


async def test_a_conflict_makes_the_outcome_of_a_callout_unknown_and_of_nothing_else(dial: Dial) -> None:
    conflict = refusal(409, 40900, "The call is not answered")
    async with FaultServer(conflict) as server, dial(server.url) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)
        with pytest.raises(PlatformError, match="a conflict"):
            await voice.manage_leg("call-1", "caller", Document(instructions=(Say(text="Hello."),)))

    assert len(server.received) == 2
