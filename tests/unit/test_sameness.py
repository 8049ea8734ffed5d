import json

import pytest

from sinch_voice_mcp.operations.dispatch.sameness import sameness


def inline(text: str) -> str:
    return json.dumps({"instructions": [{"name": "say", "text": text}]}, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Hello ", "Hello"),
        ("\n Hello \t you", "Hello you"),
        ("#tts[ Hello  you ] ; #tts[ Bye]", "#tts[Hello you]; #tts[Bye]"),
        (inline(" Hello  you "), inline("Hello you")),
        ("{not json", "{not json"),
    ],
)
def test_white_space_that_cannot_be_heard_makes_no_difference(written: str, plain: str) -> None:
    assert sameness({"a": {"b": [written]}, "n": 1}) == sameness({"a": {"b": [plain]}, "n": 1})


@pytest.mark.parametrize("text", ["Hello you", "#tts[Hello]", inline("Grüße"), "Hel lo"])
def test_a_request_without_superfluous_white_space_stays_as_it_is(text: str) -> None:
    assert sameness({"text": text}) == {"text": text}
    assert sameness({"text": text}) != sameness({"text": text.replace("e", "a")})
