from types import NoneType
from typing import Annotated, Literal, get_origin

import pytest
from hypothesis import given, settings

from sinch_voice_mcp.policy import (
    Broken,
    Dial,
    Effect,
    Fetch,
    Hides,
    Identify,
    Lasts,
    PlayStored,
    Reach,
    Secret,
    Speak,
    SpeakSsml,
    Store,
    Tones,
    Unknown,
    effects_of,
)
from sinch_voice_mcp.policy.meanings import is_many
from sinch_voice_mcp.svaml import (
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    Document,
    Hangup,
    Menu,
    Option,
    Park,
    PlayFiles,
    RecordingOptions,
    RunMenu,
    SipDestination,
    StartRecording,
)
from sinch_voice_mcp.types import Meaning, Payload
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.unit.policy.decisions import OWN, REAL, tts
from tests.unit.policy.samples import SAMPLES, Spot, many, marked, minimal, payloads, spots

INERT_SWITCHES = {
    "enable_ace", "enable_dice", "enable_pie", "enable_voice", "barge", "enabled", "async_", "notification_events",
}  # fmt: skip
"""Switches that change nothing outside the call."""
RECORDS = {"record"}
"""Switches that are collected without an annotation."""

REPORTED: dict[Meaning, tuple[type[Effect], ...]] = {
    Meaning.DIALS: (Dial,),
    Meaning.REACHES: (Reach,),
    Meaning.IDENTIFIES: (Identify,),
    Meaning.FETCHES: (Fetch,),
    Meaning.SPOKEN: (Speak,),
    Meaning.PROMPT: (Speak, SpeakSsml, Fetch),
    Meaning.TONES: (Tones,),
    Meaning.STORES: (Store,),
    Meaning.SECRET: (Secret,),
    Meaning.LASTS: (Lasts,),
    Meaning.HIDES: (Hides,),
    Meaning.EMBEDS_ICE: (Dial,),
    Meaning.EMBEDS_ACE: (Speak,),
    Meaning.EMBEDS_PIE: (Dial, Unknown),
}


@pytest.mark.parametrize("spot", sorted(spots(), key=str), ids=str)
def test_every_outgoing_member_is_annotated_with_its_meaning(spot: Spot) -> None:
    kinds = {part for part in spot.parts if isinstance(part, type)} - set(spot.models) - {NoneType, tuple}
    literal = any(get_origin(part) is Literal for part in spot.parts)

    assert kinds <= {bool, int, str}
    if bool in kinds:
        assert spot.meanings or spot.name in INERT_SWITCHES | RECORDS
    elif kinds:
        assert len(spot.meanings) == 1
    else:
        assert literal or spot.models


@pytest.mark.parametrize("spot", marked(), ids=str)
def test_every_annotated_member_is_reported(spot: Spot) -> None:
    meaning = next(iter(spot.meanings))
    value = SAMPLES[meaning][0]

    effects = effects_of(minimal(spot.model, **{spot.name: [value] if many(spot.info) else value}))

    here = [effect for effect in effects if effect.path.startswith(f"$.{spot.wire}")]
    assert any(isinstance(effect, REPORTED[meaning]) for effect in here)


def leaves(value: object, path: str) -> dict[str, tuple[Meaning, object]]:
    """Every marked value of an instance by its path, found without the code under test."""
    found: dict[str, tuple[Meaning, object]] = {}
    if isinstance(value, Payload):
        for name, info in type(value).model_fields.items():
            spot = Spot(type(value), name, info)
            inner: object = getattr(value, name)
            if not is_many(inner):
                found |= _leaf(spot, inner, f"{path}.{spot.wire}")
                continue
            for index, item in enumerate(inner):
                found |= _leaf(spot, item, f"{path}.{spot.wire}[{index}]")
    return found


def _leaf(spot: Spot, value: object, path: str) -> dict[str, tuple[Meaning, object]]:
    if isinstance(value, Payload):
        return leaves(value, path)
    meaning = next(iter(spot.meanings - {Meaning.INERT}), None)
    return {} if meaning is None or value in (None, False, "") else {path: (meaning, value)}


@given(payloads(Document))
@settings(max_examples=150)
def test_no_annotated_value_in_any_document_goes_unreported(document: Payload) -> None:
    effects = effects_of(document)
    reported = {effect.path for effect in effects}

    silent = {path for path, (_, value) in leaves(document, "$").items() if value != "welcome"} - reported

    assert silent == set()


def test_a_dial_carries_the_caller_id_of_its_object() -> None:
    (dial,) = (effect for effect in effects_of(tts()) if isinstance(effect, Dial))

    assert dial == Dial("$.ttsCallout.destination.endpoint", REAL, OWN, "$.ttsCallout.cli")


def test_an_inline_document_does_not_inherit_the_callouts_caller_id() -> None:
    ice = f'{{"action":{{"name":"connectPstn","number":"{REAL}"}}}}'
    request = CustomCalloutRequest(custom_callout=CustomCallout(cli=OWN, ice=ice))

    (dial,) = (effect for effect in effects_of(request) if isinstance(effect, Dial))

    assert dial == Dial("$.customCallout.ice.action.number", REAL, None, "$.customCallout.ice.action.cli")


