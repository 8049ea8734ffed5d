"""Record the end of a call that the platform reports, in every request that led to it or changed it."""

from collections.abc import Iterable
from dataclasses import replace

from sinch_voice_mcp.operations.admission.limits import ignored_amount, price_micros
from sinch_voice_mcp.operations.boundary import stored_word
from sinch_voice_mcp.ports import INBOUND, EndReport, Journal, JournalEntry
from sinch_voice_mcp.types import Micros
from sinch_voice_mcp.wire.calls import Call


def report_of(call: Call) -> EndReport:
    """Return how a call ended, in the form that the journal stores."""
    cost, ignored = price_micros(call.debit), ignored_amount(call.debit)
    result, reason = end_words(call.result, call.reason)
    return EndReport(call.duration, cost, result, reason, call.call_id, ignored)


def end_words(result: str | None, reason: str | None) -> tuple[str, str]:
    """Return the platform's words for an end as rows may hold them; a text that is no known word is not stored."""
    return stored_word("result", result or "N/A"), stored_word("reason", reason or "N/A")


async def settle_all(journal: Journal, entries: Iterable[JournalEntry], call: Call) -> None:
    """Record the end of a call in every one of these requests that has not ended.

    Raises:
        StorageError: The journal cannot be used.
    """
    for entry in entries:
        if entry.state not in {"ended", "rejected", "not_sent"}:
            await journal.settle(entry.token, await _report(journal, entry, call))


async def _report(journal: Journal, entry: JournalEntry, call: Call) -> EndReport:
    """Return how a call ended; the price of a call of ours includes what changes of it cost."""
    report = report_of(call)
    if entry.subject is None:
        return report
    placed = await journal.by_call_id(entry.subject)
    ours = placed is not None and placed.kind != INBOUND
    # The price of another call is not counted, so what was reserved for the change stays counted.
    return replace(report, cost=Micros(0) if ours else None)
