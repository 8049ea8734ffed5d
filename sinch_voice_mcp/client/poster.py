"""Post a callback: once, to one URL, without following redirects."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import anyio
import httpx2

from sinch_voice_mcp.types import MAX_BODY_BYTES

# A compressed body can be a thousand times as long as what is received, so none is asked for, and none is read.
_PLAIN = "identity"


class Poster:
    """Posts bytes and returns the response.

    Args:
        transport: Carries HTTP instead of the network.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        # The environment's proxies are ignored: a callback goes to its URL directly, as the platform's would.
        self._client = httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        """Return the poster; it connects when it first posts."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, bytes] | None:
        """Post once; return status and body, or None if no complete response came within ``timeout_s`` seconds."""
        try:
            # The client's own timeout begins again with each byte that arrives.
            with anyio.move_on_after(timeout_s):
                return await self._post(url, {**headers, "accept-encoding": _PLAIN}, body, timeout_s)
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, OSError):
            return None
        return None

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, bytes] | None:
        async with self._client.stream("POST", url, headers=headers, content=body, timeout=timeout_s) as response:
            if response.headers.get("content-encoding", _PLAIN).lower() != _PLAIN:
                return None
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > MAX_BODY_BYTES:
                    # A longer response is not one of our receiver.
                    return None
            return response.status_code, bytes(received)
