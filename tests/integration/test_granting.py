"""What a person is shown is what is granted: nothing is cut, and anything else asks again."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from mcp import Client

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from tests.callers import Caller, Era, Person, connected
from tests.platforms import OTHER, OWN, REAL, THIRD
from tests.shell import Shell
from tests.stage import CALL, ROOM, rehearsed

MANY = [f"+1404500500{last}" for last in range(5)]
UNLIMITED = {
    f"SINCH_VOICE_{name}": "unlimited"
    for name in ("REPEAT_PER_DAY", "REPEAT_PER_WEEK", "CALLS_PER_MINUTE", "CALLS_PER_HOUR", "MAX_SPEND_PER_DAY")
}


async def test_a_conference_is_shown_in_full_and_grants_no_number_anything_else(era: Era, sandbox: Sandbox) -> None:
    person = Person("accept", "decline")
    greeting = " ".join(["Welcome to the meeting."] * 25)
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        await voice.ok("place_conference_callout", to=MANY, greeting=greeting, **ROOM)
        error = await voice.fails("place_tts_callout", to=MANY[4], text="You owe us money. Pay now.", cli=OWN)
    assert error["rule"] == "consent"
    lines = person.questions[0].splitlines()
    for last in range(5):
        assert any(line.startswith(f"Call +1 404-500-500{last} (US, fixed or mobile, up to") for line in lines)
    assert f'Says: "{greeting}"' in lines
    assert "Conference: room" in lines
    assert lines[-2:] == ["Lasts at most: 10 min", "Costs at most: 2.50 USD"]


async def test_a_trusted_number_of_a_conference_is_shown_too(era: Era, sandbox: Sandbox) -> None:
    person = Person("decline")
    async with connected(rehearsed(SINCH_VOICE_TRUSTED_NUMBERS=REAL), era, sandbox=sandbox, person=person) as voice:
        await voice.fails("place_conference_callout", to=[REAL, OTHER], **ROOM)
    (question,) = person.questions
    assert "404-500-5000" in question
    assert "404-500-5001" in question


DIFFERENT: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "text": ("place_tts_callout", {**CALL, "text": "Hello Anna."}),
    "number": ("place_tts_callout", {**CALL, "to": OTHER}),
    "caller id": ("place_tts_callout", {**CALL, "cli": "+14155550101"}),
    "locale": ("place_tts_callout", {**CALL, "locale": "sv-SE"}),
    "tones": ("place_tts_callout", {**CALL, "dtmf": "1"}),
    "kind": ("place_conference_callout", {"to": [REAL], **ROOM}),
    "flow": ("place_custom_callout", {"to": REAL, "cli": OWN, "ace": {"action": {"name": "hangup"}}}),
}


@pytest.mark.parametrize("what", DIFFERENT)
async def test_a_yes_covers_the_same_call_and_no_other(era: Era, sandbox: Sandbox, what: str) -> None:
    tool, arguments = DIFFERENT[what]
    person = Person("accept", "decline")
    settings = rehearsed(**UNLIMITED, SINCH_VOICE_VERIFIED_CLI="+14155550101")
    async with connected(settings, era, sandbox=sandbox, person=person) as voice:
        await voice.ok("place_tts_callout", **CALL)
        # The same again, as after a busy line: placed without a question.
        again = await voice.ok("place_tts_callout", **CALL, idempotency_key="again")
        assert "duplicate_of" not in again
        assert len(person.questions) == 1
        assert (await voice.fails(tool, **arguments))["rule"] == "consent"
    assert len(person.questions) == 2


async def test_a_yes_covers_a_band_of_length_and_no_longer_call(era: Era, sandbox: Sandbox) -> None:
    person = Person("accept", "decline")
    async with connected(rehearsed(**UNLIMITED), era, sandbox=sandbox, person=person) as voice:
        await voice.ok("place_conference_callout", to=[REAL], max_duration=200, **ROOM)
        await voice.ok("place_conference_callout", to=[REAL], max_duration=300, **ROOM)
        assert len(person.questions) == 1
        await voice.fails("place_conference_callout", to=[REAL], max_duration=301, **ROOM)
    assert "Lasts at most: 5 min" in person.questions[0].splitlines()
    assert "Lasts at most: 10 min" in person.questions[1].splitlines()


MENUS = [{"id": str(at), "mainPrompt": f"#tts[{at} {'x' * 590}]"} for at in range(6)]
LONG_FLOW: Mapping[str, Any] = {
    "to": REAL,
    "cli": OWN,
    "ace": {"action": {"name": "runMenu", "menus": MENUS, "mainMenu": "0"}},
}


@pytest.mark.parametrize("confirm", ["auto", "always"])
async def test_what_does_not_fit_is_refused_with_a_next_step(era: Era, sandbox: Sandbox, confirm: str) -> None:
    person = Person()
    async with connected(rehearsed(SINCH_VOICE_CONFIRM=confirm), era, sandbox=sandbox, person=person) as voice:
        error = await voice.fails("place_custom_callout", **LONG_FLOW)
    assert (error["code"], error["rule"]) == ("refused", "consent")
    assert "could not be asked" in error["message"]
    assert "Shorten" in error["next_step"]
    assert person.questions == []


async def test_a_client_that_cannot_ask_is_not_refused_for_the_length_of_a_question(era: Era, sandbox: Sandbox) -> None:
    async with connected(rehearsed(), era, sandbox=sandbox) as voice:
        assert (await voice.ok("place_custom_callout", **LONG_FLOW))["call_id"]


async def _in_room(voice: Caller, clock: ManualClock) -> str:
    placed = await voice.ok("place_conference_callout", to=[REAL], **ROOM)
    clock.advance(5)
    return placed["legs"][0]["call_id"]


def _changes(sandbox: Sandbox) -> int:
    return sum(request.method == "PATCH" for request in sandbox.requests)


SAY = {"instructions": [{"name": "say", "text": "Hello, I am your bank."}], "action": {"name": "continue"}}
IN_CALL: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "speech": ("update_call", {"svaml": SAY}, "Hello, I am your bank."),
    "a conference": (
        "update_call",
        {"svaml": {"action": {"name": "connectConf", "conferenceId": "other"}}},
        "Conference: other",
    ),
    "playing": ("play_to_call", {"text": "Hello, I am your bank."}, "Hello, I am your bank."),
}


@pytest.mark.parametrize("what", IN_CALL)
async def test_speaking_and_connecting_in_a_call_in_progress_is_confirmed(
    era: Era, sandbox: Sandbox, clock: ManualClock, what: str
) -> None:
    tool, arguments, shown = IN_CALL[what]
    person = Person("accept", "decline", "accept")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        call_id = await _in_room(voice, clock)
        before = _changes(sandbox)
        assert (await voice.fails(tool, call_id=call_id, **arguments))["rule"] == "consent"
        assert _changes(sandbox) == before
        await voice.ok(tool, call_id=call_id, **arguments)
        assert _changes(sandbox) == before + 1
        # The same in the same call again is covered.
        await voice.ok(tool, call_id=call_id, **arguments)
        assert _changes(sandbox) == before + 2
    assert len(person.questions) == 3
    assert shown in person.questions[2]
    assert f"In the call: {call_id}" in person.questions[2].splitlines()


async def test_what_was_confirmed_in_one_call_is_asked_about_in_another(
    era: Era, sandbox: Sandbox, clock: ManualClock
) -> None:
    person = Person("accept", "accept", "decline")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        first = await _in_room(voice, clock)
        await voice.ok("play_to_call", call_id=first, text="Hello")
        placed = await voice.ok("place_conference_callout", to=[REAL], **ROOM, idempotency_key="second")
        clock.advance(5)
        error = await voice.fails("play_to_call", call_id=placed["legs"][0]["call_id"], text="Hello")
    assert error["rule"] == "consent"
    assert len(person.questions) == 3


@pytest.mark.parametrize("what", ["speech", "playing"])
async def test_a_call_of_a_trusted_number_is_changed_without_a_question(
    era: Era, sandbox: Sandbox, clock: ManualClock, what: str
) -> None:
    tool, arguments, _ = IN_CALL[what]
    async with connected(rehearsed(SINCH_VOICE_TRUSTED_NUMBERS=REAL), era, sandbox=sandbox, person=Person()) as voice:
        placed = await voice.ok("place_tts_callout", **{**CALL, "text": "Hello " * 80})
        clock.advance(4)
        await voice.ok(tool, call_id=placed["call_id"], **arguments)


@pytest.mark.parametrize("what", IN_CALL)
async def test_with_confirm_always_a_client_that_cannot_ask_changes_nothing(
    era: Era, sandbox: Sandbox, clock: ManualClock, what: str
) -> None:
    tool, arguments, _ = IN_CALL[what]
    async with connected(rehearsed(), era, sandbox=sandbox) as voice:
        call_id = await _in_room(voice, clock)
        await voice.ok(tool, call_id=call_id, **arguments)
    before = _changes(sandbox)
    async with connected(rehearsed(SINCH_VOICE_CONFIRM="always"), era, sandbox=sandbox) as voice:
        assert (await voice.fails(tool, call_id=call_id, **arguments))["rule"] == "consent"
    assert _changes(sandbox) == before


def _tones(value: str) -> dict[str, Any]:
    return {"instructions": [{"name": "sendDtmf", "value": value}], "action": {"name": "continue"}}


async def test_digits_are_counted_over_all_changes_of_a_call_and_all_servers(database_url: str, era: Era) -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    persons = Person("accept", "decline", "accept"), Person("decline")
    settings = rehearsed(SINCH_VOICE_DATABASE_URL=database_url)
    servers = [create_server(settings, sandbox=sandbox, clock=clock) for _ in persons]
    async with (
        Client(servers[0], mode=era, elicitation_callback=persons[0]) as first,
        Client(servers[1], mode=era, elicitation_callback=persons[1]) as second,
    ):
        one, two = Caller(first), Caller(second)
        call_id = await _in_room(one, clock)
        before = _changes(sandbox)
        await one.ok("update_call", call_id=call_id, svaml=_tones("12w3"))
        await two.ok("update_call", call_id=call_id, svaml=_tones("4#"))
        assert [len(person.questions) for person in persons] == [1, 0]
        for voice in (two, one):
            assert (await voice.fails("update_call", call_id=call_id, svaml=_tones("5")))["rule"] == "consent"
        assert _changes(sandbox) == before + 2
        await one.ok("update_call", call_id=call_id, svaml=_tones("567"))
        # No digits, so nothing to count.
        await two.ok("update_call", call_id=call_id, svaml=_tones("#"))
    assert "Sends as tones: 567" in persons[0].questions[2].splitlines()
    assert "Digits sent in this call, with these: 7" in persons[0].questions[2].splitlines()


async def test_no_spelling_of_a_call_gives_further_digits_for_free(era: Era, sandbox: Sandbox) -> None:
    person = Person("decline", "decline")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        await voice.fails("update_call", call_id="c9-abc", svaml=_tones("1234"))
        for spelling in ("C9-ABC", "c9-Abc"):
            error = await voice.fails("update_call", call_id=spelling, svaml=_tones("5"))
            assert error["rule"] == "consent"
    assert len(person.questions) == 2


async def test_digits_of_the_callout_count_too(era: Era, sandbox: Sandbox, clock: ManualClock) -> None:
    person = Person("decline")
    async with connected(rehearsed(SINCH_VOICE_TRUSTED_NUMBERS=REAL), era, sandbox=sandbox, person=person) as voice:
        placed = await voice.ok("place_tts_callout", **CALL, dtmf="1234")
        clock.advance(4)
        error = await voice.fails("update_call", call_id=placed["call_id"], svaml=_tones("5"))
    assert error["rule"] == "consent"
    assert "Digits sent in this call, with these: 5" in person.questions[0].splitlines()


async def test_while_calling_is_stopped_no_one_is_asked(era: Era, sandbox: Sandbox, clock: ManualClock) -> None:
    person = Person("accept")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        call_id = await _in_room(voice, clock)
        await voice.ok("emergency_stop", reason="enough")
        for tool, arguments in (
            ("place_tts_callout", CALL),
            ("place_conference_callout", {"to": [REAL, THIRD], **ROOM}),
            ("play_to_call", {"call_id": call_id, "text": "Hello"}),
        ):
            assert (await voice.fails(tool, **arguments))["rule"] == "stopped"
    assert len(person.questions) == 1


@pytest.mark.parametrize(
    ("confirm", "says"), [("auto", "calls go unconfirmed"), ("always", "calls are refused"), ("never", "asks no one")]
)
async def test_policy_says_what_happens_where_a_client_cannot_ask(sandbox: Sandbox, confirm: str, says: str) -> None:
    environ = {"SINCH_VOICE_REHEARSE": "true", "SINCH_VOICE_CONFIRM": confirm, "SINCH_VOICE_ALLOWED_REGIONS": "US"}
    async with connected(load(environ), "auto", sandbox=sandbox) as voice:
        (page,) = (await voice.client.read_resource("sinch://policy")).contents
    shell = Shell(**environ)
    shown = (await shell.ok("policy")).out
    as_json = json.loads((await shell.ok("policy --json")).out)
    for text in (getattr(page, "text", ""), shown, as_json["confirmation"]):
        assert f"{confirm}. " in text
        assert says in text
