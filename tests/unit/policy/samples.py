"""Every model that this server sends, found by following the requests, and generated instances of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from sinch_voice_mcp.svaml import Document, Menu, Option
from sinch_voice_mcp.types import Meaning, Payload
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrls, UnassignNumber
from sinch_voice_mcp.wire.callouts import ConferenceCalloutRequest, CustomCalloutRequest, TtsCalloutRequest
from sinch_voice_mcp.wire.calls import ManageParticipant

ROOTS: tuple[type[Payload], ...] = (
    TtsCalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    Document,
    ManageParticipant,
    AssignNumbers,
    UnassignNumber,
    CallbackUrls,
)

SAMPLES: dict[Meaning, tuple[str | int | bool, ...]] = {
    Meaning.DIALS: ("+14045005000", "+1 (404) 500-5000", "+1911", "hello"),
    Meaning.REACHES: ("alice", "alice@example.com", "wss://example.com/a"),
    Meaning.IDENTIFIES: ("+14155550100", "+1 415 555 0100", "private", ""),
    Meaning.FETCHES: ("https://example.com/events", "https://10.0.0.1/"),
    Meaning.SPOKEN: ("Hello.", "e\u0301", "a\u200bb", "#href[https://evil.test/a]"),
    Meaning.PROMPT: (
        "#tts[Hello.]",
        "#ssml[<speak>Hello.</speak>]; #href[https://example.com/a.mp3]",
        "https://example.com/a.wav",
        "welcome",
        "#tts[open",
    ),
    Meaning.TONES: ("12w#", "call me"),
    Meaning.STORES: ("s3://bucket/folder/", "s3://bucket/../other"),
    Meaning.SECRET: ("AKIA:secret:eu-west-1",),
    Meaning.LASTS: (1, 60),
    Meaning.HIDES: (True, False),
    Meaning.EMBEDS_ICE: (
        '{"action":{"name":"connectPstn","number":"+1 404 500 5000"}}',
        "https://example.com/ice",
        "ring",
    ),
    Meaning.EMBEDS_ACE: ('{"instructions":[{"name":"say","text":"e\u0301"}],"action":{"name":"hangup"}}', "{"),
    Meaning.EMBEDS_PIE: ('{"action":{"name":"ConnectPSTN","destination":"+14045005000"},"x":1}',),
    Meaning.INERT: ("main",),
}


@dataclass(frozen=True)
class Spot:
    """One member of an outgoing model, and every part of its annotation."""

    model: type[Payload]
    name: str
    info: FieldInfo

    @property
    def parts(self) -> tuple[object, ...]:
        return tuple(_flat((self.info.annotation, *self.info.metadata)))

    @property
    def meanings(self) -> set[Meaning]:
        return {part for part in self.parts if isinstance(part, Meaning)}

    @property
    def wire(self) -> str:
        return self.info.serialization_alias or self.info.alias or self.name

    @property
    def models(self) -> list[type[Payload]]:
        return [part for part in self.parts if isinstance(part, type) and issubclass(part, Payload)]

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.name}"


def _flat(parts: tuple[object, ...]) -> Iterator[object]:
    for part in parts:
        yield part
        if get_origin(part) is not Literal:
            yield from _flat(get_args(part))


def spots() -> Iterator[Spot]:
    """Every member of every outgoing model, once."""
    waiting, seen = list(ROOTS), set[type[Payload]]()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, info in model.model_fields.items():
            spot = Spot(model, name, info)
            yield spot
            waiting += spot.models


def marked() -> list[Spot]:
    """The members whose annotation has a meaning."""
    return sorted((spot for spot in spots() if spot.meanings - {Meaning.INERT}), key=str)


def minimal(model: type[Payload], **given: object) -> Payload:
    """An instance with only its required members and the given ones."""
    values = dict(given)
    for name, info in model.model_fields.items():
        if name not in values and info.is_required():
            values[name] = _required(model, name, info)
    return model.model_validate(values)


def _required(model: type[Payload], name: str, info: FieldInfo) -> Any:
    spot = Spot(model, name, info)
    if model is Option and name == "action":
        return "return(x)"
    if (meaning := next(iter(spot.meanings), None)) is not None:
        value = SAMPLES[meaning][0]
        return [value] if many(info) else value
    found = spot.models[0]
    return [_option_less(found)] if many(info) else minimal(found)


def _option_less(model: type[Payload]) -> Payload:
    return minimal(model, input="yes") if model is Option else minimal(model)


def many(info: FieldInfo) -> bool:
    return any(get_origin(part) is tuple for part in _flat((info.annotation,)))


def payloads(model: type[Payload]) -> st.SearchStrategy[Payload]:
    """Instances of a model with any of its members and with valid and invalid values."""
    fields = {name: _values(Spot(model, name, info)) for name, info in model.model_fields.items()}
    required = {name: fields[name] for name, info in model.model_fields.items() if info.is_required()}
    optional = {name: values for name, values in fields.items() if name not in required}
    if model is Option:
        required["input"] = st.just("yes")
        optional.pop("input")
    return st.fixed_dictionaries(required, optional=optional).map(model.model_validate)


def _values(spot: Spot) -> st.SearchStrategy[Any]:
    one = _one(spot)
    return st.lists(one, min_size=1, max_size=3) if many(spot.info) else one


def _one(spot: Spot) -> st.SearchStrategy[Any]:
    if spot.model is Option and spot.name in {"action", "dtmf"}:
        return st.just("return(x)" if spot.name == "action" else "1")
    if spot.model is Menu and spot.name == "id":
        return st.just("main")
    if spot.meanings:
        return st.sampled_from(
            SAMPLES[next(iter(spot.meanings))] if str in spot.parts or bool in spot.parts else (1, 60)
        )
    if models := [part for part in spot.parts if isinstance(part, type) and issubclass(part, Payload)]:
        return st.one_of([st.deferred(lambda model=model: payloads(model)) for model in models])
    if (literal := next((part for part in spot.parts if get_origin(part) is Literal), None)) is not None:
        return st.sampled_from(get_args(literal))
    return st.booleans()
