"""The JSON Schema of a document, for editors and for checks outside Python.

It is derived from the models. A schema describes single members, so the linter finds more.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from sinch_voice_mcp.svaml.limits import MAX_SPOKEN_CHARS
from sinch_voice_mcp.svaml.model.actions import ACTIONS
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import ACTION_OPTIONAL, ACTIONS_ALLOWED, INSTRUCTIONS_ALLOWED, Event
from sinch_voice_mcp.svaml.model.instructions import INSTRUCTIONS
from sinch_voice_mcp.types import JsonObject, Payload, is_list, is_object

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_Node = dict[str, Any]

_DESCRIPTIONS: Mapping[str, str] = {
    "action": "What happens to the call after the instructions; exactly one.",
    "amd": "Answering machine detection, for custom callouts.",
    "async": "Continue the call at once and report the result in a Notify event.",
    "barge": "Whether keys count while the prompt is playing (default true).",
    "callHeaders": "Headers passed to the other side; all keys and values together have at most 1,024 bytes.",
    "cli": "The caller ID, in E.164 form: +14155550100.",
    "conferenceDtmfOptions": "What happens to keys that participants press.",
    "conferenceId": "The name of the conference, 1 to 64 characters; it is created if it does not exist.",
    "credentials": "The credentials for the storage, such as ACCESSKEY:SECRETKEY:REGION for s3. A secret.",
    "destination": "What the call is connected to.",
    "destinationUrl": "Where the recording is stored: s3://…, azure://… or gs://…",
    "dialTimeout": "How long the telephone rings, in seconds.",
    "dtmf": "Tones sent once the call is answered: 0-9, # and w for a pause of 500 ms.",
    "enabled": "Whether it is on.",
    "enableVoice": "Whether spoken answers count too; needs `locale`.",
    "endpoint": "The address of the other side.",
    "format": "The audio format: mp3 (default) or wav.",
    "holdPrompt": "The prompt repeated while the call is parked: #tts[…], #ssml[…], #href[…], a URL or a file ID.",
    "id": "The name that `mainMenu` and `menu(id)` use for this menu; the first menu is `main` by default.",
    "ids": "Prompts: #tts[…], #ssml[…], #href[…], a URL or a file ID; at most 64.",
    "indications": "The country whose ringing and busy tones the caller hears.",
    "input": "A phrase that chooses this option when spoken; needs `enableVoice`.",
    "instructions": "What happens before the action, in this order.",
    "introPrompt": "The prompt played once when the call is parked: #tts[…], #ssml[…], #href[…], a URL or a file ID.",
    "key": "The name of the value.",
    "locale": "A language or voice, such as en-US, en-US/male or Joanna (default en-US).",
    "mainMenu": "The ID of the first menu (default main).",
    "mainPrompt": "The question: #tts[…], #ssml[…], #href[…], a URL or a file ID.",
    "maxDigits": "How many keys are collected before PIE reports them.",
    "maxDuration": "The maximum duration, in seconds.",
    "maxTimeoutMills": "The maximum time for a spoken answer, in milliseconds (default 20,000).",
    "menus": "The menus; one of them has the ID `main`, or the ID in `mainMenu`.",
    "mode": "`ignore` drops the keys, `forward` sends them to the other participants, `detect` reports them in a PIE.",
    "moh": "What plays while waiting.",
    "notificationEvents": "Whether Notify events report the recording (default true).",
    "number": "The number to call, in E.164 form: +12025550100. Default: the number that the caller dialed.",
    "options": "The choices: keys or phrases.",
    "record": "Whether it is recorded.",
    "recordingOptions": "Where the recording is stored, and in which form.",
    "repeatPrompt": "The prompt played after silence or a wrong key (default: `mainPrompt`).",
    "repeats": "How often the prompt is repeated; 0 means never.",
    "sampleRate": "Samples per second, 8,000 to 96,000 Hz.",
    "streamingOptions": "How the audio is streamed.",
    "suppressCallbacks": "Whether ACE and DiCE are suppressed: no event reports the answer and the end of the call.",
    "tags": "Labels of the call.",
    "text": "What is spoken, at most 600 characters.",
    "timeoutMills": "How long the menu waits for a key, in milliseconds.",
    "transcriptionOptions": "Whether the recording is transcribed.",
    "transport": "The SIP transport (default UDP).",
    "type": "The kind of address.",
    "value": "The value.",
    "version": "The version of the streaming protocol: 1.",
    "Option.action": "Where the option leads: return(value) reports the value in a PIE, menu(id) opens another menu.",
    "Option.dtmf": "The key: 0-9, * or #.",
    "SendDtmf.value": "Tones: 0-9, # and w for a pause of 500 ms.",
    "SipDestination.endpoint": "A SIP address: user@host, optionally with parameters.",
    "StartRecording.options": "Where the recording is stored, and in which form.",
    "StreamDestination.endpoint": "A WebSocket server: wss://…",
    "UserDestination.endpoint": "The name of the in-app user.",
}
"""What a member does, by wire name; ``Model.member`` for a model in which the name means something else."""

_KEYS_SENT: JsonObject = {"pattern": "^[0-9#w]*$"}

_ADDITIONS: Mapping[str, JsonObject] = {
    "ConnectConf.conferenceId": {"pattern": r"^[ .]*[^ .\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$"},
    "ConnectPstn.dtmf": _KEYS_SENT,
    "Option": {"anyOf": [{"required": [key], "properties": {key: {"type": "string"}}} for key in ("dtmf", "input")]},
    "Say.text": {"maxLength": MAX_SPOKEN_CHARS},
    "SendDtmf.value": _KEYS_SENT,
}
"""Constraints that the models or the linter check in code, by model or member."""

_REFERENCE = "#/$defs/"
_DROPPED = frozenset({"title", "default", "discriminator"})
_CODE = re.compile(r"``([^`]+)``")
_LETTER = re.compile(r"(\\.|\[[^]]*])|([A-Za-z])")


def schema(context: Event | None = None) -> JsonObject:
    """Return the JSON Schema (2020-12) of a document.

    Args:
        context: What the document answers; the schema has only what is allowed there. None for everything.

    Returns:
        A schema without ``$id``. A document may name it in a ``$schema`` member.
    """
    root: _Node = _tidy(Document.model_json_schema())
    definitions: dict[str, _Node] = root.pop("$defs")
    for model, node in (*definitions.items(), ("Document", root)):
        _complete(model, node)
    members: _Node = root["properties"]
    items = _choice(INSTRUCTIONS, INSTRUCTIONS_ALLOWED[context] if context else None)
    members["instructions"] = _nullable(members["instructions"] | {"items": items})
    action = _choice(ACTIONS, ACTIONS_ALLOWED[context] if context else None)
    action = _nullable(action) if context in ACTION_OPTIONAL else action
    members["action"] = action | _described(members["action"])
    root["properties"] = {"$schema": {"type": "string", "description": "The URL of this schema."}, **members}
    if context not in ACTION_OPTIONAL:
        root["required"] = ["action"]
    used = set(_used(root, definitions))
    title = f"SVAML ({context})" if context else "SVAML"
    kept = {model: node for model, node in definitions.items() if model in used}
    return {"$schema": DIALECT, "title": title, **root, "$defs": kept}


def _choice(models: Iterable[type[Payload]], allowed: Container[str] | None) -> _Node:
    named = ((str(model.model_fields["name"].default), model.__name__) for model in models)
    return {"oneOf": [{"$ref": _REFERENCE + model} for name, model in named if allowed is None or name in allowed]}


def _described(node: _Node) -> _Node:
    return {"description": node["description"]}


def _tidy(node: Any) -> Any:  # noqa: ANN401 - a JSON Schema, at any depth
    """Return the schema without pydantic's own additions; null, which counts as absent, is allowed in short form."""
    if is_list(node):
        return [_tidy(item) for item in node]
    if not is_object(node):
        return node
    tidy: _Node = {}
    for key, value in node.items():
        if key in {"properties", "$defs"} and is_object(value):
            tidy[key] = {name: _tidy(inner) for name, inner in value.items()}
        elif key == "anyOf" and is_list(value) and {"type": "null"} in value:
            tidy |= _nullable(_tidy(value[0]))
        elif key == "pattern":
            tidy[key] = _portable(str(value))
        elif key not in _DROPPED:
            tidy[key] = _tidy(value)
    return tidy


