"""A platform that fails in every way it can, and records every call that it placed."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fault_server import Close, Fault, FaultServer, Garbage, Recorded, Reply, Reset, Silence, Trickle, Truncated

OWN = "+14155550100"
TIMEOUT = 1.0
"""Seconds that clients of this platform wait for a response."""

_KEY = re.compile(r"key (\d+)")
_NUMBERS = {"numbers": [{"number": OWN, "capability": "voice"}]}
_ENDED = {"status": "FINAL", "result": "ANSWERED", "reason": "CALLERHANGUP", "duration": 7, "domain": "pstn"}
_PRICE = {"currencyId": "USD", "amount": 0.01}


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to treat a callout.

    Attributes:
        name: What is printed.
        weight: How often it comes, of all weights together.
        places: Whether a call is placed.
        play: What is sent, given the answer that would be right.
        refuses: Whether the answer says for certain that nothing was placed.
    """

    name: str
    weight: float
    places: bool
    play: Callable[[Reply], Fault]
    refuses: bool = False


def _error(status: int, code: int, *headers: tuple[str, str]) -> Reply:
    body = json.dumps({"errorCode": code, "message": "It went wrong on purpose.", "reference": "chaos"})
    return Reply(status, body.encode(), (("content-type", "application/json"), *headers))


KINDS = (
    Kind("placed, answered", 60, places=True, play=lambda right: right),
    Kind("placed, answered byte by byte", 4, places=True, play=lambda right: Trickle(right, 0.0005)),
    Kind("placed, byte by byte, too slowly", 1, places=True, play=lambda right: Trickle(right, 0.1)),
    Kind("placed, silence", 1, places=True, play=lambda _: Silence()),
    Kind("placed, reset", 5, places=True, play=lambda _: Reset()),
    Kind("placed, closed", 3, places=True, play=lambda _: Close()),
    Kind("placed, cut off", 4, places=True, play=lambda right: Truncated(right, 5)),
    Kind("placed, garbage", 3, places=True, play=lambda _: Garbage()),
    Kind("placed, 500", 4, places=True, play=lambda _: _error(500, 50000)),
    Kind("not placed, reset", 3, places=False, play=lambda _: Reset()),
    Kind("not placed, closed", 3, places=False, play=lambda _: Close()),
    Kind("not placed, 503", 3, places=False, play=lambda _: _error(503, 50300)),
    Kind("rejected, 400", 3, places=False, play=lambda _: _error(400, 40001), refuses=True),
    Kind("rejected, 429", 3, places=False, play=lambda _: _error(429, 42900, ("retry-after", "0")), refuses=True),
)
_WEIGHTS = [kind.weight for kind in KINDS]


@dataclass(frozen=True, slots=True)
class Post:
    """A callout that the platform saw; ``token`` is what came in ``custom``."""

    key: str
    token: str | None
    kind: Kind
    call_id: str | None


def dice(*names: object) -> random.Random:
    """A random generator that depends on the names alone."""
    return random.Random(":".join(map(str, names)))  # noqa: S311 - it must be repeatable, not secret


class FaultPlatform:
    """The platform. What it does about the n-th callout for a key depends on seed, key and n alone.

    Args:
        seed: Another seed, other faults.

    Attributes:
        seen: Called with each callout before it is answered.
        posts: Every callout, in order, by its key.
        kinds: How often each fault was played.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.seen: Callable[[], None] = lambda: None
        self.posts: dict[str, list[Post]] = {}
        self.kinds: Counter[str] = Counter()

    def server(self) -> FaultServer:
        """The HTTP server, to be opened."""
        return FaultServer(answer=self._answer)

    def _answer(self, request: Recorded) -> Fault:
        if request.method == "POST" and request.path == "/calling/v1/callouts":
            return self._callout(json.loads(request.body))
        if request.path == "/v1/configuration/numbers":
            return _reply(_NUMBERS)
        if "/query/number/" in request.path:
            number = {"countryId": "US", "numberType": "Mobile", "restricted": False, "rate": _PRICE}
            return _reply({"number": number | {"normalizedNumber": request.path.rpartition("/")[2]}})
        call_id = request.path.rpartition("/")[2]
        if request.method == "GET" and call_id.startswith("chaos-"):
            return _reply(_ENDED | {"callId": call_id, "debit": _PRICE, "userRate": _PRICE})
        return _error(404, 40400)

    def _callout(self, body: dict[str, Any]) -> Fault:
        callout: dict[str, Any] = body["ttsCallout"]
        found = _KEY.search(callout["text"])
        if found is None:
            raise ValueError(f"a callout without a key: {callout}")
        key = found.group(1)
        earlier = self.posts.setdefault(key, [])
        (kind,) = dice(self._seed, key, len(earlier)).choices(KINDS, _WEIGHTS)
        call_id = f"chaos-{key}-{len(earlier)}" if kind.places else None
        earlier.append(Post(key, callout.get("custom"), kind, call_id))
        self.kinds[kind.name] += 1
        self.seen()
        return kind.play(_reply({"callId": call_id}))


def _reply(body: object) -> Reply:
    return Reply(200, json.dumps(body).encode())
