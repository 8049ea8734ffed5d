"""Posting a callback: once, to one URL, without following redirects."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2

LONGEST_REPLY = 1_048_576
"""Bytes of a reply beyond which it counts as none."""


class Poster:
    """Posts bytes, and tells what came back.

    Args:
        transport: What carries HTTP instead of the network.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._client = httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        """The poster itself; connections are made when needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> tuple[int, bytes] | None:
        """Post, and wait so many seconds for the answer; its status and body, None where none came."""
        try:
            answer = await self._client.post(url, headers=dict(headers), content=body, timeout=seconds)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return None
        return None if len(answer.content) > LONGEST_REPLY else (answer.status_code, answer.content)
