"""How a call can end, in the platform's words."""

from typing import Literal

Result = Literal["N/A", "ANSWERED", "BUSY", "NOANSWER", "FAILED"]
"""Outcome of a call; ``N/A`` until it is answered or over."""

Reason = Literal[
    "N/A",
    "TIMEOUT",
    "CALLERHANGUP",
    "CALLEEHANGUP",
    "MANAGERHANGUP",
    "BLOCKED",
    "NOCREDITPARTNER",
    "CANCEL",
    "CONGESTION",
    "USERNOTFOUND",
    "CALLBACKERROR",
    "GENERALERROR",
    "INVALIDSVAMLACTION",
]
"""Why a call ended; ``N/A`` while it lasts."""
