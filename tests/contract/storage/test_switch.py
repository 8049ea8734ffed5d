"""The kill switch: people turn it, and so does this server where something looks very wrong."""

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import CallingStopped, Duplicate, EndReport, Granted, Outcome
from sinch_voice_mcp.storage import SqlJournal, Storage
from sinch_voice_mcp.storage.database import one
from sinch_voice_mcp.types import CallId, Token
from tests.contract.storage.claims import Asking, events


async def test_after_a_stop_nothing_is_claimed_until_calling_is_resumed(journal: SqlJournal) -> None:
    asking = Asking(journal)
    stopped = await journal.stop("too many complaints", "owner")

    assert stopped == CallingStopped(journal.now(), "too many complaints", "owner")
    assert await asking.asked() == stopped
    assert await journal.switch() == stopped

    assert await journal.resume("owner")
    assert await journal.switch() is None
    assert await asking.asked() == Granted()
    assert await events(journal) == ["stopped", "resumed", "claim"]


async def test_stopping_and_resuming_twice_is_like_once(journal: SqlJournal, clock: ManualClock) -> None:
    assert not await journal.resume("owner")
    first = await journal.stop("first", "owner")
    clock.advance(1)

    assert await journal.stop("second", "assistant") == first

    assert await journal.resume("owner")
    assert not await journal.resume("owner")
    assert await events(journal) == ["stopped", "resumed"]


async def test_a_request_that_was_made_before_the_stop_is_still_answered(journal: SqlJournal) -> None:
    asking = Asking(journal)
    await asking.call("key")
    await journal.stop("enough", "owner")

    assert isinstance(await asking.asked("key"), Duplicate)


