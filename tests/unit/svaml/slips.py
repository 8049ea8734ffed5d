"""Single slips in a good document or callout request, by kind: what people and models write by mistake."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from random import Random
from typing import Any

from sinch_voice_mcp.types import JsonObject, is_list, is_object

Path = tuple[str | int, ...]
Slipped = tuple[Path, object]
"""Where the slip is, and the whole document with it: a JSON value, or JSON text."""

Slips = Callable[[Any, str, Random], Iterator[Slipped]]
"""Yields every slip of one kind in a document that answers an event."""

PROMPTS = frozenset({"mainPrompt", "repeatPrompt", "introPrompt", "holdPrompt", "prompts"})
TEXTS = frozenset({"text", "greeting"})
REQUIRED: Mapping[str, frozenset[str]] = {
    "say": frozenset({"name", "text"}),
    "playFiles": frozenset({"name", "ids"}),
    "sendDtmf": frozenset({"name", "value"}),
    "setCookie": frozenset({"name", "key", "value"}),
    "connectConf": frozenset({"name", "conferenceId"}),
    "connectSip": frozenset({"name", "destination"}),
    "connectStream": frozenset({"name", "destination"}),
    "runMenu": frozenset({"name", "menus"}),
    "destination": frozenset({"type", "endpoint"}),
    "callHeaders": frozenset({"key", "value"}),
    "menus": frozenset({"id", "mainPrompt"}),
    "options": frozenset({"dtmf", "action"}),
    "ttsCallout": frozenset({"destination", "cli", "text", "prompts"}),
    "conferenceCallout": frozenset({"destination", "cli", "conferenceId"}),
    "customCallout": frozenset({"destination", "cli", "ice"}),
    "": frozenset({"action", "method", "ttsCallout", "conferenceCallout", "customCallout"}),
}
"""Members that an object cannot lack, by its name or, without one, by the member in which it stands."""

OUT_OF_RANGE: Mapping[str, tuple[int, ...]] = {
    "maxDuration": (0, -1, 14_401, 86_400),
    "dialTimeout": (0, -1, 999_999),
    "repeats": (-1,),
    "maxDigits": (0, -1),
    "timeoutMills": (-1, 0, 5),
    "maxTimeoutMills": (-1,),
    "sampleRate": (0, 1, -8000, 192_000),
}
TOO_LONG: Mapping[str, str] = {"text": "a" * 601, "greeting": "a" * 601, "conferenceId": "r" * 65}
ENUMS = frozenset({"moh", "mohClass", "transport", "mode", "indications", "format", "domain", "type"})
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "ice": ("continue",),
    "ace": ("park", "connectPstn", "connectMxp"),
    "pie": ("park", "connectMxp"),
    "callout": ("runMenu", "continue", "park"),
    "update": ("connectStream",),
}
"""Actions that an event does not allow."""

ACTIONS: Mapping[str, dict[str, Any]] = {
    "continue": {"name": "continue"},
    "park": {"name": "park", "holdPrompt": "https://media.example.com/hold.mp3"},
    "connectPstn": {"name": "connectPstn", "number": "+12025550100", "cli": "+14155550100"},
    "connectMxp": {"name": "connectMxp", "destination": {"type": "username", "endpoint": "anna"}},
    "connectStream": {
        "name": "connectStream",
        "destination": {"type": "Websocket", "endpoint": "wss://media.example.com/audio"},
    },
    "runMenu": {
        "name": "runMenu",
        "locale": "en-US",
        "menus": [{"id": "main", "mainPrompt": "#tts[Press any four keys.]", "maxDigits": 4}],
    },
}


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document; of a request, what the platform reads."""
    yield path, value
    if is_object(value):
        method = value.get("method") if not path else None
        for key, inner in value.items():
            if method is None or key in {"method", method}:
                yield from walk(inner, (*path, key))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def at(root: Any, path: Path) -> Any:
    for step in path:
        root = root[step]
    return root


def put(root: Any, path: Path, value: object) -> Slipped:
    copy = deepcopy(root)
    at(copy, path[:-1])[path[-1]] = value
    return path, copy


def without(root: Any, path: Path) -> Slipped:
    copy = deepcopy(root)
    del at(copy, path[:-1])[path[-1]]
    return path, copy


def renamed(root: Any, path: Path, name: str) -> Slipped:
    copy = deepcopy(root)
    holder = at(copy, path[:-1])
    members = {name if key == path[-1] else key: value for key, value in holder.items()}
    holder.clear()
    holder.update(members)
    return path, copy


