"""Fixtures of the receiver's tests: an event recorder, and a receiver that records with it."""

import pytest

from sinch_voice_mcp.callbacks import Receiver, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.callbacks.delivery import EventRecorder


@pytest.fixture
def recorder() -> EventRecorder:
    return EventRecorder()


@pytest.fixture
def app(recorder: EventRecorder, credentials: Credentials, clock: ManualClock) -> Receiver:
    return receiver(recorder, [credentials], clock)
