"""Callbacks and replies in the engine, without HTTP."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Engine
from sinch_voice_mcp.sandbox.engine import OutgoingCallback
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.unit.sandbox.world import ANNA, FALLBACK, KEY, OWN, URL, World, make_world

PREFIX = "+120255501"
CONNECT = {"action": {"name": "connectPstn", "number": ANNA}}
HANGUP = {"action": {"name": "hangup"}}
CONTINUE = {"action": {"name": "continue"}}
MENU = {"action": {"name": "runMenu", "menus": [{"id": "main", "mainPrompt": "#tts[fourteen chars]", "repeats": 0}]}}
FLAGS: dict[str, Any] = {"enable_ace": True, "enable_dice": True, "enable_pie": True}
ENDED = ("FINAL", "ANSWERED", "MANAGERHANGUP")


@pytest.fixture
def listened(world: World) -> World:
    world.listen(ice=CONNECT, ace=HANGUP, pie=HANGUP)
    return world


@pytest.mark.parametrize("flags", [{}, dict.fromkeys(FLAGS, False), FLAGS])
def test_tts_and_conference_callouts_send_the_events_that_their_flags_switch_on(
    listened: World, flags: dict[str, Any]
) -> None:
    calls = [listened.tts(**flags), listened.conference(**flags)]
    listened.wait(10)
    for call_id in calls:
        assert listened.kinds(call_id) == (["ace", "dice"] if flags.get("enable_ace") else [])


def test_each_flag_switches_its_own_event(listened: World) -> None:
    only_dice, only_ace = listened.tts(enable_dice=True), listened.tts(enable_ace=True)
    listened.wait(10)
    assert (listened.kinds(only_dice), listened.kinds(only_ace)) == (["dice"], ["ace"])


def test_a_custom_callout_sends_everything_without_flags(listened: World) -> None:
    listened.listen(ice=CONNECT | {"action": {**CONNECT["action"], "number": f"{PREFIX}05"}}, ace=MENU, pie=HANGUP)
    call_id = listened.custom(None)
    listened.wait(20)
    assert listened.kinds(call_id) == ["ice", "ace", "pie", "dice"]
    assert listened.outcome(call_id) == ENDED


def test_a_custom_callout_sends_no_event_that_is_switched_off(listened: World) -> None:
    call_id = listened.custom(enable_ace=False, enable_dice=False)
    listened.wait(5)
    listened.update(call_id, {"name": "hangup"})
    listened.settle()
    assert listened.kinds(call_id) == []


def test_no_ice_for_a_custom_callout_with_a_destination_or_an_inline_ice(listened: World) -> None:
    for call_id in (listened.custom(), listened.custom(None, ice=CONNECT), listened.custom(ace=HANGUP)):
        listened.wait(10)
        assert "ice" not in listened.kinds(call_id)
        assert listened.kinds(call_id)[-1] == "dice"


def test_an_event_with_an_inline_reply_is_not_sent(listened: World) -> None:
    call_id = listened.custom(f"{PREFIX}02", ace=MENU, pie=HANGUP)
    listened.wait(10)
    assert listened.kinds(call_id) == ["dice"]


def test_nothing_is_sent_without_a_callback_url(world: World) -> None:
    for call_id in (world.tts(**FLAGS), world.custom(ace=HANGUP)):
        world.wait(10)
        assert world.outcome(call_id) == ENDED
    assert world.engine.take() == ()
    assert not world.engine.has_outgoing


@pytest.mark.parametrize("member", ["ice", "ace", "pie"])
def test_a_url_in_the_callout_replaces_the_application_s_urls_and_has_no_fallback(listened: World, member: str) -> None:
    ice = {"action": {"name": "connectPstn", "number": f"{PREFIX}02"}}
    listened.listen(ice=ice, ace=MENU, pie=HANGUP)
    members: dict[str, Any] = {"ice": ice, "ace": MENU, "pie": HANGUP} | {member: "https://example.com/own"}
    call_id = listened.custom(None, **members)
    listened.wait(10)
    assert [(one.kind, one.urls) for one in listened.sent] == [
        (member, ("https://example.com/own",)),
        ("dice", (URL, FALLBACK)),
    ]
    assert listened.outcome(call_id) == ENDED


def test_a_url_in_the_callout_is_used_even_if_the_application_has_none(world: World) -> None:
    call_id = world.custom(None, ice="http://localhost/ice")
    world.engine.catch_up()
    assert [(one.kind, one.urls) for one in world.engine.take()] == [("ice", ("http://localhost/ice",))]
    assert world.engine.awaits_reply
    world.engine.record_reply(1, json.dumps(CONNECT).encode())
    world.wait(5)
    assert world.get(call_id).result == "ANSWERED"


@pytest.mark.parametrize(
    "connect", [{"suppressCallbacks": True}, {"suppressCallbacks": "true"}, {"suppressCallbacks": False}]
)
def test_suppression_covers_the_answered_and_disconnected_call_events(
    listened: World, connect: dict[str, object]
) -> None:
    call_id = listened.custom(None, ice={"action": {**CONNECT["action"], **connect}})
    listened.wait(5)
    if listened.get(call_id).status == "ONGOING":
        listened.update(call_id, {"name": "hangup"})
    listened.settle()
    assert listened.kinds(call_id) == ([] if connect["suppressCallbacks"] else ["ace", "dice"])


def test_the_bodies_have_the_documented_members(world: World) -> None:
    cookie = {"name": "setCookie", "key": "who", "value": "anna \ud83d"}
    ice = {"instructions": [cookie], "action": {**CONNECT["action"], "number": f"{PREFIX}61"}}
    world.listen(ice=ice, ace=HANGUP)
    call_id = world.custom(None, custom="order 7")
    world.wait(10)
    common = {"callid": call_id, "version": 1, "applicationKey": KEY, "custom": "order 7"}
    cookies = {"cookies": [{"key": "who", "value": "anna \ud83d"}]}
    price = {"currencyId": "USD", "amount": 0.2}
    assert world.events() == [
        common
        | {
            "event": "ice",
            "timestamp": "2026-01-05T12:00:00Z",
            "callResourceUrl": f"http://127.0.0.1/calling/v1/calls/id/{call_id}",
            "userRate": {"currencyId": "USD", "amount": 0.0},
            "cli": "14155550100",
            "domain": "pstn",
            "originationType": "SERVER",
            "rdnis": "",
        },
        common | cookies | {"event": "ace", "timestamp": "2026-01-05T12:00:03Z"},
        common
        | cookies
        | {
            "event": "dice",
            "timestamp": "2026-01-05T12:00:03Z",
            "reason": "MANAGERHANGUP",
            "result": "ANSWERED",
            "debit": price,
            "userRate": price,
            "to": {"type": "number", "endpoint": "12025550161"},
            "from": "14155550100",
            "duration": 0,
        },
    ]


def test_the_disconnected_event_of_an_unanswered_call_has_no_duration(listened: World) -> None:
    call_id = listened.tts(f"{PREFIX}10", cli="private", **FLAGS)
    listened.wait(10)
    (dice,) = listened.events(call_id)
    assert (dice["result"], dice["reason"], dice["from"]) == ("BUSY", "CANCEL", "private")
    assert "duration" not in dice


@pytest.mark.parametrize("reply", [None, b"", b" \n"])
def test_a_missing_reply_has_a_different_effect_for_each_event(world: World, reply: bytes | None) -> None:
    world.listen(ice=reply)
    ice = world.custom(None)
    world.wait(5)
    assert world.outcome(ice) == ("FINAL", "FAILED", "CALLBACKERROR")
    assert world.events(ice)[-1]["reason"] == "CALLBACKERROR"
    world.listen(ace=reply)
    ace = world.tts(enable_ace=True)
    world.wait(10)
    assert (world.spoken(ace), world.outcome(ace)) == (["fourteen chars"], ENDED)
    world.listen(ace=MENU, pie=reply)
    pie = world.custom(f"{PREFIX}05")
    world.wait(20)
    assert world.outcome(pie) == ("FINAL", "ANSWERED", "CALLBACKERROR")


@pytest.mark.parametrize(
    "reply",
    [b"{", b"hello", b"[]", b"\xff\xfe", b"{}", {"action": {"name": "dance"}}, b"[" * 9999],
)
def test_invalid_svaml_in_a_reply_is_notified_and_ends_the_call_with_a_general_error(
    world: World, reply: object
) -> None:
    for kind, result in (("ice", "FAILED"), ("ace", "ANSWERED"), ("pie", "ANSWERED")):
        world.sent.clear()
        world.listen(**({"ice": CONNECT, "ace": MENU} | {kind: reply}))
        call_id = world.custom(None if kind == "ice" else f"{PREFIX}05")
        world.wait(20)
        notify, dice = world.events(call_id)[-2:]
        assert (notify["type"], notify["errorCode"]) == ("callingerror", 40001)
        assert world.outcome(call_id) == ("FINAL", result, "INVALIDSVAMLACTION")
        assert (dice["result"], dice["reason"]) == (result, "GENERALERROR")


def test_simulated_time_stands_still_for_every_call_while_a_reply_is_awaited(world: World) -> None:
    world.listen()
    asked, other = world.custom(), world.tts()
    world.clock.advance(1000)
    world.engine.catch_up()
    assert world.engine.now - world.get(asked).timestamp == timedelta(seconds=3)
    assert world.engine.next_due() is None
    assert (world.get(other).status, world.engine.awaits_reply) == ("ONGOING", True)
    (ace,) = world.engine.take()
    world.engine.record_reply(ace.sequence, json.dumps(HANGUP).encode())
    assert world.outcome(asked) == ENDED
    assert world.get(asked).duration == 0
    assert world.outcome(other) == ENDED
    assert world.engine.now == world.clock.now()


def scene(seed: int, *, pause: float, backwards: bool) -> tuple[bytes, list[OutgoingCallback]]:
    """Run four calls at once with an application that replies sooner or later, in order or backwards."""
    world = make_world(seed)
    world.listen(ace=MENU, pie=CONTINUE)
    for digits in ("02", "03", "05", "61"):
        world.custom(PREFIX + digits)
    sent: list[OutgoingCallback] = []
    for _ in range(round(60 / pause)):
        world.clock.advance(pause)
        world.engine.catch_up()
        while taken := world.engine.take():
            sent.extend(taken)
            for one in reversed(taken) if backwards else taken:
                world.engine.record_reply(one.sequence, json.dumps(MENU if one.kind == "ace" else HANGUP).encode())
            world.engine.catch_up()
    return world.engine.timeline_bytes(), sent


def test_the_timeline_is_the_same_byte_for_byte_whenever_the_application_replies() -> None:
    reference = scene(1, pause=60, backwards=False)
    assert b'"callback"' in reference[0]
    assert [one.kind for one in reference[1]].count("dice") == 4
    assert reference == scene(1, pause=0.5, backwards=False) == scene(1, pause=7.5, backwards=True)
    assert reference != scene(2, pause=60, backwards=False)


def test_replies_take_effect_in_the_order_of_the_callbacks(world: World) -> None:
    world.listen()
    asked = world.custom(f"{PREFIX}05", ace=MENU)
    world.clock.advance(0.5)
    answering = world.custom()
    world.clock.advance(10)
    world.engine.press(asked, "1")
    ace, pie = world.engine.take()
    assert [(one.kind, one.call_id) for one in (ace, pie)] == [("ace", answering), ("pie", asked)]
    world.engine.record_reply(pie.sequence, json.dumps(HANGUP).encode())
    assert (world.get(asked).status, world.get(answering).status) == ("ONGOING", "ONGOING")
    world.engine.record_reply(ace.sequence, json.dumps(HANGUP).encode())
    ends = [entry.call_id for entry in world.engine.timeline() if entry.event == "ended"]
    assert ends == [answering, asked]


def test_a_reply_does_not_wait_for_a_callback_that_was_withdrawn(world: World) -> None:
    world.listen()
    asked = world.custom(f"{PREFIX}05", ace=MENU)
    world.clock.advance(0.5)
    answering = world.custom()
    world.clock.advance(10)
    world.engine.press(asked, "1")
    _, pie = world.engine.take()
    world.engine.record_reply(pie.sequence, json.dumps(HANGUP).encode())
    world.update(answering, {"name": "hangup"})
    assert world.outcome(asked) == ENDED
    assert not world.engine.awaits_reply


def test_a_reply_after_an_update_no_longer_counts(world: World) -> None:
    world.listen()
    call_id = world.custom()
    world.clock.advance(10)
    world.engine.catch_up()
    (ace,) = world.engine.take()
    world.update(call_id, None, "fourteen chars")
    world.engine.record_reply(ace.sequence, json.dumps(HANGUP).encode())
    world.engine.record_reply(ace.sequence, json.dumps(HANGUP).encode())
    world.wait(100)
    assert (world.spoken(call_id), world.get(call_id).status) == (["fourteen chars"], "ONGOING")


def test_hanging_up_while_a_reply_is_awaited_ends_the_call_and_lets_time_pass(world: World) -> None:
    world.listen()
    call_id = world.custom(None)
    world.engine.catch_up()
    world.engine.take()
    world.update(call_id, {"name": "hangup"})
    assert not world.engine.awaits_reply
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "MANAGERHANGUP")
    assert [one.kind for one in world.engine.take()] == ["dice"]


def test_an_engine_without_delivery_continues_as_if_no_application_replied(world: World) -> None:
    engine = Engine(world.clock, DEFAULT_CREDENTIALS, calls_back=False)
    engine.account.set_callbacks(KEY, primary=URL)
    undelivered = World(world.clock, engine)
    ice, ace, pie = undelivered.custom(None), undelivered.tts(**FLAGS), undelivered.custom(f"{PREFIX}02", ace=MENU)
    undelivered.wait(60)
    assert undelivered.outcome(ice) == ("FINAL", "FAILED", "CALLBACKERROR")
    assert (undelivered.spoken(ace), undelivered.outcome(ace)) == (["fourteen chars"], ENDED)
    assert undelivered.outcome(pie) == ("FINAL", "ANSWERED", "CALLBACKERROR")
    assert not engine.has_outgoing


def test_51_sends_the_answered_event_after_the_disconnected_event(world: World) -> None:
    world.listen(ace=MENU)
    call_id = world.tts(f"{PREFIX}51", **FLAGS)
    world.wait(10)
    assert world.kinds(call_id) == ["dice", "ace"]
    assert world.spoken(call_id) == ["fourteen chars"]


def test_52_delays_every_callback_and_the_call_waits(world: World) -> None:
    world.listen(ace=HANGUP)
    call_id, other = world.custom(f"{PREFIX}52"), world.tts()
    world.wait(32.9)
    assert (world.kinds(), world.get(other).status) == ([], "FINAL")
    world.wait(0.1)
    assert (world.kinds(), world.get(call_id).duration) == (["ace"], 30)
    assert world.events()[0]["timestamp"] == "2026-01-05T12:00:03Z"
    world.wait(30)
    assert world.kinds() == ["ace", "dice"]


def test_55_never_sends_the_disconnected_event(world: World) -> None:
    world.listen(ace=HANGUP)
    call_id = world.custom(f"{PREFIX}55")
    world.wait(10)
    assert (world.kinds(), world.outcome(call_id)) == (["ace"], ENDED)


def test_56_sends_a_thousand_notifications(world: World) -> None:
    world.listen(ace=HANGUP)
    world.custom(f"{PREFIX}56")
    world.wait(10)
    assert world.kinds() == ["notify"] * 1000 + ["ace", "dice"]
    assert len({body["destination"] for body in world.events() if body["event"] == "notify"}) == 1000


def test_a_new_callback_url_applies_from_the_next_event_on(world: World) -> None:
    callout = TtsCallout(
        destination=NumberDestination(endpoint=ANNA), cli=OWN, text="hi", enable_ace=True, enable_dice=True
    )
    world.engine.place(KEY, TtsCalloutRequest(tts_callout=callout))
    world.wait(2)
    world.listen(ace=HANGUP)
    world.wait(10)
    assert world.kinds() == ["ace", "dice"]
