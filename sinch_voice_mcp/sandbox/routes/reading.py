"""Reading of request bodies into the models of the API, as tolerantly as the platform reads them.

Unknown members and nulls are ignored; enumerated values are accepted in any letter case.
"""

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

from pydantic import ValidationError

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.sandbox.ledger import documented
from sinch_voice_mcp.svaml import parse_json
from sinch_voice_mcp.types import TAG_HEADER, TAG_PATTERN, TAG_RULE, JsonObject, Payload, is_list, is_object
from sinch_voice_mcp.wire.applications import Capability
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import ManageParticipant

Model = TypeVar("Model", bound=Payload)
_Method = Literal["ttsCallout", "conferenceCallout", "customCallout"]

_METHODS: tuple[_Method, ...] = ("ttsCallout", "conferenceCallout", "customCallout")
_METHOD_MESSAGE = "Method needs to be `ttsCallout`, `conferenceCallout`, or `customCallout`"
_KEY_SPELLINGS = ("applicationkey", "applicationKey", "application_key")

# The levels at which the API has members of its own: request, callout, destination. Nulls below them stay.
_MAX_DEPTH = 3

_CASELESS = frozenset({"domain", "mohClass", "moh", "command", "capability"})
_CASELESS_IN: Mapping[str, str] = {"destination": "type", "conferenceDtmfOptions": "mode"}


def json_object(body: bytes) -> JsonObject:
    """Read a body as a JSON object, including its nulls.

    Raises:
        RejectedError: 40003 if it is missing, not JSON, or not an object.
    """
    if not body.strip():
        raise RejectedError(40003, "The body is missing")
    try:
        data = parse_json(body)
    except SvamlError as error:
        raise RejectedError(40003, f"The body is {error.message}") from None
    if not is_object(data):
        raise RejectedError(40003, "The body is not a JSON object")
    return data


def callout(body: bytes) -> CalloutRequest:
    """Read a callout of any of the three kinds.

    Raises:
        RejectedError: 40001 for a wrong method or value, 40002 for a missing member, 40003 for invalid JSON.
    """
    data = _without_nulls(json_object(body))
    method = _method(data)
    inside = data.get(method)
    if inside is None:
        raise RejectedError(40002, f"`{method}` is missing")
    if not is_object(inside):
        raise RejectedError(40001, f"`{method}` is an object")
    plain = _lower_enums(inside)
    match method:
        case "ttsCallout":
            return TtsCalloutRequest(tts_callout=_read(TtsCallout, plain, method))
        case "conferenceCallout":
            return ConferenceCalloutRequest(conference_callout=_read(ConferenceCallout, plain, method))
        case "customCallout":
            return CustomCalloutRequest(custom_callout=_read(CustomCallout, plain, method))


def tag(header: str | None) -> str | None:
    """Read the header that tags the calls of a request.

    Raises:
        RejectedError: 40001 if it is not a tag.
    """
    if header is not None and TAG_PATTERN.fullmatch(header) is None:
        raise RejectedError(40001, f"The header `{TAG_HEADER}` is {TAG_RULE}")
    return header


def command(body: bytes) -> ManageParticipant:
    """Read a command to a participant; `moh` is ignored unless the command is `onhold`.

    Raises:
        RejectedError: 40001 for an unknown command or music, 40002 for no command, 40003 for invalid JSON.
    """
    plain = _lower_enums(_without_nulls(json_object(body)))
    if plain.get("command") != "onhold":
        plain.pop("moh", None)
    return _read(ManageParticipant, plain)


def numbers(data: JsonObject, *members: str) -> tuple[str, ...]:
    """Read phone numbers from the first of several members that is present: a list, or one as a string.

    Raises:
        RejectedError: 40001 if they are of another type, 40002 if they are missing.
    """
    given = next((data[member] for member in members if data.get(member) is not None), None)
    if given is None:
        raise RejectedError(40002, f"`{members[0]}` is missing")
    listed = given if is_list(given) else [given]
    texts = tuple(item for item in listed if isinstance(item, str))
    if len(texts) != len(listed):
        raise RejectedError(40001, f"`{members[0]}` holds numbers as strings")
    return texts


def application_key(data: JsonObject, default: str) -> str:
    """Read the key of the application that a request names, in any of three spellings.

    Args:
        data: The body.
        default: The key of the application that sent the request.

    Raises:
        RejectedError: 40001 if the key is not a string.
    """
    given = next((data[member] for member in _KEY_SPELLINGS if data.get(member) is not None), default)
    if not isinstance(given, str):
        raise RejectedError(40001, "`applicationkey` is a string")
    return given


def capability(data: JsonObject) -> Capability | None:
    """Read the capability that a request names, in any letter case; None if it names none.

    Raises:
        RejectedError: 40001 if the capability is unknown.
    """
    given = data.get("capability")
    if given is None:
        return None
    for known in get_args(Capability):
        if isinstance(given, str) and given.lower() == known:
            return known
    raise RejectedError(40001, "`capability` is `voice` or `sms`")


def _method(data: JsonObject) -> _Method:
    method = data.get("method")
    if isinstance(method, str):
        for known in _METHODS:
            if method.lower() == known.lower():
                return known
    lacks_wrapper = "destination" in data or "ice" in data or any(name in data for name in _METHODS)
    hint = '; the body is {"method": "ttsCallout", "ttsCallout": {...}}' if method is None and lacks_wrapper else ""
    raise RejectedError(40001, _METHOD_MESSAGE + hint)


def _without_nulls(data: JsonObject, depth: int = _MAX_DEPTH) -> JsonObject:
    return {
        name: _without_nulls(value, depth - 1) if depth > 1 and is_object(value) else value
        for name, value in data.items()
        if value is not None
    }


def _lower_enums(data: JsonObject) -> JsonObject:
    plain = {name: _lower(value) if name in _CASELESS else value for name, value in data.items()}
    for name, member in _CASELESS_IN.items():
        inside = plain.get(name)
        if is_object(inside) and member in inside:
            plain[name] = {**inside, member: _lower(inside[member])}
    return plain


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _read(model: type[Model], data: JsonObject, *inside: str) -> Model:
    try:
        return model.read(data)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(step) for step in (*inside, *fault["loc"]))
    if fault["type"] in {"missing", "union_tag_not_found"}:
        raise RejectedError(40002, f"`{path}` is missing")
    raise RejectedError(40001, f"`{path}`: {fault['msg'][:1].lower()}{fault['msg'][1:200]}")


BEHAVIORS = (documented("api", "unknown members and nulls", "ignored", "Callouts"),)
