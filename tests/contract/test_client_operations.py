"""What each of the 14 operations sends, and how the client reads the answers."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import anyio
import httpx2
import pytest

from sinch_voice_mcp.client import VoiceClient
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.signing import Credentials, Message, Received, authorization, verify
from sinch_voice_mcp.svaml import Continue, Document, Hangup, Park, PlayFiles, Say
from sinch_voice_mcp.types import CallId, JsonObject, PhoneNumber
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrl, UnassignNumber
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
)
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.contract.client_requests import (
    ANYTHING,
    CALL_ID,
    NUMBER,
    ONCE,
    REPEATABLE,
    TTS,
    Act,
    arrived,
    over,
    place,
    read,
    telling,
)
from tests.contract.dialing import Dial
from tests.contract.openapi.document import assert_request, operations
from tests.fault_server import FaultServer, Recorded, Reply


@dataclass(frozen=True)
class Case:
    """One operation: how it is called, what it must send, and what the platform answers."""

    act: Callable[[VoiceApi], Awaitable[object]]
    method: str
    path: str
    body: JsonObject | None = None
    answer: str = ""


DESTINATION = {"type": "number", "endpoint": "+12025550123"}
CASES = {
    "text-to-speech callout": Case(
        lambda api: api.place_callout(TTS),
        "POST",
        "/calling/v1/callouts",
        {
            "method": "ttsCallout",
            "ttsCallout": {
                "destination": DESTINATION,
                "cli": "+14155550100",
                "text": "Zażółć ☎",
                "enableDice": True,
            },
        },
        '{"callId":"c"}',
    ),
    "conference callout": Case(
        lambda api: api.place_callout(
            ConferenceCalloutRequest(
                conference_callout=ConferenceCallout(
                    destination=NUMBER, conference_id="my room", cli="+14155550100", moh_class="music1"
                )
            )
        ),
        "POST",
        "/calling/v1/callouts",
        {
            "method": "conferenceCallout",
            "conferenceCallout": {
                "destination": DESTINATION,
                "conferenceId": "my room",
                "cli": "+14155550100",
                "mohClass": "music1",
            },
        },
        '{"callId":"c"}',
    ),
    "custom callout": Case(
        lambda api: api.place_callout(
            CustomCalloutRequest(custom_callout=CustomCallout(ice='{"action":{"name":"hangup"}}', max_duration=60))
        ),
        "POST",
        "/calling/v1/callouts",
        {"method": "customCallout", "customCallout": {"ice": '{"action":{"name":"hangup"}}', "maxDuration": 60}},
        '{"callId":"c"}',
    ),
    "get call": Case(
        lambda api: api.get_call(CALL_ID),
        "GET",
        f"/calling/v1/calls/id/{CALL_ID}",
        answer=f'{{"callId":"{CALL_ID}","status":"FINAL"}}',
    ),
    "update call": Case(
        lambda api: api.update_call(
            CALL_ID, Document(instructions=(Say(text="Wait."),), action=Park(hold_prompt="#tts[Hold]"))
        ),
        "PATCH",
        f"/calling/v1/calls/id/{CALL_ID}",
        {
            "instructions": [{"name": "say", "text": "Wait."}],
            "action": {"name": "park", "holdPrompt": "#tts[Hold]"},
        },
    ),
    "hang up": Case(
        lambda api: api.update_call(CALL_ID, Document(action=Hangup())),
        "PATCH",
        f"/calling/v1/calls/id/{CALL_ID}",
        {"action": {"name": "hangup"}},
    ),
    "manage leg": Case(
        lambda api: api.manage_leg(
            CALL_ID, "callee", Document(instructions=(PlayFiles(ids=("#tts[Hi]",)),), action=Continue())
        ),
        "PATCH",
        f"/calling/v1/calls/id/{CALL_ID}/leg/callee",
        {"instructions": [{"name": "playFiles", "ids": ["#tts[Hi]"]}], "action": {"name": "continue"}},
    ),
    "get conference": Case(
        lambda api: api.get_conference("my room"),
        "GET",
        "/calling/v1/conferences/id/my%20room",
        answer='{"participants":[]}',
    ),
    "close conference": Case(
        lambda api: api.close_conference("my room"), "DELETE", "/calling/v1/conferences/id/my%20room"
    ),
    "manage participant": Case(
        lambda api: api.manage_participant("my room", CALL_ID, ManageParticipant(command="onhold", moh="music2")),
        "PATCH",
        f"/calling/v1/conferences/id/my%20room/{CALL_ID}",
        {"command": "onhold", "moh": "music2"},
    ),
    "kick participant": Case(
        lambda api: api.kick_participant("my room", CALL_ID),
        "DELETE",
        f"/calling/v1/conferences/id/my%20room/{CALL_ID}",
    ),
    "list numbers": Case(lambda api: api.list_numbers(), "GET", "/v1/configuration/numbers", answer='{"numbers":[]}'),
    "assign numbers": Case(
        lambda api: api.assign_numbers(AssignNumbers(numbers=("+14155550100", "+14155550101"), application_key="k")),
        "POST",
        "/v1/configuration/numbers",
        {"numbers": ["+14155550100", "+14155550101"], "applicationkey": "k"},
    ),
    "unassign number": Case(
        lambda api: api.unassign_number(UnassignNumber(number="+14155550100", capability="voice")),
        "DELETE",
        "/v1/configuration/numbers",
        {"number": "+14155550100", "capability": "voice"},
    ),
    "get callbacks": Case(
        lambda api: api.get_callbacks("669E367E-6BBA"),
        "GET",
        "/v1/configuration/callbacks/applications/669E367E-6BBA",
        answer='{"url":{}}',
    ),
    "set callbacks": Case(
        lambda api: api.set_callbacks("669E367E-6BBA", CallbackUrl(primary="https://example.com/?a=b")),
        "POST",
        "/v1/configuration/callbacks/applications/669E367E-6BBA",
        {"url": {"primary": "https://example.com/?a=b"}},
    ),
    "query number": Case(
        lambda api: api.query_number(PhoneNumber("+12025550123")),
        "GET",
        "/v1/calling/query/number/%2B12025550123",
        answer='{"number":{}}',
    ),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=[*CASES])


def answering(case: Case) -> Reply:
    """The platform's success for a case."""
    return Reply(200, case.answer.encode()) if case.answer else Reply(204)


