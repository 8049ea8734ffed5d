"""Every member of a result is a value of a fixed form, our own words, or passes the boundary."""

from typing import get_args, get_type_hints

import pytest
from pydantic import BaseModel

from sinch_voice_mcp.operations.boundary import OTHER, UNTRUSTED, separate
from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.tools import ALL_TOOLS
from sinch_voice_mcp.tools.results import Shown, own_members
from tests.canary import CANARY


def _models(annotation: object) -> list[type[BaseModel]]:
    """Every model in an annotation, with the models of its members."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.values()
        return [annotation, *(found for field in fields for found in _models(field.annotation))]
    return [found for part in get_args(annotation) for found in _models(part)]


MODELS = tuple(dict.fromkeys(found for spec in ALL_TOOLS for found in _models(get_type_hints(spec.fn)["return"])))
ROWS = {"events"}
"""Members that are lists of objects, each of which passes the boundary by itself."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_text_of_a_result_is_our_own_or_passes_the_boundary(model: type[BaseModel]) -> None:
    assert issubclass(model, Shown)
    foreign = model.model_fields.keys() - own_members(model) - {UNTRUSTED} - ROWS
    # Without this member, what the boundary takes out of a result would be lost.
    assert not foreign or UNTRUSTED in model.model_fields
    for name in foreign:
        assert separate({name: CANARY}) == {name: OTHER, UNTRUSTED: {name: clean(CANARY)}}, name


def test_results_without_foreign_words_are_few_and_known() -> None:
    without = {model.__name__ for model in MODELS if UNTRUSTED not in model.model_fields}
    assert without == {
        "AccountNumbers",
        "BuiltDocument",
        "CallList",
        "CallSteered",
        "CallTimeline",
        "Callbacks",
        "CheckedDocument",
        "ConferencePlaced",
        "ConferenceState",
        "FaultsInForce",
        "LintRemark",
        "ScriptAttached",
        "TimeMoved",
    }
