"""A platform for tests of hanging up: every call lasts until it is hung up."""

import json
from typing import Any

import anyio
import httpx2

from tests.platforms import NUMBERS, OWN, PRICE, REAL

HANG_UP = {"action": {"name": "hangup"}}
TRANSFER = {"action": {"name": "connectPstn", "number": REAL, "cli": OWN}}


class Phones(httpx2.AsyncBaseTransport):
    """A platform on which every call lasts until it is hung up; the hang-ups are recorded."""

    def __init__(self) -> None:
        self.hung_up: list[str] = []
        self.tokens: dict[str, str] = {}
        self.callouts: list[dict[str, Any]] = []
        self.asked, self.released = anyio.Event(), anyio.Event()
        self.holds = False
        self.loses = False
        self.silent: set[str] = set()
        self.unanswered: list[str] = []
        self.fails_to = ""
        self.strangers: list[str] = []
        self.looked_up: list[str] = []
        self.numbers: dict[str, Any] = NUMBERS

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:  # noqa: C901 - a table of endpoints
        body: Any = json.loads(request.content) if request.content else None
        match request.method, request.url.path.split("/")[-2:]:
            case "GET", ["configuration", "numbers"]:
                return httpx2.Response(200, json=self.numbers)
            case "GET", ["number", _]:
                return httpx2.Response(200, json=PRICE)
            case "GET", ["id", "room"]:
                calls = [*self.strangers, *self.tokens]
                inside = [{"id": call, "cli": REAL, "muted": False, "onhold": False} for call in calls]
                return httpx2.Response(200, json={"participants": inside})
            case "GET", ["id", call] if self.fails_to == "look up":
                return httpx2.Response(400, json={"errorCode": 40000, "message": "no", "reference": "r"})
            case "GET", ["id", call]:
                self.looked_up.append(call)
                status = "FINAL" if call in self.hung_up else "ONGOING"
                known = {"callId": call, "status": status, "custom": self.tokens.get(call)}
                return httpx2.Response(200, json={name: value for name, value in known.items() if value})
            case "POST", _:
                return await self._place(body)
            case "PATCH", ["id", call] if body == HANG_UP | {"instructions": []} or body == HANG_UP:
                if call in self.silent:
                    self.unanswered.append(call)
                    await anyio.sleep_forever()
                if self.fails_to == "hang up":
                    return httpx2.Response(400, json={"errorCode": 40000, "message": "no", "reference": "r"})
                self.hung_up.append(call)
            case _:
                pass
        return httpx2.Response(204)

    async def _place(self, body: dict[str, Any]) -> httpx2.Response:
        callout = body[body["method"]]
        self.callouts.append(callout)
        call = f"c{len(self.tokens) + 1}"
        self.tokens[call] = callout["custom"]
        self.asked.set()
        if self.holds:
            await self.released.wait()
        if self.loses:
            raise httpx2.ReadError("lost")
        return httpx2.Response(200, json={"callId": call})
