"""SVAML in plain English: what happens in the call, in the order in which it happens.

The explanation is Markdown that also reads as plain text. Foreign text appears quoted, on one line and cut.
"""

from collections.abc import Container, Iterator, Mapping

from sinch_voice_mcp.svaml.explaining import questions, steps
from sinch_voice_mcp.svaml.explaining.paths import choices
from sinch_voice_mcp.svaml.explaining.phrases import in_backticks, listed
from sinch_voice_mcp.svaml.model.actions import (
    Action,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    Hangup,
    Park,
    RunMenu,
)
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import EVENTS, Event

OPENINGS: Mapping[Event, str] = {
    "ice": "When a call comes in (ICE)",
    "callout": "When the callout starts (its ICE)",
    "ace": "When the call is answered (ACE)",
    "pie": "When a menu has an answer (PIE)",
    "update": "When the call in progress is updated",
}
_UNANSWERED: Mapping[Event, str] = {
    "ice": "the caller hears an error message and the call ends",
    "ace": "the call is connected, as with `continue`",
    "pie": "the call ends",
}
_EVENTS: Mapping[str, Event] = {event: event for event in EVENTS}
_MAX_STEPS = 100


def explain(document: Document, context: Event | None = None) -> str:
    """Explain a document: a numbered list of steps, then the menus.

    Args:
        document: The document.
        context: What the document answers. It decides the opening of the text, and what happens if no reply arrives.
    """
    body = _body(document, context, ())
    return body if context is None else f"{OPENINGS[context]}:\n\n{body}"


def explain_set(handlers: Mapping[str, Document]) -> str:
    """Explain a set of handlers.

    Args:
        handlers: Documents by event (``ice``, ``callout``, ``ace``, ``pie``, ``update``); any other name is the
            PIE value that it answers, as in ``return(name)``.
    """
    parts: list[str] = []
    for name in ordered(handlers):
        event = event_of(name)
        opening = OPENINGS[event] if name == event else f"When a menu returns {in_backticks(name)} (PIE)"
        parts.append(f"## {opening}\n\n{_body(handlers[name], event, handlers)}")
    missing = [] if "pie" in handlers else _unhandled(handlers)
    if missing:
        parts.append(f"Menus return values that have no handler here: {listed(missing)}.")
    return "\n\n".join(parts) or "There are no handlers."


def ordered(handlers: Mapping[str, Document]) -> list[str]:
    """Return the names of handlers in the order of a call: the events, then the values that menus return."""
    rank: dict[str, int] = {"ice": 0, "callout": 1, "ace": 2, "update": 3, "pie": 4}
    return sorted(handlers, key=lambda name: rank.get(name, len(rank)))


def event_of(name: str) -> Event:
    """Return the event that a handler of that name answers; a name that is not an event is a PIE value."""
    return _EVENTS.get(name, "pie")


def _body(document: Document, event: Event | None, handlers: Container[str]) -> str:
    lines = list(_numbered(document, event))
    action = document.action
    if isinstance(action, RunMenu):
        for heading, *rest in questions.menus(action, handlers):
            lines += ["", heading, *(["", *(f"- {line}" for line in rest)] if rest else [])]
    if event is not None and event in _UNANSWERED:
        lines += ["", f"If this reply does not arrive in time: {_UNANSWERED[event]}."]
    return "\n".join(lines)


def _numbered(document: Document, event: Event | None) -> Iterator[str]:
    instructions = document.instructions
    number = 0
    for number, step in enumerate(instructions[:_MAX_STEPS], start=1):
        yield f"{number}. {steps.instruction(step, event)}"
    if len(instructions) > _MAX_STEPS:
        number += 1
        yield f"{number}. … and {len(instructions) - _MAX_STEPS:,} more instructions."
    first, *further = _action(document.action, event)
    yield f"{number + 1}. {first}"
    indent = " " * len(f"{number + 1}. ")
    yield from (f"{indent}- {line}" for line in further)


def _action(action: Action | None, event: Event | None) -> list[str]:
    match action:
        case None:
            return [_no_action(event)]
        case Hangup():
            return ["Hangs up."]
        case Continue():
            return steps.continuing(action, event)
        case RunMenu():
            return questions.question(action)
        case Park():
            return steps.park(action)
        case _:
            return _connecting(action, event)


def _connecting(
    action: ConnectPstn | ConnectMxp | ConnectConf | ConnectSip | ConnectStream, event: Event | None
) -> list[str]:
    match action:
        case ConnectPstn():
            return steps.telephone(action, event)
        case ConnectMxp():
            return steps.user(action)
        case ConnectConf():
            return steps.conference(action)
        case ConnectSip():
            return steps.sip(action, event)
        case ConnectStream():
            return steps.stream(action)


def _no_action(event: Event | None) -> str:
    if event in {"update", None}:
        return "Continues the call: there is no action, which only an update of a call can omit."
    return "Does nothing more: the action is missing, so the platform rejects this document."


def _unhandled(handlers: Mapping[str, Document]) -> list[str]:
    returned: dict[str, None] = {}
    for document in handlers.values():
        if isinstance(document.action, RunMenu):
            chosen = (choice for menu in document.action.menus for choice in choices(menu).open)
            returned |= {choice.to: None for choice in chosen if choice.leads == "return" and choice.to}
    return [in_backticks(value) for value in returned if value not in handlers]
