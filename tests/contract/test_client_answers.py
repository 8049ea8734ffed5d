"""Answers of the platform are read in every spelling that was observed, and never beyond a mebibyte."""

from datetime import UTC, datetime

import httpx2
import pytest

from sinch_voice_mcp.errors import UnavailableError
from sinch_voice_mcp.signing import Credentials
from tests.contract.client_requests import TTS, over, telling


async def test_the_id_of_a_callout_is_read(credentials: Credentials) -> None:
    async with over(telling({"callId": "1ce0ffee", "new": "member"}), credentials) as api:
        assert await api.place_callout(TTS) == "1ce0ffee"


async def test_a_call_is_read_as_the_platform_writes_it(credentials: Credentials) -> None:
    body = {
        "to": {"type": "Number", "endpoint": "+12025550123"},
        "domain": "pstn",
        "callId": "c",
        "duration": 14,
        "status": "FINAL",
        "result": "ANSWERED",
        "reason": "MANAGERHANGUP",
        "timestamp": "2024-06-06T17:36:00",
        "custom": "",
        "userRate": {"currencyId": "EUR", "amount": 0.1758},
        "debit": {"currencyId": "EUR", "amount": 0.0881},
    }
    async with over(telling(body), credentials) as api:
        call = await api.get_call("c")

    assert (call.status, call.result, call.reason, call.duration) == ("FINAL", "ANSWERED", "MANAGERHANGUP", 14)
    assert call.timestamp == datetime(2024, 6, 6, 17, 36, tzinfo=UTC)
    assert call.from_ is None
    assert call.to is not None
    assert (call.to.type, call.to.endpoint) == ("Number", "+12025550123")
    assert call.debit is not None
    assert (call.debit.currency_id, call.debit.amount) == ("EUR", 0.0881)


@pytest.mark.parametrize(
    ("member", "value", "attribute", "read"),
    [
        ("status", "ongoing", "status", "ONGOING"),
        ("result", "n/a", "result", "N/A"),
        ("reason", "SOMETHINGNEW", "reason", "SOMETHINGNEW"),
        ("duration", 12.0, "duration", 12),
        ("timestamp", "2024-06-06T17:36:00Z", "timestamp", datetime(2024, 6, 6, 17, 36, tzinfo=UTC)),
        ("timestamp", "2024-06-06T19:36:00.5+02:00", "timestamp", datetime(2024, 6, 6, 17, 36, 0, 500_000, tzinfo=UTC)),
        ("timestamp", "2024-06-06T17:36:00.1234567", "timestamp", datetime(2024, 6, 6, 17, 36, 0, 123_456, tzinfo=UTC)),
        ("custom", None, "custom", None),
        ("from", None, "from_", None),
        ("unheard", {"of": []}, "call_id", "c"),
    ],
)
async def test_a_call_is_read_in_every_observed_spelling(
    credentials: Credentials, member: str, value: object, attribute: str, read: object
) -> None:
    body = {"callId": "c", "status": "FINAL", member: value}
    async with over(telling(body), credentials) as api:
        assert getattr(await api.get_call("c"), attribute) == read


