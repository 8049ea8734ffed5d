"""The prompt syntax."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import prompts
from sinch_voice_mcp.svaml.prompts import AudioPart, FilePart, PromptError, SsmlPart, TextPart

_inside = st.text(st.characters(exclude_characters="]"), max_size=30)
_bare = st.text(st.characters(exclude_characters=";[]#", exclude_categories=["Z", "C"]), min_size=1, max_size=20)
_parts = st.lists(
    st.one_of(
        _inside.map(TextPart),
        _inside.map(SsmlPart),
        _inside.map(str.strip).map(AudioPart),
        _bare.map(lambda rest: AudioPart(f"https://example.com/{rest}", tagged=False)),
        _bare.filter(lambda name: not name.lower().startswith("http")).map(FilePart),
    ),
    max_size=5,
)


@given(_parts)
def test_what_is_built_is_read_back(parts: list[prompts.Part]) -> None:
    assert prompts.parse(prompts.build(parts)) == tuple(parts)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_message(text: str) -> None:
    with suppress(PromptError):
        prompts.parse(text)


def test_all_kinds_of_items_are_distinguished() -> None:
    prompt = "#tts[Hello; you]; #SSML[<speak>a</speak>];#href[https://example.com/a;b.mp3];http://example.com/b;file-7"
    assert prompts.parse(prompt) == (
        TextPart("Hello; you"),
        SsmlPart("<speak>a</speak>"),
        AudioPart("https://example.com/a;b.mp3"),
        AudioPart("http://example.com/b", tagged=False),
        FilePart("file-7"),
    )


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("#tts[open", "not closed"),
        ("#say[hello]", "not a prompt tag"),
        ("tts#[hello]", "write `#tts[…]`"),
        ("#tts[a]#tts[b]", "separated by `;`"),
        ("a[b", "bracket"),
        ("#", "does not begin"),
    ],
)
def test_what_breaks_the_syntax_is_refused_with_a_message(prompt: str, says: str) -> None:
    with pytest.raises(PromptError, match=says.replace("[", r"\[")):
        prompts.parse(prompt)


def test_text_cannot_start_a_second_item() -> None:
    with pytest.raises(PromptError, match="end the item early"):
        prompts.build([TextPart("hi];#href[https://evil.example/a.mp3")])
