"""A call that came in by another region is looked up, changed and ended at the host of that region, and no other."""

import json
import sqlite3
from contextlib import closing

import pytest
from mcp.types import TextResourceContents

from sinch_voice_mcp.clock import ManualClock
from tests.platforms import OWN, REAL
from tests.recorded import alerts_of, state_of
from tests.regions import BRAZIL, EUROPE, GLOBAL, Abroad, abroad, resource_url
from tests.stage import UNSWEPT, until

SAY = {"instructions": [{"name": "say", "text": "One moment, please."}], "action": {"name": "continue"}}


async def _asked(place: Abroad, tool: str, **arguments: object) -> list[str]:
    """What a tool asks about calls, by method and URL."""
    place.hosts.asked.clear()
    await place.voice.ok(tool, **arguments)
    return place.hosts.asked


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_call", {}),
        ("wait_for_call", {"timeout_s": 0}),
        ("update_call", {"svaml": SAY}),
        ("play_to_call", {"text": "One moment, please."}),
        ("hang_up", {}),
    ],
)
async def test_a_call_that_came_in_by_another_region_is_known_there(
    sqlite_url: str, clock: ManualClock, tool: str, arguments: dict[str, object]
) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.rings_at(EUROPE, "in-1")
        asked = await _asked(place, tool, call_id="in-1", **arguments)
        assert asked
        assert all(f" {resource_url(EUROPE, 'in-1')}" in one for one in asked)


async def test_another_server_on_the_journal_knows_the_region_as_well(database_url: str, clock: ManualClock) -> None:
    async with abroad(database_url, clock) as first, abroad(database_url, clock) as second:
        await first.rings_at(BRAZIL, "in-1")
        second.hosts.calls[BRAZIL] = ["in-1"]
        assert (await second.voice.ok("hang_up", call_id="in-1"))["state"] == "ended"
        assert {one.partition("/calling/v1")[0] for one in second.hosts.asked} == {f"PATCH {BRAZIL}", f"GET {BRAZIL}"}


