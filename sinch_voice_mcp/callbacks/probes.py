"""Probes: requests that this server signs like callbacks, to check that callbacks arrive and are accepted."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sinch_voice_mcp.signing import Credentials, Message, authorization, timestamp
from sinch_voice_mcp.types import JsonObject

PROBE_HEADER = "x-sinch-voice-probe"
"""The header that carries the nonce; the signed body contains it, too."""

_EVENT_NAME = "probe"
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def probe_request(credentials: Credentials, url: str, now: datetime, nonce: str) -> tuple[dict[str, str], bytes]:
    """Return the headers and body of a probe, to be sent with POST.

    Args:
        credentials: The application whose callbacks are to arrive.
        url: The application's callback URL.
        now: The current instant.
        nonce: 1 to 64 letters, digits, ``-`` and ``_``, which the response repeats.

    Raises:
        ValueError: The nonce has another form.
    """
    if _NONCE.fullmatch(nonce) is None:
        raise ValueError("a nonce is 1 to 64 letters, digits, - and _")
    stamp = timestamp(now)
    body = json.dumps({"event": _EVENT_NAME, "nonce": nonce, "timestamp": stamp}, separators=(",", ":")).encode()
    message = Message("POST", urlsplit(url).path or "/", "application/json", stamp, body)
    headers = {
        "content-type": message.content_type,
        "x-timestamp": stamp,
        "authorization": authorization(credentials, message),
        PROBE_HEADER: nonce,
    }
    return headers, body


def nonce_of(headers: Mapping[bytes, bytes], data: JsonObject) -> str | None:
    """Return the nonce of a verified request if it is a probe; None for everything else."""
    header = headers.get(PROBE_HEADER.encode())
    nonce = data.get("nonce")
    if header is None or data.get("event") != _EVENT_NAME or not isinstance(nonce, str):
        return None
    return nonce if _NONCE.fullmatch(nonce) and nonce.encode() == header else None
