"""The platform fails in every way it can: a call is placed at most once, and the error says what is known."""

from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.settings import Settings, load
from tests.callers import Era, connected
from tests.platforms import ERROR, PRICE, Answer, Platform, raises

OWN = "+14155550100"
ENDED = {"callId": "c1", "status": "FINAL", "result": "ANSWERED", "reason": "CALLEEHANGUP", "duration": 3}
CALL = {"to": "+14045005000", "text": "Hello", "cli": OWN}


def live(**environ: str) -> Settings:
    """Settings as against the real platform, with a base URL on this machine."""
    return load(
        {
            "SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key,
            "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret,
            "SINCH_VOICE_BASE_URL": "http://127.0.0.1:9",
            "SINCH_VOICE_DATABASE_URL": ":memory:",
            "SINCH_VOICE_CALLING_HOURS": "any",
            "SINCH_VOICE_REPEAT_GAP_S": "0",
            "SINCH_VOICE_REPEAT_IN_FLIGHT": "unlimited",
            **environ,
        }
    )


@pytest.mark.parametrize(
    ("status", "error_code", "code"),
    [
        (400, 40001, "rejected"),
        (401, 40108, "unauthorized"),
        (402, 40200, "no_credit"),
        (403, 40300, "forbidden"),
        (404, 40400, "not_found"),
        (422, 42200, "rejected"),
        (429, 42900, "too_many_requests"),
    ],
)
async def test_a_rejection_keeps_what_the_platform_said(era: Era, status: int, error_code: int, code: str) -> None:
    body = {**ERROR, "errorCode": error_code}
    platform = Platform(lambda _: httpx2.Response(status, json=body, headers={"Retry-After": "60"}))
    async with connected(live(), era, transport=platform.transport) as voice:
        error = await voice.fails("place_tts_callout", **CALL)
    assert (error["code"], error["http_status"], error["error_code"]) == (code, status, error_code)
    assert error["untrusted"] == {"message": "Something about it", "reference": "ref-1"}
    assert error["message"].endswith(f" (error code {error_code}).")
    assert (error["retry_after_s"], "reference" in error) == (60, False)
    assert error["retry_safe"] is True
    assert len(platform.callouts) == 1


async def test_a_short_retry_after_is_waited_for_once(era: Era) -> None:
    answers = [
        httpx2.Response(429, json=ERROR, headers={"Retry-After": "7"}),
        httpx2.Response(200, json={"callId": "c1"}),
    ]
    platform = Platform(lambda _: answers.pop(0))
    async with connected(live(), era, transport=platform.transport) as voice:
        assert (await voice.ok("place_tts_callout", **CALL))["call_id"] == "c1"
    assert len(platform.callouts) == 2


def answers(status: int, **content: Any) -> Answer:
    return lambda _: httpx2.Response(status, **content)


SILENT: dict[str, Answer] = {
    "500": answers(500, json=ERROR),
    "503": answers(503, json=ERROR),
    "502": answers(502, text="<html>bad gateway</html>"),
    "403 of a proxy": answers(403, text="<html>a proxy says no</html>"),
    "302": answers(302, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
    "not JSON": answers(200, text="{not json"),
    "empty 200": answers(200, text=""),
    "no call id": answers(200, json={"id": "c1"}),
    "huge": answers(200, content=b"x" * 2_000_000),
    "reset": raises(httpx2.ReadError),
    "silence": raises(httpx2.ReadTimeout),
    "end of stream": raises(httpx2.RemoteProtocolError),
    "broken while sending": raises(httpx2.WriteError),
}


@pytest.mark.parametrize("fault", SILENT)
async def test_an_unusable_answer_leaves_one_post_and_an_unknown_outcome(era: Era, fault: str) -> None:
    platform = Platform(SILENT[fault])
    async with connected(live(), era, transport=platform.transport) as voice:
        error = await voice.fails("place_tts_callout", **CALL)
    assert (error["code"], error["retry_safe"]) == ("outcome_unknown", False)
    assert error["message"].startswith("The call may have been placed. Do not place it again.")
    assert "html" not in error["message"]
    assert len(platform.callouts) == 1


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout])
async def test_a_platform_that_is_not_reached_is_tried_again_and_nothing_is_placed(
    era: Era, error: type[httpx2.TransportError]
) -> None:
    platform = Platform(raises(error))
    async with connected(live(), era, transport=platform.transport) as voice:
        failed = await voice.fails("place_tts_callout", **CALL)
    assert (failed["code"], failed["retry_safe"]) == ("not_sent", True)
    assert len(platform.callouts) == 3


