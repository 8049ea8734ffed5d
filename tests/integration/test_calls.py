"""Placing calls, looking at them, controlling and ending them."""

import json
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox
from tests.callers import Caller, Connect, changes, connected
from tests.platforms import OTHER, REAL, Script
from tests.processes import serving
from tests.stage import rehearsed

ANNA, OWN = "+12025550100", "+14155550100"
TEXT = "Hello Anna, your table is ready."


async def test_a_call_rings_is_answered_and_ends_with_its_cost(voice: Caller, clock: ManualClock) -> None:
    placed = await voice.ok("place_tts_callout", to=ANNA, text=TEXT, cli=OWN)
    ringing = await voice.ok("get_call", call_id=placed["call_id"])
    clock.advance(4)
    answered = await voice.ok("get_call", call_id=placed["call_id"])
    clock.advance(60)
    ended = await voice.ok("get_call", call_id=placed["call_id"])
    assert [(seen["state"], seen.get("result")) for seen in (ringing, answered, ended)] == [
        ("ringing", None),
        ("answered", "ANSWERED"),
        ("ended", "ANSWERED"),
    ]
    # Money is final at the end; until then only the price of a minute is known.
    assert [("cost" in seen, "rate_per_minute" in seen) for seen in (ringing, answered, ended)] == [
        (False, True),
        (False, True),
        (True, False),
    ]
    assert ended["to"] == ANNA
    assert ended["duration_s"] > 0
    assert ended["cost"] == ringing["rate_per_minute"] > 0
    assert ended["currency"] == "USD"


async def test_every_result_of_the_sandbox_says_that_no_phone_rang(voice: Caller) -> None:
    real = await voice.ok("place_tts_callout", to="+1 (404) 500-5000", text=TEXT, cli=OWN)
    assert real["simulated"] is True
    assert real["summary"].startswith("SIMULATED: no phone rang.")


@pytest.mark.parametrize(
    "say",
    [{"text": TEXT}, {"ssml": f"<speak>{TEXT}</speak>"}, {"audio_urls": ["https://media.example.com/a.mp3"]}],
    ids=lambda say: next(iter(say)),
)
async def test_text_ssml_and_audio_are_spoken(voice: Caller, sandbox: Sandbox, say: dict[str, object]) -> None:
    await voice.ok("place_tts_callout", to=ANNA, cli=OWN, **say)
    sent = json.loads(sandbox.requests[-1].body)["ttsCallout"]
    expected = {
        "text": {"text": TEXT},
        "ssml": {"prompts": f"#ssml[<speak>{TEXT}</speak>]"},
        "audio_urls": {"prompts": "#href[https://media.example.com/a.mp3]"},
    }
    assert expected[next(iter(say))].items() <= sent.items()


@pytest.mark.parametrize("name", ["enable_ace", "enable_dice", "enable_pie"])
@pytest.mark.parametrize("flag", [True, False])
async def test_what_the_model_says_of_a_kind_of_event_is_sent(
    voice: Caller, sandbox: Sandbox, name: str, *, flag: bool
) -> None:
    await voice.ok("place_tts_callout", to=ANNA, text=TEXT, cli=OWN, **{name: flag})
    sent = json.loads(sandbox.requests[-1].body)["ttsCallout"]
    wire = {"enable_ace": "enableAce", "enable_dice": "enableDice", "enable_pie": "enablePie"}
    asked = {key for key in sent if key.startswith("enable") and sent[key]}
    assert asked == ({"enableDice"} | {wire[name]} if flag else {"enableDice"} - {wire[name]})


async def test_a_spoken_text_that_looks_like_json_is_spoken(voice: Caller, sandbox: Sandbox) -> None:
    for text in ("null", "[1, 2]", '{"a": 1}', "42", "true"):
        await voice.ok("place_tts_callout", to=ANNA, cli=OWN, text=text)
        assert json.loads(sandbox.requests[-1].body)["ttsCallout"]["text"] == text


