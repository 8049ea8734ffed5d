"""What is reserved bounds what is spent: calls are watched, changes are claimed, unknown prices are never zero."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.types import TextResourceContents

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.callers import Caller
from tests.platforms import NUMBERS, OTHER, OWN, PRICE, REAL, Script
from tests.stage import CALL, ROOM, RULES, UNSWEPT, Stage, listed, opened

ERROR = {"errorCode": 40000, "message": "no", "reference": "r"}
MENU = {"name": "runMenu", "menus": [{"id": "main", "mainPrompt": "#tts[Hello]", "maxDigits": 1}]}


class Calls:
    """A platform on which every call lasts until it is hung up, if hanging up works."""

    def __init__(self, *, hangs_up: bool = True, prices: Mapping[str, Any] | None = PRICE) -> None:
        self.placed: list[str] = []
        self.changes: list[str] = []
        self.ended: set[str] = set()
        self.lookups = 0
        self.silent = False
        self.known: dict[str, Any] = {"result": "ANSWERED"}
        self._hangs_up = hangs_up
        self._prices = prices

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path, body = request.url.path, request.content.decode()
        if request.method == "POST":
            self.placed.append(body)
            return httpx2.Response(200, json={"callId": f"c{len(self.placed)}"})
        if request.method == "PATCH":
            return self._changed(path, body)
        if path.endswith("/configuration/numbers"):
            return httpx2.Response(200, json=NUMBERS)
        if "/query/number/" in path:
            return httpx2.Response(404, json=ERROR) if self._prices is None else httpx2.Response(200, json=self._prices)
        self.lookups += 1
        if self.silent:
            return httpx2.Response(400, json=ERROR)
        call_id = path.rpartition("/")[2]
        over = {"status": "FINAL", "duration": 180, "debit": {"currencyId": "USD", "amount": 0.06}}
        state = over if call_id in self.ended else {"status": "ONGOING", "duration": 0}
        return httpx2.Response(200, json={"callId": call_id, "reason": "N/A", **state, **self.known})

    def _changed(self, path: str, body: str) -> httpx2.Response:
        self.changes.append(body)
        if '"hangup"' in body:
            if not self._hangs_up:
                return httpx2.Response(400, json=ERROR)
            self.ended.add(path.rpartition("/")[2])
        return httpx2.Response(204)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self)


@asynccontextmanager
async def swept(stage: Stage, platform: Calls, **limits: str) -> AsyncGenerator[tuple[Caller, VoiceService]]:
    """A client on a server, and another server on the same journal whose sweeps the test makes."""
    environ = {f"SINCH_VOICE_{name}": value for name, value in {**RULES, "DATABASE_URL": stage.url}.items()}
    transport = platform.transport
    async with (
        stage.server(limits, transport=transport) as voice,
        open_app(load(environ), sandbox=stage.sandbox, transport=transport, clock=stage.clock, pace=UNSWEPT) as other,
    ):
        yield voice, other


async def minutes_pass(stage: Stage, service: VoiceService, many: int) -> None:
    """Let so many minutes pass, with a sweep in each."""
    for _ in range(many):
        stage.clock.advance(61)
        await service.sweep()


async def spent(voice: Caller) -> str:
    """What the policy says is spent or reserved."""
    (content,) = (await voice.client.read_resource("sinch://policy")).contents
    assert isinstance(content, TextResourceContents)
    return content.text.split("spent or reserved ")[1].split(" ")[0]


async def test_a_call_that_outlasts_what_was_reserved_is_hung_up(stage: Stage) -> None:
    platform = Calls()
    async with swept(stage, platform, MAX_SPEND_PER_DAY="1") as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        # Ringing, the text and a grace are 181 s.
        await minutes_pass(stage, service, 2)
        assert platform.ended == set()
        await minutes_pass(stage, service, 1)
        assert platform.ended == {"c1"}
        await minutes_pass(stage, service, 1)
        assert [call["state"] for call in await listed(voice)] == ["ended"]
        assert await spent(voice) == "0.06"


async def test_a_call_that_the_platform_calls_ongoing_keeps_its_place_and_is_charged_on(stage: Stage) -> None:
    platform = Calls(hangs_up=False)
    async with swept(stage, platform, MAX_CONCURRENT_CALLS="1", MAX_SPEND_PER_DAY="1") as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        assert await spent(voice) == "0.02"
        # Longer than the lease of its limits, which is 13 minutes.
        await minutes_pass(stage, service, 16)
        error = await voice.fails("place_tts_callout", **{**CALL, "to": OTHER})
        (call,) = await listed(voice)
        assert float(await spent(voice)) >= 0.32
    assert (error["rule"], call["state"]) == ("max_concurrent_calls", "answered")
    assert len(platform.placed) == 1


async def test_a_call_that_cannot_be_looked_up_is_hung_up_at_its_bound_all_the_same(stage: Stage) -> None:
    platform = Calls()
    platform.silent = True
    async with swept(stage, platform, MAX_SPEND_PER_DAY="1") as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        await minutes_pass(stage, service, 2)
        assert platform.ended == set()
        await minutes_pass(stage, service, 1)
        assert platform.ended == {"c1"}
        # What it may have cost meanwhile counts.
        assert float(await spent(voice)) >= 0.06


@pytest.mark.parametrize("known", [{"result": "N/A", "duration": 900}, {"result": "N/A"}])
async def test_a_call_in_progress_is_charged_on_though_its_result_is_not_known_yet(
    stage: Stage, known: dict[str, Any]
) -> None:
    platform = Calls(hangs_up=False)
    platform.known = known
    async with swept(stage, platform, MAX_SPEND_PER_DAY="1") as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        await minutes_pass(stage, service, 16)
        assert float(await spent(voice)) >= 0.32


async def test_what_the_platform_says_of_another_call_changes_nothing(stage: Stage) -> None:
    platform = Calls()
    platform.known = {"callId": "another", "result": "ANSWERED", "status": "FINAL", "duration": 1}
    async with swept(stage, platform) as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        await minutes_pass(stage, service, 2)
        (call,) = await listed(voice)
    assert call["state"] != "ended"
    assert (call["call_id"], platform.ended) == ("c1", set())


async def test_a_call_is_lost_only_if_the_platform_stays_silent_after_its_lease(stage: Stage) -> None:
    platform = Calls()
    async with swept(stage, platform) as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        platform.silent = True
        # Its lease is 13 minutes long, and ten more pass before the silence counts.
        await minutes_pass(stage, service, 20)
        assert [call["state"] for call in await listed(voice)] == ["ringing"]
        await minutes_pass(stage, service, 5)
        assert [call["state"] for call in await listed(voice)] == ["unknown"]


@pytest.mark.parametrize("call_id", ["c1", "foreign"])
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_call", {"svaml": {"action": MENU}}),
        ("update_call", {"svaml": {"action": {"name": "connectConf", "conferenceId": "room"}}}),
        ("update_call", {"svaml": {"action": {"name": "park", "maxDuration": 600}}}),
        ("play_to_call", {"audio_urls": ["https://example.com/a.mp3"]}),
    ],
)
async def test_a_change_that_prolongs_a_call_reserves_what_it_adds(
    stage: Stage, call_id: str, tool: str, arguments: dict[str, Any]
) -> None:
    platform = Calls()
    # Ten minutes at 0.02 for our own call, at the highest allowed price for any other.
    limits = {"MAX_SPEND_PER_DAY": "0.23", "MAX_RATE_PER_MINUTE": "0.02", "MEDIA_HOSTS": "example.com"}
    async with stage.server(limits, transport=platform.transport) as voice:
        await voice.ok("place_tts_callout", **CALL)
        await voice.ok(tool, call_id=call_id, **arguments)
        assert await spent(voice) == "0.22"
        error = await voice.fails(tool, call_id=call_id, **arguments)
        assert (error["rule"], len(platform.changes)) == ("max_spend_per_day", 1)
        await voice.ok("hang_up", call_id=call_id)
        assert len(platform.changes) == 2
        assert [call["kind"] for call in await listed(voice)] == ["ttsCallout"]


async def test_a_prolonged_call_is_watched_for_as_long_as_was_added(stage: Stage) -> None:
    platform = Calls()
    async with swept(stage, platform, MAX_SPEND_PER_DAY="1") as (voice, service):
        await voice.ok("place_tts_callout", **CALL)
        await voice.ok("update_call", call_id="c1", svaml={"action": MENU})
        await minutes_pass(stage, service, 12)
        assert platform.ended == set()
        await minutes_pass(stage, service, 2)
        assert platform.ended == {"c1"}


async def test_a_spoken_addition_may_be_repeated_and_is_refused_while_calling_is_stopped(stage: Stage) -> None:
    platform = Calls()
    async with stage.server(transport=platform.transport) as voice:
        await voice.ok("place_tts_callout", **CALL)
        for _ in range(2):
            await voice.ok("play_to_call", call_id="c1", text="Hello")
        await voice.ok("emergency_stop", reason="enough")
        assert (await voice.fails("play_to_call", call_id="c1", text="Hello"))["rule"] == "stopped"
        assert len(platform.changes) == 2
        await voice.ok("hang_up", call_id="c1")


@pytest.mark.parametrize("prices", [None, {"number": {}}, {"number": {"rate": {"currencyId": "USD"}}}])
async def test_an_unknown_price_is_reserved_for_at_the_highest_allowed_one(
    stage: Stage, prices: Mapping[str, Any] | None
) -> None:
    platform = Calls(prices=prices)
    async with stage.server({"MAX_SPEND_PER_DAY": "0.60"}, transport=platform.transport) as voice:
        for number in range(2):
            await voice.ok("place_tts_callout", **{**CALL, "text": f"Hello {number}"})
        assert (await voice.fails("place_tts_callout", **CALL))["rule"] == "max_spend_per_day"
        if prices is not None:
            assert "price unknown" in (await voice.ok("query_number", number=REAL))["summary"]


async def test_an_unknown_price_without_a_highest_one_is_refused(stage: Stage) -> None:
    platform = Calls(prices=None)
    limits = {"MAX_SPEND_PER_DAY": "1", "MAX_RATE_PER_MINUTE": "unlimited"}
    async with stage.server(limits, transport=platform.transport) as voice:
        error = await voice.fails("place_tts_callout", **CALL)
        other = await voice.fails("play_to_call", call_id="foreign", text="Hello")
    assert (error["rule"], other["rule"], platform.placed, platform.changes) == ("price", "price", [], [])


async def test_an_unknown_price_is_refused_outside_the_regions_of_the_own_numbers(stage: Stage) -> None:
    platform, cuba = Calls(prices=None), "+5352012345"
    async with stage.server(transport=platform.transport, ALLOWED_REGIONS="*") as voice:
        error = await voice.fails("place_tts_callout", **{**CALL, "to": cuba})
        assert (error["rule"], error["value"]) == ("price", "unknown")
        assert "SINCH_VOICE_ALLOWED_NUMBERS" in error["how_to_change"]
        await voice.ok("place_tts_callout", **CALL)
    async with stage.server(transport=platform.transport, ALLOWED_REGIONS="*", ALLOWED_NUMBERS=cuba) as voice:
        await voice.ok("place_tts_callout", **{**CALL, "to": cuba})


@pytest.mark.parametrize("refused_by", ["REPEAT_GAP_S", "REPEAT_PER_DAY", "REPEAT_IN_FLIGHT"])
async def test_a_conference_with_one_refused_number_rings_no_phone_and_a_dry_run_says_so(
    stage: Stage, refused_by: str
) -> None:
    platform = Calls()
    async with stage.server(
        {refused_by: "1" if refused_by != "REPEAT_GAP_S" else "300"}, transport=platform.transport
    ) as voice:
        await voice.ok("place_tts_callout", **{**CALL, "to": OTHER})
        for dry_run in (True, False):
            error = await voice.fails("place_conference_callout", to=[REAL, OTHER], **ROOM, dry_run=dry_run)
            assert (error["rule"], error["field"]) == (refused_by.lower(), "to[1]")
        assert len(platform.placed) == 1
        # Nothing of the first number was used up.
        await voice.ok("place_tts_callout", **CALL)


async def test_a_conference_that_needs_more_than_a_limit_has_left_rings_no_phone(stage: Stage) -> None:
    platform = Calls()
    async with stage.server({"CALLS_PER_MINUTE": "2"}, transport=platform.transport) as voice:
        await voice.ok("place_tts_callout", **CALL)
        error = await voice.fails("place_conference_callout", to=[REAL, OTHER], **ROOM)
        assert (error["rule"], error["value"]) == ("calls_per_minute", "1 of 2")
        stage.clock.advance(61)
        placed = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
    assert [leg["call_id"] for leg in placed["legs"]] == ["c2", "c3"]


async def test_a_conference_of_more_than_the_places_is_refused_by_a_dry_run_too(stage: Stage) -> None:
    async with stage.server({"MAX_CONCURRENT_CALLS": "1"}, transport=Calls().transport) as voice:
        for dry_run in (True, False):
            error = await voice.fails("place_conference_callout", to=[REAL, OTHER], **ROOM, dry_run=dry_run)
            assert (error["rule"], error["value"]) == ("max_concurrent_calls", "2 of 1")


async def test_what_a_menu_waits_for_is_bounded(stage: Stage) -> None:
    platform = Calls()
    menu = {"id": "main", "mainPrompt": "#tts[Hello]", "maxDigits": 1}
    async with stage.server(transport=platform.transport) as voice:
        for name, value, most in (
            ("repeats", 1_000_000_000, "10"),
            ("timeoutMills", 3_600_000, "60,000"),
            ("maxTimeoutMills", 10**12, "300,000"),
        ):
            action = {"name": "runMenu", "menus": [{**menu, name: value}]}
            error = await voice.fails("update_call", call_id="c1", svaml={"action": action})
            assert (error["rule"], f"0 to {most} " in error["message"]) == ("duration", True)
            assert error["field"].endswith(name)
    assert platform.changes == []


@pytest.mark.parametrize(
    "instruction",
    [
        {"name": "say", "text": "Hello", "locale": "en-US\r\nX: y"},
        {"name": "setCookie", "key": "a", "value": "b" * 1_025},
        {"name": "setCookie", "key": "a\nb", "value": "c"},
    ],
)
async def test_what_a_call_carries_is_bounded(stage: Stage, instruction: dict[str, str]) -> None:
    platform = Calls()
    document = {"instructions": [instruction], "action": {"name": "continue"}}
    async with stage.server(transport=platform.transport) as voice:
        error = await voice.fails("update_call", call_id="c1", svaml=document)
        ice = {"instructions": [instruction], "action": {"name": "connectPstn", "number": REAL, "cli": OWN}}
        other = await voice.fails("place_custom_callout", ice=ice)
    assert (error["rule"], other["rule"]) == ("readable", "readable")
    assert (platform.changes, platform.placed) == ([], [])


@pytest.mark.parametrize("action", [{"name": "hangup"}, {"name": "connectConf", "conferenceId": "room"}])
async def test_a_callout_that_rings_no_phone_says_so(stage: Stage, action: dict[str, str]) -> None:
    async with stage.server(transport=Calls().transport) as voice:
        placed = await voice.ok("place_custom_callout", ice={"action": action}, dry_run=True)
        ringing = {"action": {"name": "connectPstn", "number": REAL, "cli": OWN}}
        other = await voice.ok("place_custom_callout", ice=ringing, dry_run=True)
    assert any("no phone rings" in warning for warning in placed["warnings"])
    assert not any("no phone rings" in warning for warning in other.get("warnings", ()))


@pytest.mark.parametrize("debit", [{"currencyId": "USD"}, {"currencyId": "USD", "amount": -1_000}])
async def test_the_end_of_a_call_without_a_possible_cost_leaves_the_reservation(
    database_url: str, debit: dict[str, Any]
) -> None:
    script = Script(httpx2.Response(200, json={"callId": "c1"}))
    callout = TtsCallout(destination=NumberDestination(endpoint=REAL), cli=OWN, text="Hello")
    async with opened(database_url, {"REHEARSE": "true", "CALLING_HOURS": "any"}, transport=script.transport) as (
        service,
        platform,
    ):
        placed = await service.calls.place(TtsCalloutRequest(tts_callout=callout))
        await platform.ends(placed.call_id or "", debit=debit)
        (entry,) = await service.calls.recent(limit=9)
        assert (entry.state, entry.cost) == ("ended", None)
        assert (await service.usage.today()).spent == 20_000
