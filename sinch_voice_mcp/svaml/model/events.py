"""The events that SVAML answers, and the actions and instructions that each allows (Sinch's documentation)."""

from collections.abc import Mapping
from typing import Literal, get_args

Event = Literal["ice", "ace", "pie", "callout", "update"]
"""What a document answers: ``ice`` an incoming call, ``ace`` an answered call, ``pie`` the input of a menu, ``callout``
the incoming-call event of a callout; ``update`` is a document that changes a call in progress."""

EVENTS: tuple[Event, ...] = get_args(Event)

ACTIONS_ALLOWED: Mapping[Event, tuple[str, ...]] = {
    "ice": (
        "hangup", "connectPstn", "connectMxp", "connectConf", "connectSip", "connectStream", "runMenu", "park",
    ),
    "ace": ("hangup", "continue", "connectConf", "runMenu"),
    "pie": ("hangup", "continue", "connectPstn", "connectConf", "connectSip", "runMenu"),
    "callout": ("hangup", "connectPstn", "connectMxp", "connectConf", "connectSip", "connectStream"),
    "update": (
        "hangup", "continue", "connectPstn", "connectMxp", "connectConf", "connectSip", "runMenu", "park",
    ),
}  # fmt: skip

_EVERYWHERE = ("playFiles", "say", "setCookie", "startRecording", "stopRecording")

INSTRUCTIONS_ALLOWED: Mapping[Event, tuple[str, ...]] = {
    "ice": (*_EVERYWHERE, "sendDtmf", "answer"),
    "ace": _EVERYWHERE,
    "pie": (*_EVERYWHERE, "sendDtmf"),
    "callout": (*_EVERYWHERE, "sendDtmf", "answer"),
    "update": (*_EVERYWHERE, "sendDtmf", "answer"),
}

ACTION_OPTIONAL: frozenset[Event] = frozenset({"update"})
"""Events whose document needs no action: an update without one continues the call."""
