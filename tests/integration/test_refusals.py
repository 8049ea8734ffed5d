"""Requests that are refused before anything is sent."""

import json

import pytest

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox
from tests.callers import Caller, Connect, changes, text_of

ANNA, OWN = "+12025550100", "+14155550100"
HANGUP = {"action": {"name": "hangup"}}


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"cli": None}, "refused", "cli"),
        ({"to": "4045005000"}, "refused", "to"),
        ({"to": "+1404"}, "refused", "to"),
        ({"to": "hello"}, "refused", "to"),
        ({"to": ""}, "refused", "to"),
        ({"to": "911"}, "refused", "to"),
        ({"to": "+19005551234"}, "refused", "to"),
        ({"to": "00146701234567"}, "refused", "to"),
        ({"text": "a" * 10_000}, "refused", "text"),
        ({"text": "a\u202eb"}, "refused", "text"),
        ({"cli": "+14155550199"}, "refused", "cli"),
        ({"cli": "private"}, "refused", "cli"),
        ({"dtmf": "12x"}, "refused", "dtmf"),
        ({"text": None, "audio_urls": ["https://127.0.0.1/a.mp3"]}, "refused", "audio_urls"),
        ({"text": None, "audio_urls": ["https://evil.test/a.mp3"]}, "refused", "audio_urls"),
        ({"text": None, "ssml": "<speak>open"}, "refused", "ssml"),
        ({"text": None, "ssml": "<speak>a]</speak>"}, "invalid_prompt", "ssml"),
        ({"ssml": "<speak>a</speak>"}, "invalid_input", "text"),
        ({"text": None}, "invalid_input", "text"),
        ({"colour": "red"}, "invalid_input", "colour"),
        ({"locales": "en-US"}, "invalid_input", "locales"),
        ({"to": None}, "invalid_input", "to"),
        ({"to": 911}, "invalid_input", "to"),
        ({"dry_run": "perhaps"}, "invalid_input", "dry_run"),
    ],
)
async def test_a_refused_call_never_reaches_the_platform(
    voice: Caller, sandbox: Sandbox, arguments: dict[str, object], code: str, field: str | None
) -> None:
    seen = changes(sandbox)
    wanted = {"to": ANNA, "text": "Hello", "cli": OWN} | arguments
    error = await voice.fails("place_tts_callout", **{k: v for k, v in wanted.items() if v is not None or k == "to"})
    assert (error["code"], error.get("field")) == (code, field)
    assert error["retry_safe"] is True
    assert changes(sandbox) == seen


async def test_a_refused_number_of_a_conference_is_named_by_its_position(voice: Caller) -> None:
    error = await voice.fails("place_conference_callout", to=[ANNA, "911"], conference_id="room", cli=OWN)
    assert (error["rule"], error["field"]) == ("emergency_number", "to[1]")


async def test_one_phone_is_not_rung_twice_by_one_request(voice: Caller, sandbox: Sandbox) -> None:
    seen = changes(sandbox)
    error = await voice.fails("place_conference_callout", to=[ANNA, "+1 (202) 555-0100"], conference_id="room", cli=OWN)
    assert (error["code"], error["field"]) == ("invalid_input", "to[1]")
    assert changes(sandbox) == seen


@pytest.mark.parametrize("name", ["..", ".", "  ", "a\nb", "x" * 65, ""])
async def test_a_conference_name_that_could_not_be_closed_is_rejected(
    voice: Caller, sandbox: Sandbox, name: str
) -> None:
    seen = changes(sandbox)
    error = await voice.fails("place_conference_callout", to=[ANNA], conference_id=name, cli=OWN)
    assert (error["code"], error["field"]) == ("invalid_input", "conference_id")
    document = {"action": {"name": "connectConf", "conferenceId": name}}
    assert (await voice.fails("update_call", call_id="c1", svaml=document))["field"] == "$.action.conferenceId"
    assert changes(sandbox) == seen


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"cli": OWN, "ice": {"action": {"name": "hangup"}}}, "only goes with an `ice` that dials"),
        (
            {"cli": OWN, "ice": {"action": {"name": "connectPstn", "number": ANNA, "cli": "+14155550101"}}},
            "differs from the one inside `ice`",
        ),
        ({"cli": OWN}, "give exactly one of `to` or `ice`; none was given"),
    ],
)
async def test_a_custom_callout_with_contradictory_arguments_is_rejected(
    voice: Caller, arguments: dict[str, object], says: str
) -> None:
    error = await voice.fails("place_custom_callout", **arguments)
    assert error["code"] == "invalid_input"
    assert says in error["message"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"to": 5}, "`to` must be a list"),
        ({"max_duration": True}, "`max_duration` must be a whole number"),
        ({"max_duration": 90_000.0}, "`max_duration` must be 14400 or less"),
        ({"max_duration": -1}, "`max_duration` must be 1 or more"),
        ({"to": [ANNA] * 6}, "`to` takes at most 5 items"),
        ({"to": [ANNA, 5]}, "`to[1]` must be text"),
        ({"moh": "jazz"}, "`moh` must be 'ring', 'music1', 'music2' or 'music3'"),
    ],
)
async def test_wrong_arguments_are_explained_in_plain_words(
    voice: Caller, arguments: dict[str, object], message: str
) -> None:
    wanted = {"to": [ANNA], "conference_id": "room", "cli": OWN} | arguments
    error = await voice.fails("place_conference_callout", **wanted)
    assert (error["code"], error["message"]) == ("invalid_input", message)


