"""Rejections by the sandbox: authentication, bodies, values, ids."""

import base64
import json
from collections.abc import Callable, Generator
from datetime import timedelta
from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, SandboxOptions, create_sandbox
from sinch_voice_mcp.signing import Credentials
from tests.contract.openapi.sandbox_client import SandboxClient, SignedAuth, body_of, callout, without_query

CALLOUTS = "/calling/v1/callouts"
CALLS = "/calling/v1/calls/id"
ROOMS = "/calling/v1/conferences/id"
NUMBERS = "/v1/configuration/numbers"
KEY, SECRET = DEFAULT_CREDENTIALS.key, DEFAULT_CREDENTIALS.secret
CALLBACKS = f"/v1/configuration/callbacks/applications/{KEY}"
STRANGER = Credentials("stranger", SECRET)


NAMES = st.sampled_from(
    [
        "destination",
        "type",
        "endpoint",
        "text",
        "prompts",
        "ice",
        "ace",
        "conferenceId",
        "conferenceDtmfOptions",
        "mode",
        "maxDuration",
        "mohClass",
        "cli",
        "url",
        "primary",
        "numbers",
        "capability",
        "applicationkey",
        "method",
        "other",
    ]
)


@pytest.fixture
def api() -> SandboxClient:
    return SandboxClient()


def basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 40100),
        ({"authorization": ""}, 40100),
        ({"authorization": "application"}, 40100),
        ({"authorization": "application nonsense", "x-timestamp": "2026-01-05T12:00:00Z"}, 40100),
        ({"authorization": "Basic !"}, 40100),
        ({"authorization": "Bearer token"}, 40107),
        ({"authorization": f"application {KEY}:AAAA"}, 40101),
        ({"authorization": f"application {KEY}:AAAA", "x-timestamp": "yesterday"}, 40101),
        ({"authorization": f"application {KEY}:AAAA", "x-timestamp": "2026-01-05T11:00:00Z"}, 40105),
        ({"authorization": f"application {KEY}:AAAA", "x-timestamp": "2026-01-05T12:00:00Z"}, 40102),
        ({"authorization": "application unknown:AAAA", "x-timestamp": "2026-01-05T12:00:00Z"}, 40108),
        ({"authorization": basic(f"{KEY}:wrong")}, 40108),
        ({"authorization": basic(f"unknown:{SECRET}")}, 40108),
    ],
)
@pytest.mark.parametrize("path", [NUMBERS, "/nowhere"])
async def test_an_unauthenticated_request_gets_the_reason_and_nothing_else(
    api: SandboxClient, headers: dict[str, str], code: int, path: str
) -> None:
    assert await api.fails("GET", path, auth=None, headers=headers) == (401, code)


async def test_the_key_is_compared_without_case_and_dashes(api: SandboxClient) -> None:
    shouted = Credentials(KEY.upper().replace("-", ""), SECRET)
    response = await api.send("GET", NUMBERS, auth=SignedAuth(shouted, api.wall.now()))
    assert response.status_code == 200


async def test_timestamps_are_compared_with_real_time_and_not_with_simulated_time(api: SandboxClient) -> None:
    api.clock.advance(100_000)
    assert (await api.send("GET", NUMBERS)).status_code == 200
    api.wall.advance(100_000)
    assert (await api.send("GET", NUMBERS)).status_code == 200


@pytest.mark.parametrize(("tolerance", "status"), [(timedelta(minutes=5), 401), (timedelta(hours=2), 200), (None, 200)])
async def test_the_tolerance_can_be_widened_and_switched_off(
    api: SandboxClient, tolerance: timedelta | None, status: int
) -> None:
    api.sandbox = create_sandbox(clock=api.clock, wall=api.wall, options=SandboxOptions(tolerance=tolerance))
    late = SignedAuth(DEFAULT_CREDENTIALS, api.wall.now() - timedelta(hours=1))
    assert (await api.send("GET", NUMBERS, auth=late)).status_code == status


@pytest.mark.parametrize("path", [unquote, str, without_query], ids=["decoded", "whole", "raw"])
async def test_the_signature_may_cover_the_raw_or_decoded_path_or_the_path_with_query(
    api: SandboxClient, path: Callable[[str], str]
) -> None:
    auth = SignedAuth(DEFAULT_CREDENTIALS, api.wall.now(), path)
    query = "" if path is unquote else "?a=b"
    assert await api.fails("GET", f"{ROOMS}/my%20room{query}", auth=auth) == (404, 40400)