@every_case
async def test_an_operation_sends_what_the_platform_documents(
    dial: Dial, credentials: Credentials, clock: ManualClock, case: Case
) -> None:
    async with FaultServer(answering(case)) as server, dial(server.url) as api:
        await case.act(api)

    (request,) = server.received
    assert (request.method, request.target) == (case.method, case.path)
    assert_request(request.method, request.target, request.body, request.header("content-type"))
    assert (json.loads(request.body) if request.body else None) == case.body
    assert request.header("content-type") == ("application/json" if case.body else None)
    assert request.header("x-timestamp") == "2026-01-05T12:00:00.000Z"
    received = arrived(request)
    assert verify(received, [credentials], now=clock.now(), accept_basic=False) is credentials
    # The verifier accepts a decoded path as well; the client signs the raw one.
    stamp = received.timestamp or ""
    message = Message(received.method, received.path, received.content_type, stamp, received.body)
    assert received.authorization == authorization(credentials, message)


@pytest.mark.parametrize("act", [place, read, *REPEATABLE.values(), *ONCE.values()])
async def test_a_request_that_tests_of_faults_and_retries_send_is_documented_too(
    credentials: Credentials, act: Act
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.raw_path.decode("ascii")
        assert_request(request.method, path, request.content, request.headers.get("content-type"))
        return httpx2.Response(200, content=ANYTHING)

    async with over(answer, credentials) as api:
        await act(api)


def test_the_cases_are_all_operations_that_are_documented() -> None:
    sent = {(case.method, case.path) for case in CASES.values()}
    unsent = {
        known.id
        for method, pattern, known in operations()
        if not any(method == sent_method and pattern.fullmatch(path) for sent_method, path in sent)
    }
    assert len(operations()) == 14
    assert unsent == set()


@every_case
async def test_basic_authentication_sends_no_signature_and_no_timestamp(
    credentials: Credentials, clock: ManualClock, case: Case
) -> None:
    async with FaultServer(answering(case)) as server:
        url = server.url
        client = VoiceClient(credentials, authentication="basic", calling_url=url, configuration_url=url, clock=clock)
        async with client as api:
            await case.act(api)

    (request,) = server.received
    assert request.header("x-timestamp") is None
    assert (request.header("authorization") or "").startswith("Basic ")
    assert verify(arrived(request), [credentials], now=clock.now()) is credentials


@every_case
async def test_a_path_in_the_base_url_is_sent_and_signed(
    dial: Dial, credentials: Credentials, clock: ManualClock, case: Case
) -> None:
    async with FaultServer(answering(case)) as server, dial(f"{server.url}/through/the%20proxy/") as api:
        await case.act(api)

    (request,) = server.received
    assert request.target == f"/through/the%20proxy{case.path}"
    assert verify(arrived(request), [credentials], now=clock.now()) is credentials


async def test_the_bytes_sent_are_compact_utf_8(dial: Dial) -> None:
    async with FaultServer(Reply(200, b'{"callId":"c"}')) as server, dial(server.url) as api:
        await api.place_callout(TTS)

    (request,) = server.received
    assert "Zażółć ☎".encode() in request.body
    assert b'": ' not in request.body
    assert request.header("content-length") == str(len(request.body))


async def test_the_client_sends_its_user_agent_and_asks_for_plain_json(dial: Dial) -> None:
    async with FaultServer(Reply(200, b'{"numbers":[]}')) as server, dial(server.url) as api:
        await api.list_numbers()

    (request,) = server.received
    assert request.header("user-agent") == "sinch-voice-mcp"
    assert request.header("accept") == "application/json"
    assert request.header("accept-encoding") == "identity"
    assert request.header("content-length") is None


# In one process, and as a library.


async def test_a_platform_in_the_same_process_receives_the_same_requests(
    credentials: Credentials, clock: ManualClock
) -> None:
    scopes: list[dict[str, Any]] = []

    async def platform(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        scopes.append({**scope, "body": message["body"]})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"callId":"c"}'})

    transport = httpx2.ASGITransport(platform)
    async with VoiceClient(credentials, transport=transport, calling_url="http://127.0.0.1", clock=clock) as api:
        assert await api.place_callout(TTS) == "c"

    (scope,) = scopes
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    seen = Received(
        method=scope["method"],
        path=scope["raw_path"].decode(),
        query="",
        authorization=headers["authorization"],
        content_type=headers["content-type"],
        timestamp=headers["x-timestamp"],
        body=scope["body"],
    )
    assert verify(seen, [credentials], now=clock.now()) is credentials


async def test_a_given_transport_is_closed_with_the_client(credentials: Credentials) -> None:
    class Closing(httpx2.MockTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    transport = Closing(telling({"numbers": []}))
    async with VoiceClient(credentials, transport=transport) as api:
        await api.list_numbers()
        assert not transport.closed

    assert transport.closed


async def test_several_requests_may_run_concurrently(dial: Dial) -> None:
    def answer(request: Recorded) -> Reply:
        return Reply(200, json.dumps({"callId": unquote(request.path.rpartition("/")[2]), "status": "FINAL"}).encode())

    found: list[str] = []

    async def ask(api: VoiceApi, call_id: str) -> None:
        found.append((await api.get_call(CallId(call_id))).call_id)

    async with FaultServer(answer=answer) as server, dial(server.url) as api, anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(ask, api, f"call {number}")

    assert sorted(found) == sorted(f"call {number}" for number in range(20))


async def test_a_client_implements_the_port_that_operations_need(credentials: Credentials) -> None:
    """The annotation is the test: the type checker rejects it if a method differs."""
    client = VoiceClient(credentials)
    api: VoiceApi = client

    assert api.application_key == credentials.key
    await client.aclose()
