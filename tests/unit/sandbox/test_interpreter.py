"""SVAML on a call: inline documents, updates, transfers."""

import json

import pytest

from sinch_voice_mcp.sandbox.engine import RejectedError
from tests.unit.sandbox.world import ANNA, BEN, KEY, OWN, World

CONNECT = {"action": {"name": "connectPstn", "number": ANNA}}
HANGUP = {"name": "hangup"}
HANGING = {"action": HANGUP}
LONG = "x" * 1400


def test_the_number_in_an_inline_ice_takes_precedence_over_the_destination(world: World) -> None:
    call_id = world.custom(BEN, ice=CONNECT)
    world.wait(5)
    assert world.dialed(call_id) == ANNA
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")


def test_an_inline_ice_without_a_number_calls_the_destination(world: World) -> None:
    call_id = world.custom(BEN, ice={"action": {"name": "ConnectPSTN"}})
    world.wait(5)
    assert world.dialed(call_id) == BEN


def test_a_caller_id_in_the_ice_makes_the_phone_ring(world: World) -> None:
    ice = {"action": {"name": "connectPstn", "number": ANNA, "cli": OWN}}
    without, with_cli = world.custom(None, cli=None, ice=CONNECT), world.custom(None, cli=None, ice=ice)
    world.wait(5)
    assert (world.get(without).result, world.get(with_cli).result) == ("N/A", "ANSWERED")


def test_a_hangup_in_the_ice_dials_no_number(world: World) -> None:
    call_id = world.custom(None, ice={"action": HANGUP})
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "MANAGERHANGUP")
    assert world.happened(call_id) == ["created", "ended"]
    assert world.get(call_id).to is None


