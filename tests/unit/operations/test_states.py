"""The states of a call: every word of the journal and of the platform has exactly one translation."""

from typing import get_args

import pytest

from sinch_voice_mcp.operations import endings, states
from sinch_voice_mcp.operations.boundary import timeline_row
from sinch_voice_mcp.operations.states import CallState
from sinch_voice_mcp.ports import EntryState
from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.wire.calls import Call, CallResult


@pytest.mark.parametrize(
    ("status", "result", "state"),
    [
        ("ONGOING", "N/A", "ringing"),
        ("ONGOING", "ANSWERED", "answered"),
        ("FINAL", "ANSWERED", "ended"),
        ("FINAL", "BUSY", "ended"),
        ("FINAL", "NOANSWER", "ended"),
        ("FINAL", "FAILED", "ended"),
    ],
)
def test_the_platforms_status_and_result_make_one_state(status: str, result: str, state: CallState) -> None:
    call = Call.read({"callId": "c1", "status": status, "result": result})
    assert states.state_of_call(call) == state


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("journal_state", get_args(EntryState))
def test_every_state_of_the_journal_is_found_by_the_filter_for_its_translation(
    journal_state: EntryState, *, answered: bool
) -> None:
    state = states.state_of_journal(journal_state, answered=answered)
    assert state in get_args(CallState)
    assert journal_state in states.journal_states(state)


def test_no_call_is_scheduled_yet() -> None:
    assert states.journal_states("scheduled") == ()


@pytest.mark.parametrize(
    ("answered", "detected", "entered", "who"),
    [
        (False, None, False, None),
        (False, "machine", False, None),
        (True, None, False, "unknown"),
        (True, "notsure", False, "unknown"),
        (True, "human", False, "human"),
        (True, "machine", False, "machine"),
        (True, "machine", True, "human"),
        (True, None, True, "human"),
    ],
)
def test_who_answered_is_human_machine_or_unknown_and_absent_before_an_answer(
    detected: str | None, who: str | None, *, answered: bool, entered: bool
) -> None:
    assert states.who_answered(answered=answered, detected=detected, entered=entered) == who


def test_every_result_and_reason_of_the_sandbox_is_explained() -> None:
    assert endings.RESULTS.keys() == set(get_args(CallResult))
    assert endings.REASONS.keys() >= set(get_args(EndReason))


@pytest.mark.parametrize(
    ("result", "reason", "words"),
    [
        ("ANSWERED", "CALLEEHANGUP", "the callee hung up"),
        ("ANSWERED", "MANAGERHANGUP", "the flow ended it after speaking, or a request ended it"),
        ("NOANSWER", "MANAGERHANGUP", "the flow or a request ended it before it was answered"),
        ("FAILED", "NOCREDITPARTNER", "the account has no credit: top it up in the dashboard"),
        ("BUSY", "CANCEL", "the line was busy"),
        ("NOANSWER", "TIMEOUT", "it rang until its time limit"),
        ("ANSWERED", "TIMEOUT", "its time limit was reached"),
        ("NOANSWER", "N/A", "not answered"),
        ("FAILED", "SOMETHINGNEW", "the platform gave a reason that this server does not know"),
    ],
)
def test_an_ending_is_described_in_plain_words(result: str, reason: str, words: str) -> None:
    assert endings.why(result, reason) == words


def test_a_timeline_row_shows_no_internal_instant() -> None:
    ours = {"at_ms": 1, "event": "placed", "kind": "ttsCallout", "number": "+1202…00"}
    assert timeline_row(ours) == {"event": "placed", "kind": "ttsCallout", "number": "+1202…00"}