async def test_a_signature_over_another_path_is_rejected(api: SandboxClient) -> None:
    auth = SignedAuth(DEFAULT_CREDENTIALS, api.wall.now(), lambda target: f"{target}/")
    assert await api.fails("GET", NUMBERS, auth=auth) == (401, 40102)


async def test_a_changed_body_is_rejected(api: SandboxClient) -> None:
    class Tampering(SignedAuth):
        def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
            for signed in super().auth_flow(request):
                signed.stream = httpx2.ByteStream(signed.content + b" ")
                signed.headers["content-length"] = str(len(signed.content) + 1)
                yield signed

    auth = Tampering(DEFAULT_CREDENTIALS, api.wall.now())
    assert await api.fails("POST", CALLOUTS, callout("ttsCallout", text="hi"), auth=auth) == (401, 40102)
    assert api.sandbox.engine.timeline() == ()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CALLOUTS),
        ("PUT", f"{CALLS}/x"),
        ("GET", f"{CALLS}/"),
        ("GET", "/calling/v1/configuration/numbers"),
        ("POST", "/calling/v1/callreport/callId/x"),
        ("GET", f"{CALLS}/x/leg/caller"),
        ("DELETE", f"{ROOMS}/a/b/c"),
        ("GET", "/CALLING/v1/calls/id/x"),
    ],
)
async def test_an_unknown_path_or_method_is_not_found(api: SandboxClient, method: str, path: str) -> None:
    assert await api.fails(method, path) == (404, 40400)


