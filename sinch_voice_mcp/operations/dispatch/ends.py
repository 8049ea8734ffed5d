"""Record the end of a call that the platform reports, in every request that led to it or changed it."""

from collections.abc import Iterable
from dataclasses import replace

from sinch_voice_mcp.operations.admission.limits import price_micros
from sinch_voice_mcp.ports import EndReport, Journal, JournalEntry
from sinch_voice_mcp.types import Micros
from sinch_voice_mcp.wire.calls import Call


def report_of(call: Call) -> EndReport:
    """Return how a call ended, in the form that the journal stores."""
    return EndReport(call.duration, price_micros(call.debit), call.result, call.reason, call.call_id)


async def settle_all(journal: Journal, entries: Iterable[JournalEntry], call: Call) -> None:
    """Record the end of a call in every one of these requests that has not ended.

    Raises:
        StorageError: The journal cannot be used.
    """
    for entry in entries:
        if entry.state not in {"ended", "rejected", "not_sent"}:
            report = report_of(call)
            # The cost of a change is part of the price of the call that it changed.
            await journal.settle(entry.token, replace(report, cost=Micros(0)) if entry.subject else report)
