"""The kill switch: people turn it, and so does this server where something looks very wrong."""

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import CallingStopped, Duplicate, EndReport, Granted, Outcome
from sinch_voice_mcp.storage import SqlJournal
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


@pytest.mark.parametrize(
    "between", [None, Outcome("lost", CallId("call-1")), EndReport(1, None, "ANSWERED", "HANGUP", CallId("call-1"))]
)
async def test_two_calls_for_one_request_stop_calling(journal: SqlJournal, between: Outcome | EndReport | None) -> None:
    call = await Asking(journal).call()
    await journal.record(call, Outcome("accepted", CallId("call-1")))
    if isinstance(between, Outcome):
        await journal.record(call, between)
    elif between is not None:
        await journal.settle(call, between)

    entry = await journal.record(call, Outcome("accepted", CallId("call-2")))

    assert entry.call_id == "call-1"
    switch = await journal.switch()
    assert switch is not None
    assert switch.reason == "one request led to two calls (call-1 and call-2)"


async def test_the_end_of_a_second_call_for_one_request_stops_calling(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    await journal.record(call, Outcome("accepted", CallId("call-1")))

    await journal.settle(call, EndReport(1, None, "ANSWERED", "HANGUP", CallId("call-2")))

    assert await journal.switch() is not None


async def test_two_reports_of_the_same_call_stop_nothing(journal: SqlJournal) -> None:
    call = await Asking(journal).call()
    for _ in range(2):
        await journal.record(call, Outcome("accepted", CallId("call-1")))
        await journal.settle(call, EndReport(1, None, "ANSWERED", "HANGUP", CallId("call-1")))

    assert await journal.switch() is None
