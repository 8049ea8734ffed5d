"""What the client makes of every fault, and how many requests the platform sees."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from email.utils import format_datetime

import anyio
import httpx2
import pytest

from sinch_voice_mcp.client import Timeouts, VoiceClient
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import (
    AuthenticationError,
    CapacityError,
    CreditError,
    ForbiddenError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PlatformError,
    UnavailableError,
)
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Continue, Document, Hangup, NumberDestination, Say
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrl, UnassignNumber
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.contract.conftest import Dial
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
    mute,
    refusing,
)

Act = Callable[[VoiceClient], Awaitable[object]]

CALLOUT = TtsCalloutRequest(
    tts_callout=TtsCallout(destination=NumberDestination(endpoint="+12025550123"), cli="+14155550100", text="Hello.")
)
PLACED = Reply(200, b'{"callId":"call-1"}')
CALL = Reply(200, b'{"callId":"call-1","status":"ONGOING"}')
HTML = b"<html><script>alert(1)</script>Bad Gateway</html>"


QUICK = Timeouts(read=0.4, total=1.2)


def waits_for(*script: Fault) -> Timeouts:
    """Short waits for faults that keep the client waiting, and the usual ones for all others."""
    return QUICK if any(isinstance(fault, Silence | Stalled | Trickle) for fault in script) else Timeouts()


def refusal(status: int, code: int, message: str = "No.", **headers: str) -> Reply:
    """An error as the platform writes it."""
    body = f'{{"errorCode":{code},"message":"{message}","reference":"ref-1"}}'.encode()
    return Reply(status, body, tuple((name.replace("_", "-"), value) for name, value in headers.items()))


async def place(voice: VoiceClient) -> str:
    return await voice.place_callout(CALLOUT)


async def ask(voice: VoiceClient) -> object:
    return await voice.get_call("call-1")


async def hang_up(voice: VoiceClient) -> None:
    await voice.update_call("call-1", Document(action=Hangup()))


async def say(voice: VoiceClient) -> None:
    await voice.manage_leg("call-1", "caller", Document(instructions=(Say(text="Hi."),), action=Continue()))


REPEATABLE: dict[str, Act] = {
    "hang up": hang_up,
    "mute": lambda voice: voice.manage_participant("room", "call-1", ManageParticipant(command="mute")),
    "kick": lambda voice: voice.kick_participant("room", "call-1"),
    "close": lambda voice: voice.close_conference("room"),
    "assign": lambda voice: voice.assign_numbers(AssignNumbers(numbers=("+14155550100",))),
    "unassign": lambda voice: voice.unassign_number(UnassignNumber(number="+14155550100")),
    "set callbacks": lambda voice: voice.set_callbacks("key", CallbackUrl(primary="https://example.com/")),
}
ONCE: dict[str, Act] = {
    "say": say,
    "say and hang up": lambda voice: voice.update_call(
        "call-1", Document(instructions=(Say(text="Bye."),), action=Hangup())
    ),
    "continue": lambda voice: voice.update_call("call-1", Document(action=Continue())),
}
repeatable = pytest.mark.parametrize("act", REPEATABLE.values(), ids=[*REPEATABLE])
once = pytest.mark.parametrize("act", ONCE.values(), ids=[*ONCE])


class Scripted(httpx2.AsyncBaseTransport):
    """A transport that does as it is told, one step for each request, the last one for ever."""

    def __init__(self, *steps: Exception | httpx2.Response) -> None:
        self._steps = steps
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        step = self._steps[min(len(self.requests), len(self._steps)) - 1]
        if isinstance(step, Exception):
            raise step
        return step


def through(transport: httpx2.AsyncBaseTransport, credentials: Credentials, clock: ManualClock) -> VoiceClient:
    """A client over a transport of the test's own."""
    return VoiceClient(credentials, transport=transport, clock=clock, jitter=lambda: 0.0)


def caused(error: Exception, cause: Exception) -> Exception:
    """An error of the transport as the network stack chains it."""
    error.__cause__ = cause
    return error


