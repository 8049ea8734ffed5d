"""Post a callback: once, to one URL, without following redirects."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2

from sinch_voice_mcp.types import MAX_BODY_BYTES


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
            response = await self._client.post(url, headers=dict(headers), content=body, timeout=timeout_s)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return None
        # A longer response is not one of our receiver.
        return None if len(response.content) > MAX_BODY_BYTES else (response.status_code, response.content)
