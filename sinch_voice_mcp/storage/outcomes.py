"""What becomes of a request, as parts of a transaction: outcomes, ends, what is given back, the audit log."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import EndReport, JournalEntry, Outcome
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import NEXT, appended
from sinch_voice_mcp.storage.claiming import GAP
from sinch_voice_mcp.storage.database import Statement, Transaction
from sinch_voice_mcp.storage.rows import read_entry
from sinch_voice_mcp.types import JsonObject

_TEN_MINUTES = 600_000
_MONEY = ":max_spend_per_day"
"""The counter of what was spent; a name as :func:`~sinch_voice_mcp.storage.statements.counter` makes it."""

_GIVEN_BACK: Mapping[str, tuple[str, ...]] = {
    "rejected": ("ended", "rejected", GAP),
    "not_sent": ("ended", "rejected", "not_sent", GAP),
    "lost": ("ended",),
}


def recording(token: str, outcome: Outcome, now: int, max_unknown: int | None) -> Transaction[JournalEntry]:
    """Write down what became of a request; says what is recorded, which may be something earlier."""
    values = {
        "token": token,
        "state": outcome.state,
        "call_id": outcome.call_id,
        "error": _text(outcome.error),
        "unknown_at": now if outcome.state == "unknown" else None,
    }
    (rows,) = yield (Statement(sql.RECORD, values),)
    if not rows:
        entry = yield from known(token)
        return (yield from _late(entry, outcome.call_id, now))
    entry = read_entry(rows[0])
    yield from _release(token, rows[0]["units"], outcome.state)
    yield from audited(outcome.state, token, _told(outcome), now)
    if outcome.state == "unknown" and max_unknown is not None:
        yield from _trip(max_unknown, now)
    return entry


def settling(token: str, report: EndReport, now: int) -> Transaction[None]:
    """Write down how a call ended; money that was set aside and not spent is given back."""
    told = {"duration": report.duration, "cost": report.cost, "result": report.result, "reason": report.reason}
    (rows,) = yield (Statement(sql.SETTLE, {"token": token, "call_id": report.call_id, **told}),)
    if rows:
        kept = int(rows[0]["reserved"]) if report.cost is None else report.cost
        yield from _give_back(rows[0]["units"], ("ended",), spent=kept)
        # Everything is given back; which numbers these counters were of is not kept.
        yield (Statement(sql.SET_UNITS, {"token": token, "units": "[]"}),)
        yield from audited("ended", token, told, now)
        yield from _two_calls({rows[0]["call_id"], report.call_id}, now)
    else:
        entry = yield from known(token)
        yield from _late(entry, report.call_id, now)


def _text(value: JsonObject | None) -> str | None:
    return None if value is None else json.dumps(value)


def _told(outcome: Outcome) -> JsonObject:
    """What the audit log says of an outcome: the error's code, not its words, which may repeat a number."""
    kept = {"call_id": outcome.call_id, "code": (outcome.error or {}).get("code")}
    kept["error_code"] = (outcome.error or {}).get("error_code")
    return {name: value for name, value in kept.items() if value is not None}


def _release(token: str, units: str, state: str) -> Transaction[None]:
    given_back = _GIVEN_BACK.get(state, ())
    # Keys before counters, as in a claim.
    if state in {"rejected", "not_sent"}:
        yield (Statement(sql.DROP_KEYS, {"token": token}),)
    if given_back:
        yield from _give_back(units, given_back, spent=None)
    if state == "lost":
        # Should it turn up after all, what was given back is not given back again.
        rest = [unit for unit in json.loads(units) if unit[-1] not in given_back]
        yield (Statement(sql.SET_UNITS, {"token": token, "units": json.dumps(rest)}),)


def _give_back(units: str, releases: Sequence[str], *, spent: int | None) -> Transaction[None]:
    """Give back what a request held; of money, what was not ``spent`` (None: as the unit itself says)."""
    batch: list[Statement] = []
    for name, bucket, amount, release in cast("list[list[object]]", json.loads(units)):
        back = int(cast("int", amount)) if release in releases else 0
        if name == _MONEY and spent is not None:
            back = int(cast("int", amount)) - spent
        if back:
            text = sql.END_GAP if release == GAP else sql.GIVE_BACK
            batch.append(Statement(text, {"name": name, "bucket": bucket, "amount": back}))
    if batch:
        yield batch


def audited(event: str, token: str | None, details: Mapping[str, object], now: int) -> Transaction[None]:
    """Add a row to the audit log."""
    (rows,) = yield (Statement(NEXT),)
    yield appended(rows[0]["seq"], rows[0]["head"], now, event, token, details)


def stopping(reason: str, by: str, now: int) -> Transaction[None]:
    """Turn the kill switch on; the first reason stays."""
    (rows,) = yield (Statement(sql.STOP, {"now": now, "reason": reason, "by": by}),)
    if rows:
        yield from audited("stopped", None, {"reason": reason, "by": by}, now)


def known(token: str) -> Transaction[JournalEntry]:
    """A request that has to be there.

    Raises:
        StorageError: It is not.
    """
    (rows,) = yield (Statement(sql.CALL, {"token": token}),)
    if not rows:
        raise StorageError(f"The journal has no request {token}; it may be another one, or an older copy.")
    return read_entry(rows[0])


def _late(entry: JournalEntry, call_id: str | None, now: int) -> Transaction[JournalEntry]:
    """What comes after the end changes nothing, but may name the call."""
    if entry.state == "ended" and entry.call_id is None and call_id is not None:
        yield (Statement(sql.NAME_CALL, {"token": entry.token, "call_id": call_id}),)
        return replace(entry, call_id=call_id)
    yield from _two_calls({entry.call_id, call_id}, now)
    return entry


def _two_calls(ids: set[str | None], now: int) -> Transaction[None]:
    """One request that became two calls is what must never happen: nothing is placed until a person has looked."""
    known = sorted(one for one in ids if one is not None)
    if len(known) > 1:
        yield from stopping(f"one request led to two calls ({' and '.join(known)})", "this server", now)


def _trip(most: int, now: int) -> Transaction[None]:
    (rows,) = yield (Statement(sql.COUNT_UNKNOWN, {"since": now - _TEN_MINUTES}),)
    found = int(rows[0]["unknown"])
    if found >= most:
        reason = f"{found} callouts with an unknown outcome within ten minutes"
        yield from stopping(reason, "this server", now)
