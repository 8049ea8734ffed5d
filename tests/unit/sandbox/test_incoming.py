"""Calls that come in: the event, the reply, the caller, and where they live."""

from typing import Any

import pytest

from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall, Origin, RejectedError
from sinch_voice_mcp.svaml import CallHeader
from tests.unit.sandbox.world import ANNA, BEN, KEY, OWN, World

MENU: dict[str, Any] = {
    "action": {
        "name": "runMenu",
        "menus": [{"id": "main", "mainPrompt": "#tts[Press 1]", "options": [{"dtmf": "1", "action": "return(one)"}]}],
    }
}
HANGUP = {"action": {"name": "hangup"}}
CONTINUE = {"action": {"name": "continue"}}


def connect(number: str, **members: object) -> dict[str, Any]:
    return {"action": {"name": "connectPstn", "number": number, **members}}


def app_call(world: World, dialed: Dialed, **members: Any) -> str:
    return world.engine.receive(IncomingCall("MXP", "anna", dialed, **members))


def test_the_event_says_who_calls_which_number_and_where_the_call_is(world: World) -> None:
    world.listen(ice=HANGUP)
    call_id = world.receive("12025550105", "1 415 555 0100", rdnis="+12025550177")
    world.wait(1)
    ice, dice = world.events(call_id)
    assert ice == {
        "event": "ice",
        "callid": call_id,
        "timestamp": "2026-01-05T12:00:00Z",
        "version": 1,
        "applicationKey": KEY,
        "callResourceUrl": f"http://127.0.0.1/calling/v1/calls/id/{call_id}",
        "userRate": {"currencyId": "USD", "amount": 0.01},
        "cli": "12025550105",
        "to": {"type": "did", "endpoint": OWN},
        "domain": "pstn",
        "originationType": "PSTN",
        "rdnis": "+12025550177",
        "duration": 0,
    }
    assert (dice["from"], dice["to"], dice["debit"]["amount"]) == ("12025550105", ice["to"], 0)
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "MANAGERHANGUP")


@pytest.mark.parametrize(
    ("origin", "caller", "domain"),
    [("SIP", "bob@example.com", "pstn"), ("MXP", "anna", "mxp"), ("PSTN", "private", "pstn")],
)
def test_calls_come_from_sip_and_apps_too_and_numbers_can_be_withheld(
    world: World, origin: Origin, caller: str, domain: str
) -> None:
    world.listen(ice=HANGUP)
    headers = (CallHeader(key="order", value="42"),)
    world.engine.receive(IncomingCall(origin, caller, Dialed("did", OWN), headers=headers))
    world.settle()
    ice = world.events()[0]
    assert (ice["cli"], ice["originationType"], ice["domain"]) == (caller, origin, domain)
    assert ice["callHeaders"] == [{"key": "order", "value": "42"}]
    assert ice.get("user") == (caller if origin == "MXP" else None)


def test_a_menu_answers_the_caller_and_takes_the_keys(world: World) -> None:
    world.listen(ice=MENU, pie=HANGUP)
    call_id = world.receive(BEN)
    world.wait(2)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    world.engine.press(call_id, "1")
    world.settle()
    assert world.results() == [("main", "return", "one", "dtmf")]
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert float(world.get(call_id).debit) == 0.01


def test_a_fictional_caller_acts_like_a_callee_with_that_number(world: World) -> None:
    world.listen(ice=MENU, pie=HANGUP)
    world.receive("+12025550102")
    world.wait(10)
    assert world.results() == [("main", "return", "one", "dtmf")]


def test_any_other_caller_stays_and_gives_no_input(world: World) -> None:
    world.listen(ice=MENU, pie=HANGUP)
    world.receive(ANNA)
    world.wait(60)
    assert world.results() == [("main", "timeout", None, None)]


