"""The Voice API over HTTP, as an async library.

Call a phone and speak a text::

    async with VoiceClient(Credentials(key, secret), region="euc1") as voice:
        destination = NumberDestination(endpoint="+12025550123")
        callout = TtsCallout(destination=destination, cli="+14155550100", text="Hello.")
        call_id = await voice.place_callout(TtsCalloutRequest(tts_callout=callout))

A callout is never sent a second time once the platform may have seen it.
"""

from sinch_voice_mcp.client.hosts import REGIONS, Region, base_url
from sinch_voice_mcp.client.poster import Poster
from sinch_voice_mcp.client.requests import Authentication
from sinch_voice_mcp.client.simulator import SimulatorClient
from sinch_voice_mcp.client.transport import Timeouts
from sinch_voice_mcp.client.voice import VoiceClient

__all__ = ["REGIONS", "Authentication", "Poster", "Region", "SimulatorClient", "Timeouts", "VoiceClient", "base_url"]
