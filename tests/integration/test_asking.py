"""A callee is asked by phone and the pressed key is returned; the sandbox sends signed events to the receiver."""

import json
import re
from collections.abc import Mapping
from typing import Any

import anyio
import httpx2
import pytest

from sinch_voice_mcp.app.loopback import LOOPBACK_CALLBACK_URL
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox
from sinch_voice_mcp.settings import load
from tests.callers import Caller, Era, Person, connected
from tests.platforms import NUMBERS, OWN, PRICE, REAL, Forgetful
from tests.stage import QUESTION, QUICK, RULES, embedded, number, scene

CODE = {"question": "Please enter the code.", "cli": OWN, "digits": 4}


KEYS: Mapping[str, Mapping[str, Any]] = {
    "01": {"outcome": "no_input", "answered_by": "human", "result": None},
    "02": {"outcome": "answered", "key": "1", "meaning": "yes", "answered_by": "human", "result": None},
    "03": {"outcome": "answered", "key": "1", "meaning": "yes", "answered_by": "human"},
    "04": {"outcome": "no_input", "answered_by": "human"},
    "05": {"outcome": "no_input", "answered_by": "human"},
    "06": {"key": None, "untrusted": {"input": "9"}, "answered_by": "human"},
    "07": {"outcome": "no_input", "answered_by": "human"},
    "08": {"outcome": "no_input", "answered_by": "human"},
    "10": {"outcome": "no_answer", "answered_by": None, "result": "BUSY", "reason": "CANCEL"},
    "11": {"outcome": "no_answer", "answered_by": None, "result": "NOANSWER"},
    "12": {"outcome": "no_answer", "answered_by": None, "result": "FAILED"},
    "20": {"outcome": "machine", "answered_by": "machine", "result": None},
    "21": {"outcome": "machine", "answered_by": "machine"},
    "22": {"outcome": "machine", "answered_by": "machine"},
    "23": {"outcome": "no_input", "answered_by": "human"},
    "24": {"outcome": "no_input", "answered_by": "unknown"},
    "25": {"outcome": "no_input", "answered_by": "unknown"},
}
"""What comes of a question with the answers 1 and 2."""

DIGITS: Mapping[str, Mapping[str, Any]] = {
    "02": {"outcome": "unclear", "key": None, "untrusted": {"input": "1"}},
    "03": {"outcome": "answered", "key": "1234", "meaning": None, "answered_by": "human"},
    "05": {"outcome": "no_input", "key": None},
    "20": {"outcome": "machine", "key": None},
}
"""What comes of asking for four digits."""


async def test_each_destination_gets_its_own_outcome(database_url: str, era: Era) -> None:
    results: dict[tuple[str, bool], dict[str, Any]] = {}

    async def ask(voice: Caller, last: str, asked: dict[str, Any]) -> None:
        results[last, "digits" in asked] = await voice.ok("ask_by_phone", to=number(last), **asked)

    with anyio.fail_after(30):
        async with embedded(database_url, era) as voice:
            async with anyio.create_task_group() as tasks:
                for last in KEYS:
                    tasks.start_soon(ask, voice, last, QUESTION)
                for last in DIGITS:
                    tasks.start_soon(ask, voice, last, CODE)
            listed = await voice.ok("list_calls", limit=100)
    calls = listed["calls"]
    for table, digits in ((KEYS, False), (DIGITS, True)):
        for last, expected in table.items():
            result = results[last, digits]
            assert {name: result.get(name) for name in expected} == expected, last
            assert result["simulated"] is True
    # Everything has ended and is settled, with what the platform says it cost.
    ended = {call["call_id"]: call for call in calls}
    assert {call["state"] for call in calls} == {"ended"}
    for result in results.values():
        call = ended[result["call_id"]]
        assert listed["currency"] == "USD"
        assert call["cost"] == (0.02 if "answered_by" in result else 0)
        assert call.get("duration_s") == result.get("duration_s")
        # For a call without an answer, the list has the cause in words.
        assert ("why" in call) == ("answered_by" not in result)


