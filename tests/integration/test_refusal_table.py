"""The table of refusals: every row is documented, explained to models, and produced by a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp.types import TextResourceContents

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.policy import REFUSALS, RULES, Refusal
from sinch_voice_mcp.policy.refusal import UNCHANGED
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from tests.callers import Caller, Connect, changes, connected

DOCS = Path(__file__).parents[2] / "docs"
REAL, OWN, FICTIONAL = "+14045005000", "+14155550100", "+12025550100"
RESTRICTED = "+12025550164"
"""A number that the sandbox restricts."""

CALL = {"to": REAL, "text": "Hello", "cli": OWN}
PSTN = {"name": "connectPstn", "number": REAL, "cli": OWN}
ROWS = pytest.mark.parametrize("row", REFUSALS.values(), ids=lambda row: row.code)


@dataclass(frozen=True)
class Request:
    """A request that one row refuses, after so many callouts that are placed; settings without their prefix."""

    arguments: Mapping[str, object]
    tool: str = "place_tts_callout"
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    placed_before: int = 0


def to(number: str, **settings: str) -> Request:
    return Request({**CALL, "to": number}, settings=settings)


def saying(**arguments: object) -> Request:
    return Request({"to": REAL, "cli": OWN, **arguments})


def updating(action: Mapping[str, object], *instructions: Mapping[str, object]) -> Request:
    return Request({"call_id": "1", "svaml": {"action": action, "instructions": list(instructions)}}, "update_call")


def custom(action: Mapping[str, object]) -> Request:
    return Request({"ice": {"action": action}}, "place_custom_callout")


def after(placed: int, **settings: str) -> Request:
    return Request({**CALL, "text": "Once more"}, settings=settings, placed_before=placed)


REQUESTS: Mapping[str, Request] = {
    "stopped": to(REAL, STOP="true"),
    "readable": updating({"name": "hangup"}, {"name": "playFiles", "ids": []}),
    "unknown_member": Request(
        {"call_id": "1", "svaml": {"action": {"name": "hangup"}, "instruction": []}}, "update_call"
    ),
    "number_named": updating({"name": "connectPstn", "cli": OWN}),
    "emergency_number": to("911"),
    "short_number": to("+46118118"),
    "e164_number": to("hello"),
    "fictional_number": to(FICTIONAL),
    "denied_prefix": to(REAL, DENIED_PREFIXES="+1404"),
    "non_geographic": to("+881612345678"),
    "number_type": to("+19005551234"),
    "number_region": to("+46701740605"),
    "cli_missing": Request({"to": REAL, "text": "Hello"}),
    "cli_form": Request({**CALL, "cli": "private"}),
    "self_call": Request({**CALL, "cli": REAL}),
    "cli_ownership": Request({**CALL, "cli": "+14155550199"}),
    "spoken_text": saying(text="a" * 601),
    "ssml": saying(ssml="<speak>open"),
    "dtmf": saying(text="Hello", dtmf="12x"),
    "media_url": saying(audio_urls=["https://evil.test/a.mp3"]),
    "callback_url": Request({"primary": "https://evil.test/events"}, "set_callbacks"),
    "application_key": Request({"numbers": [OWN], "application_key": "another"}, "assign_numbers"),
    "hidden_callbacks": updating({**PSTN, "suppressCallbacks": True}),
    "recording": updating({"name": "hangup"}, {"name": "startRecording", "options": {"destinationUrl": "s3://a/b"}}),
    "sip_target": updating({"name": "connectSip", "destination": {"endpoint": "a@evil.test"}}),
    "in_app_target": updating({"name": "connectMxp", "destination": {"type": "username", "endpoint": "alice"}}),
    "stream_target": custom({"name": "connectStream", "destination": {"endpoint": "wss://evil.test"}}),
    "duration": updating({**PSTN, "maxDuration": 3_601}),
    # It is seven in the morning in New York when the clock of a test starts.
    "valid_svaml": updating({"name": "runMenu", "locale": "en-US", "menus": [{"id": "other", "maxDigits": 1}]}),
    "calling_hours": to(REAL, CALLING_HOURS="auto"),
    "restricted_number": to(RESTRICTED, REHEARSE="false"),
    "price": to(REAL, MAX_RATE_PER_MINUTE="0.001"),
    "repeat_in_flight": after(1, REPEAT_IN_FLIGHT="1"),
    "repeat_gap_s": after(1, REPEAT_GAP_S="300"),
    "repeat_per_day": after(2, REPEAT_PER_DAY="2"),
    "repeat_per_week": after(2, REPEAT_PER_WEEK="2"),
    "max_concurrent_calls": after(2, MAX_CONCURRENT_CALLS="2"),
    "calls_per_minute": after(2, CALLS_PER_MINUTE="2"),
    "calls_per_hour": after(2, CALLS_PER_HOUR="2"),
    "calls_per_day": after(2, CALLS_PER_DAY="2"),
    "max_spend_per_day": after(2, MAX_SPEND_PER_DAY="0.05"),
    "consent": to(REAL, CONFIRM="always"),
}
LIMITS = [code.upper() for code, row in REFUSALS.items() if row.kind == "limit"]


async def _produced(request: Request, clock: ManualClock) -> tuple[dict[str, Any], int]:
    """The refusal of a request under the live rules, and how many requests reached the platform for it."""
    sandbox = create_sandbox(clock=clock, wall=clock)
    settings = {"REHEARSE": "true", "CALLING_HOURS": "any", **dict.fromkeys(LIMITS, "unlimited"), **request.settings}
    environ = {f"SINCH_VOICE_{name}": value for name, value in settings.items()}
    async with connected(load(environ), "auto", sandbox=sandbox, clock=clock) as voice:
        for number in range(request.placed_before):
            await voice.ok("place_tts_callout", **{**CALL, "text": f"Hello {number}"})
        before = changes(sandbox)
        error = await voice.fails(request.tool, **request.arguments)
        return error, changes(sandbox) - before


def test_every_rule_of_the_guard_has_its_row_in_the_same_order() -> None:
    assert [row for row in REFUSALS.values() if row.kind == "rule"] == [rule.refusal for rule in RULES]


def test_every_row_has_a_request_here() -> None:
    assert list(REQUESTS) == list(REFUSALS)


@ROWS
async def test_every_row_is_produced_by_a_request_that_reaches_no_platform(row: Refusal, clock: ManualClock) -> None:
    error, sent = await _produced(REQUESTS[row.code], clock)
    assert (error["code"], error["rule"], sent) == ("refused", row.code, 0)
    assert error["retry_safe"] is row.retry_safe
    assert ("next_allowed_at" in error) == (row.passes_when in {"next_allowed_at", "call_ends"})
    # What the same request never passes says so, and nothing else does.
    assert error["next_step"].endswith(UNCHANGED) is not row.passes_later


@ROWS
def test_every_row_is_documented(row: Refusal) -> None:
    page = DOCS / ("guard.md" if row.kind == "rule" else "safety.md")
    (line,) = (line for line in page.read_text("utf-8").splitlines() if line.startswith(f"| `{row.code}` |"))
    assert row.exactly in line
    assert row.passes in line
    assert all(f"`SINCH_VOICE_{name.upper()}`" in line for name in row.settings)


@ROWS
async def test_every_row_is_explained_with_its_settings_and_next_step(row: Refusal, voice: Caller) -> None:
    (content,) = (await voice.client.read_resource(f"sinch://errors/{row.code}")).contents
    assert isinstance(content, TextResourceContents)
    assert row.title in content.text
    assert row.exactly in content.text
    passes = f"passes {row.passes}." if row.passes_later else "never passes."
    assert f"The same request {passes}" in content.text
    assert row.next_step in content.text
    assert all(f"`SINCH_VOICE_{name.upper()}`" in content.text for name in row.settings)


@pytest.mark.parametrize("code", ["repeat_per_day", "calls_per_day", "max_spend_per_day"])
async def test_a_limit_that_one_call_exceeds_never_lets_it_pass(clock: ManualClock, code: str) -> None:
    error, sent = await _produced(to(REAL, **{code.upper(): "0"}), clock)
    assert (error["rule"], sent) == (code, 0)
    assert "next_allowed_at" not in error
    assert error["message"] == f"This call alone is more than `{code}` allows."
    assert error["next_step"].endswith(UNCHANGED)


async def test_the_tool_and_the_setting_stop_calling_with_the_same_refusal(connect: Connect) -> None:
    async with connect(SINCH_VOICE_STOP="true") as stopped, connect() as voice:
        by_setting = await stopped.fails("place_tts_callout", **CALL)
        await voice.ok("emergency_stop", reason="wrong list")
        by_tool = await voice.fails("place_tts_callout", **CALL)
    row = REFUSALS["stopped"]
    for error in (by_setting, by_tool):
        assert (error["rule"], error["next_step"]) == ("stopped", row.next_step)
        assert error["message"].startswith(row.message)
    assert by_setting["message"].endswith("The owner set `stop`.")
    assert by_tool["message"].endswith("; `untrusted` says why.")
    assert by_tool["untrusted"] == {"reason": "wrong list", "by": "emergency_stop of local"}


async def test_a_conference_of_more_calls_than_may_run_at_once_rings_no_phone(
    connect: Connect, sandbox: Sandbox
) -> None:
    phones = [FICTIONAL[:-1] + str(last) for last in range(4)]
    async with connect(SINCH_VOICE_MAX_CONCURRENT_CALLS="3") as voice:
        before = changes(sandbox)
        error = await voice.fails("place_conference_callout", to=phones, conference_id="room", cli=OWN)
        assert (error["rule"], error["value"]) == ("max_concurrent_calls", "4 of 3")
        assert error["next_step"].endswith(UNCHANGED)
        assert changes(sandbox) == before
        placed = await voice.ok("place_conference_callout", to=phones[:3], conference_id="room", cli=OWN)
        assert all(leg["call_id"] for leg in placed["legs"])
