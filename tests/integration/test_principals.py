"""Confirmations belong to a person; requests belong to everyone at a journal, unless a setting names the principal."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sinch_voice_mcp.app.identity import person_at_this_machine
from tests.callers import Caller, Era, Person, connected
from tests.shell import Shell
from tests.stage import CALL, Stage, listed, rehearsed


@asynccontextmanager
async def server(stage: Stage, era: Era, person: Person, **environ: str) -> AsyncGenerator[Caller]:
    """A client on a server of its own."""
    settings = rehearsed(SINCH_VOICE_DATABASE_URL=stage.url, **environ)
    async with connected(settings, era, sandbox=stage.sandbox, person=person, clock=stage.clock) as voice:
        yield voice


async def test_a_yes_of_one_person_is_not_that_of_another(stage: Stage, era: Era) -> None:
    anna, bo = Person("accept"), Person("decline", "decline")
    async with (
        server(stage, era, anna, SINCH_VOICE_PRINCIPAL="anna") as one,
        server(stage, era, bo, SINCH_VOICE_PRINCIPAL="bo") as two,
    ):
        placed = await one.ok("place_tts_callout", **CALL)
        assert (await two.fails("place_tts_callout", **CALL))["rule"] == "consent"
        assert (await two.fails("place_tts_callout", **{**CALL, "text": "Other"}))["rule"] == "consent"
        # The same again, on the first server, is covered by the first yes.
        assert (await one.ok("place_tts_callout", **CALL))["call_id"] == placed["call_id"]
    assert (len(anna.questions), len(bo.questions), len(stage.posts)) == (1, 2, 1)


async def test_named_principals_place_calls_of_their_own(stage: Stage, era: Era) -> None:
    async with (
        server(stage, era, Person("accept"), SINCH_VOICE_PRINCIPAL="anna") as one,
        server(stage, era, Person("accept"), SINCH_VOICE_PRINCIPAL="bo") as two,
    ):
        placed = [await voice.ok("place_tts_callout", **CALL, idempotency_key="k") for voice in (one, two)]
    assert placed[0]["call_id"] != placed[1]["call_id"]
    assert not any("duplicate_of" in one for one in placed)


@pytest.mark.parametrize("key", [{}, {"idempotency_key": "k"}])
async def test_unnamed_people_confirm_for_themselves_and_get_the_first_call(
    stage: Stage, era: Era, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bo = Person("accept"), Person("accept")
    monkeypatch.setenv("LOGNAME", "anna")
    async with server(stage, era, anna) as one:
        placed = await one.ok("place_tts_callout", **CALL, **key)
    # A restart as another user, as on another host.
    monkeypatch.setenv("LOGNAME", "bo")
    async with server(stage, era, bo) as two:
        again = await two.ok("place_tts_callout", **CALL, **key)
        (call,) = await listed(two)
    assert (again["call_id"], bool(again["duplicate_of"])) == (placed["call_id"], True)
    assert call["call_id"] == placed["call_id"]
    # The second person was asked all the same.
    assert (len(anna.questions), len(bo.questions), len(stage.posts)) == (1, 1, 1)


async def test_the_same_person_is_not_asked_again_by_a_second_server(stage: Stage, era: Era) -> None:
    person = Person("accept")
    async with server(stage, era, person) as one:
        await one.ok("place_tts_callout", **CALL)
    async with server(stage, era, person) as two:
        assert (await two.ok("place_tts_callout", **CALL, idempotency_key="k"))["call_id"]
    assert (len(person.questions), len(stage.posts)) == (1, 2)


@pytest.mark.parametrize(("environ", "principal"), [({}, "local"), ({"SINCH_VOICE_PRINCIPAL": "desk 7"}, "desk 7")])
async def test_the_log_says_who_confirmed(stage: Stage, environ: dict[str, str], principal: str) -> None:
    async with server(stage, "auto", Person("accept"), **environ) as voice:
        await voice.ok("place_tts_callout", **CALL)
    confirmer = environ.get("SINCH_VOICE_PRINCIPAL", person_at_this_machine())
    rows = await _log(stage.url)
    assert [rows[0]["event"], rows[1]["event"]] == ["approved", "claim"]
    assert rows[0]["principal"] == confirmer
    assert (rows[1]["principal"], rows[1]["confirmed_by"]) == (principal, confirmer)


async def _log(url: str) -> list[dict[str, Any]]:
    exported = await Shell(SINCH_VOICE_DATABASE_URL=url).ok("audit export")
    return [json.loads(line) for line in exported.lines]
