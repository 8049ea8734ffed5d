"""Platforms that answer by a script or that fail, and the events that a platform signs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
from starlette.types import ASGIApp

from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox
from tests.contract.callbacks.delivery import HttpResponse, IncomingRequest, deliver

Answer = Callable[[httpx2.Request], httpx2.Response]

# Numbers that exist, as far as a server can know, and one that belongs to the account.
REAL, OTHER, THIRD, OWN = "+14045005000", "+14045005001", "+14045005002", "+14155550100"

NUMBERS = {"numbers": [{"number": OWN, "capability": "voice", "applicationkey": DEFAULT_CREDENTIALS.key}]}
PRICE = {"number": {"rate": {"currencyId": "USD", "amount": 0.02}, "restricted": False}}
ERROR = {"errorCode": 40000, "message": "Something about it", "reference": "ref-1"}
"""Answers of the platform: the numbers of the account, the price of a number, and an error."""

CALLER = "12015555555"
"""The caller of an incoming call, as the platform writes it."""

SORRY = "Sorry, no one can take this call. Goodbye."
"""What the caller of an incoming call hears, unless a setting says something else."""


@dataclass
class Platform:
    """Answers with the numbers of the account and prices, and everything else by a function; records callouts."""

    answer: Answer
    callouts: list[httpx2.Request] = field(default_factory=list[httpx2.Request])

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v1/configuration/numbers":
            return httpx2.Response(200, json=NUMBERS)
        if request.url.path.startswith("/v1/calling/query/number/"):
            return httpx2.Response(200, json=PRICE)
        self.callouts.append(request)
        return self.answer(request)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self)


def raises(error: type[httpx2.TransportError]) -> Answer:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise error("broken", request=request)

    return answer


class Held(httpx2.AsyncBaseTransport):
    """The sandbox behind a network that delays every answer to a callout until the test releases it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.ASGITransport(sandbox.asgi)
        self.asked, self.released = anyio.Event(), anyio.Event()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if request.method == "POST":
            self.asked.set()
            await self.released.wait()
        return response


class Broken(httpx2.AsyncBaseTransport):
    """The sandbox behind a connection that breaks after a callout to this number was placed."""

    def __init__(self, sandbox: Sandbox, number: str) -> None:
        self._inner = httpx2.ASGITransport(sandbox.asgi)
        self._number = number.encode()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if request.method == "POST" and self._number in request.content:
            raise httpx2.ReadError("reset", request=request)
        return response


class Forgetful(httpx2.AsyncBaseTransport):
    """The sandbox, but each request for the state of a call gets an error, or no answer at all."""

    def __init__(self, sandbox: Sandbox, status: int | None) -> None:
        self._inner = httpx2.ASGITransport(sandbox.asgi)
        self._status = status

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET" and "/calls/id/" in request.url.path:
            if self._status is None:
                await anyio.sleep_forever()
            error = {"errorCode": (self._status or 0) * 100, "message": "no", "reference": "r"}
            return httpx2.Response(self._status or 0, json=error)
        return await self._inner.handle_async_request(request)


@dataclass(frozen=True)
class SignedEvents:
    """The platform: it sends signed events to a receiver."""

    receiver: ASGIApp

    async def report(self, event: str, call_id: str, **members: object) -> HttpResponse:
        """Send an event that was signed just now."""
        body = {"event": event, "callid": call_id, "timestamp": "2026-06-06T17:10:34Z", "version": 1} | members
        return await self.send(json.dumps(body).encode())

    async def send(self, body: bytes) -> HttpResponse:
        """Send these bytes, signed just now."""
        return await deliver(self.receiver, IncomingRequest.signed(DEFAULT_CREDENTIALS, SystemClock().now(), body))

    async def rings(self, call_id: str, **members: object) -> HttpResponse:
        """Report an incoming call."""
        to = {"type": "did", "endpoint": "+12017777777"}
        ringing = {"cli": CALLER, "to": to, "domain": "pstn", "originationType": "PSTN", "rdnis": ""}
        return await self.report("ice", call_id, **(ringing | members))

    async def ends(self, call_id: str, **members: object) -> HttpResponse:
        """Report the end of a call."""
        price = {"currencyId": "USD", "amount": 0.5}
        ended = {"result": "ANSWERED", "reason": "CALLEEHANGUP", "duration": 12, "debit": price, "userRate": price}
        return await self.report("dice", call_id, **(ended | members))


class Script:
    """A platform that answers callouts from a list, and knows no call."""

    def __init__(self, *callouts: httpx2.Response | Exception) -> None:
        self.posts: list[dict[str, Any]] = []
        self._callouts = list(callouts)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.posts.append(json.loads(request.content))
            answer = self._callouts.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if request.url.path.endswith("/configuration/numbers"):
            return httpx2.Response(200, json=NUMBERS)
        if "/query/number/" in request.url.path:
            return httpx2.Response(200, json=PRICE)
        return httpx2.Response(404, json={"errorCode": 40400, "message": "no", "reference": "r"})

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self)

    @property
    def token(self) -> str:
        """The token of the last callout, which identifies the request."""
        return str(self.posts[-1]["customCallout"]["custom"])
