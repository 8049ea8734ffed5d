"""Where calls and conferences are, on every engine."""

from dataclasses import replace

from sinch_voice_mcp.ports import EndReport, IncomingEvent, JournalEntry, Place, Replies, Reply
from sinch_voice_mcp.storage import Storage
from sinch_voice_mcp.storage.database import Commit, Rows, Statement, Transaction
from sinch_voice_mcp.types import CallId, Micros, Millis, PhoneNumber
from tests.contract.storage.claims import Asking
from tests.contract.storage.deciding import CONTINUE

EUROPE, BRAZIL = Place("euc1"), Place("sae1")
ANNA = PhoneNumber("+14045005000")


def _setting_region(region: str) -> Transaction[None]:
    yield (Statement("UPDATE calls SET region = :region", {"region": region}),)
    return Commit(None)


def _reading_rooms() -> Transaction[Rows]:
    (rows,) = yield (Statement("SELECT rooms FROM calls"),)
    return Commit(rows)


def rings(call_id: str, place: Place | None = None, number: PhoneNumber | None = None) -> IncomingEvent:
    """A call that comes in."""
    identity = f"the first event of {call_id}"
    return IncomingEvent(identity, CallId(call_id), None, "ice", Millis(1), {}, None, "+1404…00", number, place)


def ends(call_id: str) -> IncomingEvent:
    """The end of a call."""
    report = EndReport(12, Micros(30), "ANSWERED", "CALLEEHANGUP", CallId(call_id))
    return IncomingEvent(f"the end of {call_id}", CallId(call_id), None, "dice", Millis(2), {}, report=report)


def joining(entry: JournalEntry | None, replies: Replies) -> Reply:
    """Join a conference."""
    del entry, replies
    return Reply(CONTINUE, {}, joins="room of Anna")


def staying(entry: JournalEntry | None, replies: Replies) -> Reply:
    """Join none."""
    del entry, replies
    return Reply(CONTINUE, {})


async def test_a_call_is_where_its_first_event_says_at_every_server(storage: Storage, replica: Storage) -> None:
    await storage.events.record(rings("in-1", EUROPE), staying)
    moved = replace(rings("in-1", BRAZIL), identity="another event")
    await storage.events.record(moved, staying)
    for journal in (storage.journal, replica.journal):
        assert await journal.place_of_call(CallId("in-1")) == EUROPE
        entry = await journal.by_call_id(CallId("in-1"))
        assert entry is not None
        assert entry.place == EUROPE


async def test_a_call_without_a_place_is_at_the_usual_host_and_an_unknown_one_nowhere(storage: Storage) -> None:
    await storage.events.record(rings("in-1"), staying)
    assert await storage.journal.place_of_call(CallId("in-1")) == Place()
    assert await storage.journal.place_of_call(CallId("in-2")) is None
    assert await storage.journal.place_of_conference("room of Anna") is None


async def test_a_region_that_this_program_does_not_know_is_the_usual_host(storage: Storage) -> None:
    await storage.events.record(rings("in-1", EUROPE), staying)
    await storage.database.run(lambda: _setting_region("moon1"))
    assert await storage.journal.place_of_call(CallId("in-1")) == Place()


async def test_a_conference_is_where_its_newest_open_call_is(storage: Storage) -> None:
    for call_id, place in (("in-1", EUROPE), ("in-2", BRAZIL)):
        await storage.events.record(rings(call_id, place), joining)
        storage.journal.skew += 1
        assert await storage.journal.place_of_conference("room of Anna") == place
    assert await storage.journal.place_of_conference("room") is None
    await storage.events.record(ends("in-2"), staying)
    assert await storage.journal.place_of_conference("room of Anna") == EUROPE
    await storage.events.record(ends("in-1"), staying)
    assert await storage.journal.place_of_conference("room of Anna") is None


async def test_a_change_of_a_call_takes_it_into_conferences_one_after_the_other(storage: Storage) -> None:
    await storage.events.record(rings("in-1", EUROPE), joining)
    change = Asking(storage.journal, kind="prolong", subject=CallId("in-1")).made()
    change = replace(change, joins="second", place=EUROPE)
    await storage.journal.claim(change)
    assert await storage.journal.place_of_conference("second") == EUROPE
    assert await storage.journal.place_of_conference("room of Anna") == EUROPE
    await storage.events.record(ends("in-1"), staying)
    assert await storage.journal.place_of_conference("second") is None


async def test_the_name_of_a_conference_is_stored_as_a_hash_and_forgotten_with_the_caller(storage: Storage) -> None:
    await storage.events.record(rings("in-1", EUROPE, ANNA), joining)
    rows = await storage.database.read(_reading_rooms)
    assert [row["rooms"] for row in rows] == [storage.journal.room("room of Anna")]
    await storage.journal.forget(ANNA)
    assert await storage.journal.place_of_conference("room of Anna") is None
    assert [row["rooms"] for row in await storage.database.read(_reading_rooms)] == [None]
