"""SVAML from requests and replies, read as the platform reads it."""

from collections.abc import Mapping

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import AskApplication, ReplySource, UnusableSvaml
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.svaml import Document, Event, parse_json, read
from sinch_voice_mcp.svaml.lint import RuleLevel, lint

_NOT_REJECTED: Mapping[str, RuleLevel] = {"SV012": "off", "SV015": "off"}
"""An account can be allowed longer texts; a menu that does not exist is found when the call comes to it."""

_EVERY_FINDING = 1_000_000
"""More findings than the longest document can have: an error counts wherever it stands."""


def inline(member: str, text: str | None, event: Event) -> ReplySource | None:
    """Read a member of a callout that holds SVAML as JSON text or a URL; return None for a missing or empty member.

    Args:
        member: The name of the member: ``ice``, ``ace`` or ``pie``.
        text: SVAML, a URL, or nothing.
        event: The event that the SVAML replies to.

    Raises:
        RejectedError: 40001 if the text is neither SVAML nor a URL.
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
    return read_for(event, data)


def for_update(data: object) -> Document:
    """Read the SVAML of an update.

    Raises:
        RejectedError: 40003 if it is invalid.
    """
    match read_for("update", data):
        case Document() as document:
            return document
        case UnusableSvaml(message=message):
            raise RejectedError(40003, message)


def for_reply(event: Event, reply: bytes | None) -> Document | UnusableSvaml | None:
    """Read the SVAML in the reply to a callback; return None for an empty reply, or if there is none."""
    if reply is None or not reply.strip():
        return None
    try:
        return read_for(event, parse_json(reply))
    except SvamlError as error:
        return UnusableSvaml(f"the answer is {error.message}")


def read_for(event: Event, data: object) -> Document | UnusableSvaml:
    """Read SVAML that is JSON already."""
    report = lint(data, event, levels=_NOT_REJECTED, limit=_EVERY_FINDING)
    if report.document is not None:
        return report.document
    try:
        # What the reader finds comes first: the other findings may only follow from it.
        read(data, event)
    except SvamlError as error:
        return UnusableSvaml(f"{error.path}: {error.message}")
    worst = next(finding for finding in report.findings if finding.level == "error")
    return UnusableSvaml(f"{worst.path}: {worst.message}")


BEHAVIORS = (
    chosen("time", "text", "14 characters per second; SSML by its text and its breaks"),
    chosen("time", "audio", "5 s per file or URL"),
    chosen("time", "tones", "100 ms per tone, 500 ms for `w`"),
)