async def test_calls_of_several_regions_are_listed_and_hung_up_where_they_are(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.rings_at(EUROPE, "in-1")
        await place.rings_at(BRAZIL, "in-2")
        await place.voice.ok("place_tts_callout", to=REAL, text="Hello", cli=OWN)
        listed = (await place.voice.ok("list_calls"))["calls"]
        assert {call["call_id"]: call["state"] for call in listed} == dict.fromkeys(("in-1", "in-2", "c3"), "answered")
        stopped = await place.voice.ok("emergency_stop", reason="enough", hang_up=True)
        assert (stopped["hung_up"], sorted(place.hosts.ended)) == (3, ["c3", "in-1", "in-2"])
        for base, call_id in ((EUROPE, "in-1"), (BRAZIL, "in-2"), (GLOBAL, "c3")):
            assert f"PATCH /calls/id/{call_id}" in place.hosts.asked_at(base)
            assert {one.rpartition("/")[2] for one in place.hosts.asked_at(base)} <= {call_id, "callouts"}


async def test_the_end_of_a_call_that_no_event_reports_is_looked_up_where_the_call_was(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.rings_at(EUROPE, "in-1")
        place.hosts.ended.append("in-1")

        async def settled() -> bool:
            return await state_of(sqlite_url, "in-1") == "ended"

        await clock.until_waited_on(2)
        clock.advance(UNSWEPT.sweep_s)
        await until(settled)
        assert set(place.hosts.asked) == {f"GET {resource_url(EUROPE, 'in-1')}"}


async def test_the_resource_of_a_call_of_another_region_shows_its_state(sqlite_url: str, clock: ManualClock) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.rings_at(EUROPE, "in-1")
        read = await place.voice.client.read_resource("sinch://calls/in-1")
        (content,) = read.contents
        assert isinstance(content, TextResourceContents)
        assert json.loads(content.text)["state"] == "answered"
        assert place.hosts.asked_at(EUROPE) == ["GET /calls/id/in-1"]


async def test_a_conference_is_read_changed_and_closed_in_the_region_of_the_call_that_joined_it(
    database_url: str, clock: ManualClock
) -> None:
    async with abroad(database_url, clock) as place:
        # Another conference, which has the same ID.
        place.hosts.rooms[GLOBAL] = ["other-1"]
        await place.rings_at(EUROPE, "in-1")
        await place.joins("in-1")
        room = {"conference_id": "room"}
        inside = (await place.voice.ok("get_conference", **room))["participants"]
        assert [one["call_id"] for one in inside] == ["in-1"]
        await place.voice.ok("manage_participant", **room, call_id="in-1", command="mute")
        await place.voice.ok("manage_participant", **room, call_id="in-1", command="kick")
        await place.voice.ok("close_conference", **room)
        assert not place.hosts.asked_at(GLOBAL)
        assert place.hosts.rooms == {GLOBAL: ["other-1"]}


async def test_callees_are_called_into_the_conference_in_which_a_call_of_another_region_is(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.rings_at(EUROPE, "in-1")
        await place.joins("in-1")
        callees = {"to": [REAL], "conference_id": "room", "cli": OWN}
        (leg,) = (await place.voice.ok("place_conference_callout", **callees))["legs"]
        assert place.hosts.rooms == {EUROPE: ["in-1", leg["call_id"]]}
        # The call that was placed there is known there only.
        assert (await place.voice.ok("hang_up", call_id=leg["call_id"]))["state"] == "ended"
        assert not place.hosts.asked_at(GLOBAL)


async def test_a_conference_is_at_the_usual_host_once_no_call_of_another_region_is_in_it(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with abroad(sqlite_url, clock) as place:
        place.hosts.rooms[GLOBAL] = ["other-1"]
        await place.rings_at(EUROPE, "in-1")
        await place.joins("in-1")
        await place.platform.ends("in-1")
        inside = (await place.voice.ok("get_conference", conference_id="room"))["participants"]
        assert [one["call_id"] for one in inside] == ["other-1"]


FORGED = [
    "https://calling-euc1.api.sinch.com.example.com/calling/v1/calls/id/in-1",
    "https://voice.example.com/calling/v1/calls/id/in-1",
    "https://calling-euc1.api.sinch.com:8443/calling/v1/calls/id/in-1",
    "https://calling-euc1.api.sinch.com@example.com/calling/v1/calls/id/in-1",
    "https://key:secret@calling-euc1.api.sinch.com/calling/v1/calls/id/in-1",
    "http://calling-euc1.api.sinch.com/calling/v1/calls/id/in-1",
    "https://calling-euc1.api.xn--sich-ns6a.com/calling/v1/calls/id/in-1",
    "https://calling-euc1.api.s\u0456nch.com/calling/v1/calls/id/in-1",
    "https://calling-euc9.api.sinch.com/calling/v1/calls/id/in-1",
    "https://callingapi.sinch.com/calling/v1/calls/id/in-1",
    "https://calling-euc1.api.sinch.com\\@example.com/calling/v1/calls/id/in-1",
    "https://127.0.0.1/calling/v1/calls/id/in-1",
    "//calling-euc1.api.sinch.com/calling/v1/calls/id/in-1",
    "ftp://calling-euc1.api.sinch.com/calling/v1/calls/id/in-1",
    "calling-euc1.api.sinch.com",
    "\u202ehttps://",
    # The host is the platform's, but the URL is none that it would write.
    "https://calling-euc1.api.sinch.com/calling/v1/calls/id/in 1",
    "https://calling-euc1.api.sinch.com/calling/v1/calls/id/in-1#@example.com",
]


@pytest.mark.parametrize("forged", FORGED)
async def test_a_host_that_is_not_the_platforms_never_gets_a_request(
    sqlite_url: str, clock: ManualClock, forged: str
) -> None:
    async with abroad(sqlite_url, clock) as place:
        place.hosts.calls[GLOBAL] = ["in-1"]
        await place.platform.rings("in-1", callResourceUrl=forged)
        await place.voice.ok("get_call", call_id="in-1")
        await place.voice.ok("hang_up", call_id="in-1")
        assert {one.partition("/calling/v1")[0] for one in place.hosts.asked} == {f"GET {GLOBAL}", f"PATCH {GLOBAL}"}
        (row,) = await alerts_of(sqlite_url)
        assert "names another host than the platform's" in row["alert"]
        assert row["call_id"] == "in-1"
        assert "secret" not in json.dumps(row)


async def test_a_server_of_a_sandbox_sends_nothing_to_the_platform(sqlite_url: str, clock: ManualClock) -> None:
    here = "http://127.0.0.1:8021"
    async with abroad(sqlite_url, clock, BASE_URL=here) as place:
        await place.rings_at(EUROPE, "in-1")
        place.hosts.calls[here] = ["in-1"]
        await place.voice.ok("get_call", call_id="in-1")
        assert place.hosts.asked == [f"GET {resource_url(here, 'in-1')}"]


@pytest.mark.parametrize("named", ["http://127.0.0.1:8021", "http://localhost:8021"])
async def test_regions_of_a_sandbox_are_paths_of_its_base_url(sqlite_url: str, clock: ManualClock, named: str) -> None:
    here = "http://127.0.0.1:8021"
    async with abroad(sqlite_url, clock, BASE_URL=here) as place:
        place.hosts.calls = {here: ["in-2"], f"{here}/euc1": ["in-1"]}
        await place.platform.rings("in-1", callResourceUrl=resource_url(f"{named}/euc1", "in-1"))
        await place.platform.rings("in-2", callResourceUrl=resource_url(named, "in-2"))
        assert (await place.voice.ok("hang_up", call_id="in-1"))["state"] == "ended"
        assert (await place.voice.ok("hang_up", call_id="in-2"))["state"] == "ended"
        assert not await alerts_of(sqlite_url)


async def test_a_call_stays_where_its_first_event_said(sqlite_url: str, clock: ManualClock) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.rings_at(EUROPE, "in-1")
        moved = resource_url(BRAZIL, "in-1")
        await place.platform.rings("in-1", callResourceUrl=moved, timestamp="2026-06-06T17:11:34Z")
        await place.voice.ok("hang_up", call_id="in-1")
        assert not place.hosts.asked_at(BRAZIL)


async def test_a_server_that_cannot_read_its_journal_ends_calls_at_the_usual_host(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with abroad(sqlite_url, clock) as place:
        await place.voice.ok("place_tts_callout", to=REAL, text="Hello", cli=OWN)
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
            database.execute("ALTER TABLE calls RENAME TO gone")
        assert (await place.voice.ok("hang_up", call_id="c1"))["state"] == "ended"
        assert place.hosts.ended == ["c1"]
