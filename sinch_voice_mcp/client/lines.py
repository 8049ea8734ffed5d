"""Connections to the platform: one set that is kept alive, and one that is fresh for every request."""

import ssl

import httpx2

_MOST = 100


class Lines:
    """The transports that requests go over, opened when first needed.

    A connection kept alive may be closed by the platform at the moment it is used again, which looks
    exactly like a reset after the request was seen. What must not be repeated therefore gets a new one.

    Args:
        transport: One to use for everything; it is closed with the client.
        tls: Whether any base URL is https; loading the trusted certificates takes a while.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None, *, tls: bool) -> None:
        self._given = transport
        self._tls = tls
        self._opened: tuple[httpx2.AsyncBaseTransport, httpx2.AsyncBaseTransport] | None = None

    def line(self, *, fresh: bool) -> httpx2.AsyncBaseTransport:
        """The transport for a request; ``fresh`` for one that must not meet an old connection."""
        if self._given is not None:
            return self._given
        if self._opened is None:
            context = httpx2.create_ssl_context() if self._tls else _no_certificates()
            self._opened = _transport(context, kept=20), _transport(context, kept=0)
        kept_alive, always_new = self._opened
        return always_new if fresh else kept_alive

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._opened or ():
            await transport.aclose()
        if self._given is not None:
            await self._given.aclose()


def _transport(context: ssl.SSLContext, *, kept: int) -> httpx2.AsyncBaseTransport:
    limits = httpx2.Limits(max_connections=_MOST, max_keepalive_connections=kept)
    return httpx2.AsyncHTTPTransport(verify=context, limits=limits)


def _no_certificates() -> ssl.SSLContext:
    """A context that trusts nobody, for base URLs that are all plain http."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
