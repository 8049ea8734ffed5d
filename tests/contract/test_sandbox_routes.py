"""The 14 operations of the sandbox, in both authentication schemes, against the schemas of their responses."""

import json

import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, create_sandbox
from sinch_voice_mcp.wire.applications import OwnedNumbers, QueryAnswer
from sinch_voice_mcp.wire.calls import Call, Conference
from tests.contract.openapi.sandbox_client import SandboxClient, Scheme, body_of, callout

CALLS = "/calling/v1/calls/id"
ROOMS = "/calling/v1/conferences/id"
NUMBERS = "/v1/configuration/numbers"
CALLBACKS = f"/v1/configuration/callbacks/applications/{DEFAULT_CREDENTIALS.key}"
QUERY = "/v1/calling/query/number"


@pytest.fixture(params=["basic", "signed"])
def scheme(request: pytest.FixtureRequest) -> Scheme:
    return request.param


@pytest.fixture
def api(scheme: Scheme) -> SandboxClient:
    return SandboxClient(scheme)


async def test_a_call_is_placed_and_read_until_it_has_ended(api: SandboxClient) -> None:
    call_id = await api.place("ttsCallout", text="Hello, this is a call.", custom="order 7")
    ringing = await api.get(f"{CALLS}/{call_id}", "call")
    api.clock.advance(60)
    over = await api.get(f"{CALLS}/{call_id}", "call")
    assert ringing | {"status": "FINAL"} == {
        "to": {"type": "Number", "endpoint": "+12025550100"},
        "domain": "pstn",
        "callId": call_id,
        "duration": 0,
        "status": "FINAL",
        "result": "N/A",
        "reason": "N/A",
        "timestamp": "2026-01-05T12:00:00",
        "custom": "order 7",
        "userRate": {"currencyId": "USD", "amount": 0.02},
        "debit": {"currencyId": "USD", "amount": 0.0},
    }
    assert (ringing["status"], over["status"]) == ("ONGOING", "FINAL")
    assert (over["result"], over["reason"], over["duration"]) == ("ANSWERED", "MANAGERHANGUP", 1)
    assert over["debit"]["amount"] == 0.02
    assert Call.read(over).duration == 1


async def test_custom_is_an_empty_string_if_the_callout_has_none(api: SandboxClient) -> None:
    call_id = await api.place("customCallout", custom=None)
    assert (await api.get(f"{CALLS}/{call_id}", "call"))["custom"] == ""


async def test_a_call_is_updated_as_a_whole_and_by_leg(api: SandboxClient) -> None:
    call_id = await api.place("customCallout")
    api.clock.advance(5)
    say = {"instructions": [{"name": "say", "text": "Hello."}], "action": {"name": "continue"}}
    assert await api.done("PATCH", f"{CALLS}/{call_id}", say) == 204
    for leg in ("caller", "CALLEE", "both"):
        assert await api.done("PATCH", f"{CALLS}/{call_id}/leg/{leg}", say) == 200
    assert await api.done("PATCH", f"{CALLS}/{call_id}", {"action": {"name": "Hangup"}}) == 204
    over = await api.get(f"{CALLS}/{call_id}", "call")
    assert (over["status"], over["reason"]) == ("FINAL", "MANAGERHANGUP")


async def test_a_conference_is_read_managed_and_ended(api: SandboxClient) -> None:
    calls = [await api.place("conferenceCallout", conferenceId="my room") for _ in range(3)]
    api.clock.advance(5)
    room = f"{ROOMS}/my%20room"
    assert await api.done("PATCH", f"{room}/{calls[0]}", {"command": "MUTE", "moh": "ignored"}) == 200
    assert await api.done("PATCH", f"{room}/{calls[1]}", {"command": "onhold", "moh": "music2"}) == 200
    assert await api.done("DELETE", f"{room}/{calls[2]}") == 200
    inside = await api.get(room, "conference")
    assert inside["participants"] == [
        {"cli": "+12025550100", "id": calls[0], "duration": 2, "muted": True, "onhold": False},
        {"cli": "+12025550100", "id": calls[1], "duration": 2, "muted": False, "onhold": True},
    ]
    assert Conference.read(inside)
    assert await api.done("DELETE", room) == 204
    assert await api.fails("GET", room) == (404, 40400)


