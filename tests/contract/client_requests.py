"""Requests of the client, and platforms that answer them by a script."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from sinch_voice_mcp.client import Region, Timeouts, VoiceClient
from sinch_voice_mcp.clock import ManualClock, SkippingClock
from sinch_voice_mcp.signing import Credentials, Received
from sinch_voice_mcp.svaml import Continue, Document, Hangup, NumberDestination, Say
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrl, UnassignNumber
from sinch_voice_mcp.wire.callouts import (
    TtsCallout,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.fault_server import (
    Fault,
    Recorded,
    Reply,
    Silence,
    Stalled,
    Trickle,
)

Act = Callable[[VoiceClient], Awaitable[object]]

CALLOUT = TtsCalloutRequest(
    tts_callout=TtsCallout(destination=NumberDestination(endpoint="+12025550123"), cli="+14155550100", text="Hello.")
)

PLACED = Reply(200, b'{"callId":"call-1"}')

CALL = Reply(200, b'{"callId":"call-1","status":"ONGOING"}')

HTML = b"<html><script>alert(1)</script>Bad Gateway</html>"

QUICK = Timeouts(read=0.4, total=1.2)


def timeouts_for(*script: Fault) -> Timeouts:
    """Short timeouts for faults that keep the client waiting, and the defaults for all others."""
    return QUICK if any(isinstance(fault, Silence | Stalled | Trickle) for fault in script) else Timeouts()


def refusal(status: int, code: int, message: str = "No.", **headers: str) -> Reply:
    """An error as the platform writes it."""
    body = f'{{"errorCode":{code},"message":"{message}","reference":"ref-1"}}'.encode()
    return Reply(status, body, tuple((name.replace("_", "-"), value) for name, value in headers.items()))


async def place(voice: VoiceClient) -> str:
    return await voice.place_callout(CALLOUT)


async def read(voice: VoiceClient) -> object:
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
    """A transport that plays one step for each request, and the last one for every later request."""

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
    """A client over the test's own transport."""
    return VoiceClient(credentials, transport=transport, clock=clock, jitter=lambda: 0.0)


def caused(error: Exception, cause: Exception) -> Exception:
    """An error of the transport as the network stack chains it."""
    error.__cause__ = cause
    return error


def throttled(wait: str | None) -> Reply:
    return refusal(429, 42900, "Capacity exceeded", **({} if wait is None else {"retry_after": wait}))


NUMBER = NumberDestination(endpoint="+12025550123")

TTS = TtsCalloutRequest(
    tts_callout=TtsCallout(destination=NUMBER, cli="+14155550100", text="Zażółć ☎", enable_dice=True)
)

CALL_ID = CallId("4398599d1ba84ef3bde0a82dfb61abed")


def arrived(request: Recorded) -> Received:
    """A recorded request in the form that the verifier expects."""
    return Received(
        method=request.method,
        path=request.path,
        query=request.query,
        authorization=request.header("authorization"),
        content_type=request.header("content-type") or "",
        timestamp=request.header("x-timestamp"),
        body=request.body,
    )


def over(
    answer: Callable[[httpx2.Request], httpx2.Response], credentials: Credentials, region: Region = "global"
) -> VoiceClient:
    """A client whose platform is a function."""
    return VoiceClient(credentials, transport=httpx2.MockTransport(answer), clock=SkippingClock(), region=region)


ANYTHING = b'{"callId":"c","status":"ONGOING","participants":[],"url":{},"number":{}}'


def telling(body: object) -> Callable[[httpx2.Request], httpx2.Response]:
    """A platform that always gives the same answer."""
    return lambda _: httpx2.Response(200, json=body)
