"""Makes clients for a base URL."""

from typing import Protocol

from sinch_voice_mcp.client import Timeouts, VoiceClient

DEFAULT_TIMEOUTS = Timeouts()


class Dial(Protocol):
    """Makes a client for a base URL; its delays take no real time and have half their full length."""

    def __call__(self, url: str, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> VoiceClient: ...
