"""`forget` follows the call: everything of every call in which the number occurs is erased, and it stays forgotten."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest

from tests.callers import Caller, connected
from tests.platforms import NUMBERS, OTHER, OWN, PRICE, REAL, SignedEvents
from tests.recorded import tables_of
from tests.shell import Shell
from tests.stage import opened, settings_of

NAME, KEYS = "Larsson", "904477"
SPOKEN = {"menuId": "m", "type": "return", "value": f"I am {NAME}", "inputMethod": "voice"}
PRESSED = {"menuId": "m", "type": "return", "value": KEYS, "inputMethod": "dtmf"}


class Answering(httpx2.AsyncBaseTransport):
    """A platform that accepts everything; it answers a callout when the test says so, and as it says."""

    def __init__(self) -> None:
        self.asked, self.released = anyio.Event(), anyio.Event()
        self.released.set()
        self.answer = httpx2.Response(200, json={"callId": "c1"})
        self.others: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path.endswith("/configuration/numbers"):
            return httpx2.Response(200, json=NUMBERS)
        if "/query/number/" in path:
            return httpx2.Response(200, json=PRICE)
        if not path.endswith("/callouts"):
            self.others.append(path)
            return httpx2.Response(204 if request.method == "PATCH" else 404)
        self.asked.set()
        await self.released.wait()
        return self.answer


@asynccontextmanager
async def stage(url: str, platform: Answering | None = None) -> AsyncGenerator[tuple[Caller, SignedEvents, Shell]]:
    """A client, the platform's events, and a shell, on one journal."""
    transport = platform or Answering()
    environ = {"CONFIRM": "never"}
    async with (
        opened(url, environ, transport=transport) as (_, events),
        connected(settings_of(url, environ), "auto", transport=transport) as voice,
    ):
        yield voice, events, Shell(SINCH_VOICE_DATABASE_URL=url)


async def words_of(voice: Caller, call_id: str) -> str:
    return str((await voice.ok("get_call_events", call_id=call_id))["events"])


async def test_a_call_in_progress_stays_forgotten(database_url: str) -> None:
    async with stage(database_url) as (voice, events, shell):
        await voice.ok("place_custom_callout", to=REAL, cli=OWN, ace={"action": {"name": "hangup"}})
        await events.report("pie", "c1", menuResult=PRESSED)
        said = (await shell.ok("forget", REAL)).out
        assert "Calls not ended: 1." in said
        assert "repeat" not in said
        await events.rings("c1", to={"type": "number", "endpoint": REAL})
        for result in (SPOKEN, PRESSED):
            await events.report("pie", "c1", menuResult=result, cookies=[{"key": "k", "value": NAME}])
        await events.ends("c1", to={"type": "number", "endpoint": REAL})
        await events.report("notify", "c1", type="recording_finished", destination=f"https://example.com/{NAME}")
        assert tables_of(database_url)["people"] == []
        shown = await words_of(voice, "c1")
        assert NAME not in shown
        assert KEYS not in shown
        # How it ended is known all the same.
        (call,) = (await voice.ok("list_calls"))["calls"]
        assert (call["state"], call["result"], "number" in call) == ("ended", "ANSWERED", False)


async def test_a_forgotten_caller_who_is_hung_up_on_is_not_said_to_have_heard_the_text(database_url: str) -> None:
    async with stage(database_url) as (voice, events, shell):
        await events.rings("in-1", cli=REAL)
        await shell.ok("forget", REAL)
        await events.rings("in-1", cli=REAL, timestamp="2026-01-05T12:09:00Z")
        rows = (await voice.ok("get_call_events", call_id="in-1"))["events"]
    assert [row.get("reply") for row in rows if row["event"] == "ice"] == ["incoming_text", None]


async def test_a_call_that_is_being_placed_stays_forgotten(database_url: str) -> None:
    platform = Answering()
    platform.released = anyio.Event()
    error = {"errorCode": 40300, "message": f"{NAME} is not reachable", "reference": NAME}
    platform.answer = httpx2.Response(403, json=error)
    async with stage(database_url, platform) as (voice, _, shell):
        refused: list[dict[str, Any]] = []

        async def call() -> None:
            refused.append(await voice.fails("place_tts_callout", to=REAL, cli=OWN, text="Hello"))

        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call)
                await platform.asked.wait()
                await shell.ok("forget", REAL)
                platform.released.set()
        # The requester learns it, and nothing keeps it.
        assert NAME in str(refused)
        assert tables_of(database_url)["people"] == []
        assert NAME not in str(tables_of(database_url))


