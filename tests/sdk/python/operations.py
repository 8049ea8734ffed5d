"""Every voice operation of the official Python SDK against the sandbox, synchronously and asynchronously.

Prints one JSON object per line: {"client": ..., "operation": ..., "error": ... or null}.
"""

import asyncio
import inspect
import json
import os
import traceback

from sinch import SinchClient, SinchClientAsync
from sinch.core.exceptions import SinchException
from sinch.domains.voice.models.svaml.actions.actions import ConnectPstnAction, ContinueAction, HangupAction
from sinch.domains.voice.models.svaml.instructions.instructions import (
    RecordingOptions,
    SayInstruction,
    StartRecordingInstruction,
    TranscriptionOptions,
)

URL, KEY, SECRET = (os.environ[f"SANDBOX_{name}"] for name in ("URL", "KEY", "SECRET"))
OWN = "+14155550100"
STAYS = {"type": "number", "endpoint": "+12025550108"}


def pointed_at_the_sandbox(client):
    """Point a client at the sandbox: an origin is host and port, without scheme."""
    origin = URL.removeprefix("http://")
    client.configuration.disable_https = True
    client.configuration.voice_origin = origin
    client.configuration.voice_applications_origin = origin
    return client


async def settled(result):
    """Return the result of a synchronous or asynchronous operation."""
    return await result if inspect.isawaitable(result) else result


class Operations:
    """The operations of one client; each method is one row of the table."""

    def __init__(self, client, name):
        self.voice, self.name = client.voice, name
        self.room = f"{name} room"
        self.call_id = ""

    async def until(self, look):
        for _ in range(400):
            if found := await look():
                return found
            await asyncio.sleep(0.025)
        raise AssertionError("it did not happen")

    async def get(self, call_id):
        return await settled(self.voice.calls.get(call_id))

    async def ended(self, call_id):
        async def look():
            call = await self.get(call_id)
            return call if call.status == "FINAL" else None

        return await self.until(look)

    async def answered(self, call_id):
        async def look():
            return (await self.get(call_id)).result == "ANSWERED"

        return await self.until(look)

    async def participants(self):
        try:
            return (await settled(self.voice.conferences.get(self.room))).participants
        except SinchException:
            return []

    async def invite(self, place):
        placed = await settled(place(destination=STAYS, conference_id=self.room, cli=OWN, moh_class="music1"))

        async def look():
            return [one for one in await self.participants() if one.id == placed.call_id]

        await self.until(look)
        return placed.call_id

    async def callouts_text_to_speech(self):
        destination = {"type": "number", "endpoint": "+12025550100"}
        placed = await settled(
            self.voice.callouts.text_to_speech(
                destination=destination, cli=OWN, text="Hello from Python.", custom="Custom text", enable_dice=True
            )
        )
        call = await self.ended(placed.call_id)
        assert (call.result, call.reason, call.custom) == ("ANSWERED", "MANAGERHANGUP", "Custom text"), call

    async def callouts_conference(self):
        await self.invite(self.voice.callouts.conference)

    async def callouts_custom_recording_in_ice(self):
        options = RecordingOptions(
            destination_url="s3://bucket/file.mp3",
            credentials="ACCESSKEY:SECRETKEY:eu-central-1",
            format="mp3",
            notification_events=True,
            transcription_options=TranscriptionOptions(enabled=True, locale="en-US").as_dict(),
        )
        instructions = [
            SayInstruction(text="Welcome.", locale="en-US").as_dict(),
            StartRecordingInstruction(options=options.as_dict()).as_dict(),
        ]
        action = ConnectPstnAction(number="+12025550100", cli=OWN).as_dict()
        placed = await settled(
            self.voice.callouts.custom(
                cli=OWN, destination=STAYS, ice=json.dumps({"instructions": instructions, "action": action})
            )
        )
        await self.answered(placed.call_id)
        await settled(self.voice.calls.update(placed.call_id, [], HangupAction().as_dict()))
        assert (await self.ended(placed.call_id)).result == "ANSWERED"

    async def calls_get(self):
        placed = await settled(self.voice.callouts.custom(cli=OWN, destination=STAYS))
        self.call_id = placed.call_id
        await self.answered(self.call_id)
        call = await self.get(self.call_id)
        assert (call.call_id, call.status, call.to["endpoint"]) == (self.call_id, "ONGOING", STAYS["endpoint"]), call

    async def calls_manage_with_call_leg(self):
        said = SayInstruction(text="One moment.", locale="en-US").as_dict()
        await settled(self.voice.calls.manage_with_call_leg(self.call_id, "callee", [said], ContinueAction().as_dict()))

    async def calls_update(self):
        said = SayInstruction(text="Goodbye.", locale="en-US").as_dict()
        await settled(self.voice.calls.update(self.call_id, [said], HangupAction().as_dict()))
        assert (await self.ended(self.call_id)).reason == "MANAGERHANGUP"

    async def conferences_call(self):
        self.call_id = await self.invite(self.voice.conferences.call)

    async def conferences_get(self):
        one = next(one for one in await self.participants() if one.id == self.call_id)
        assert (one.muted, one.onhold) == (False, False), one

    async def conferences_manage_participant(self):
        for command in ("mute", "unmute", "onhold", "resume"):
            await settled(self.voice.conferences.manage_participant(self.call_id, self.room, command))
            one = next(one for one in await self.participants() if one.id == self.call_id)
            assert (one.muted, one.onhold) == (command == "mute", command == "onhold"), one

    async def conferences_kick_participant(self):
        await settled(self.voice.conferences.kick_participant(self.call_id, self.room))
        assert (await self.ended(self.call_id)).reason == "MANAGERHANGUP"

    async def conferences_kick_all(self):
        await self.invite(self.voice.conferences.call)
        await settled(self.voice.conferences.kick_all(self.room))
        assert await self.participants() == []

    async def owner(self):
        numbers = (await settled(self.voice.applications.get_numbers())).numbers
        return next(one.applicationkey for one in numbers if one.number == "+14155550109")

    async def applications_get_numbers(self):
        numbers = (await settled(self.voice.applications.get_numbers())).numbers
        assert OWN in {one.number for one in numbers}

    async def applications_assign_numbers(self):
        await settled(self.voice.applications.assign_numbers(["+14155550109"], KEY, "voice"))
        assert await self.owner() == KEY

    async def applications_unassign_number(self):
        await settled(self.voice.applications.unassign_number("+14155550109", KEY, "voice"))
        assert await self.owner() is None

    async def applications_update_callback_urls(self):
        await settled(
            self.voice.applications.update_callback_urls(KEY, f"http://127.0.0.1:9/{self.name}", "http://127.0.0.1:9/")
        )

    async def applications_get_callback_urls(self):
        urls = await settled(self.voice.applications.get_callback_urls(KEY))
        assert (urls.primary, urls.fallback) == (f"http://127.0.0.1:9/{self.name}", "http://127.0.0.1:9/"), urls

    async def applications_query_number(self):
        found = await settled(self.voice.applications.query_number("+12025550100"))
        assert (found.country_id, found.normalized_number) == ("US", "+12025550100"), found


