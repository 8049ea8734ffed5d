"""Tags of calls over HTTP: in `custom`, or in a header that this server's client sends to a sandbox only."""

from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.app import make_client
from sinch_voice_mcp.client import VoiceClient
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.types import TAG_HEADER
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.contract.openapi.sandbox_client import SandboxClient, body_of, callout


def tags(api: SandboxClient) -> list[str | None]:
    """The tags of all calls, oldest first."""
    return [call.tag for call in api.sandbox.engine.state().calls]


async def place(api: SandboxClient, header: str | None = None, **members: Any) -> httpx2.Response:
    headers = {} if header is None else {TAG_HEADER: header}
    return await api.send("POST", "/calling/v1/callouts", callout("ttsCallout", text="Hi", **members), headers=headers)


async def test_a_call_has_the_tag_of_the_header_or_else_of_custom() -> None:
    api = SandboxClient()
    await place(api)
    await place(api, custom="order 7 tag=ci-42")
    await place(api, "ci-43")
    await place(api, "ci-44", custom="tag=ci-42")
    assert tags(api) == [None, "ci-42", "ci-43", "ci-44"]


@pytest.mark.parametrize("header", ["", "two words", "x" * 65, "a,b"])
async def test_a_header_that_is_no_tag_is_rejected_and_places_nothing(header: str) -> None:
    api = SandboxClient()
    rejected = await place(api, header)
    error = body_of(rejected, "error")
    assert (rejected.status_code, error["errorCode"]) == (400, 40001)
    assert error["message"].startswith(f"The header `{TAG_HEADER}` is 1 to 64 ASCII letters")
    assert tags(api) == []


@pytest.mark.parametrize(
    ("url", "sent"),
    [("http://127.0.0.1:8021", "ci-42"), ("http://localhost", "ci-42"), ("https://voice.example.com", None)],
)
async def test_a_client_sends_its_tag_to_this_machine_only(url: str, sent: str | None) -> None:
    seen = list[str | None]()

    def respond(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get(TAG_HEADER))
        return httpx2.Response(200, json={"numbers": []})

    client = VoiceClient(
        DEFAULT_CREDENTIALS,
        calling_url=url,
        configuration_url=url,
        transport=httpx2.MockTransport(respond),
        tag="ci-42",
    )
    async with client:
        await client.list_numbers()
    assert seen == [sent]


async def test_the_setting_tags_the_calls_of_a_server() -> None:
    api = SandboxClient()
    settings = load({"SINCH_VOICE_SANDBOX_TAG": "ci-42"})
    destination = NumberDestination(endpoint="+12025550100")
    request = TtsCalloutRequest(tts_callout=TtsCallout(destination=destination, text="Hi", custom="token-1"))
    # The client signs with real time.
    api.wall.advance((SystemClock().now() - api.wall.now()).total_seconds())
    async with make_client(settings, sandbox=api.sandbox) as client:
        await client.place_callout(request)
    assert tags(api) == ["ci-42"]


def test_a_setting_that_is_no_tag_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="SINCH_VOICE_SANDBOX_TAG: must be 1 to 64 ASCII letters"):
        load({"SINCH_VOICE_SANDBOX_TAG": "two words"})
