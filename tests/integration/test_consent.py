"""The user confirms a call, once per destination and hour; an answer holds for one call."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from mcp.client.context import ClientRequestContext
from mcp.types import (
    CallToolResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    InputRequiredResult,
    InputResponses,
)

from sinch_voice_mcp.app import sealing_key
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox, create_sandbox
from sinch_voice_mcp.tools.sealing import SingleUse
from tests.callers import Caller, Era, Person, changes, connected, text_of
from tests.platforms import OWN, REAL
from tests.stage import CALL, rehearsed

OTHER = "+14045005001"


async def test_the_question_before_a_call_names_number_country_text_and_price(era: Era, sandbox: Sandbox) -> None:
    person = Person("accept")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        assert (await voice.ok("place_tts_callout", **CALL))["call_id"]
    (question,) = person.questions
    for part in ("+1 404-500-5000", "US", OWN[-4:], "Hello Anna", "per minute"):
        assert part in question


@pytest.mark.parametrize("answer", ["decline", "cancel", "untick"])
async def test_a_call_that_is_not_confirmed_is_not_placed(era: Era, sandbox: Sandbox, answer: str) -> None:
    async with connected(rehearsed(), era, sandbox=sandbox, person=Person(answer)) as voice:
        before = changes(sandbox)
        error = await voice.fails("place_tts_callout", **CALL)
        assert (error["code"], error["rule"]) == ("refused", "consent")
        assert changes(sandbox) == before


@pytest.mark.parametrize("content", [None, {}, {"place": "true"}, {"place": 1}, {"place": None}, {"Place": True}])
async def test_an_accepted_form_without_a_clear_yes_places_nothing(
    era: Era, sandbox: Sandbox, content: dict[str, Any] | None
) -> None:
    async def unclear(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context, params
        return ElicitResult(action="accept", content=content)

    async with connected(rehearsed(), era, sandbox=sandbox, person=unclear) as voice:
        before = changes(sandbox)
        for _ in range(2):
            error = await voice.fails("place_tts_callout", **CALL)
            assert (error["code"], error["rule"]) == ("refused", "consent")
            assert "`place`" in error["message"]
        assert changes(sandbox) == before


async def test_the_form_asks_for_a_yes_and_has_no_default(era: Era, sandbox: Sandbox) -> None:
    async def look(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        assert isinstance(params, ElicitRequestFormParams)
        forms.append(params.requested_schema)
        return ElicitResult(action="decline")

    forms: list[dict[str, Any]] = []
    async with connected(rehearsed(), era, sandbox=sandbox, person=look) as voice:
        await voice.fails("place_tts_callout", **CALL)
    (form,) = forms
    assert form["required"] == ["place"]
    assert form["properties"]["place"] == {
        "description": "Place this call, or change it as described",
        "title": "Place",
        "type": "boolean",
    }


async def test_a_confirmation_holds_for_its_destination_and_one_hour(era: Era, clock: ManualClock) -> None:
    sandbox = create_sandbox(clock=clock, wall=clock)
    person = Person("accept", "accept", "accept")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person, clock=clock) as voice:
        await voice.ok("place_tts_callout", **CALL)
        clock.advance(3_500)
        await voice.ok("place_tts_callout", **CALL)
        assert len(person.questions) == 1
        await voice.ok("place_tts_callout", **{**CALL, "to": OTHER})
        assert len(person.questions) == 2
        clock.advance(200)
        await voice.ok("place_tts_callout", **CALL)
        assert len(person.questions) == 3


async def test_a_call_that_sends_keys_is_confirmed_each_time(era: Era, sandbox: Sandbox) -> None:
    person = Person("accept", "accept", "decline")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        await voice.ok("place_tts_callout", **CALL)
        await voice.ok("place_tts_callout", **CALL, dtmf="12345")
        assert (await voice.fails("place_tts_callout", **CALL, dtmf="123456"))["rule"] == "consent"
    assert len(person.questions) == 3


async def test_a_conference_is_confirmed_once_with_all_its_numbers(era: Era, sandbox: Sandbox) -> None:
    person = Person("accept")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL, OTHER], conference_id="room", cli=OWN)
    assert len(placed["legs"]) == 2
    (question,) = person.questions
    assert "404-500-5000" in question
    assert "404-500-5001" in question


async def test_a_transfer_of_a_call_in_progress_is_confirmed(era: Era, sandbox: Sandbox, clock: ManualClock) -> None:
    person = Person("accept", "decline")
    async with connected(rehearsed(), era, sandbox=sandbox, person=person) as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL], conference_id="room", cli=OWN)
        clock.advance(5)
        document = {"action": {"name": "connectPstn", "number": OTHER, "cli": OWN}}
        error = await voice.fails("update_call", call_id=placed["legs"][0]["call_id"], svaml=document)
    assert error["rule"] == "consent"
    assert "404-500-5001" in person.questions[1]


async def test_a_dry_run_asks_no_question(era: Era, sandbox: Sandbox) -> None:
    async with connected(rehearsed(), era, sandbox=sandbox, person=Person()) as voice:
        assert (await voice.ok("place_tts_callout", **CALL, dry_run=True))["verdicts"]


async def test_a_refused_call_asks_no_question(era: Era, sandbox: Sandbox) -> None:
    async with connected(rehearsed(), era, sandbox=sandbox, person=Person()) as voice:
        assert (await voice.fails("place_tts_callout", **{**CALL, "to": "911"}))["rule"] == "emergency_number"


async def test_a_client_that_cannot_ask_places_calls_on_its_own_approval(era: Era, sandbox: Sandbox) -> None:
    async with connected(rehearsed(), era, sandbox=sandbox) as voice:
        assert (await voice.ok("place_tts_callout", **CALL))["call_id"]


async def test_with_confirm_always_a_client_that_cannot_ask_places_nothing(era: Era, sandbox: Sandbox) -> None:
    async with connected(rehearsed(SINCH_VOICE_CONFIRM="always"), era, sandbox=sandbox) as voice:
        before = changes(sandbox)
        error = await voice.fails("place_tts_callout", **CALL)
        assert (error["rule"], "SINCH_VOICE_CONFIRM" in error["how_to_change"]) == ("consent", True)
        assert changes(sandbox) == before


async def test_trusted_numbers_and_confirm_never_ask_no_question(era: Era, sandbox: Sandbox) -> None:
    async with connected(rehearsed(SINCH_VOICE_TRUSTED_NUMBERS=REAL), era, sandbox=sandbox, person=Person()) as voice:
        assert (await voice.ok("place_tts_callout", **CALL))["call_id"]
    never = rehearsed(SINCH_VOICE_CONFIRM="never", SINCH_VOICE_ALLOWED_REGIONS="US")
    async with connected(never, era, sandbox=sandbox, person=Person()) as voice:
        assert (await voice.ok("place_tts_callout", **CALL))["call_id"]


async def _asked(voice: Caller, arguments: dict[str, Any]) -> InputRequiredResult:
    result = await voice.client.session.call_tool("place_tts_callout", arguments, allow_input_required=True)
    assert isinstance(result, InputRequiredResult)
    return result


def _yes(asked: InputRequiredResult) -> InputResponses:
    return {key: ElicitResult(action="accept", content={"place": True}) for key in asked.input_requests or {}}


async def _answered(
    voice: Caller, arguments: dict[str, Any], asked: InputRequiredResult, state: str | None = None
) -> CallToolResult:
    yes = _yes(asked)
    result = await voice.client.session.call_tool(
        "place_tts_callout", arguments, input_responses=yes, request_state=state or asked.request_state
    )
    assert isinstance(result, CallToolResult)
    return result


def _is_unusable(result: CallToolResult) -> None:
    """An answer that belongs to no open question is a refusal with a next step, not a failure of the request."""
    error = json.loads(text_of(result))
    assert (result.is_error, error["code"], error["rule"]) == (True, "refused", "consent")
    assert "could not be asked" in error["message"]
    assert "Send the same request again" in error["next_step"]


def _posts(sandbox: Sandbox) -> Sequence[object]:
    return [request for request in sandbox.requests if request.raw_path == "/calling/v1/callouts"]


async def test_fault_12_a_replayed_answer_returns_the_first_call(clock: ManualClock) -> None:
    sandbox = create_sandbox(clock=clock, wall=clock)
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=Person(), clock=clock) as voice:
        asked = await _asked(voice, CALL)
        first = json.loads(text_of(await _answered(voice, CALL, asked)))
        # Long after the same arguments without an answer would be a new request.
        clock.advance(500)
        second = json.loads(text_of(await _answered(voice, CALL, asked)))
    assert second["call_id"] == first["call_id"]
    assert second["duplicate_of"]
    assert len(_posts(sandbox)) == 1


async def test_fault_12_a_forged_or_foreign_answer_places_nothing(sandbox: Sandbox) -> None:
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=Person()) as voice:
        asked = await _asked(voice, CALL)
        sealed = asked.request_state or ""
        forged = sealed[:-6] + ("AAAAAA" if not sealed.endswith("AAAAAA") else "BBBBBB")
        for arguments, state in ((CALL, forged), ({**CALL, "to": OTHER}, sealed), ({**CALL, "text": "Other"}, sealed)):
            _is_unusable(await _answered(voice, arguments, asked, state))
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=Person()) as other:
        _is_unusable(await _answered(other, CALL, asked))
    assert _posts(sandbox) == []


async def test_fault_12_an_answer_without_its_question_asks_again(sandbox: Sandbox) -> None:
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=Person()) as voice:
        asked = await _asked(voice, CALL)
        yes = _yes(asked)
        result = await voice.client.session.call_tool(
            "place_tts_callout", CALL, input_responses=yes, allow_input_required=True
        )
        assert isinstance(result, InputRequiredResult)
    assert _posts(sandbox) == []


async def test_fault_12_an_expired_answer_places_nothing(sandbox: Sandbox) -> None:
    key = {"SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key, "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret}
    settings = rehearsed(**key)
    codec = SingleUse([sealing_key(settings)])
    async with connected(settings, "auto", sandbox=sandbox, person=Person()) as voice:
        asked = await _asked(voice, CALL)
        claims = json.loads(codec.unseal(asked.request_state or ""))
        assert 0 < claims["exp"] - claims["iat"] <= 600
        late = codec.seal(json.dumps({**claims, "iat": claims["iat"] - 601, "exp": claims["exp"] - 601}).encode())
        _is_unusable(await _answered(voice, CALL, asked, late))
    assert _posts(sandbox) == []


async def test_two_calls_in_one_task_each_have_an_answer_of_their_own(sandbox: Sandbox) -> None:
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=Person()) as voice:
        first = await _answered(voice, CALL, await _asked(voice, CALL))
        # Without a question, and so without an answer, in the same task.
        again = await _answered_without_question(voice, {**CALL, "idempotency_key": "k"})
        other = {**CALL, "text": "Another"}
        second = await _answered(voice, other, await _asked(voice, other))
    placed = [json.loads(text_of(result)) for result in (first, again, second)]
    assert len({one["call_id"] for one in placed}) == 3
    assert not any("duplicate_of" in one for one in placed)
    assert len(_posts(sandbox)) == 3


async def _answered_without_question(voice: Caller, arguments: dict[str, Any]) -> CallToolResult:
    result = await voice.client.session.call_tool("place_tts_callout", arguments)
    assert isinstance(result, CallToolResult)
    return result


async def test_a_replayed_answer_speaks_once(clock: ManualClock) -> None:
    sandbox = create_sandbox(clock=clock, wall=clock)
    async with connected(
        rehearsed(SINCH_VOICE_CONFIRM="never", SINCH_VOICE_ALLOWED_REGIONS="US"), "auto", sandbox=sandbox, clock=clock
    ) as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL], conference_id="room", cli=OWN)
    clock.advance(5)
    playing = {"call_id": placed["legs"][0]["call_id"], "text": "Hello"}
    async with connected(rehearsed(), "auto", sandbox=sandbox, person=Person(), clock=clock) as voice:
        session = voice.client.session
        asked = await session.call_tool("play_to_call", playing, allow_input_required=True)
        assert isinstance(asked, InputRequiredResult)
        results: list[dict[str, Any]] = []
        for _ in range(2):
            result = await session.call_tool(
                "play_to_call", playing, input_responses=_yes(asked), request_state=asked.request_state
            )
            assert isinstance(result, CallToolResult)
            results.append(json.loads(text_of(result)))
    assert ["warnings" in result for result in results] == [False, True]
    assert sum(request.method == "PATCH" for request in sandbox.requests) == 1


KEY = {"SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key, "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret}


async def test_servers_of_one_person_accept_each_others_questions(database_url: str) -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    settings = rehearsed(SINCH_VOICE_DATABASE_URL=database_url, **KEY)
    async with connected(settings, "auto", sandbox=sandbox, person=Person(), clock=clock) as one:
        asked = await _asked(one, CALL)
    async with connected(settings, "auto", sandbox=sandbox, person=Person(), clock=clock) as other:
        assert not (await _answered(other, CALL, asked)).is_error
    assert len(_posts(sandbox)) == 1


@pytest.mark.parametrize("used", [True, False])
@pytest.mark.parametrize("which", ["person", "journal"])
async def test_an_answer_of_one_person_grants_nothing_to_another(database_url: str, which: str, *, used: bool) -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    shared = {"SINCH_VOICE_DATABASE_URL": database_url, **KEY}
    other = {**shared, "SINCH_VOICE_PRINCIPAL": "bob"} if which == "person" else KEY
    bob = Person("decline")
    async with (
        connected(
            rehearsed(**shared, SINCH_VOICE_PRINCIPAL="anna"), "auto", sandbox=sandbox, person=Person(), clock=clock
        ) as first,
        connected(rehearsed(**other), "auto", sandbox=sandbox, person=bob, clock=clock) as second,
    ):
        asked = await _asked(first, CALL)
        if used:
            await _answered(first, CALL, asked)
        _is_unusable(await _answered(second, CALL, asked))
        # Nothing was recorded for the other person, who is asked like before.
        assert (await second.fails("place_tts_callout", **CALL))["rule"] == "consent"
    assert len(bob.questions) == 1
    assert len(_posts(sandbox)) == used
