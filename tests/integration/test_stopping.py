"""A stop means stop: whatever may ring is hung up or counted, and no tool changes anything until calling is resumed."""

import json
from typing import Any, Literal

import anyio
import httpx2
import pytest
from mcp.client.context import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import OutcomeUnknownError
from sinch_voice_mcp.ports import AuditRow
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.tools import ALL_TOOLS, ToolEffect
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.callers import changes, connected
from tests.phones import HANG_UP, TRANSFER, Phones
from tests.platforms import OTHER, OWN, REAL, Script
from tests.stage import CALL, QUESTION, ROOM, Stage, embedded, opened, rehearsed, settings_of, until


async def test_a_reply_after_a_stop_hangs_up_and_a_call_known_from_its_event_is_ended(database_url: str) -> None:
    script = Script(httpx2.ReadError("lost"))
    ended: list[str] = []

    def platform(request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            ended.append(request.url.path.rsplit("/", 1)[-1])
            return httpx2.Response(204)
        return script(request)

    async with opened(database_url, transport=httpx2.MockTransport(platform)) as (service, events):
        with pytest.raises(OutcomeUnknownError):
            await service.calls.place(_custom())
        stopped = await service.kill_switch.stop("enough", "tests", hang_up=True)
        assert stopped.hung_up is not None
        assert len(stopped.hung_up.still_going) == 1
        for event in ("ice", "ace", "pie"):
            body = (await events.report(event, "late", custom=script.token)).body
            assert json.loads(body)["action"] == {"name": "hangup"}
        await until(lambda: _are(ended, "late"))


async def test_events_of_calls_that_another_program_placed_end_none_of_them_after_a_stop(
    database_url: str, phones: Phones
) -> None:
    async with opened(database_url, transport=phones) as (service, events):
        await service.kill_switch.stop("enough", "tests", hang_up=True)
        for event in ("ace", "pie"):
            before = (await events.report(event, "foreign", custom="order 7")).body
            assert (event, phones.hung_up) == (event, [])
            assert before
        # A call that comes in is ended.
        await events.report("ice", "in1", cli=REAL)
        await until(lambda: _are(phones.hung_up, "in1"))
        assert phones.hung_up == ["in1"]


async def _are(ended: list[str], call: str) -> bool:
    await anyio.lowlevel.checkpoint()
    return call in ended


def _custom() -> CustomCalloutRequest:
    return CustomCalloutRequest(custom_callout=CustomCallout(ice=json.dumps(TRANSFER)))


REQUESTS: dict[str, dict[str, Any]] = {
    "place_tts_callout": CALL,
    "place_conference_callout": {"to": [OTHER], **ROOM},
    "place_custom_callout": {"to": "+14045005003", "cli": OWN, "ace": HANG_UP},
    "ask_by_phone": {"to": "+14045005004", **QUESTION, "wait_s": 0.05},
    "update_call": {"call_id": "known", "svaml": TRANSFER},
    "play_to_call": {"call_id": "known", "text": "Hello"},
    "manage_participant": {"conference_id": "room", "call_id": "known", "command": "mute"},
    "assign_numbers": {"numbers": [OWN]},
    "unassign_number": {"number": OWN},
    "set_callbacks": {"primary": "https://voice.example.com/events"},
    "hang_up": {"call_id": "known"},
    "close_conference": {"conference_id": "room"},
    "sandbox_receive_call": {"caller": REAL},
    "sandbox_act": {"call_id": "known", "act": "say", "value": "Hello"},
    "sandbox_script": {"number": OTHER, "script": [{"say": "Hello"}]},
    "sandbox_fault": {"fault": "busy", "number": OTHER},
    "sandbox_advance": {"seconds": 1},
    "emergency_stop": {"reason": "Anna +1 404 500 5000 \x1b[31m"},
}
"""A request for every tool that changes something."""


async def _rows(url: str) -> list[AuditRow]:
    async with open_storage(url, SystemClock()) as storage:
        return await storage.journal.audit()


def test_every_tool_that_changes_something_has_a_request_here() -> None:
    assert set(REQUESTS) == {spec.name for spec in ALL_TOOLS if spec.effect is not ToolEffect.READS}


async def test_every_tool_that_changes_something_writes_audit_rows_and_the_others_write_none(sqlite_url: str) -> None:
    settings = settings_of(sqlite_url, {"PUBLIC_URL": ""})
    async with connected(settings, "auto") as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL], conference_id="room", cli=OWN)
        for name, arguments in REQUESTS.items():
            given = {
                key: placed["legs"][0]["call_id"] if value == "known" else value for key, value in arguments.items()
            }
            before = await _rows(sqlite_url)
            await voice.client.call_tool(name, given)
            written = (await _rows(sqlite_url))[len(before) :]
            assert any(row.event == "claim" or row.details.get("tool") == name for row in written), name
            assert "Hello" not in str(written)
        before = len(await _rows(sqlite_url))
        for tool in ("list_calls", "list_numbers", "get_callbacks"):
            await voice.ok(tool)
        assert len(await _rows(sqlite_url)) == before


