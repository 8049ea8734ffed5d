"""The receiver of the platform's callbacks: it verifies the raw bytes of a request before it reads anything else."""

from sinch_voice_mcp.callbacks.health import Counts, Skew
from sinch_voice_mcp.callbacks.probes import PROBE_HEADER, probe_request
from sinch_voice_mcp.callbacks.receiver import Limits, Receiver, RecordEvent, receiver
from sinch_voice_mcp.callbacks.verification import Network, Verifier
from sinch_voice_mcp.policy.cleaning import untrusted
from sinch_voice_mcp.types import CALLBACK_PATH as DEFAULT_PATH

__all__ = [
    "DEFAULT_PATH",
    "PROBE_HEADER",
    "Counts",
    "Limits",
    "Network",
    "Receiver",
    "RecordEvent",
    "Skew",
    "Verifier",
    "probe_request",
    "receiver",
    "untrusted",
]
