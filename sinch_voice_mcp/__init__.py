"""Place, steer, understand and prototype phone calls through the Sinch Voice API.

``VoiceClient`` is the typed client of the API; ``Credentials`` what it signs with; ``VoiceError`` what it raises.
"""

from sinch_voice_mcp.client import VoiceClient
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.version import __version__

__all__ = ["Credentials", "VoiceClient", "VoiceError", "__version__"]
