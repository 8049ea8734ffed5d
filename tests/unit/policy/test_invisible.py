import pytest

from sinch_voice_mcp.text.invisible import first_hidden
from tests.unit.policy.decisions import allowed, refused, tts

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
        "\u0645\u200c\u180b",
    ],
)
def test_joiners_are_refused_anywhere_else(text: str) -> None:
    refusal = refused(tts(text=text))

    assert refusal.rule == "spoken_text"
    assert "ZERO WIDTH" in refusal.message


@pytest.mark.parametrize("char", ["\u200b", "\u2060", "\ufeff", "\u200e", "\u200f", "\u061c", "\u202e", "\u2066"])
def test_every_other_invisible_character_between_such_letters_is_found(char: str) -> None:
    assert first_hidden(f"\u0645{char}\u062e") is not None
    assert first_hidden(f"\U0001f468{char}\U0001f469") is not None


@pytest.mark.parametrize("text", ["\u2764\ufe0f", "1\ufe0f\u20e3", "\u845b\U000e0100", "\u4f60\ufe00", "\u1820\u180b"])
def test_one_variation_selector_after_the_character_that_it_styles_is_spoken(text: str) -> None:
    assert allowed(tts(text=text))


@pytest.mark.parametrize(
    "text", ["\u2764\ufe0f\ufe0e", "\u2764\U000e0100", "a \ufe0f", "\u845b\U000e0100\U000e0101", "a\u180b"]
)
def test_a_variation_selector_that_styles_nothing_can_hide_text_and_is_refused(text: str) -> None:
    assert "VARIATION SELECTOR" in refused(tts(text=text)).message


@pytest.mark.parametrize(
    "char", ["\ufdd0", "\uffff", "\U0001fffe", "\U000e0fff", "\u034f", "\u3164", "\u2800", "\U00016fe4", "\U0001d159"]
)
def test_characters_without_a_shape_are_refused(char: str) -> None:
    assert f"U+{ord(char):04X}" in refused(tts(text=f"a{char}b")).message


@pytest.mark.parametrize("mark", ["\u0301", "\u0338", "\u20dd", "\u0e49"])
def test_a_pile_of_marks_covers_other_text_and_is_refused(mark: str) -> None:
    assert allowed(tts(text=f"q{mark * 6} pay now"))
    for many in (7, 500):
        assert f"U+{ord(mark):04X}" in refused(tts(text=f"q{mark * many} pay now")).message


@pytest.mark.parametrize(
    "ssml",
    [
        "<speak>a&#x2800;b</speak>",
        "<speak>a&#8203;b</speak>",
        "<speak><sub alias='pay&#x202e;now'>a</sub></speak>",
        f"<speak>x{'&#x338;' * 9}</speak>",
    ],
)
def test_a_reference_to_an_invisible_character_is_one(ssml: str) -> None:
    assert refused(tts(text=None, prompts=f"#ssml[{ssml}]")).rule == "ssml"
