"""Whatever a client does instead of asking a person, the result is the same refusal, and nothing is placed."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.context import ClientRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import METHOD_NOT_FOUND, ElicitRequestParams, ElicitResult, ErrorData

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from tests.callers import Caller, Era, Person, changes, connected, text_of
from tests.platforms import NUMBERS, PRICE
from tests.processes import CLEAN
from tests.shell import Shell
from tests.stage import CALL, Stage, listed, rehearsed
from tests.wire import Wire, wired

ENVIRON = {
    "SINCH_VOICE_REHEARSE": "true",
    "SINCH_VOICE_CALLING_HOURS": "any",
    "SINCH_VOICE_CONFIRM": "always",
    "SINCH_VOICE_SANDBOX_SPEED": "1000",
}


@pytest.fixture
async def wire(era: Era) -> AsyncGenerator[Wire]:
    """A connection by hand to a server that has to ask."""
    assert not CLEAN.keys() & ENVIRON.keys()
    async with wired(era, **ENVIRON) as connection:
        yield connection


ANSWERS: Mapping[str, object] = {
    "an empty result": {},
    "no content": {"action": "accept"},
    "content null": {"action": "accept", "content": None},
    "content empty": {"action": "accept", "content": {}},
    "another member": {"action": "accept", "content": {"ok": True}},
    "another letter case": {"action": "accept", "content": {"Place": True}},
    "a word": {"action": "accept", "content": {"place": "yes"}},
    "true as a word": {"action": "accept", "content": {"place": "true"}},
    "a number": {"action": "accept", "content": {"place": 1}},
    "null": {"action": "accept", "content": {"place": None}},
    "a list": {"action": "accept", "content": {"place": [True]}},
    "an object": {"action": "accept", "content": {"place": {"place": True}}},
    "content as a list": {"action": "accept", "content": [True]},
    "content as text": {"action": "accept", "content": "yes"},
    "another action": {"action": "banana"},
    "another letter case of the action": {"action": "ACCEPT", "content": {"place": True}},
    "the answer to another question": {"roots": []},
    "more than was asked for": {"action": "accept", "content": {"place": True, "x": 1}},
}
"""Results of a question that are no answer."""


async def _asked(wire: Wire, era: Era) -> tuple[dict[str, Any], dict[str, Any]]:
    """Call a tool; returns the message with the question, and the question."""
    await wire.call("place_tts_callout", CALL)
    message = await wire.receive()
    if era == "legacy":
        assert message["method"] == "elicitation/create"
        return message, message["params"]
    (question,) = message["result"]["inputRequests"].values()
    return message, question["params"]


async def _answered(wire: Wire, era: Era, message: dict[str, Any], answer: object) -> dict[str, Any]:
    """Answer the question; returns the result of the tool call."""
    if era == "legacy":
        await wire.send({"id": message["id"], "result": answer})
    else:
        asked = message["result"]
        answers = dict.fromkeys(asked["inputRequests"], answer)
        await wire.call("place_tts_callout", CALL, inputResponses=answers, requestState=asked["requestState"])
    return await wire.receive()


def _is_refused(message: dict[str, Any], says: str = "could not be asked") -> None:
    assert "error" not in message, message
    result = message["result"]
    assert result["isError"] is True
    assert "structuredContent" not in result
    (content,) = result["content"]
    error = json.loads(content["text"])
    assert (error["code"], error["rule"]) == ("refused", "consent")
    assert says in error["message"]
    assert error["next_step"]


async def _placed(wire: Wire) -> list[object]:
    await wire.call("list_calls", {})
    calls: list[object] = (await wire.receive())["result"]["structuredContent"]["calls"]
    return calls


async def test_an_answer_that_cannot_be_read_is_a_refusal(wire: Wire, era: Era) -> None:
    for answer in ANSWERS.values():
        message, question = await _asked(wire, era)
        assert "Hello Anna" in question["message"]
        _is_refused(await _answered(wire, era, message, answer))
    for answer, says in (({"action": "decline"}, "declined"), ({"action": "cancel"}, "closed the question")):
        message, _ = await _asked(wire, era)
        _is_refused(await _answered(wire, era, message, answer), says)
    assert await _placed(wire) == []
    # The same connection still works, and a clear yes is one.
    message, _ = await _asked(wire, era)
    result = (await _answered(wire, era, message, {"action": "accept", "content": {"place": True}}))["result"]
    assert result["structuredContent"]["call_id"]


@pytest.mark.parametrize("era", ["legacy"])
async def test_an_error_in_place_of_an_answer_is_a_refusal(wire: Wire, era: Era) -> None:
    for code in (-32601, -32600, -32603, -32000, -32042, 7):
        message, _ = await _asked(wire, era)
        await wire.send({"id": message["id"], "error": {"code": code, "message": "Method not found"}})
        _is_refused(await wire.receive())
    assert await _placed(wire) == []


@pytest.mark.parametrize("era", ["legacy"])
async def test_a_malformed_answer_ends_the_question_at_once(wire: Wire, era: Era) -> None:
    for answer in MALFORMED:
        message, _ = await _asked(wire, era)
        await wire.send({"id": message["id"], **answer})
        _is_refused(await wire.receive())
    assert await _placed(wire) == []


_NO_ERRORS: Sequence[object] = ({"code": "x"}, {"code": 1}, {}, None, "no")
_NO_RESULTS: Sequence[object] = ([], "yes", None, 5, True)
MALFORMED: Sequence[dict[str, Any]] = (
    *({"error": error} for error in _NO_ERRORS),
    *({"result": result} for result in _NO_RESULTS),
)
"""Answers that are no valid JSON-RPC."""


@pytest.mark.parametrize("era", ["auto"])
async def test_a_state_that_is_not_ours_is_a_refusal(wire: Wire, era: Era) -> None:
    message, _ = await _asked(wire, era)
    asked = message["result"]
    yes = {key: {"action": "accept", "content": {"place": True}} for key in asked["inputRequests"]}
    unusable: Sequence[dict[str, Any]] = (
        {"inputResponses": yes, "requestState": "v1.abc"},
        {"inputResponses": yes, "requestState": 7},
        {"inputResponses": yes, "requestState": {}},
        {"inputResponses": [1], "requestState": asked["requestState"]},
        {"inputResponses": []},
        {"inputResponses": "", "requestState": asked["requestState"]},
        {"inputResponses": False},
        {"inputResponses": "yes", "requestState": asked["requestState"]},
        {"inputResponses": dict.fromkeys(yes, "yes"), "requestState": asked["requestState"]},
        {"inputResponses": dict.fromkeys(yes, None), "requestState": asked["requestState"]},
    )
    for more in unusable:
        await wire.call("place_tts_callout", CALL, **more)
        _is_refused(await wire.receive())
    # Another call with the state of this one.
    await wire.call(
        "place_tts_callout", {**CALL, "text": "Other"}, inputResponses=yes, requestState=asked["requestState"]
    )
    _is_refused(await wire.receive())
    assert await _placed(wire) == []


@pytest.mark.parametrize("fault", ["raises", "error", "protocol error"])
async def test_a_client_whose_handler_fails_gets_a_refusal(sandbox: Sandbox, fault: str) -> None:
    async def broken(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        del context, params
        match fault:
            case "raises":
                raise RuntimeError("no window to show it in")
            case "error":
                return ErrorData(code=METHOD_NOT_FOUND, message="Method not found")
            case _:
                raise MCPError(METHOD_NOT_FOUND, "Method not found")

    async with connected(rehearsed(), "legacy", sandbox=sandbox, person=broken) as voice:
        before = changes(sandbox)
        error = await voice.fails("place_tts_callout", **CALL)
        assert (error["code"], error["rule"]) == ("refused", "consent")
        assert "could not be asked" in error["message"]
        assert changes(sandbox) == before


async def test_a_question_ends_after_ten_minutes_without_an_answer() -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    shown = anyio.Event()

    async def away(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context, params
        shown.set()
        await anyio.sleep_forever()
        raise AssertionError("the wait has no end")

    async def wait_for_ten_minutes() -> None:
        await shown.wait()
        clock.advance(599)
        await anyio.lowlevel.checkpoint()
        assert not ended.is_set()
        clock.advance(1)

    ended = anyio.Event()
    async with (
        connected(rehearsed(), "legacy", sandbox=sandbox, person=away, clock=clock) as voice,
        anyio.create_task_group() as tasks,
    ):
        before = changes(sandbox)
        tasks.start_soon(wait_for_ten_minutes)
        error = await voice.fails("place_tts_callout", **CALL)
        ended.set()
        assert (error["code"], error["rule"]) == ("refused", "consent")
        assert "10 minutes" in error["message"]
        assert changes(sandbox) == before
        assert await listed(voice) == []


class Late(Person):
    """A person who takes time to answer, during which something else happens."""

    def __init__(self, *answers: str) -> None:
        super().__init__(*answers)
        self.meanwhile = anyio.Event()
        self.clock: ManualClock | None = None
        self.seconds = 540.0
        self.elsewhere: Caller | None = None

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        if self.clock is not None:
            self.clock.advance(self.seconds)
        if self.elsewhere is not None:
            await self.elsewhere.ok("emergency_stop", reason="meanwhile")
            self.elsewhere = None
        return await super().__call__(context, params)


async def test_the_time_of_asking_counts_nowhere(era: Era) -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    person = Late("accept")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person, clock=clock) as voice:
        person.clock = clock
        placed = await voice.ok("place_tts_callout", **CALL)
        # Two minutes after the call was placed, not after it was requested, the same arguments are another call.
        clock.advance(119)
        again = await voice.ok("place_tts_callout", **CALL)
        # The confirmation holds for an hour after the answer.
        clock.advance(3_480)
        third = await voice.ok("place_tts_callout", **CALL)
        assert (again["call_id"], bool(again["duplicate_of"])) == (placed["call_id"], True)
        assert third["call_id"] != placed["call_id"]
    assert len(person.questions) == 1


async def test_hours_that_close_while_a_person_thinks_refuse_the_call(era: Era) -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    person = Late("accept")
    # The clock starts at noon in UTC, which is 7 o'clock at the number.
    settings = rehearsed(SINCH_VOICE_CALLING_HOURS="06:00-07:05")
    async with connected(settings, era, sandbox=sandbox, person=person, clock=clock) as voice:
        person.clock = clock
        before = changes(sandbox)
        error = await voice.fails("place_tts_callout", **CALL)
        assert (error["code"], error["rule"]) == ("refused", "calling_hours")
        assert changes(sandbox) == before
    assert len(person.questions) == 1


@pytest.mark.parametrize("second", ["accept", "decline"])
async def test_a_price_that_changes_while_a_person_thinks_needs_another_yes(era: Era, second: str) -> None:
    clock, prices = ManualClock(), [0.02, 0.20]
    posts: list[httpx2.Request] = []

    def platform(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/configuration/numbers"):
            return httpx2.Response(200, json=NUMBERS)
        if "/query/number/" in request.url.path:
            rate = {"currencyId": "USD", "amount": prices.pop(0)}
            return httpx2.Response(200, json={"number": {**PRICE["number"], "rate": rate}})
        posts.append(request)
        return httpx2.Response(200, json={"callId": "c1"})

    person = Late("decline", "accept", second)
    transport = httpx2.MockTransport(platform)
    async with connected(rehearsed(), era, transport=transport, person=person, clock=clock) as voice:
        await voice.fails("place_tts_callout", **CALL)
        # A price is known for a day, which ends while the question is open.
        clock.advance(86_000)
        person.clock = clock
        result = await voice.client.call_tool("place_tts_callout", CALL)
        if era == "legacy":
            # The newer protocol asks again by itself.
            assert "the facts changed" in json.loads(text_of(result))["message"]
            assert posts == []
            result = await voice.client.call_tool("place_tts_callout", CALL)
    assert (bool(result.is_error), len(posts)) == ((True, 0) if second == "decline" else (False, 1))
    old, new = ("Price: up to 0.05 USD per minute", "Price: up to 0.25 USD per minute")
    shown = [(old in question.splitlines(), new in question.splitlines()) for question in person.questions]
    assert shown == [(True, False), (True, False), (False, True)]


async def test_a_yes_after_a_stop_is_not_kept(database_url: str, clock: ManualClock, era: Era) -> None:
    stage = Stage(database_url, clock)
    settings = rehearsed(SINCH_VOICE_DATABASE_URL=database_url)
    person = Late("accept", "decline")
    async with (
        connected(settings, era, sandbox=stage.sandbox, person=person, clock=clock) as voice,
        stage.server() as elsewhere,
    ):
        person.elsewhere = elsewhere
        assert (await voice.fails("place_tts_callout", **CALL))["rule"] == "stopped"
        await _resume(database_url)
        assert (await voice.fails("place_tts_callout", **CALL))["rule"] == "consent"
    assert len(person.questions) == 2
    assert stage.posts == []


async def _resume(url: str) -> None:
    await Shell(SINCH_VOICE_DATABASE_URL=url).ok("resume")
