"""The ledger of what the sandbox does and how that is known: each module declares its behaviors beside its code."""

from dataclasses import dataclass
from typing import Literal

Evidence = Literal["documented", "observed", "choice"]
"""Sinch publishes it; its real responses show it; or nothing is published and it is this project's choice."""

Group = Literal["feature", "call", "callback", "menu", "script", "api", "time", "money"]


@dataclass(frozen=True, slots=True)
class Behavior:
    """One behavior.

    Attributes:
        group: What it is about.
        name: What a reader would look for.
        what: What happens in the sandbox.
        evidence: How that is known.
        source: Where Sinch publishes it, where it was seen, or what speaks for the choice; empty for a choice that
            nothing speaks against.
        covers: What in the code it stands for: constants of the module, actions, instructions, outcomes of menus.
    """

    group: Group
    name: str
    what: str
    evidence: Evidence
    source: str
    covers: tuple[str, ...] = ()


def documented(group: Group, name: str, what: str, source: str, covers: tuple[str, ...] = ()) -> Behavior:
    """Declare a behavior that Sinch publishes; ``source`` is the part of its documentation."""
    return Behavior(group, name, what, "documented", source, covers)


def observed(group: Group, name: str, what: str, source: str, covers: tuple[str, ...] = ()) -> Behavior:
    """Declare a behavior that real responses show; ``source`` says which."""
    return Behavior(group, name, what, "observed", source, covers)


def chosen(group: Group, name: str, what: str, because: str = "", covers: tuple[str, ...] = ()) -> Behavior:
    """Declare a behavior that is not published; ``because`` says what speaks for it."""
    return Behavior(group, name, what, "choice", because, covers)
