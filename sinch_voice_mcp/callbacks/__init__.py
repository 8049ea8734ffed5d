"""The receiver of the platform's callbacks: who sent it is checked on its raw bytes before anything is read."""

from sinch_voice_mcp.callbacks.health import Counts, Skew
from sinch_voice_mcp.callbacks.probing import PROBE_HEADER, probe_request
from sinch_voice_mcp.callbacks.receiver import DEFAULT_PATH, Hear, Limits, Receiver, receiver
from sinch_voice_mcp.callbacks.verifying import Network, Verifier
from sinch_voice_mcp.policy.cleaning import untrusted

__all__ = [
    "DEFAULT_PATH",
    "PROBE_HEADER",
    "Counts",
    "Hear",
    "Limits",
    "Network",
    "Receiver",
    "Skew",
    "Verifier",
    "probe_request",
    "receiver",
    "untrusted",
]
