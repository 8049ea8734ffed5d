"""What each of the 14 operations sends, and how the client reads the answers."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.client import REGIONS, Region, VoiceClient
from sinch_voice_mcp.clock import ManualClock, SkippingClock
from sinch_voice_mcp.errors import ConfigurationError, InvalidInputError, UnavailableError
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.signing import Credentials, Message, Received, authorization, verify
from sinch_voice_mcp.svaml import Continue, Document, Hangup, NumberDestination, Park, PlayFiles, Say
from sinch_voice_mcp.types import CallId, JsonObject, PhoneNumber
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrl, UnassignNumber
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.contract.conftest import Dial
from tests.fault_server import FaultServer, Recorded, Reply

NUMBER = NumberDestination(endpoint="+12025550123")
TTS = TtsCalloutRequest(
    tts_callout=TtsCallout(destination=NUMBER, cli="+14155550100", text="Zażółć ☎", enable_dice=True)
)
CALL_ID = CallId("4398599d1ba84ef3bde0a82dfb61abed")


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


def answering(case: Case) -> Reply:
    """The platform's success for a case."""
    return Reply(200, case.answer.encode()) if case.answer else Reply(204)


def over(
    answer: Callable[[httpx2.Request], httpx2.Response], credentials: Credentials, region: Region = "global"
) -> VoiceClient:
    """A client whose platform is a function."""
    return VoiceClient(credentials, transport=httpx2.MockTransport(answer), clock=SkippingClock(), region=region)


@every_case
async def test_an_operation_sends_what_the_platform_documents(
    dial: Dial, credentials: Credentials, clock: ManualClock, case: Case
) -> None:
    async with FaultServer(answering(case)) as server, dial(server.url) as api:
        await case.act(api)

    (request,) = server.received
    assert (request.method, request.target) == (case.method, case.path)
    assert (json.loads(request.body) if request.body else None) == case.body
    assert request.header("content-type") == ("application/json" if case.body else None)
    assert request.header("x-timestamp") == "2026-01-05T12:00:00.000Z"
    received = arrived(request)
    assert verify(received, [credentials], now=clock.now(), accept_basic=False) is credentials
    # The verifier accepts a decoded path as well; the client signs the raw one.
    stamp = received.timestamp or ""
    message = Message(received.method, received.path, received.content_type, stamp, received.body)
    assert received.authorization == authorization(credentials, message)


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


# Path parameters.

HOSTILE = [
    "../../x?y=1",
    "..%2F..%2Fx",
    "%2e%2e",
    "a/b",
    "a?b",
    "a#b",
    "a;b=c",
    "a%20b",
    "a b",
    "a+b",
    "...",
    "\r\nx: y",
    "é☎",
    "http://example.com/",
]
MUTE = ManageParticipant(command="mute")
BY_ID: dict[str, Callable[[VoiceApi, str], Awaitable[object]]] = {
    "get_call": lambda api, text: api.get_call(CallId(text)),
    "update_call": lambda api, text: api.update_call(CallId(text), Document(action=Hangup())),
    "manage_leg": lambda api, text: api.manage_leg(CallId(text), "both", Document(action=Continue())),
    "get_conference": lambda api, text: api.get_conference(text),
    "close_conference": lambda api, text: api.close_conference(text),
    "manage_participant, room": lambda api, text: api.manage_participant(
        text, CallId("c"), ManageParticipant(command="mute")
    ),
    "manage_participant, call": lambda api, text: api.manage_participant(
        "r", CallId(text), ManageParticipant(command="mute")
    ),
    "kick_participant, room": lambda api, text: api.kick_participant(text, CallId("c")),
    "kick_participant, call": lambda api, text: api.kick_participant("r", CallId(text)),
    "get_callbacks": lambda api, text: api.get_callbacks(text),
    "set_callbacks": lambda api, text: api.set_callbacks(text, CallbackUrl()),
    "query_number": lambda api, text: api.query_number(PhoneNumber(text)),
}
ANYTHING = b'{"callId":"c","status":"ONGOING","participants":[],"url":{},"number":{}}'
by_id = pytest.mark.parametrize("act", BY_ID.values(), ids=[*BY_ID])


