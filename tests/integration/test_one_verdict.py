"""What is said of a document is the same wherever it is given: to the linter, the builder, and a tool that calls."""

import json
from typing import Any

from tests.callers import Caller
from tests.platforms import OWN

TO = "+12025550100"
SPOKEN_MENU = {
    "name": "runMenu",
    "enableVoice": True,
    "menus": [{"id": "main", "mainPrompt": "#tts[Yes or no?]", "options": [{"input": "yes", "action": "return(y)"}]}],
}
DIAL: dict[str, Any] = {"action": {"name": "connectPstn", "number": TO, "cli": OWN}}
ROOM = {"name": "connectConf", "conferenceId": "room"}


def found(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["code"], finding["level"]) for finding in result["findings"]]


async def test_a_menu_that_listens_without_a_language_is_refused_everywhere(voice: Caller) -> None:
    document = {"action": SPOKEN_MENU}
    request = {"method": "customCallout", "customCallout": {"ice": json.dumps(DIAL), "ace": json.dumps(document)}}

    checked = await voice.ok("check_svaml", document=document, event="ace", explain=True)
    inside = await voice.ok("check_svaml", document=request)
    built = await voice.fails("build_svaml", event="ace", action=SPOKEN_MENU)
    placed = await voice.fails("place_custom_callout", to=TO, cli=OWN, ace=document)

    assert found(checked) == found(inside) == [("SV019", "error")]
    assert checked["valid"] is False
    assert "explanation" not in checked
    assert built["rule"] == "SV019"
    assert "`enableVoice` requires `locale`" in placed["message"]


async def test_a_conference_in_the_ice_of_a_callout_is_a_warning_everywhere(voice: Caller) -> None:
    document = {"action": ROOM}
    request = {"method": "customCallout", "customCallout": {"ice": json.dumps(document)}}

    checked = await voice.ok("check_svaml", document=document, event="callout")
    inside = await voice.ok("check_svaml", document=request)
    built = await voice.ok("build_svaml", event="callout", action=ROOM)

    assert found(checked) == found(inside) == found(built) == [("SV031", "warning")]
    assert checked["valid"] is inside["valid"] is True


async def test_empty_tones_are_none_everywhere(voice: Caller) -> None:
    dial = {**DIAL["action"], "dtmf": ""}
    request = {"method": "customCallout", "customCallout": {"ice": json.dumps({"action": dial}), "dtmf": ""}}

    checked = await voice.ok("check_svaml", document=request)
    built = await voice.ok("build_svaml", event="callout", action=dial)
    placed = await voice.ok("place_custom_callout", ice={"action": dial})
    spoken = await voice.ok("place_tts_callout", to="+12025550108", text="Hello.", cli=OWN, dtmf="")

    assert (checked["findings"], built["document"]) == ([], DIAL)
    assert placed["call_id"]
    assert spoken["call_id"]