async def test_a_price_may_be_text(credentials: Credentials) -> None:
    body = {"callId": "c", "status": "FINAL", "debit": {"currencyId": "USD", "amount": "0.25"}}
    async with over(telling(body), credentials) as api:
        call = await api.get_call("c")

    assert call.debit is not None
    assert call.debit.amount == 0.25


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"callId":"c","status":"PAUSED"}', "ONGOING"),
        (b'{"callId":"c","status":"FINAL","duration":1e999}', "FINAL"),
        (b'{"callId":"c","status":"FINAL","duration":NaN}', "FINAL"),
        (b'{"callId":"c","status":"FINAL","timestamp":"yesterday"}', "FINAL"),
        (b'{"callId":"c","status":"FINAL","timestamp":"0001-01-01T00:00:00+14:00"}', "FINAL"),
    ],
)
async def test_a_call_with_an_unreadable_member_is_read_without_it(
    credentials: Credentials, body: bytes, status: str
) -> None:
    async with over(lambda _: httpx2.Response(200, content=body), credentials) as api:
        call = await api.get_call("c")

    assert (call.call_id, call.status, call.duration, call.timestamp) == ("c", status, 0, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"text"',
        b'{"callId":"c"}',
        b'{"status":"FINAL"}',
        b'{"callId":"c","status":"FINAL"',
        b"[" * 100_000,
        b'{"callId":"\xff","status":"FINAL"}',
    ],
)
async def test_an_unreadable_call_raises(credentials: Credentials, body: bytes) -> None:
    async with over(lambda _: httpx2.Response(200, content=body), credentials) as api:
        with pytest.raises(UnavailableError, match="unexpected body") as unreadable:
            await api.get_call("c")

    assert unreadable.value.status == 200
    assert unreadable.value.retry_safe


async def test_an_answer_of_one_mebibyte_is_read_and_one_byte_more_is_not(credentials: Credentials) -> None:
    def padded(size: int) -> bytes:
        start, end = b'{"callId":"c","status":"FINAL","custom":"', b'"}'
        return start + b"x" * (size - len(start) - len(end)) + end

    async with over(lambda _: httpx2.Response(200, content=padded(2**20)), credentials) as api:
        assert (await api.get_call("c")).call_id == "c"
    async with over(lambda _: httpx2.Response(200, content=padded(2**20 + 1)), credentials) as api:
        with pytest.raises(UnavailableError, match="larger than 1 MiB"):
            await api.get_call("c")


async def test_participants_are_read(credentials: Credentials) -> None:
    body = {
        "participants": [
            {"cli": "+12025550123", "id": "c", "duration": 35, "muted": True, "onhold": False},
            {"cli": "private", "id": "d", "duration": 0, "muted": False, "onhold": True, "more": 1},
        ]
    }
    async with over(telling(body), credentials) as api:
        first, second = await api.get_conference("room")

    assert (first.id, first.cli, first.duration, first.muted, first.onhold) == ("c", "+12025550123", 35, True, False)
    assert (second.id, second.onhold) == ("d", True)


async def test_numbers_are_read_in_every_spelling_of_the_key(credentials: Credentials) -> None:
    body = {
        "numbers": [
            {"number": "+14155550100", "applicationkey": "a", "capability": "voice"},
            {"number": "+14155550101", "applicationKey": "b", "capability": "sms"},
            {"number": "+14155550102", "application_key": "c", "capability": "voice"},
            {"number": "+14155550103", "capability": "voice"},
        ]
    }
    async with over(telling(body), credentials) as api:
        numbers = await api.list_numbers()

    assert [(number.number[-1], number.application_key) for number in numbers] == [
        ("0", "a"),
        ("1", "b"),
        ("2", "c"),
        ("3", None),
    ]


async def test_callback_urls_are_read_and_missing_ones_are_absent(credentials: Credentials) -> None:
    async with over(telling({"url": {"primary": "https://example.com/cb"}}), credentials) as api:
        urls = await api.get_callbacks("key")

    assert (urls.primary, urls.fallback) == ("https://example.com/cb", None)


@pytest.mark.parametrize("wrapper", ["number", "numberItem"])
async def test_a_queried_number_is_read_under_either_name(credentials: Credentials, wrapper: str) -> None:
    body = {
        "method": "numberItem",
        wrapper: {
            "countryId": "US",
            "numberType": "Mobile",
            "normalizedNumber": "+12025550123",
            "restricted": False,
            "rate": {"currencyId": "USD", "amount": 0.01},
        },
    }
    async with over(telling(body), credentials) as api:
        number = await api.query_number("+12025550123")

    assert (number.country_id, number.number_type, number.normalized_number) == ("US", "Mobile", "+12025550123")
    assert number.rate is not None
    assert number.rate.amount == 0.01
