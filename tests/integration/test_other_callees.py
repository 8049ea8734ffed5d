"""Callees without a number: SIP addresses and in-app users are judged, counted, kept and shown as numbers are."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall, Origin
from tests.callers import Caller, Person, connected
from tests.phones import Phones
from tests.platforms import OWN, REAL
from tests.shell import Shell
from tests.stage import CALL, QUESTION, ROOM, Stage, listed, rehearsed, scene

ALICE, BOB = "sip:alice@pbx.example.com", "app:bob"
OPEN = {"ALLOW_SIP": "true", "SIP_HOSTS": "pbx.example.com", "ALLOW_IN_APP": "true"}
"""Settings under which the two may be called."""

ENDPOINTS = {
    ALICE: {"type": "sip", "endpoint": "alice@pbx.example.com"},
    BOB: {"type": "username", "endpoint": "bob"},
}
CALLOUTS: list[tuple[str, Mapping[str, Any]]] = [
    ("place_tts_callout", {"text": "Hello", "cli": OWN}),
    ("place_custom_callout", {"ace": {"action": {"name": "hangup"}}, "cli": OWN}),
    ("place_conference_callout", ROOM),
]


def _to(tool: str, callee: str) -> dict[str, Any]:
    return {"to": [callee] if tool == "place_conference_callout" else callee}


@asynccontextmanager
async def _open(stage: Stage, phones: Phones, **environ: str) -> AsyncGenerator[Caller]:
    async with stage.server(OPEN | environ, transport=phones) as voice:
        yield voice


@pytest.mark.parametrize(("tool", "more"), CALLOUTS)
@pytest.mark.parametrize("callee", [ALICE, BOB])
async def test_every_callout_reaches_a_callee_without_a_number_where_the_owner_allows_it(
    stage: Stage, phones: Phones, tool: str, more: Mapping[str, Any], callee: str
) -> None:
    async with _open(stage, phones) as voice:
        placed = await voice.ok(tool, **_to(tool, callee), **more)
        assert [callout["destination"] for callout in phones.callouts] == [ENDPOINTS[callee]]
        assert callee in json.dumps(placed)


@pytest.mark.parametrize(("tool", "more"), CALLOUTS)
@pytest.mark.parametrize(
    ("callee", "settings"),
    [(ALICE, ("SINCH_VOICE_ALLOW_SIP", "SINCH_VOICE_SIP_HOSTS")), (BOB, ("SINCH_VOICE_ALLOW_IN_APP",))],
)
async def test_a_callee_that_the_owner_does_not_allow_is_refused_with_the_setting(
    stage: Stage, phones: Phones, tool: str, more: Mapping[str, Any], callee: str, settings: tuple[str, ...]
) -> None:
    async with stage.server(transport=phones) as voice:
        error = await voice.fails(tool, **_to(tool, callee), **more)
        assert (error["code"], error["field"]) == ("refused", "to[0]" if "conference" in tool else "to")
        assert error["rule"] in {"sip_target", "in_app_target"}
        assert all(name in error["how_to_change"] for name in settings)
        assert not phones.tokens


@pytest.mark.parametrize(
    ("callee", "rule"),
    [
        ("sip:alice@evil.test", "sip_target"),
        ("sip:911@pbx.example.com", "sip_target"),
        ("sip:", "sip_target"),
        ("SIP:+19005551234@pbx.example.com", "number_type"),
        ("app:911", "in_app_target"),
        ("app:tel:911", "in_app_target"),
        ("app:SIP:911@pbx.example.com", "in_app_target"),
        ("app:911@example.com", "in_app_target"),
        ("app: bob", "in_app_target"),
        ("app:b\u00f6b", "in_app_target"),
        ("alice@pbx.example.com", "e164_number"),
        ("tel:+14045005000", "e164_number"),
    ],
)
async def test_what_is_no_good_callee_is_refused_by_its_rule(
    stage: Stage, phones: Phones, callee: str, rule: str
) -> None:
    async with _open(stage, phones) as voice:
        error = await voice.fails("place_tts_callout", **(CALL | {"to": callee}))
        assert (error["rule"], error["field"]) == (rule, "to")
        assert not phones.tokens


async def test_an_in_app_user_needs_a_name(stage: Stage, phones: Phones) -> None:
    async with _open(stage, phones) as voice:
        error = await voice.fails("place_tts_callout", **(CALL | {"to": "app:"}))
        assert (error["code"], error["field"]) == ("invalid_input", "to")


async def test_calls_to_one_address_are_limited_however_it_is_written(stage: Stage, phones: Phones) -> None:
    async with _open(stage, phones, REPEAT_IN_FLIGHT="1") as voice:
        await voice.ok("place_tts_callout", **(CALL | {"to": ALICE}))
        error = await voice.fails("place_tts_callout", **(CALL | {"to": "SIP:Alice@PBX.example.com", "text": "Again"}))
        assert (error["rule"], error["value"]) == ("repeat_in_flight", "sip:A…@pbx.example.com")
        await voice.ok("place_tts_callout", **(CALL | {"to": BOB}))
        error = await voice.fails("place_tts_callout", **(CALL | {"to": BOB, "text": "Again"}))
        assert (error["rule"], error["value"]) == ("repeat_in_flight", "app:b…")


async def test_a_number_behind_sip_is_counted_as_the_number(stage: Stage, phones: Phones) -> None:
    async with _open(stage, phones, REPEAT_IN_FLIGHT="1") as voice:
        await voice.ok("place_tts_callout", **CALL)
        error = await voice.fails("place_tts_callout", **(CALL | {"to": f"sip:{REAL}@pbx.example.com"}))
        assert error["rule"] == "repeat_in_flight"


async def test_a_number_behind_sip_cannot_call_itself(stage: Stage, phones: Phones) -> None:
    async with _open(stage, phones, VERIFIED_CLI=REAL) as voice:
        itself = {"to": f"sip:{REAL}@pbx.example.com", "cli": REAL}
        error = await voice.fails("place_tts_callout", **(CALL | itself))
        assert (error["rule"], error["field"]) == ("self_call", "to")


async def test_an_unknown_price_is_reserved_at_the_highest_one_and_refused_without_any(
    stage: Stage, phones: Phones
) -> None:
    async with _open(stage, phones, MAX_SPEND_PER_DAY="0.20") as voice:
        error = await voice.fails("place_tts_callout", **(CALL | {"to": ALICE}))
        assert (error["rule"], error["value"]) == ("max_spend_per_day", "0.00 of 0.20")
    async with _open(stage, phones, MAX_SPEND_PER_DAY="5", MAX_RATE_PER_MINUTE="unlimited") as voice:
        error = await voice.fails("place_tts_callout", **(CALL | {"to": BOB}))
        assert (error["rule"], error["field"]) == ("price", "to")
        assert "SINCH_VOICE_MAX_RATE_PER_MINUTE" in error["how_to_change"]


@pytest.mark.parametrize("callee", [ALICE, BOB])
async def test_without_a_number_the_hours_of_the_own_regions_count(
    stage: Stage, phones: Phones, clock: ManualClock, callee: str
) -> None:
    async with _open(stage, phones, CALLING_HOURS="Wed 10:00-18:00") as voice:
        error = await voice.fails("place_tts_callout", **(CALL | {"to": callee}))
        assert (error["rule"], error["field"]) == ("calling_hours", "to")
        assert "In the regions of the account's own numbers" in error["message"]
        # Ten in the morning in the last of the zones.
        opening = datetime.fromisoformat(error["next_allowed_at"])
        assert opening.astimezone(ZoneInfo("Pacific/Honolulu")).strftime("%a %H:%M") == "Wed 10:00"
        clock.advance((opening - clock.now()).total_seconds())
        await voice.ok("place_tts_callout", **(CALL | {"to": callee}))


async def test_a_conference_calls_callees_of_every_kind_and_each_once(stage: Stage, phones: Phones) -> None:
    async with _open(stage, phones) as voice:
        placed = await voice.ok("place_conference_callout", **ROOM, to=[REAL, ALICE, BOB])
        assert [leg["to"] for leg in placed["legs"]] == [REAL, ALICE, BOB]
        error = await voice.fails("place_conference_callout", **ROOM, to=[ALICE, BOB, "sip:ALICE@pbx.example.com:5060"])
        assert (error["code"], error["field"]) == ("invalid_input", "to[2]")
        assert "is in the list twice" in error["message"]


async def test_callees_are_listed_found_masked_and_forgotten_like_numbers(
    sqlite_url: str, clock: ManualClock, phones: Phones
) -> None:
    stage = Stage(sqlite_url, clock)
    async with _open(stage, phones) as voice:
        for callee in (ALICE, BOB, REAL):
            await voice.ok("place_tts_callout", **(CALL | {"to": callee}))
        assert {call["number"] for call in await listed(voice)} == {ALICE, BOB, REAL}
        for written in (ALICE, "sip:alice@PBX.example.com"):
            assert [call["number"] for call in await listed(voice, number=written)] == [ALICE]
        assert [call["number"] for call in await listed(voice, number=BOB)] == [BOB]
        (row, *_) = (await voice.ok("get_call_events", call_id="c2"))["events"]
        assert row["number"] == BOB
    async with _open(stage, phones, NUMBERS_IN_RESULTS="masked") as voice:
        masked = {call["number"] for call in await listed(voice)}
        assert masked == {"sip:a…@pbx.example.com", "app:b…", "+1404…00"}
    environ = {"SINCH_VOICE_DATABASE_URL": sqlite_url}
    said = (await Shell(**environ).ok("forget", ALICE)).out
    assert "sip:a…@pbx.example.com was in 1 request." in said
    await Shell(**environ).ok("forget", BOB)
    async with _open(stage, phones) as voice:
        assert await listed(voice, number=ALICE) == await listed(voice, number=BOB) == []
        assert len(await listed(voice, number=REAL)) == 1


@pytest.mark.parametrize(
    ("callee", "shown"),
    [(ALICE, "Connects: SIP address alice@pbx.example.com"), (BOB, "Connects: in-app user bob")],
)
async def test_the_question_names_the_callee_the_text_and_the_highest_price(
    phones: Phones, callee: str, shown: str
) -> None:
    person = Person("accept", "decline")
    settings = rehearsed(**{f"SINCH_VOICE_{name}": value for name, value in OPEN.items()})
    async with connected(settings, "auto", transport=phones, person=person) as voice:
        await voice.ok("place_tts_callout", **(CALL | {"to": callee}))
        assert (await voice.fails("place_conference_callout", **ROOM, to=[callee], dtmf="1w2"))["rule"] == "consent"
    tts, conference = (question.splitlines() for question in person.questions)
    assert {shown, 'Says: "Hello Anna"', "Caller ID: +1 415-555-0100", "Costs at most: 0.25"} <= set(tts)
    assert {shown, "Conference: room", "Sends as tones: 1w2"} <= set(conference)


async def test_what_the_platform_does_not_report_of_an_in_app_call_is_warned_about(
    stage: Stage, phones: Phones
) -> None:
    async with _open(stage, phones) as voice:
        placed = await voice.ok("place_tts_callout", **(CALL | {"to": BOB}), enable_ace=True)
        (warning,) = placed["warnings"]
        assert warning.startswith("enable_ace: the platform reports neither the answer")
        assert "wait_for_call looks the call up instead" in warning
        (warning,) = (await voice.ok("place_conference_callout", **ROOM, to=[BOB], enable_ace=True))["warnings"]
        assert warning.startswith("enable_ace: ")
        assert not (await voice.ok("place_tts_callout", **(CALL | {"to": ALICE}), enable_ace=True)).get("warnings")
        # No event is asked for that does not come.
        assert not (await voice.ok("place_tts_callout", **(CALL | {"to": "app:carl"}))).get("warnings")
        assert not {"enableAce", "enableDice"} & phones.callouts[-1].keys()
        said = (await voice.ok("get_call_events", call_id="c4"))["summary"]
        assert "no events of calls to in-app users" in said or "receives no events" in said
        phones.looked_up.clear()
        assert (await voice.ok("wait_for_call", call_id="c4", timeout_s=0))["timed_out"]
        assert phones.looked_up == ["c4"]


async def test_a_conference_asks_for_events_and_sends_tones_as_the_request_says(stage: Stage, phones: Phones) -> None:
    async with _open(stage, phones) as voice:
        await voice.ok("place_conference_callout", **ROOM, to=[REAL], enable_ace=True, enable_dice=False, dtmf="12w#")
        assert phones.callouts[-1] | {"enableAce": True, "enableDice": False, "dtmf": "12w#"} == phones.callouts[-1]
        await voice.ok("place_conference_callout", **ROOM, to=["+14045005001"])
        assert "enableAce" not in phones.callouts[-1]
        assert (phones.callouts[-1]["enableDice"], "dtmf" in phones.callouts[-1]) == (True, False)
        error = await voice.fails("place_conference_callout", **ROOM, to=[REAL], dtmf="12A")
        assert (error["rule"], error["field"]) == ("dtmf", "dtmf")


@pytest.mark.parametrize(
    ("callee", "ends"),
    [
        (ALICE, ("ended", "ANSWERED", "MANAGERHANGUP")),
        (BOB, ("ended", "ANSWERED", "MANAGERHANGUP")),
        ("sip:+12025550110@pbx.example.com", ("ended", "BUSY", "CANCEL")),
    ],
)
async def test_the_sandbox_calls_them(sqlite_url: str, callee: str, ends: tuple[str, str, str]) -> None:
    async with scene(sqlite_url) as stage, stage.server(environ=OPEN) as voice:
        placed = await voice.ok("place_tts_callout", **(CALL | {"to": callee}))
        seen = await voice.ok("wait_for_call", call_id=placed["call_id"])
        assert (seen["state"], seen["result"], seen["reason"]) == ends
        details = await voice.ok("get_call", call_id=placed["call_id"])
        assert (details["to"], details.get("untrusted")) == (callee, None)
        (row, *rest) = (await voice.ok("get_call_events", call_id=placed["call_id"]))["events"]
        assert row["number"] == callee
        assert all("to" not in event.get("untrusted", {}) for event in rest)


async def test_a_question_is_asked_of_a_sip_address_and_of_no_in_app_user(sqlite_url: str) -> None:
    async with scene(sqlite_url) as stage, stage.server(environ=OPEN) as voice:
        asked = await voice.ok("ask_by_phone", **QUESTION, to="sip:+12025550102@pbx.example.com")
        assert (asked["outcome"], asked["key"], asked["meaning"]) == ("answered", "1", "yes")
        error = await voice.fails("ask_by_phone", **QUESTION, to=BOB)
        assert (error["code"], error["field"]) == ("invalid_input", "to")
        assert "reports no keys" in error["message"]
        error = await voice.fails("ask_by_phone", **QUESTION, to="sip:alice@evil.test")
        assert (error["rule"], error["field"]) == ("sip_target", "to")


async def test_callees_of_every_kind_meet_in_a_conference_of_the_sandbox(sqlite_url: str) -> None:
    async with scene(sqlite_url) as stage, stage.server(environ=OPEN) as voice:
        callees = ["+12025550108", "sip:+12025550108@pbx.example.com", ALICE]
        error = await voice.fails("place_conference_callout", **ROOM, to=callees)
        assert "is in the list twice" in error["message"]
        placed = await voice.ok("place_conference_callout", **ROOM, to=[callees[0], ALICE, BOB])
        assert all(leg["call_id"] for leg in placed["legs"])


@pytest.mark.parametrize(
    ("origin", "caller", "known", "masked"),
    [
        ("SIP", "bob@example.com", "sip:bob@example.com", "sip:b…@example.com"),
        ("MXP", "anna", "app:anna", "app:a…"),
        ("SIP", "+14045005000@example.com", "+14045005000", "+1404…00"),
        ("SIP", "an address without an at", None, None),
        ("PSTN", "private", None, None),
    ],
)
async def test_callers_without_a_number_are_listed_found_and_forgotten(
    sqlite_url: str, origin: Origin, caller: str, known: str | None, masked: str | None
) -> None:
    async with scene(sqlite_url) as stage, stage.server() as voice:
        stage.sandbox.engine.receive(IncomingCall(origin, caller, Dialed("did", OWN)))
        stage.sandbox.driver.wake()
        await stage.sandbox.settle()
        (call,) = await listed(voice, direction="in")
        assert call.get("number") == known
        if known is not None:
            assert len(await listed(voice, number=known)) == 1
            async with stage.server(environ={"NUMBERS_IN_RESULTS": "masked"}) as other:
                assert [call["number"] for call in await listed(other)] == [masked]
            said = (await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).ok("forget", known)).out
            assert f"{masked} was in 1 request." in said
            assert not await listed(voice, number=known)
