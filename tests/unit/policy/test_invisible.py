import pytest

from sinch_voice_mcp.text.invisible import first_hidden
from tests.unit.policy.asking import allowed, refused, tts

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
DEVANAGARI = "\u0915\u094d\u200d\u0937"
MALAYALAM_END = "\u0d28\u0d4d\u200d \u0d05"
SINHALA = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART_ON_FIRE = "\u2764\ufe0f\u200d\U0001f525"
ASTRONAUT = "\U0001f469\U0001f3fd\u200d\U0001f680"


@pytest.mark.parametrize(
    "text", [PERSIAN, DEVANAGARI, MALAYALAM_END, SINHALA, FAMILY, HEART_ON_FIRE, ASTRONAUT, f"Hi {FAMILY}!"]
)
def test_joiners_are_spoken_where_a_script_or_an_emoji_needs_them(text: str) -> None:
    assert allowed(tts(text=text)).request == tts(text=text)
    assert allowed(tts(text=None, prompts=f"#ssml[<speak>{text}</speak>]"))


@pytest.mark.parametrize(
    "text",
    [
        "a\u200db",
        "a\u200cb",
        "\u03b1\u200d\u03b2",
        "\u0430\u200c\u0431",
        "1\u200d2",
        "\u0661\u200d\u0662",
        "\u0645\u200ca",
        "a\u200c\u0645",
        "\u0645\u200c\u200c\u0645",
        "\u0645\u200c",
        "\u200d\u0915",
        "\u0645\u200c 1",
        "\u4f60\u200d\u597d",
        "\U0001f468\u200c\U0001f469",
        "\U0001f468\u200d",
        "a\ufe0f\u200d\U0001f469",
        "^\u200d\U0001f469",
        "\U0001f468\u200da",
    ],
)
def test_joiners_are_refused_anywhere_else(text: str) -> None:
    refusal = refused(tts(text=text))

    assert refusal.rule == "spoken_text"
    assert "ZERO WIDTH" in refusal.message


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\ufeff", "\u200e", "\u200f", "\u061c", "\u202e", "\u2066"])
def test_no_other_invisible_character_is_let_through_between_such_letters(sign: str) -> None:
    assert first_hidden(f"\u0645{sign}\u062e") is not None
    assert first_hidden(f"\U0001f468{sign}\U0001f469") is not None
