"""Erase what the journal keeps about a number, a SIP address or an in-app user."""

from collections.abc import Sequence

import anyio
import click

from sinch_voice_mcp.cli.journal_access import open_existing_journal
from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.operations.shown_numbers import parties_of
from sinch_voice_mcp.policy import describe_number
from sinch_voice_mcp.ports import Forgotten
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.text.quoting import quoted

_KEPT = (
    "Kept: times, outcomes, prices and names of events of these calls; limits and idempotency keys, as hashes, until "
    "they expire; the audit log, with hash and shortened number; the reason of a stop, with shortened number."
)


@click.command(short_help="Erase what the journal keeps about a number, SIP address or in-app user.")
@click.argument("number")
@click.pass_obj
def forget(loader: SettingsLoader, number: str) -> None:
    """Erase what the journal keeps about NUMBER, and all that was said, typed and prepared in calls with it.

    NUMBER is a number (E.164), a SIP address (sip:user@host) or an in-app user (app:NAME).
    A number that only has the form of one, such as a caller's short number, is written as the journal got it. The
    audit log keeps the number's hash and shortened form: it is append-only.
    """
    # The journal finds a number only by the hash of one form.
    forms = parties_of(number)
    if not forms:
        message = f"{quoted(number)} does not have the form of a telephone number, sip:user@host or app:NAME."
        raise InvalidInputError(message)
    forgotten = anyio.run(_forget, loader.load(), forms)
    if not forgotten.requests and not forgotten.sealed and forms[0].startswith("+"):
        # A form that is in no call may be a mistake, and must not pass for a number that was erased.
        describe_number(number)
    printer = Printer()
    for sentence in _report(shortened(forms[0].replace("in_app:", "app:", 1)), forgotten):
        printer.line(sentence)


async def _forget(settings: Settings, forms: Sequence[str]) -> Forgotten:
    async with open_existing_journal(settings) as storage:
        found = [await storage.journal.forget(form) for form in forms]
    return Forgotten(
        requests=sum(one.requests for one in found),
        sealed=sum(one.sealed for one in found),
        confirmations=sum(one.confirmations for one in found),
        in_progress=sum(one.in_progress for one in found),
    )


def _report(number: str, forgotten: Forgotten) -> list[str]:
    """Say what was erased, what is kept, and what is left to do."""
    requests = "1 request" if forgotten.requests == 1 else f"{forgotten.requests} requests"
    erased = (
        f"Erased: the number in these; {forgotten.sealed} sealed rows with numbers, texts and keys pressed; "
        f"{forgotten.confirmations} confirmations."
    )
    sentences = [f"{number} was in {requests}.", erased, _KEPT]
    if forgotten.in_progress:
        sentences.append(
            f"Calls not ended: {forgotten.in_progress}. Replies still due to them hang up, and what is still reported "
            "of them is kept without numbers, words and keys pressed."
        )
    return sentences