@pytest.mark.parametrize("by", ["tool", "setting"])
async def test_after_a_stop_only_what_ends_calls_works(sqlite_url: str, by: Literal["tool", "setting"]) -> None:
    settings = settings_of(sqlite_url, {"PUBLIC_URL": "", "STOP": "true" if by == "setting" else ""})
    async with connected(settings, "auto") as voice:
        if by == "tool":
            await voice.ok("emergency_stop", reason="enough")
        for spec in ALL_TOOLS:
            if spec.effect in {ToolEffect.CHANGES, ToolEffect.RINGS} and spec.toolset != "sandbox":
                error = await voice.fails(spec.name, **REQUESTS[spec.name])
                assert (error["code"], error.get("rule")) == ("refused", "stopped"), spec.name
                row = (await _rows(sqlite_url))[-1]
                assert (row.event, row.details["rule"]) == ("refused", "stopped"), spec.name
        # No call and no conference is known, so the platform is asked, and says so.
        ends = {name: REQUESTS[name] for name in ("hang_up", "close_conference")}
        for name, given in {**ends, "update_call": {"call_id": "known", "svaml": HANG_UP}}.items():
            assert (await voice.fails(name, **given))["code"] == "not_found"
        kick = REQUESTS["manage_participant"] | {"command": "kick"}
        assert (await voice.fails("manage_participant", **kick))["code"] == "not_found"
        await voice.ok("list_numbers")


async def test_after_a_stop_simulated_people_still_act_and_a_call_that_comes_in_is_ended(sqlite_url: str) -> None:
    async with embedded(sqlite_url, "auto") as voice:
        await voice.ok("emergency_stop", reason="enough", hang_up=True)
        for name in ("sandbox_script", "sandbox_fault", "sandbox_advance"):
            await voice.ok(name, **REQUESTS[name])
        came = await voice.ok("sandbox_receive_call", caller=REAL)
        ended = await voice.ok("wait_for_call", call_id=came["call_id"])
        assert ended["summary"].startswith("SIMULATED: no phone rang. The incoming call ended without an answer: ")
        timeline = await voice.ok("get_call_events", call_id=came["call_id"])
    assert [event.get("refused") for event in timeline["events"] if event["event"] == "ice"] == ["stopped"]


@pytest.mark.parametrize("reason", ["", "  ", "\x1b\x00\u202e", "\ud800 stop", 7, None, "x" * 10_000])
async def test_no_reason_keeps_calling_from_being_stopped(database_url: str, reason: object) -> None:
    async with opened(database_url) as (service, _):
        text = reason if isinstance(reason, str) else ""
        stopped = await service.kill_switch.stop(text, "tests", hang_up=False)
        assert stopped.switch.reason
        assert stopped.switch.reason.isprintable()
        assert len(stopped.switch.reason) <= 300
    if not isinstance(reason, str) or "\ud800" not in reason:
        async with connected(settings_of(database_url), "auto") as voice:
            await voice.ok("emergency_stop", reason=reason)


@pytest.mark.parametrize(
    ("tool", "given"), [("assign_numbers", {"numbers": [OWN]}), ("unassign_number", {"number": OWN})]
)
async def test_another_application_is_changed_only_if_the_owner_listed_its_key(
    sandbox: Sandbox, tool: str, given: dict[str, Any]
) -> None:
    before = changes(sandbox)
    async with connected(settings_of(":memory:"), "auto", sandbox=sandbox) as voice:
        error = await voice.fails(tool, **given, application_key="another")
        assert (error["rule"], changes(sandbox)) == ("application_key", before)
        await voice.ok(tool, **given, application_key=DEFAULT_CREDENTIALS.key)
    async with connected(settings_of(":memory:", {"APPLICATION_KEYS": "another"}), "auto", sandbox=sandbox) as voice:
        result = await voice.client.call_tool(tool, given | {"application_key": "another"})
        # The platform may know no such application; the guard lets the request pass.
        assert "application_keys" not in str(result.content)
        assert changes(sandbox) == before + 2


async def test_a_number_is_not_taken_away_from_another_application(stage: Stage, phones: Phones) -> None:
    phones.numbers = {"numbers": [{"number": OWN[1:], "capability": "voice", "applicationkey": "another"}]}
    async with stage.server(transport=phones) as voice:
        for tool, given in (("assign_numbers", {"numbers": [OWN]}), ("unassign_number", {"number": OWN})):
            error = await voice.fails(tool, **given)
            assert (error["rule"], error["value"]) == ("application_key", "another")


@pytest.mark.parametrize("tool", ["update_call", "play_to_call"])
async def test_a_change_whose_connection_failed_is_not_sent_again_after_a_stop(
    stage: Stage, phones: Phones, tool: str
) -> None:
    arguments = {"update_call": {"call_id": "known", "svaml": TRANSFER}, "play_to_call": REQUESTS["play_to_call"]}
    async with stage.server(transport=phones) as other:

        async def platform(request: httpx2.Request) -> httpx2.Response:
            if request.method == "PATCH":
                tried.append(request.url.path)
                await other.ok("emergency_stop", reason="meanwhile")
                raise httpx2.ConnectError("no route")
            return await phones.handle_async_request(request)

        tried = list[str]()
        async with stage.server(transport=httpx2.MockTransport(platform)) as voice:
            error = await voice.fails(tool, **arguments[tool])
            assert (error["code"], error["rule"], len(tried)) == ("refused", "stopped", 1)


async def test_an_answer_that_cannot_be_read_is_recorded_as_a_refusal(sqlite_url: str) -> None:
    async def unreadable(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context, params
        return ElicitResult(action="accept", content={"place": "perhaps"})

    settings = rehearsed(SINCH_VOICE_DATABASE_URL=sqlite_url)
    async with connected(settings, "auto", person=unreadable) as voice:
        assert (await voice.fails("place_tts_callout", **CALL))["rule"] == "consent"
    (row,) = await _rows(sqlite_url)
    assert (row.event, row.details["kind"], row.details["rule"]) == ("refused", "ttsCallout", "consent")
