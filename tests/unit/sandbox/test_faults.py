"""Fault rules and prices: which calls behave like a call to another number, and what they cost."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall, RejectedError
from sinch_voice_mcp.sandbox.engine.directory import Directory
from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint
from sinch_voice_mcp.sandbox.engine.faults import CallFacts, FaultMatch, FaultRule, FaultRules, is_number
from sinch_voice_mcp.sandbox.engine.profiles import UnknownProfileError
from sinch_voice_mcp.sandbox.engine.transport_faults import LostRequestError
from sinch_voice_mcp.signing import Credentials
from tests.unit.sandbox.world import ANNA, BEN, KEY, OWN, World, make_world

FACTS = CallFacts(Endpoint("number", ANNA), KEY, "tts", "ci-42")


def break_calls(world: World, *rules: FaultRule) -> None:
    """Put rules in force."""
    world.engine.directory.faults.replace(rules)


def ended(world: World, to: str = ANNA, **members: Any) -> tuple[str, str]:
    """Place a call; return result and reason a minute later."""
    call_id = world.tts(to, **members)
    world.wait(60)
    return world.outcome(call_id)[1:]


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        (FaultMatch(), True),
        (FaultMatch(number=ANNA), True),
        (FaultMatch(number="+1202*"), True),
        (FaultMatch(number="*"), True),
        (FaultMatch(number="+1202"), False),
        (FaultMatch(number=BEN), False),
        (FaultMatch(application=KEY, tag="ci-42", kind="tts", number=ANNA), True),
        (FaultMatch(application="another"), False),
        (FaultMatch(tag="ci-43"), False),
        (FaultMatch(kind="custom"), False),
        (FaultMatch(tag="ci-42", kind="custom"), False),
    ],
)
def test_a_rule_is_for_calls_that_agree_with_each_of_its_members(match: FaultMatch, matches: bool) -> None:
    assert match.matches(FACTS) is matches


def test_a_matching_call_behaves_like_a_call_to_the_named_number(world: World) -> None:
    break_calls(world, FaultRule("busy", FaultMatch(number=ANNA)))
    assert ended(world) == ("BUSY", "CANCEL")
    assert ended(world, BEN)[0] == "ANSWERED"
    break_calls(world)
    assert ended(world) == ("ANSWERED", "MANAGERHANGUP")


def test_a_rule_can_reject_callouts_which_then_place_nothing(world: World) -> None:
    break_calls(world, FaultRule("rejects-42900"))
    with pytest.raises(RejectedError) as rejected:
        world.tts()
    assert (rejected.value.code, rejected.value.retry_after_s) == (42900, 1)
    assert world.engine.timeline() == ()


def test_a_rule_can_disturb_callbacks(world: World) -> None:
    world.listen()
    break_calls(world, FaultRule("callbacks-no-dice", FaultMatch(tag="ci-42")))
    for custom in ("tag=ci-42", "tag=ci-43"):
        world.tts(custom=custom, enable_dice=True)
    world.wait(60)
    assert [body["custom"] for body in world.events()] == ["tag=ci-43"]


def test_the_number_can_be_one_that_the_application_names_later(world: World) -> None:
    world.listen(ice={"action": {"name": "connectPstn", "number": BEN, "cli": OWN}})
    break_calls(world, FaultRule("busy", FaultMatch(number=BEN, kind="custom")))
    call_id = world.custom(to=None)
    world.wait(60)
    assert world.outcome(call_id) == ("FINAL", "BUSY", "CANCEL")


def test_the_second_leg_of_a_call_is_drawn_for_by_its_own_number(world: World) -> None:
    break_calls(world, FaultRule("busy", FaultMatch(number=BEN)))
    call_id = world.conference()
    world.wait(10)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(60)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CANCEL")


def test_a_call_in_progress_keeps_its_profile(world: World) -> None:
    call_id = world.tts()
    break_calls(world, FaultRule("busy"))
    world.wait(60)
    assert world.outcome(call_id)[1] == "ANSWERED"


def test_of_several_rules_that_apply_the_first_counts(world: World) -> None:
    break_calls(world, FaultRule("no-answer", FaultMatch(number=BEN)), FaultRule("busy"), FaultRule("no-answer"))
    assert ended(world)[0] == "BUSY"


def test_a_rule_that_names_nothing_known_leaves_the_former_rules(world: World) -> None:
    break_calls(world, FaultRule("busy"))
    with pytest.raises(UnknownProfileError, match="did you mean `no-answer`"):
        break_calls(world, FaultRule("stays"), FaultRule("no-answr"))
    assert ended(world)[0] == "BUSY"


def test_the_same_seed_meets_the_same_calls_and_another_seed_meets_others() -> None:
    def results(seed: int) -> list[str]:
        world = make_world()
        break_calls(world, FaultRule("busy", probability=0.5, seed=seed))
        return [ended(world)[0] for _ in range(20)]

    assert results(1) == results(1) != results(2)
    assert set(results(1)) == {"BUSY", "ANSWERED"}


@given(st.floats(0, 1), st.integers(0, 2**64))
def test_the_share_of_calls_is_the_probability(probability: float, seed: int) -> None:
    rule = FaultRule("busy", probability=probability, seed=seed)
    share = sum(rule.applies(draw) for draw in range(1_000)) / 1_000
    assert abs(share - probability) < 0.1
    assert share == probability or probability not in {0, 1}


def test_draws_continue_where_an_earlier_run_stopped() -> None:
    rules = [FaultRule("busy", probability=0.5), FaultRule("stays", probability=0.5)]
    whole, first = FaultRules(rules), FaultRules(rules)
    expected = [whole.draw(FACTS) for _ in range(40)]
    found = [first.draw(FACTS) for _ in range(20)]
    second = FaultRules(rules, first.draws)
    assert found + [second.draw(FACTS) for _ in range(20)] == expected


@pytest.mark.parametrize(("number", "price"), [(ANNA, "0.5"), (BEN, "0.1"), ("+12125550100", "0.02"), ("+46101", "9")])
def test_the_longest_beginning_of_a_number_sets_its_price(number: str, price: str) -> None:
    prices = {ANNA: "0.5", "+1202*": "0.1", "+12*": "0.02", "*": "9"}
    directory = Directory({name: Decimal(amount) for name, amount in prices.items()})
    assert directory.profile(Endpoint("number", number)).rate == Decimal(price)


def test_a_price_counts_in_lookups_and_calls_also_if_a_fault_applies(world: World) -> None:
    world.engine.directory.prices = {ANNA: Decimal("0.50")}
    assert world.engine.query(ANNA).rate == Decimal("0.50")
    break_calls(world, FaultRule("stays"))
    call_id = world.tts()
    world.wait(10)
    assert (world.get(call_id).user_rate, world.get(call_id).debit) == (Decimal("0.50"), Decimal("0.50"))
    break_calls(world, FaultRule("costs-5.00"))
    call_id = world.tts()
    world.wait(10)
    assert world.get(call_id).user_rate == Decimal("5.00")


def test_a_rule_can_be_for_one_application(world: World) -> None:
    world.engine.account.add(Credentials("another", "YWJj"))
    break_calls(world, FaultRule("busy", FaultMatch(application="another")))
    assert ended(world)[0] == "ANSWERED"


@given(st.text(), st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_pattern_without_star_is_a_whole_number(text: str, number: str) -> None:
    assert is_number(number, number)
    assert is_number(text, number) == (text == number or (text.endswith("*") and number.startswith(text[:-1])))


def test_a_rule_can_be_for_calls_that_come_in_by_their_caller(world: World) -> None:
    world.listen(ice={"action": {"name": "hangup"}})
    break_calls(world, FaultRule("callbacks-no-dice", FaultMatch(number=ANNA, kind="in")))
    for caller in (ANNA, BEN):
        world.engine.receive(IncomingCall("PSTN", caller, Dialed("did", OWN)))
        world.wait(5)
    assert world.kinds() == ["ice", "ice", "dice"]


def test_a_rule_can_break_the_connection_before_or_after_a_call_is_placed(world: World) -> None:
    break_calls(world, FaultRule("lost-after-placing"))
    fault = world.engine.transport_fault(world.tts())
    assert fault is not None
    assert fault.kind == "reset"
    break_calls(world, FaultRule("lost-before-placing"))
    with pytest.raises(LostRequestError):
        world.tts()
    assert len(world.engine.state().calls) == 1
