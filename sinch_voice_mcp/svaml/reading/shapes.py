"""Spellings and types in which SVAML occurs, and the documented ones that they stand for.

Forms that Sinch's own documentation, SDKs and samples use are accepted with a finding; others are errors.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import get_args

from sinch_voice_mcp.svaml.model import actions, callouts, destinations, instructions, menus
from sinch_voice_mcp.types import Payload, is_list, is_object

Convert = Callable[[object], object]


@dataclass(frozen=True)
class Shape:
    """One kind of object: its model, other spellings of its members, and conversions of other forms of their values.

    ``hints`` are names that no material of Sinch has, and the members that are probably meant by them. Whole numbers,
    and true and false, are converted from text wherever the model has them.
    """

    model: type[Payload]
    spellings: Mapping[str, str] = field(default_factory=dict[str, str])
    conversions: Mapping[str, Convert] = field(default_factory=dict[str, Convert])
    hints: Mapping[str, str] = field(default_factory=dict[str, str])
    children: Mapping[str, "Shape"] = field(default_factory=dict[str, "Shape"])

    def members(self) -> frozenset[str]:
        """Return the wire names of the model's members."""
        return _members(self.model)

    def spelled(self, key: str) -> str | None:
        """Return the documented name of a member that is written otherwise; None if no member is meant for certain."""
        folded = _folded(self.model)
        return None if key in folded.values() else self.spellings.get(key) or folded.get(key.lower())

    def conversion(self, member: str) -> Convert | None:
        """Return what brings a value of a member into its documented form; None if it has one form only."""
        return self.conversions.get(member) or _by_type(self.model).get(member)


@cache
def _members(model: type[Payload]) -> frozenset[str]:
    return frozenset(info.alias or name for name, info in model.model_fields.items())


@cache
def _folded(model: type[Payload]) -> Mapping[str, str]:
    """Return the members by their names in lower case."""
    return {name.lower(): name for name in _members(model)}


@cache
def _by_type(model: type[Payload]) -> Mapping[str, Convert]:
    found: dict[str, Convert] = {}
    for name, info in model.model_fields.items():
        types = set(_types(info.annotation))
        # An older spelling of a truth value or number is text; a member that can also be text has no other spelling.
        convert = None if str in types else _truth if bool in types else _whole if int in types else None
        if convert is not None:
            found[info.alias or name] = convert
    return found


def _types(annotation: object) -> Iterator[object]:
    yield annotation
    for argument in get_args(annotation):
        yield from _types(argument)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _stream(value: object) -> object:
    return "Websocket" if isinstance(value, str) and value.lower() == "websocket" else value


def _truth(value: object) -> object:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _whole(value: object) -> object:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _music(value: object) -> object:
    return _MISSPELT_MUSIC.get(value.lower(), value.lower()) if isinstance(value, str) else value