@by_id
async def test_an_id_never_reaches_another_path(
    dial: Dial, credentials: Credentials, clock: ManualClock, act: Callable[[VoiceApi, str], Awaitable[object]]
) -> None:
    async with FaultServer(Reply(200, ANYTHING)) as server, dial(server.url) as api:
        await act(api, "marker")
        for text in HOSTILE:
            await act(api, text)

    plain, *hostile = server.received
    for text, request in zip(HOSTILE, hostile, strict=True):
        assert request.target == plain.target.replace("marker", quote(text, safe=""))
        assert "/" not in quote(text, safe="")
        assert verify(arrived(request), [credentials], now=clock.now()) is credentials


@by_id
@pytest.mark.parametrize("text", ["", ".", "..", "x" * 257, "\ud800"])
async def test_an_impossible_id_is_rejected_before_anything_is_sent(
    dial: Dial, act: Callable[[VoiceApi, str], Awaitable[object]], text: str
) -> None:
    async with FaultServer(Reply(200, ANYTHING)) as server, dial(server.url) as api:
        with pytest.raises(InvalidInputError) as refused:
            await act(api, text)

    assert server.connections == 0
    assert refused.value.field in {"call_id", "conference_id", "application_key", "number"}


@given(st.text(min_size=1, max_size=60).filter(lambda text: text not in {".", ".."}))
async def test_any_id_is_one_segment_that_decodes_to_itself(text: str) -> None:
    credentials = Credentials("key", "YXBwU2VjcmV0")
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, content=ANYTHING)

    async with over(answer, credentials) as api:
        await api.get_call(text)

    raw = seen[0].url.raw_path.decode("ascii")
    prefix, _, last = raw.rpartition("/")
    assert prefix == "/calling/v1/calls/id"
    assert unquote(last) == text


# Hosts.


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("global", "calling.api.sinch.com"),
        ("use1", "calling-use1.api.sinch.com"),
        ("euc1", "calling-euc1.api.sinch.com"),
        ("sae1", "calling-sae1.api.sinch.com"),
        ("apse1", "calling-apse1.api.sinch.com"),
        ("apse2", "calling-apse2.api.sinch.com"),
    ],
)
async def test_calls_go_to_the_region_and_numbers_to_the_one_configuration_host(
    credentials: Credentials, region: Region, host: str
) -> None:
    urls: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        urls.append(str(request.url))
        return httpx2.Response(200, content=ANYTHING)

    async with over(answer, credentials, region=region) as api:
        await api.get_call("c")
        await api.get_conference("r")
        await api.get_callbacks("k")
        await api.query_number("+12025550123")

    assert urls == [
        f"https://{host}/calling/v1/calls/id/c",
        f"https://{host}/calling/v1/conferences/id/r",
        "https://callingapi.sinch.com/v1/configuration/callbacks/applications/k",
        "https://callingapi.sinch.com/v1/calling/query/number/%2B12025550123",
    ]
    assert REGIONS[region] == f"https://{host}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "calling.api.sinch.com",
        "/calling",
        "ftp://calling.api.sinch.com",
        "http://calling.api.sinch.com",
        "http://127.0.0.1.example.com",
        "http://127.1",
        "http://10.0.0.1",
        "http://[::2]",
        "https://",
        "https://user:word@calling.api.sinch.com",
        "https://calling.api.sinch.com/?a=b",
        "https://calling.api.sinch.com/?",
        "https://calling.api.sinch.com/#a",
        "https://calling.api.sinch.com:0",
        "https://calling.api.sinch.com:65536",
        "https://calling.api.sinch.com:port",
        "https://calling..api.sinch.com",
        f"https://{'x' * 64}.sinch.com",
        "https://256.0.0.1",
        "https://calling.api.sinch.com/\n",
    ],
)
@pytest.mark.parametrize("setting", ["calling_url", "configuration_url"])
def test_an_unsafe_or_invalid_base_url_is_rejected_by_name(credentials: Credentials, setting: str, url: str) -> None:
    urls: dict[str, str] = {setting: url}
    with pytest.raises(ConfigurationError) as refused:
        VoiceClient(
            credentials,
            calling_url=urls.get("calling_url"),
            configuration_url=urls.get("configuration_url"),
        )

    assert refused.value.field == setting
    assert "word" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://127.1.2.3", "http://localhost/x", "http://[::1]:1", "https://example.com/"]
)
def test_https_anywhere_and_http_to_this_machine_are_allowed(credentials: Credentials, url: str) -> None:
    VoiceClient(credentials, calling_url=url, configuration_url=url)