async def test_a_number_with_separators_is_accepted(voice: Caller) -> None:
    assert (await voice.ok("place_tts_callout", to="+1 (404) 500-5000", text="Hello", cli=OWN))["call_id"]


async def test_a_refusal_names_rule_value_and_how_to_change_it(voice: Caller) -> None:
    error = await voice.fails("place_tts_callout", to="+19005551234", text="Hello", cli=OWN)
    assert (error["rule"], error["value"]) == ("number_type", "+19005551234 (premium)")
    assert "SINCH_VOICE_ALLOWED_NUMBER_TYPES" in error["how_to_change"]


async def test_a_missing_caller_id_lists_the_accounts_own_numbers(voice: Caller) -> None:
    error = await voice.fails("place_tts_callout", to=ANNA, text="Hello")
    assert error["rule"] == "cli_missing"
    assert OWN in error["next_step"]


async def test_an_unknown_argument_is_named_with_the_nearest_known_one(voice: Caller) -> None:
    error = await voice.fails("place_tts_callout", to=ANNA, txt="Hello", cli=OWN)
    assert error["message"] == "unknown argument `txt`; did you mean `text`?"


async def test_an_unknown_tool_is_answered_with_the_nearest_known_one(voice: Caller) -> None:
    error = await voice.fails("place_tts_call", to=ANNA)
    assert (error["code"], error["next_step"]) == ("invalid_input", "Use `place_tts_callout`.")


@pytest.mark.parametrize(
    "svaml",
    [
        {"action": {"name": "ConnectPSTN", "number": "911", "cli": OWN}},
        {"action": {"name": "connectPstn", "destination": "+19005551234", "cli": OWN}},
        {"action": {"name": "connectPstn", "number": ANNA, "cli": "+14155550199"}},
        {"action": {"name": "connectPstn", "number": ANNA, "cli": OWN, "suppressCallbacks": "true"}},
        {"action": {"name": "connectSip", "destination": {"endpoint": "a@evil.test"}}},
        {"action": {"name": "connectStream", "destination": {"endpoint": "wss://evil.test"}}},
        {"instructions": [{"name": "playFiles", "ids": [["https://evil.test/a.mp3"]]}]},
        {"instructions": [{"name": "startRecording", "options": {"destination": "s3://evil/a", "credentials": "k"}}]},
        {"action": {"name": "park", "holdPrompt": "#tts[a];#href[http://169.254.169.254/]"}},
        {"action": {"name": "runMenu", "menus": [{"id": "main", "mainPrompt": "#href[https://evil.test/]"}]}},
    ],
)
async def test_a_document_smuggles_nothing_past_the_guard(
    voice: Caller, sandbox: Sandbox, svaml: dict[str, object]
) -> None:
    seen = changes(sandbox)
    error = await voice.fails("update_call", call_id="1", svaml=svaml)
    assert error["code"] in {"refused", "invalid_svaml"}
    assert error["field"].startswith("$.")
    assert changes(sandbox) == seen


