"""Callbacks: the attempts to deliver them, and replays."""

import json
from collections.abc import Iterator
from itertools import islice

from pydantic import JsonValue

from sinch_voice_mcp.sandbox.callbacks import CallbackSender, DeliveryAttempt
from sinch_voice_mcp.sandbox.callbacks.sender import Sending
from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.calls import query_of
from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, NoParameters, Page, ReplayRequest
from sinch_voice_mcp.sandbox.control.responses import CallbackPage, Replayed
from sinch_voice_mcp.sandbox.control.routing import ControlRequest
from sinch_voice_mcp.sandbox.control.search import Query
from sinch_voice_mcp.sandbox.engine import OutgoingCallback, RejectedError

_MAX_DIGITS = 18
"""Digits of the number of an attempt."""


async def list_callbacks(request: ControlRequest[Page, EmptyBody]) -> CallbackPage:
    """List the attempts to deliver callbacks, the newest first; a query selects them by their calls."""
    page, controls = request.parameters, request.controls
    controls.engine.catch_up()
    found = _attempts(controls, query_of(page) if page.q else None, page.before)
    shown = tuple(islice(found, page.limit))
    more = next(found, None) is not None
    credentials = controls.engine.account.credentials()
    listed = tuple(showing.attempt(one, credentials) for one in shown)
    return CallbackPage(listed, shown[-1].sequence if more else None)


async def replay_callback(request: ControlRequest[NoParameters, ReplayRequest]) -> Replayed:
    """Send the callback of an attempt once more to the same URL, signed afresh; the reply steers no call.

    The response comes after the last attempt, with the replies.
    """
    controls, body = request.controls, request.body
    made, outgoing, sender = _replayable(controls, request.path["sequence"])
    sent = outgoing.body
    if body.edit:
        # As the engine writes bodies; escapes can carry what UTF-8 cannot.
        sent = json.dumps(_merged(json.loads(sent), body.edit), separators=(",", ":")).encode()
    sending = Sending(made.url, sent, None if body.signature == "right" else body.signature, made.sequence)
    with controls.waits.place():
        await controls.wall.sleep(body.delay_s)
        try:
            attempts = [await sender.replay(outgoing, sending) for _ in range(body.times)]
        except RejectedError:
            # Without the application there is no secret to sign with.
            message = "the sandbox was reset since, and the application of this callback is gone"
            raise ControlError("conflict", message, "GET /_sandbox/callbacks lists the attempts.") from None
    credentials = controls.engine.account.credentials()
    return Replayed(tuple(showing.attempt(one, credentials) for one in attempts))


def _attempts(controls: Controls, query: Query | None, before: int | None) -> Iterator[DeliveryAttempt]:
    """Yield the attempts of the calls that match, the newest first."""
    matching: dict[str, bool] = {}
    deliveries = controls.deliveries()
    for attempt in reversed(controls.attempts):
        if before is not None and attempt.sequence >= before:
            continue
        if query is not None and attempt.call_id not in matching:
            call = controls.engine.view(attempt.call_id)
            matching[attempt.call_id] = call is not None and query.matches(call, deliveries)
        if query is None or matching[attempt.call_id]:
            yield attempt


def _replayable(controls: Controls, sequence: str) -> tuple[DeliveryAttempt, OutgoingCallback, CallbackSender]:
    """Return an attempt, its callback, and what sends callbacks.

    Raises:
        ControlError: There is no such attempt, or the sandbox sends no callbacks.
    """
    is_number = sequence.isascii() and sequence.isdecimal() and len(sequence) <= _MAX_DIGITS
    made = controls.attempts.get(int(sequence)) if is_number else None
    if made is None or made.callback is None:
        raise ControlError("not_found", "there is no attempt with this number", "GET /_sandbox/callbacks lists them.")
    if controls.sender is None:
        raise ControlError("conflict", "this sandbox sends no callbacks", "Give it a receiver of callbacks.")
    return made, made.callback, controls.sender


def _merged(target: JsonValue, patch: JsonValue) -> JsonValue:
    """Return a JSON value changed by a JSON Merge Patch."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for member, value in patch.items():
        if value is None:
            merged.pop(member, None)
        else:
            merged[member] = _merged(merged.get(member), value)
    return merged