def test_an_unknown_region_is_rejected(credentials: Credentials) -> None:
    region: Any = "mars1"
    with pytest.raises(ConfigurationError, match="mars1") as refused:
        VoiceClient(credentials, region=region)

    assert refused.value.field == "region"


def test_a_key_that_a_header_cannot_carry_is_rejected() -> None:
    with pytest.raises(ConfigurationError) as refused:
        VoiceClient(Credentials("ключ", "YXBwU2VjcmV0"))

    assert refused.value.field == "key"


# Answers.


def telling(body: object) -> Callable[[httpx2.Request], httpx2.Response]:
    """A platform that always gives the same answer."""
    return lambda _: httpx2.Response(200, json=body)


async def test_the_id_of_a_callout_is_read(credentials: Credentials) -> None:
    async with over(telling({"callId": "1ce0ffee", "new": "member"}), credentials) as api:
        assert await api.place_callout(TTS) == "1ce0ffee"


async def test_a_call_is_read_as_the_platform_writes_it(credentials: Credentials) -> None:
    body = {
        "to": {"type": "Number", "endpoint": "+12025550123"},
        "domain": "pstn",
        "callId": "c",
        "duration": 14,
        "status": "FINAL",
        "result": "ANSWERED",
        "reason": "MANAGERHANGUP",
        "timestamp": "2024-06-06T17:36:00",
        "custom": "",
        "userRate": {"currencyId": "EUR", "amount": 0.1758},
        "debit": {"currencyId": "EUR", "amount": 0.0881},
    }
    async with over(telling(body), credentials) as api:
        call = await api.get_call("c")

    assert (call.status, call.result, call.reason, call.duration) == ("FINAL", "ANSWERED", "MANAGERHANGUP", 14)
    assert call.timestamp == datetime(2024, 6, 6, 17, 36, tzinfo=UTC)
    assert call.from_ is None
    assert call.to is not None
    assert (call.to.type, call.to.endpoint) == ("Number", "+12025550123")
    assert call.debit is not None
    assert (call.debit.currency_id, call.debit.amount) == ("EUR", 0.0881)


@pytest.mark.parametrize(
    ("member", "value", "attribute", "read"),
    [
        ("status", "ongoing", "status", "ONGOING"),
        ("result", "n/a", "result", "N/A"),
        ("reason", "SOMETHINGNEW", "reason", "SOMETHINGNEW"),
        ("duration", 12.0, "duration", 12),
        ("timestamp", "2024-06-06T17:36:00Z", "timestamp", datetime(2024, 6, 6, 17, 36, tzinfo=UTC)),
        ("timestamp", "2024-06-06T19:36:00.5+02:00", "timestamp", datetime(2024, 6, 6, 17, 36, 0, 500_000, tzinfo=UTC)),
        ("timestamp", "2024-06-06T17:36:00.1234567", "timestamp", datetime(2024, 6, 6, 17, 36, 0, 123_456, tzinfo=UTC)),
        ("custom", None, "custom", None),
        ("from", None, "from_", None),
        ("unheard", {"of": []}, "call_id", "c"),
    ],
)
async def test_a_call_is_read_in_every_observed_spelling(
    credentials: Credentials, member: str, value: object, attribute: str, read: object
) -> None:
    body = {"callId": "c", "status": "FINAL", member: value}
    async with over(telling(body), credentials) as api:
        assert getattr(await api.get_call("c"), attribute) == read