def members(root: Any, names: Iterable[str] | None = None) -> Iterator[tuple[Path, Any]]:
    """Every member that has one of the names."""
    for path, value in walk(root):
        if path and isinstance(path[-1], str) and (names is None or path[-1] in names):
            yield path, value


def misspelt(word: str, random: Random) -> Iterator[str]:
    """A letter missing, a letter twice, and two letters in the wrong order."""
    place = random.randrange(1, len(word)) if len(word) > 1 else 0
    yield word[:place] + word[place + 1 :] or word * 2
    yield word[: place + 1] + word[place:]
    swaps = [n for n in range(len(word) - 1) if word[n].lower() != word[n + 1].lower()]
    if swaps:
        place = random.choice(swaps)
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def misspelt_names(root: Any, _: str, random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"name", "method"}):
        yield from (put(root, path, word) for word in misspelt(value, random))


def misspelt_members(root: Any, _: str, random: Random) -> Iterator[Slipped]:
    for path, _value in members(root):
        yield from (renamed(root, path, word) for word in misspelt(str(path[-1]), random))


def duplicate_action(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    if "action" not in root:
        return
    action = root["action"]
    at_action: Path = ("action",)
    yield put(root, at_action, [action])
    yield put(root, at_action, [action, {"name": "hangup"}])
    yield put(root, ("actions",), [{"name": "hangup"}])
    yield put(root, ("instructions",), [*root.get("instructions", []), action])
    yield at_action, json.dumps(root)[:-1] + ', "action": {"name": "hangup"}}'


def wrong_option_action(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"action"}):
        if isinstance(value, str):
            wrong = ("hangup", "menu", "menu()", "return", f"goto({value})", value.replace("(", "[").replace(")", "]"))
            yield from (put(root, path, action) for action in wrong)


def malformed_number(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"number", "cli", "endpoint"}):
        # A SIP address is shown any user as the caller.
        to_sip = at(root, path[:-1]).get("destination", {}).get("type") == "sip"
        if value.startswith("+") and not to_sip:
            wrong = (value[1:], f"00{value[1:]}", value[:5], f"{value[:5]} {value[5:]}", "+1-CALL-NOW", f"tel:{value}")
            yield from (put(root, path, number) for number in wrong)


def wrong_key(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, _value in members(root, {"dtmf"}):
        if "options" in path:
            yield from (put(root, path, key) for key in ("12", "A", "", "one", 1))


def dangling_menu(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"action", "mainMenu", "id"}):
        if path[-1] == "mainMenu" or (path[-1] == "id" and value == at(root, ("action",)).get("mainMenu", "main")):
            yield put(root, path, "elsewhere")
        elif isinstance(value, str) and value.startswith("menu("):
            yield put(root, path, "menu(elsewhere)")


def wrong_event(root: Any, event: str, _random: Random) -> Iterator[Slipped]:
    for name in ELSEWHERE.get(event, ()):
        yield put(root, ("action",), ACTIONS[name])
    if event in {"ace", "pie"}:
        yield put(root, ("instructions",), [{"name": "answer"}, *root.get("instructions", [])])
    for path, value in members(root, {"ice", "ace", "pie"}):
        if value.startswith("{"):
            wrong = {"action": ACTIONS["continue" if path[-1] == "ice" else "park"]}
            yield put(root, path, json.dumps(wrong))


def twice(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"options", "menus"}):
        yield from (put(root, path, [*value, one]) for one in value)


def recording_target(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"destinationUrl"}):
        wrong = ("https://example.com/calls", value.replace("://", ":/"), value.partition("://")[2], "To specify")
        yield from (put(root, path, url) for url in wrong)
        if not value.startswith("gs:"):
            yield without(root, (*path[:-1], "credentials"))
        if value.startswith("s3:"):
            yield put(root, (*path[:-1], "credentials"), "KEY:SECRET")


def only_link_cut(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    actions = [(path, value) for path, value in members(root, {"action"}) if isinstance(value, str)]
    start = f"menu({root.get('action', {}).get('mainMenu', 'main')})"
    for path, value in actions:
        if value.startswith("menu(") and value != start and [other for _, other in actions].count(value) == 1:
            yield put(root, path, "return(done)")
            yield without(root, path[:-1])


def address(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"endpoint"}):
        if "@" in value:
            yield from (put(root, path, wrong) for wrong in (value.replace("@", ""), value.replace("@", " at "), ""))
        elif value.startswith("wss:"):
            yield from (put(root, path, value.replace("wss:", wrong)) for wrong in ("https:", "ws:", ""))