def test_an_inline_ace_speaks_and_hangs_up(world: World) -> None:
    ace = {
        "instructions": [
            {"name": "setCookie", "key": "who", "value": "anna"},
            {"name": "say", "text": "fourteen chars"},
            {"name": "PlayFiles", "ids": ["#href[https://example.com/a.mp3]"]},
        ],
        "action": HANGUP,
    }
    call_id = world.custom(None, ice=CONNECT, ace=ace)
    world.wait(8.9)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    world.wait(0.1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert world.happened(call_id)[-4:] == ["cookie", "say", "play", "ended"]


def test_instructions_in_an_ice_take_no_time(world: World) -> None:
    instructions = [
        {"name": "answer"},
        {"name": "setCookie", "key": "who", "value": "anna"},
        {"name": "say", "text": LONG[:600]},
        {"name": "sendDtmf", "value": "1"},
    ]
    call_id = world.custom(None, ice={"instructions": instructions, **CONNECT})
    world.wait(3)
    assert world.happened(call_id)[-3:] == ["ringing", "answered", "connected"]


def test_a_cookie_may_hold_what_is_not_utf_8(world: World) -> None:
    call_id = world.custom(ace={"instructions": [{"name": "setCookie", "key": "k", "value": "\ud83d"}], **HANGING})
    world.wait(5)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


def test_tones_of_the_connecting_action_are_sent_on_answer(world: World) -> None:
    call_id = world.custom(None, ice={"action": {**CONNECT["action"], "dtmf": "1234#"}})
    world.wait(3.4)
    assert world.happened(call_id)[-1] == "dtmf"
    world.wait(0.1)
    assert world.happened(call_id)[-1] == "connected"


@pytest.mark.parametrize("ace", [None, "", {"action": {"name": "continue"}}])
def test_without_an_ace_or_with_continue_the_call_stays_connected(world: World, ace: object) -> None:
    call_id = world.custom(None, ice=CONNECT, ace=ace)
    world.wait(1000)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")


def test_an_inline_ace_is_ignored_if_the_event_is_switched_off(world: World) -> None:
    call_id = world.custom(ace={"action": HANGUP}, enable_ace=False)
    world.wait(10)
    assert world.get(call_id).status == "ONGOING"


def test_an_inline_ace_joins_a_conference(world: World) -> None:
    call_id = world.custom(ace={"action": {"name": "connectConf", "conferenceId": "room"}})
    world.wait(5)
    assert world.members() == [call_id]


@pytest.mark.parametrize(
    ("members", "result"),
    [
        ({"ice": {"action": {"name": "continue"}}}, "FAILED"),
        ({"ice": {"instructions": []}}, "FAILED"),
        ({"ice": {"action": {"name": "connectPstn", "number": "911"}}}, "FAILED"),
        ({"to": None, "ice": {"action": {"name": "connectPstn"}}}, "FAILED"),
        ({"ice": CONNECT, "ace": {"action": CONNECT["action"]}}, "ANSWERED"),
        ({"ice": CONNECT, "ace": {"action": {"name": "dance"}}}, "ANSWERED"),
        (
            {
                "ice": CONNECT,
                "ace": {"instructions": [{"name": "playFiles", "ids": ["#tts[x"]}], "action": HANGUP},
            },
            "ANSWERED",
        ),
        (
            {
                "ice": CONNECT,
                "ace": {"instructions": [{"name": "setCookie", "key": "k", "value": "v" * 1024}], "action": HANGUP},
            },
            "ANSWERED",
        ),
    ],
)
def test_a_fault_in_inline_svaml_ends_the_call(world: World, members: dict[str, object], result: str) -> None:
    call_id = world.custom(**members)  # pyright: ignore[reportArgumentType] - members of several types
    world.wait(60)
    assert world.outcome(call_id) == ("FINAL", result, "INVALIDSVAMLACTION")


@pytest.mark.parametrize("text", ["{", "connectPstn", "[]", '{"action": }'])
@pytest.mark.parametrize("member", ["ice", "ace", "pie"])
def test_inline_text_that_is_not_a_json_object_is_rejected_at_once(world: World, member: str, text: str) -> None:
    with pytest.raises(RejectedError) as refused:
        world.custom(**{member: text})
    assert refused.value.code == 40001
    assert f"`{member}`" in refused.value.message


@pytest.mark.parametrize("ice", [None, "", "  "])
def test_a_custom_callout_needs_an_ice_or_a_destination(world: World, ice: str | None) -> None:
    with pytest.raises(RejectedError) as refused:
        world.custom(None, ice=ice)
    assert refused.value.code == 40002
    world.engine.account.set_callbacks(KEY, primary="https://example.com/voice")
    assert world.custom(None, ice=ice)


PARK = {"action": {"name": "park", "introPrompt": "#tts[One moment]", "holdPrompt": "#tts[hold]", "maxDuration": 60}}


def test_a_parked_call_continues_with_the_next_update(world: World) -> None:
    call_id = world.custom(BEN)
    world.wait(5)
    world.engine.update(KEY, call_id, PARK)
    world.wait(59)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    world.engine.update(
        KEY, call_id, {"instructions": [{"name": "say", "text": "Back"}], "action": {"name": "continue"}}
    )
    world.wait(60)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    assert "parked" in world.happened(call_id)
    assert "say" in world.happened(call_id)


@pytest.mark.parametrize(("longest", "seconds"), [({"maxDuration": 60}, 60), ({"maxDuration": None}, 600)])
def test_a_call_that_stays_parked_ends_after_the_longest_time(
    world: World, longest: dict[str, object], seconds: int
) -> None:
    call_id = world.custom(BEN)
    world.wait(5)
    world.engine.update(KEY, call_id, {"action": {**PARK["action"], **longest}})
    world.wait(seconds - 1)
    assert world.get(call_id).status == "ONGOING"
    world.wait(1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "TIMEOUT")


RECORD = [{"name": "startRecording", "options": {"destinationUrl": "gs://bucket"}}]


def test_a_recording_in_the_ice_of_a_callout_changes_nothing(world: World) -> None:
    stop = {"name": "stopRecording"}
    recorded = world.custom(None, ice={"instructions": [*RECORD, stop], **CONNECT}, ace=HANGING)
    plain = world.custom(None, ice=CONNECT, ace=HANGING)
    world.wait(10)
    assert world.outcome(recorded) == world.outcome(plain) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert world.happened(recorded) == world.happened(plain)


def test_an_update_stops_the_prompt_and_then_the_call_resumes(world: World) -> None:
    call_id = world.tts(text=LONG)
    world.wait(10)
    world.update(call_id, None, "fourteen chars")
    world.wait(1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert world.spoken(call_id) == [LONG, "fourteen chars"]


def test_a_connected_call_stays_connected_after_an_update_that_speaks(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "continue"}, "fourteen chars")
    world.wait(100)
    assert world.get(call_id).status == "ONGOING"
    assert world.spoken(call_id) == ["fourteen chars"]


def test_an_update_hangs_up_after_it_has_spoken(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, HANGUP, "fourteen chars")
    world.wait(0.9)
    assert world.get(call_id).status == "ONGOING"
    world.wait(0.1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


@pytest.mark.parametrize("document", [{"action": {"name": "dance"}}, {"action": []}, {"commands": []}])
def test_an_update_with_invalid_svaml_is_rejected_and_changes_nothing(
    world: World, document: dict[str, object]
) -> None:
    call_id = world.custom()
    world.wait(5)
    before = world.engine.timeline_bytes()
    with pytest.raises(RejectedError) as refused:
        world.engine.update(KEY, call_id, document)
    assert refused.value.code == 40003
    assert world.engine.timeline_bytes() == before


def test_a_transfer_calls_a_second_phone_and_both_legs_cost(world: World) -> None:
    call_id = world.custom("+12025550160")
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": "+12025550161"}, "fourteen chars")
    world.wait(1 + 2.9)
    assert "bridged" not in world.happened(call_id)
    world.wait(0.1)
    assert world.happened(call_id)[-4:] == ["dialing", "ringing", "answered", "bridged"]
    assert float(world.get(call_id).debit) == pytest.approx(0.01 + 0.20)
    assert world.dialed(call_id) == "+12025550160"


@pytest.mark.parametrize(
    ("digits", "reason"), [("10", "CANCEL"), ("11", "TIMEOUT"), ("13", "CONGESTION"), ("07", "CALLEEHANGUP")]
)
def test_a_transfer_that_fails_ends_the_call_with_its_reason(world: World, digits: str, reason: str) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": f"+120255501{digits}"})
    world.wait(60)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", reason)


def test_a_transfer_to_a_rejected_number_or_to_none_changes_nothing(world: World) -> None:
    call_id = world.conference()
    world.wait(5)
    for action, code in (({"number": "+12025550136"}, 40301), ({"number": "911"}, 40001), ({}, 40003)):
        with pytest.raises(RejectedError) as refused:
            world.update(call_id, {"name": "connectPstn", **action})
        assert refused.value.code == code
    assert world.members() == [call_id]


def test_a_document_that_a_transfer_interrupted_does_not_resume(world: World) -> None:
    call_id = world.custom(ace={"instructions": [{"name": "say", "text": "x" * 140}], "action": HANGUP})
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": "+12025550101"})
    world.wait(60)
    assert world.happened(call_id)[-6:] == ["say", "updated", "dialing", "ringing", "answered", "bridged"]


def test_an_update_while_a_transfer_rings_drops_the_second_phone(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": "+12025550101"})
    world.wait(5)
    world.update(call_id, None, "fourteen chars")
    world.wait(60)
    assert "dropped" in world.happened(call_id)
    assert world.happened(call_id).count("answered") == 1
    assert world.get(call_id).status == "ONGOING"


def test_a_bridged_call_stays_bridged_after_an_update_that_speaks(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(5)
    world.update(call_id, None, "fourteen chars")
    world.wait(60)
    assert "dropped" not in world.happened(call_id)
    assert world.happened(call_id)[-1] == "bridged"


def test_a_second_transfer_drops_the_leg_of_the_first(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": "+12025550101"})
    world.wait(5)
    world.update(call_id)
    assert world.happened(call_id).count("dropped") == 2
    assert world.happened(call_id)[-1] == "connected"


def test_a_bridged_call_that_joins_a_conference_drops_the_second_leg(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(5)
    world.update(call_id, {"name": "connectConf", "conferenceId": "room"})
    assert world.happened(call_id)[-2:] == ["dropped", "joined"]
    assert world.members() == [call_id]


def test_a_transfer_can_set_its_own_maximum_duration(world: World) -> None:
    call_id = world.custom()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN, "maxDuration": 10})
    world.wait(3 + 10)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "TIMEOUT")


def test_the_timeline_is_plain_json_lines(world: World) -> None:
    world.custom(ice={"instructions": [{"name": "say", "text": "\u2603 \ud83d"}], **CONNECT})
    lines = [json.loads(line) for line in world.engine.timeline_bytes().splitlines()]
    assert [line["event"] for line in lines] == ["created", "say", "dialing"]
