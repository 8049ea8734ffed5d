"""What becomes of a request, as parts of a transaction: its outcome, its end, what is released, the kill switch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import CHANGES, INBOUND, EndReport, JournalEntry, Outcome
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import audited
from sinch_voice_mcp.storage.claiming import GAP
from sinch_voice_mcp.storage.counting import add_use, bucket_of
from sinch_voice_mcp.storage.database import Row, Statement, Steps
from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.text.masking import masked, without_numbers, without_trace
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import CallId, JsonObject, Micros, Millis, Token, amount_text, unit_text
from sinch_voice_mcp.wire.calls import ANSWERED

_LOGGER = masked_logger(__name__)

_UNKNOWN_WINDOW_MS = 600_000
"""Time within which unknown outcomes are counted; the kill switch's reason says ten minutes."""

_SPENT_WINDOW = Millis(86_400_000)
"""Window of the money spent: a day."""

_SPENT = ":max_spend_per_day"
"""Counter of the money spent; a name as :func:`~sinch_voice_mcp.storage.counting.counter` makes it."""

_RELEASED: Mapping[str, tuple[str, ...]] = {
    "rejected": ("ended", "rejected", GAP),
    "not_sent": ("ended", "rejected", "not_sent", GAP),
    "lost": ("ended",),
}
"""Which uses are released by an outcome, by their :data:`~sinch_voice_mcp.ports.Release`."""


def recording(token: Token, outcome: Outcome, now: Millis, max_unknown: int | None) -> Steps[JournalEntry]:
    """Record the outcome of a request; returns the entry, which may have an earlier, more certain outcome."""
    values = {
        "token": token,
        "state": outcome.state,
        "call_id": outcome.call_id,
        "error": None if outcome.error is None else json.dumps(masked(outcome.error)),
        "unknown_at": now if outcome.state == "unknown" else None,
        "answered": int(outcome.answered),
    }
    (rows,) = yield (Statement(sql.RECORD, values),)
    if not rows:
        entry = yield from known(token)
        return (yield from _keep(entry, outcome.call_id, now, answered=outcome.answered))
    entry = sql.read_entry(rows[0])
    yield from _release(token, rows[0]["units"], outcome.state)
    yield from audited(outcome.state, token, _audit_details(outcome), now)
    if outcome.state == "unknown" and max_unknown is not None:
        yield from _stop_at(max_unknown, now)
    return entry


def settling(token: Token, report: EndReport, now: Millis) -> Steps[None]:
    """Record how a call ended, and release its limits and the reserved money that was not spent."""
    # A debit that is not a cost must not make room for more calls.
    cost = None if report.cost is not None and report.cost < 0 else report.cost
    words = {"result": without_trace(report.result), "reason": without_trace(report.reason)}
    end = {"duration": report.duration, "cost": cost, **words}
    (rows,) = yield (Statement(sql.SETTLE, {"token": token, "call_id": report.call_id, **end}),)
    if rows:
        if report.result != ANSWERED:
            yield (Statement(sql.DROP_UNANSWERED_KEYS, {"token": token}),)
        spent = int(rows[0]["reserved"]) if cost is None else cost
        yield from _give_back(rows[0]["units"], ("ended",), spent=spent)
        # All of it is released; the counters' names, which contain the hashes of numbers, are not needed any more.
        yield (Statement(sql.SET_UNITS, {"token": token, "units": "[]"}),)
        money = {"cost": None if cost is None else amount_text(Micros(cost)), "currency": rows[0]["currency"]}
        ignored = {} if report.ignored is None else {"ignored_amount": unit_text(report.ignored)}
        yield from audited("ended", token, end | money | ignored, now)
        yield from _settle_changes(rows[0], report, now)
    else:
        entry = yield from known(token)
        yield from _keep(entry, report.call_id, now)


def _settle_changes(row: Row, report: EndReport, now: Millis) -> Steps[None]:
    """Settle the changes of a call that has ended; the price of a call of ours includes what they cost."""
    if row["kind"] in CHANGES or row["call_id"] is None:
        return
    (changes,) = yield (Statement(sql.OPEN_CHANGES, {"call_id": row["call_id"]}),)
    cost = None if row["kind"] == INBOUND or report.cost is None else Micros(0)
    for change in changes:
        yield from settling(change["call"], EndReport(report.duration, cost, report.result, report.reason), now)


def renewing(token: Token, lease: Millis, more: Micros, now: Millis) -> Steps[None]:
    """Hold the limits of a request that has not ended for longer; count and record what it costs meanwhile."""
    (rows,) = yield (Statement(sql.RENEW, {"token": token, "lease": lease, "more": more}),)
    if not rows or not more:
        return
    units = cast("list[list[object]]", json.loads(rows[0]["units"]))
    if any(use[0] == _SPENT for use in units):
        units.append([_SPENT, bucket_of(_SPENT_WINDOW, now), more, "rejected"])
        yield (add_use(_SPENT, _SPENT_WINDOW, more, now), Statement(sql.SET_UNITS, _units(token, units)))
    yield from audited("prolonged", token, {"reserved": amount_text(more)}, now)


def _units(token: Token, units: Sequence[object]) -> dict[str, object]:
    return {"token": token, "units": json.dumps(units, separators=(",", ":"))}


def _audit_details(outcome: Outcome) -> JsonObject:
    """Return what the audit log says of an outcome: the error's code, not its message, which may contain a number."""
    details = {"call_id": outcome.call_id, "code": (outcome.error or {}).get("code")}
    details["error_code"] = (outcome.error or {}).get("error_code")
    return {name: value for name, value in details.items() if value is not None}