async def test_what_was_claimed_before_a_stop_can_still_be_recorded_and_settled(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    await journal.stop("enough", "owner")

    await journal.record(call, Outcome("accepted", CallId("call-1")))
    await journal.settle(call, EndReport(1, None, "ANSWERED", "HANGUP"))

    assert await events(journal) == ["claim", "stopped", "accepted", "ended"]


async def unknowns(journal: SqlJournal, many: int) -> list[Token]:
    calls = [await Asking(journal).call() for _ in range(many)]
    for call in calls:
        await journal.record(call, Outcome("unknown"), max_unknown=3)
    return calls


async def test_several_unknown_outcomes_within_ten_minutes_stop_calling(journal: SqlJournal) -> None:
    await unknowns(journal, 2)
    assert await journal.switch() is None

    await unknowns(journal, 1)

    switch = await journal.switch()
    assert switch is not None
    assert switch.reason == "3 callouts with an unknown outcome within ten minutes"
    assert (await events(journal))[-1] == "stopped"


async def test_unknown_outcomes_older_than_ten_minutes_are_not_counted(journal: SqlJournal, clock: ManualClock) -> None:
    await unknowns(journal, 2)
    clock.advance(600)

    await unknowns(journal, 2)

    assert await journal.switch() is None


async def test_unknown_outcomes_from_before_a_resume_are_not_counted(journal: SqlJournal, clock: ManualClock) -> None:
    await unknowns(journal, 3)
    clock.advance(1)
    await journal.resume("owner")
    clock.advance(1)

    await unknowns(journal, 2)
    assert await journal.switch() is None

    await unknowns(journal, 1)
    assert await journal.switch() is not None


async def test_an_unknown_outcome_that_became_certain_is_not_counted(journal: SqlJournal) -> None:
    calls = await unknowns(journal, 2)
    await journal.record(calls[0], Outcome("accepted", CallId("call-1")))

    await unknowns(journal, 1)

    assert await journal.switch() is None


async def test_without_a_limit_unknown_outcomes_stop_nothing(journal: SqlJournal) -> None:
    for call in [await Asking(journal).call() for _ in range(5)]:
        await journal.record(call, Outcome("unknown"))

    assert await journal.switch() is None


FIRST = Outcome("accepted", CallId("call-1"), answered=True)
SECOND = Outcome("accepted", CallId("call-2"), answered=True)


@pytest.mark.parametrize(
    "between", [None, Outcome("lost", CallId("call-1")), EndReport(1, None, "ANSWERED", "HANGUP", CallId("call-1"))]
)
async def test_two_answers_of_the_platform_with_two_calls_for_one_request_stop_calling(
    journal: SqlJournal, between: Outcome | EndReport | None
) -> None:
    call = await Asking(journal).call()
    await journal.record(call, FIRST)
    if isinstance(between, Outcome):
        await journal.record(call, between)
    elif between is not None:
        await journal.settle(call, between)

    entry = await journal.record(call, SECOND)

    assert entry.call_id == "call-1"
    switch = await journal.switch()
    assert switch is not None
    assert switch.reason == "one request led to two calls (call-1 and call-2)"


async def test_another_call_with_a_requests_token_is_an_alert_and_stops_nothing(
    journal: SqlJournal, caplog: pytest.LogCaptureFixture
) -> None:
    call = await Asking(journal).call()
    await journal.record(call, FIRST)

    entry = await journal.record(call, Outcome("accepted", CallId("stranger")))
    await journal.settle(call, EndReport(1, None, "ANSWERED", "HANGUP", CallId("stranger")))

    assert (entry.call_id, await journal.switch()) == ("call-1", None)
    kept = await journal.entry(call)
    assert kept is not None
    assert (kept.state, kept.call_id) == ("accepted", "call-1")
    assert await events(journal) == ["claim", "accepted", "alert", "alert"]
    assert "call `stranger` carries the token of the request for call `call-1`" in caplog.text


async def test_the_platforms_answer_overrides_a_call_id_that_an_event_gave(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    await journal.record(call, Outcome("accepted", CallId("stranger")))

    entry = await journal.record(call, FIRST)

    assert (entry.call_id, await journal.switch()) == ("call-1", None)
    assert (await journal.by_call_id(CallId("call-1"))) is not None
    (alert,) = [row for row in await journal.audit() if row.event == "alert"]
    assert alert.details["call_id"] == "stranger"


async def test_hanging_up_is_stored_with_the_stop_can_be_added_and_ends_with_it(journal: SqlJournal) -> None:
    assert not (await journal.stop("first", "owner")).hang_up
    added = await journal.stop("second", "assistant", hang_up=True)
    assert (added.reason, added.by, added.hang_up) == ("first", "owner", True)
    # A third stop adds nothing, and takes nothing back.
    assert (await journal.stop("third", "owner")).hang_up
    assert (await journal.stop("third", "owner", hang_up=True)).hang_up

    await journal.resume("owner")
    assert not (await journal.stop("fourth", "owner")).hang_up
    assert await events(journal) == ["stopped", "stopped", "resumed", "stopped"]


async def test_a_resume_by_an_older_program_ends_the_hanging_up_too(
    storage: Storage, journal: SqlJournal, clock: ManualClock
) -> None:
    await journal.stop("first", "owner", hang_up=True)
    clock.advance(1)
    older = "UPDATE gate SET stopped_at = NULL, reason = NULL, stopped_by = NULL, resumed_at = 1 WHERE id = 1"
    await storage.database.run(lambda: one(older))
    clock.advance(1)

    assert not (await journal.stop("second", "owner")).hang_up
    assert (await journal.stop("third", "owner", hang_up=True)).hang_up


async def test_a_change_is_recorded_before_it_is_made_and_none_begins_after_a_stop(journal: SqlJournal) -> None:
    assert await journal.begin_change(Token("t1"), {"tool": "set_callbacks"}) is None
    stopped = await journal.stop("enough", "owner")

    assert await journal.begin_change(Token("t2"), {"tool": "set_callbacks"}) == stopped

    assert [(row.event, row.token) for row in await journal.audit()] == [("change", "t1"), ("stopped", None)]


async def test_pages_reach_the_oldest_request_however_many_are_newer(journal: SqlJournal, clock: ManualClock) -> None:
    calls = list[Token]()
    for number in range(7):
        calls.append(await Asking(journal).call())
        # Some are claimed within the same millisecond.
        clock.advance(number % 2)
    await journal.record(calls[3], FIRST)
    found, last = list[Token](), None
    while page := await journal.page(("pending",), after=last, limit=2):
        found += [entry.token for entry in page]
        last = page[-1]
    assert sorted(found) == sorted(set(calls) - {calls[3]})
    assert [entry.token for entry in await journal.page(("accepted",))] == [calls[3]]


async def test_two_reports_of_the_same_call_stop_nothing(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    for _ in range(2):
        await journal.record(call, Outcome("accepted", CallId("call-1")))
        await journal.settle(call, EndReport(1, None, "ANSWERED", "HANGUP", CallId("call-1")))

    assert await journal.switch() is None