async def test_a_price_may_be_text(credentials: Credentials) -> None:
    body = {"callId": "c", "status": "FINAL", "debit": {"currencyId": "USD", "amount": "0.25"}}
    async with over(telling(body), credentials) as api:
        call = await api.get_call("c")

    assert call.debit is not None
    assert call.debit.amount == 0.25


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"text"',
        b'{"callId":"c"}',
        b'{"status":"FINAL"}',
        b'{"callId":"c","status":"PAUSED"}',
        b'{"callId":"c","status":"FINAL","duration":1e999}',
        b'{"callId":"c","status":"FINAL","duration":NaN}',
        b'{"callId":"c","status":"FINAL","timestamp":"yesterday"}',
        b'{"callId":"c","status":"FINAL","timestamp":"0001-01-01T00:00:00+14:00"}',
        b'{"callId":"c","status":"FINAL"',
        b"[" * 100_000,
        b'{"callId":"\xff","status":"FINAL"}',
    ],
)
async def test_an_unreadable_call_raises(credentials: Credentials, body: bytes) -> None:
    async with over(lambda _: httpx2.Response(200, content=body), credentials) as api:
        with pytest.raises(UnavailableError, match="unexpected body") as unreadable:
            await api.get_call("c")

    assert unreadable.value.status == 200
    assert unreadable.value.retry_safe


async def test_an_answer_of_one_mebibyte_is_read_and_one_byte_more_is_not(credentials: Credentials) -> None:
    def padded(size: int) -> bytes:
        start, end = b'{"callId":"c","status":"FINAL","custom":"', b'"}'
        return start + b"x" * (size - len(start) - len(end)) + end

    async with over(lambda _: httpx2.Response(200, content=padded(2**20)), credentials) as api:
        assert (await api.get_call("c")).call_id == "c"
    async with over(lambda _: httpx2.Response(200, content=padded(2**20 + 1)), credentials) as api:
        with pytest.raises(UnavailableError, match="larger than 1 MiB"):
            await api.get_call("c")


async def test_participants_are_read(credentials: Credentials) -> None:
    body = {
        "participants": [
            {"cli": "+12025550123", "id": "c", "duration": 35, "muted": True, "onhold": False},
            {"cli": "private", "id": "d", "duration": 0, "muted": False, "onhold": True, "more": 1},
        ]
    }
    async with over(telling(body), credentials) as api:
        first, second = await api.get_conference("room")

    assert (first.id, first.cli, first.duration, first.muted, first.onhold) == ("c", "+12025550123", 35, True, False)
    assert (second.id, second.onhold) == ("d", True)


async def test_numbers_are_read_in_every_spelling_of_the_key(credentials: Credentials) -> None:
    body = {
        "numbers": [
            {"number": "+14155550100", "applicationkey": "a", "capability": "voice"},
            {"number": "+14155550101", "applicationKey": "b", "capability": "sms"},
            {"number": "+14155550102", "application_key": "c", "capability": "voice"},
            {"number": "+14155550103", "capability": "voice"},
        ]
    }
    async with over(telling(body), credentials) as api:
        numbers = await api.list_numbers()

    assert [(number.number[-1], number.application_key) for number in numbers] == [
        ("0", "a"),
        ("1", "b"),
        ("2", "c"),
        ("3", None),
    ]


async def test_callback_urls_are_read_and_missing_ones_are_absent(credentials: Credentials) -> None:
    async with over(telling({"url": {"primary": "https://example.com/cb"}}), credentials) as api:
        urls = await api.get_callbacks("key")

    assert (urls.primary, urls.fallback) == ("https://example.com/cb", None)


@pytest.mark.parametrize("wrapper", ["number", "numberItem"])
async def test_a_queried_number_is_read_under_either_name(credentials: Credentials, wrapper: str) -> None:
    body = {
        "method": "numberItem",
        wrapper: {
            "countryId": "US",
            "numberType": "Mobile",
            "normalizedNumber": "+12025550123",
            "restricted": False,
            "rate": {"currencyId": "USD", "amount": 0.01},
        },
    }
    async with over(telling(body), credentials) as api:
        number = await api.query_number("+12025550123")

    assert (number.country_id, number.number_type, number.normalized_number) == ("US", "Mobile", "+12025550123")
    assert number.rate is not None
    assert number.rate.amount == 0.01


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
