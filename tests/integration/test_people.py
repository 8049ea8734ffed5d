"""What is known of people comes through many doors: it is nowhere as it is, and `forget` erases all of it."""

import json
import logging
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.surveys import SurveyQuestion
from sinch_voice_mcp.svaml import ConnectPstn, Document, NumberDestination
from sinch_voice_mcp.text.masking import written_numbers
from tests.callers import Caller, connected
from tests.platforms import OTHER, OWN, REAL, Platform, SignedEvents
from tests.recorded import tables_of
from tests.shell import Shell
from tests.stage import opened, settings_of

NAME, KEYS = "Larsson", "904477"
DIGITS = REAL.removeprefix("+1")
FORMS = ("+1 (404) 500-5000", "404.500.5000", "tel:+1-404-500-5000", f"00{REAL[1:]}", REAL, "1 404 500 50 00")
SHORT = "+1404…00"
HANG_UP = {"action": {"name": "hangup"}}
PAIRS = [{"key": f"x-{form}", "value": f"{NAME} {form}"} for form in FORMS]
FULL_WIDTH = str.maketrans({f"{digit}": chr(0xFF10 + digit) for digit in range(10)})


def _question() -> SurveyQuestion:
    to = NumberDestination(endpoint=REAL)
    return SurveyQuestion(to, f"Is your test on Friday, {NAME}?", {"1": "yes"}, None, OWN, "en-US")


@dataclass
class Doors:
    """The doors of one server and one receiver on one journal."""

    voice: Caller
    service: VoiceService
    events: SignedEvents
    answers: list[httpx2.Response]

    async def pass_all(self) -> None:
        """Let a person come through every door."""
        await self._requests()
        await self._asked()
        await self._incoming()
        await self._errors()
        await self.voice.ok("emergency_stop", reason=f"called {FORMS[0]}, {FORMS[1].translate(FULL_WIDTH)}")

    async def _requests(self) -> None:
        self._accept("c1", "c2")
        key = {"idempotency_key": f"{NAME} {FORMS[0]}"}
        await self.voice.ok("place_tts_callout", to=REAL, cli=OWN, text=f"Hello {NAME}, {FORMS[1]}", **key)
        room = f"{NAME} {FORMS[0]}"
        await self.voice.ok("place_conference_callout", to=[REAL], cli=OWN, conference_id=room)
        self.answers.append(httpx2.Response(200, json={}))
        dial = Document(action=ConnectPstn(number=REAL, cli=OWN)).to_json()
        await self.voice.ok("update_call", call_id="c9", svaml=dial)
        await self.events.report("pie", "c9", menuResult={"menuId": NAME, "type": "return", "value": KEYS})

    async def _asked(self) -> None:
        self._accept("c3")
        question = _question()
        await self.service.calls.place(question.request(), replies_from_receiver=True)
        said = {"cookies": PAIRS, "callHeaders": PAIRS, "user": NAME, "conferenceId": f"{NAME} {FORMS[1]}"}
        await self.events.report("ice", "c3", cli=OWN, to={"type": "number", "endpoint": REAL}, **said)
        await self.events.report("ace", "c3", amd={"status": FORMS[0], "reason": FORMS[1]}, **said)
        pressed = {"menuId": f"{NAME} {FORMS[2]}", "type": "return", "value": KEYS, "inputMethod": FORMS[3]}
        await self.events.report("pie", "c3", menuResult=pressed, **said)
        note = {"type": f"{NAME} {FORMS[0]}", "destination": FORMS[2], "errorMsg": f"{NAME} {FORMS[4]}"}
        await self.events.report("notify", "c3", **note, **said)
        await self.events.ends("c3", result=FORMS[5], reason=FORMS[0], **{"from": OWN, "to": {"endpoint": FORMS[1]}})
        await self.events.report(f"new {FORMS[0]}", "c3", **said)

    async def _incoming(self) -> None:
        await self.events.rings("in-1", cli=REAL.removeprefix("+"), rdnis=REAL, cookies=PAIRS)
        await self.events.report("pie", "in-1", menuResult={"menuId": "m", "type": "return", "value": KEYS})
        await self.events.ends("in-1")
        # Another program's call on the same application: the journal has no request for it.
        await self.events.ends("foreign", to={"type": "number", "endpoint": REAL.removeprefix("+")}, cookies=PAIRS)

    async def _errors(self) -> None:
        for form in FORMS:
            error = {"errorCode": 40300, "message": f"{NAME} at {form} is barred", "reference": f"{NAME} {form}"}
            self.answers.append(httpx2.Response(403, json=error))
            failed = await self.voice.fails("place_tts_callout", to=REAL, cli=OWN, text=f"{NAME} {form}")
            assert failed["code"] == "forbidden"

    def _accept(self, *call_ids: str) -> None:
        self.answers += [httpx2.Response(200, json={"callId": call_id}) for call_id in call_ids]


@asynccontextmanager
async def doors(url: str, environ: Mapping[str, str] | None = None) -> AsyncGenerator[Doors]:
    """A server and a receiver; the platform answers as the test says."""
    answers: list[httpx2.Response] = []
    lost = httpx2.Response(404, json={"errorCode": 40400, "message": "no", "reference": "r"})
    platform = Platform(lambda request: lost if request.method == "GET" else answers.pop(0))
    environ = {"CONFIRM": "never", **(environ or {})}
    async with (
        opened(url, environ, transport=platform.transport) as (service, events),
        connected(settings_of(url, environ), "auto", transport=platform.transport) as voice,
    ):
        yield Doors(voice, service, events, answers)