async def test_numbers_are_listed_assigned_and_unassigned(api: SandboxClient) -> None:
    listed = (await api.get(NUMBERS, "numbers"))["numbers"]
    assert [row["number"] for row in listed if "applicationkey" not in row] == ["+14155550108", "+14155550109"]
    assert await api.done("POST", NUMBERS, {"numbers": ["+14155550108", "+14155550109"]}) == 204
    assert all("applicationkey" in row for row in (await api.get(NUMBERS, "numbers"))["numbers"])
    assert await api.done("DELETE", NUMBERS, {"number": "+14155550109"}) == 204
    listed = await api.get(NUMBERS, "numbers")
    assert [row["number"] for row in listed["numbers"] if "applicationkey" not in row] == ["+14155550109"]
    assert len(OwnedNumbers.read(listed).numbers) == 10


@pytest.mark.parametrize("member", ["number", "numbers"])
@pytest.mark.parametrize("value", ["+14155550100", ["+14155550100"]])
@pytest.mark.parametrize("key", ["applicationkey", "applicationKey", "application_key"])
async def test_a_number_is_unassigned_in_every_spelling(
    api: SandboxClient, member: str, value: object, key: str
) -> None:
    body = {member: value, key: DEFAULT_CREDENTIALS.key.upper(), "capability": "VOICE", "pop": None}
    assert await api.done("DELETE", NUMBERS, body) == 204
    assert "applicationkey" not in (await api.get(NUMBERS, "numbers"))["numbers"][0]


async def test_callback_urls_are_set_kept_and_cleared(api: SandboxClient) -> None:
    assert await api.get(CALLBACKS, "callbacks") == {"url": {}}
    both = {"primary": "https://voice.example.com/a", "fallback": "http://127.0.0.1:8080/b?c=d"}
    assert await api.done("POST", CALLBACKS, {"url": both}) == 204
    assert await api.done("POST", CALLBACKS, {"url": {}}) == 204
    shouted = CALLBACKS.replace(DEFAULT_CREDENTIALS.key, DEFAULT_CREDENTIALS.key.upper())
    assert await api.get(shouted, "callbacks") == {"url": both}
    assert await api.done("POST", CALLBACKS, {"url": {"primary": None}}) == 204
    assert await api.get(CALLBACKS, "callbacks") == {"url": {"fallback": both["fallback"]}}


@pytest.mark.parametrize("written", ["+12025550161", "%2B12025550161", "12025550161", "+1%20202%20555%200161"])
async def test_a_number_is_looked_up(api: SandboxClient, written: str) -> None:
    found = await api.get(f"{QUERY}/{written}", "query")
    assert found["number"] == {
        "countryId": "US",
        "numberType": "Fixed",
        "normalizedNumber": "+12025550161",
        "restricted": False,
        "rate": {"currencyId": "USD", "amount": 0.2},
    }
    assert QueryAnswer.read(found).number.country_id == "US"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", NUMBERS, None),
        ("POST", NUMBERS, {"numbers": ["+14155550100"]}),
        ("DELETE", NUMBERS, {"number": "+14155550100"}),
        ("GET", CALLBACKS, None),
        ("POST", CALLBACKS, {"url": {}}),
        ("GET", f"{QUERY}/+12025550100", None),
        ("POST", "/calling/v1/callouts", callout("ttsCallout", text="hi")),
    ],
)
async def test_one_trailing_slash_is_accepted_and_two_are_not(
    api: SandboxClient, method: str, path: str, body: object
) -> None:
    assert (await api.send(method, f"{path}/", body)).is_success
    assert await api.fails(method, f"{path}//", body) == (404, 40400)


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("POST", "/v1/callouts", "There is no POST /v1/callouts; did you mean POST /calling/v1/callouts?"),
        ("GET", "/calling/v1/calls/abc", "did you mean GET /calling/v1/calls/id/{call_id}?"),
        ("GET", "/configuration/numbers", "did you mean GET /v1/configuration/numbers?"),
        ("PUT", NUMBERS, "this path takes GET and POST and DELETE"),
        ("GET", "/elsewhere", "There is no GET /elsewhere"),
        ("GET", "/v2/calls", "This sandbox simulates Voice API v1, and this path is one of v2."),
    ],
)
async def test_a_path_that_is_none_names_what_was_probably_meant(
    api: SandboxClient, method: str, path: str, hint: str
) -> None:
    response = await api.send(method, path, None)
    message = response.json()["message"]
    assert response.status_code == 404
    assert hint in message
    assert ("did you mean" in message) == ("did you mean" in hint)