async def test_hanging_up_without_an_answer_is_read_back(era: Era) -> None:
    final = {"callId": "c1", "status": "FINAL", "result": "ANSWERED", "reason": "MANAGERHANGUP", "duration": 4}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            raise httpx2.ReadError("reset", request=request)
        return httpx2.Response(200, json=final)

    platform = Platform(answer)
    async with connected(live(), era, transport=platform.transport) as voice:
        assert (await voice.ok("hang_up", call_id="c1"))["state"] == "ended"
    assert [request.method for request in platform.callouts] == ["PATCH", "PATCH", "GET"]


async def test_hanging_up_without_an_answer_and_without_effect_says_so(era: Era) -> None:
    ongoing = {"callId": "c1", "status": "ONGOING", "result": "ANSWERED", "reason": "N/A", "duration": 4}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            raise httpx2.ReadError("reset", request=request)
        return httpx2.Response(200, json=ongoing)

    async with connected(live(), era, transport=Platform(answer).transport) as voice:
        error = await voice.fails("hang_up", call_id="c1")
    assert error["code"] == "outcome_unknown"
    assert "still in progress" in error["message"]


@pytest.mark.parametrize("obeyed", [True, False])
async def test_steering_a_participant_without_an_answer_is_read_back(era: Era, *, obeyed: bool) -> None:
    inside = {"participants": [{"id": "c1", "cli": OWN, "duration": 3, "muted": obeyed, "onhold": False}]}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            raise httpx2.ReadError("reset", request=request)
        return httpx2.Response(200, json=inside)

    arguments = {"conference_id": "room", "call_id": "c1", "command": "mute"}
    async with connected(live(), era, transport=Platform(answer).transport) as voice:
        if obeyed:
            assert (await voice.ok("manage_participant", **arguments))["participants"][0]["muted"] is True
        else:
            assert (await voice.fails("manage_participant", **arguments))["code"] == "outcome_unknown"


@pytest.mark.parametrize("tool", ["manage_participant", "close_conference"])
@pytest.mark.parametrize("gone", [True, False])
async def test_kicking_and_closing_without_an_answer_are_read_back(era: Era, tool: str, *, gone: bool) -> None:
    inside = {"participants": [{"id": "c1", "cli": OWN, "duration": 3, "muted": False, "onhold": False}]}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "DELETE":
            raise httpx2.ReadError("reset", request=request)
        missing = {**ERROR, "errorCode": 40400}
        return httpx2.Response(404, json=missing) if gone else httpx2.Response(200, json=inside)

    arguments = {"conference_id": "room"} | (
        {"call_id": "c1", "command": "kick"} if tool == "manage_participant" else {}
    )
    async with connected(live(), era, transport=Platform(answer).transport) as voice:
        if gone:
            await voice.ok(tool, **arguments)
        else:
            assert (await voice.fails(tool, **arguments))["code"] == "outcome_unknown"


async def test_one_leg_that_may_have_rung_makes_a_failed_conference_unsafe_to_repeat(era: Era) -> None:
    answers_left = [httpx2.Response(402, json=ERROR), httpx2.Response(500, json=ERROR)]
    platform = Platform(lambda _: answers_left.pop(0))
    async with connected(live(), era, transport=platform.transport) as voice:
        error = await voice.fails(
            "place_conference_callout", to=["+14045005000", "+14045005001"], conference_id="room", cli=OWN
        )
    assert (error["code"], error["retry_safe"]) == ("outcome_unknown", False)


@pytest.mark.parametrize(("minutes", "allowed", "refused"), [(10, "old", "new"), (10.1, "new", "old")])
async def test_the_accounts_numbers_are_remembered_for_ten_minutes(
    era: Era, minutes: float, allowed: str, refused: str
) -> None:
    numbers = {"old": OWN, "new": "+14155550177"}
    listed = [numbers["old"]]

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/configuration/numbers"):
            return httpx2.Response(200, json={"numbers": [{"number": one, "capability": "voice"} for one in listed]})
        return httpx2.Response(200, json=PRICE if "/query/number/" in request.url.path else {"callId": "c1"})

    clock = ManualClock()
    async with connected(live(), era, transport=httpx2.MockTransport(answer), clock=clock) as voice:
        await voice.ok("place_tts_callout", **CALL)
        # The account gives its number back and gets another one.
        listed[:] = [numbers["new"]]
        clock.advance(minutes * 60)
        error = await voice.fails("place_tts_callout", **{**CALL, "cli": numbers[refused], "text": "Hello again"})
        assert (error["code"], error["rule"]) == ("refused", "cli_ownership")
        await voice.ok("place_tts_callout", **{**CALL, "cli": numbers[allowed], "text": "Hello again"})


