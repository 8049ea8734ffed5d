"""A client as it is usually written: it retries whatever looks transient."""

import anyio
import httpx2

from tests.chaos.platform import OWN, TIMEOUT

RETRIES = 3
_TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})


async def place(client: httpx2.AsyncClient, url: str, key: str) -> bool:
    """Place one call, with up to three retries on 429, 5xx, resets and timeouts; returns whether that succeeded."""
    callout = {"destination": {"type": "number", "endpoint": "+12025550100"}, "cli": OWN, "text": f"key {key}"}
    for _ in range(1 + RETRIES):
        try:
            with anyio.fail_after(TIMEOUT):
                body = {"method": "ttsCallout", "ttsCallout": callout}
                response = await client.post(f"{url}/calling/v1/callouts", json=body)
        except (httpx2.TransportError, TimeoutError):
            continue
        if response.status_code not in _TRANSIENT_STATUSES:
            return response.is_success
    return False
