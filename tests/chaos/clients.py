"""Clients that request each call again and again, on every server, until the answer is final."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import anyio
from mcp.types import CallToolResult, TextContent

from tests.chaos.platform import OWN, dice
from tests.chaos.servers import GoneError, Slot

MAX_REJECTIONS = 3
MAX_UNEXPECTED_ANSWERS = 5
MAX_REQUESTS = 60
_RETRIED_CODES = frozenset({"too_many_requests", "not_sent", "unavailable"})

Kind = Literal["accepted", "unknown", "rejected", "again", "gone", "waiting", "odd"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client received: call ID or error code, and whether it was warned that the outcome may not be recorded."""

    kind: Kind
    said: str = ""
    warned: bool = False

    @property
    def final(self) -> bool:
        """Whether no other answer may follow."""
        return self.kind in ("accepted", "unknown")


def answer_of(result: CallToolResult) -> Answer:
    """Read a tool's result."""
    if not result.is_error:
        content: dict[str, Any] = result.structured_content or {}
        return Answer("accepted", content["call_id"], warned=bool(content.get("warnings")))
    (block,) = result.content
    try:
        error: dict[str, Any] = json.loads(block.text if isinstance(block, TextContent) else "")
    except ValueError:
        return Answer("odd", "not JSON")
    match error["code"]:
        case "outcome_unknown":
            return Answer("unknown")
        case "rejected":
            return Answer("rejected")
        case code if code in _RETRIED_CODES:
            return Answer("again", code)
        case code:
            return Answer("odd", ": ".join(filter(None, (code, error.get("rule"), error["message"]))))


class Clients:
    """All clients of a run.

    Args:
        slots: The servers.
        seed: For which client asks which server, and how.
        patience: How long a client waits for an answer, in seconds.

    Attributes:
        asked: Called with each request before it is sent.
        answers: How often each kind of answer came.
        odd: Answers that match no expected form.
        warned: How often a call was placed that could not be recorded at once.
        call_ids: Every call id that a server returned, by key.
        waiting: Keys of requests that a killed server had begun, and whose outcome was not waited for long enough.
        unsettled: Other keys for which no certain answer came.
        contradicted: Answers that contradict each other, by key.
        longest: The longest wait for an answer, in seconds.
    """

    def __init__(self, slots: Sequence[Slot], seed: int, *, patience: float) -> None:
        self._slots = slots
        self._seed = seed
        self._patience = patience
        self.asked: Callable[[], None] = lambda: None
        self.answers: Counter[str] = Counter()
        self.odd: Counter[str] = Counter()
        self.warned = 0
        self.call_ids: dict[str, set[str]] = {}
        self._broken_off: set[str] = set()
        self.waiting: list[str] = []
        self.unsettled: list[str] = []
        self.contradicted: dict[str, str] = {}
        self.longest = 0.0

    async def settle(self, key: str) -> None:
        """Request one call until the answer is final, and once more on another server."""
        chance = dice(self._seed, key, "client")
        first, second = chance.sample(self._slots, 2)
        match chance.choices(("plain", "race", "drop"), (5, 3, 2)):
            case ["race"]:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._ask, key, first)
                    tasks.start_soon(self._ask, key, second)
            case ["drop"]:
                self._broken_off.add(key)
                with anyio.move_on_after(chance.uniform(0, 0.04)):
                    await self._ask(key, first)
            case _:
                pass
        final = await self._until_certain(key, (first, second))
        if final is not None and final.final:
            await self._confirm(key, final, (second, first))

    async def _confirm(self, key: str, final: Answer, slots: Sequence[Slot]) -> None:
        # If that server was killed just now, its successor answers.
        await slots[0].ready.wait()
        again = await self._until_certain(key, slots)
        if again is not None and not _fit(final, again):
            self.contradicted[key] = f"{final}, then {again}"

    async def _until_certain(self, key: str, slots: Sequence[Slot]) -> Answer | None:
        """Request a call from one server after the other; None if no answer is final."""
        had = Counter[Kind]()
        for ask in range(MAX_REQUESTS):
            answer = await self._ask(key, slots[ask % len(slots)])
            had[answer.kind] += 1
            if answer.final or had["rejected"] == MAX_REJECTIONS:
                return answer
            if had["odd"] == MAX_UNEXPECTED_ANSWERS:
                break
            if had["waiting"] and key in self._broken_off:
                self.waiting.append(key)
                return None
        self.unsettled.append(key)
        return None

    async def _ask(self, key: str, slot: Slot) -> Answer:
        slot = await self._one_that_is_up(slot)
        self.asked()
        start = anyio.current_time()
        answer = Answer("waiting")
        try:
            with anyio.move_on_after(self._patience):
                answer = answer_of(await slot.call("place_tts_callout", _arguments(key)))
        except GoneError:
            self._broken_off.add(key)
            answer = Answer("gone")
        self.longest = max(self.longest, anyio.current_time() - start)
        self.answers[answer.kind] += 1
        self.warned += answer.warned
        if answer.kind == "odd":
            self.odd[answer.said] += 1
        if answer.kind == "accepted":
            self.call_ids.setdefault(key, set()).add(answer.said)
        return answer

    async def _one_that_is_up(self, wanted: Slot) -> Slot:
        """The wanted server, or another one while the wanted one is not running."""
        up = [slot for slot in (wanted, *self._slots) if slot.up]
        if not up:
            await wanted.ready.wait()
        return up[0] if up else wanted


def _arguments(key: str) -> dict[str, str]:
    to = f"+120255501{int(key) % 100:02}"
    return {"to": to, "cli": OWN, "text": f"key {key}", "idempotency_key": f"key-{key}"}


def _fit(first: Answer, then: Answer) -> bool:
    """Whether one answer may follow the other; a call that was not recorded may become unknown, but never another."""
    if first.kind == then.kind:
        return first.said == then.said
    return first.kind == "unknown" or (first.warned and then.kind == "unknown")
