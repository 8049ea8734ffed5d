"""What an application hears of its calls, and what its answers do; the engine alone, without HTTP."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Engine
from sinch_voice_mcp.sandbox.engine import OutgoingCallback
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.unit.sandbox.conftest import ANNA, FALLBACK, KEY, OWN, URL, World, make_world

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
def test_tts_and_conference_callouts_send_what_their_flags_say(listened: World, flags: dict[str, Any]) -> None:
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


def test_a_custom_callout_honours_an_explicit_false(listened: World) -> None:
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


def test_inline_answers_are_not_asked_for(listened: World) -> None:
    call_id = listened.custom(f"{PREFIX}02", ace=MENU, pie=HANGUP)
    listened.wait(10)
    assert listened.kinds(call_id) == ["dice"]


def test_nothing_is_sent_where_there_is_no_callback_url(world: World) -> None:
    for call_id in (world.tts(**FLAGS), world.custom(ace=HANGUP)):
        world.wait(10)
        assert world.outcome(call_id) == ENDED
    assert world.engine.take() == ()
    assert not world.engine.has_outgoing


@pytest.mark.parametrize("member", ["ice", "ace", "pie"])
def test_a_url_of_the_callout_is_asked_instead_and_has_no_fallback(listened: World, member: str) -> None:
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


def test_a_url_of_the_callout_is_asked_even_where_the_application_has_none(world: World) -> None:
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
def test_suppressed_callbacks_are_answered_event_and_end(listened: World, connect: dict[str, object]) -> None:
    call_id = listened.custom(None, ice={"action": {**CONNECT["action"], **connect}})
    listened.wait(5)
    if listened.get(call_id).status == "ONGOING":
        listened.update(call_id, {"name": "hangup"})
    listened.settle()
    assert listened.kinds(call_id) == ([] if connect["suppressCallbacks"] else ["ace", "dice"])


def test_the_bodies_are_what_the_platform_documents(world: World) -> None:
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


def test_the_end_of_an_unanswered_call_has_no_duration(listened: World) -> None:
    call_id = listened.tts(f"{PREFIX}10", cli="private", **FLAGS)
    listened.wait(10)
    (dice,) = listened.events(call_id)
    assert (dice["result"], dice["reason"], dice["from"]) == ("BUSY", "CANCEL", "private")
    assert "duration" not in dice


@pytest.mark.parametrize("reply", [None, b"", b" \n"])
def test_no_valid_answer_has_a_different_effect_for_each_event(world: World, reply: bytes | None) -> None:
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
def test_invalid_svaml_in_an_answer_is_notified_reported_and_a_general_error_in_the_end(
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


def test_an_answer_that_asks_for_what_is_not_simulated_says_so_in_the_call(world: World) -> None:
    record = {"instructions": [{"name": "startRecording", "options": {"destinationUrl": "s3://b"}}], **HANGUP}
    world.listen(ace=record)
    call_id = world.custom()
    world.wait(10)
    notify, dice = world.events(call_id)[-2:]
    assert (notify["errorCode"], notify["errorMsg"]) == (50000, "The sandbox does not simulate startRecording.")
    assert (world.get(call_id).reason, dice["reason"]) == ("GENERALERROR", "GENERALERROR")


def test_simulated_time_stands_still_for_every_call_while_an_answer_is_awaited(world: World) -> None:
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
    """Four calls at once, heard by an application that answers sooner or later, first or last."""
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


def test_the_timeline_is_the_same_byte_for_byte_however_the_application_answers() -> None:
    reference = scene(1, pause=60, backwards=False)
    assert b'"callback"' in reference[0]
    assert [one.kind for one in reference[1]].count("dice") == 4
    assert reference == scene(1, pause=0.5, backwards=False) == scene(1, pause=7.5, backwards=True)
    assert reference != scene(2, pause=60, backwards=False)


def test_answers_count_in_the_order_of_the_questions(world: World) -> None:
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


def test_an_answer_need_not_wait_for_a_question_that_was_taken_back(world: World) -> None:
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


def test_an_answer_after_an_update_no_longer_counts(world: World) -> None:
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


def test_hanging_up_while_an_answer_is_awaited_ends_the_call_and_time_goes_on(world: World) -> None:
    world.listen()
    call_id = world.custom(None)
    world.engine.catch_up()
    world.engine.take()
    world.update(call_id, {"name": "hangup"})
    assert not world.engine.awaits_reply
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "MANAGERHANGUP")
    assert [one.kind for one in world.engine.take()] == ["dice"]


def test_an_engine_that_calls_nobody_back_goes_on_as_if_nobody_listened(world: World) -> None:
    engine = Engine(world.clock, DEFAULT_CREDENTIALS, calls_back=False)
    engine.account.set_callbacks(KEY, primary=URL)
    deaf = World(world.clock, engine)
    ice, ace, pie = deaf.custom(None), deaf.tts(**FLAGS), deaf.custom(f"{PREFIX}02", ace=MENU)
    deaf.wait(60)
    assert deaf.outcome(ice) == ("FINAL", "FAILED", "CALLBACKERROR")
    assert (deaf.spoken(ace), deaf.outcome(ace)) == (["fourteen chars"], ENDED)
    assert deaf.outcome(pie) == ("FINAL", "ANSWERED", "CALLBACKERROR")
    assert not engine.has_outgoing


def test_a_destination_that_sends_its_end_first_is_told_of_the_answer_last(world: World) -> None:
    world.listen(ace=MENU)
    call_id = world.tts(f"{PREFIX}51", **FLAGS)
    world.wait(10)
    assert world.kinds(call_id) == ["dice", "ace"]
    assert world.spoken(call_id) == ["fourteen chars"]


def test_a_destination_whose_callbacks_are_late_is_waited_for(world: World) -> None:
    world.listen(ace=HANGUP)
    call_id, other = world.custom(f"{PREFIX}52"), world.tts()
    world.wait(32.9)
    assert (world.kinds(), world.get(other).status) == ([], "FINAL")
    world.wait(0.1)
    assert (world.kinds(), world.get(call_id).duration) == (["ace"], 30)
    assert world.events()[0]["timestamp"] == "2026-01-05T12:00:03Z"
    world.wait(30)
    assert world.kinds() == ["ace", "dice"]


def test_a_destination_whose_end_is_never_told(world: World) -> None:
    world.listen(ace=HANGUP)
    call_id = world.custom(f"{PREFIX}55")
    world.wait(10)
    assert (world.kinds(), world.outcome(call_id)) == (["ace"], ENDED)


def test_a_destination_that_floods_its_application(world: World) -> None:
    world.listen(ace=HANGUP)
    world.custom(f"{PREFIX}56")
    world.wait(10)
    assert world.kinds() == ["notify"] * 1000 + ["ace", "dice"]
    assert len({body["destination"] for body in world.events() if body["event"] == "notify"}) == 1000


def test_a_call_of_the_application_hears_urls_from_the_next_event_on(world: World) -> None:
    callout = TtsCallout(
        destination=NumberDestination(endpoint=ANNA), cli=OWN, text="hi", enable_ace=True, enable_dice=True
    )
    world.engine.place(KEY, TtsCalloutRequest(tts_callout=callout))
    world.wait(2)
    world.listen(ace=HANGUP)
    world.wait(10)
    assert world.kinds() == ["ace", "dice"]
