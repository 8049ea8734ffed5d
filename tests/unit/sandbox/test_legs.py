"""Legs of every kind: SIP, apps, streams, conferences before the answer, and second phones."""

from typing import Any

import pytest

from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.sandbox.engine.scripts import Script
from sinch_voice_mcp.svaml import SipDestination, UserDestination
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.unit.sandbox.world import ANNA, BEN, KEY, URL, World

SIP: dict[str, Any] = {"name": "connectSip", "destination": {"type": "sip", "endpoint": "desk@example.com"}}
APP: dict[str, Any] = {"name": "connectMxp", "destination": {"type": "username", "endpoint": "desk"}}
STREAM: dict[str, Any] = {
    "name": "connectStream",
    "destination": {"type": "Websocket", "endpoint": "wss://example.com/audio"},
}
CONFERENCE: dict[str, Any] = {"name": "connectConf", "conferenceId": "room"}
CONTINUE = {"action": {"name": "continue"}}
HANGUP = {"action": {"name": "hangup"}}


def detail(world: World, call_id: str, event: str) -> dict[str, Any]:
    return dict(next(entry for entry in world.engine.timeline(call_id) if entry.event == event).detail)


@pytest.mark.parametrize(
    ("action", "kind", "address"),
    [
        (SIP, "sip", "desk@example.com"),
        (APP, "username", "desk"),
        (STREAM, "Websocket", "wss://example.com/audio"),
    ],
)
def test_the_ice_of_a_callout_can_dial_anything(world: World, action: object, kind: str, address: str) -> None:
    world.listen()
    call_id = world.custom(None, ice={"action": action}, ace=CONTINUE)
    world.wait(5)
    assert (detail(world, call_id, "dialing")["type"], world.dialed(call_id)) == (kind, address)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    world.engine.hang_up(call_id)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLEEHANGUP")
    assert float(world.get(call_id).debit) > 0


@pytest.mark.parametrize(
    ("endpoint", "outcome"),
    [
        ("+12025550110@example.com", ("FINAL", "BUSY", "CANCEL")),
        ("sip:12025550113@example.com", ("FINAL", "FAILED", "CONGESTION")),
    ],
)
def test_a_sip_address_of_a_fictional_number_behaves_like_it(
    world: World, endpoint: str, outcome: tuple[str, ...]
) -> None:
    call_id = world.custom(None, ice={"action": {**SIP, "destination": {"type": "sip", "endpoint": endpoint}}})
    world.wait(60)
    assert world.outcome(call_id) == outcome


@pytest.mark.parametrize("destination", [UserDestination(endpoint="anna"), SipDestination(endpoint="anna@example.com")])
def test_a_callout_calls_sip_addresses_and_apps(world: World, destination: UserDestination | SipDestination) -> None:
    world.listen(ace=CONTINUE)
    callout = TtsCallout(destination=destination, text="hi", enable_ace=True, enable_dice=True)
    call_id = world.engine.place(KEY, TtsCalloutRequest(tts_callout=callout))
    world.wait(5)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert world.spoken(call_id) == ["hi"]
    # The platform sends these events of telephones and SIP addresses only.
    assert world.kinds(call_id) == ([] if destination.type == "username" else ["ace", "dice"])


def test_a_sip_address_without_host_is_rejected(world: World) -> None:
    callout = TtsCalloutRequest(tts_callout=TtsCallout(destination=SipDestination(endpoint="anna"), text="hi"))
    with pytest.raises(RejectedError, match="user@host") as rejected:
        world.engine.place(KEY, callout)
    assert rejected.value.code == 40001


def test_a_conference_in_the_ice_of_a_callout_is_joined_after_the_answer(world: World) -> None:
    world.listen(ace=CONTINUE)
    call_id = world.custom(BEN, ice={"action": CONFERENCE})
    world.wait(2)
    assert world.members() == []
    world.wait(3)
    assert world.members() == [call_id]
    lone = world.custom(None, ice={"action": CONFERENCE})
    world.wait(1)
    assert world.outcome(lone) == ("FINAL", "FAILED", "INVALIDSVAMLACTION")


@pytest.mark.parametrize("action", [SIP, APP, {"name": "connectPstn", "number": BEN}])
def test_an_update_transfers_to_anything(world: World, action: object) -> None:
    call_id = world.custom()
    world.wait(5)
    world.engine.update(KEY, call_id, {"action": action})
    world.wait(5)
    assert world.happened(call_id)[-1] == "bridged"