# What may have been seen is an open outcome, and a callout is sent once.

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
    "400 of somebody else": (Reply(400, HTML), "the answer was 400"),
    "404 of somebody else": (Reply(404, b'{"error":"no such route"}'), "the answer was 404"),
    "408": (refusal(408, 40800, "Too slow"), "408: Too slow"),
    "409": (refusal(409, 40900, "Conflict"), "409: Conflict"),
    "425": (refusal(425, 42500, "Early"), "425: Early"),
    "500": (refusal(500, 50000, "Internal"), "500: Internal"),
    "502": (Reply(502, HTML), "the answer was 502"),
    "503": (refusal(503, 50300, "Down", retry_after="1"), "503: Down"),
    "504": (Reply(504), "the answer was 504"),
    "without end": (Endless(), "larger than 1 MiB"),
    "wrong content encoding": (
        Reply(200, PLACED.body, (("content-encoding", "gzip"),)),
        "content encoding",
    ),
}


@pytest.mark.parametrize(("fault", "reason"), MAYBE_SEEN.values(), ids=[*MAYBE_SEEN])
async def test_a_callout_that_may_have_been_seen_is_never_sent_again(dial: Dial, fault: Fault, reason: str) -> None:
    async with FaultServer(fault, PLACED) as server, dial(server.url, waits_for(fault)) as voice:
        with pytest.raises(OutcomeUnknownError) as unknown:
            await place(voice)

    assert [request.method for request in server.received] == ["POST"]
    assert unknown.value.message.startswith("The call may have been placed. Do not place it again.")
    assert reason in unknown.value.message
    assert not unknown.value.retry_safe
    assert unknown.value.next_step.startswith("Do not place it again.")
    assert "<" not in str(unknown.value.to_json())


async def test_an_answer_without_end_is_cut_off_while_it_comes(dial: Dial) -> None:
    """The server never stops sending, so the client can only be back because it stopped reading."""
    async with FaultServer(Endless()) as server, dial(server.url) as voice:
        with pytest.raises(UnavailableError, match="larger than 1 MiB"):
            await ask(voice)


# What was certainly not sent is sent again, twice, whatever it is.


async def test_a_refused_connection_is_tried_three_times_and_then_nothing_was_placed(
    dial: Dial, clock: ManualClock
) -> None:
    start = clock.now()
    with refusing() as place_nobody_listens:
        async with dial(f"http://{place_nobody_listens}") as voice:
            with pytest.raises(NotSentError, match="the connection was refused") as not_sent:
                await place(voice)

    assert not_sent.value.retry_safe
    assert clock.now() - start == timedelta(seconds=0.125 + 0.25)


@pytest.mark.parametrize("act", [place, ask, hang_up, say], ids=["callout", "question", "hang up", "say"])
async def test_a_connection_without_tls_is_never_spoken_to(dial: Dial, act: Act) -> None:
    async with FaultServer(PLACED) as server, dial(server.url.replace("http:", "https:")) as voice:
        with pytest.raises(NotSentError, match="TLS could not be agreed on"):
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
@pytest.mark.parametrize("act", [place, ask, hang_up, say], ids=["callout", "question", "hang up", "say"])
async def test_what_was_not_sent_is_sent_three_times_at_most(
    credentials: Credentials, clock: ManualClock, act: Act, error: Exception, reason: str
) -> None:
    transport = Scripted(error)
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(NotSentError, match=reason):
            await act(voice)

    assert len(transport.requests) == 3


async def test_a_callout_is_placed_once_the_platform_is_reached(credentials: Credentials, clock: ManualClock) -> None:
    transport = Scripted(
        httpx2.ConnectError("no"), httpx2.PoolTimeout("no"), httpx2.Response(200, json={"callId": "c"})
    )
    async with through(transport, credentials, clock) as voice:
        assert await place(voice) == "c"

    stamps = [request.headers["x-timestamp"] for request in transport.requests]
    assert len(set(stamps)) == 3, "every try is signed anew"


async def test_a_callout_that_was_not_sent_at_first_is_still_sent_only_once(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(
        httpx2.ConnectError("no"), httpx2.ReadError("reset"), httpx2.Response(200, json={"callId": "c"})
    )
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)

    assert len(transport.requests) == 2


