"""After a stop with hanging up, whatever may ring because of this server is hung up, or counted."""

from typing import Any

import anyio

from sinch_voice_mcp.ports import IncomingEvent, JournalEntry, Replies, Reply
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.types import CallId, Millis
from tests.callers import Caller
from tests.phones import TRANSFER, Phones
from tests.platforms import OTHER, REAL
from tests.stage import CALL, ROOM, Stage, listed, until


async def stop(voice: Caller) -> dict[str, Any]:
    return await voice.ok("emergency_stop", reason="enough", hang_up=True)


async def test_a_call_that_is_being_placed_is_counted_and_hung_up_as_soon_as_its_id_is_known(
    stage: Stage, phones: Phones
) -> None:
    phones.holds = True
    placed: list[dict[str, Any]] = []

    async def place(voice: Caller) -> None:
        placed.append(await voice.ok("place_tts_callout", **CALL))

    stops: list[dict[str, Any]] = []
    async with stage.server(transport=phones) as voice, stage.server(transport=phones) as other:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place, voice)
            await phones.asked.wait()
            # Another server of the journal stops; the one that places the call hangs it up.
            stops.append(await stop(other))
            phones.released.set()
        (left,) = stops[0]["still_going"]
        assert (stops[0]["hung_up"], left["state"], left["number"]) == (0, "ringing", "+1404…00")
        assert phones.hung_up == ["c1"]
        assert "hung up at once, because calling was stopped" in placed[0]["summary"]
        assert [call["state"] for call in await listed(other)] == ["ended"]


async def test_a_call_that_could_not_be_hung_up_after_a_stop_is_not_said_to_be(stage: Stage, phones: Phones) -> None:
    phones.holds, phones.fails_to = True, "hang up"
    placed: list[dict[str, Any]] = []

    async def place(voice: Caller) -> None:
        placed.append(await voice.ok("place_tts_callout", **CALL))

    async with stage.server(transport=phones) as voice:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place, voice)
            await phones.asked.wait()
            await stop(voice)
            phones.released.set()
        assert "could not be hung up yet" in placed[0]["summary"]
        assert [call["state"] for call in await listed(voice)] == ["ringing"]


async def test_the_list_of_calls_agrees_with_a_stop_that_could_not_see_the_end_of_a_call(
    stage: Stage, phones: Phones
) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("place_tts_callout", **CALL)
        phones.fails_to = "look up"
        stopped = await stop(voice)
        assert phones.hung_up == ["c1"]
        assert (stopped["hung_up"], [left["call_id"] for left in stopped["still_going"]]) == (0, ["c1"])
        assert [call["state"] for call in await listed(voice)] == ["ringing"]
        phones.fails_to = ""
        assert ((await stop(voice))["hung_up"], [call["state"] for call in await listed(voice)]) == (1, ["ended"])


async def test_calls_for_which_the_platform_does_not_answer_keep_no_other_from_being_hung_up(
    stage: Stage, phones: Phones
) -> None:
    unlimited = ("MAX_CONCURRENT_CALLS", "CALLS_PER_MINUTE", "CALLS_PER_HOUR", "CALLS_PER_DAY", "MAX_SPEND_PER_DAY")
    no_limits: dict[str, str] = dict.fromkeys(unlimited, "unlimited")
    async with stage.server(no_limits, transport=phones) as voice, anyio.create_task_group() as tasks:
        for number in range(25):
            await voice.ok("place_tts_callout", **CALL | {"to": f"+140450050{number:02}"})
        phones.silent = {f"c{number}" for number in range(1, 21)}
        tasks.start_soon(stop, voice)

        async def all_turns_are_taken() -> bool:
            await anyio.lowlevel.checkpoint()
            return len(phones.unanswered) == 20

        async def others_are_over() -> bool:
            await anyio.lowlevel.checkpoint()
            return sorted(phones.hung_up) == ["c21", "c22", "c23", "c24", "c25"]

        await until(all_turns_are_taken)
        stage.clock.advance(5)
        await until(others_are_over)
        stage.clock.advance(20)


async def test_a_call_is_found_in_a_room_behind_any_number_of_strangers_who_are_looked_up_once(
    stage: Stage, phones: Phones
) -> None:
    phones.strangers = [f"stranger{number}" for number in range(45)]
    async with stage.server(transport=phones) as voice:
        phones.loses = True
        await voice.fails("place_conference_callout", to=[REAL], **ROOM)
        stopped = await stop(voice)
        assert (stopped["hung_up"], phones.hung_up) == (1, ["c1"])
        assert sorted(phones.strangers) == sorted(call for call in phones.looked_up if call in phones.strangers)


