"""Texts of more than 600 characters, which an owner can allow: placed, confirmed in full, checked without an error."""

from typing import Any

import pytest

from sinch_voice_mcp.sandbox import Sandbox
from sinch_voice_mcp.settings import Settings
from tests.callers import Person, connected
from tests.platforms import OWN, REAL
from tests.stage import rehearsed

MOST = 2_500


def allowing(chars: int) -> Settings:
    return rehearsed(SINCH_VOICE_MAX_TEXT_CHARS=str(chars))


def saying(text: str) -> dict[str, Any]:
    return {"instructions": [{"name": "say", "text": text, "locale": "en-US"}], "action": {"name": "hangup"}}


LONG: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("place_tts_callout", {"to": REAL, "text": "a" * MOST}),
    "ssml": ("place_tts_callout", {"to": REAL, "ssml": f"<speak>{'a' * MOST}</speak>"}),
    "greeting": ("place_conference_callout", {"to": [REAL], "conference_id": "room", "greeting": "a" * MOST}),
    "svaml": ("place_custom_callout", {"to": REAL, "ace": saying("a" * MOST)}),
}


@pytest.mark.parametrize("kind", LONG)
async def test_a_text_as_long_as_the_owner_allows_is_shown_in_full_and_placed(kind: str, sandbox: Sandbox) -> None:
    tool, arguments = LONG[kind]
    person = Person("accept")
    async with connected(allowing(MOST), "auto", sandbox=sandbox, person=person) as voice:
        await voice.ok(tool, **arguments, cli=OWN)
    (question,) = person.questions
    assert "a" * MOST in question
    assert len(question) <= 3_000
    assert any("a" * MOST in str(request.body) for request in sandbox.requests if request.method == "POST")


@pytest.mark.parametrize("kind", LONG)
async def test_a_longer_text_than_the_owner_allows_is_refused(kind: str, sandbox: Sandbox) -> None:
    tool, arguments = LONG[kind]
    async with connected(allowing(1_000), "auto", sandbox=sandbox) as voice:
        error = await voice.fails(tool, **arguments, cli=OWN)
    assert not [request for request in sandbox.requests if request.method == "POST"]
    assert error["rule"] in {"spoken_text", "ssml"}
    assert "at most 1,000" in error["message"]
    assert "the owner can set SINCH_VOICE_MAX_TEXT_CHARS, to at most 2,500" in error["how_to_change"]


async def test_a_longer_text_is_an_error_of_the_linter_only_if_the_owner_does_not_allow_it(sandbox: Sandbox) -> None:
    seen: list[tuple[bool, str]] = []
    for chars in (600, 1_000):
        async with connected(allowing(chars), "auto", sandbox=sandbox) as voice:
            checked = await voice.ok("check_svaml", document=saying("a" * 700), event="ace")
            (finding,) = checked["findings"]
            seen.append((checked["valid"], finding["level"]))
            if chars > 600:
                document = saying("a" * 700)
                built = await voice.ok("build_svaml", event="ace", **document)
                assert built["document"] == document
    assert seen == [(False, "error"), (True, "warning")]
