"""What the tests of the receiver share."""

import pytest

from sinch_voice_mcp.callbacks import Receiver, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.callbacks.delivery import Ear


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def door(ear: Ear, credentials: Credentials, clock: ManualClock) -> Receiver:
    return receiver(ear, [credentials], clock)
