"""A recording that the owner allows: the model sees in the timeline that it is available, and where."""

from tests.callers import Era
from tests.platforms import OWN
from tests.stage import number, scene

FILE = "gs://bucket/calls/my.mp3"
START = {"name": "startRecording", "options": {"destinationUrl": FILE, "credentials": "{}"}}


async def test_the_timeline_of_a_call_names_its_recording(sqlite_url: str, era: Era) -> None:
    allowed = {"ALLOW_RECORDING": "true", "RECORDING_DESTINATIONS": "gs://bucket"}
    ace = {"instructions": [START, {"name": "say", "text": "Hello", "locale": "en-US"}], "action": {"name": "hangup"}}
    async with scene(sqlite_url) as stage, stage.server(era, environ=allowed) as voice:
        placed = await voice.ok("place_custom_callout", to=number("00"), cli=OWN, ace=ace)
        await voice.ok("wait_for_call", call_id=placed["call_id"])
        timeline = await voice.ok("get_call_events", call_id=placed["call_id"])
    notified = [event["untrusted"] for event in timeline["events"] if event["event"] == "notify"]
    assert [found["type"] for found in notified] == ["recording_finished", "recording_available"]
    assert notified[1]["destination"] == FILE
