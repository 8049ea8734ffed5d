"""The linter reports on every input, whatever it is, and its fixes leave nothing to fix."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.svaml.limits import MAX_JSON_CHARS
from sinch_voice_mcp.svaml.lint import CONTEXTS, Context, fix, lint
from sinch_voice_mcp.types import is_list, is_object
from tests import strategies
from tests.unit.svaml.snippets import HANGUP, MENU, menu, played


def test_a_path_is_that_of_the_source_even_if_a_member_is_misspelled() -> None:
    document = {"action": {"name": "connectMxp", "callheaders": [{"key": 1, "value": "b"}]}}
    assert "$.action.callheaders[0].key" in {finding.path for finding in lint(document).findings}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["name", "action", "instructions", "menus", "options", "ids", "dtmf", "id", "amd", "method",
                         "customCallout", "ttsCallout", "ice", "destination", "callHeaders", "locale", "number"])
        | st.text(max_size=5),
        inner, max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(_json, st.none() | st.sampled_from(CONTEXTS))
def test_no_json_breaks_the_linter(value: object, context: Context | None) -> None:
    lint(value, context)
    fix(value, context)


@given(st.binary(max_size=60) | st.text(max_size=60), st.none() | st.sampled_from(CONTEXTS))
def test_no_bytes_break_the_linter(data: bytes | str, context: Context | None) -> None:
    lint(data, context)
    fix(data, context)


@st.composite
def broken(draw: st.DrawFn) -> object:
    """A document in which something somewhere is anything at all."""
    root: object = draw(strategies.documents).to_wire()
    here = root
    while is_object(here) or is_list(here):
        keys: list[Any] = list(here) if is_object(here) else list(range(len(here)))
        if not keys:
            break
        holder: Any = here
        key = draw(st.sampled_from(keys))
        here = holder[key]
        if not (is_object(here) or is_list(here)) or draw(st.integers(0, 3)) == 0:
            holder[key] = draw(_json)
            break
    return root


@given(broken(), st.none() | st.sampled_from(CONTEXTS))
def test_no_broken_document_breaks_the_linter(value: object, context: Context | None) -> None:
    lint(value, context)
    fix(value, context)
    lint({"method": "customCallout", "customCallout": {"ice": json.dumps(value), "ace": value}})


def _slips(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with some of the slips that occur in the wild."""
    action = document["action"]
    if draw(st.booleans()):
        action["name"] = action["name"].swapcase()
    for key, slip in (("barge", "badge"), ("callHeaders", "callheaders"), ("introPrompt", "introPromt")):
        if key in action and draw(st.booleans()):
            action[slip] = action.pop(key)
    if isinstance(action.get("number"), str) and draw(st.booleans()):
        action["number"] = action["number"].removeprefix("+")
    for one in action.get("menus", ()):
        for option in one.get("options", ()):
            if option["dtmf"].isdecimal() and draw(st.booleans()):
                option["dtmf"] = int(option["dtmf"])
    return document


@st.composite
def slipped(draw: st.DrawFn) -> dict[str, Any]:
    return _slips(draw, draw(strategies.documents).to_wire())


@given(slipped())
def test_fixing_once_leaves_nothing_to_fix(document: dict[str, Any]) -> None:
    once = fix(document)
    assert not [finding for finding in once.report.findings if finding.fix]
    again = fix(once.value)
    assert (again.value, again.applied) == (once.value, ())


@given(strategies.sensible_documents)
def test_a_sensible_document_that_the_models_build_has_no_errors(document: Document) -> None:
    report = lint(document.to_wire())
    assert [finding for finding in report.findings if finding.level == "error"] == []
    assert report.document == document


def test_a_document_nested_too_deeply_to_be_fixed_is_left_alone() -> None:
    deep: object = 1
    for _ in range(900):
        deep = [deep]
    document = {"action": {"name": "Hangup", "x": deep}}
    assert "SV006" in {finding.code for finding in fix(document).report.findings}


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        json.dumps({"instructions": [{"name": "Say", "txt": "a"}] * 30_000, "action": HANGUP}).encode(),
        json.dumps(
            menu(*[{"id": f"m{n}", "options": [{"dtmf": "1", "action": f"menu(m{n + 1})"}]} for n in range(14_000)])
        ).encode(),
        json.dumps(menu(MENU | {"options": [{"dtmf": str(n), "action": "menu(x)"} for n in range(20_000)]})).encode(),
        json.dumps(played("#tts[" + "a" * 1_000_000 + "]")).encode(),
        json.dumps(played("#tts[a];" * 120_000)).encode(),
        json.dumps({"action": {"name": "hangup"} | {f"k{n}": n for n in range(60_000)}}).encode(),
        b'"' + b"a" * 1_000_000 + b'"',
        b"\xff" * 1_000_000,
    ],
    ids=["brackets", "nested", "instructions", "chain", "options", "text", "items", "members", "string", "bytes"],
)
def test_a_mebibyte_of_anything_gets_a_report(data: bytes) -> None:
    assert len(data) <= MAX_JSON_CHARS
    report = lint(data, "ice")
    assert report.findings
    assert len(report.findings) <= 100
