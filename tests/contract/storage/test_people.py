"""What is known of people is sealed, given back to the servers with the secret, and deleted when its term is over."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import EndReport, EntryState, Forgotten, IncomingEvent, Outcome
from sinch_voice_mcp.storage import Storage, Terms, open_storage
from sinch_voice_mcp.storage.database import Commit, Statement, Transaction
from sinch_voice_mcp.storage.sealing import Seal
from sinch_voice_mcp.types import CallId, Millis, PhoneNumber, Token
from tests.contract.storage.claims import DAY, Asking, counted
from tests.contract.storage.deciding import CONTINUE, HANG_UP, Deciding
from tests.recorded import tables_of

ANNA, BERIT = PhoneNumber("+14045005000"), PhoneNumber("+14045005001")
SAYS = '{"instructions":[{"name":"say","text":"Hello Anna"}],"action":{"name":"hangup"}}'
PRESSED = {"type": "return", "untrusted": {"input": "90#44"}}
ENDED = EndReport(12, None, "ANSWERED", "CALLEEHANGUP")
TERMS = Terms(events=30, replies=1, calls=400)


@asynccontextmanager
async def storage_under(url: str, clock: ManualClock, secret: bytes | None) -> AsyncGenerator[Storage]:
    async with open_storage(url, clock, own_time=True, secret=secret, terms=TERMS) as opened:
        yield opened


async def called(storage: Storage, number: PhoneNumber, call_id: str | None = None, **more: object) -> Token:
    """Claim a call to a number, and record its ID."""
    asking = Asking(storage.journal, destinations=(storage.journal.hashed(number),))
    claim = replace(asking.made(), numbers=(number,), **more)
    assert type(await storage.journal.claim(claim)).__name__ == "Granted"
    if call_id is not None:
        await storage.journal.record(claim.token, Outcome("accepted", CallId(call_id)))
    return claim.token


def pressed(identity: str, call_id: str) -> IncomingEvent:
    return IncomingEvent(identity, CallId(call_id), None, "pie", Millis(1_000), dict(PRESSED))


def incoming(identity: str, call_id: str, number: PhoneNumber | None) -> IncomingEvent:
    return IncomingEvent(identity, CallId(call_id), None, "ice", None, {}, caller="+1404…00", number=number)


async def run(storage: Storage, *statements: Statement) -> None:
    """Bypass the program."""

    def writing() -> Transaction[None]:
        yield statements
        return Commit(None)

    await storage.database.run(writing)


def test_a_seal_opens_for_its_own_row_under_its_own_secret_only() -> None:
    seal, other = Seal(b"one"), Seal(b"two")
    sealed = seal.close("call:1", {"numbers": [ANNA]})
    assert seal.open("call:1", sealed) == {"numbers": [ANNA]}
    assert seal.close("call:1", {"numbers": [ANNA]}) != sealed
    assert other.open("call:1", sealed) is None
    assert seal.open("call:2", sealed) is None
    for broken in ("", "x", sealed[:-4], sealed.swapcase(), "…"):
        assert seal.open("call:1", broken) is None
    assert seal.digest("a") == seal.digest("a") != other.digest("a")


async def test_an_entry_has_its_numbers_and_conference_at_every_server(storage: Storage, replica: Storage) -> None:
    token = await called(storage, ANNA, "c1", conference="Anna's room")
    for one in (storage, replica):
        entry = await one.journal.entry(token)
        assert entry is not None
        assert (entry.numbers, entry.conference, entry.unreadable) == ((ANNA,), "Anna's room", False)
        assert await one.journal.by_call_id(CallId("c1")) == entry
        assert await one.journal.entries(limit=9) == [entry]


async def test_requests_and_incoming_calls_are_found_by_number(storage: Storage, clock: ManualClock) -> None:
    token = await called(storage, ANNA, "c1")
    await called(storage, BERIT, "c2")
    clock.advance(1)
    await storage.events.record(incoming("i1", "in-1", ANNA), Deciding())
    await storage.events.record(incoming("i2", "in-2", None), Deciding())
    found = await storage.journal.entries(limit=9, number=ANNA)
    assert [entry.call_id for entry in found] == ["in-1", "c1"]
    assert found[1].token == token
    assert {entry.numbers for entry in found} == {(ANNA,)}
    assert await storage.journal.entries(limit=9, number=ANNA, inbound=True) == found[:1]


async def test_more_entries_than_one_statement_can_name_are_completed(storage: Storage) -> None:
    for _ in range(501):
        await called(storage, ANNA)
    entries = await storage.journal.entries(limit=1_000)
    assert [entry.numbers for entry in entries] == [(ANNA,)] * 501


async def test_what_was_said_and_replied_is_given_back_to_servers_with_the_secret(
    database_url: str, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with storage_under(database_url, clock, b"one") as storage:
        token = await called(storage, ANNA, "c1")
        await storage.events.save_replies(token, {"ace": SAYS, "pie": HANG_UP})
        decide = Deciding(SAYS)
        assert await storage.events.record(pressed("e1", "c1"), decide) == SAYS
        assert decide.asked[0][1] == {"ace": SAYS, "pie": HANG_UP}
        assert await storage.events.record(pressed("e1", "c1"), Deciding(CONTINUE)) == SAYS
        (event,) = await storage.events.events(CallId("c1"))
        assert event.details == PRESSED
    async with storage_under(database_url, clock, b"two") as other:
        assert await other.events.record(pressed("e1", "c1"), Deciding(CONTINUE)) == CONTINUE
        decide = Deciding(CONTINUE)
        await other.events.record(pressed("e2", "c1"), decide)
        assert decide.asked[0][1] == {"ace": HANG_UP, "pie": HANG_UP}
        assert "sealed under another secret" in caplog.text
    tables = tables_of(database_url)
    assert "90#44" not in str(tables | {"people": [], "audit": []})
    assert "Anna" not in str(tables)


@pytest.mark.parametrize("state", ["accepted", "ended"])
async def test_events_are_deleted_after_their_term_but_not_those_of_an_open_call(
    database_url: str, clock: ManualClock, state: EntryState
) -> None:
    async with storage_under(database_url, clock, b"one") as storage:
        token = await called(storage, ANNA, "c1")
        for number in range(3):
            await storage.events.record(pressed(f"e{number}", "c1"), Deciding(SAYS))
        if state == "ended":
            await storage.journal.settle(token, ENDED)
        clock.advance(30 * DAY / 1000 - 1)
        await storage.journal.prune()
        assert [event.details for event in await storage.events.events(CallId("c1"))] == [PRESSED] * 3
        clock.advance(2)
        await storage.journal.prune()
        details = [event.details for event in await storage.events.events(CallId("c1"))]
        # The newest stays without what was said, so that numbers of events never come again.
        assert details == ([PRESSED] * 3 if state == "accepted" else [{"type": "return"}])
        assert await storage.events.has_events()
        await storage.events.record(pressed("next", "c1"), Deciding())
        assert (await storage.events.events(CallId("c1")))[-1].seq == 4


async def test_replies_are_deleted_after_their_term_once_the_call_has_ended(
    database_url: str, clock: ManualClock
) -> None:
    async with storage_under(database_url, clock, b"one") as storage:
        token = await called(storage, ANNA, "c1")
        await storage.events.save_replies(token, {"ace": SAYS})
        clock.advance(2 * DAY / 1000)
        await storage.journal.prune()
        assert await counted(storage, "replies") == 1
        await storage.journal.settle(token, ENDED)
        await storage.journal.prune()
        assert await counted(storage, "replies") == 0
        assert [row["kind"] for row in tables_of(database_url)["people"]] == ["call"]


async def test_calls_are_deleted_after_their_term_but_not_while_open_or_named_by_a_key(
    database_url: str, clock: ManualClock
) -> None:
    async with storage_under(database_url, clock, b"one") as storage:
        ended, opened = await called(storage, ANNA, "c1"), await called(storage, ANNA, "c2")
        keyed = await called(storage, ANNA)
        await storage.journal.settle(ended, ENDED)
        await storage.journal.record(keyed, Outcome("lost", error={"code": "x", "message": "about Anna"}))
        await run(
            storage, Statement("UPDATE keys SET until = :until WHERE call = :call", {"until": 2**52, "call": keyed})
        )
        clock.advance(399 * DAY / 1000)
        await storage.journal.prune()
        assert await counted(storage, "calls") == 3
        clock.advance(2 * DAY / 1000)
        await storage.journal.prune()
        left = {entry.token for entry in await storage.journal.entries(limit=9)}
        assert left == {opened, keyed}
        assert {row["call"] for row in tables_of(database_url)["people"]} == {opened, keyed}


async def test_unlimited_terms_delete_nothing(database_url: str, clock: ManualClock) -> None:
    async with open_storage(database_url, clock, own_time=True, secret=b"one", terms=Terms()) as storage:
        token = await called(storage, ANNA, "c1")
        await storage.events.save_replies(token, {"ace": SAYS})
        await storage.events.record(pressed("e1", "c1"), Deciding(SAYS))
        await storage.journal.settle(token, ENDED)
        clock.advance(10_000 * DAY / 1000)
        await storage.journal.prune()
        assert [await counted(storage, table) for table in ("calls", "events", "replies", "people")] == [1, 1, 1, 3]


EARLIER = {
    "events": {"digest": "e1", "details": json.dumps(PRESSED), "reply": SAYS},
    "replies": {"document": SAYS},
    "calls": {"conference": "Anna's room", "error": json.dumps({"code": "rejected", "message": "Anna is barred"})},
}
"""What an earlier version stored, by table and column."""


async def as_an_earlier_version(storage: Storage) -> Token:
    """Write a call, its event and its reply as an earlier version did."""
    token = await called(storage, ANNA, "c1")
    await storage.events.save_replies(token, {"ace": SAYS})
    await storage.events.record(pressed("e1", "c1"), Deciding(SAYS))
    stored = [
        Statement(f"UPDATE {table} SET {column} = :value", {"value": value})  # noqa: S608 - a test's own words
        for table, columns in EARLIER.items()
        for column, value in columns.items()
    ]
    await run(storage, Statement("DELETE FROM people"), *stored)
    return token


async def test_what_an_earlier_version_stored_is_sealed_when_a_server_opens_the_journal(
    database_url: str, clock: ManualClock
) -> None:
    async with storage_under(database_url, clock, None) as storage:
        token = await as_an_earlier_version(storage)
    # A command without the secret reads it as it is, and leaves it.
    async with storage_under(database_url, clock, None) as storage:
        assert "Anna's room" in str(tables_of(database_url)["calls"])
        before = await storage.journal.entry(token), await storage.events.events(CallId("c1"))
    for _ in range(2):
        async with storage_under(database_url, clock, b"one") as storage:
            assert "Anna" not in str(tables_of(database_url))
            assert "90#44" not in str(tables_of(database_url)["events"])
            assert (await storage.journal.entry(token), await storage.events.events(CallId("c1"))) == before
            # The same event again, and another one.
            assert await storage.events.record(pressed("e1", "c1"), Deciding(CONTINUE)) == SAYS
    async with storage_under(database_url, clock, b"one") as storage:
        decide = Deciding(CONTINUE)
        await storage.events.record(pressed("e2", "c1"), decide)
        assert decide.asked[0][1] == {"ace": SAYS}


async def test_forget_erases_what_an_earlier_version_stored_without_the_secret(
    database_url: str, clock: ManualClock
) -> None:
    async with storage_under(database_url, clock, None) as storage:
        await as_an_earlier_version(storage)
        assert await storage.journal.forget(ANNA) == Forgotten(1, 0, 0, 1)
        assert "Anna" not in str(tables_of(database_url))
        assert "90#44" not in str(tables_of(database_url))
        assert await storage.events.record(pressed("e1", "c1"), Deciding(CONTINUE)) == HANG_UP


async def test_no_row_of_the_audit_log_has_a_whole_number(storage: Storage) -> None:
    # Whatever an entrance lets through is masked where rows are written.
    await storage.journal.note(
        "noted",
        {"text": "call +1 (404) 500-5000", "list": ["404.500.5000"], "call_id": "14045005000", "amount": 14045005000},
    )
    await storage.journal.stop("Anna, 404 500 5000", f"shell of {ANNA}")
    noted, stopped = await storage.journal.audit()
    assert noted.details == {"text": "call +1404…00", "list": ["40450…00"], "call_id": "14045…00", "amount": "14045…00"}
    assert stopped.details == {"reason": "Anna, 40450…00", "by": "shell of +1404…00"}
    switch = await storage.journal.switch()
    assert switch is not None
    assert (switch.reason, switch.by) == ("Anna, 40450…00", "shell of +1404…00")
    assert await storage.journal.verify() == (2, None)
