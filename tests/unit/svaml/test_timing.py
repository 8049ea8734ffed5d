"""How long prompts and tones take."""

import pytest

from sinch_voice_mcp.svaml import timing


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        ("#tts[fourteen chars]", 1.0),
        ("#ssml[<speak>fourteen <emphasis>chars</emphasis></speak>]", 1.0),
        ("#ssml[<speak>fourteen<break time='3s'/> chars</speak>]", 4.0),
        ("#ssml[<speak>fourteen<break/> chars</speak>]", 2.0),
        ("#ssml[<speak>fourteen<break time='60s'/> chars</speak>]", 11.0),
        ("#ssml[<speak>fourteen chars<audio src='https://example.com/a.mp3'/></speak>]", 6.0),
        ("#ssml[fourteen chars]", 1.0),
        ("#ssml[<speak>fourteen chars]", 1.0),
        ("#ssml[<!DOCTYPE a [<!ENTITY b 'c'>]", None),
        ("#href[https://example.com/a.mp3]; https://example.com/b.wav ;stored-file", 15.0),
        ("", 0.0),
    ],
)
def test_a_prompt_takes_the_time_of_its_parts(prompt: str, seconds: float | None) -> None:
    taken = timing.of_prompts([prompt])
    assert taken == seconds if seconds is not None else taken < 5


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE s (<!ENTITY a "aaaaaaaaaa">)><speak>&a;&a;</speak>'
    assert timing.of_prompts([f"#ssml[{bomb}]"]) < 5


def test_tones_take_a_tenth_and_pauses_half_a_second() -> None:
    assert timing.of_tones("12#ww") == pytest.approx(1.3)