def _key(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _norway(value: object) -> object:
    # YAML reads the country code `no` as false, and Sinch's OpenAPI went through YAML.
    return "no" if value is False else _lower(value)


def _flat(value: object) -> object:
    if not is_list(value):
        return value
    return list(chain.from_iterable(item if is_list(item) else [item] for item in value))


def _typed(conversion: Convert, default: str) -> Convert:
    """Return a conversion that adds a missing ``type``, of which one alone fits here, and corrects its letter case."""

    def convert(value: object) -> object:
        if not is_object(value):
            return value
        return {**value, "type": conversion(value.get("type") or default)}

    return convert


_DIGITS = re.compile(r"\s*[+-]?[0-9]{1,9}\s*", re.ASCII)
_MISSPELT_MUSIC = {"ringing": "ring", "music": "music1", "default": "music1"}

FORMS: Mapping[str, str] = {
    "destination": "an object with the documented `type`",
    "ids": "one flat list of prompts, without lists inside it",
}
"""The documented form of a value that is too long to be shown, by member."""

_HEADERS = {"callheaders": "callHeaders", "callHeader": "callHeaders"}
_MOH = {"mohClass": "moh"}
_RECORDING = Shape(
    instructions.RecordingOptions,
    spellings={"destination": "destinationUrl"},
    conversions={"format": _lower},
    children={"transcriptionOptions": Shape(instructions.TranscriptionOptions)},
)
_HEADER = Shape(actions.CallHeader)
_DTMF_OPTIONS = Shape(
    actions.ConferenceDtmfOptions, spellings={"timeoutMs": "timeoutMills"}, conversions={"mode": _lower}
)
_SHARED = {"moh": _music}
_MENU = Shape(
    menus.Menu,
    spellings={"timeoutMs": "timeoutMills", "maxTimeoutMs": "maxTimeoutMills"},
    hints={"prompt": "mainPrompt", "timeout": "timeoutMills", "text": "mainPrompt"},
    children={"options": Shape(menus.Option, conversions={"dtmf": _key})},
)

INSTRUCTION_SHAPES: Mapping[str, Shape] = {
    "playFiles": Shape(instructions.PlayFiles, conversions={"ids": _flat}),
    "say": Shape(instructions.Say),
    "sendDtmf": Shape(instructions.SendDtmf, conversions={"value": _key}),
    "setCookie": Shape(instructions.SetCookie),
    "answer": Shape(instructions.Answer),
    "startRecording": Shape(instructions.StartRecording, children={"options": _RECORDING}),
    "stopRecording": Shape(instructions.StopRecording),
}

ACTION_SHAPES: Mapping[str, Shape] = {
    "hangup": Shape(actions.Hangup),
    "continue": Shape(actions.Continue, children={"recordingOptions": _RECORDING}),
    "connectPstn": Shape(
        actions.ConnectPstn,
        spellings={"destination": "number"},
        conversions={"dtmf": _key, "indications": _norway},
        children={
            "amd": Shape(actions.AnsweringMachineDetection),
            "recordingOptions": _RECORDING,
            "tags": Shape(actions.Tag),
        },
    ),
    "connectMxp": Shape(
        actions.ConnectMxp,
        spellings=_HEADERS,
        conversions={"destination": _typed(_lower, "username")},
        children={"destination": Shape(destinations.UserDestination), "callHeaders": _HEADER},
    ),
    "connectConf": Shape(
        actions.ConnectConf,
        spellings=_MOH,
        conversions=_SHARED,
        children={
            "conferenceDtmfOptions": _DTMF_OPTIONS,
            "recordingOptions": _RECORDING,
        },
    ),
    "connectSip": Shape(
        actions.ConnectSip,
        spellings={**_HEADERS, **_MOH},
        conversions={**_SHARED, "transport": _upper, "destination": _typed(_lower, "sip")},
        children={"destination": Shape(destinations.SipDestination), "callHeaders": _HEADER},
    ),
    "connectStream": Shape(
        actions.ConnectStream,
        spellings=_HEADERS,
        conversions={"destination": _typed(_stream, "Websocket")},
        children={
            "destination": Shape(destinations.StreamDestination),
            "streamingOptions": Shape(actions.StreamingOptions),
            "callHeaders": _HEADER,
        },
    ),
    "runMenu": Shape(
        actions.RunMenu,
        spellings={"badge": "barge"},
        children={"menus": _MENU},
    ),
    "park": Shape(actions.Park, spellings={"introPromt": "introPrompt", "dialTimeout": "maxDuration"}),
}

# The members of every destination are the same; which values fit together, the model decides by `type`.
_DESTINATION = Shape(destinations.NumberDestination, spellings={"number": "endpoint"}, conversions={"type": _lower})
_CALLOUT = {
    "dtmf": _key, "domain": _lower, "enableAce": _truth, "enableDice": _truth, "enablePie": _truth,
}  # fmt: skip

CALLOUT_SHAPES: Mapping[str, Shape] = {
    "ttsCallout": Shape(callouts.TtsCallout, conversions=_CALLOUT, children={"destination": _DESTINATION}),
    "conferenceCallout": Shape(
        callouts.ConferenceCallout,
        spellings={"moh": "mohClass"},
        conversions={**_CALLOUT, "mohClass": _SHARED["moh"]},
        children={"destination": _DESTINATION, "conferenceDtmfOptions": _DTMF_OPTIONS},
    ),
    "customCallout": Shape(callouts.CustomCallout, conversions=_CALLOUT, children={"destination": _DESTINATION}),
}
"""The object inside a callout request, by the method that names it."""