async def test_a_call_of_another_program_is_erased_as_a_whole(database_url: str) -> None:
    async with stage(database_url) as (voice, events, shell):
        to = {"type": "number", "endpoint": REAL}
        await events.rings("theirs", to=to, originationType="SERVER", custom="their own", cli=OWN)
        await events.report("pie", "theirs", menuResult=SPOKEN)
        await events.report("pie", "another", menuResult=PRESSED)
        await shell.ok("forget", REAL)
        await events.report("pie", "theirs", menuResult=PRESSED)
        shown = await words_of(voice, "theirs")
        assert NAME not in shown
        assert KEYS not in shown
        # A call in which the number does not occur is left alone.
        assert {row["call_id"] for row in tables_of(database_url)["people"]} == {"another"}


async def test_no_digest_of_a_change_is_kept(database_url: str) -> None:
    async with stage(database_url) as (voice, _, shell):
        await voice.ok("place_tts_callout", to=REAL, cli=OWN, text="Hello")
        await voice.ok("play_to_call", call_id="c1", text=f"Dear {NAME}")
        await voice.ok("play_to_call", call_id="c2", text="Hello")
        assert "was in 2 requests." in (await shell.ok("forget", REAL)).out
        await voice.ok("play_to_call", call_id="c1", text=f"Goodbye {NAME}")
        rows = tables_of(database_url)["calls"]
        assert {row["fingerprint"] + row["content"] for row in rows if row["subject"] != "c2"} == {""}
        assert [row["fingerprint"] != "" for row in rows if row["subject"] == "c2"] == [True]


@pytest.mark.parametrize(
    ("cli", "number"),
    [
        ("14362342345", "+14362342345"),
        (f"00{REAL[1:]}", REAL),
        (f"sip:{REAL}@sip.example.com", REAL),
        (f"{REAL[1:]}@example.com", REAL),
        (f"tel:{REAL};ext=5", REAL),
        (f'"Anna {NAME}" <{REAL}>', REAL),
        ("\uff11\uff14\uff10\uff14\uff15\uff10\uff10\uff15\uff10\uff10\uff10", REAL),
        ("19995550100", "+19995550100"),
        ("4045005000", "4045005000"),
        ("12345", "12345"),
    ],
)
async def test_a_caller_is_forgotten_whatever_the_form_of_the_number(database_url: str, cli: str, number: str) -> None:
    async with stage(database_url) as (voice, events, shell):
        await events.rings("in-1", cli=cli)
        await events.report("pie", "in-1", menuResult=SPOKEN)
        await events.rings("in-2", cli=OTHER[1:])
        await events.report("pie", "in-2", menuResult=PRESSED)
        kept = {row["call_id"]: row["number"] for row in tables_of(database_url)["calls"]}
        assert re.fullmatch(r"\+?[0-9]+…[0-9]{2}", kept["in-1"])
        assert [call["call_id"] for call in (await voice.ok("list_calls", number=number))["calls"]] == ["in-1"]
        assert "was in 1 request." in (await shell.ok("forget", number)).out
        assert NAME not in await words_of(voice, "in-1")
        assert KEYS in await words_of(voice, "in-2")
        assert {row["call_id"] for row in tables_of(database_url)["people"]} == {"in-2"}


@pytest.mark.parametrize("text", ["anonymous", f"Anna {NAME}", "anna99@example.com", "", "1"])
async def test_what_has_no_form_of_a_number_is_in_no_row_and_cannot_be_forgotten(database_url: str, text: str) -> None:
    async with stage(database_url) as (_, events, shell):
        await events.rings("in-1", cli=text)
        (row,) = tables_of(database_url)["calls"]
        assert row["number"] is None
        ended = await shell.run("forget", text)
        assert (ended.status, "does not have the form" in ended.err) == (2, True)


async def test_no_integer_carries_a_number_past_what_is_sealed(database_url: str) -> None:
    digits = int(REAL[1:])
    async with stage(database_url) as (voice, events, shell):
        await voice.ok("place_tts_callout", to=OTHER, cli=OWN, text="Hello")
        amount = {"currencyId": "USD", "amount": digits}
        await events.report("notify", "c1", type="t", errorCode=digits, version=digits, amd={"duration": digits})
        await events.ends("c1", duration=digits, debit=amount, userRate=amount)
        kept = str({table: rows for table, rows in tables_of(database_url).items() if table != "people"})
        assert str(digits) not in kept
        shown = str([await voice.ok("list_calls"), await voice.ok("get_call_events", call_id="c1")])
        assert str(digits) not in shown
        assert str(digits) not in (await shell.ok("audit export")).out
        # The rest of the report counts.
        assert (await voice.ok("list_calls"))["calls"][0]["state"] == "ended"