@pytest.mark.parametrize("body", [None, b"", b"  ", b"{", b"[]", b'"text"', b"\xff\xfe\xfa", b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_refused(api: SandboxClient, body: bytes | None) -> None:
    for method, path in (
        ("POST", CALLOUTS),
        ("PATCH", f"{CALLS}/x"),
        ("PATCH", f"{CALLS}/x/leg/caller"),
        ("PATCH", f"{ROOMS}/x/y"),
        ("POST", NUMBERS),
        ("DELETE", NUMBERS),
        ("POST", CALLBACKS),
    ):
        assert await api.fails(method, path, body) == (400, 40003)


async def test_a_body_of_more_than_a_mebibyte_is_refused(api: SandboxClient) -> None:
    fits = json.dumps(callout("ttsCallout", text="hi", more="x")).encode()
    fits = fits.replace(b'"x"', b'"' + b"x" * (1024 * 1024 - len(fits) + 1) + b'"')
    assert len(fits) == 1024 * 1024
    assert (await api.send("POST", CALLOUTS, fits)).status_code == 200
    assert await api.fails("POST", CALLOUTS, fits + b" ") == (413, 40003)
    assert [len(request.body) for request in api.sandbox.requests] == [64 * 1024, 64 * 1024]


TTS = {"destination": {"type": "number", "endpoint": "+12025550100"}, "text": "hi"}


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({}, 40001, "Method needs to be `ttsCallout`, `conferenceCallout`, or `customCallout`"),
        (TTS, 40001, '"method"'),
        ({"ttsCallout": TTS}, 40001, '"method"'),
        ({"method": "smsCallout", "smsCallout": {}}, 40001, "Method needs to be"),
        ({"method": 1}, 40001, "Method needs to be"),
        ({"method": "ttsCallout"}, 40002, "`ttsCallout`"),
        ({"method": "ttsCallout", "ttsCallout": None}, 40002, "`ttsCallout`"),
        ({"method": "ttsCallout", "customCallout": {}}, 40002, "`ttsCallout`"),
        ({"method": "ttsCallout", "ttsCallout": []}, 40001, "`ttsCallout`"),
        (callout("ttsCallout"), 40002, "`text` or `prompts`"),
        (callout("ttsCallout", text="hi", destination=None), 40002, "`ttsCallout.destination`"),
        (callout("ttsCallout", text="hi", destination={"type": "number", "number": "+1"}), 40002, "endpoint`"),
        (callout("ttsCallout", text="hi", destination={"endpoint": "+12025550100"}), 40002, "destination`"),
        (callout("ttsCallout", text="hi", destination={"type": "fax", "endpoint": "+1"}), 40001, "destination`"),
        (callout("ttsCallout", text="hi", destination={"type": "number", "endpoint": "911"}), 40001, "`911`"),
        (callout("ttsCallout", text=1), 40001, "`ttsCallout.text`"),
        (callout("ttsCallout", text="hi", enableAce="yes"), 40001, "`ttsCallout.enableAce`"),
        (callout("conferenceCallout"), 40002, "`conferenceCallout.conferenceId`"),
        (callout("conferenceCallout", conferenceId=""), 40001, "`conferenceCallout.conferenceId`"),
        (callout("conferenceCallout", conferenceId="c", mohClass="jazz"), 40001, "mohClass`"),
        (callout("conferenceCallout", conferenceId="c", maxDuration=0), 40001, "maxDuration`"),
        (callout("customCallout", destination=None), 40002, "`ice`"),
        (callout("customCallout", ice={"action": {"name": "hangup"}}), 40001, "`customCallout.ice`"),
        (callout("customCallout", ice="hangup"), 40001, "`ice`"),
        (callout("customCallout", ice="{]"), 40001, "`ice`"),
        (callout("customCallout", ace={"action": {"name": "park"}}), 40001, "ace"),
    ],
)
async def test_a_faulty_callout_is_rejected_with_the_place_of_the_fault_and_places_nothing(
    api: SandboxClient, body: object, code: int, says: str
) -> None:
    response = await api.send("POST", CALLOUTS, body)
    error = body_of(response, "error")
    assert (response.status_code, error["errorCode"]) == (code // 100, code)
    assert says in error["message"]
    assert api.sandbox.engine.timeline() == ()


@pytest.mark.parametrize(
    ("digits", "status", "code"),
    [
        ("30", 400, 40001),
        ("31", 400, 40002),
        ("32", 400, 40003),
        ("33", 400, 40004),
        ("34", 400, 40005),
        ("35", 401, 40108),
        ("36", 403, 40301),
        ("37", 404, 40400),
        ("38", 429, 42900),
        ("39", 500, 50000),
        ("64", 403, 40300),
    ],
)
async def test_a_rejected_number_has_its_status_and_code(
    api: SandboxClient, digits: str, status: int, code: int
) -> None:
    destination = {"type": "number", "endpoint": f"+120255501{digits}"}
    response = await api.send("POST", CALLOUTS, callout("ttsCallout", text="hi", destination=destination))
    assert (response.status_code, body_of(response, "error")["errorCode"]) == (status, code)
    assert response.headers.get("retry-after") == ("1" if digits == "38" else None)


async def test_numbers_without_plus_are_rejected_in_strict_mode() -> None:
    strict = SandboxClient(strict_numbers=True)
    body = callout("ttsCallout", text="hi", destination={"type": "number", "endpoint": "12025550100"})
    assert await strict.fails("POST", CALLOUTS, body) == (400, 40005)


async def test_faulty_updates_change_nothing(api: SandboxClient) -> None:
    call_id = await api.place("customCallout")
    api.clock.advance(5)
    before = api.sandbox.engine.timeline_bytes()
    hangup = {"action": {"name": "hangup"}}
    menu = {"action": {"name": "runMenu", "mainMenu": "first", "menus": [{"id": "main"}]}}
    for path, body, expected in (
        (f"{CALLS}/unknown", hangup, (404, 40400)),
        (f"{CALLS}/{call_id}", {"action": {"name": "dance"}}, (400, 40003)),
        (f"{CALLS}/{call_id}", menu, (400, 40003)),
        (f"{CALLS}/{call_id}/leg/third", hangup, (400, 40001)),
        (f"{ROOMS}/room/{call_id}", {"command": "mute"}, (404, 40400)),
        (f"{ROOMS}/room/{call_id}", {"command": "dance"}, (400, 40001)),
        (f"{ROOMS}/room/{call_id}", {}, (400, 40002)),
        (f"{ROOMS}/room/{call_id}", {"command": "onhold", "moh": "jazz"}, (400, 40001)),
    ):
        assert await api.fails("PATCH", path, body) == expected
    assert await api.fails("DELETE", f"{ROOMS}/room") == (404, 40400)
    assert await api.fails("DELETE", f"{ROOMS}/room/{call_id}") == (404, 40400)
    assert api.sandbox.engine.timeline_bytes() == before


async def test_an_ended_call_can_be_read_but_not_updated(api: SandboxClient) -> None:
    call_id = await api.place("ttsCallout", text="hi")
    api.clock.advance(60)
    assert await api.fails("PATCH", f"{CALLS}/{call_id}", {"action": {"name": "hangup"}}) == (404, 40400)
    assert (await api.get(f"{CALLS}/{call_id}", "call"))["status"] == "FINAL"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, 40002)),
        ({"numbers": []}, (400, 40001)),
        ({"numbers": [1]}, (400, 40001)),
        ({"numbers": ["+14155550100"] * 101}, (400, 40001)),
        ({"numbers": ["+14155550199"]}, (404, 40400)),
        ({"numbers": ["+14155550100"], "applicationkey": "unknown"}, (400, 40004)),
        ({"numbers": ["+14155550100"], "applicationkey": 1}, (400, 40001)),
        ({"numbers": ["+14155550100"], "capability": "fax"}, (400, 40001)),
        ({"numbers": ["+14155550100"], "capability": "sms"}, (400, 40001)),
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_faulty_assignments_are_rejected(
    api: SandboxClient, method: str, body: dict[str, object], expected: tuple[int, int]
) -> None:
    before = await api.get(NUMBERS, "numbers")
    assert await api.fails(method, NUMBERS, body) == expected
    assert await api.get(NUMBERS, "numbers") == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 40002),
        ({"url": "https://example.com"}, 40001),
        ({"url": {"primary": "ftp://example.com"}}, 40001),
        ({"url": {"primary": "http://127.0.0.1:99999/"}}, 40001),
        ({"url": {"fallback": f"http://127.0.0.1/{'x' * 2_000}"}}, 40001),
        ({"url": {"primary": "https://"}}, 40001),
        ({"url": {"primary": "https://["}}, 40001),
        ({"url": {"primary": "https://example.com", "fallback": 1}}, 40001),
    ],
)
async def test_faulty_callback_urls_are_rejected(api: SandboxClient, body: object, code: int) -> None:
    assert await api.fails("POST", CALLBACKS, body) == (400, code)
    assert await api.get(CALLBACKS, "callbacks") == {"url": {}}