MISUSES: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({}, "answers"),
    ({"answers": {"1": "yes"}, "digits": 4}, "answers"),
    ({"answers": {"12": "yes"}}, "answers"),
    ({"answers": {"#": "yes"}}, "answers"),
    ({"answers": {"": "yes"}}, "answers"),
    ({"answers": {"1": "  "}}, "answers"),
    ({"answers": {}}, "answers"),
    ({"digits": 0}, "answers"),
    ({"digits": 21}, "digits"),
    ({"answers": {"1": "yes"}, "question": ""}, "question"),
    ({"answers": {"1": "yes"}, "question": "  "}, "question"),
    ({"answers": {"1": "yes"}, "wait_s": 51}, "wait_s"),
    ({"answers": {"1": "yes"}, "to": "911"}, "to"),
    ({"answers": {"1": "yes"}, "cli": "+14155550199"}, "cli"),
    ({"answers": {"1": "yes"}, "question": "word " * 1_000}, "question"),
)
"""What is wrong with a question, and the argument that is to blame."""


async def test_an_invalid_question_names_its_argument_and_sends_nothing(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url) as stage, stage.server(era, environ=RULES) as voice:
        for arguments, field in MISUSES:
            error = await voice.fails("ask_by_phone", **{"to": REAL, "question": "Well?", "cli": OWN, **arguments})
            # A text that is too long is named by its place in the menu.
            named = error["field"].partition(".")[0]
            assert (error["code"] in {"invalid_input", "refused"}, named) == (True, field), arguments
        assert stage.posts == []


REST = ("SINCH_VOICE_CALLBACK_PORT", "SINCH_VOICE_CALLBACK_HOSTS", "primary callback URL", "callbacks check")
"""What the steps of the set-up name after the public URL."""


def _steps(error: dict[str, Any]) -> list[tuple[str, bool]]:
    """The steps of the set-up in the order in which an error names them, and whether each is done."""
    steps = re.findall(r"\(\d\) ([^;]+?)( \[done\])?(?=;|\. )", error["next_step"])
    names = ("SINCH_VOICE_PUBLIC_URL", *REST)
    assert len(steps) == len(names), error["next_step"]
    return [(name if name in step else step, bool(done)) for name, (step, done) in zip(names, steps, strict=True)]


