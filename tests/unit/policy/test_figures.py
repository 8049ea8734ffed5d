"""The length and the price that a person is shown are never less than what is reserved."""

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.policy import Exposure, Facts, Intent, NeedsApproval, Policy, RunningCall, Tariff, exposure
from sinch_voice_mcp.svaml import (
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    Document,
    Menu,
    Park,
    PlayFiles,
    RunMenu,
    Say,
    SipDestination,
    UserDestination,
)
from sinch_voice_mcp.types import CallId, Micros, Payload, PhoneNumber
from tests.unit.policy.decisions import NOON, OWN, REAL, custom, decided, tts

OTHER = PhoneNumber("+14045005001")
LISTED = frozenset({"example.com"})
POLICY = Policy(
    allow_sip=True,
    allow_in_app=True,
    allow_streams=True,
    sip_hosts=LISTED,
    callback_hosts=LISTED,
    media_hosts=LISTED,
    max_rate_per_minute=Decimal("0.27"),
    max_duration_s=14_400,
)
FACTS = Facts(
    own_numbers=(OWN,),
    tariffs={number: Tariff(Decimal("0.02"), "USD", restricted=False) for number in (REAL, OTHER)},
)
PLAY = PlayFiles(ids=("#href[https://example.com/a.mp3]",))
SIP = ConnectSip(destination=SipDestination(endpoint="eve@example.com"), cli=OWN)
CHANGES: Mapping[str, Document] = {
    "speech": Document(instructions=(Say(text="x" * 600),) * 9),
    "audio": Document(instructions=(PLAY,)),
    "phone": Document(action=ConnectPstn(number=REAL, cli=OWN)),
    "phone, longer than the bands": Document(
        instructions=(PLAY,) * 30, action=ConnectPstn(number=REAL, cli=OWN, max_duration=14_400)
    ),
    "SIP address": Document(action=SIP),
    "number of a SIP address": Document(
        action=ConnectSip(destination=SipDestination(endpoint=f"{REAL}@example.com"), cli=OWN)
    ),
    "in-app user": Document(action=ConnectMxp(destination=UserDestination(endpoint="eve"))),
    "conference": Document(action=ConnectConf(conference_id="room")),
    "menu": Document(action=RunMenu(menus=(Menu(id="main", main_prompt="#tts[Press 1.]"),))),
    "park": Document(action=Park(intro_prompt="#tts[Hold on.]")),
}
CALLOUTS: Mapping[str, Payload] = {
    "speech": tts(text="x" * 600),
    "flow": custom(pie={"action": {"name": "connectPstn", "number": OTHER, "cli": OWN, "maxDuration": 14_400}}),
    "flow to a SIP address": custom(
        pie={"action": {"name": "connectSip", "destination": {"endpoint": "eve@example.com"}, "cli": OWN}}
    ),
}


def _decision(request: Payload, running: RunningCall | None) -> NeedsApproval:
    event = "update" if isinstance(request, Document) else None
    decision = decided(Intent(request, "live", event, now=NOON, running=running), POLICY, FACTS)
    assert isinstance(decision, NeedsApproval), decision
    return decision


def _reserved(decision: NeedsApproval, running: RunningCall | None) -> Exposure:
    allow = decision.allow
    found = exposure(allow.legs, allow.seconds, POLICY, allow.tariffs, allow.targets)
    return found if running is None else found.on_call(running.rate or Micros(0))


def _covered(decision: NeedsApproval, reserved: Exposure) -> None:
    """Read the figures as the person does."""
    minutes = re.search(r"^(?:Lasts|Prolongs the call by) at most: (\d+) min$", decision.question, re.MULTILINE)
    cost = re.search(r"^Costs at most: ([\d.]+)", decision.question, re.MULTILINE)
    assert minutes is not None
    assert int(minutes[1]) * 60 >= reserved.seconds > 0
    assert cost is not None
    assert Decimal(cost[1]) * 1_000_000 >= reserved.micros


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("rate", [0, 20_000, 250_001, 7_300_000])
def test_a_change_shows_what_it_reserves_together_with_its_call(what: str, rate: int) -> None:
    running = RunningCall(CallId("c1"), rate=Micros(rate))
    decision = _decision(CHANGES[what], running)

    _covered(decision, _reserved(decision, running))


@pytest.mark.parametrize("what", CALLOUTS)
def test_a_callout_shows_what_it_reserves(what: str) -> None:
    decision = _decision(CALLOUTS[what], None)

    _covered(decision, _reserved(decision, None))


@given(st.integers(1, 14_400), st.integers(0, 9_000_000))
def test_no_length_and_no_price_is_above_the_last_band(seconds: int, rate: int) -> None:
    running = RunningCall(CallId("c1"), rate=Micros(rate))
    request = Document(action=ConnectPstn(number=REAL, cli=OWN, max_duration=seconds))
    decision = _decision(request, running)

    _covered(decision, _reserved(decision, running))


def test_a_price_that_nothing_limits_is_shown_as_unknown() -> None:
    decision = _decision(CHANGES["conference"], RunningCall(CallId("c1"), rate=None))

    assert decision.question.splitlines()[-1] == "Costs at most: unknown"
