"""One request of the Voice API before it is sent, and the headers that prove who sends it."""

import json
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp import signing
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.signing import Credentials, Message
from sinch_voice_mcp.types import Payload

Authentication = Literal["signed", "basic"]
"""``signed`` proves who sends without showing the secret; ``basic`` sends the secret itself."""

Method = Literal["GET", "POST", "PATCH", "DELETE"]

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sent. ``url`` is whole and percent-encoded; ``body`` is the exact bytes, empty without one."""

    method: Method
    url: str
    body: bytes = b""


def order(method: Method, url: str, payload: Payload | None = None) -> Order:
    """Put a request together; the payload is written once, so that the bytes signed are the bytes sent."""
    if payload is None:
        return Order(method, url)
    text = json.dumps(payload.to_wire(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Order(method, url, text.encode("utf-8"))


class Stamp:
    """Makes the headers of a request: identity, content type, and the signature over path and bytes.

    Raises:
        ConfigurationError: The application key has characters that a header cannot carry.
    """

    def __init__(self, credentials: Credentials, authentication: Authentication, clock: Clock, user_agent: str) -> None:
        if not (credentials.key.isascii() and credentials.key.isprintable()):
            raise ConfigurationError("the application key has characters that a header cannot carry", field="key")
        self.credentials = credentials
        self._authentication: Authentication = authentication
        self._clock = clock
        self._user_agent = user_agent

    def headers(self, order: Order, path: str) -> dict[str, str]:
        """The headers of one try; a signature is fresh for every try because it covers the time.

        Args:
            order: What is sent.
            path: The path exactly as it goes on the wire.
        """
        headers = {"accept": JSON_TYPE, "accept-encoding": "identity", "user-agent": self._user_agent}
        content_type = JSON_TYPE if order.body else ""
        if content_type:
            headers["content-type"] = content_type
        if self._authentication == "basic":
            return headers | {"authorization": signing.basic_authorization(self.credentials)}
        stamp = signing.timestamp(self._clock.now())
        message = Message(order.method, path, content_type, stamp, order.body)
        proof = signing.authorization(self.credentials, message)
        return headers | {"x-timestamp": stamp, "authorization": proof}