@pytest.mark.parametrize(
    ("environ", "done"),
    [
        ({}, [True, False, False, False, False]),
        ({"SINCH_VOICE_CALLBACK_PORT": "0"}, [True, True, False, False, False]),
        ({"SINCH_VOICE_CALLBACK_HOSTS": "*.example.com"}, [True, False, True, False, False]),
    ],
)
async def test_the_steps_of_the_set_up_say_what_is_done_already(environ: dict[str, str], done: list[bool]) -> None:
    def platform(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/configuration/numbers"):
            return httpx2.Response(200, json=NUMBERS)
        if "/callbacks/" in request.url.path:
            return httpx2.Response(200, json={"url": {"primary": "https://other.example.com"}})
        return httpx2.Response(200, json=PRICE)

    rules = {"SINCH_VOICE_REHEARSE": "true", "SINCH_VOICE_CALLING_HOURS": "any"}
    settings = load({**rules, "SINCH_VOICE_PUBLIC_URL": "https://voice.example.com", **environ})
    async with connected(settings, "auto", transport=httpx2.MockTransport(platform)) as voice:
        error = await voice.fails("ask_by_phone", to=REAL, **QUESTION)
    assert error["code"] == "no_callbacks"
    assert [is_done for _, is_done in _steps(error)] == done
    assert "set https://voice.example.com/callbacks/voice as the application's primary" in error["next_step"]


@pytest.mark.parametrize("embedding", ["mock", "sandbox"])
async def test_without_events_no_question_is_asked(era: Era, embedding: str, sandbox: Sandbox) -> None:
    posts: list[httpx2.Request] = []

    def platform(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            posts.append(request)
        return httpx2.Response(200, json=NUMBERS if request.url.path.endswith("/configuration/numbers") else PRICE)

    rules = {"SINCH_VOICE_REHEARSE": "true", "SINCH_VOICE_CALLING_HOURS": "any"}
    mock = embedding == "mock"
    transport, platform_inside = (httpx2.MockTransport(platform), None) if mock else (None, sandbox)
    async with connected(load(rules), era, sandbox=platform_inside, transport=transport) as voice:
        error = await voice.fails("ask_by_phone", to=REAL, **QUESTION)
        assert (await voice.ok("list_calls"))["calls"] == []
    assert (error["code"], error["retry_safe"]) == ("no_callbacks", True)
    assert _steps(error) == [("SINCH_VOICE_PUBLIC_URL", False), *[(name, False) for name in REST]]
    assert posts == []
    assert [request for request in sandbox.requests if request.method == "POST"] == []


async def test_a_repeated_question_is_the_same_call(database_url: str, era: Era) -> None:
    async with scene(database_url) as stage, stage.server(era) as voice, stage.server(era) as other:
        first = await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
        second = await other.ok("ask_by_phone", to=number("02"), **QUESTION, wait_s=1)
        keyed = [
            await one.ok("ask_by_phone", to=number("02"), **QUESTION, idempotency_key="k") for one in (voice, other)
        ]
        mismatch = await voice.fails("ask_by_phone", to=number("03"), **QUESTION, idempotency_key="k")
    assert (second["call_id"], bool(second["duplicate_of"])) == (first["call_id"], True)
    assert "duplicate_of" not in first
    for name in ("outcome", "key", "meaning", "answered_by", "duration_s"):
        assert second[name] == first[name]
    assert keyed[0]["call_id"] == keyed[1]["call_id"] != first["call_id"]
    assert (mismatch["code"], mismatch["field"]) == ("invalid_input", "idempotency_key")
    assert len(stage.posts) == 2


async def test_at_the_same_time_on_two_servers_it_is_one_call_and_both_get_the_answer(database_url: str) -> None:
    results: list[dict[str, Any]] = []

    async def ask(voice: Caller) -> None:
        results.append(await voice.ok("ask_by_phone", to=number("02"), **QUESTION))

    async with scene(database_url) as stage, stage.server() as one, stage.server() as two:
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                for voice in (one, two, one, two):
                    tasks.start_soon(ask, voice)
        assert len(stage.posts) == 1
    assert {(result["call_id"], result["key"]) for result in results} == {(results[0]["call_id"], "1")}
    assert sum("duplicate_of" not in result for result in results) == 1


@pytest.mark.parametrize(
    ("locale", "said", "thanks"),
    [
        (None, "For yes, press 1. For no, press 2.", "Thank you. Goodbye."),
        ("sv-SE", "För yes, tryck 1. För no, tryck 2.", "Tack. Hej då."),
        ("hu-HU", "1: yes. 2: no.", None),
    ],
)
async def test_the_options_are_spoken_in_the_language_of_the_question(
    sqlite_url: str, locale: str | None, said: str, thanks: str | None
) -> None:
    async with scene(sqlite_url) as stage, stage.server() as voice:
        asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION, **({"locale": locale} if locale else {}))
        replies = {detail["kind"]: json.loads(detail["body"]) for detail in stage.noted(asked["call_id"], "reply")}
    assert asked["meaning"] == "yes"
    (menu,) = replies["ace"]["action"]["menus"]
    assert replies["ace"]["action"]["locale"] == (locale or "en-US")
    assert menu["mainPrompt"] == f"#tts[Do you come on Friday? {said}]"
    spoken = [instruction["text"] for instruction in replies["pie"].get("instructions", [])]
    assert spoken == ([] if thanks is None else [thanks])
    # The callout has the number and nothing of the conversation, so the platform has to ask for that.
    (post,) = stage.posts
    callout = json.loads(post.body)["customCallout"]
    assert "ace" not in callout
    assert "pie" not in callout
    assert len(callout["custom"]) == 32
    assert json.loads(callout["ice"])["action"]["amd"] == {"enabled": True}


@pytest.mark.parametrize("text", ["Is it [yes]?", "a]; #href[https://example.com/x.wav]", "1 < 2 & more; 50 %{key}"])
async def test_no_words_of_a_question_become_part_of_the_menu(sqlite_url: str, text: str) -> None:
    async with scene(sqlite_url) as stage, stage.server() as voice:
        asked = {"to": number("02"), "cli": OWN, "question": text, "answers": {"1": "a {key} b"}}
        result = await voice.client.call_tool("ask_by_phone", asked)
        if result.is_error:
            assert stage.posts == []
            return
        assert result.structured_content is not None
        call_id = result.structured_content["call_id"]
        (reply,) = [json.loads(detail["body"]) for detail in stage.noted(call_id, "reply") if detail["kind"] == "ace"]
    assert reply["action"]["menus"][0]["mainPrompt"] == f"#tts[{text} For a {{key}} b, press 1.]"


async def test_the_user_confirms_the_complete_question_before_the_phone_rings(database_url: str, era: Era) -> None:
    async with scene(database_url, RULES) as stage:
        person = Person("accept", "decline")
        async with stage.server(era, person, environ=RULES) as voice:
            asked = await voice.ok("ask_by_phone", to=REAL, **QUESTION)
            error = await voice.fails("ask_by_phone", to="+14045005001", **QUESTION)
        assert asked["outcome"] == "no_input"
        assert (error["code"], error["rule"]) == ("refused", "consent")
        assert len(stage.posts) == 1
    for part in ("+1 404-500-5000", "Do you come on Friday? For yes, press 1. For no, press 2."):
        assert part in person.questions[0]


async def test_the_answer_can_be_waited_for_after_the_question_timed_out(database_url: str, era: Era) -> None:
    clock = ManualClock()
    async with scene(database_url, clock=clock) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION, wait_s=0.05)
        assert (asked["timed_out"], "outcome" in asked) == (True, False)
        assert "wait_for_call" in asked["summary"]
        assert "Do not ask again" in asked["summary"]
        for _ in range(30):
            clock.advance(1)
            await stage.sandbox.settle()
        answered = await voice.ok("wait_for_call", call_id=asked["call_id"], until="input")
        ended = await voice.ok("wait_for_call", call_id=asked["call_id"])
    assert answered["untrusted"] == ended["untrusted"] == {"input": "1"}
    assert (ended["state"], ended["result"], ended["reason"]) == ("ended", "ANSWERED", "MANAGERHANGUP")