def assert_nothing_readable(text: str) -> None:
    """No text of the person, no keys pressed, and the number in no written form."""
    assert NAME not in text
    assert not re.search(rf"(?<![0-9]){KEYS}(?![0-9])", text)
    assert [found for found in written_numbers(text) if found.endswith(DIGITS)] == []
    for form in (*FORMS, DIGITS, DIGITS.translate(FULL_WIDTH)):
        assert form.removeprefix("tel:") not in text


def texts_of(url: str) -> str:
    return json.dumps(tables_of(url), ensure_ascii=False, default=str)


def bytes_of(url: str) -> str:
    """The files of a SQLite journal as they are on the disk; nothing for PostgreSQL."""
    if not url.startswith("sqlite"):
        return ""
    file = Path(url.removeprefix("sqlite:///"))
    return "".join(each.read_bytes().decode("latin-1") for each in file.parent.glob(f"{file.name}*"))


async def test_nothing_of_a_person_is_readable_and_forget_erases_it(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "sinch_voice_mcp")
    shell = Shell(SINCH_VOICE_DATABASE_URL=database_url)
    async with doors(database_url) as stage:
        await stage.pass_all()
        for text in (texts_of(database_url), bytes_of(database_url), caplog.text):
            assert_nothing_readable(text)
        assert_nothing_readable((await shell.ok("audit export")).out)
        assert len(tables_of(database_url)["people"]) > 20

        said = (await shell.ok("forget", REAL)).out
        assert "was in 11 requests." in said
        kept = tables_of(database_url)
        assert kept["people"] == []
        assert_nothing_readable(texts_of(database_url) + bytes_of(database_url) + (await shell.ok("audit export")).out)
        # Hash and shortened number remain where the command says that they remain.
        (hashed,) = {one for row in kept["audit"] for one in json.loads(row["details"]).get("destinations", ())}
        assert {table for table, rows in kept.items() if hashed in str(rows)} == {"audit"}
        assert {table for table, rows in kept.items() if "1404" in str(rows)} == {"audit", "gate"}
        # Nothing is left to erase.
        assert "was in 0 requests." in (await shell.ok("forget", REAL)).out


async def test_forget_leaves_what_is_known_of_others(database_url: str) -> None:
    async with doors(database_url) as stage:
        stage.answers.append(httpx2.Response(200, json={"callId": "c8"}))
        await stage.voice.ok("place_tts_callout", to=OTHER, cli=OWN, text="Hello")
        await stage.events.rings("in-9", cli=OTHER.removeprefix("+"))
        await stage.pass_all()
        await Shell(SINCH_VOICE_DATABASE_URL=database_url).ok("forget", REAL)
        listed = (await stage.voice.ok("list_calls"))["calls"]
        assert sorted(call["number"] for call in listed if "number" in call) == [OTHER, OTHER]


async def test_a_reply_still_due_to_a_forgotten_callee_hangs_up(database_url: str) -> None:
    async with doors(database_url) as stage:
        stage.answers.append(httpx2.Response(200, json={"callId": "c3"}))
        question = _question()
        await stage.service.calls.place(question.request(), replies_from_receiver=True)
        said = (await Shell(SINCH_VOICE_DATABASE_URL=database_url).ok("forget", REAL)).out
        assert "Calls not ended: 1." in said
        assert (await stage.events.report("ace", "c3")).json() == HANG_UP


async def test_a_journal_under_another_secret_is_masked_says_so_and_serves(database_url: str) -> None:
    async with doors(database_url, {"JOURNAL_KEY": "the first of two secrets, long enough"}) as stage:
        await stage.pass_all()
        (before, *_) = [event async for event in _events(stage.voice, "c3", "pie")]
        assert before["untrusted"]["input"] == KEYS
    async with doors(database_url, {"JOURNAL_KEY": "another secret, which is long enough, too"}) as stage:
        listed = await stage.voice.ok("list_calls")
        assert {call["number"] for call in listed["calls"]} == {SHORT}
        assert "sealed under another secret" in listed["summary"]
        (event, *_) = [event async for event in _events(stage.voice, "c3", "pie")]
        assert "SINCH_VOICE_JOURNAL_KEY" in event["unreadable"]
        assert "input" not in event.get("untrusted", {})
        # Redelivered, as the platform does; and a new one.
        assert (await stage.events.rings("in-1", cli=REAL.removeprefix("+"), rdnis=REAL, cookies=PAIRS)).status == 200
        assert (await stage.events.rings("in-2", cli=REAL.removeprefix("+"))).status == 200
        assert (await stage.voice.ok("list_calls", limit=1))["calls"][0]["number"] == REAL
        await Shell(SINCH_VOICE_DATABASE_URL=database_url).ok("forget", REAL)
    assert tables_of(database_url)["people"] == []
    # The first secret again: nothing is left, and nothing fails.
    async with doors(database_url, {"JOURNAL_KEY": "the first of two secrets, long enough"}) as stage:
        assert "number" not in (await stage.voice.ok("list_calls"))["calls"][0]


async def _events(voice: Caller, call_id: str, kind: str) -> AsyncGenerator[dict[str, Any]]:
    for event in (await voice.ok("get_call_events", call_id=call_id))["events"]:
        if event["event"] == kind:
            yield event
