"""The linter, the builder, the guard, the explanation and the sandbox judge every document of a corpus alike."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, create_sandbox
from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml import EVENTS
from sinch_voice_mcp.tools.documents import Svaml
from sinch_voice_mcp.types import is_list, is_object
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.callers import Caller, connected, text_of
from tests.platforms import OWN

_SVAML: TypeAdapter[dict[str, object]] = TypeAdapter(Svaml)
CORPUS = Path(__file__).parents[1] / "corpus"
ANNA, PRESSES_1 = "+12025550100", "+12025550102"
INVALID = {40001, 40003}
TAKEN = {"action", "instructions"}

OPEN = {
    "SINCH_VOICE_ALLOW_SIP": "true",
    "SINCH_VOICE_SIP_HOSTS": "sip.example.com",
    "SINCH_VOICE_ALLOW_IN_APP": "true",
    "SINCH_VOICE_ALLOW_STREAMS": "true",
    "SINCH_VOICE_CALLBACK_HOSTS": "voice.example.com,example.com",
    "SINCH_VOICE_ALLOW_RECORDING": "true",
    "SINCH_VOICE_RECORDING_DESTINATIONS": "s3://bucket,azure://account/container",
    "SINCH_VOICE_ALLOW_SUPPRESS_CALLBACKS": "true",
    "SINCH_VOICE_MEDIA_HOSTS": "media.example.com,example.com",
    "SINCH_VOICE_MAX_DURATION_S": "14400",
}
"""Nearly everything that an owner can allow, so that the guard refuses little else than what is no document."""

POLICY = {
    "cli_form", "cli_missing", "cli_ownership", "number_named", "number_region", "number_type", "recording",
    "self_call", "sip_target",
}  # fmt: skip
"""Rules about who is called, who calls and where a recording goes: a refusal says nothing about the document."""

SETTINGS = {"duration", "media_url", "stream_target"}
"""Rules that are the owner's policy where a setting could allow the request, and else about the document."""

WARNED_OF: Mapping[str, set[str]] = {
    "dtmf": {"SV014"},
    "duration": {"SV013"},
    "e164_number": {"SV011"},
    "media_url": {"SV021", "SV023"},
    "readable": {"SV024", "SV039"},
    "spoken_text": {"SV021", "SV022", "SV036"},
    "ssml": {"SV022"},
    "stream_target": {"SV034"},
}
"""What the guard always refuses and the platform may accept: the linter warns of it, by the rule that refuses it."""

SENT = {"SV031", "SV008"}
"""What the guard warns of and sends: the ICE of a callout that connects no phone, and, under the rules of the sandbox,
a document without its members under similar names."""

RUN = {"SV012", "SV015"}
"""What the sandbox runs: a text that some accounts may speak, and a document with a menu that does not exist, which is
found when the call comes to it."""


@dataclass(frozen=True)
class Row:
    """A document of the corpus, and the event that it answers."""

    name: str
    event: str
    document: dict[str, object]

    @property
    def key(self) -> str:
        return f"{self.event}: {self.name}"


@dataclass(frozen=True)
class Refusal:
    """What the guard says against a document: its rule, and whether a setting could allow it."""

    rule: str
    by_setting: bool


@dataclass(frozen=True)
class Judgment:
    """What each part says of a row; None where the part does not judge documents of its event, or of its form."""

    errors: set[str]
    warnings: set[str]
    explained: bool
    built: bool | None
    fixed: bool
    refusal: Refusal | Literal["accepted"] | None
    ran: bool | None

    @property
    def valid(self) -> bool:
        return not self.errors


def rows() -> list[Row]:
    files = (CORPUS / "documents.jsonl", CORPUS / "generated.jsonl")
    return [Row(**json.loads(line)) for file in files for line in file.read_text("utf-8").splitlines()]


def dials(number: str) -> dict[str, Any]:
    return {"action": {"name": "connectPstn", "number": number, "cli": OWN}}


def asks() -> dict[str, Any]:
    menu = {"id": "main", "mainPrompt": "#tts[Press 1.]", "maxDigits": 1}
    return {"action": {"name": "runMenu", "locale": "en-US", "menus": [menu]}}


async def judged(voice: Caller, clock: ManualClock, row: Row) -> Judgment:
    checked = await voice.ok("check_svaml", document=row.document, event=row.event, explain=True)
    errors = {finding["code"] for finding in checked["findings"] if finding["level"] == "error"}
    # The builder fixes what can be fixed.
    fixed = await voice.ok("check_svaml", document=row.document, event=row.event, fix=True) if errors else checked
    return Judgment(
        errors=errors,
        warnings={finding["code"] for finding in checked["findings"] if finding["level"] == "warning"},
        explained="explanation" in checked,
        built=await built(voice, row) if taken_as_it_is(row) else None,
        fixed=fixed["valid"],
        refusal=await refusal(voice, clock, row) if taken_as_it_is(row) else None,
        ran=ran(row),
    )


def taken_as_it_is(row: Row) -> bool:
    """Whether the tools take the document as it is: what a strict schema makes a model fill in, they leave out."""
    document = {name: value for name, value in row.document.items() if value != []}
    return bool(document) and _SVAML.validate_python(document) == document


