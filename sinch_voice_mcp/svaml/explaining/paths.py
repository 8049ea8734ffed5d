"""The paths through ``runMenu``: its first menu, what each key chooses, which menus can be reached."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.svaml.model.actions import RunMenu
from sinch_voice_mcp.svaml.model.menus import Menu, ends_sequence

DEFAULT_REPEATS = 3
"""How often a question is repeated by default, as in Sinch's flow builder."""

SILENCE = 5_000
"""How long a menu waits for a key by default, in milliseconds."""

SPEECH = 20_000
"""How long a menu waits for a spoken answer by default, in milliseconds."""

_ACTION = re.compile(r"\s*(menu|return)\s*(?:\(([^()]*)\))?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: its key, its phrase, and the menu or the returned value that it leads to."""

    key: str | None
    phrase: str | None
    leads: Literal["menu", "return"]
    to: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a menu that can be chosen.

    Attributes:
        open: These options, in order.
        hidden: How many others have a key that an earlier option has.
        ending: Whether another has the key that ends the keys of this menu.
    """

    open: tuple[Choice, ...]
    hidden: int
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Paths:
    """The menus of an action.

    Attributes:
        first: The id of the first menu.
        known: The menus by id; of two with the same id, the first.
        reached: In the order in which they are reached.
        unreached: Those that no key leads to, and those whose id an earlier menu has, in the order of the document.
    """

    first: str
    known: Mapping[str, Menu]
    reached: tuple[Menu, ...]
    unreached: tuple[Menu, ...]


def choices(menu: Menu) -> Choices:
    """Return the options of a menu in order.

    An option cannot be chosen if an earlier one has its key and phrase, or if its only key ends the keys.
    """
    taken: set[str] = set()
    found: list[Choice] = []
    options = menu.options or ()
    ending = 0
    for option in options:
        key = None if ends_sequence(option.dtmf, menu.max_digits) else option.dtmf
        triggers = {trigger.casefold() for trigger in (key, option.input) if trigger is not None}
        ending += not triggers
        if triggers <= taken:
            continue
        taken |= triggers
        leads, to = _target(option.action)
        found.append(Choice(key, option.input, leads, to))
    return Choices(tuple(found), len(options) - len(found) - ending, ending > 0)


def _target(action: str) -> tuple[Literal["menu", "return"], str]:
    match = _ACTION.fullmatch(action)
    if match is None:
        return "return", action.strip()
    return ("menu" if match[1].lower() == "menu" else "return"), (match[2] or "").strip()


def paths(action: RunMenu) -> Paths:
    """Follow every key from the first menu, breadth first."""
    known: dict[str, Menu] = {}
    for menu in action.menus:
        known.setdefault(menu.id, menu)
    first = action.main_menu or "main"
    order = {first: None} if first in known else {}
    waiting = list(order)
    for here in waiting:
        for choice in choices(known[here]).open:
            if choice.leads == "menu" and choice.to in known and choice.to not in order:
                order[choice.to] = None
                waiting.append(choice.to)
    reached = tuple(known[menu_id] for menu_id in order)
    return Paths(first, known, reached, tuple(menu for menu in action.menus if not _is_in(menu, known, order)))


def _is_in(menu: Menu, known: Mapping[str, Menu], order: Mapping[str, None]) -> bool:
    return menu.id in order and known[menu.id] is menu
