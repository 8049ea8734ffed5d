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
from sinch_voice_mcp.ports import AuditRow, IncomingEvent, JournalEntry, Replies, Reply
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.tools import ALL_TOOLS, ToolEffect
from sinch_voice_mcp.types import CallId, Millis
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.callers import Caller, changes, connected
from tests.clocks import PollingClock
from tests.platforms import NUMBERS, OTHER, OWN, PRICE, REAL, Script
from tests.stage import CALL, QUESTION, ROOM, Stage, listed, opened, rehearsed, settings_of, until

TRANSFER = {"action": {"name": "connectPstn", "number": REAL, "cli": OWN}}
HANG_UP = {"action": {"name": "hangup"}}


class Phones(httpx2.AsyncBaseTransport):
    """A platform on which every call lasts until it is hung up; the hang-ups are recorded."""

    def __init__(self) -> None:
        self.hung_up: list[str] = []
        self.tokens: dict[str, str] = {}
        self.asked, self.released = anyio.Event(), anyio.Event()
        self.holds = False
        self.loses = False
        self.silent: set[str] = set()
        self.numbers: dict[str, Any] = NUMBERS

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body: Any = json.loads(request.content) if request.content else None
        match request.method, request.url.path.split("/")[-2:]:
            case "GET", ["configuration", "numbers"]:
                return httpx2.Response(200, json=self.numbers)
            case "GET", ["number", _]:
                return httpx2.Response(200, json=PRICE)
            case "GET", ["id", "room"]:
                inside = [{"id": call, "cli": REAL, "muted": False, "onhold": False} for call in self.tokens]
                return httpx2.Response(200, json={"participants": inside})
            case "GET", ["id", call]:
                status = "FINAL" if call in self.hung_up else "ONGOING"
                known = {"callId": call, "status": status, "custom": self.tokens.get(call)}
                return httpx2.Response(200, json={name: value for name, value in known.items() if value})
            case "POST", _:
                return await self._place(body)
            case "PATCH", ["id", call] if body == HANG_UP | {"instructions": []} or body == HANG_UP:
                if call in self.silent:
                    await anyio.sleep_forever()
                self.hung_up.append(call)
            case _:
                pass
        return httpx2.Response(204)

    async def _place(self, body: dict[str, Any]) -> httpx2.Response:
        callout = body[body["method"]]
        call = f"c{len(self.tokens) + 1}"
        self.tokens[call] = callout["custom"]
        self.asked.set()
        if self.holds:
            await self.released.wait()
        if self.loses:
            raise httpx2.ReadError("lost")
        return httpx2.Response(200, json={"callId": call})


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def stage(database_url: str, sandbox: Sandbox, clock: PollingClock) -> Stage:
    """Servers on one journal, of every engine in turn."""
    return Stage(database_url, clock, sandbox)


async def stop(voice: Caller) -> dict[str, Any]:
    return await voice.ok("emergency_stop", reason="enough", hang_up=True)


async def test_a_call_that_is_being_placed_is_counted_and_hung_up_as_soon_as_its_id_is_known(
    stage: Stage, phones: Phones
) -> None:
    phones.holds = True
    placed: list[dict[str, Any]] = []

    async def place(voice: Caller) -> None:
        placed.append(await voice.ok("place_tts_callout", **CALL))

    stops: list[dict[str, Any]] = []
    async with stage.server(transport=phones) as voice, stage.server(transport=phones) as other:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place, voice)
            await phones.asked.wait()
            # Another server of the journal stops; the one that places the call hangs it up.
            stops.append(await stop(other))
            phones.released.set()
        (left,) = stops[0]["still_going"]
        assert (stops[0]["hung_up"], left["state"], left["number"]) == (0, "ringing", "+1404…00")
        assert phones.hung_up == ["c1"]
        assert "hung up at once, because calling was stopped" in placed[0]["summary"]
        assert [call["state"] for call in await listed(other)] == ["ended"]


async def test_a_call_whose_answer_was_lost_is_found_in_its_room_and_hung_up(stage: Stage, phones: Phones) -> None:
    async with stage.server(transport=phones) as voice:
        # A stranger with the same number is in the room too.
        phones.tokens["stranger"] = ""
        phones.loses = True
        await voice.fails("place_conference_callout", to=[REAL], **ROOM)
        stopped = await stop(voice)
        assert (stopped["hung_up"], stopped["still_going"]) == (1, [])
        assert phones.hung_up == ["c2"]
        assert [call["state"] for call in await listed(voice)] == ["ended"]


async def test_a_call_that_cannot_be_found_is_counted_and_a_second_stop_adds_the_hanging_up(
    stage: Stage, phones: Phones
) -> None:
    async with stage.server(transport=phones) as voice:
        phones.loses = True
        await voice.fails("place_tts_callout", **CALL)
        first = await voice.ok("emergency_stop")
        assert "hung_up" not in first
        assert first["untrusted"]["reason"] == "no reason given"
        (left,) = (await stop(voice))["still_going"]
        assert (left["state"], left["number"], left["kind"]) == ("unknown", "+1404…00", "ttsCallout")
        assert "call_id" not in left
        assert phones.tokens["c1"] not in str(left)