def _release(token: Token, units: str, state: str) -> Steps[None]:
    releases = _RELEASED.get(state, ())
    # Keys before counters, as in a claim: the same order everywhere, so that no two transactions deadlock.
    if state in {"rejected", "not_sent"}:
        yield (Statement(sql.DROP_KEYS, {"token": token}),)
    if releases:
        yield from _give_back(units, releases, spent=None)
    if state == "lost":
        # If the call turns up after all, what was released now must not be released again.
        rest = [use for use in json.loads(units) if use[-1] not in releases]
        yield (Statement(sql.SET_UNITS, {"token": token, "units": json.dumps(rest)}),)


def _give_back(units: str, releases: Sequence[str], *, spent: int | None) -> Steps[None]:
    """Release what a request uses.

    Args:
        units: What it uses, as :func:`~sinch_voice_mcp.storage.claiming.claiming` wrote it.
        releases: Which uses are released.
        spent: Money spent, in millionths; the rest of the reserved money is released. None: as ``releases`` says.
    """
    batch: list[Statement] = []
    uses = cast("list[tuple[str, int, int, str]]", json.loads(units))
    last = max((at for at, use in enumerate(uses) if use[0] == _SPENT), default=None)
    left = spent
    for at, (name, bucket, amount, release) in enumerate(uses):
        back = amount if release in releases else 0
        if name == _SPENT and left is not None:
            # A call that was prolonged reserved money several times; a cost above all of it counts as well.
            kept = left if at == last else min(left, amount)
            back, left = amount - kept, left - kept
        if back:
            text = sql.END_GAP if release == GAP else sql.RELEASE
            batch.append(Statement(text, {"name": name, "bucket": bucket, "amount": back}))
    if batch:
        yield batch


def stopping(reason: str, by: str, now: Millis, *, hang_up: bool = False) -> Steps[None]:
    """Turn the kill switch on; the first reason stays, and that calls are hung up can be added.

    Telephone numbers in the reason are masked.
    """
    reason, by = without_numbers(reason), without_numbers(by)
    (rows,) = yield (Statement(sql.STOP, {"now": now, "reason": reason, "by": by}),)
    added = (yield (Statement(sql.HANG_UP, {"now": now}),))[0] if hang_up else []
    if rows or added:
        wish = {"hang_up": True} if added else {}
        yield from audited("stopped", None, {"reason": reason, "by": by, **wish}, now)


def known(token: Token) -> Steps[JournalEntry]:
    """Return a request that must exist.

    Raises:
        StorageError: There is no such request.
    """
    (rows,) = yield (Statement(sql.CALL, {"token": token}),)
    if not rows:
        raise StorageError(f"The journal has no request {token}; it may be another journal, or an older copy.")
    return sql.read_entry(rows[0])


def _keep(entry: JournalEntry, call_id: CallId | None, now: Millis, *, answered: bool = False) -> Steps[JournalEntry]:
    """Keep what is recorded; a late outcome only adds a call ID that was missing."""
    if entry.state == "ended" and entry.call_id is None and call_id is not None:
        yield (Statement(sql.SET_CALL_ID, {"token": entry.token, "call_id": call_id}),)
        return replace(entry, call_id=CallId(call_id))
    if None in (entry.call_id, call_id) or entry.call_id == call_id:
        return entry
    return (yield from _two_calls(entry, CallId(call_id or ""), now, answered=answered))


def _two_calls(entry: JournalEntry, call_id: CallId, now: Millis, *, answered: bool) -> Steps[JournalEntry]:
    """Handle a second call ID of one request: an alert, and a stop if the platform's own answers gave both.

    Others than the platform may be able to put our token into a call, so an event or a lookup alone stops nothing.
    """
    corrected: list[Row] = []
    if answered:
        (corrected,) = yield (Statement(sql.CORRECT_CALL_ID, {"token": entry.token, "call_id": call_id}),)
    yield from alerting(entry.token, call_id if not corrected else entry.call_id, now)
    if answered and not corrected:
        ids = " and ".join(sorted(clean(one) for one in (str(entry.call_id), call_id)))
        yield from stopping(f"one request led to two calls ({ids})", "this server", now)
    return replace(entry, call_id=call_id) if corrected else entry


def alerting(token: Token, foreign: CallId | None, now: Millis) -> Steps[None]:
    """Append an alert to the audit log: a call that a request did not lead to carries its token."""
    # Others than the platform may have written the ID.
    call_id = None if foreign is None else without_numbers(clean(foreign))
    yield from audited("alert", token, {"alert": "another call carries this request's token", "call_id": call_id}, now)


def warn_of(foreign: CallId | None, entry: JournalEntry) -> None:
    """Write the alert to the server's log, once it is stored."""
    ids = quoted(foreign or ""), quoted(entry.call_id or "")
    _LOGGER.warning("call %s carries the token of the request for call %s", *ids)


def _stop_at(max_unknown: int, now: Millis) -> Steps[None]:
    """Turn the kill switch on if there are too many unknown outcomes."""
    (rows,) = yield (Statement(sql.COUNT_UNKNOWN, {"since": now - _UNKNOWN_WINDOW_MS}),)
    unknown = int(rows[0]["unknown"])
    if unknown >= max_unknown:
        yield from stopping(f"{unknown} callouts with an unknown outcome within ten minutes", "this server", now)