def _nullable(node: _Node) -> _Node:
    if "type" not in node:
        return {"anyOf": [node, {"type": "null"}]}
    values = {"enum": [*node["enum"], None]} if "enum" in node else {}
    return {**node, "type": [node["type"], "null"], **values}


def _portable(pattern: str) -> str:
    """Return a pattern as ECMA-262: the editions that editors use have no ``(?i:``."""
    if "(?i:" not in pattern:
        return pattern

    def either_case(match: re.Match[str]) -> str:
        return match[1] or f"[{match[2].upper()}{match[2].lower()}]"

    return _LETTER.sub(either_case, pattern.replace("(?i:", "(?:"))


def _complete(model: str, node: _Node) -> None:
    """Describe every member, and require those that tell one kind of object from another."""
    node["description"] = " ".join(_CODE.sub(_wire_name, node["description"]).split())
    members: dict[str, _Node] = node["properties"]
    for name, member in members.items():
        description = (
            node["description"] if name == "name" else _DESCRIPTIONS.get(f"{model}.{name}") or _DESCRIPTIONS[name]
        )
        member |= {"description": description, **_ADDITIONS.get(f"{model}.{name}", {})}
    tags = [name for name, member in members.items() if "const" in member]
    if required := [*tags, *node.get("required", ())]:
        node["required"] = required
    node |= _ADDITIONS.get(model, {})


def _wire_name(match: re.Match[str]) -> str:
    return f"`{to_camel(match[1]) if '_' in match[1] else match[1]}`"


def _used(node: object, definitions: Mapping[str, _Node]) -> Iterator[str]:
    """Yield the name of every definition that a schema needs."""
    inner = node if is_list(node) else node.values() if is_object(node) else ()
    for value in inner:
        yield from _used(value, definitions)
    if is_object(node) and "$ref" in node:
        model = str(node["$ref"]).removeprefix(_REFERENCE)
        yield model
        yield from _used(definitions[model], definitions)