async def test_a_tls_greeting_that_is_not_answered_means_not_sent_however_short_the_whole_wait_is(
    credentials: Credentials, clock: ManualClock
) -> None:
    short = Timeouts(connect=5.0, total=0.9)
    with mute() as nobody_answers:
        url = f"https://{nobody_answers}"
        async with VoiceClient(credentials, calling_url=url, clock=clock, timeouts=short) as voice:
            with pytest.raises(NotSentError, match="no connection in time"):
                await place(voice)


async def test_a_deadline_that_ends_a_request_means_unknown(credentials: Credentials, clock: ManualClock) -> None:
    short = Timeouts(read=5.0, total=0.05)
    with mute() as nobody_answers:
        url = f"http://{nobody_answers}"
        async with VoiceClient(credentials, calling_url=url, clock=clock, timeouts=short) as voice:
            with pytest.raises(OutcomeUnknownError, match=r"no answer within 0\.05 s"):
                await place(voice)


async def test_a_deadline_over_any_other_transport_means_unknown(credentials: Credentials, clock: ManualClock) -> None:
    async def hang(_: httpx2.Request) -> httpx2.Response:
        await anyio.sleep_forever()
        raise AssertionError

    short = Timeouts(total=0.05)
    transport = httpx2.MockTransport(hang)
    async with VoiceClient(credentials, transport=transport, clock=clock, timeouts=short) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)


# A platform that says no is believed.

REFUSALS: list[tuple[int, int, type[PlatformError], str]] = [
    (400, 40001, PlatformError, "the message names"),
    (400, 40005, PlatformError, "leading plus"),
    (401, 40102, AuthenticationError, "secret"),
    (401, 40105, AuthenticationError, "clock"),
    (401, 40108, AuthenticationError, "key"),
    (402, 40200, CreditError, "top up"),
    (403, 40300, ForbiddenError, "caller id"),
    (404, 40400, NotFoundError, "region"),
    (422, 42200, PlatformError, "as the message says"),
    (429, 42900, CapacityError, "fewer calls"),
]


@pytest.mark.parametrize("act", [place, ask, hang_up, say], ids=["callout", "question", "hang up", "say"])
@pytest.mark.parametrize(("status", "code", "kind", "advice"), REFUSALS)
async def test_a_refusal_of_the_platform_keeps_what_it_said(
    dial: Dial, act: Act, status: int, code: int, kind: type[PlatformError], advice: str
) -> None:
    reply = refusal(status, code, "Parameter validation error", retry_after="31")
    async with FaultServer(reply) as server, dial(server.url) as voice:
        with pytest.raises(PlatformError) as refused:
            await act(voice)

    error = refused.value
    assert type(error) is kind
    assert (error.status, error.error_code, error.message) == (status, code, "Parameter validation error")
    assert (error.reference, error.retry_after) == ("ref-1", 31.0)
    assert advice in error.next_step
    assert error.retry_safe
    assert len(server.received) == 1


@pytest.mark.parametrize("code", ["40400", '"40400"', "40400.0"])
async def test_an_error_code_may_be_a_number_or_text(dial: Dial, code: str) -> None:
    body = f'{{"errorCode":{code},"message":"Call not found","unheard":"of"}}'.encode()
    async with FaultServer(Reply(404, body)) as server, dial(server.url) as voice:
        with pytest.raises(NotFoundError) as refused:
            await ask(voice)

    assert refused.value.error_code == 40400
    assert refused.value.reference is None


async def test_a_message_of_the_platform_is_one_clean_line_of_500_characters_at_most(dial: Dial) -> None:
    message = r"\u001b[31mred\u0000\u202e\n\tnext\u2028line" + "x" * 1_000
    async with FaultServer(refusal(400, 40001, message)) as server, dial(server.url) as voice:
        with pytest.raises(PlatformError) as refused:
            await place(voice)

    assert refused.value.message.startswith("[31mred next linexxx")
    assert len(refused.value.message) == 500
    assert refused.value.message.isprintable()


async def test_a_secret_that_the_platform_repeats_is_hidden(credentials: Credentials, clock: ManualClock) -> None:
    def repeats_everything(request: httpx2.Request) -> httpx2.Response:
        message = f"{credentials.secret} {request.headers['authorization']}"
        return httpx2.Response(400, json={"errorCode": 40001, "message": message, "reference": message})

    for authentication in ("signed", "basic"):
        transport = httpx2.MockTransport(repeats_everything)
        async with VoiceClient(credentials, authentication=authentication, transport=transport, clock=clock) as voice:
            with pytest.raises(PlatformError) as refused:
                await place(voice)
        shown = str(refused.value.to_json())
        assert credentials.secret not in shown
        assert shown.count("[hidden]") == 4


