"""The documented order of the rules: of two rules that refuse a request, the earlier one is named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from sinch_voice_mcp.policy import REFUSALS, RULES, Facts, Policy, Refuse, Tariff
from sinch_voice_mcp.types import JsonObject, PhoneNumber
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.unit.policy.decisions import NOON, OWN, REAL, answer

RESTRICTED, DEAR, LATE, MINE = "+14045005011", "+14045005012", "+46701740605", "+14155005000"


def dials(number: str | None, **members: object) -> JsonObject:
    action = {"name": "connectPstn", "cli": OWN, "number": number, **members}
    return {"action": {name: value for name, value in action.items() if value is not None}}


def says(**instruction: object) -> JsonObject:
    return {"instructions": [instruction], "action": {"name": "hangup"}}


def connects(name: str, endpoint: str) -> JsonObject:
    return {"action": {"name": name, "destination": {"endpoint": endpoint}}}


@dataclass(frozen=True)
class Wrong:
    """A document that one rule refuses, and the settings that the rule needs for it."""

    document: JsonObject | str
    policy: Mapping[str, object] = field(default_factory=dict[str, object])


WRONG: Mapping[str, Wrong] = {
    "stopped": Wrong(dials(REAL), {"stop": True}),
    "readable": Wrong("{"),
    "unknown_member": Wrong({"action": {"name": "hangup"}, "instruction": []}),
    "number_named": Wrong(dials(None)),
    "emergency_number": Wrong(dials("911")),
    "short_number": Wrong(dials("+46118118")),
    "e164_number": Wrong(dials("hello")),
    "fictional_number": Wrong(dials("+12025550100")),
    "denied_prefix": Wrong(dials("+14045005010"), {"denied_prefixes": ["+14045005010"]}),
    "non_geographic": Wrong(dials("+80012345678")),
    "number_type": Wrong(dials("+19005551234")),
    "number_region": Wrong(dials("+18765501234")),
    "cli_missing": Wrong(dials(REAL, cli=None)),
    "cli_form": Wrong(dials(REAL, cli="private")),
    "self_call": Wrong(dials(MINE, cli=MINE)),
    "cli_ownership": Wrong(dials(REAL, cli="+14155550199")),
    "spoken_text": Wrong(says(name="say", text="a" * 601)),
    "ssml": Wrong(says(name="playFiles", ids=["#ssml[<speak>open]"], locale="en-US")),
    "dtmf": Wrong(says(name="sendDtmf", value="12x")),
    "media_url": Wrong(says(name="playFiles", ids=["#href[https://evil.test/a.mp3]"])),
    "callback_url": Wrong("https://evil.test/events"),
    "hidden_callbacks": Wrong(dials(REAL, suppressCallbacks=True)),
    "recording": Wrong(says(name="startRecording", options={"destinationUrl": "s3://a/b"})),
    "sip_target": Wrong(connects("connectSip", "alice@evil.test")),
    # No reply of a callout may connect an in-app user, so the callout itself does.
    "in_app_target": Wrong({"type": "username", "endpoint": "alice"}),
    "stream_target": Wrong(connects("connectStream", "wss://evil.test")),
    "duration": Wrong(dials(REAL, maxDuration=3_601)),
    "valid_svaml": Wrong(
        says(name="startRecording", options={"destinationUrl": "azure://a/b"}),
        {"allow_recording": True, "recording_destinations": ["azure://a/b"]},
    ),
    "calling_hours": Wrong(dials(LATE)),
    "restricted_number": Wrong(dials(RESTRICTED)),
    "price": Wrong(dials(DEAR)),
}
"""One way to be refused by each rule; at noon in America it is too late in none of them but Sweden."""

FACTS = Facts(
    own_numbers=(OWN, MINE),
    tariffs={
        PhoneNumber(RESTRICTED): Tariff(None, None, restricted=True),
        PhoneNumber(DEAR): Tariff(Policy().max_spend_per_day, "USD", restricted=False),
        **{
            PhoneNumber(number): Tariff(None, None, restricted=False)
            for number in (REAL, LATE, "+14045005010", "+80012345678", "+19005551234", "+18765501234", "+12025550100")
        },
    },
)
LATER = NOON.replace(hour=20, minute=30)
"""It is 21:30 in Sweden, and in the afternoon in the whole of the United States but Hawaii and Alaska."""


def refusing(*rules: str) -> str:
    """The rule that refuses a callout with one document for each of the rules, in this order."""
    policy: dict[str, object] = {"allowed_regions": ["US", "SE"]}
    for rule in rules:
        policy |= WRONG[rule].policy
    members: dict[str, object] = {"cli": OWN}
    # A stream is connected in answer to the first event only.
    rules = tuple(sorted(rules, key=lambda rule: rule != "stream_target"))
    for slot, rule in zip(("ice", "pie"), rules, strict=False):
        document = WRONG[rule].document
        at = "destination" if rule == "in_app_target" else slot
        members[at] = document if at == "destination" or isinstance(document, str) else json.dumps(document)
    callout = CustomCallout.model_validate(members)
    request = CustomCalloutRequest(custom_callout=callout)
    decision = answer(request, Policy.model_validate(policy), facts=FACTS, now=LATER)
    assert isinstance(decision, Refuse), rules
    return decision.rule


def test_the_rules_are_documented_in_the_order_in_which_they_are_checked() -> None:
    documented = [code for code, row in REFUSALS.items() if row.kind == "rule"]

    assert documented == [rule.code for rule in RULES]
    # A callout names no other application.
    assert [code for code in documented if code != "application_key"] == list(WRONG)


@pytest.mark.parametrize("rule", WRONG)
def test_every_rule_refuses_its_example_alone(rule: str) -> None:
    assert refusing(rule) == rule


@pytest.mark.parametrize("earlier", WRONG)
def test_of_two_rules_that_refuse_the_earlier_one_is_named(earlier: str) -> None:
    order = list(WRONG)
    for later in order[order.index(earlier) + 1 :]:
        assert refusing(earlier, later) == refusing(later, earlier) == earlier, later
