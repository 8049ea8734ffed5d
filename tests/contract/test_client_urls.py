"""Which hosts requests go to, and which base URLs and credentials are refused."""

from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.client import REGIONS, Region, VoiceClient
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.signing import Credentials
from tests.contract.client_requests import ANYTHING, over


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("global", "calling.api.sinch.com"),
        ("use1", "calling-use1.api.sinch.com"),
        ("euc1", "calling-euc1.api.sinch.com"),
        ("sae1", "calling-sae1.api.sinch.com"),
        ("apse1", "calling-apse1.api.sinch.com"),
        ("apse2", "calling-apse2.api.sinch.com"),
    ],
)
async def test_calls_go_to_the_region_and_numbers_to_the_one_configuration_host(
    credentials: Credentials, region: Region, host: str
) -> None:
    urls: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        urls.append(str(request.url))
        return httpx2.Response(200, content=ANYTHING)

    async with over(answer, credentials, region=region) as api:
        await api.get_call("c")
        await api.get_conference("r")
        await api.get_callbacks("k")
        await api.query_number("+12025550123")

    assert urls == [
        f"https://{host}/calling/v1/calls/id/c",
        f"https://{host}/calling/v1/conferences/id/r",
        "https://callingapi.sinch.com/v1/configuration/callbacks/applications/k",
        "https://callingapi.sinch.com/v1/calling/query/number/%2B12025550123",
    ]
    assert REGIONS[region] == f"https://{host}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "calling.api.sinch.com",
        "/calling",
        "ftp://calling.api.sinch.com",
        "http://calling.api.sinch.com",
        "http://127.0.0.1.example.com",
        "http://127.1",
        "http://10.0.0.1",
        "http://[::2]",
        "https://",
        "https://user:word@calling.api.sinch.com",
        "https://calling.api.sinch.com/?a=b",
        "https://calling.api.sinch.com/?",
        "https://calling.api.sinch.com/#a",
        "https://calling.api.sinch.com:0",
        "https://calling.api.sinch.com:65536",
        "https://calling.api.sinch.com:port",
        "https://calling..api.sinch.com",
        f"https://{'x' * 64}.sinch.com",
        "https://256.0.0.1",
        "https://calling.api.sinch.com/\n",
    ],
)
@pytest.mark.parametrize("setting", ["calling_url", "configuration_url"])
def test_an_unsafe_or_invalid_base_url_is_rejected_by_name(credentials: Credentials, setting: str, url: str) -> None:
    urls: dict[str, str] = {setting: url}
    with pytest.raises(ConfigurationError) as refused:
        VoiceClient(
            credentials,
            calling_url=urls.get("calling_url"),
            configuration_url=urls.get("configuration_url"),
        )

    assert refused.value.field == setting
    assert "word" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://127.1.2.3", "http://localhost/x", "http://[::1]:1", "https://example.com/"]
)
def test_https_anywhere_and_http_to_this_machine_are_allowed(credentials: Credentials, url: str) -> None:
    VoiceClient(credentials, calling_url=url, configuration_url=url)


def test_an_unknown_region_is_rejected(credentials: Credentials) -> None:
    region: Any = "mars1"
    with pytest.raises(ConfigurationError, match="mars1") as refused:
        VoiceClient(credentials, region=region)

    assert refused.value.field == "region"


def test_a_key_that_a_header_cannot_carry_is_rejected() -> None:
    with pytest.raises(ConfigurationError) as refused:
        VoiceClient(Credentials("ключ", "YXBwU2VjcmV0"))

    assert refused.value.field == "key"
