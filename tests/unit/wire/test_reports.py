"""What the platform reports in undocumented forms: what is needed is read, the rest is left out."""

from typing import Any

import pytest
from pydantic import ValidationError

from sinch_voice_mcp.wire.applications import OwnedNumber, QueriedNumber
from sinch_voice_mcp.wire.calls import Call, Participant

WHOLE: dict[str, Any] = {
    "callId": "c1",
    "status": "FINAL",
    "result": "ANSWERED",
    "reason": "CALLEEHANGUP",
    "from": {"type": "number", "endpoint": "+14155550100"},
    "duration": 7,
    "debit": {"currencyId": "USD", "amount": 0.5},
    "timestamp": "2026-01-05T12:00:00Z",
    "custom": "token",
}


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in {"callId", "status"}])
@pytest.mark.parametrize("value", [None, 5, "words", [], {}, {"amount": "many"}, True, 1e400])
def test_an_optional_member_in_any_form_never_hides_the_end_of_a_call(name: str, value: object) -> None:
    call = Call.read(WHOLE | {name: value})
    assert (call.call_id, call.status) == ("c1", "FINAL")
    others = {"reason", "result", "custom"} - {name}
    assert {other: getattr(call, other) for other in others} == {other: WHOLE[other] for other in others}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (7.9, 7),
        (None, 0),
        ("long", 0),
        (-1.5, 0),
        (14045005000, 0),
        ("14045005000", 0),
        (10**400, 0),
        (999_999, 999_999),
    ],
)
def test_a_duration_is_read_in_the_forms_of_a_number(value: object, seconds: int) -> None:
    assert Call.read(WHOLE | {"duration": value}).duration == seconds


def test_a_price_that_cannot_be_read_is_unknown_and_not_zero() -> None:
    assert Call.read(WHOLE | {"debit": {"currencyId": "USD", "amount": "many"}}).debit is None


@pytest.mark.parametrize("status", ["PARKED", "ongoing", ""])
def test_an_unknown_status_is_no_end(status: str) -> None:
    assert Call.read(WHOLE | {"status": status}).status == "ONGOING"


@pytest.mark.parametrize("broken", [{"callId": 5}, {"callId": None}, {"status": None}, {"status": 5}])
def test_without_what_is_needed_there_is_no_report(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Call.read(WHOLE | broken)


@pytest.mark.parametrize(
    ("value", "restricted"), [(True, True), (False, False), (None, False), ("no", True), (0, True)]
)
def test_a_restriction_that_cannot_be_read_counts_as_one(value: object, *, restricted: bool) -> None:
    found = QueriedNumber.read({"restricted": value, "countryId": 5, "rate": "dear"})
    assert (found.restricted, found.country_id, found.rate) == (restricted, None, None)


def test_participants_and_numbers_are_read_the_same_way() -> None:
    assert Participant.read({"id": "c1", "cli": 5, "duration": "x", "muted": "no"}) == Participant(id=WHOLE["callId"])
    assert OwnedNumber.read({"number": "+14155550100", "capability": 5, "applicationkey": []}) == OwnedNumber(
        number="+14155550100"
    )