async def test_the_number_is_sent_in_e164_however_it_was_written(voice: Caller, sandbox: Sandbox) -> None:
    await voice.ok("place_tts_callout", to="+1 (202) 555-0100", text=TEXT, cli="+1 415 555 0100")
    sent = json.loads(sandbox.requests[-1].body)["ttsCallout"]
    assert (sent["destination"], sent["cli"]) == ({"type": "number", "endpoint": ANNA}, OWN)


async def test_a_configured_caller_id_fills_in_for_a_missing_one(connect: Connect, sandbox: Sandbox) -> None:
    async with connect(SINCH_VOICE_DEFAULT_CLI=OWN) as voice:
        await voice.ok("place_tts_callout", to=ANNA, text=TEXT)
    assert json.loads(sandbox.requests[-1].body)["ttsCallout"]["cli"] == OWN


async def test_a_dry_run_shows_the_request_and_places_nothing(voice: Caller, sandbox: Sandbox) -> None:
    seen = changes(sandbox)
    shown = await voice.ok("place_tts_callout", to="+1 202 555 0100", text=TEXT, cli=OWN, dry_run=True)
    assert shown["request"] == {
        "method": "ttsCallout",
        "ttsCallout": {
            "destination": {"type": "number", "endpoint": ANNA},
            "cli": OWN,
            "text": TEXT,
            "enableDice": True,
        },
    }
    assert any(verdict.startswith("e164_number: pass") for verdict in shown["verdicts"])
    assert "call_id" not in shown
    assert changes(sandbox) == seen