async def test_an_unknown_application_is_rejected(api: SandboxClient) -> None:
    path = "/v1/configuration/callbacks/applications/unknown"
    assert await api.fails("GET", path) == (400, 40004)
    assert await api.fails("POST", path, {"url": {}}) == (400, 40004)


async def test_a_text_that_is_not_a_number_cannot_be_looked_up(api: SandboxClient) -> None:
    assert await api.fails("GET", "/v1/calling/query/number/anna") == (400, 40001)


async def test_the_last_1000_requests_are_kept_without_credentials(api: SandboxClient) -> None:
    await api.fails("POST", "/nowhere?x=1", b"body")
    seen = api.sandbox.requests[-1]
    assert (seen.method, seen.raw_path, seen.status, seen.body) == ("POST", "/nowhere", 404, b"body")
    assert SECRET not in repr(seen)
    assert KEY not in repr(seen)
    for _ in range(1000):
        await api.send("GET", "/nowhere", auth=None)
    assert len(api.sandbox.requests) == 1000
    assert {request.status for request in api.sandbox.requests} == {401}


async def test_every_error_has_its_own_reference(api: SandboxClient) -> None:
    bodies = [(await api.send("GET", "/nowhere")).json() for _ in range(2)]
    assert bodies[0]["reference"] != bodies[1]["reference"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(
    method=st.sampled_from(["ttsCallout", "conferenceCallout", "customCallout"]),
    members=st.dictionaries(NAMES, values, max_size=6),
    path=st.sampled_from([CALLOUTS, NUMBERS, CALLBACKS]),
)
@settings(deadline=None, max_examples=50)
async def test_no_json_makes_the_sandbox_fail(method: str, members: dict[str, object], path: str) -> None:
    api = SandboxClient("basic")
    plain = callout(method)
    for body in (plain | {method: plain[method] | members}, members):
        answer = await api.send("POST", path, body)
        assert answer.status_code in {200, 204, 400, 404, 422}
        if not answer.is_success:
            body_of(answer, "error")
