"""The JSON Schema of a document, for editors and for checks outside Python.

It is derived from the models; it says no more than what can be said member by member, so the linter still finds more.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from sinch_voice_mcp.svaml.model.actions import ACTIONS
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import ACTION_OPTIONAL, ACTIONS_ALLOWED, INSTRUCTIONS_ALLOWED, Event
from sinch_voice_mcp.svaml.model.instructions import INSTRUCTIONS
from sinch_voice_mcp.types import JsonObject, Payload, is_list, is_object

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_Node = dict[str, Any]

_DOES: Mapping[str, str] = {
    "action": "What finally happens to the call; exactly one.",
    "amd": "Answering machine detection, for custom callouts.",
    "async": "Go on at once and report the result beside the call.",
    "barge": "Whether keys count while the prompt still plays (default true).",
    "callHeaders": "Headers handed to the other side; all keys and values together 1,024 bytes at most.",
    "cli": "The caller id shown, in E.164 form: +14155550100.",
    "conferenceDtmfOptions": "What happens to keys pressed in the conference.",
    "conferenceId": "The name of the conference, 1 to 64 characters; it is made when new.",
    "credentials": "What the storage asks for, such as ACCESSKEY:SECRETKEY:REGION for s3. A secret.",
    "destination": "Who or what is connected.",
    "destinationUrl": "Where the recording goes: s3://…, azure://… or gs://…",
    "dialTimeout": "How long it rings, in seconds.",
    "dtmf": "Tones sent once the call is answered: 0-9, # and w for a pause of 500 ms.",
    "enabled": "Whether it is switched on.",
    "enableVoice": "Whether spoken answers count too; needs `locale`.",
    "endpoint": "The address of the other side.",
    "format": "The audio format: mp3 (default) or wav.",
    "holdPrompt": "Played again and again while the call is parked: #tts[…], #ssml[…], #href[…], a URL or a file id.",
    "id": "The name by which `mainMenu` and `menu(id)` find this menu; one menu is `main`.",
    "ids": "Prompts: #tts[…], #ssml[…], #href[…], a URL or a file id; 64 at most.",
    "indications": "The country whose ringing and busy tones the caller hears.",
    "input": "A phrase that chooses this option; needs `enableVoice`.",
    "instructions": "What happens before the action, in order.",
    "introPrompt": "Played once when the call is parked: #tts[…], #ssml[…], #href[…], a URL or a file id.",
    "key": "The name of the value.",
    "locale": "A language or voice, such as en-US, en-US/male or Joanna (default en-US).",
    "mainMenu": "The id of the menu to begin with (default main).",
    "mainPrompt": "The question: #tts[…], #ssml[…], #href[…], a URL or a file id.",
    "maxDigits": "How many keys are collected before they are reported.",
    "maxDuration": "The longest that this lasts, in seconds.",
    "maxTimeoutMills": "The longest wait for a spoken answer, in milliseconds (default 20,000).",
    "menus": "The questions; one has the id `main`, or the one that `mainMenu` names.",
    "mode": "ignore the keys, forward them to the others, or detect and report them.",
    "moh": "Music while waiting.",
    "notificationEvents": "Whether events tell of the recording (default true).",
    "number": "The telephone to ring, in E.164 form: +12025550100. Default: the number that the caller dialled.",
    "options": "The choices: keys or phrases.",
    "record": "Whether it is recorded.",
    "recordingOptions": "Where the recording goes and how.",
    "repeatPrompt": "What is asked when nobody answers, or wrongly (default: `mainPrompt` again).",
    "repeats": "How often the prompt is repeated; 0 is not at all.",
    "sampleRate": "Samples per second, 8,000 to 96,000 Hz.",
    "streamingOptions": "How the audio is streamed.",
    "suppressCallbacks": "Leaves out the callbacks of this call: the answered event and the end of the call.",
    "tags": "Words that mark the call.",
    "text": "What is spoken, 600 characters at most.",
    "timeoutMills": "How long silence is borne, in milliseconds.",
    "transcriptionOptions": "Whether the recording is transcribed.",
    "transport": "The SIP transport (default UDP).",
    "type": "The kind of address.",
    "value": "What is remembered, sent or handed over.",
    "version": "The version of the streaming protocol: 1.",
    "Option.action": "Where it leads: return(value) reports the value, menu(id) goes to another menu.",
    "Option.dtmf": "The key: 0-9, * or #.",
    "SendDtmf.value": "Tones: 0-9, # and w for a pause of 500 ms.",
    "SipDestination.endpoint": "A SIP address: user@host, parameters may follow.",
    "StartRecording.options": "Where the recording goes and how.",
    "StreamDestination.endpoint": "A WebSocket server: wss://…",
    "UserDestination.endpoint": "The name of the in-app user.",
}
"""What a member does, by wire name; ``Model.member`` where the same name means something else."""

_KEYS_SENT: JsonObject = {"pattern": "^[0-9#w]*$"}

_BEYOND: Mapping[str, JsonObject] = {
    "ConnectConf.conferenceId": {"pattern": r"^[ .]*[^ .\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$"},
    "ConnectPstn.dtmf": _KEYS_SENT,
    "Option": {"anyOf": [{"required": ["dtmf"]}, {"required": ["input"]}]},
    "Say.text": {"maxLength": 600},
    "SendDtmf.value": _KEYS_SENT,
}
"""What the models or the linter check in code, by model or member."""

_REFERENCE = "#/$defs/"
_NOISE = frozenset({"title", "default", "discriminator"})
_CODE = re.compile(r"``([^`]+)``")
_LETTER = re.compile(r"(\\.|\[[^]]*])|([A-Za-z])")


def schema(context: Event | None = None) -> JsonObject:
    """The JSON Schema (2020-12) of a document.

    Args:
        context: What the document answers; only the actions and instructions allowed there remain. None for all.

    Returns:
        A schema without ``$id``. A document may name it in a ``$schema`` member.
    """
    root: _Node = _tidy(Document.model_json_schema())
    definitions: dict[str, _Node] = root.pop("$defs")
    for model, node in (*definitions.items(), ("Document", root)):
        _complete(model, node)
    members: _Node = root["properties"]
    members["instructions"]["items"] = _choice(INSTRUCTIONS, INSTRUCTIONS_ALLOWED[context] if context else None)
    members["action"] = _choice(ACTIONS, ACTIONS_ALLOWED[context] if context else None) | _said(members["action"])
    root["properties"] = {"$schema": {"type": "string", "description": "Where this schema is found."}, **members}
    if context not in ACTION_OPTIONAL:
        root["required"] = ["action"]
    used = set(_used(root, definitions))
    title = f"SVAML ({context})" if context else "SVAML"
    kept = {model: node for model, node in definitions.items() if model in used}
    return {"$schema": DIALECT, "title": title, **root, "$defs": kept}


def _choice(models: Iterable[type[Payload]], allowed: Container[str] | None) -> _Node:
    named = ((str(model.model_fields["name"].default), model.__name__) for model in models)
    return {"oneOf": [{"$ref": _REFERENCE + model} for name, model in named if allowed is None or name in allowed]}


def _said(node: _Node) -> _Node:
    return {"description": node["description"]}


def _tidy(node: Any) -> Any:  # noqa: ANN401 - a JSON Schema, at any depth
    """Without what pydantic adds for itself, and without the null that stands for an absent member."""
    if is_list(node):
        return [_tidy(item) for item in node]
    if not is_object(node):
        return node
    tidy: _Node = {}
    for key, value in node.items():
        if key in {"properties", "$defs"} and is_object(value):
            tidy[key] = {name: _tidy(inner) for name, inner in value.items()}
        elif key == "anyOf" and is_list(value) and {"type": "null"} in value:
            tidy |= _tidy(value[0])
        elif key == "pattern":
            tidy[key] = _portable(str(value))
        elif key not in _NOISE:
            tidy[key] = _tidy(value)
    return tidy


def _portable(pattern: str) -> str:
    """A pattern of ECMA-262: there is no ``(?i:`` in the editions that editors use."""
    if "(?i:" not in pattern:
        return pattern

    def either_case(match: re.Match[str]) -> str:
        return match[1] or f"[{match[2].upper()}{match[2].lower()}]"

    return _LETTER.sub(either_case, pattern.replace("(?i:", "(?:"))


def _complete(model: str, node: _Node) -> None:
    """Say what every member does, and require those that tell one kind of object from another."""
    node["description"] = " ".join(_CODE.sub(_wire_name, node["description"]).split())
    members: dict[str, _Node] = node["properties"]
    for name, member in members.items():
        said = node["description"] if name == "name" else _DOES.get(f"{model}.{name}") or _DOES[name]
        member |= {"description": said, **_BEYOND.get(f"{model}.{name}", {})}
    tags = [name for name, member in members.items() if "const" in member]
    if required := [*tags, *node.get("required", ())]:
        node["required"] = required
    node |= _BEYOND.get(model, {})


def _wire_name(match: re.Match[str]) -> str:
    return f"`{to_camel(match[1]) if '_' in match[1] else match[1]}`"


def _used(node: object, definitions: Mapping[str, _Node]) -> Iterator[str]:
    """Every definition that a schema needs, by name."""
    inner = node if is_list(node) else node.values() if is_object(node) else ()
    for value in inner:
        yield from _used(value, definitions)
    if is_object(node) and "$ref" in node:
        model = str(node["$ref"]).removeprefix(_REFERENCE)
        yield model
        yield from _used(definitions[model], definitions)
