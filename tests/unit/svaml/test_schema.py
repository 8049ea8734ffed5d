"""The JSON Schema says what the models say."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from sinch_voice_mcp.svaml import EVENTS, Document, Event
from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.svaml.model.events import ACTIONS_ALLOWED, INSTRUCTIONS_ALLOWED
from sinch_voice_mcp.svaml.schema import schema
from sinch_voice_mcp.types import is_list, is_object
from tests import strategies

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples" / "svaml").glob("*.json"))
ANY = Draft202012Validator(schema())
BY_EVENT = {event: Draft202012Validator(schema(event)) for event in EVENTS}
VALUES: list[Any] = ["", "x", "..", "a\x07", "x" * 700, 0, -1, 1.5, 20_000, True, [], {}, ["x"], {"x": 1}]


def valid(document: object, validator: Draft202012Validator = ANY) -> bool:
    return next(iter(validator.iter_errors(document)), None) is None  # pyright: ignore[reportUnknownMemberType, reportArgumentType] - jsonschema is half typed


@given(strategies.documents)
def test_every_document_that_can_be_built_is_valid(document: Document) -> None:
    wire = document.to_wire()
    assert valid(wire)
    assert valid({"$schema": "svaml.schema.json", **wire})


def holders(value: Any) -> Iterator[Any]:
    """Every object and array in a JSON value."""
    if is_object(value) or is_list(value):
        yield value
        for inner in value.values() if is_object(value) else value:
            yield from holders(inner)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A document with one member or item left out, added or replaced; not every one is broken by that."""
    wire = copy.deepcopy(draw(strategies.documents).to_wire())
    holder: Any = draw(st.sampled_from([holder for holder in holders(wire) if holder]))
    step = draw(st.sampled_from(list(holder) if hasattr(holder, "keys") else list(range(len(holder)))))
    match draw(st.sampled_from(["leave out", "replace", "add"])):
        case "leave out":
            del holder[step]
        case "add" if hasattr(holder, "keys"):
            holder["novelty"] = draw(st.sampled_from(VALUES))
        case _:
            holder[step] = draw(st.sampled_from(VALUES))
    return wire


@given(broken())
def test_what_the_models_refuse_the_schema_refuses(wire: dict[str, Any]) -> None:
    try:
        Document.model_validate(wire)
    except ValidationError:
        assert not valid(wire)


@given(broken())
def test_what_the_schema_refuses_the_linter_reports(wire: dict[str, Any]) -> None:
    assert valid(wire) or lint(wire).findings or "action" not in wire  # which an update may do without


@given(strategies.documents, st.sampled_from(EVENTS))
def test_with_an_event_only_what_it_allows_is_valid(document: Document, event: Event) -> None:
    wire = document.to_wire()
    allowed = wire["action"]["name"] in ACTIONS_ALLOWED[event] and all(
        step["name"] in INSTRUCTIONS_ALLOWED[event] for step in wire.get("instructions", [])
    )
    assert valid(wire, BY_EVENT[event]) == allowed


@pytest.mark.parametrize("event", EVENTS)
def test_only_an_update_can_omit_the_action(event: Event) -> None:
    assert valid({"instructions": [{"name": "say", "text": "Hi"}]}, BY_EVENT[event]) == (event == "update")


@pytest.mark.parametrize(
    "faulty",
    [
        {},
        {"action": {}},
        {"action": {"name": "connectPSTN"}},
        {"action": {"name": "connectConf", "conferenceId": " . "}},
        {"action": {"name": "connectSip", "destination": {"endpoint": "a@example.com"}}},
        {"action": {"name": "runMenu", "menus": [{"id": "main", "options": [{"action": "return(a)"}]}]}},
        {"action": {"name": "runMenu", "menus": [{"id": "main", "options": [{"dtmf": "1", "action": "go(a)"}]}]}},
        {"action": {"name": "runMenu", "menus": [{"id": "main", "options": [{"dtmf": None, "action": "return(a)"}]}]}},
        {"action": {"name": "connectConf", "conferenceId": None}},
        {"action": None},
        {"action": {"name": "hangup"}, "instructions": [{"name": "sendDtmf", "value": "12a"}]},
        {"action": {"name": "hangup"}, "instructions": [{"name": "say", "text": "x" * 601}]},
    ],
)
def test_a_mistake_that_an_editor_can_underline_is_underlined(faulty: object) -> None:
    assert not valid(faulty)


def test_null_is_as_good_as_a_member_that_is_absent() -> None:
    options = {"destinationUrl": "gs://bucket", "format": None, "transcriptionOptions": None}
    started = {"name": "startRecording", "options": options}
    telephone = {"name": "connectPstn", "cli": None, "amd": None, "indications": None, "tags": None}
    assert valid({"instructions": [started], "action": telephone})
    assert valid({"instructions": None, "action": {"name": "park", "locale": None}})
    assert valid({"action": None}, BY_EVENT["update"])


def test_a_return_in_capitals_is_valid_as_it_is_for_the_models() -> None:
    options = [{"dtmf": "1", "action": "RETURN (x)"}, {"dtmf": "2", "action": " Menu(main)"}]
    assert valid({"action": {"name": "runMenu", "menus": [{"id": "main", "options": options}]}})


@pytest.mark.parametrize("event", [None, *EVENTS])
def test_the_schema_itself_is_valid_and_describes_every_member(event: Event | None) -> None:
    made: dict[str, Any] = schema(event)
    Draft202012Validator.check_schema(made)
    for node in (made, *made["$defs"].values()):
        assert node["description"]
        assert all(member["description"] for member in node["properties"].values())
    written = json.dumps(made)
    assert all(f"#/$defs/{name}" in written for name in made["$defs"])
    assert "(?i" not in written
    assert "``" not in written


def test_the_schema_in_the_documentation_is_the_one_the_code_makes() -> None:
    written = json.loads((ROOT / "docs" / "svaml.schema.json").read_text("utf-8"))
    assert written == schema()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_valid_and_names_the_schema(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    assert valid(document)
    assert (path.parent / document["$schema"]).resolve() == ROOT / "docs" / "svaml.schema.json"
    assert lint(document).findings == ()
