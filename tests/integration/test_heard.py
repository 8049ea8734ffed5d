"""What is heard otherwise than it was meant is a warning of every tool that speaks, and nothing is refused for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.svaml.voices import VOICES
from tests.callers import Caller, Connect, Era
from tests.platforms import OWN
from tests.stage import embedded

CORPUS = Path(__file__).parents[1] / "corpus"
SENTENCES: Mapping[str, list[str]] = json.loads((CORPUS / "sentences.json").read_text("utf-8"))
HEARD: list[dict[str, str]] = json.loads((CORPUS / "heard.json").read_text("utf-8"))
ABOUT_SPEECH = {"SV020", "SV022", "SV036", "SV037", "SV038"}
ANNA = "+12025550100"
TO_ANNA = {"to": ANNA, "cli": OWN}


def speaking(text: str, locale: str | None = None) -> dict[str, Any]:
    said = {"name": "say", "text": text} | ({"locale": locale} if locale else {})
    return {"instructions": [said], "action": {"name": "hangup"}}


async def test_every_locale_speaks_good_sentences_without_a_warning(voice: Caller) -> None:
    assert set(SENTENCES) == set(VOICES)
    for locale, sentences in SENTENCES.items():
        for text in sentences:
            for name in (locale, VOICES[locale][0]):
                document = speaking(text, name)
                checked = await voice.ok("check_svaml", document=document, event="ace")
                dry = await voice.ok("place_custom_callout", **TO_ANNA, ace=document, dry_run=True)
                assert (text, checked["findings"], dry.get("warnings", [])) == (text, [], [])


@pytest.mark.parametrize("case", HEARD, ids=lambda case: f"{case['text'][:24]}-{case.get('locale', '')}")
async def test_a_call_warns_of_what_is_heard_as_the_linter_does(voice: Caller, case: dict[str, str]) -> None:
    text, locale = case["text"], case.get("locale")
    checked = await voice.ok("check_svaml", document=speaking(text, locale), event="ace")
    spoken = await voice.ok("place_tts_callout", **TO_ANNA, text=text, locale=locale, dry_run=True)
    custom = await voice.ok("place_custom_callout", **TO_ANNA, ace=speaking(text, locale), dry_run=True)

    (finding,) = (one for one in checked["findings"] if one["code"] in ABOUT_SPEECH)
    assert (finding["code"], finding["level"]) == (case["code"], "warning")
    assert case["says"] in finding["message"]
    member = "locale" if case["code"] == "SV020" else "text"
    assert spoken["warnings"] == [f"{member}: {finding['message']}."]
    assert custom["warnings"] == [f"$.ace.instructions[0].{member}: {finding['message']}."]


@pytest.mark.parametrize(
    ("ssml", "says"),
    [
        ("<speak>Hello {{name}}<break time='1s'/></speak>", "`{{name}}`"),
        ("<speak>你好</speak>", "Chinese"),
        ("<speak><p>...</p></speak>", "nothing is heard"),
    ],
)
async def test_ssml_is_judged_by_its_text(voice: Caller, ssml: str, says: str) -> None:
    placed = await voice.ok("place_tts_callout", **TO_ANNA, ssml=ssml)
    (warning,) = placed["warnings"]
    assert warning.startswith("ssml: ")
    assert says in warning


@pytest.mark.parametrize(
    "ssml",
    [
        "<speak>In Chinese: <lang xml:lang='cmn-CN'>你好</lang></speak>",
        "<speak><sub alias='thumbs up'>👍</sub></speak>",
        "<speak>…<audio src='https://media.example.com/a.mp3'/></speak>",
        "<speak>Tom &amp; Jerry</speak>",
    ],
)
async def test_ssml_that_says_how_it_is_read_has_no_warning(voice: Caller, ssml: str) -> None:
    placed = await voice.ok("place_tts_callout", **TO_ANNA, ssml=ssml)
    assert placed.get("warnings", []) == []


async def test_a_call_with_a_warning_is_placed(voice: Caller) -> None:
    placed = await voice.ok("place_tts_callout", **TO_ANNA, text="你好 [Name]", locale="English")
    assert placed["call_id"]
    assert [warning.partition(":")[0] for warning in placed["warnings"]] == ["locale", "text"]


async def test_a_conference_warns_of_its_greeting_once(voice: Caller) -> None:
    everyone = {"to": [ANNA, "+12025550101"], "cli": OWN, "conference_id": "room"}
    for dry_run in (True, False):
        placed = await voice.ok(
            "place_conference_callout", **everyone, greeting="Welcome {{name}}", locale="zh-CN", dry_run=dry_run
        )
        locale, greeting = placed["warnings"]
        assert locale.startswith("locale: `zh-CN` is not a documented locale or voice")
        assert greeting.startswith("greeting: `{{name}}` looks like a placeholder")


async def test_a_question_warns_of_its_text_and_its_locale(database_url: str, era: Era) -> None:
    async with embedded(database_url, era) as voice:
        asked = await voice.ok(
            "ask_by_phone", **TO_ANNA, question="你明天来吗", answers={"1": "是", "2": "否"}, wait_s=0
        )
        (warning,) = asked["warnings"]
        assert warning.startswith("question: the text contains Chinese letters (`你明天来吗`)")
        asked = await voice.ok(
            "ask_by_phone", to="+12025550101", cli=OWN, question="Kommer du?", digits=1, locale="Swedish", wait_s=0
        )
        (warning,) = asked["warnings"]
        assert warning.startswith("locale: `Swedish` is not a documented locale or voice")


async def test_a_call_in_progress_warns_of_what_it_is_made_to_speak(voice: Caller, clock: ManualClock) -> None:
    placed = await voice.ok("place_tts_callout", **TO_ANNA, text="Hello Anna, please wait for a moment.")
    clock.advance(4)
    played = await voice.ok("play_to_call", call_id=placed["call_id"], text="Hello <break/> there", locale="en_US")
    locale, text = played["warnings"]
    assert locale.startswith("locale: `en_US` is not a documented locale or voice")
    assert text.startswith("text: the text contains `<break/>`, which is read out as it is written")
    steered = await voice.ok("update_call", call_id=placed["call_id"], svaml=speaking("😀"))
    (warning,) = steered["warnings"]
    assert warning.startswith("$.instructions[0].text: `😀` has no letter and no digit")


async def test_a_menu_in_the_wrong_script_does_not_repeat_itself_for_every_prompt(connect: Connect) -> None:
    menus = [
        {"id": name, "mainPrompt": f"#tts[{text}]", "maxDigits": 1}
        for name, text in zip(("main", *"abcdef"), "一二三四五六七", strict=True)
    ]
    document = {"action": {"name": "runMenu", "locale": "en-US", "menus": menus}}
    async with connect() as voice:
        dry = await voice.ok("place_custom_callout", **TO_ANNA, ace=document, dry_run=True)
    *shown, rest = dry["warnings"]
    assert len(shown) == 5
    assert rest == "The request has 2 more like these; check_svaml lists those of a document."