ROWS = {
    "callouts.text_to_speech": Operations.callouts_text_to_speech,
    "callouts.conference": Operations.callouts_conference,
    "callouts.custom, recording in ice": Operations.callouts_custom_recording_in_ice,
    "calls.get": Operations.calls_get,
    "calls.manage_with_call_leg": Operations.calls_manage_with_call_leg,
    "calls.update": Operations.calls_update,
    "conferences.call": Operations.conferences_call,
    "conferences.get": Operations.conferences_get,
    "conferences.manage_participant": Operations.conferences_manage_participant,
    "conferences.kick_participant": Operations.conferences_kick_participant,
    "conferences.kick_all": Operations.conferences_kick_all,
    "applications.get_numbers": Operations.applications_get_numbers,
    "applications.assign_numbers": Operations.applications_assign_numbers,
    "applications.unassign_number": Operations.applications_unassign_number,
    "applications.update_callback_urls": Operations.applications_update_callback_urls,
    "applications.get_callback_urls": Operations.applications_get_callback_urls,
    "applications.query_number": Operations.applications_query_number,
}


async def main():
    clients = {"sync": SinchClient, "async": SinchClientAsync}
    for name, make in clients.items():
        client = pointed_at_the_sandbox(make(application_key=KEY, application_secret=SECRET))
        operations = Operations(client, name)
        for operation, run in ROWS.items():
            try:
                await run(operations)
                error = None
            except Exception:
                error = " ".join(traceback.format_exc(limit=-1).split())[-400:]
            print(json.dumps({"client": name, "operation": operation, "error": error}), flush=True)


asyncio.run(main())