@pytest.mark.parametrize(
    ("tool", "arguments", "rule"),
    [
        ("play_to_call", {"call_id": "1", "text": "a" * 601}, "spoken_text"),
        ("play_to_call", {"call_id": "1", "audio_urls": ["https://evil.test/a.mp3"]}, "media_url"),
        ("set_callbacks", {"primary": "https://evil.test/events"}, "callback_url"),
        ("set_callbacks", {"fallback": "http://voice.example.com/events"}, "callback_url"),
        ("place_custom_callout", {"to": "911", "cli": OWN}, "emergency_number"),
        ("place_conference_callout", {"to": [ANNA], "conference_id": "a", "greeting": "a" * 601}, "spoken_text"),
    ],
)
async def test_every_tool_that_rings_costs_or_fetches_passes_the_guard(
    voice: Caller, sandbox: Sandbox, tool: str, arguments: dict[str, object], rule: str
) -> None:
    seen = changes(sandbox)
    if tool == "place_conference_callout":
        arguments = {**arguments, "cli": OWN}
    error = await voice.fails(tool, **arguments)
    assert (error["code"], error["rule"]) == ("refused", rule)
    assert changes(sandbox) == seen


SPEAK = "Hello <speak><audio src='https://evil.test/a.mp3'/></speak>"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("place_tts_callout", {"to": ANNA, "cli": OWN, "text": SPEAK}),
        ("place_conference_callout", {"to": [ANNA], "cli": OWN, "conference_id": "a", "greeting": SPEAK}),
        ("ask_by_phone", {"to": ANNA, "cli": OWN, "question": SPEAK, "answers": {"1": "yes"}}),
        ("ask_by_phone", {"to": ANNA, "cli": OWN, "question": "Well?", "answers": {"1": SPEAK}}),
        ("play_to_call", {"call_id": "1", "text": SPEAK}),
        ("update_call", {"call_id": "1", "svaml": {"instructions": [{"name": "say", "text": SPEAK}], **HANGUP}}),
        (
            "place_custom_callout",
            {
                "to": ANNA,
                "cli": OWN,
                "ace": {"instructions": [{"name": "playFiles", "ids": [f"#tts[{SPEAK}]"]}], **HANGUP},
            },
        ),
    ],
)
async def test_ssml_is_refused_wherever_plain_text_is_spoken(
    connect: Connect, sandbox: Sandbox, tool: str, arguments: dict[str, object]
) -> None:
    sandbox.engine.account.set_callbacks(sandbox.credentials.key, primary="https://voice.example.com/callbacks/voice")
    async with connect(SINCH_VOICE_PUBLIC_URL="https://voice.example.com") as voice:
        seen = changes(sandbox)
        error = await voice.fails(tool, **arguments)
        assert (error["code"], error["rule"]) == ("refused", "spoken_text")
        assert "ssml" in error["next_step"].lower()
        assert changes(sandbox) == seen


async def test_the_live_guard_refuses_numbers_that_models_invent(connect: Connect, sandbox: Sandbox) -> None:
    async with connect(SINCH_VOICE_REHEARSE="true") as voice:
        seen = changes(sandbox)
        error = await voice.fails("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
        assert error["code"] == "refused"
        assert changes(sandbox) == seen


async def test_the_live_guard_allows_the_regions_of_the_accounts_numbers_only(connect: Connect) -> None:
    async with connect(SINCH_VOICE_REHEARSE="true", SINCH_VOICE_CALLING_HOURS="any") as voice:
        error = await voice.fails("place_tts_callout", to="+46701740605", text="Hej", cli=OWN)
        assert (error["rule"], error["field"]) == ("number_region", "to")
        await voice.ok("place_tts_callout", to="+14045005000", text="Hello", cli=OWN)
    async with connect(
        SINCH_VOICE_REHEARSE="true", SINCH_VOICE_CALLING_HOURS="any", SINCH_VOICE_ALLOWED_REGIONS="US,SE"
    ) as voice:
        await voice.ok("place_tts_callout", to="+46701740605", text="Hej", cli=OWN)


async def test_no_result_contains_the_secret(voice: Caller) -> None:
    secrets = (DEFAULT_CREDENTIALS.secret, "Basic ", "application " + DEFAULT_CREDENTIALS.key)
    for tool, arguments in (
        ("place_tts_callout", {"to": ANNA, "text": DEFAULT_CREDENTIALS.secret, "cli": "x", "zz": 1}),
        ("get_call", {"call_id": "nope"}),
        ("list_numbers", {}),
    ):
        text = text_of(await voice.client.call_tool(tool, arguments))
        assert not any(secret in text for secret in secrets), json.loads(text)
