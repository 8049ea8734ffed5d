"""A call as a resource: its content, its completion, and the notifications when it changes."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream
from mcp import Client
from mcp.client.subscriptions import ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp.types import (
    EmptyResult,
    PromptReference,
    ResourceTemplateReference,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    TextResourceContents,
    UnsubscribeRequest,
    UnsubscribeRequestParams,
)

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.ports import IncomingEvent, Reply
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.types import CallId
from tests.callers import Caller, Connect, Era

ANNA, OWN = "+12025550108", "+14155550100"
ANSWERS, PRESSES_1 = "+12025550100", "+12025550102"
FAST = {"SINCH_VOICE_SANDBOX_SPEED": "1000"}
TEMPLATE = ResourceTemplateReference(uri="sinch://calls/{call_id}")


class Host(Caller):
    """A caller that records the notifications of the server."""

    def __init__(self, client: Client, notified: MemoryObjectReceiveStream[str]) -> None:
        super().__init__(client)
        self.notified = notified

    async def read(self, call_id: str) -> dict[str, Any]:
        """Return a call as the resource shows it."""
        (content,) = (await self.client.read_resource(f"sinch://calls/{call_id}")).contents
        assert isinstance(content, TextResourceContents)
        assert content.mime_type == "application/json"
        value: dict[str, Any] = json.loads(content.text)
        return value

    async def subscribe(self, uri: str) -> None:
        """Subscribe as clients on older protocols do."""
        request = SubscribeRequest(params=SubscribeRequestParams(uri=uri))
        await self.client.session.send_request(request, EmptyResult)

    async def unsubscribe(self, uri: str) -> None:
        """Unsubscribe as clients on older protocols do."""
        request = UnsubscribeRequest(params=UnsubscribeRequestParams(uri=uri))
        await self.client.session.send_request(request, EmptyResult)


@asynccontextmanager
async def hosting(era: Era, **environ: str) -> AsyncGenerator[Host]:
    """Connect a host to a server whose embedded sandbox sends the events of its calls."""
    sending, notified = anyio.create_memory_object_stream[str](1_000)

    async def record(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            sending.send_nowait(message.params.uri)

    with sending, notified:
        async with Client(create_server(load(FAST | environ)), mode=era, message_handler=record) as client:
            yield Host(client, notified)


async def placed(host: Caller, **arguments: str) -> str:
    """Place a call; return its id."""
    call = {"to": ANSWERS, "cli": OWN, "text": "Hello"}
    return (await host.ok("place_tts_callout", **call | arguments))["call_id"]


async def test_a_call_has_its_state_and_what_happened_in_it(era: Era) -> None:
    async with hosting(era) as host:
        call_id = await placed(host)
        await host.ok("wait_for_call", call_id=call_id, until="ended")
        call = await host.read(call_id)

    assert (call["call_id"], call["simulated"], call["state"]) == (call_id, True, "ended")
    assert (call["result"], call["currency"]) == ("ANSWERED", "USD")
    assert call["duration_s"] >= 0
    assert {event["event"] for event in call["events"]} == {"placed", "ace", "dice"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["at"]) for event in call["events"])
    assert "remark" not in call
    assert {event["number"] for event in call["events"] if "number" in event} == {ANSWERS}


async def test_what_the_callee_entered_is_marked_untrusted(era: Era) -> None:
    async with hosting(era) as host:
        answers = {"1": "yes", "2": "no"}
        asked = await host.ok("ask_by_phone", to=PRESSES_1, cli=OWN, question="Is it so?", answers=answers)
        call = await host.read(asked["call_id"])

    assert asked["key"] == "1"
    assert call["untrusted"] == {"input": "1"}
    assert all("input" not in event for event in call["events"])
    assert any(event.get("untrusted", {}).get("input") == "1" for event in call["events"])


async def test_a_call_without_events_names_what_is_not_known(connect: Connect) -> None:
    async with connect() as voice:
        call_id = await placed(voice)
        (content,) = (await voice.client.read_resource(f"sinch://calls/{call_id}")).contents
    assert isinstance(content, TextResourceContents)
    call = json.loads(content.text)
    assert call["state"] == "ringing"
    assert call["remark"].startswith("This server receives no events")


@pytest.mark.parametrize("call_id", ["1ce0ffee-ca11", "x" * 300])
async def test_an_unknown_call_is_not_found(voice: Caller, call_id: str) -> None:
    with pytest.raises(MCPError, match="there is no call"):
        await voice.client.read_resource(f"sinch://calls/{call_id}")


async def test_ids_of_recent_calls_are_completed_newest_first(voice: Caller) -> None:
    first = await placed(voice)
    second = await placed(voice, text="Again")
    about = PromptReference(name="why-a-call-failed")
    everything = (await voice.client.complete(TEMPLATE, {"name": "call_id", "value": ""})).completion
    exact = (await voice.client.complete(TEMPLATE, {"name": "call_id", "value": first.upper()})).completion
    prompt = (await voice.client.complete(about, {"name": "what", "value": ""})).completion
    assert (everything.values, everything.total) == ([second, first], 2)
    assert exact.values == [first]
    assert prompt.values == [second, first]


async def test_a_client_on_the_newest_protocol_is_notified_of_its_own_call_only() -> None:
    async with hosting("auto", SINCH_VOICE_SANDBOX_SPEED="1") as host:
        mine, other = await placed(host), await placed(host, to=ANNA)
        uri = f"sinch://calls/{mine}"
        async with host.client.listen(resource_subscriptions=[uri]) as stream:
            await host.ok("hang_up", call_id=other)
            await host.ok("hang_up", call_id=mine)
            with anyio.fail_after(10):
                assert await anext(stream) == ResourceUpdated(uri)
            # The notification follows the record, so a client that reads now finds the event.
            assert "dice" in [event["event"] for event in (await host.read(mine))["events"]]


async def test_a_client_on_an_older_protocol_is_notified_of_its_own_call_only() -> None:
    async with hosting("legacy", SINCH_VOICE_SANDBOX_SPEED="1") as host:
        capabilities = host.client.server_capabilities
        assert capabilities is not None
        assert capabilities.resources is not None
        assert capabilities.resources.subscribe is True
        mine, other, left = await placed(host), await placed(host, to=ANNA), await placed(host, text="Another")
        await host.subscribe(f"sinch://calls/{mine}")
        await host.subscribe(f"sinch://calls/{left}")
        await host.unsubscribe(f"sinch://calls/{left}")
        for call_id in (other, left, mine):
            await host.ok("hang_up", call_id=call_id)
            await host.ok("wait_for_call", call_id=call_id, until="ended")
        with anyio.fail_after(10):
            assert await host.notified.receive() == f"sinch://calls/{mine}"
        assert "dice" in [event["event"] for event in (await host.read(mine))["events"]]
        assert host.notified.statistics().current_buffer_used == 0


async def test_an_encoded_uri_names_the_same_call() -> None:
    async with hosting("legacy", SINCH_VOICE_SANDBOX_SPEED="1") as host:
        call_id = await placed(host)
        uri = f"sinch://calls/{call_id.replace('-', '%2D')}"
        await host.subscribe(uri)
        await host.ok("hang_up", call_id=call_id)
        with anyio.fail_after(10):
            assert await host.notified.receive() == uri


@pytest.mark.parametrize("uri", ["sinch://policy", "sinch://calls/", "sinch://calls/a/b", "https://example.com/"])
async def test_only_calls_can_be_subscribed_to(uri: str) -> None:
    async with hosting("legacy") as host:
        with pytest.raises(MCPError, match=r"only sinch://calls/\{call_id\}"):
            await host.subscribe(uri)


async def test_a_client_can_subscribe_to_a_thousand_calls_and_no_more() -> None:
    async with hosting("legacy") as host:
        for at in range(1_000):
            await host.subscribe(f"sinch://calls/{at}")
        with pytest.raises(MCPError, match="1,000"):
            await host.subscribe("sinch://calls/another")
        await host.unsubscribe("sinch://calls/0")
        await host.subscribe("sinch://calls/another")


async def test_a_client_is_notified_of_an_event_that_another_server_on_the_database_received(
    era: Era, postgres_url: str
) -> None:
    async with hosting(era, SINCH_VOICE_DATABASE_URL=postgres_url) as host:
        uri = "sinch://calls/theirs"
        event = IncomingEvent("an identity", CallId("theirs"), None, "notify", None, {})
        async with AsyncExitStack() as stack:
            if era == "legacy":
                await host.subscribe(uri)
                notified = host.notified.receive
            else:
                stream = await stack.enter_async_context(host.client.listen(resource_subscriptions=[uri]))
                notified = stream.__anext__
            other = await stack.enter_async_context(open_storage(postgres_url, SystemClock()))
            await other.events.record(event, lambda _entry, _replies: Reply("", {}))
            with anyio.fail_after(10):
                assert await notified() in {uri, ResourceUpdated(uri)}