async def test_an_unexpected_error_is_hidden_from_the_model(era: Era, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: httpx2.Request) -> httpx2.Response:
        raise RuntimeError("an inner secret")

    async with connected(live(), era, transport=httpx2.MockTransport(broken)) as voice:
        result = await voice.client.call_tool("get_call", {"call_id": "c1"})
    assert result.is_error
    assert "inner secret" not in result.model_dump_json()
    assert "inner secret" in caplog.text


async def test_speaking_into_a_call_is_never_repeated(era: Era) -> None:
    platform = Platform(raises(httpx2.ReadError))
    async with connected(live(), era, transport=platform.transport) as voice:
        error = await voice.fails("play_to_call", call_id="c1", text="Hello")
    assert error["code"] == "outcome_unknown"
    assert len(platform.callouts) == 1


async def test_a_live_result_says_that_it_is_real(era: Era) -> None:
    platform = Platform(lambda _: httpx2.Response(200, json={"callId": "c1"}))
    async with connected(live(), era, transport=platform.transport) as voice:
        placed = await voice.ok("place_tts_callout", **CALL)
    assert placed["simulated"] is False
    assert "SIMULATED" not in placed["summary"]


@pytest.mark.parametrize("code", [40100, 40103, 40108, None])
@pytest.mark.parametrize("words", ["Invalid credentials", "invalid credentials."])
async def test_invalid_credentials_are_about_the_key_and_the_secret_first(code: int | None, words: str) -> None:
    body = {"message": words, "reference": "r"} | ({} if code is None else {"errorCode": code})
    transport = httpx2.MockTransport(lambda _: httpx2.Response(401, json=body))
    async with connected(live(), "auto", transport=transport) as voice:
        error = await voice.fails("get_call", call_id="c1")
    # Without a code, the body may be that of another server.
    assert error["code"] == ("unavailable" if code is None else "unauthorized")
    assert code is None or error["untrusted"]["message"] == words
    named = [error["next_step"].index(word) for word in ("application key", "secret", "region", "clock")]
    assert named == sorted(named)


@pytest.mark.parametrize("tool", ["get_call", "place_tts_callout"])
async def test_a_wait_that_the_platform_asks_for_is_reported_as_progress(era: Era, tool: str) -> None:
    answers = iter([httpx2.Response(429, json=ERROR, headers={"Retry-After": "7"})])
    last = {"get_call": ENDED, "place_tts_callout": {"callId": "c1"}}[tool]
    platform = Platform(lambda _: next(answers, httpx2.Response(200, json=last)))
    reported: list[tuple[float, str | None]] = []

    async def record(progress: float, total: float | None, message: str | None) -> None:
        del total
        reported.append((progress, message))

    def call(request: httpx2.Request) -> httpx2.Response:
        # The server also looks up its numbers, which waits for no client.
        return httpx2.Response(200, json=last) if "/calls/" not in request.url.path else next(answers, final)

    final = httpx2.Response(200, json=last)
    arguments = {"call_id": "c1"} if tool == "get_call" else CALL
    transport = httpx2.MockTransport(call) if tool == "get_call" else platform.transport
    async with connected(live(), era, transport=transport) as voice:
        result = await voice.client.call_tool(tool, arguments, progress_callback=record)
    assert not result.is_error, result.content
    assert reported == [(1, "The platform asks to wait 7 s before this request is sent again.")]


async def test_no_wait_is_reported_when_the_platform_asks_for_none(era: Era) -> None:
    answers = iter([httpx2.Response(503), httpx2.Response(200, json=ENDED)])
    transport = httpx2.MockTransport(lambda _: next(answers, httpx2.Response(200, json=ENDED)))
    reported: list[float] = []

    async def record(progress: float, total: float | None, message: str | None) -> None:
        del total, message
        reported.append(progress)

    async with connected(live(), era, transport=transport) as voice:
        result = await voice.client.call_tool("get_call", {"call_id": "c1"}, progress_callback=record)
    assert (result.is_error, reported) == (False, [])


async def test_a_live_server_refuses_to_guess_regions_while_the_account_cannot_be_read(era: Era) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(401, json={**ERROR, "errorCode": 40108}))
    async with connected(live(), era, transport=transport) as voice:
        assert (await voice.fails("place_tts_callout", **CALL))["code"] == "unauthorized"
