"""Calls and attempts to deliver callbacks, in the form of the control API's responses."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import JsonValue

from sinch_voice_mcp.sandbox.callbacks import DeliveryAttempt
from sinch_voice_mcp.sandbox.control.responses import (
    CallbackAttempt,
    CallSummary,
    LegEntry,
    SvamlFinding,
    TimelineItem,
    TranscriptLine,
)
from sinch_voice_mcp.sandbox.engine import TimelineEntry
from sinch_voice_mcp.sandbox.engine.state import TimelineValue
from sinch_voice_mcp.sandbox.engine.views import CallView
from sinch_voice_mcp.signing import Credentials, Flaw, Received, verify
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.svaml.lint import lint

_MAX_FINDINGS = 20


def instant(at: datetime) -> str:
    """Write an instant as ISO 8601 in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_or_none(at: datetime | None) -> str | None:
    """Write an instant that may be missing."""
    return None if at is None else instant(at)


def summary(call: CallView) -> CallSummary:
    """Return a call in short."""
    report = call.report
    return CallSummary(
        id=call.id,
        state=call.state,
        direction=call.direction,
        kind=call.kind,
        to=next(iter(call.called), None),
        cli=next(iter(call.calling), None),
        application=call.application_key,
        region=call.region,
        custom=call.custom,
        tags=tuple(call.tags),
        created_at=instant(call.created_at),
        answered_at=instant_or_none(call.answered_at),
        ended_at=instant_or_none(call.ended_at),
        result=report.result,
        reason=report.reason,
        duration_s=report.duration,
        cost=float(report.debit),
    )


def legs(call: CallView) -> Iterator[LegEntry]:
    """Yield the phones of a call."""
    for index, leg in enumerate(call.legs):
        answered, ended = instant_or_none(leg.answered_at), instant_or_none(leg.ended_at)
        endpoint = leg.endpoint
        yield LegEntry(index, endpoint.type, endpoint.address, leg.cli, leg.is_caller, answered, ended, float(leg.rate))


def timeline_item(entry: TimelineEntry) -> TimelineItem:
    """Return an entry of a timeline."""
    return TimelineItem(entry.sequence, instant(entry.at), entry.call_id, entry.event, dict(entry.detail))


def transcript(call: CallView) -> Iterator[TranscriptLine]:
    """Yield what was heard in a call, in order."""
    for entry in call.timeline:
        at, detail = instant(entry.at), entry.detail
        match entry.event:
            case "say":
                yield TranscriptLine(at, "platform", "says", str(detail["text"]))
            case "play":
                yield TranscriptLine(at, "platform", "plays", str(detail["prompts"]))
            case "menu" if detail["prompt"]:
                yield TranscriptLine(at, "platform", "plays", str(detail["prompt"]))
            case "dtmf":
                yield TranscriptLine(at, "platform", "sends", str(detail["tones"]))
            case "pressed":
                yield TranscriptLine(at, _party(call, detail["leg"]), "presses", str(detail["key"]))
            case "said":
                yield TranscriptLine(at, _party(call, detail["leg"]), "says", str(detail["text"]))
            case _:
                pass


def findings(call: CallView) -> Iterator[SvamlFinding]:
    """Yield what is wrong with the SVAML that a call got, at most 20 findings for each document."""
    for given in call.given:
        yield from _findings("request", given.event, given.source)
    for entry in call.timeline:
        if entry.event == "reply" and entry.detail["body"]:
            yield from _findings("reply", _replied_to(str(entry.detail["kind"]), call), str(entry.detail["body"]))


def attempt(made: DeliveryAttempt, credentials: Iterable[Credentials]) -> CallbackAttempt:
    """Return an attempt to deliver a callback.

    Args:
        made: The attempt.
        credentials: The applications, to check the signature as a receiver does.
    """
    callback = made.callback
    sent = made.request.body if made.request is not None else b"" if callback is None else callback.body
    return CallbackAttempt(
        sequence=made.sequence,
        callback=0 if callback is None else callback.sequence,
        call_id=made.call_id,
        kind=made.kind,
        url=made.url,
        at="" if callback is None else instant(callback.at),
        sent_at=instant_or_none(made.sent_at),
        is_delivered=made.is_delivered,
        status=made.status,
        failure=made.failure,
        latency_s=made.latency_s,
        signature=_verdict(made, credentials),
        body=_parsed(sent),
        reply=made.reply.decode("utf-8", "replace"),
        replay_of=made.replay_of,
    )


def _party(call: CallView, leg: TimelineValue) -> Literal["caller", "callee"]:
    return "caller" if call.direction == "in" and leg == 0 else "callee"


def _replied_to(kind: str, call: CallView) -> Event:
    match kind:
        case "ace" | "pie":
            return kind
        case _:
            return "ice" if call.direction == "in" else "callout"


def _findings(source: Literal["request", "reply"], event: Event, document: object) -> Iterator[SvamlFinding]:
    for found in lint(document, event, limit=_MAX_FINDINGS).findings:
        yield SvamlFinding(source, event, found.code, found.level, found.path, found.message)


def _verdict(made: DeliveryAttempt, credentials: Iterable[Credentials]) -> Literal["right"] | Flaw | None:
    if made.request is None or made.sent_at is None:
        return None
    headers = made.request.headers
    received = Received(
        method=made.request.method,
        path=urlsplit(made.url).path or "/",
        query="",
        authorization=headers.get("authorization"),
        content_type=headers.get("content-type", ""),
        timestamp=headers.get("x-timestamp"),
        body=made.request.body,
    )
    verdict = verify(received, credentials, now=made.sent_at, accept_basic=False)
    return "right" if isinstance(verdict, Credentials) else verdict


def _parsed(body: bytes) -> JsonValue:
    """Return a body as JSON; the engine and replays send nothing else."""
    return json.loads(body) if body else None