async def built(voice: Caller, row: Row) -> bool | None:
    action, instructions = row.document.get("action"), row.document.get("instructions")
    listed = instructions is None or (is_list(instructions) and all(map(is_object, instructions)))
    takes = is_object(action) and listed and not row.document.keys() - TAKEN
    if row.event not in EVENTS or not takes:
        return None
    result = await voice.client.call_tool(
        "build_svaml", {"event": row.event, "action": action, "instructions": instructions}
    )
    assert not result.is_error or json.loads(text_of(result))["code"] == "invalid_svaml"
    return not result.is_error


async def refusal(voice: Caller, clock: ManualClock, row: Row) -> Refusal | Literal["accepted"] | None:
    match row.event:
        case "callout":
            tool, arguments = "place_custom_callout", {"ice": row.document, "dry_run": True}
        case "ace" | "pie":
            tool, arguments = "place_custom_callout", {"to": ANNA, "cli": OWN, row.event: row.document, "dry_run": True}
        case "update":
            placed = await voice.ok("place_custom_callout", to=ANNA, cli=OWN, ace={"action": {"name": "continue"}})
            clock.advance(4)
            tool, arguments = "update_call", {"call_id": placed["call_id"], "svaml": row.document}
        case _:
            return None
    result = await voice.client.call_tool(tool, arguments)
    error: dict[str, Any] = json.loads(text_of(result)) if result.is_error else {}
    if error.get("code") not in {"refused", "invalid_svaml", "invalid_arguments"}:
        return "accepted"
    return Refusal(error.get("rule", error["code"]), "SINCH_VOICE_" in error.get("how_to_change", ""))


def meant_for(row: Row) -> dict[str, Any]:
    """Return the destination of a callout for actions that need one and do not name it."""
    action = row.document.get("action") if is_object(row.document) else None
    name = action.get("name") if is_object(action) else None
    kinds = {"connectMxp": ("username", "anna"), "connectConf": ("number", ANNA)}
    if row.event in {"callout", "update"} and isinstance(name, str) and name in kinds:
        kind, endpoint = kinds[name]
        return {"destination": {"type": kind, "endpoint": endpoint}}
    return {}


def ran(row: Row) -> bool | None:
    """Whether the sandbox performs a document to its end; None if it rejects the request for another reason."""
    replies: Mapping[str, dict[str, Any]] = {
        "callout": {"ice": row.document},
        "ace": {"ice": dials(ANNA), "ace": row.document},
        "pie": {"ice": dials(PRESSES_1), "ace": asks(), "pie": row.document},
        "update": {"ice": dials(ANNA), "ace": {"action": {"name": "continue"}}},
    }
    if row.event not in replies:
        return None
    clock, key = ManualClock(), DEFAULT_CREDENTIALS.key
    engine = create_sandbox(clock=clock).engine
    texts: dict[str, Any] = {name: json.dumps(document) for name, document in replies[row.event].items()}
    texts |= meant_for(row)
    try:
        call_id = engine.place(key, CustomCalloutRequest(custom_callout=CustomCallout.model_validate(texts)))
        clock.advance(10)
        if row.event == "update":
            engine.update(key, call_id, row.document)
    except RejectedError as error:
        # A number that makes the sandbox reject a request is no fault of the document.
        return False if error.code in INVALID else None
    clock.advance(600)
    return engine.call(key, call_id).reason not in {"INVALIDSVAMLACTION", "GENERALERROR"}


def differences(row: Row, judgment: Judgment) -> Iterator[str]:
    """Yield what one part says and the linter does not."""
    if row.event in EVENTS and judgment.explained != judgment.valid:
        yield "explanation"
    if judgment.built not in {None, judgment.fixed}:
        yield "builder"
    yield from _guard(judgment)
    if judgment.ran is not None:
        yield from _sandbox(judgment)


def _guard(judgment: Judgment) -> Iterator[str]:
    match judgment.refusal:
        case "accepted" if judgment.errors - SENT:
            yield "guard accepts"
        case Refusal(rule=rule, by_setting=by_setting) if judgment.valid:
            warned = WARNED_OF.get(rule, set()) & judgment.warnings
            if not warned and rule not in POLICY and not (by_setting and rule in SETTINGS):
                yield f"guard refuses ({rule})"
        case _:
            pass


def _sandbox(judgment: Judgment) -> Iterator[str]:
    if judgment.ran and judgment.errors - RUN:
        yield "sandbox runs"
    # A number that is missing or none is no fault of the document, but the guard has to refuse it too.
    number = isinstance(judgment.refusal, Refusal) and judgment.refusal.rule in {"number_named", "e164_number"}
    if not judgment.ran and judgment.valid and not number:
        yield "sandbox refuses"


async def test_five_parts_judge_every_document_alike() -> None:
    clock = ManualClock()
    found: dict[str, list[str]] = {}
    async with connected(load(OPEN), "auto", sandbox=create_sandbox(clock=clock)) as voice:
        for row in rows():
            if differing := list(differences(row, await judged(voice, clock, row))):
                found[row.key] = differing
    assert found == {}


def test_the_corpus_has_documents_of_every_event_and_each_of_them_once() -> None:
    corpus = rows()
    assert len(corpus) >= 300
    assert len({row.key for row in corpus}) == len(corpus)
    assert {row.event for row in corpus} == {*EVENTS, "dice", "conference"}