# 429: the platform did not act.


def throttled(wait: str | None) -> Reply:
    return refusal(429, 42900, "Capacity exceeded", **({} if wait is None else {"retry_after": wait}))


async def test_a_throttled_callout_waits_as_long_as_the_platform_asks(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    async with FaultServer(throttled("30"), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"

    assert len(server.received) == 2
    assert clock.now() - start == timedelta(seconds=30)


async def test_a_wait_may_be_given_as_a_date(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    until = format_datetime(start + timedelta(seconds=7), usegmt=True)
    async with FaultServer(throttled(until), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"

    assert clock.now() - start == timedelta(seconds=7)


async def test_a_date_that_is_over_means_now(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    async with FaultServer(throttled("Wed, 21 Oct 2015 07:28:00 GMT"), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"

    assert clock.now() == start


@pytest.mark.parametrize(
    ("wait", "told"), [("31", 31.0), (None, None), ("soon", None), ("-1", None), ("1e1", None), ("٣", None)]
)
async def test_a_throttled_callout_is_shown_where_no_bearable_wait_is_named(
    credentials: Credentials, clock: ManualClock, wait: str | None, told: float | None
) -> None:
    headers: list[tuple[bytes, bytes]] = [] if wait is None else [(b"retry-after", wait.encode())]
    reply = httpx2.Response(429, headers=headers, json={"errorCode": 42900, "message": "Capacity exceeded"})
    transport = Scripted(reply)
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(CapacityError) as refused:
            await place(voice)

    assert refused.value.retry_after == told
    assert len(transport.requests) == 1


async def test_a_callout_that_is_throttled_twice_is_shown(dial: Dial) -> None:
    async with FaultServer(throttled("1")) as server, dial(server.url) as voice:
        with pytest.raises(CapacityError):
            await place(voice)

    assert len(server.received) == 2


async def test_a_gateway_that_throttles_without_the_platforms_body_has_not_acted_either(dial: Dial) -> None:
    async with FaultServer(Reply(429, HTML, (("retry-after", "2"),)), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"
    async with FaultServer(Reply(429, HTML)) as server, dial(server.url) as voice:
        with pytest.raises(CapacityError) as refused:
            await place(voice)

    assert refused.value.message == "The platform answered 429."
    assert refused.value.error_code is None


async def test_a_throttled_callout_whose_second_try_is_lost_is_unknown(dial: Dial) -> None:
    async with FaultServer(throttled("1"), Reset(), PLACED) as server, dial(server.url) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)

    assert len(server.received) == 2


# Questions are asked three times.

PASSING: dict[str, Fault] = {
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


@pytest.mark.parametrize("fault", PASSING.values(), ids=[*PASSING])
async def test_a_question_is_asked_again_after_what_passes(dial: Dial, fault: Fault) -> None:
    async with FaultServer(fault, fault, CALL) as server, dial(server.url, waits_for(fault)) as voice:
        assert (await voice.get_call("call-1")).call_id == "call-1"

    assert len(server.received) == 3


UNANSWERED: dict[str, tuple[Sequence[Fault], int, int, str]] = {
    "reset": ([Reset()], 3, 0, "the connection broke"),
    "silence": ([Silence()], 3, 0, "nothing was received"),
    "byte by byte": ([Trickle(CALL, 0.02)], 3, 0, r"no answer within 1\.2 s"),
    "truncated": ([Truncated(CALL)], 3, 200, "cut off"),
    "503": ([refusal(503, 50300, "Down")], 3, 503, "503: Down"),
    "502 of somebody else": ([Reply(502, HTML)], 3, 502, "the answer was 502"),
    "500": ([refusal(500, 50000, "Internal")], 1, 500, "500: Internal"),
    "redirect": ([Reply(307, b"", (("location", "/elsewhere"),))], 1, 307, "redirect"),
    "not JSON": ([Reply(200, HTML)], 1, 200, "not with what was asked for"),
    "another JSON": ([Reply(200, b"[]")], 1, 200, "not with what was asked for"),
    "404 of somebody else": ([Reply(404, HTML)], 1, 404, "without the platform's error body"),
    "a wait too long to bear": ([refusal(503, 50300, "Down", retry_after="31")], 1, 503, "Down"),
}


@pytest.mark.parametrize(("script", "requests", "status", "reason"), UNANSWERED.values(), ids=[*UNANSWERED])
async def test_a_question_without_a_usable_answer_says_so_and_may_be_asked_again(
    dial: Dial, script: Sequence[Fault], requests: int, status: int, reason: str
) -> None:
    async with FaultServer(*script) as server, dial(server.url, waits_for(*script)) as voice:
        with pytest.raises(UnavailableError, match=reason) as unanswered:
            await ask(voice)

    assert len(server.received) == requests
    assert unanswered.value.status == status
    assert unanswered.value.retry_safe
    assert "<" not in str(unanswered.value.to_json())


async def test_an_unavailable_platform_keeps_its_details(dial: Dial) -> None:
    async with FaultServer(refusal(503, 50300, "Down", retry_after="60")) as server, dial(server.url) as voice:
        with pytest.raises(UnavailableError) as unavailable:
            await ask(voice)

    error = unavailable.value
    assert (error.error_code, error.reference, error.retry_after) == (50300, "ref-1", 60.0)


async def test_a_question_waits_as_long_as_an_unavailable_platform_asks(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    async with FaultServer(refusal(503, 50300, retry_after="3"), CALL) as server, dial(server.url) as voice:
        await ask(voice)

    assert clock.now() - start == timedelta(seconds=3)


async def test_pauses_between_questions_grow_and_vary(credentials: Credentials, clock: ManualClock) -> None:
    start = clock.now()
    transport = Scripted(httpx2.ReadError("reset"))
    async with VoiceClient(credentials, transport=transport, clock=clock, jitter=lambda: 1.0) as voice:
        with pytest.raises(UnavailableError):
            await ask(voice)

    assert clock.now() - start == timedelta(seconds=0.25 + 0.5)


async def test_a_question_that_was_heard_once_is_not_called_unsent(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(httpx2.ReadError("reset"), httpx2.ConnectError("no"))
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(UnavailableError):
            await ask(voice)

    assert len(transport.requests) == 3


async def test_a_question_that_is_answered_in_the_end_believes_the_answer(dial: Dial) -> None:
    async with FaultServer(Reset(), refusal(404, 40400)) as server, dial(server.url) as voice:
        with pytest.raises(NotFoundError):
            await ask(voice)

    assert len(server.received) == 2


# Changes that may be made twice.


@repeatable
async def test_a_change_that_may_be_made_twice_is_sent_again_once(dial: Dial, act: Act) -> None:
    async with FaultServer(Reset(), Reply(204)) as server, dial(server.url) as voice:
        await act(voice)

    first, second = server.received
    assert (first.method, first.target, first.body) == (second.method, second.target, second.body)


@repeatable
@pytest.mark.parametrize("fault", [Close(), Reply(500, HTML), Reply(302), refusal(408, 40800)])
async def test_a_change_that_is_lost_twice_is_unknown_and_harmless_to_repeat(
    dial: Dial, act: Act, fault: Fault
) -> None:
    async with FaultServer(fault) as server, dial(server.url, waits_for(fault)) as voice:
        with pytest.raises(OutcomeUnknownError) as unknown:
            await act(voice)

    assert len(server.received) == 2
    assert unknown.value.message.startswith("The request may have been carried out.")
    assert unknown.value.retry_safe
    assert "does no harm" in unknown.value.next_step


async def test_a_refusal_after_a_lost_try_leaves_open_what_the_first_one_did(dial: Dial) -> None:
    async with FaultServer(Reset(), refusal(404, 40400, "Call not found")) as server, dial(server.url) as voice:
        with pytest.raises(OutcomeUnknownError, match="asked again, the platform said: Call not found"):
            await hang_up(voice)

    assert len(server.received) == 2


async def test_an_unreachable_platform_after_a_lost_try_leaves_open_what_the_first_one_did(
    credentials: Credentials, clock: ManualClock
) -> None:
    transport = Scripted(httpx2.ReadTimeout("late"), httpx2.ConnectError("no"))
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(OutcomeUnknownError, match="nothing was received"):
            await hang_up(voice)

    assert len(transport.requests) == 4


async def test_a_throttled_change_that_may_be_made_twice_is_sent_again(dial: Dial) -> None:
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
async def test_a_change_has_succeeded_whatever_the_body_of_a_success_is(dial: Dial, act: Act, reply: Fault) -> None:
    async with FaultServer(reply) as server, dial(server.url, waits_for(reply)) as voice:
        await act(voice)

    assert len(server.received) == 1


# Changes that would be heard twice.


@once
@pytest.mark.parametrize(
    "fault", [Reset(), Silence(), Reply(503), refusal(408, 40800)], ids=["reset", "silence", "503", "408"]
)
async def test_what_would_be_heard_twice_is_sent_once(dial: Dial, act: Act, fault: Fault) -> None:
    async with FaultServer(fault, Reply(200)) as server, dial(server.url, waits_for(fault)) as voice:
        with pytest.raises(OutcomeUnknownError) as unknown:
            await act(voice)

    assert len(server.received) == 1
    assert not unknown.value.retry_safe
    assert "Do not repeat it" in unknown.value.next_step


@once
async def test_what_would_be_heard_twice_is_not_sent_again_when_throttled(dial: Dial, act: Act) -> None:
    async with FaultServer(throttled("1"), Reply(200)) as server, dial(server.url) as voice:
        with pytest.raises(CapacityError):
            await act(voice)

    assert len(server.received) == 1


@once
async def test_what_would_be_heard_twice_is_sent_again_when_it_was_not_sent(
    credentials: Credentials, clock: ManualClock, act: Act
) -> None:
    transport = Scripted(httpx2.ConnectError("no"), httpx2.Response(200))
    async with through(transport, credentials, clock) as voice:
        await act(voice)

    assert len(transport.requests) == 2


# Connections.


async def test_every_callout_goes_over_a_connection_of_its_own(dial: Dial) -> None:
    async with FaultServer(PLACED) as server, dial(server.url) as voice:
        await place(voice)
        await place(voice)

    assert [request.connection for request in server.received] == [1, 2]


@pytest.mark.parametrize("act", [place, say], ids=["callout", "say"])
async def test_a_stale_connection_is_not_mistaken_for_a_lost_request(dial: Dial, act: Act) -> None:
    """The server closes its idle connection without a word; a callout on it would end as unknown."""

    def answer(request: Recorded) -> Fault:
        return Reply(200, CALL.body, hang_up=True) if request.method == "GET" else PLACED

    async with FaultServer(answer=answer) as server, dial(server.url) as voice:
        await ask(voice)
        await act(voice)

    assert [request.connection for request in server.received] == [1, 2]


async def test_questions_share_a_connection(dial: Dial) -> None:
    async with FaultServer(CALL) as server, dial(server.url) as voice:
        for _ in range(3):
            await ask(voice)

    assert server.connections == 1


async def test_nothing_of_one_answer_is_carried_into_the_next_request(dial: Dial) -> None:
    cookie = Reply(200, CALL.body, (("set-cookie", "session=1; Path=/"),))
    async with FaultServer(cookie) as server, dial(server.url) as voice:
        await ask(voice)
        await ask(voice)

    assert server.received[1].header("cookie") is None


async def test_cancelling_a_callout_is_not_turned_into_an_error(dial: Dial) -> None:
    async with FaultServer(Silence()) as server, dial(server.url) as voice:
        with anyio.move_on_after(0.05) as scope:
            await place(voice)

    assert scope.cancelled_caught
    assert len(server.received) == 1


async def test_a_conflict_leaves_open_whether_a_call_was_placed_and_nothing_else(dial: Dial) -> None:
    conflict = refusal(409, 40900, "The call is not answered")
    async with FaultServer(conflict) as server, dial(server.url) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)
        with pytest.raises(PlatformError, match="not answered"):
            await voice.manage_leg("call-1", "caller", Document(instructions=(Say(text="Hello."),)))

    assert len(server.received) == 2