def test_a_second_phone_is_reported_when_it_answers_and_then_bridged(world: World) -> None:
    say = {"instructions": [{"name": "say", "text": "fourteen chars"}], **CONTINUE}
    world.listen(ice=connect("+12025550161"), ace=say)
    call_id = world.receive(BEN)
    world.wait(3)
    assert world.get(call_id).duration == 0
    assert world.kinds(call_id) == ["ice", "ace"]
    world.wait(1)
    assert world.happened(call_id)[-1] == "bridged"
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    dialing = next(entry for entry in world.engine.timeline(call_id) if entry.event == "dialing")
    assert (dialing.detail["number"], dialing.detail["cli"]) == ("+12025550161", BEN)
    world.engine.hang_up(call_id, leg=1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLEEHANGUP")
    assert float(world.get(call_id).debit) == pytest.approx(0.01 + 0.20)


def test_the_menu_of_an_answered_second_phone_takes_only_its_keys(world: World) -> None:
    world.listen(ice=connect(BEN), ace=MENU, pie=CONTINUE)
    call_id = world.receive(BEN)
    world.wait(5)
    world.engine.press(call_id, "1", leg=0)
    world.settle()
    assert world.results() == []
    world.engine.press(call_id, "1", leg=1)
    world.settle()
    assert world.results() == [("main", "return", "one", "dtmf")]
    assert world.happened(call_id)[-1] == "bridged"


@pytest.mark.parametrize(
    ("digits", "outcome"),
    [("10", ("BUSY", "CANCEL")), ("11", ("NOANSWER", "TIMEOUT")), ("13", ("FAILED", "CONGESTION"))],
)
def test_a_call_whose_second_phone_fails_fails_likewise(world: World, digits: str, outcome: tuple[str, str]) -> None:
    world.listen(ice=connect(f"+120255501{digits}"))
    call_id = world.receive(BEN)
    world.wait(60)
    assert world.outcome(call_id) == ("FINAL", *outcome)
    assert float(world.get(call_id).debit) == 0


def test_a_caller_who_hangs_up_ends_the_call(world: World) -> None:
    world.listen(ice=[connect("+12025550101"), MENU])
    ringing, in_menu = world.receive(BEN), world.receive(BEN)
    world.wait(2)
    world.engine.hang_up(ringing)
    world.engine.hang_up(in_menu)
    world.settle()
    assert world.outcome(ringing) == ("FINAL", "NOANSWER", "CANCEL")
    assert world.outcome(in_menu) == ("FINAL", "ANSWERED", "CALLERHANGUP")
    assert world.results() == [("main", "hangup", None, None)]


def test_before_the_answer_a_prompt_is_heard_and_costs_nothing(world: World) -> None:
    prompt = {"name": "say", "text": "fourteen chars"}
    world.listen(ice=[{"instructions": [prompt], **HANGUP}, {"instructions": [{"name": "answer"}, prompt], **HANGUP}])
    early, answered = world.receive(), world.receive()
    world.wait(0.5)
    assert world.get(early).status == "ONGOING"
    world.wait(1)
    assert world.outcome(early) == ("FINAL", "NOANSWER", "MANAGERHANGUP")
    assert world.outcome(answered) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert (float(world.get(early).debit), float(world.get(answered).debit)) == (0, 0.01)


def test_a_parked_caller_is_taken_out_by_an_update(world: World) -> None:
    world.listen(ice={"action": {"name": "park", "holdPrompt": "#tts[Please hold]"}})
    call_id = world.receive(BEN)
    world.wait(30)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(5)
    assert world.happened(call_id)[-1] == "bridged"


@pytest.mark.parametrize("reply", [None, b"no JSON", {"action": {"name": "continue"}}])
def test_a_call_without_usable_reply_fails(world: World, reply: object) -> None:
    world.listen(ice=reply)
    call_id = world.receive()
    world.settle()
    reason = "CALLBACKERROR" if reply is None else "INVALIDSVAMLACTION"
    assert world.outcome(call_id) == ("FINAL", "FAILED", reason)
    assert world.events(call_id)[-1]["result"] == "FAILED"


def test_only_assigned_own_numbers_can_be_called(world: World) -> None:
    for number, code in (("+14155550109", 40400), ("+12025550100", 40400), ("none", 40001)):
        with pytest.raises(RejectedError) as rejected:
            world.receive(to=number)
        assert rejected.value.code == code
    assert world.engine.timeline() == ()


def test_an_app_reaches_what_it_dialed_unless_the_reply_says_otherwise(world: World) -> None:
    world.listen(ice=[{"action": {"name": "connectMxp"}}, {"action": {"name": "connectPstn"}}], ace=HANGUP)
    to_user = app_call(world, Dialed("username", "ben"))
    to_number = app_call(world, Dialed("number", BEN))
    world.wait(10)
    assert world.happened(to_user)[-1] == "bridged"
    # No answered-call event is sent for an in-app callee.
    assert world.kinds(to_user) == ["ice"]
    assert world.kinds(to_number) == ["ice", "ace", "dice"]
    assert world.events(to_user)[0]["to"] == {"type": "username", "endpoint": "ben"}


def test_an_app_joins_the_conference_that_it_dialed(world: World) -> None:
    world.listen(ice={"action": {"name": "connectConf", "conferenceId": "room"}})
    call_id = app_call(world, Dialed("conference", "room"))
    world.wait(1)
    ice = world.events(call_id)[0]
    assert (ice["to"], ice["conferenceId"]) == ({"type": "conference", "endpoint": "room"}, "room")
    assert world.members() == [call_id]
    (member,) = world.engine.participants(KEY, "room")
    assert member.cli == "anna"


def test_the_input_of_a_menu_in_a_call_from_an_app_is_not_sent(world: World) -> None:
    world.listen(ice=MENU)
    call_id = app_call(world, Dialed("did", OWN))
    world.wait(1)
    world.engine.press(call_id, "1")
    world.settle()
    assert world.kinds(call_id) == ["ice", "dice"]
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


def test_a_call_is_known_in_its_own_region_only(world: World) -> None:
    world.listen(ice={"action": {"name": "connectConf", "conferenceId": "room"}})
    call_id = world.receive(BEN, region="euc1")
    world.wait(1)
    assert world.events(call_id)[0]["callResourceUrl"] == f"http://127.0.0.1/euc1/calling/v1/calls/id/{call_id}"
    with pytest.raises(RejectedError, match="Call not found"):
        world.get(call_id)
    assert world.members() == []
    assert world.engine.call(KEY, call_id, region="euc1").status == "ONGOING"
    assert [one.id for one in world.engine.participants(KEY, "room", region="euc1")] == [call_id]
    world.engine.update(KEY, call_id, HANGUP, region="euc1")
    assert world.engine.call(KEY, call_id, region="euc1").reason == "MANAGERHANGUP"