async def test_a_call_whose_answer_was_lost_is_found_in_its_room_and_hung_up(stage: Stage, phones: Phones) -> None:
    async with stage.server(transport=phones) as voice:
        # A stranger with the same number is in the room too.
        phones.tokens["stranger"] = ""
        phones.loses = True
        await voice.fails("place_conference_callout", to=[REAL], **ROOM)
        stopped = await stop(voice)
        assert (stopped["hung_up"], stopped["still_going"]) == (1, [])
        assert phones.hung_up == ["c2"]
        assert [call["state"] for call in await listed(voice)] == ["ended"]


async def test_a_call_that_cannot_be_found_is_counted_and_a_second_stop_adds_the_hanging_up(
    stage: Stage, phones: Phones
) -> None:
    async with stage.server(transport=phones) as voice:
        phones.loses = True
        await voice.fails("place_tts_callout", **CALL)
        first = await voice.ok("emergency_stop")
        assert "hung_up" not in first
        assert first["untrusted"]["reason"] == "no reason given"
        (left,) = (await stop(voice))["still_going"]
        assert (left["state"], left["number"], left["kind"]) == ("unknown", "+1404…00", "ttsCallout")
        assert "call_id" not in left
        assert phones.tokens["c1"] not in str(left)


async def test_a_call_that_was_transferred_is_hung_up_though_another_program_placed_it(
    stage: Stage, phones: Phones
) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("update_call", call_id="foreign", svaml=TRANSFER)
        stopped = await stop(voice)
        assert (stopped["hung_up"], phones.hung_up) == (1, ["foreign"])
        assert [call["state"] for call in await listed(voice)] == ["ended"]


async def test_a_call_of_another_program_that_was_only_spoken_into_is_left_alone(stage: Stage, phones: Phones) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("play_to_call", call_id="foreign", text="Your table is ready.")
        placed = await voice.ok("place_tts_callout", **CALL)
        await voice.ok("play_to_call", call_id=placed["call_id"], text="Your table is ready.")
        stopped = await stop(voice)
        assert (stopped["hung_up"], stopped["still_going"]) == (1, [])
        assert phones.hung_up == [placed["call_id"]]


async def test_more_calls_than_a_page_holds_do_not_hide_the_oldest(stage: Stage, phones: Phones) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("place_tts_callout", **CALL)
        stage.clock.advance(1)
        async with open_storage(stage.url, stage.clock, own_time=True) as storage:
            for number in range(501):
                ring = IncomingEvent(
                    f"{number:032}", CallId(f"in{number}"), None, "ice", Millis(1), {}, caller="12015…55"
                )
                await storage.events.record(ring, _no_reply)
        stopped = await stop(voice)
        assert (stopped["hung_up"], stopped["still_going"]) == (502, [])
        # Our own call comes before those that only came in.
        assert phones.hung_up.index("c1") < 20


async def test_a_hang_up_without_an_answer_delays_no_other_and_ends_with_the_time_limit(
    stage: Stage, phones: Phones
) -> None:
    phones.silent = {"c1"}
    results: list[dict[str, Any]] = []

    async def stop_and_note(voice: Caller) -> None:
        results.append(await stop(voice))

    async def others_are_over() -> bool:
        await anyio.lowlevel.checkpoint()
        return sorted(phones.hung_up) == ["c2", "c3"]

    async with stage.server(transport=phones) as voice:
        for number in (REAL, OTHER, "+14045005002"):
            await voice.ok("place_tts_callout", **CALL | {"to": number})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop_and_note, voice)
            await until(others_are_over)
            await until(lambda: _states(voice, {"ended", "ringing"}))
            stage.clock.advance(20)
    (left,) = results[0]["still_going"]
    assert (results[0]["hung_up"], left["call_id"]) == (2, "c1")


async def _states(voice: Caller, states: set[str]) -> bool:
    found = await listed(voice)
    return {call["state"] for call in found} == states and [call["call_id"] for call in found].count("c1") == 1


def _no_reply(entry: JournalEntry | None, replies: Replies) -> Reply:
    del entry, replies
    return Reply("{}", {})