def test_the_answer_of_a_second_phone_is_reported_where_that_of_the_first_was(world: World) -> None:
    world.listen(ace=CONTINUE)
    call_id = world.custom(ace=URL)
    world.wait(5)
    world.engine.update(KEY, call_id, {"action": {"name": "connectPstn", "number": BEN}})
    world.wait(5)
    assert [one.urls for one in world.sent if one.kind == "ace"] == [(URL,), (URL,)]
    assert world.happened(call_id)[-1] == "bridged"


def test_an_inline_reply_to_the_first_answer_is_not_used_for_a_second_phone(world: World) -> None:
    world.listen(ace=HANGUP)
    greeting = {"instructions": [{"name": "say", "text": "fourteen chars"}], **CONTINUE}
    call_id = world.custom(ace=greeting)
    world.wait(6)
    world.engine.update(KEY, call_id, {"action": {"name": "connectPstn", "number": BEN}})
    world.wait(5)
    assert world.spoken(call_id) == ["fourteen chars"]
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_machine_on_a_second_phone_is_detected(world: World, *, asynchronous: bool) -> None:
    world.listen(ace=CONTINUE)
    call_id = world.custom()
    world.wait(5)
    amd = {"enabled": True, "async": asynchronous}
    world.engine.update(KEY, call_id, {"action": {"name": "connectPstn", "number": "+12025550121", "amd": amd}})
    world.wait(20)
    reports = [body["amd"]["status"] for body in world.events(call_id) if "amd" in body]
    assert reports == (["inprogress", "machine", "machine"] if asynchronous else ["machine"])
    assert "bridged" in world.happened(call_id)


def test_suppressed_callbacks_of_a_second_phone_are_not_sent(world: World) -> None:
    world.listen(ace=CONTINUE)
    call_id = world.custom()
    world.wait(5)
    action = {"name": "connectPstn", "number": BEN, "suppressCallbacks": True}
    world.engine.update(KEY, call_id, {"action": action})
    world.wait(5)
    world.engine.hang_up(call_id)
    world.settle()
    assert world.kinds(call_id) == ["ace"]


def test_a_second_phone_joins_a_conference_together_with_the_first(world: World) -> None:
    world.listen(ace=[CONTINUE, {"action": CONFERENCE}])
    call_id = world.custom()
    world.wait(5)
    world.engine.update(KEY, call_id, {"action": {"name": "connectPstn", "number": BEN}})
    world.wait(5)
    assert world.members() == [call_id]
    assert "dropped" not in world.happened(call_id)


def test_a_transfer_from_a_conference_leaves_it(world: World) -> None:
    call_id = world.conference()
    world.wait(5)
    world.engine.update(KEY, call_id, {"action": SIP})
    world.wait(5)
    assert world.members() == []
    assert world.happened(call_id)[-1] == "bridged"


def test_a_ringing_phone_is_picked_up_or_rejected_by_hand(world: World) -> None:
    first, second = world.tts("+12025550101"), world.tts("+12025550101")
    for act in (world.engine.pick_up, world.engine.reject):
        with pytest.raises(RejectedError, match="No phone of this call rings"):
            act(first)
    world.wait(2)
    world.engine.pick_up(first)
    world.engine.reject(second)
    world.wait(0.5)
    assert world.outcome(first) == ("ONGOING", "ANSWERED", "N/A")
    assert world.outcome(second) == ("FINAL", "BUSY", "CANCEL")


def test_no_party_acts_on_a_leg_that_is_not_there(world: World) -> None:
    call_id = world.tts(ANNA, text="x" * 100)
    for leg in (0, 1, -1):
        with pytest.raises(RejectedError, match="No party is on leg"):
            world.engine.press(call_id, "1", leg)


def test_the_detection_of_one_phone_is_not_that_of_another(world: World) -> None:
    world.listen()
    machine = {"name": "connectPstn", "number": "+12025550121"}
    first = {**machine, "amd": {"enabled": True, "async": True}}
    call_id = world.custom(None, ice={"action": first})
    world.wait(3)
    # Answers while the first phone, which answered 3 s after dialing, is still listened to.
    world.engine.scripts.attach(Script.read([{"answer_after_s": 1}]), "+12025550121")
    world.engine.update(KEY, call_id, {"action": {**machine, "amd": {"enabled": True}}})
    world.wait(4)
    assert [body["event"] for body in world.events(call_id)] == ["ace", "notify"]
    world.wait(1)
    assert [(body["event"], body["amd"]["status"]) for body in world.events(call_id)] == [
        ("ace", "inprogress"),
        ("notify", "machine"),
        ("ace", "machine"),
    ]