def test_connecting_without_a_number_dials_an_unknown_number() -> None:
    document = Document(action=ConnectPstn(cli=OWN))

    assert Dial("$.action.number", None, OWN, "$.action.cli") in effects_of(document)


def test_connecting_without_a_user_reaches_an_in_app_user() -> None:
    assert effects_of(Document(action=ConnectMxp())) == (Reach("$.action.destination", "in_app", None),)


def test_a_sip_caller_id_belongs_to_no_dial() -> None:
    action = ConnectSip(destination=SipDestination(endpoint="alice@example.com"), cli=OWN)

    effects = effects_of(Document(action=action))

    assert set(effects) == {
        Reach("$.action.destination.endpoint", "sip", "alice@example.com", OWN),
        Identify("$.action.cli", OWN),
    }


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (Document(instructions=(StartRecording(),), action=Hangup()), "$.instructions[0].options"),
        (
            Document(instructions=(StartRecording(options=RecordingOptions()),), action=Hangup()),
            "$.instructions[0].options.destinationUrl",
        ),
        (Document(action=ConnectConf(conference_id="daily", record=True)), "$.action.record"),
        (
            Document(action=ConnectPstn(number=REAL, cli=OWN, recording_options=RecordingOptions(format="mp3"))),
            "$.action.recordingOptions.destinationUrl",
        ),
    ],
)
def test_a_recording_without_a_destination_is_reported(document: Document, path: str) -> None:
    assert Store(path, None) in effects_of(document)


def test_prompts_of_menus_and_parking_are_parsed() -> None:
    menu = Menu(
        id="main",
        main_prompt="#tts[Press 1.]",
        repeat_prompt="#href[https://example.com/again.mp3]",
        options=(Option(dtmf="1", action="return(x)"),),
    )
    park = Park(intro_prompt="#ssml[<speak><audio src='https://example.com/b.mp3'/></speak>]", hold_prompt="music")

    assert effects_of(Document(action=RunMenu(menus=(menu,)))) == (
        Speak("$.action.menus[0].mainPrompt", "Press 1."),
        Fetch("$.action.menus[0].repeatPrompt", "https://example.com/again.mp3", "media"),
    )
    assert effects_of(Document(action=park)) == (
        SpeakSsml("$.action.introPrompt", "<speak><audio src='https://example.com/b.mp3'/></speak>"),
        Fetch("$.action.introPrompt", "https://example.com/b.mp3", "media"),
        PlayStored("$.action.holdPrompt", "music"),
    )


@pytest.mark.parametrize(
    "item", ["ftp://example.com/a.mp3", "//example.com/a", "file:/etc/passwd", "a\\b", "caf\u00e9"]
)
def test_a_prompt_item_that_is_no_plain_file_id_counts_as_an_address(item: str) -> None:
    document = Document(instructions=(PlayFiles(ids=(item,)),), action=Hangup())

    assert effects_of(document) == (Fetch("$.instructions[0].ids[0]", item, "media"),)


def test_a_url_instead_of_a_document_is_a_callback() -> None:
    request = CustomCalloutRequest(custom_callout=CustomCallout(ice=" https://example.com/ice "))

    assert effects_of(request) == (Fetch("$.customCallout.ice", "https://example.com/ice", "callback"),)


@pytest.mark.parametrize("text", ["", "   ", "ring", "[]", "\ufeff{}", "javascript:x"])
def test_text_that_is_neither_document_nor_url_is_broken(text: str) -> None:
    (effect,) = effects_of(CustomCalloutRequest(custom_callout=CustomCallout(ace=text)))

    assert isinstance(effect, Broken)
    assert effect.path == "$.customCallout.ace"


def test_an_unreadable_inline_document_is_broken_at_the_faulty_path() -> None:
    ace = '{"action":{"name":"connectPstn","number":"+14045005000"}}'

    (effect,) = effects_of(CustomCalloutRequest(custom_callout=CustomCallout(ace=ace)))

    assert isinstance(effect, Broken)
    assert effect.path == "$.customCallout.ace.action.name"


class Torn(Payload):
    """A member that two rules would judge differently."""

    number: Annotated[str, Meaning.DIALS] | Annotated[str, Meaning.INERT]


class Beamer(Payload):
    """A new kind of target."""

    planet: Annotated[str, Meaning.REACHES]


def test_a_member_with_two_meanings_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match=r"Torn\.number carries more than one meaning"):
        effects_of(Torn(number="+14045005000"))


def test_a_new_kind_of_target_is_a_programming_error_until_it_is_handled() -> None:
    with pytest.raises(TypeError, match="Beamer reaches a target"):
        effects_of(Beamer(planet="Mars"))


def test_a_lone_surrogate_is_broken_in_any_member() -> None:
    request = CustomCalloutRequest(custom_callout=CustomCallout(custom="a\ud800"))

    (effect,) = effects_of(request)

    assert isinstance(effect, Broken)
    assert effect.path == "$.customCallout.custom"
