"""Foreign SVAML at the door of the engine: read it, and refuse what cannot be simulated."""

from collections.abc import Iterator

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.sandbox.behaviours import UNSIMULATED
from sinch_voice_mcp.sandbox.engine.outbox import AnsweredKind
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError, not_simulated
from sinch_voice_mcp.sandbox.engine.state import Asked, Told, Unreadable
from sinch_voice_mcp.svaml import Action, ConnectConf, ConnectPstn, Document, Event, examine, parse_json, read


def inline(member: str, text: str | None, event: Event) -> Told | None:
    """The SVAML that a callout carries as JSON text, or the URL that has it; None where it carries neither.

    Args:
        member: Where it stands in the request: ``ice``, ``ace`` or ``pie``.
        text: SVAML, a URL, or nothing.
        event: The event that it answers.

    Raises:
        RejectedError: 40001 where the text is neither SVAML nor a URL, 42200 where the sandbox cannot follow it.
    """
    source = (text or "").strip()
    if not source:
        return None
    if source.lower().startswith(("http://", "https://")):
        return Asked(source)
    if not source.startswith("{"):
        raise RejectedError(40001, f"`{member}` is neither SVAML as a JSON string nor a URL")
    try:
        data = parse_json(source)
    except SvamlError as error:
        raise RejectedError(40001, f"`{member}` is {error.message}") from None
    return _told(data, event)


def for_update(data: object) -> Document:
    """The SVAML that an update of a call carries.

    Raises:
        RejectedError: 40003 where it is invalid, 42200 where the sandbox cannot follow it.
    """
    match _told(data, "update"):
        case Document() as document:
            return document
        case Unreadable(message=message):
            raise RejectedError(40003, message)


def for_reply(kind: AnsweredKind, reply: bytes | None) -> Document | Unreadable | None:
    """The SVAML that an application answered a callback with; None where there is none, or no valid answer."""
    if reply is None or not reply.strip():
        return None
    try:
        return _told(parse_json(reply), "callout" if kind == "ice" else kind)
    except SvamlError as error:
        return Unreadable(f"the answer is {error.message}")
    except RejectedError as error:
        # There is no request that could be refused, so the call shows it.
        return Unreadable(error.message, 50000)


def _told(data: object, event: Event) -> Document | Unreadable:
    # What is not simulated is said before what is not allowed here: the first is the sandbox's fault.
    anywhere, _ = examine(data, "update" if event == "update" else None)
    if anywhere is not None:
        _refuse_unsimulated(anywhere.document, event)
    try:
        return read(data, event).document
    except SvamlError as error:
        return Unreadable(f"{error.path}: {error.message}")


def _refuse_unsimulated(document: Document, event: Event) -> None:
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
        case ConnectConf():
            if event == "callout":
                yield "connectConf in the ICE of a callout"
            if action.record:
                yield "recording of a connected call"
        case ConnectPstn():
            if action.record:
                yield "recording of a connected call"
            if action.amd is not None and action.amd.enabled and event != "callout":
                yield "amd of a second phone"
        case _:
            pass
