"""Fixtures of the client's contract tests: an application, a manual clock, and clients."""

import pytest

from sinch_voice_mcp.client import Timeouts, VoiceClient
from sinch_voice_mcp.clock import ManualClock, SkippingClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.dialing import DEFAULT_TIMEOUTS, Dial


@pytest.fixture
def credentials() -> Credentials:
    return Credentials("669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA==")


@pytest.fixture
def clock() -> ManualClock:
    return SkippingClock()


@pytest.fixture
def dial(credentials: Credentials, clock: ManualClock) -> Dial:
    def make(url: str, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> VoiceClient:
        return VoiceClient(
            credentials,
            calling_url=url,
            configuration_url=url,
            clock=clock,
            timeouts=timeouts,
            jitter=lambda: 0.0,
        )

    return make
