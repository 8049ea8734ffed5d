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

KEYS = frozenset("0123456789*#")
"""The keys of a telephone."""

ENDS_DIGITS = "#"
"""The key that ends the collected keys of a menu with ``maxDigits``, so that it is none of them."""

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
        open: In the order of the document.
        hidden: How many options have a key that an earlier option has.
        ends_digits: Whether an option has the key ``#``, which ends the collected keys and so chooses nothing.
    """

    open: tuple[Choice, ...]
    hidden: int
    ends_digits: bool = False

    @property
    def takes_every_key(self) -> bool:
        """Whether no key is left that is not an option."""
        return {choice.key for choice in self.open} >= KEYS


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
    hidden = 0
    ends_digits = False
    for option in menu.options or ():
        key = option.dtmf
        if ends_sequence(key, menu.max_digits):
            key, ends_digits = None, True
        triggers = {trigger.casefold() for trigger in (key, option.input) if trigger is not None}
        if triggers <= taken:
            hidden += option.dtmf == key
            continue
        taken |= triggers
        found.append(Choice(key, option.input, *_target(option.action)))
    return Choices(tuple(found), hidden, ends_digits)


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
