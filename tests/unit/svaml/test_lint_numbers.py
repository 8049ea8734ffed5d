"""Numbers of documents: their form, and the range that is documented or can be meant."""

import json
from collections.abc import Callable

import pytest

from sinch_voice_mcp.policy import Policy, Refuse
from sinch_voice_mcp.svaml import ConnectConf, ConnectPstn, Document, Menu, Option, RunMenu, StreamingOptions
from sinch_voice_mcp.svaml.lint import fix, lint
from sinch_voice_mcp.svaml.model.actions import ConferenceDtmfOptions
from sinch_voice_mcp.types import Payload
from tests.unit.policy.decisions import answer
from tests.unit.svaml.snippets import CONF, MENU, PSTN, menu

Build = Callable[[int], dict[str, object]]


def in_menu(member: str) -> Build:
    return lambda number: menu(MENU | {member: number})


def in_action(member: str, action: dict[str, str]) -> Build:
    return lambda number: {"action": action | {member: number}}


def in_conference(member: str) -> Build:
    return lambda number: {"action": CONF | {"conferenceDtmfOptions": {"mode": "detect", member: number}}}


def in_stream(member: str) -> Build:
    destination = {"type": "Websocket", "endpoint": "wss://example.com/audio"}
    return lambda number: {
        "action": {"name": "connectStream", "destination": destination, "streamingOptions": {member: number}}
    }


RANGES: dict[str, tuple[Build, list[int], list[int]]] = {
    "maxDuration": (in_action("maxDuration", PSTN), [1, 14_400], [-1, 0, 14_401]),
    "park": (in_action("maxDuration", {"name": "park"}), [1, 600], [-1, 0, 601]),
    "dialTimeout": (in_action("dialTimeout", PSTN), [1, 30, 600], [-5, 0, 601, 30_000]),
    "repeats": (in_menu("repeats"), [0, 10], [-1, 11, 1000]),
    "maxDigits": (in_menu("maxDigits"), [1, 64], [-1, 0, 65]),
    "timeoutMills": (in_menu("timeoutMills"), [1000, 60_000], [-1, 0, 5, 999, 60_001]),
    "maxTimeoutMills": (in_menu("maxTimeoutMills"), [1000, 300_000], [-1, 0, 20, 300_001]),
    "maxDigits of a conference": (in_conference("maxDigits"), [1, 64], [-1, 0, 65]),
    "timeoutMills of a conference": (in_conference("timeoutMills"), [1000, 60_000], [-1, 0, 3, 60_001]),
    "sampleRate": (in_stream("sampleRate"), [8_000, 96_000], [-8_000, 1, 7_999, 96_001]),
    "version": (in_stream("version"), [1], [-1, 0, 2]),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_number_outside_its_range_is_reported_once_and_one_inside_is_not(name: str) -> None:
    build, good, bad = RANGES[name]
    for number in good:
        assert [finding.code for finding in lint(build(number)).findings if finding.code != "SV034"] == []
    for number in bad:
        (finding,) = (finding for finding in lint(build(number)).findings if finding.code != "SV034")
        assert finding.code == ("SV009" if finding.level == "error" and "maxDuration" not in finding.path else "SV013")


def _models(payload: type[Payload]) -> set[str]:
    return {info.alias or name for name, info in payload.model_fields.items() if "int" in str(info.annotation)}


def test_every_number_of_a_document_has_a_range() -> None:
    numbers = set[str]().union(*map(_models, (ConnectPstn, ConnectConf, Menu, ConferenceDtmfOptions, StreamingOptions)))
    assert numbers == {name.partition(" ")[0] for name in RANGES} - {"park"}


def test_milliseconds_that_are_probably_seconds_are_named_as_such() -> None:
    (finding,) = lint(menu(MENU | {"timeoutMills": 5})).findings
    assert finding.message == (
        "`timeoutMills` is in milliseconds, and 5 ms leave no time to react; if 5 s is meant, write 5000"
    )


@pytest.mark.parametrize("member", ["repeats", "timeout_mills", "max_timeout_mills"])
@pytest.mark.parametrize("number", [10, 11, 60_000, 60_001, 300_000, 300_001])
def test_what_the_guard_refuses_of_a_menu_is_at_least_a_warning(member: str, number: int) -> None:
    main = Menu(id="main", main_prompt="#tts[a]", options=(Option(dtmf="1", action="return(a)"),))
    document = Document(action=RunMenu(locale="en-US", menus=(main.model_copy(update={member: number}),)))
    refused = isinstance(answer(document, Policy.sandbox(), mode="sandbox"), Refuse)
    assert lint(document.to_wire()).findings or not refused


@pytest.mark.parametrize(
    ("written", "meant"),
    [("4", 4), (" 4 ", 4), ("+4", 4), (4.0, 4)],
)
def test_a_number_in_another_form_is_fixed(written: object, meant: int) -> None:
    fixed = fix(menu(MENU | {"maxDigits": written}))
    assert json.dumps(fixed.value) == json.dumps(menu(MENU | {"maxDigits": meant}))
    assert [(finding.code, finding.level) for finding in fixed.applied] == [("SV010", "warning")]


@pytest.mark.parametrize("written", ["four", "4.5", 4.5, True, "", [4]])
def test_what_is_no_whole_number_stays_an_error(written: object) -> None:
    (finding,) = lint(menu(MENU | {"maxDigits": written})).findings
    assert (finding.code, finding.level) == ("SV009", "error")


@pytest.mark.parametrize("written", ["true", "True", True])
def test_truth_is_read_from_text_wherever_it_stands(written: object) -> None:
    report = lint({"action": CONF | {"record": written, "suppressCallbacks": written}})
    assert report.ok
    assert lint(menu(MENU, barge=written)).ok
