"""Requests to the Voice API: method, URL, exact bytes, and the headers that authenticate them."""

import json
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp import signing
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.signing import Credentials, Message
from sinch_voice_mcp.types import TAG_HEADER, Payload

Authentication = Literal["signed", "basic"]
"""``signed`` proves the sender without revealing the secret; ``basic`` sends the secret itself."""

Method = Literal["GET", "POST", "PATCH", "DELETE"]

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request before it is sent.

    Attributes:
        method: HTTP method.
        url: The complete, percent-encoded URL.
        body: The exact bytes; empty if the request has no body.
    """

    method: Method
    url: str
    body: bytes = b""


def api_request(method: Method, url: str, payload: Payload | None = None) -> ApiRequest:
    """Build a request."""
    if payload is None:
        return ApiRequest(method, url)
    # Serialized once, so that the bytes that are signed are the bytes that are sent.
    text = json.dumps(payload.to_wire(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return ApiRequest(method, url, text.encode("utf-8"))


class Authenticator:
    """Makes the headers of a request: content type, identity, tag, and the signature over path and bytes.

    Raises:
        ConfigurationError: The application key has characters that a header cannot carry.
    """

    def __init__(
        self,
        credentials: Credentials,
        authentication: Authentication,
        clock: Clock,
        user_agent: str,
        *,
        tag: str | None = None,
    ) -> None:
        if not (credentials.key.isascii() and credentials.key.isprintable()):
            raise ConfigurationError("the application key has characters that a header cannot carry", field="key")
        self._credentials = credentials
        self._authentication: Authentication = authentication
        self._clock = clock
        self._identity = {"user-agent": user_agent} | ({} if tag is None else {TAG_HEADER: tag})

    def headers(self, request: ApiRequest, path: str) -> dict[str, str]:
        """Return the headers of one attempt.

        Args:
            request: What is sent.
            path: The path exactly as it is sent, because the signature covers it.
        """
        # The platform's bodies are small; without compression, the size limit counts the bytes that arrive.
        headers = {"accept": JSON_TYPE, "accept-encoding": "identity"} | self._identity
        content_type = JSON_TYPE if request.body else ""
        if content_type:
            headers["content-type"] = content_type
        if self._authentication == "basic":
            return headers | {"authorization": signing.basic_authorization(self._credentials)}
        # The signature covers the time, so every attempt is signed again.
        timestamp = signing.timestamp(self._clock.now())
        message = Message(request.method, path, content_type, timestamp, request.body)
        authorization = signing.authorization(self._credentials, message)
        return headers | {"x-timestamp": timestamp, "authorization": authorization}

    def secrets_in(self, headers: dict[str, str]) -> tuple[str, str]:
        """Return the texts that no error message may repeat: the secret, and the proof in these headers."""
        proof = headers["authorization"].partition(" ")[2].rpartition(":")[2]
        return self._credentials.secret, proof