@pytest.mark.parametrize("status", [404, 400, 500, None])
async def test_an_answer_is_returned_even_if_the_platform_cannot_be_asked(sqlite_url: str, status: int | None) -> None:
    async with (
        scene(sqlite_url) as stage,
        stage.server(transport=Forgetful(stage.sandbox, status), pace=QUICK) as voice,
    ):
        with anyio.fail_after(20):
            asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
        seen = await voice.ok("wait_for_call", call_id=asked["call_id"])
    assert (asked["outcome"], asked["key"]) == ("answered", "1")
    assert (seen["state"], seen["untrusted"]) == ("ended", {"input": "1"})


async def test_no_phone_rings_if_the_events_would_go_elsewhere(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url) as stage, stage.server(era) as voice:
        for url in ("https://voice.example.com/elsewhere", ""):
            await voice.ok("set_callbacks", primary=url)
            error = await voice.fails("ask_by_phone", to=number("02"), **QUESTION)
            assert error["code"] == "no_callbacks"
        assert stage.posts == []
        await voice.ok("set_callbacks", primary=LOOPBACK_CALLBACK_URL)
        assert (await voice.ok("ask_by_phone", to=number("02"), **QUESTION))["meaning"] == "yes"


async def test_a_url_of_this_machine_is_for_the_sandbox_only(sqlite_url: str) -> None:
    async with scene(sqlite_url) as stage, stage.server(environ=RULES) as voice:
        error = await voice.fails("set_callbacks", primary=LOOPBACK_CALLBACK_URL)
    assert (error["code"], error["rule"]) == ("refused", "callback_url")


async def test_the_user_is_not_asked_if_the_answer_could_not_come_back(sqlite_url: str) -> None:
    person = Person()
    async with scene(sqlite_url) as stage, stage.server(person=person, environ=RULES) as voice:
        stage.sandbox.engine.account.set_callbacks(stage.sandbox.credentials.key, primary=None)
        assert (await voice.fails("ask_by_phone", to=REAL, **QUESTION))["code"] == "no_callbacks"
    assert person.questions == []
