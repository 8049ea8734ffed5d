"""Rejections keep what the platform said, and a throttled callout waits at most once."""

from datetime import timedelta
from email.utils import format_datetime

import httpx2
import pytest

from sinch_voice_mcp.client import VoiceClient
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import (
    AuthenticationError,
    CapacityError,
    CreditError,
    ForbiddenError,
    NotFoundError,
    OutcomeUnknownError,
    PlatformError,
)
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.wire.codes import CODES
from tests.contract.client_requests import (
    HTML,
    PLACED,
    Act,
    Scripted,
    hang_up,
    place,
    read,
    refusal,
    say,
    throttled,
    through,
)
from tests.contract.dialing import Dial
from tests.fault_server import (
    FaultServer,
    Reply,
    Reset,
)

REFUSALS: list[tuple[int, int, type[PlatformError], str]] = [
    (400, 40001, PlatformError, "`untrusted.message` names"),
    (400, 40005, PlatformError, "leading plus"),
    (401, 40102, AuthenticationError, "secret"),
    (401, 40105, AuthenticationError, "clock"),
    (401, 40108, AuthenticationError, "key"),
    (402, 40200, CreditError, "top up"),
    (403, 40300, ForbiddenError, "caller ID"),
    (404, 40400, NotFoundError, "region"),
    (422, 42200, PlatformError, "as the message says"),
    (429, 42900, CapacityError, "fewer calls"),
]


@pytest.mark.parametrize("act", [place, read, hang_up, say], ids=["callout", "read", "hang up", "say"])
@pytest.mark.parametrize(("status", "code", "kind", "advice"), REFUSALS)
async def test_a_rejection_keeps_the_details_of_the_platform(
    dial: Dial, act: Act, status: int, code: int, kind: type[PlatformError], advice: str
) -> None:
    reply = refusal(status, code, "Parameter validation error", retry_after="31")
    async with FaultServer(reply) as server, dial(server.url) as voice:
        with pytest.raises(PlatformError) as refused:
            await act(voice)

    error = refused.value
    assert type(error) is kind
    assert (error.status, error.error_code, error.retry_after) == (status, code, 31.0)
    assert error.untrusted == {"message": "Parameter validation error", "reference": "ref-1"}
    assert error.message == f"The platform answered {status}: {CODES[code].meaning} (error code {code})."
    assert advice in error.next_step
    assert error.retry_safe
    assert len(server.received) == 1


@pytest.mark.parametrize("code", ["40400", '"40400"', "40400.0"])
async def test_an_error_code_may_be_a_number_or_text(dial: Dial, code: str) -> None:
    body = f'{{"errorCode":{code},"message":"Call not found","unknown":"member"}}'.encode()
    async with FaultServer(Reply(404, body)) as server, dial(server.url) as voice:
        with pytest.raises(NotFoundError) as refused:
            await read(voice)

    assert refused.value.error_code == 40400
    assert "reference" not in refused.value.untrusted


async def test_a_message_of_the_platform_becomes_one_clean_line_of_at_most_500_characters(dial: Dial) -> None:
    message = r"\u001b[31mred\u0000\u202e\n\tnext\u2028line" + "x" * 1_000
    async with FaultServer(refusal(400, 40001, message)) as server, dial(server.url) as voice:
        with pytest.raises(PlatformError) as refused:
            await place(voice)

    said = refused.value.untrusted["message"]
    assert said.startswith("[31mred next linexxx")
    assert len(said) == 500
    assert said.isprintable()


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


# 429: the platform did nothing.


async def test_a_throttled_callout_waits_as_long_as_the_platform_asks(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    async with FaultServer(throttled("30"), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"

    assert len(server.received) == 2
    assert clock.now() - start == timedelta(seconds=30)


async def test_retry_after_may_be_a_date(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    until = format_datetime(start + timedelta(seconds=7), usegmt=True)
    async with FaultServer(throttled(until), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"

    assert clock.now() - start == timedelta(seconds=7)


async def test_a_retry_after_date_in_the_past_means_now(dial: Dial, clock: ManualClock) -> None:
    start = clock.now()
    async with FaultServer(throttled("Wed, 21 Oct 2015 07:28:00 GMT"), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"

    assert clock.now() == start


@pytest.mark.parametrize(
    ("wait", "shown"), [("31", 31.0), (None, None), ("soon", None), ("-1", None), ("1e1", None), ("٣", None)]
)
async def test_a_throttled_callout_is_not_retried_without_an_acceptable_wait(
    credentials: Credentials, clock: ManualClock, wait: str | None, shown: float | None
) -> None:
    headers: list[tuple[bytes, bytes]] = [] if wait is None else [(b"retry-after", wait.encode())]
    reply = httpx2.Response(429, headers=headers, json={"errorCode": 42900, "message": "Capacity exceeded"})
    transport = Scripted(reply)
    async with through(transport, credentials, clock) as voice:
        with pytest.raises(CapacityError) as refused:
            await place(voice)

    assert refused.value.retry_after == shown
    assert len(transport.requests) == 1


async def test_a_callout_that_is_throttled_twice_raises(dial: Dial) -> None:
    async with FaultServer(throttled("1")) as server, dial(server.url) as voice:
        with pytest.raises(CapacityError):
            await place(voice)

    assert len(server.received) == 2


async def test_a_gateway_that_throttles_has_not_passed_the_request_on(dial: Dial) -> None:
    async with FaultServer(Reply(429, HTML, (("retry-after", "2"),)), PLACED) as server, dial(server.url) as voice:
        assert await place(voice) == "call-1"
    async with FaultServer(Reply(429, HTML)) as server, dial(server.url) as voice:
        with pytest.raises(CapacityError) as refused:
            await place(voice)

    assert refused.value.message == "The platform answered 429."
    assert refused.value.error_code is None


async def test_a_throttled_callout_whose_second_attempt_is_lost_is_unknown(dial: Dial) -> None:
    async with FaultServer(throttled("1"), Reset(), PLACED) as server, dial(server.url) as voice:
        with pytest.raises(OutcomeUnknownError):
            await place(voice)

    assert len(server.received) == 2
