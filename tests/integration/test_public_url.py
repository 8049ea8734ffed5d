"""The public URL of a server: its port and a slash at its end mean the same for every part."""

import pytest

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.app.http import receiver_for
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox
from tests.callers import Era, connected
from tests.contract.callbacks.delivery import IncomingRequest, deliver
from tests.platforms import Script
from tests.stage import UNSWEPT, rehearsed, settings_of

PUBLIC = "https://voice.example.com:8443/hooks"
BODY = b'{"event":"dice","callid":"a-call","timestamp":"2026-06-06T17:10:34Z","version":1}'


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (f"{PUBLIC}/callbacks/voice", True),
        (f"{PUBLIC}/callbacks/voice/", True),
        ("https://voice.example.com/hooks/callbacks/voice", True),
        ("https://voice.example.com:8444/hooks/callbacks/voice", False),
        ("https://other.example.com:8443/hooks/callbacks/voice", False),
        ("https://voice.example.com:8443@other.example.com/", False),
        ("https://voice.example.com:8443.other.example.com/", False),
    ],
)
async def test_set_callbacks_accepts_the_port_that_the_owner_wrote_in_the_public_url(
    sandbox: Sandbox, era: Era, url: str, *, allowed: bool
) -> None:
    given = rehearsed(SINCH_VOICE_PUBLIC_URL=PUBLIC, SINCH_VOICE_CALLBACK_HOSTS="voice.example.com")
    async with connected(given, era, sandbox=sandbox) as voice:
        if allowed:
            changed = await voice.ok("set_callbacks", primary=url)
            assert changed["now"]["untrusted"]["primary"] == url
        else:
            assert (await voice.fails("set_callbacks", primary=url))["rule"] == "callback_url"


@pytest.mark.parametrize("public", [PUBLIC, f"{PUBLIC}/", f"{PUBLIC}/callbacks/voice", f"{PUBLIC}/callbacks/voice/"])
@pytest.mark.parametrize(
    ("signed", "status"),
    [("/hooks/callbacks/voice", 200), ("/hooks/callbacks/voice/", 200), ("/callbacks/voice/", 200), ("/other", 401)],
)
async def test_a_slash_at_the_end_of_the_url_is_signed_with_it_behind_a_proxy_that_removes_the_prefix(
    public: str, signed: str, status: int
) -> None:
    given = settings_of(":memory:", {"PUBLIC_URL": public})
    async with open_app(given, transport=Script().transport, pace=UNSWEPT) as service:
        receiver = receiver_for(given, service, SystemClock())
        sent = IncomingRequest.signed(
            DEFAULT_CREDENTIALS, SystemClock().now(), BODY, path="/callbacks/voice/", signed_path=signed
        )
        assert (await deliver(receiver, sent)).status == status
