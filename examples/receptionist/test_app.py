"""The receptionist, called by a simulated caller: `pip install sinch-voice-mcp`, then `pytest`."""

import app


def test_the_shop_is_called_and_recorded(voice_sandbox, inbound_call, monkeypatch):
    monkeypatch.setenv("SINCH_SECRET", voice_sandbox.secret)
    voice_sandbox.serve(app.app, "/sinch")
    call = inbound_call("+12025550105")
    voice_sandbox.advance(6)
    call.press("1")
    voice_sandbox.advance(10)
    call.hang_up()
    assert call.heard == [app.PROMPT]
    assert call.report.reason == "CALLERHANGUP"
    assert app.recordings == [one["destination"] for one in call.events if one.get("type") == "recording_available"]
