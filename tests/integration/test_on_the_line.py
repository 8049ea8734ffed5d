"""Whether a person is asked about a call in progress depends on everyone who may be on the line."""

from collections.abc import Mapping
from typing import Any

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from tests.callers import Caller, Era, Person, connected
from tests.platforms import OTHER, OWN, REAL, THIRD
from tests.stage import CALL, ROOM, rehearsed

TRUSTED = {"SINCH_VOICE_TRUSTED_NUMBERS": f"{REAL},{THIRD}"}
JOIN = {"action": {"name": "connectConf", "conferenceId": "other"}}
SAY = {"instructions": [{"name": "say", "text": "Pay me now."}], "action": {"name": "continue"}}
SPEAKING: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "update": ("update_call", {"svaml": SAY}),
    "play": ("play_to_call", {"text": "Pay me now."}),
    "join": ("update_call", {"svaml": JOIN}),
}


def _connect(number: str) -> dict[str, Any]:
    return {"action": {"name": "connectPstn", "number": number, "cli": OWN}}


async def _trusted_call(voice: Caller, clock: ManualClock) -> str:
    placed = await voice.ok("place_tts_callout", **{**CALL, "text": "Hello " * 80})
    clock.advance(4)
    return placed["call_id"]


@pytest.mark.parametrize("what", SPEAKING)
async def test_a_transferred_call_is_no_longer_one_with_a_trusted_number(
    era: Era, sandbox: Sandbox, clock: ManualClock, what: str
) -> None:
    tool, arguments = SPEAKING[what]
    person = Person("accept", "decline", "accept")
    async with connected(rehearsed(**TRUSTED), era, sandbox=sandbox, person=person) as voice:
        call_id = await _trusted_call(voice, clock)
        await voice.ok("update_call", call_id=call_id, svaml=_connect(OTHER))
        assert (await voice.fails(tool, call_id=call_id, **arguments))["rule"] == "consent"
        await voice.ok(tool, call_id=call_id, **arguments)
    assert len(person.questions) == 3


async def test_a_transfer_to_another_trusted_number_needs_no_question(
    era: Era, sandbox: Sandbox, clock: ManualClock
) -> None:
    async with connected(rehearsed(**TRUSTED), era, sandbox=sandbox, person=Person()) as voice:
        call_id = await _trusted_call(voice, clock)
        await voice.ok("update_call", call_id=call_id, svaml=_connect(THIRD))
        await voice.ok("play_to_call", call_id=call_id, text="Pay me now.")


async def test_another_server_knows_of_the_transfer(database_url: str, era: Era) -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    settings = rehearsed(SINCH_VOICE_DATABASE_URL=database_url, **TRUSTED)
    first, second = Person("accept"), Person("decline")
    async with (
        connected(settings, era, sandbox=sandbox, person=first, clock=clock) as one,
        connected(settings, era, sandbox=sandbox, person=second, clock=clock) as two,
    ):
        call_id = await _trusted_call(one, clock)
        await one.ok("update_call", call_id=call_id, svaml=_connect(OTHER))
        assert (await two.fails("play_to_call", call_id=call_id, text="Pay me now."))["rule"] == "consent"
    assert (len(first.questions), len(second.questions)) == (1, 1)


async def test_a_change_that_the_platform_rejected_brings_no_one_on_the_line(
    era: Era, sandbox: Sandbox, clock: ManualClock
) -> None:
    settings = rehearsed(**TRUSTED, SINCH_VOICE_ALLOW_IN_APP="true")
    async with connected(settings, era, sandbox=sandbox, person=Person("accept")) as voice:
        placed = await voice.ok("place_tts_callout", **{**CALL, "text": "Hello " * 80})
        user = {"name": "connectMxp", "destination": {"type": "username", "endpoint": "eve"}}
        # Only an answered call can be changed.
        error = await voice.fails("update_call", call_id=placed["call_id"], svaml={"action": user})
        assert (error["code"], error["error_code"]) == ("rejected", 40900)
        clock.advance(4)
        await voice.ok("play_to_call", call_id=placed["call_id"], text="Pay me now.")


@pytest.mark.parametrize("what", SPEAKING)
async def test_anyone_can_be_in_a_conference(era: Era, sandbox: Sandbox, clock: ManualClock, what: str) -> None:
    tool, arguments = SPEAKING[what]
    person = Person("accept", "decline", "decline")
    async with connected(rehearsed(**TRUSTED), era, sandbox=sandbox, person=person) as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
        clock.advance(5)
        for leg in placed["legs"]:
            assert (await voice.fails(tool, call_id=leg["call_id"], **arguments))["rule"] == "consent"
    assert len(person.questions) == 3


async def test_a_trusted_call_does_not_join_a_conference_without_a_question(
    era: Era, sandbox: Sandbox, clock: ManualClock
) -> None:
    person = Person("decline", "accept", "decline")
    async with connected(rehearsed(**TRUSTED), era, sandbox=sandbox, person=person) as voice:
        call_id = await _trusted_call(voice, clock)
        assert (await voice.fails("update_call", call_id=call_id, svaml=JOIN))["rule"] == "consent"
        await voice.ok("update_call", call_id=call_id, svaml=JOIN)
        assert (await voice.fails("play_to_call", call_id=call_id, text="Pay me now."))["rule"] == "consent"
    assert len(person.questions) == 3


async def test_a_flow_that_joins_a_conference_counts_as_well(era: Era, sandbox: Sandbox, clock: ManualClock) -> None:
    person = Person("decline")
    async with connected(rehearsed(**TRUSTED), era, sandbox=sandbox, person=person) as voice:
        placed = await voice.ok("place_custom_callout", to=REAL, cli=OWN, ace=JOIN)
        clock.advance(4)
        call_id = placed["call_id"]
        assert (await voice.fails("play_to_call", call_id=call_id, text="Pay me now."))["rule"] == "consent"
    assert len(person.questions) == 1


async def test_a_yes_covers_those_who_could_listen_when_it_was_given(
    era: Era, sandbox: Sandbox, clock: ManualClock
) -> None:
    person = Person("accept", "accept", "accept", "decline")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        call_id = await _trusted_call(voice, clock)
        for _ in range(2):
            await voice.ok("play_to_call", call_id=call_id, text="Pay me now.")
        assert len(person.questions) == 2
        await voice.ok("update_call", call_id=call_id, svaml=_connect(OTHER))
        assert (await voice.fails("play_to_call", call_id=call_id, text="Pay me now."))["rule"] == "consent"
    assert len(person.questions) == 4
