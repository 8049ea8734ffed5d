"""Rules about menus: each can be reached, each key leads somewhere, speech has a language."""

import re
from collections.abc import Iterator, Mapping

from sinch_voice_mcp.svaml.findings import Finding, Location, adding
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.svaml.model.menus import ends_sequence
from sinch_voice_mcp.types import JsonObject, is_list, is_object

_GOTO = re.compile(r"\s*menu\s*\(([^()]*)\)\s*", re.IGNORECASE)
_BARE = re.compile(r"\s*return\s*(?:\(\s*\)\s*)?", re.IGNORECASE)
_SPOKEN = ("#tts[", "#ssml[")
_MAX_ID_CHARS = 40


def _options(menu: JsonObject) -> Iterator[tuple[int, JsonObject]]:
    listed = menu.get("options")
    yield from ((at, option) for at, option in enumerate(listed if is_list(listed) else []) if is_object(option))


def _goto(option: JsonObject) -> str | None:
    action = option.get("action")
    found = _GOTO.fullmatch(action) if isinstance(action, str) else None
    return found.group(1).strip() if found else None


def _by_id(target: Target) -> dict[str, tuple[Location, JsonObject]]:
    found: dict[str, tuple[Location, JsonObject]] = {}
    for location, menu in target.menus:
        if isinstance(name := menu.get("id"), str):
            found.setdefault(name, (location, menu))
    return found


def _first(target: Target) -> str:
    main = target.action.get("mainMenu")
    return main if isinstance(main, str) else "main"


def missing_menu(target: Target) -> Iterator[Finding]:
    """SV015: a menu that does not exist, or exists twice."""
    if not target.menus:
        return
    known = _by_id(target)
    if _first(target) not in known:
        named = "mainMenu" in target.action
        location: Location = ("action", "mainMenu") if named else ("action", "menus")
        message = f"the first menu, `{_shown(_first(target))}`, does not exist; add it, or name another in `mainMenu`"
        yield target.finding("SV015", "error", location, message)
    for location, menu in target.menus:
        name = menu.get("id")
        if isinstance(name, str) and known[name][0] != location:
            message = f"another menu has the id `{_shown(name)}`; give this one an id of its own"
            yield target.finding("SV015", "error", (*location, "id"), message)
        for at, option in _options(menu):
            goal = _goto(option)
            if goal is not None and goal not in known:
                where = (*location, "options", at, "action")
                yield target.finding("SV015", "error", where, f"there is no menu `{_shown(goal)}`")


def dead_end(target: Target) -> Iterator[Finding]:
    """SV016: menus that cannot be reached, keys with two meanings, loops without an exit."""
    known = _by_id(target)
    reached = _reached(known, _first(target))
    for name, (location, _) in known.items():
        if _first(target) in known and name not in reached:
            message = f"no key leads to the menu `{_shown(name)}`; add an option `menu({_shown(name)})` or remove it"
            yield target.finding("SV016", "warning", (*location, "id"), message)
    for location, menu in target.menus:
        yield from _taken_keys(target, location, menu)
    leaving = _leaving(known)
    for name in known:
        if name in reached and name not in leaving:
            message = f"no key leads out of the menu `{_shown(name)}`; add an option with `return(value)`"
            yield target.finding("SV016", "warning", known[name][0], message)


