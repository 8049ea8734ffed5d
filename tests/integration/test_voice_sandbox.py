"""The sandbox for other people's tests: its server, its clock, the phones."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sinch_voice_mcp.sandbox.engine import RejectedError, ScriptError
from sinch_voice_mcp.testing import OWN_NUMBER, VoiceSandbox, running_sandbox

HELLO = {"name": "say", "text": "Hello"}
HANGUP = {"name": "hangup"}
GREETING = {"instructions": [{"name": "answer"}, HELLO], "action": HANGUP}
CALLOUT = {
    "method": "customCallout",
    "customCallout": {"destination": {"type": "number", "endpoint": "+12025550101"}, "cli": OWN_NUMBER},
}


async def greet(request: Request) -> Response:
    match await request.json():
        case {"event": "ice"}:
            return JSONResponse(GREETING)
        case {"event": "ace"}:
            return JSONResponse({"instructions": [HELLO], "action": HANGUP})
        case _:
            return Response()


APP = Starlette(routes=[Route("/voice", greet, methods=["POST"])])


def place(voice: VoiceSandbox) -> str:
    response = httpx2.post(
        f"{voice.base_url}/calling/v1/callouts", json=CALLOUT, auth=(voice.key, voice.secret), trust_env=False
    )
    return response.json()["callId"]


def test_a_call_comes_in_and_hears_what_the_application_says(voice_sandbox: VoiceSandbox) -> None:
    voice_sandbox.serve(APP, "/voice")
    call = voice_sandbox.receive("+12025550105")
    assert not call.has_ended
    assert call.finish().heard == ["Hello"]
    assert [event["event"] for event in call.events] == ["ice", "dice"]
    assert call.replies == [GREETING]


def test_a_callout_of_the_application_rings_until_the_test_picks_up(voice_sandbox: VoiceSandbox) -> None:
    voice_sandbox.serve(APP, "/voice")
    call_id = place(voice_sandbox)
    voice_sandbox.advance(2)
    (call,) = voice_sandbox.calls
    assert (call.id, call.report.result) == (call_id, "N/A")
    call.answer()
    assert call.finish().report.reason == "MANAGERHANGUP"
    with pytest.raises(RejectedError, match="Call not found"):
        call.hang_up()


def test_a_callee_rejects_and_an_app_calls(voice_sandbox: VoiceSandbox) -> None:
    voice_sandbox.serve(APP, "/voice")
    place(voice_sandbox)
    voice_sandbox.advance(2)
    voice_sandbox.calls[0].reject()
    assert voice_sandbox.calls[0].report.result == "BUSY"
    call = voice_sandbox.receive("anna", origin="MXP", headers={"order": "42"})
    assert call.events[0]["callHeaders"] == [{"key": "order", "value": "42"}]
    with pytest.raises(RejectedError, match="is assigned to no application"):
        voice_sandbox.receive(to="+14155550109")


def test_a_caller_and_a_callee_follow_scripts(voice_sandbox: VoiceSandbox) -> None:
    voice_sandbox.serve(APP, "/voice")
    call = voice_sandbox.receive(script=[{"after_s": 0.1, "hang_up": True}])
    assert call.finish().report.reason == "CALLERHANGUP"
    voice_sandbox.script("+12025550101", [{"busy": True}])
    place(voice_sandbox)
    assert voice_sandbox.calls[-1].finish().report.result == "BUSY"
    with pytest.raises(ScriptError, match=r"script\[0\]"):
        voice_sandbox.script("+12025550101", [{"dance": True}])


def test_the_same_seed_gives_the_same_ids() -> None:
    ids: list[str] = []
    for _ in range(2):
        with running_sandbox(seed=7) as voice:
            voice.serve(APP, "/voice")
            ids.append(voice.receive().id)
    assert ids[0] == ids[1]
