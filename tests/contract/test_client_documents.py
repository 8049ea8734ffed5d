"""What the models of requests and SVAML can write is what the OpenAPI document names."""

import json
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import ConferenceCallout, CustomCallout, Document, NumberDestination, TtsCallout
from sinch_voice_mcp.types import JsonObject, Payload
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    TtsCalloutRequest,
)
from tests.contract.openapi.document import assert_request, assert_valid
from tests.strategies import flags, locales, maybe, moh, numbers, seconds, sensible_documents, text, tones, word

Model = TypeVar("Model", bound=Payload)

COMMON: dict[str, st.SearchStrategy[Any]] = {
    "destination": st.builds(NumberDestination, endpoint=numbers),
    "cli": maybe(numbers),
    "dtmf": maybe(tones),
    "custom": maybe(text),
    **{name: maybe(flags) for name in ("enable_ace", "enable_dice", "enable_pie")},
}


def callouts(model: type[Model], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Model]:
    """Callouts of one kind; made from names, because the signature of a model shows its wire names, too."""
    return st.fixed_dictionaries(COMMON | members).map(lambda given: model(**given))


requests: st.SearchStrategy[CalloutRequest] = st.one_of(
    callouts(TtsCallout, text=text, locale=maybe(locales)).map(lambda one: TtsCalloutRequest(tts_callout=one)),
    callouts(ConferenceCallout, conference_id=word, moh_class=maybe(moh), max_duration=maybe(seconds)).map(
        lambda one: ConferenceCalloutRequest(conference_callout=one)
    ),
    callouts(CustomCallout, max_duration=maybe(seconds)).map(lambda one: CustomCalloutRequest(custom_callout=one)),
)


@given(sensible_documents)
def test_every_instruction_and_action_that_the_models_write_is_documented(document: Document) -> None:
    wire = document.to_wire()
    instructions: list[JsonObject] = json.loads(json.dumps(wire.get("instructions", [])))
    action: JsonObject = json.loads(json.dumps(wire["action"]))
    for part in (*instructions, action):
        assert_valid(part, str(part["name"]))


@given(requests)
def test_every_callout_that_the_models_write_is_documented(request: CalloutRequest) -> None:
    body = json.dumps(request.to_wire()).encode()
    assert_request("POST", "/calling/v1/callouts", body, "application/json")