def _reached(known: Mapping[str, tuple[Location, JsonObject]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in known and name not in reached:
            reached.add(name)
            waiting.extend(goal for _, option in _options(known[name][1]) if (goal := _goto(option)))
    return reached


def _leaving(known: Mapping[str, tuple[Location, JsonObject]]) -> set[str]:
    """Return the menus from which some keys end the menus, searching backwards from those with such a key."""
    comes_from: dict[str, list[str]] = {}
    leaving: list[str] = []
    for name, (_, menu) in known.items():
        goals = [_goto(option) for _, option in _options(menu)]
        # A menu that does not exist is reported as such, and not as a loop as well.
        if menu.get("maxDigits") is not None or not goals or any(goal not in known for goal in goals):
            leaving.append(name)
        for goal in goals:
            comes_from.setdefault(goal or "", []).append(name)
    found: set[str] = set()
    while leaving:
        name = leaving.pop()
        if name not in found:
            found.add(name)
            leaving.extend(comes_from.get(name, ()))
    return found


def _taken_keys(target: Target, location: Location, menu: JsonObject) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, option in _options(menu):
        key = option.get("dtmf")
        where = (*location, "options", at, "dtmf")
        if isinstance(key, str):
            if key in seen:
                message = f"an earlier option has the key {key[:5]}, so this one is never chosen; use another key"
                yield target.finding("SV016", "warning", where, message)
            elif ends_sequence(key, menu.get("maxDigits")):
                message = f"with `maxDigits`, {key} ends the keys, so this option is never chosen; remove it"
                yield target.finding("SV016", "warning", where, message)
            seen.add(key)


def bare_return(target: Target) -> Iterator[Finding]:
    """SV017: an option that leads nowhere."""
    yield from target.read("SV017")
    for location, menu in target.menus:
        for at, option in _options(menu):
            action = option.get("action")
            if isinstance(action, str) and _BARE.fullmatch(action):
                where = (*location, "options", at, "action")
                message = "`return` has no value; write `return(value)`, for PIE reports the value"
                yield target.finding("SV017", "warning", where, message)


def incomplete_menu(target: Target) -> Iterator[Finding]:
    """SV018: a menu that accepts no key, or asks nothing."""
    spoken_before = any(item.get("name") in {"say", "playFiles"} for _, item in target.instructions)
    for location, menu in target.menus:
        if not menu.get("options") and menu.get("maxDigits") is None:
            message = "the menu has neither `options` nor `maxDigits`, so no key does anything; add one of them"
            yield target.finding("SV018", "warning", location, message)
        introduced = spoken_before and menu.get("id") == _first(target)
        if menu.get("mainPrompt") is None and not introduced and not _misnamed_prompt(target, location):
            message = "the menu has no `mainPrompt`, so the caller hears silence; add the question"
            yield target.finding("SV018", "warning", location, message)


def _misnamed_prompt(target: Target, location: Location) -> bool:
    """Whether a menu has a prompt under an unknown name, which is reported itself."""
    unknown = (member.location for member in target.normalizer.unknown)
    return any(where[:-1] == location and "prompt" in str(where[-1]).lower() for where in unknown)


def no_locale(target: Target) -> Iterator[Finding]:
    """SV019: speech, spoken, recognized or transcribed, in no stated language."""
    required = tuple(target.read("SV019"))
    yield from required
    yield from _spoken(target, listens=bool(required))
    yield from _transcribed(target)


def _spoken(target: Target, *, listens: bool) -> Iterator[Finding]:
    reported: set[Location] = set()
    for prompt in target.prompts:
        spoken = any(tag in prompt.text.lower() for tag in _SPOKEN)
        # Its missing locale is an error already.
        listening = listens and prompt.holder == ("action",)
        if spoken and prompt.locale is None and not listening and prompt.holder not in reported:
            reported.add(prompt.holder)
            # en-US is the platform's own default, so adding it changes nothing.
            fix = adding((*target.source(prompt.holder), "locale"), "en-US")
            message = "text is spoken here without a `locale`; add it (the platform's default is en-US)"
            yield target.finding("SV019", "warning", prompt.holder, message, fix)


def _transcribed(target: Target) -> Iterator[Finding]:
    for location, options in target.recordings:
        transcription = options.get("transcriptionOptions")
        if is_object(transcription) and transcription.get("enabled") is True and transcription.get("locale") is None:
            message = "the language of the transcription is not stated; add `locale`"
            yield target.finding("SV019", "warning", (*location, "transcriptionOptions"), message)


def _shown(name: str) -> str:
    return name[:_MAX_ID_CHARS]


RULES = (
    LintRule("SV015", "error", "Missing menu", "The first menu, `mainMenu` and every `menu(x)` exist exactly once.",
             missing_menu),
    LintRule("SV016", "warning", "Dead ends", "Every menu can be reached, every key has one meaning, every loop has an "
             "exit.", dead_end),
    LintRule("SV017", "error", "Option leads nowhere", "The action of an option is `menu(id)` or `return(value)`.",
             bare_return),
    LintRule("SV018", "warning", "Incomplete menu", "A menu has `options` or `maxDigits`, and a `mainPrompt`, unless "
             "instructions speak before the first menu.", incomplete_menu),
    LintRule("SV019", "warning", "No locale", "Speech and transcriptions have a `locale`; `enableVoice` requires one.",
             no_locale, fixable=True),
)  # fmt: skip
