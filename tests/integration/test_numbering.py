"""Numbers through the front door: new ranges, own numbers, calls to oneself, SIP, the order of refusals."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.settings import Settings, load
from tests.callers import Era, connected

OWN, REAL, NEW = "+14155550100", "+14045005000", "+14362342345"
SWEDE = "+46701740605"
EVENING = datetime(2026, 1, 7, 20, 30, tzinfo=UTC)
"""It is 21:30 in Sweden and afternoon in New York."""


class Platform:
    """Owns some numbers, names a country for every number, and accepts every callout."""

    def __init__(self, *own: str, country: str | None = "US") -> None:
        self.own, self.country = own, country
        self.posts = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.posts += 1
            return httpx2.Response(200, json={"callId": f"call-{self.posts}"})
        if request.url.path.endswith("/configuration/numbers"):
            key = DEFAULT_CREDENTIALS.key
            numbers = [{"number": one, "capability": "voice", "applicationkey": key} for one in self.own]
            return httpx2.Response(200, json={"numbers": numbers})
        if "/query/number/" in request.url.path:
            known = {"rate": {"currencyId": "USD", "amount": 0.02}, "restricted": False, "countryId": self.country}
            return httpx2.Response(200, json={"number": known})
        return httpx2.Response(404, json={"errorCode": 40400, "message": "no", "reference": "r"})


def live(**environ: str) -> Settings:
    return load(
        {
            "SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key,
            "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret,
            "SINCH_VOICE_BASE_URL": "http://127.0.0.1:9",
            "SINCH_VOICE_DATABASE_URL": ":memory:",
            "SINCH_VOICE_CALLING_HOURS": "any",
            "SINCH_VOICE_REPEAT_GAP_S": "unlimited",
            **{f"SINCH_VOICE_{name}": value for name, value in environ.items()},
        }
    )


def call(to: str = REAL, cli: str = OWN) -> dict[str, Any]:
    return {"to": to, "cli": cli, "text": "Hello"}


def to_sip(address: str) -> Mapping[str, Any]:
    return {"ice": {"action": {"name": "connectSip", "destination": {"endpoint": address}, "cli": OWN}}}


@pytest.mark.parametrize("setting", ["ALLOWED_NUMBERS", "TRUSTED_NUMBERS"])
async def test_a_listed_number_is_called_although_its_range_is_newer_than_metadata(era: Era, setting: str) -> None:
    platform = Platform(OWN)
    async with connected(live(**{setting: NEW}), era, transport=httpx2.MockTransport(platform)) as voice:
        placed = await voice.ok("place_tts_callout", **call(NEW))
        other = await voice.fails("place_tts_callout", **call("+14362342346"))

    assert placed["call_id"] == "call-1"
    assert (other["rule"], platform.posts) == ("e164_number", 1)
    assert "SINCH_VOICE_ALLOWED_NUMBERS" in other["how_to_change"]


async def test_the_region_of_an_own_number_that_metadata_does_not_know_comes_from_the_platform(era: Era) -> None:
    platform = Platform(NEW)
    async with connected(live(), era, transport=httpx2.MockTransport(platform)) as voice:
        placed = await voice.ok("place_tts_callout", **call(cli=NEW))
        refused = await voice.fails("place_tts_callout", **call(SWEDE, cli=NEW))

    assert placed["call_id"] == "call-1"
    assert "allowed regions: US, those of the account's own voice numbers." in refused["message"]


@pytest.mark.parametrize("country", [None, "SE", ""])
async def test_an_own_number_whose_region_is_not_known_is_named(era: Era, country: str | None) -> None:
    platform = Platform(NEW, "+46701740600", country=country)
    async with connected(live(), era, transport=httpx2.MockTransport(platform)) as voice:
        refused = await voice.fails("place_tts_callout", **call(cli=NEW))

    assert refused["rule"] == "number_region"
    assert f"allowed regions: SE, those of the account's own voice numbers without {NEW}" in refused["message"]
    assert platform.posts == 0


async def test_a_number_does_not_call_itself_but_another_own_number_may_be_called(era: Era) -> None:
    platform = Platform("+14045005001", REAL)
    mine = platform.own[0]
    async with connected(live(), era, transport=httpx2.MockTransport(platform)) as voice:
        refused = await voice.fails("place_tts_callout", **call(mine, cli="+1 (404) 500-5001"), dry_run=True)
        described = await voice.ok("query_number", number=REAL)
        placed = await voice.ok("place_tts_callout", **call(REAL, cli=mine))

    assert refused["rule"] == "self_call"
    assert "self_call" not in str(described)
    assert (placed["call_id"], platform.posts) == ("call-1", 1)


async def test_the_refusal_by_region_comes_before_the_one_by_hours(era: Era) -> None:
    platform = Platform(OWN)
    transport = httpx2.MockTransport(platform)
    async with connected(live(CALLING_HOURS="auto"), era, transport=transport, clock=ManualClock(EVENING)) as voice:
        refused = await voice.fails("place_tts_callout", **call(SWEDE))

    assert refused["rule"] == "number_region"
    assert "next_allowed_at" not in refused


async def test_calls_to_one_sip_address_have_the_limits_of_calls_to_one_number(era: Era) -> None:
    platform = Platform(OWN)
    settings = live(ALLOW_SIP="true", SIP_HOSTS="pbx.example.com,*.example.net")
    async with connected(settings, era, transport=httpx2.MockTransport(platform)) as voice:
        placed = await voice.ok("place_custom_callout", **to_sip("alice@pbx.example.com"))
        again = await voice.fails("place_custom_callout", **to_sip("sip:Alice@PBX.example.com:5060;transport=tls"))
        other = await voice.ok("place_custom_callout", **to_sip("bob@sip.example.net"))

    assert (placed["call_id"], other["call_id"], platform.posts) == ("call-1", "call-2", 2)
    assert again["rule"] == "repeat_in_flight"


async def test_a_number_behind_sip_is_counted_with_the_calls_to_the_number(era: Era) -> None:
    platform = Platform(OWN)
    settings = live(ALLOW_SIP="true", SIP_HOSTS="gw.example.com")
    async with connected(settings, era, transport=httpx2.MockTransport(platform)) as voice:
        await voice.ok("place_custom_callout", **to_sip(f"{REAL}@gw.example.com"))
        again = await voice.fails("place_tts_callout", **call(REAL))
        dear = await voice.fails("place_custom_callout", **to_sip("+19005551234@gw.example.com"))

    assert (again["rule"], dear["rule"], platform.posts) == ("repeat_in_flight", "number_type", 1)
