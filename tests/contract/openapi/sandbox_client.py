"""A client of the sandbox's HTTP API that checks every response against the OpenAPI document."""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import httpx2

from sinch_voice_mcp import signing
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox, SandboxOptions, create_sandbox
from sinch_voice_mcp.signing import Credentials
from tests.contract.openapi.document import assert_response, assert_valid

Scheme = Literal["basic", "signed"]
Schema = Literal["callout", "call", "conference", "numbers", "callbacks", "query", "error"]

BASE = "http://sandbox.test"


def without_query(target: str) -> str:
    """Return the path of a request target."""
    return target.partition("?")[0]


class SignedAuth(httpx2.Auth):
    """Signs requests at a fixed instant; ``path`` turns the raw target into the path that is signed."""

    requires_request_body = True

    def __init__(self, credentials: Credentials, now: datetime, path: Callable[[str], str] = without_query) -> None:
        self.credentials = credentials
        self.now = now
        self.path = path

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign the raw path and the exact bytes."""
        stamp = signing.timestamp(self.now)
        path = self.path(request.url.raw_path.decode("ascii"))
        content_type = request.headers.get("content-type", "")
        message = signing.Message(request.method, path, content_type, stamp, request.content)
        request.headers["x-timestamp"] = stamp
        request.headers["authorization"] = signing.authorization(self.credentials, message)
        yield request


@dataclass
class SandboxClient:
    """A sandbox and a client of its API. ``clock`` is simulated time, ``wall`` real time."""

    scheme: Scheme = "signed"
    strict_numbers: bool = False
    clock: ManualClock = field(default_factory=ManualClock)
    wall: ManualClock = field(default_factory=ManualClock)
    sandbox: Sandbox = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = create_sandbox(
            clock=self.clock, wall=self.wall, options=SandboxOptions(strict_numbers=self.strict_numbers)
        )

    def auth(self) -> httpx2.Auth:
        """Return the authentication of the default application."""
        if self.scheme == "basic":
            return httpx2.BasicAuth(DEFAULT_CREDENTIALS.key, DEFAULT_CREDENTIALS.secret)
        return SignedAuth(DEFAULT_CREDENTIALS, self.wall.now())

    async def send(self, method: str, path: str, body: object = None, **options: Any) -> httpx2.Response:
        """Send a request with JSON or bytes; check that the response is documented, and marked as the sandbox's."""
        headers = {} if body is None else {"content-type": "application/json"}
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        transport = httpx2.ASGITransport(self.sandbox.asgi)
        async with httpx2.AsyncClient(transport=transport, auth=options.pop("auth", self.auth())) as client:
            headers |= options.pop("headers", {})
            response = await client.request(method, BASE + path, content=content, headers=headers, **options)
        assert response.headers["x-sinch-voice-sandbox"] == "1"
        assert "www-authenticate" not in response.headers
        assert_response(response)
        return response

    async def get(self, path: str, schema: Schema) -> dict[str, Any]:
        """GET a resource and validate it."""
        return body_of(await self.send("GET", path), schema)

    async def done(self, method: str, path: str, body: object = None) -> int:
        """Send a request that succeeds without data; return the status."""
        response = await self.send(method, path, body)
        assert response.content == b""
        assert response.is_success, response
        return response.status_code

    async def fails(self, method: str, path: str, body: object = None, **options: Any) -> tuple[int, int]:
        """Send a request that is rejected; return the status and the error code."""
        response = await self.send(method, path, body, **options)
        error = body_of(response, "error")
        return response.status_code, error["errorCode"]

    async def place(self, method: str, **members: Any) -> str:
        """Place a callout and return the id of its call."""
        return body_of(await self.send("POST", "/calling/v1/callouts", callout(method, **members)), "callout")["callId"]


def callout(method: str, **members: Any) -> dict[str, Any]:
    """Return a callout to the first fictional number, unless ``members`` name another."""
    destination: Mapping[str, str] = {"type": "number", "endpoint": "+12025550100"}
    return {"method": method, method: {"cli": "+14155550100", "destination": destination} | members}


def body_of(response: httpx2.Response, schema: Schema) -> dict[str, Any]:
    """Return the JSON body after checking the response, and that the body has this schema."""
    assert_response(response)
    data = response.json()
    assert_valid(data, schema)
    return data
