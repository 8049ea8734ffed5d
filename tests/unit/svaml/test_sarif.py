"""SARIF, and the edits of a text that it and the command line share."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.svaml.lint import RULES, fix, lint
from sinch_voice_mcp.svaml.reading.source import JSON, apply_edits, positions, without_secrets
from sinch_voice_mcp.svaml.sarif import sarif
from tests import strategies

TEXT = """{
  "action": {"name": "ConnectPSTN", "number": "+12025550100",
             "cli": "+14155550100", "amd": {"enabled": "true"}}
}
"""


def run_of(text: str | None, data: str | bytes) -> dict[str, Any]:
    log: dict[str, Any] = sarif({"flows/a.json": (lint(data), text)})
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_every_rule_is_listed_and_every_result_points_to_one() -> None:
    run = run_of(TEXT, TEXT)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]


def test_a_result_has_a_location_and_a_fix() -> None:
    (result,) = (one for one in run_of(TEXT, TEXT)["results"] if one["ruleId"] == "SV006")
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "flows/a.json"}
    assert location["physicalLocation"]["region"]["startLine"] == 2
    assert location["logicalLocations"] == [{"fullyQualifiedName": "$.action.name"}]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    region: dict[str, int] = replacement["deletedRegion"]
    assert region["startLine"] == region["endLine"] == 2
    assert TEXT.splitlines()[1][region["startColumn"] - 1 : region["endColumn"] - 1] == '"ConnectPSTN"'
    assert replacement["insertedContent"] == {"text": '"connectPstn"'}


@pytest.mark.parametrize("data", [b"\xff", b"", b"{", b"[" * 5_000, b'{"a": NaN}', b"\xef\xbb\xbf{}"])
def test_what_is_not_a_document_is_a_result_too(data: bytes) -> None:
    text = data.decode("utf-8-sig") if data != b"\xff" else None
    (result, *_) = run_of(text, data)["results"]
    assert result["level"] == "error"
    json.dumps(result)


def test_a_text_that_is_not_json_is_marked_at_its_first_wrong_character() -> None:
    text = '{\n  "action": oops\n}'
    (position,) = positions(text, lint(text).findings)
    assert position is not None
    assert (position.line, position.column) == (2, 13)


@st.composite
def foreign(draw: st.DrawFn) -> str:
    """A document as others write it: names in other letter case, a digit for a key, any layout."""
    wire = draw(strategies.documents).to_wire()
    for item in (wire["action"], *wire.get("instructions", [])):
        if draw(st.booleans()):
            item["name"] = item["name"].upper()
    for member, slip in (("callHeaders", "callheaders"), ("introPrompt", "introPromt"), ("barge", "badge")):
        if member in wire["action"] and draw(st.booleans()):
            wire["action"][slip] = wire["action"].pop(member)
    indent = draw(st.sampled_from([None, 2, 4, "\t"]))
    return json.dumps(wire, indent=indent, ensure_ascii=draw(st.booleans())) + draw(st.sampled_from(["", "\n", " \n"]))


@given(foreign())
def test_an_edited_text_has_the_value_of_the_fixed_document(text: str) -> None:
    fixed = fix(text)
    after = apply_edits(text, fixed.applied, fixed.value)
    assert json.loads(after) == fixed.value
    assert after[len(after.rstrip()) :] == text[len(text.rstrip()) :]
    assert apply_edits(after, fix(after).applied, fix(after).value) == after


def test_edits_leave_the_layout_alone() -> None:
    fixed = fix(TEXT)
    assert apply_edits(TEXT, fixed.applied, fixed.value) == TEXT.replace("ConnectPSTN", "connectPstn").replace(
        '"true"', "true"
    )


def test_a_value_that_no_edit_reaches_is_rewritten_with_the_same_indentation() -> None:
    assert apply_edits('{\r\n\t"a": 1\r\n}\r\n', (), {"b": [1]}) == '{\r\n\t"b": [\r\n\t\t1\r\n\t]\r\n}\r\n'


@pytest.mark.parametrize(
    ("text", "operation", "after"),
    [
        ('{"a": [1, 2]}', {"op": "replace", "path": "/a/1", "value": {"é": None}}, '{"a": [1, {"é": null}]}'),
        ('{"a~/b" : 1}', {"op": "move", "from": "/a~0~1b", "path": "/c"}, '{"c" : 1}'),
        ('{"a": 1}', {"op": "add", "path": "/b", "value": 2}, '{"a": 1, "b": 2}'),
        ('{\n  "a": 1\n}', {"op": "add", "path": "/b", "value": 2}, '{\n  "a": 1,\n  "b": 2\n}'),
        ('{"a": {}}', {"op": "add", "path": "/a/b", "value": 2}, '{"a": {"b": 2}}'),
        ('{"a": 1, "a": 2}', {"op": "replace", "path": "/a", "value": 3}, '{"a": 1, "a": 3}'),
        ('{"a": null}', {"op": "add", "path": "/a", "value": 3}, '{"a": 3}'),
        ('{"a": 1, "b": 2}', {"op": "move", "from": "/a", "path": "/b"}, None),
        ('{"a": {"c": 1}}', {"op": "move", "from": "/a/c", "path": "/b"}, None),
        ('{"a": 1}', {"op": "replace", "path": "/b", "value": 3}, None),
        ('{"a": 1}', {"op": "remove", "path": "/a"}, None),
        ('{"a": [1]}', {"op": "add", "path": "/a/-", "value": 3}, None),
        ("{}", {"op": "replace", "path": "", "value": [1]}, "[1]"),
    ],
)
def test_an_operation_becomes_an_edit(text: str, operation: dict[str, object], after: str | None) -> None:
    change = JSON.edit(text, operation)
    assert (None if change is None else text[: change.start] + change.replacement + text[change.end :]) == after


def test_half_a_surrogate_pair_stays_an_escape() -> None:
    text = '{"action": {"name": "HANGUP"}, "é": "\\ud800"}'
    fixed = fix(text)
    assert apply_edits(text, fixed.applied, fixed.value) == text.replace("HANGUP", "hangup")
    apply_edits(text, (), {"é": "\ud800"}).encode("utf-8")


@given(strategies.documents, st.text("xyz019/+:=", max_size=30))
def test_credentials_are_starred_out(document: Document, secret: str) -> None:
    held = {"credentials": f'SECRET{secret}"\\SECRET', "document": document.to_wire()}
    for text in (json.dumps(held), json.dumps(held, indent=2), json.dumps({"ice": json.dumps(held)})):
        shown = without_secrets(text)
        assert len(shown) == len(text)
        assert "SECRET" not in shown