def wrong_type(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in walk(root):
        if path:
            yield from (put(root, path, wrong) for wrong in _other_types(value))


def _other_types(value: object) -> tuple[object, ...]:
    match value:
        case bool():
            return ("maybe", 7, [value])
        case int():
            return ("soon", [value], True)
        case str():
            return ({"value": value}, [[value]], 7.5)
        case list():
            return ("text", {"0": 1})
        case _:
            return ("text", [[value]], 7)


def dropped(root: Any, event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in walk(root):
        if is_object(value):
            holder = next((step for step in reversed(path) if isinstance(step, str)), "")
            for name in REQUIRED.get(str(value.get("name", holder)), frozenset()) & value.keys():
                if not (_may_lack(value, name) or (name == "action" and event == "update")):
                    yield without(root, (*path, name))


def _may_lack(value: JsonObject, name: str) -> bool:
    destination = value.get("destination")
    to_a_user = is_object(destination) and destination["type"] != "number"
    return (
        (name == "dtmf" and "input" in value)
        or (name == "cli" and to_a_user)
        or (name in {"text", "prompts"} and value.get("enableAce") is True)
    )


def wrong_order(root: Any, event: str, _random: Random) -> Iterator[Slipped]:
    listed = root.get("instructions", [])
    names = [one["name"] for one in listed]
    speaks = "say" in names or "playFiles" in names
    if event == "ice" and speaks and "answer" in names:
        rest = [one for one in listed if one["name"] != "answer"]
        yield put(root, ("instructions",), [*rest, {"name": "answer"}])
        yield put(root, ("instructions",), rest)


def wrong_locale(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, {"locale"}):
        yield from (put(root, path, wrong) for wrong in ("english", value.replace("-", "_") + "_", "en-XX", "Joana"))


def prompt_syntax(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in walk(root):
        if isinstance(value, str) and (path[-1] in PROMPTS or "ids" in path) and "[" in value:
            start, end = value.index("["), value.rindex("]")
            yield put(root, path, value[:end])
            yield put(root, path, value.replace("[", "(", 1).replace("]", ")", 1))
            yield put(root, path, value[:start] + value[start + 1 :])
            yield put(root, path, value.replace("#tts[", "tts#[").replace("#ssml[", "ssml#["))
            yield put(root, path, value.replace("#tts[", "#tss[").replace("#ssml[", "#sml[").replace("#href[", "#url["))
            yield put(root, path, f"{value} #tts[And more.]")
            yield put(root, path, f"{value[: start + 3]}[one]{value[start + 3 :]}")
            if not value.startswith("#href"):
                yield put(root, path, value[start + 1 : end])


def wrong_enum(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in members(root, ENUMS):
        yield from (put(root, path, wrong) for wrong in ("other", f"{value}x"))


def out_of_range(root: Any, _event: str, _random: Random) -> Iterator[Slipped]:
    for path, _value in members(root):
        wrong: list[object] = list(OUT_OF_RANGE.get(str(path[-1]), ()))
        wrong += [TOO_LONG[str(path[-1])]] if path[-1] in TOO_LONG else []
        wrong += [601] if path[-1] == "maxDuration" and root.get("action", {}).get("name") == "park" else []
        yield from (put(root, path, value) for value in wrong)


def emptied(root: Any, event: str, _random: Random) -> Iterator[Slipped]:
    for path, value in walk(root):
        if not path:
            continue
        name = path[-1]
        if name in PROMPTS | TEXTS or "ids" in path[:-1]:
            yield put(root, path, "")
            if "#tts[" in str(value):
                yield put(root, path, "#tts[]")
        elif name in {"id", "conferenceId", "key", "number", "endpoint", "destinationUrl"} or (
            name == "cli" and event in {"callout", "request"} and '"sip"' not in json.dumps(root)
        ):
            yield put(root, path, "")
        elif name in {"ids", "menus", "options"} and isinstance(value, list):
            yield put(root, path, [])


KINDS: Mapping[str, Slips] = {
    "misspelt name": misspelt_names,
    "misspelt member": misspelt_members,
    "duplicate action": duplicate_action,
    "option action wrong": wrong_option_action,
    "number malformed": malformed_number,
    "menu key wrong": wrong_key,
    "dangling menu": dangling_menu,
    "wrong event": wrong_event,
    "key or menu twice": twice,
    "recording target": recording_target,
    "only link cut": only_link_cut,
    "SIP or WebSocket address": address,
    "wrong type": wrong_type,
    "required member dropped": dropped,
    "wrong order": wrong_order,
    "locale wrong": wrong_locale,
    "prompt syntax": prompt_syntax,
    "enum wrong": wrong_enum,
    "out of range": out_of_range,
    "emptied": emptied,
}
