"""SV015 to SV019: menus that lead somewhere."""

import re
from collections.abc import Iterator, Mapping

from sinch_voice_mcp.svaml.findings import Finding, Location, adding
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import Subject
from sinch_voice_mcp.types import JsonObject, is_list, is_object

_GOTO = re.compile(r"\s*menu\s*\(([^()]*)\)\s*", re.IGNORECASE)
_BARE = re.compile(r"\s*return\s*", re.IGNORECASE)
_SPOKEN = ("#tts[", "#ssml[")


def _options(menu: JsonObject) -> Iterator[tuple[int, JsonObject]]:
    listed = menu.get("options")
    yield from ((at, option) for at, option in enumerate(listed if is_list(listed) else []) if is_object(option))


def _goto(option: JsonObject) -> str | None:
    action = option.get("action")
    found = _GOTO.fullmatch(action) if isinstance(action, str) else None
    return found.group(1).strip() if found else None


def _by_id(subject: Subject) -> dict[str, tuple[Location, JsonObject]]:
    found: dict[str, tuple[Location, JsonObject]] = {}
    for place, menu in subject.menus:
        if isinstance(name := menu.get("id"), str):
            found.setdefault(name, (place, menu))
    return found


def _first(subject: Subject) -> str:
    main = subject.action.get("mainMenu")
    return main if isinstance(main, str) else "main"


def lost_menu(subject: Subject) -> Iterator[Finding]:
    """SV015: a menu that is not there, or there twice."""
    if not subject.menus:
        return
    known = _by_id(subject)
    if _first(subject) not in known:
        named = "mainMenu" in subject.action
        place: Location = ("action", "mainMenu") if named else ("action", "menus")
        yield subject.finding("SV015", "error", place, f"there is no menu `{_first(subject)[:40]}` to begin with")
    for place, menu in subject.menus:
        name = menu.get("id")
        if isinstance(name, str) and known[name][0] != place:
            yield subject.finding("SV015", "error", (*place, "id"), f"there is a menu `{name[:40]}` already")
        for at, option in _options(menu):
            target = _goto(option)
            if target is not None and target not in known:
                where = (*place, "options", at, "action")
                yield subject.finding("SV015", "error", where, f"there is no menu `{target[:40]}`")


def dead_end(subject: Subject) -> Iterator[Finding]:
    """SV016: menus nobody reaches, keys that are taken, circles without a way out."""
    known = _by_id(subject)
    reached = _reached(known, _first(subject))
    for name, (place, _) in known.items():
        if _first(subject) in known and name not in reached:
            yield subject.finding("SV016", "warning", (*place, "id"), f"nothing leads to the menu `{name[:40]}`")
    for place, menu in subject.menus:
        yield from _taken_keys(subject, place, menu)
    leaving = _leaving(known)
    for name in known:
        if name in reached and name not in leaving:
            place = known[name][0]
            yield subject.finding("SV016", "warning", place, f"no key leads out of the menu `{name[:40]}`")


def _reached(known: Mapping[str, tuple[Location, JsonObject]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in known and name not in reached:
            reached.add(name)
            waiting.extend(target for _, option in _options(known[name][1]) if (target := _goto(option)))
    return reached


def _leaving(known: Mapping[str, tuple[Location, JsonObject]]) -> set[str]:
    """The menus from which some key ends the asking; found backwards, from those that do it themselves."""
    comes_from: dict[str, list[str]] = {}
    leaving: list[str] = []
    for name, (_, menu) in known.items():
        targets = [_goto(option) for _, option in _options(menu)]
        if menu.get("maxDigits") is not None or not targets or None in targets:
            leaving.append(name)
        for target in targets:
            comes_from.setdefault(target or "", []).append(name)
    found: set[str] = set()
    while leaving:
        name = leaving.pop()
        if name not in found:
            found.add(name)
            leaving.extend(comes_from.get(name, ()))
    return found


def _taken_keys(subject: Subject, place: Location, menu: JsonObject) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, option in _options(menu):
        key = option.get("dtmf")
        if isinstance(key, str):
            if key in seen:
                where = (*place, "options", at, "dtmf")
                yield subject.finding("SV016", "warning", where, f"the key {key[:5]} is taken by an option before")
            seen.add(key)


def bare_return(subject: Subject) -> Iterator[Finding]:
    """SV017: an option that leads nowhere."""
    yield from subject.read("SV017")
    for place, menu in subject.menus:
        for at, option in _options(menu):
            action = option.get("action")
            if isinstance(action, str) and _BARE.fullmatch(action):
                where = (*place, "options", at, "action")
                yield subject.finding("SV017", "warning", where, "write `return(value)`: PIE carries the value")


def nothing_to_press(subject: Subject) -> Iterator[Finding]:
    """SV018: a menu that takes no key."""
    for place, menu in subject.menus:
        if not menu.get("options") and menu.get("maxDigits") is None:
            message = "the menu has neither options nor maxDigits, so no key does anything"
            yield subject.finding("SV018", "warning", place, message)


def no_locale(subject: Subject) -> Iterator[Finding]:
    """SV019: speech, heard or spoken, in no stated language."""
    if subject.action.get("enableVoice") is True and subject.action.get("locale") is None:
        message = "`enableVoice` needs a `locale`: in which language is listened"
        yield subject.finding("SV019", "error", ("action",), message)
    told: set[Location] = set()
    for prompt in subject.prompts:
        spoken = any(tag in prompt.text.lower() for tag in _SPOKEN)
        if spoken and prompt.locale is None and prompt.holder not in told:
            told.add(prompt.holder)
            # en-US is what the platform takes anyway; saying so changes nothing.
            listens = prompt.holder == ("action",) and subject.action.get("enableVoice") is True
            fix = () if listens else adding((*subject.source(prompt.holder), "locale"), "en-US")
            yield subject.finding("SV019", "warning", prompt.holder, "text is spoken, so name its `locale`", fix)


RULES = (
    Rule("SV015", "error", "Menu not there", "The first menu, `mainMenu` and every `menu(x)` exist, once.", lost_menu),
    Rule("SV016", "warning", "Dead ends", "Every menu is reached, every key free, every circle has an exit.", dead_end),
    Rule("SV017", "error", "Option leads nowhere", "An option says `menu(id)` or `return(value)`.", bare_return),
    Rule("SV018", "warning", "Nothing to press", "A menu has options or maxDigits.", nothing_to_press),
    Rule("SV019", "warning", "No locale", "Speech needs a locale; `enableVoice` cannot do without.", no_locale,
         fixable=True),
)  # fmt: skip
