"""Fixtures for tests of applications of the Sinch Voice API; pytest finds them once the package is installed."""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sinch_voice_mcp.testing import PhoneCall, VoiceSandbox


@pytest.fixture
def voice_sandbox() -> "Generator[VoiceSandbox]":
    """A simulated platform on a port of this machine, whose time stands still until the test moves it."""
    # Imported here, because pytest loads every plugin, and most tests of a project need no telephone.
    from sinch_voice_mcp.testing import running_sandbox

    with running_sandbox() as voice:
        yield voice


@pytest.fixture
def inbound_call(voice_sandbox: "VoiceSandbox") -> "Callable[..., PhoneCall]":
    """Let a call come in: the arguments are those of ``VoiceSandbox.receive``."""
    return voice_sandbox.receive