async def test_a_call_that_was_transferred_is_hung_up_though_another_program_placed_it(
    stage: Stage, phones: Phones
) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("update_call", call_id="foreign", svaml=TRANSFER)
        stopped = await stop(voice)
        assert (stopped["hung_up"], phones.hung_up) == (1, ["foreign"])
        assert [call["state"] for call in await listed(voice)] == ["ended"]


async def test_a_call_of_another_program_that_was_only_spoken_into_goes_on(stage: Stage, phones: Phones) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("play_to_call", call_id="foreign", text="Your table is ready.")
        placed = await voice.ok("place_tts_callout", **CALL)
        await voice.ok("play_to_call", call_id=placed["call_id"], text="Your table is ready.")
        stopped = await stop(voice)
        assert (stopped["hung_up"], stopped["still_going"]) == (1, [])
        assert phones.hung_up == [placed["call_id"]]


async def test_more_calls_than_a_page_holds_do_not_hide_the_oldest(stage: Stage, phones: Phones) -> None:
    async with stage.server(transport=phones) as voice:
        await voice.ok("place_tts_callout", **CALL)
        stage.clock.advance(1)
        async with open_storage(stage.url, stage.clock, own_time=True) as storage:
            for number in range(501):
                ring = IncomingEvent(
                    f"{number:032}", CallId(f"in{number}"), None, "ice", Millis(1), {}, caller="12015…55"
                )
                await storage.events.record(ring, _no_reply)
        stopped = await stop(voice)
        assert (stopped["hung_up"], stopped["still_going"]) == (502, [])
        # Our own call comes before those that only came in.
        assert phones.hung_up.index("c1") < 20


async def test_a_hang_up_without_an_answer_delays_no_other_and_ends_with_the_time_limit(
    stage: Stage, phones: Phones
) -> None:
    phones.silent = {"c1"}
    results: list[dict[str, Any]] = []

    async def stop_and_note(voice: Caller) -> None:
        results.append(await stop(voice))

    async def others_are_over() -> bool:
        await anyio.lowlevel.checkpoint()
        return sorted(phones.hung_up) == ["c2", "c3"]

    async with stage.server(transport=phones) as voice:
        for number in (REAL, OTHER, "+14045005002"):
            await voice.ok("place_tts_callout", **CALL | {"to": number})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop_and_note, voice)
            await until(others_are_over)
            await until(lambda: _states(voice, {"ended", "ringing"}))
            stage.clock.advance(20)
    (left,) = results[0]["still_going"]
    assert (results[0]["hung_up"], left["call_id"]) == (2, "c1")


async def _states(voice: Caller, states: set[str]) -> bool:
    found = await listed(voice)
    return {call["state"] for call in found} == states and [call["call_id"] for call in found].count("c1") == 1


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


async def _are(ended: list[str], call: str) -> bool:
    await anyio.lowlevel.checkpoint()
    return call in ended


def _custom() -> CustomCalloutRequest:
    return CustomCalloutRequest(custom_callout=CustomCallout(ice=json.dumps(TRANSFER)))


def _no_reply(entry: JournalEntry | None, replies: Replies) -> Reply:
    del entry, replies
    return Reply("{}", {})


REQUESTS: dict[str, dict[str, Any]] = {
    "place_tts_callout": CALL,
    "place_conference_callout": {"to": [OTHER], **ROOM},
    "place_custom_callout": {"to": "+14045005003", "cli": OWN, "ace": HANG_UP},
    "ask_by_phone": {"to": "+14045005004", **QUESTION, "wait_s": 0.05},
    "update_call": {"call_id": "known", "svaml": HANG_UP},
    "play_to_call": {"call_id": "known", "text": "Hello"},
    "manage_participant": {"conference_id": "room", "call_id": "known", "command": "mute"},
    "assign_numbers": {"numbers": [OWN]},
    "unassign_number": {"number": OWN},
    "set_callbacks": {"primary": "https://voice.example.com/events"},
    "hang_up": {"call_id": "known"},
    "close_conference": {"conference_id": "room"},
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
            if spec.effect in {ToolEffect.CHANGES, ToolEffect.RINGS}:
                error = await voice.fails(spec.name, **REQUESTS[spec.name])
                assert (error["code"], error.get("rule")) == ("refused", "stopped"), spec.name
                row = (await _rows(sqlite_url))[-1]
                assert (row.event, row.details["rule"]) == ("refused", "stopped"), spec.name
        # No call and no conference is known, so the platform is asked, and says so.
        for name in ("hang_up", "close_conference"):
            assert (await voice.fails(name, **REQUESTS[name]))["code"] == "not_found"
        kick = REQUESTS["manage_participant"] | {"command": "kick"}
        assert (await voice.fails("manage_participant", **kick))["code"] == "not_found"
        await voice.ok("list_numbers")


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