async def test_the_versions_of_clients_are_named_before_their_credentials_are_judged() -> None:
    transport = httpx2.ASGITransport(create_sandbox(clock=ManualClock()).asgi)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/v2/projects/1/calls", headers={"authorization": "Bearer x"})
        assert answer.status_code == 404
        assert "`sinch` 1.1.4 for Python" in answer.json()["message"]
        about = await client.get("/")
        assert (about.status_code, about.json()["name"]) == (200, "Sinch Voice sandbox")
        assert (await client.get("/calling/v1/calls/id/x")).status_code == 401


async def test_unknown_members_and_nulls_are_ignored_and_enums_are_accepted_in_any_case(api: SandboxClient) -> None:
    body: dict[str, object] = {
        "method": "CONFERENCECALLOUT",
        "pop": "eu-central",
        "conferenceCallout": {
            "cli": "14151112223333",
            "destination": {"type": "Number", "endpoint": "12025550100", "more": 1},
            "conferenceId": "room",
            "domain": "PSTN",
            "mohClass": "Music1",
            "greeting": None,
            "maxDuration": None,
            "conferenceDtmfOptions": {"mode": "Ignore", "maxDigits": None, "x": []},
            "record": {"deep": {"unknown": True}},
        },
    }
    call_id = body_of(await api.send("POST", "/calling/v1/callouts", body), "callout")["callId"]
    assert (await api.get(f"{CALLS}/{call_id}", "call"))["to"]["endpoint"] == "+12025550100"


async def test_all_three_inline_documents_of_a_custom_callout_are_json_strings(api: SandboxClient) -> None:
    hangup = json.dumps({"Action": None, "action": {"name": "HangUp"}})
    ice = json.dumps({"instructions": [], "action": {"name": "ConnectPSTN", "number": "+12025550100"}})
    call_id = await api.place("customCallout", destination=None, ice=f"  {ice}\n", ace=hangup, pie=hangup)
    api.clock.advance(5)
    over = await api.get(f"{CALLS}/{call_id}", "call")
    assert (over["result"], over["reason"], over["duration"]) == ("ANSWERED", "MANAGERHANGUP", 0)


async def test_a_custom_member_that_is_not_utf_8_is_returned_unchanged(api: SandboxClient) -> None:
    body = json.dumps(callout("ttsCallout", text="hi", custom="Zażółć ☎ \ud83d")).encode()
    call_id = body_of(await api.send("POST", "/calling/v1/callouts", body), "callout")["callId"]
    assert (await api.send("GET", f"{CALLS}/{call_id}")).json()["custom"] == "Zażółć ☎ \ud83d"


async def test_a_call_id_is_one_path_segment_whatever_it_contains(api: SandboxClient) -> None:
    for path in ("..%2F..%2Fx%3Fy%3D1", "a%0Ab", "%00", "%ff", "+"):
        response = await api.send("GET", f"{CALLS}/{path}")
        assert (response.status_code, body_of(response, "error")["message"]) == (404, "Call not found")
    assert api.sandbox.requests[0].raw_path == f"{CALLS}/..%2F..%2Fx%3Fy%3D1"
