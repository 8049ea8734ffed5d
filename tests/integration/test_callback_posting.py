"""Applications that answer callbacks badly: none of them holds time up, fills the memory, or ends the driver."""

import gzip

import anyio
import pytest

from sinch_voice_mcp.app.loopback import LoopbackTransport
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import CallbackRequest, create_sandbox
from sinch_voice_mcp.types import MAX_BODY_BYTES
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.fault_server import Endless, Fault, FaultServer, Reply, Silence, Stalled, Trickle

OWN = "+14155550100"
COMPRESSED = (("content-type", "application/json"), ("content-encoding", "gzip"))


@pytest.mark.parametrize(
    "fault",
    [
        Silence(),
        Stalled(Reply(body=b"{}")),
        # Each byte comes in time; the whole response never does.
        Trickle(Reply(body=b" " * 100_000), pause=0.01),
        Endless(),
        Reply(body=b" " * (MAX_BODY_BYTES + 1)),
        Reply(body=gzip.compress(b" " * 1_000), headers=COMPRESSED),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_response_that_never_ends_or_is_too_long_counts_as_none(fault: Fault) -> None:
    transport = LoopbackTransport()
    async with FaultServer(fault) as server, transport.connected(None):
        with anyio.fail_after(10):
            assert await transport(CallbackRequest(server.url, {}, b"{}", timeout_s=0.2)) is None
    assert [one.header("accept-encoding") for one in server.received] == ["identity"]


async def test_a_url_that_no_request_can_carry_fails_and_the_sandbox_continues() -> None:
    transport, clock = LoopbackTransport(), ManualClock()
    sandbox = create_sandbox(clock=clock, post=transport)
    async with transport.connected(None):
        for url in ("http://127.0.0.1:9/\ud800", "http://127.0.0.1:9/?\udfff", "http://127.0.0.1:9/#\ud800"):
            callout = CustomCallout(cli=OWN, ice=url)
            sandbox.engine.place(sandbox.credentials.key, CustomCalloutRequest(custom_callout=callout))
        await sandbox.settle()
    assert {call.reason for call in sandbox.engine.views()} == {"CALLBACKERROR"}
    assert len(sandbox.callbacks) == 3
