"""What the journal and the model learn when the connection to the sandbox breaks while a call is being placed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from sinch_voice_mcp.clock import ScaledClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from tests.callers import Caller, Era, connected
from tests.platforms import OWN
from tests.shell import serving_app
from tests.stage import listed, number

UNLIMITED = dict.fromkeys(
    (f"SINCH_VOICE_{name}" for name in ("MAX_CONCURRENT_CALLS", "MAX_UNKNOWN_OUTCOMES", "CALLS_PER_MINUTE")),
    "unlimited",
)
IMPATIENT = {**UNLIMITED, "SINCH_VOICE_REQUEST_TIMEOUT_S": "0.4"}
APPLICATION = {
    "SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key,
    "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret,
}
LOST = {
    "40": "the connection broke",
    "41": "the connection broke",
    "42": "no answer within 0.4 s",
    "43": "cut off",
    "44": "500: an internal error",
    "45": "answered 200",
    "46": "no answer within 0.4 s",
    "47": "503: temporarily down",
}
PLACED = {"41", "42", "43", "44", "45", "46"}


@asynccontextmanager
async def over_a_socket(sandbox: Sandbox, era: Era) -> AsyncGenerator[Caller]:
    """A client on a server that reaches the sandbox on a port, as one under the rules of real calls does."""
    async with serving_app(sandbox.asgi) as url:
        environ = {**IMPATIENT, **APPLICATION, "SINCH_VOICE_SANDBOX": "true", "SINCH_VOICE_BASE_URL": url}
        async with connected(load(environ), era) as voice:
            yield voice


@asynccontextmanager
async def embedded(sandbox: Sandbox, era: Era) -> AsyncGenerator[Caller]:
    """A client on a server that has the sandbox in itself."""
    async with connected(load(IMPATIENT), era, sandbox=sandbox) as voice:
        yield voice


async def test_a_server_with_live_rules_still_knows_that_it_calls_a_sandbox(era: Era) -> None:
    sandbox = create_sandbox(clock=ScaledClock(1.0))
    async with serving_app(sandbox.asgi) as url:
        environ = {**IMPATIENT, **APPLICATION, "SINCH_VOICE_BASE_URL": url, "SINCH_VOICE_CALLING_HOURS": "any"}
        environ |= {"SINCH_VOICE_DATABASE_URL": ":memory:", "SINCH_VOICE_CALLS_PER_HOUR": "unlimited"}
        async with connected(load(environ), era) as voice:
            # The numbers are fictional: a real platform would not get these requests.
            for digits in LOST:
                error = await voice.fails("place_tts_callout", to=number(digits), text=f"Hi {digits}", cli=OWN)
                assert error["code"] == "outcome_unknown", digits
            placed = await voice.ok("place_tts_callout", to=number("00"), text="Hi", cli=OWN)
    assert placed["simulated"] is True


@pytest.mark.parametrize("reach", [over_a_socket, embedded])
async def test_a_call_whose_response_is_lost_has_an_unknown_outcome_and_is_not_placed_again(
    era: Era, reach: object
) -> None:
    sandbox = create_sandbox(clock=ScaledClock(1.0))
    reached = over_a_socket(sandbox, era) if reach is over_a_socket else embedded(sandbox, era)
    async with reached as voice:
        for digits, reason in LOST.items():
            error = await voice.fails("place_tts_callout", to=number(digits), text=f"Hi {digits}", cli=OWN)
            assert (error["code"], error["retry_safe"]) == ("outcome_unknown", False), digits
            assert reason in error["message"], digits
        await voice.ok("place_tts_callout", to=number("00"), text="Hi", cli=OWN)
        states = [call["state"] for call in await listed(voice)]
    assert states.count("unknown") == len(LOST)
    numbers = [entry.detail["number"] for entry in sandbox.engine.timeline() if entry.event == "dialing"]
    assert numbers == [number(digits) for digits in (*sorted(PLACED), "00")]
