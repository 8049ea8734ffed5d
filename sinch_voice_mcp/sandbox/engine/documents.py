"""SVAML from requests and replies: read it, and reject what the sandbox cannot simulate."""

from collections.abc import Iterator

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.sandbox.behaviors import UNSIMULATED
from sinch_voice_mcp.sandbox.engine.outbox import SteeringKind
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError, not_simulated
from sinch_voice_mcp.sandbox.engine.state import AskApplication, ReplySource, UnusableSvaml
from sinch_voice_mcp.svaml import (
    Action,
    AnsweringMachineDetection,
    ConnectConf,
    ConnectPstn,
    Document,
    Event,
    examine,
    parse_json,
    read,
)
from sinch_voice_mcp.svaml.lint import lint

_NOT_REJECTED = frozenset({"SV012", "SV015"})
"""An account can be allowed longer texts; a menu that does not exist is found when the call comes to it."""


def inline(member: str, text: str | None, event: Event) -> ReplySource | None:
    """Read a member of a callout that holds SVAML as JSON text or a URL; return None for a missing or empty member.

    Args:
        member: The name of the member: ``ice``, ``ace`` or ``pie``.
        text: SVAML, a URL, or nothing.
        event: The event that the SVAML replies to.

    Raises:
        RejectedError: 40001 if the text is neither SVAML nor a URL, 42200 if the sandbox does not simulate it.
    """
    source = (text or "").strip()
    if not source:
        return None
    if source.lower().startswith(("http://", "https://")):
        return AskApplication(source)
    if not source.startswith("{"):
        raise RejectedError(40001, f"`{member}` is neither SVAML as a JSON string nor a URL")
    try:
        data = parse_json(source)
    except SvamlError as error:
        raise RejectedError(40001, f"`{member}` is {error.message}") from None
    return _read(data, event)


def for_update(data: object) -> Document:
    """Read the SVAML of an update.

    Raises:
        RejectedError: 40003 if it is invalid, 42200 if the sandbox does not simulate it.
    """
    match _read(data, "update"):
        case Document() as document:
            return document
        case UnusableSvaml(message=message):
            raise RejectedError(40003, message)


def for_reply(kind: SteeringKind, reply: bytes | None) -> Document | UnusableSvaml | None:
    """Read the SVAML in the reply to a callback; return None for an empty reply, or if there is none."""
    if reply is None or not reply.strip():
        return None
    try:
        return _read(parse_json(reply), "callout" if kind == "ice" else kind)
    except SvamlError as error:
        return UnusableSvaml(f"the answer is {error.message}")
    except RejectedError as error:
        # No request is left to reject, so the call itself fails.
        return UnusableSvaml(error.message, 50000)


def _read(data: object, event: Event) -> Document | UnusableSvaml:
    # Report an unsimulated feature before a misplaced one: the first is a limit of the sandbox, not a mistake.
    found, _ = examine(data, "update" if event == "update" else None)
    if found is not None:
        _reject_unsimulated(found.document, event)
    try:
        document = read(data, event).document
    except SvamlError as error:
        return UnusableSvaml(f"{error.path}: {error.message}")
    worst = next(lint(data, event).errors_except(_NOT_REJECTED), None)
    return document if worst is None else UnusableSvaml(f"{worst.path}: {worst.message}")


def _reject_unsimulated(document: Document, event: Event) -> None:
    for feature in _features(document, event):
        if feature in UNSIMULATED:
            raise not_simulated(feature)


def _features(document: Document, event: Event) -> Iterator[str]:
    for instruction in document.instructions:
        yield instruction.name
    if document.action is not None:
        yield document.action.name
        yield from _features_of(document.action, event)


def _features_of(action: Action, event: Event) -> Iterator[str]:
    match action:
        case ConnectConf() if event == "callout":
            yield "connectConf in the ICE of a callout"
        case ConnectPstn(amd=AnsweringMachineDetection(enabled=True)) if event != "callout":
            yield "amd of a second phone"
        case _:
            pass