@pytest.mark.parametrize("number", [REAL, REAL[1:], "+1 (404) 500-5000", f"tel:{REAL}", "5005000"])
@pytest.mark.parametrize(
    ("tool", "more"),
    [
        ("hang_up", {}),
        ("get_call", {}),
        ("wait_for_call", {}),
        ("get_call_events", {}),
        ("play_to_call", {"text": "Hello"}),
        ("update_call", {"svaml": {"action": {"name": "hangup"}}}),
        ("manage_participant", {"conference_id": "room", "command": "kick"}),
    ],
)
async def test_a_number_is_no_id_of_a_call(sqlite_url: str, tool: str, more: dict[str, Any], number: str) -> None:
    platform = Answering()
    async with stage(sqlite_url, platform) as (voice, _, _):
        refused = await voice.fails(tool, call_id=number, **more)
        assert (refused["code"], refused["field"]) == ("invalid_input", "call_id")
        assert "list_calls" in refused["message"]
        tables = tables_of(sqlite_url)
        assert (tables["calls"], tables["audit"]) == ([], [])
        assert [path for path in platform.others if "/calling/" in path] == []


@pytest.mark.parametrize(
    "written",
    [
        "\uff0b\uff11\uff0d\uff14\uff10\uff14\uff0d\uff15\uff10\uff10\uff0d\uff15\uff10\uff10\uff10",
        "+1\u30fb404\u30fb500\u30fb5000",
        "+1 404\u2022500\u20225000",
        "+1\uff08404\uff09500-5000",
        "+1%20404%20500%205000",
        "1,404,500,5000",
    ],
    ids=ascii,
)
async def test_a_number_in_a_text_is_found_whatever_separates_its_digits(sqlite_url: str, written: str) -> None:
    async with stage(sqlite_url) as (voice, events, shell):
        await events.report("ace", "c1", cookies=[{"key": "k", "value": f"{NAME} {written}"}])
        await voice.ok("emergency_stop", reason=f"called {written}, twice")
        tables = tables_of(sqlite_url)
        assert written not in str(tables)
        assert tables["gate"][0]["reason"].endswith("…00, twice")
        await shell.ok("forget", REAL)
        assert tables_of(sqlite_url)["people"] == []


async def test_an_alert_of_an_event_is_a_warning_too_and_holds_nothing_foreign_as_it_is(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Answering()
    async with stage(database_url, answer) as (voice, events, shell):
        await voice.ok("place_tts_callout", to=OTHER, cli=OWN, text="Hello")
        (token,) = [row["call"] for row in tables_of(database_url)["calls"]]
        foreign = f"EVIL\u202e\x1b[31m\nFAKE LINE {REAL}"
        for _ in range(2):
            await events.report("ace", foreign, custom=token)
        (warning,) = [record for record in caplog.records if "carries the token" in record.getMessage()]
        (line,) = warning.getMessage().splitlines()
        (alert,) = [row["details"] for row in tables_of(database_url)["audit"] if row["event"] == "alert"]
        for text in (line, json.loads(alert)["call_id"], (await shell.ok("audit export")).out):
            assert not re.search("[\u202e\x1b]|45005000", text)
        assert "EVIL" in line
        assert "EVIL" in alert
        # The call is still known by its own ID.
        assert "`c1`" in line


async def test_a_text_in_the_place_of_a_code_is_sealed_and_forgotten(database_url: str) -> None:
    async with stage(database_url) as (voice, events, shell):
        await voice.ok("place_tts_callout", to=REAL, cli=OWN, text="Hello")
        await events.report("ace", "c1", amd={"status": f"a {NAME}", "reason": f"b {NAME}"})
        await events.report("pie", "c1", menuResult={"type": f"c {NAME}", "value": "1", "inputMethod": f"d {NAME}"})
        await events.report("notify", "c1", amd={"status": f"e {NAME}"})
        await events.report(f"f {NAME}", "c1")
        await events.ends("c1", result=f"g {NAME}", reason=f"h {NAME}")
        assert NAME.lower() not in str(tables_of(database_url)).lower()
        shown = await words_of(voice, "c1")
        assert [word for word in "abcdefgh" if f"{word} {NAME}".lower() not in shown.lower()] == []
        ended = await voice.ok("wait_for_call", call_id="c1")
        assert (ended["result"], ended["untrusted"]["reason"]) == ("other", f"H {NAME.upper()}")
        assert (await voice.ok("list_calls"))["calls"][0]["result"] == "other"
        await shell.ok("forget", REAL)
        assert NAME.lower() not in str(await words_of(voice, "c1")).lower()
        assert NAME.lower() not in str(await voice.ok("list_calls")).lower()