async def test_the_list_distinguishes_ringing_from_answered_calls_and_still_accepts_the_old_filter(
    voice: Caller, clock: ManualClock
) -> None:
    async def listed(**filters: Any) -> list[tuple[str, str]]:
        calls = (await voice.ok("list_calls", **filters))["calls"]
        return [(call["call_id"], call["state"]) for call in calls]

    answered = await voice.ok("place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)
    clock.advance(5)
    ringing = await voice.ok("place_tts_callout", to="+12025550108", text=TEXT, cli=OWN)
    both = [(ringing["call_id"], "ringing"), (answered["legs"][0]["call_id"], "answered")]
    assert await listed() == both
    assert await listed(state="ringing") == both[:1]
    assert await listed(state="answered") == both[1:]
    assert await listed(status="in_progress") == both
    assert await listed(status="ended") == []
    error = await voice.fails("list_calls", state="ringing", status="in_progress")
    assert (error["code"], error["field"]) == ("invalid_input", "status")


@pytest.mark.parametrize("ending", ["close_conference", "emergency_stop"])
async def test_a_call_that_another_tool_ended_is_listed_as_ended(
    voice: Caller, clock: ManualClock, ending: str
) -> None:
    await voice.ok("place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)
    clock.advance(5)
    given = {"close_conference": {"conference_id": "room"}, "emergency_stop": {"reason": "test", "hang_up": True}}
    await voice.ok(ending, **given[ending])
    assert [call["state"] for call in (await voice.ok("list_calls"))["calls"]] == ["ended"]


async def test_a_time_that_cannot_be_read_is_answered_with_examples(voice: Caller) -> None:
    error = await voice.fails("list_calls", since="yesterday")
    assert error["message"] == "`since` must be a time such as 2026-11-25 or 2026-11-25T09:00Z"


async def test_hanging_up_ends_a_call_and_is_safe_to_repeat(voice: Caller, clock: ManualClock) -> None:
    placed = await voice.ok("place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)
    call_id = placed["legs"][0]["call_id"]
    clock.advance(5)
    first = await voice.ok("hang_up", call_id=call_id)
    second = await voice.ok("hang_up", call_id=call_id)
    assert (first["state"], first["reason"]) == ("ended", "MANAGERHANGUP")
    assert (second["state"], second["duration_s"]) == ("ended", first["duration_s"])
    assert "already ended" in second["summary"]


async def test_a_call_in_progress_hears_a_message_and_moves_to_another_conference(
    voice: Caller, clock: ManualClock
) -> None:
    placed = await voice.ok("place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)
    call_id = placed["legs"][0]["call_id"]
    clock.advance(5)
    await voice.ok("play_to_call", call_id=call_id, text="One moment, please.")
    clock.advance(5)
    await voice.ok("update_call", call_id=call_id, svaml={"action": {"name": "connectConf", "conferenceId": "other"}})
    clock.advance(1)
    inside = await voice.ok("get_conference", conference_id="other")
    assert [member["call_id"] for member in inside["participants"]] == [call_id]
    assert (await voice.fails("get_conference", conference_id="room"))["code"] == "not_found"


async def test_a_custom_callout_dials_and_speaks_as_its_documents_say(
    voice: Caller, sandbox: Sandbox, clock: ManualClock
) -> None:
    placed = await voice.ok(
        "place_custom_callout",
        ice={"action": {"name": "connectPstn", "number": "+1 202 555 0100"}},
        ace={"instructions": [{"name": "say", "text": TEXT}], "action": {"name": "hangup"}},
        cli=OWN,
    )
    ice = json.loads(json.loads(sandbox.requests[-1].body)["customCallout"]["ice"])
    dials = {"name": "connectPstn", "number": ANNA, "cli": OWN, "maxDuration": 600, "dialTimeout": 60}
    assert ice["action"] == dials
    clock.advance(30)
    ended = await voice.ok("get_call", call_id=placed["call_id"])
    assert (ended["state"], ended["result"], ended["reason"]) == ("ended", "ANSWERED", "MANAGERHANGUP")


async def test_a_callout_that_the_callee_would_hear_as_silence_has_a_warning(voice: Caller) -> None:
    placed = await voice.ok("place_custom_callout", to=ANNA, cli=OWN)
    assert ["silence" in warning for warning in placed["warnings"]] == [True]


async def test_a_ringing_call_can_be_controlled_only_once_it_is_answered(voice: Caller, clock: ManualClock) -> None:
    placed = await voice.ok("place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)
    call_id = placed["legs"][0]["call_id"]
    early = await voice.fails("play_to_call", call_id=call_id, text="Hello")
    assert (early["code"], early["error_code"], early["retry_safe"]) == ("rejected", 40900, True)
    empty = await voice.fails("close_conference", conference_id="room")
    assert "still rings" in empty["next_step"]
    clock.advance(5)
    await voice.ok("play_to_call", call_id=call_id, text="Hello")


async def test_an_error_in_an_embedded_document_names_argument_and_path(voice: Caller) -> None:
    error = await voice.fails(
        "place_custom_callout", to=ANNA, cli=OWN, ace={"action": {"name": "connectPstn", "number": ANNA}}
    )
    assert (error["code"], error["rule"], error["field"]) == ("invalid_svaml", "SV007", "$.ace.action.name")


async def test_a_stream_is_connected_by_svaml_where_the_owner_allows_it(connect: Connect) -> None:
    ice = {"action": {"name": "connectStream", "destination": {"type": "Websocket", "endpoint": "wss://example.com/"}}}
    async with connect(SINCH_VOICE_ALLOW_STREAMS="true") as voice:
        assert (await voice.ok("place_custom_callout", ice=ice))["call_id"]


@pytest.mark.parametrize("call_id", ["../../x?y=1", "..", ".", "a/b", "%2e%2e", "x#y", "\r\nX: y"])
async def test_a_call_id_cannot_reach_another_path(voice: Caller, sandbox: Sandbox, call_id: str) -> None:
    seen = len(sandbox.requests)
    error = await voice.fails("get_call", call_id=call_id)
    assert error["code"] in {"not_found", "invalid_input"}
    for request in list(sandbox.requests)[seen:]:
        assert request.raw_path.startswith("/calling/v1/calls/id/")
        assert request.raw_path.count("/") == "/calling/v1/calls/id/".count("/")
        assert request.status == 404


@pytest.mark.parametrize(
    ("destination", "result", "reason"),
    [
        ("+12025550110", "BUSY", "CANCEL"),
        ("+12025550111", "NOANSWER", "TIMEOUT"),
        ("+12025550113", "FAILED", "CONGESTION"),
        ("+12025550115", "FAILED", "BLOCKED"),
    ],
)
async def test_an_unanswered_call_says_why(
    voice: Caller, clock: ManualClock, destination: str, result: str, reason: str
) -> None:
    placed = await voice.ok("place_tts_callout", to=destination, text=TEXT, cli=OWN)
    clock.advance(120)
    ended = await voice.ok("get_call", call_id=placed["call_id"])
    assert (ended["state"], ended["result"], ended["reason"]) == ("ended", result, reason)
    assert ("duration_s" in ended, ended["cost"]) == (False, 0)


async def test_a_conference_is_listed_and_controlled(voice: Caller, clock: ManualClock) -> None:
    ben = "+12025550108"
    placed = await voice.ok("place_conference_callout", to=[ANNA, ben], conference_id="standup", cli=OWN)
    clock.advance(5)
    first, second = (leg["call_id"] for leg in placed["legs"])
    room = await voice.ok("get_conference", conference_id="standup")
    assert {member["number"] for member in room["participants"]} == {ANNA, ben}
    muted = await voice.ok("manage_participant", conference_id="standup", call_id=second, command="mute")
    held = await voice.ok("manage_participant", conference_id="standup", call_id=first, command="onhold", moh="music1")
    assert (muted["participants"][0]["muted"], held["participants"][0]["onhold"]) == (True, True)
    await voice.ok("manage_participant", conference_id="standup", call_id=second, command="unmute")
    await voice.ok("manage_participant", conference_id="standup", call_id=first, command="resume")
    for _ in range(2):
        await voice.ok("manage_participant", conference_id="standup", call_id=second, command="kick")
    left = await voice.ok("get_conference", conference_id="standup")
    assert [(member["call_id"], "onhold" in member) for member in left["participants"]] == [(first, False)]
    await voice.ok("close_conference", conference_id="standup")
    assert (await voice.ok("get_call", call_id=first))["state"] == "ended"


async def test_no_phone_of_a_conference_rings_when_one_number_is_refused(voice: Caller, sandbox: Sandbox) -> None:
    seen = changes(sandbox)
    error = await voice.fails("place_conference_callout", to=[ANNA, "911"], conference_id="room", cli=OWN)
    assert error["code"] == "refused"
    assert changes(sandbox) == seen


async def test_a_leg_that_the_platform_rejects_does_not_stop_the_others(voice: Caller) -> None:
    placed = await voice.ok("place_conference_callout", to=["+12025550130", ANNA], conference_id="room", cli=OWN)
    failed, fine = placed["legs"]
    assert (failed["error"]["error_code"], "call_id" in failed) == (40001, False)
    assert fine["call_id"]
    assert "1 of 2" in placed["summary"]
    assert f"+12025550130 failed: {failed['error']['message']}" in placed["summary"]


async def test_a_conference_in_which_every_leg_fails_is_an_error(voice: Caller) -> None:
    error = await voice.fails(
        "place_conference_callout", to=["+12025550130", "+12025550136"], conference_id="room", cli=OWN
    )
    assert (error["code"], error["error_code"]) == ("rejected", 40001)
    assert [(leg["to"], leg["code"], leg.get("error_code")) for leg in error["legs"]] == [
        ("+12025550130", "rejected", None),
        ("+12025550136", "forbidden", 40301),
    ]
    assert "+12025550130: The platform answered 400: a parameter does not fit" in error["message"]
    assert "+12025550136: The platform answered 403: " in error["message"]


async def test_legs_that_failed_alike_are_named_together_and_each_keeps_the_platforms_words(sqlite_url: str) -> None:
    words = [httpx2.Response(402, json={"errorCode": 40200, "message": text, "reference": "r"}) for text in "ab"]
    script = Script(*words)
    async with connected(rehearsed(SINCH_VOICE_DATABASE_URL=sqlite_url), "auto", transport=script.transport) as voice:
        room = {"to": [REAL, OTHER], "conference_id": "room", "cli": OWN}
        error = await voice.fails("place_conference_callout", **room)
    assert error["code"] == "no_credit"
    assert error["message"].startswith(f"{REAL} and {OTHER}: The platform answered 402: not enough credit")
    assert [leg["to"] for leg in error["legs"]] == [REAL, OTHER]
    assert (error["untrusted"]["message"], error["legs"][1]["untrusted"]["message"]) == ("a", "b")
    assert len(script.posts) == 2


async def test_numbers_are_listed_assigned_and_unassigned(voice: Caller) -> None:
    def assigned(result: dict[str, Any]) -> set[str]:
        return {row["number"] for row in result["numbers"] if row.get("here")}

    free = "+14155550109"
    before = await voice.ok("list_numbers")
    assert len(before["numbers"]) == 10
    assert free not in assigned(before)
    assert "10 numbers, 8 of them assigned here" in before["summary"]
    assert free in assigned(await voice.ok("assign_numbers", numbers=[free]))
    assert free not in assigned(await voice.ok("unassign_number", number=free))


async def test_a_lookup_names_the_rule_that_would_refuse_the_call(connect: Connect) -> None:
    async with connect(SINCH_VOICE_DENIED_PREFIXES="+120255501") as voice:
        known = await voice.ok("query_number", number="+12025550161")
    assert (known["country"], known["rate_per_minute"], known["callable"]) == ("US", 0.2, False)
    assert known["refused_because"] == "denied_prefix"


async def test_a_restricted_number_is_not_called_callable(voice: Caller) -> None:
    known = await voice.ok("query_number", number="+12025550164")
    assert (known["restricted"], known["callable"]) == (True, False)


@pytest.mark.parametrize(("number", "rule"), [("911", "emergency_number"), ("+1404", "e164_number")])
async def test_a_lookup_of_an_invalid_number_says_why(voice: Caller, number: str, rule: str) -> None:
    error = await voice.fails("query_number", number=number)
    assert (error["code"], error["rule"], error["field"]) == ("refused", rule, "number")


async def test_callback_urls_are_set_shown_and_cleared(voice: Caller) -> None:
    url = "https://voice.example.com/callbacks"
    changed = await voice.ok("set_callbacks", primary=url, fallback=f"{url}/2")
    assert (changed["before"], changed["now"]) == ({}, {"untrusted": {"primary": url, "fallback": f"{url}/2"}})
    cleared = await voice.ok("set_callbacks", fallback="")
    assert cleared["now"] == {"untrusted": {"primary": url}}
    assert (await voice.ok("get_callbacks"))["now"] == {"untrusted": {"primary": url}}


@pytest.mark.parametrize(
    ("since", "calls"),
    [
        ("0001-01-01T00:00:00", 1),
        ("0001-01-01T00:00:00+14:00", 1),
        ("0001-01-01", 1),
        ("9999-12-31T23:59:59", 0),
        ("9999-12-31T23:59:59-12:00", 0),
    ],
)
async def test_the_first_and_the_last_times_are_times(voice: Caller, since: str, calls: int) -> None:
    await voice.ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
    assert len((await voice.ok("list_calls", since=since))["calls"]) == calls


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
async def test_a_time_without_a_zone_is_utc_wherever_the_server_runs(zone: str) -> None:
    async with serving("auto", TZ=zone) as voice:
        await voice.ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
        (placed,) = (await voice.ok("list_calls"))["calls"]
        at = datetime.fromisoformat(placed["at"]).replace(tzinfo=None)
        assert (await voice.ok("list_calls", since=at.isoformat()))["calls"]
        later = (at + timedelta(hours=1)).isoformat()
        assert (await voice.ok("list_calls", since=later))["calls"] == []
