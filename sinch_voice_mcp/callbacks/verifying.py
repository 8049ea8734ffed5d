"""Who sent a callback: the signature, over any path that the platform may have signed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote

from starlette.types import Scope

from sinch_voice_mcp.callbacks.health import Skew
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.signing import Credentials, Flaw, Received, parse_timestamp, verify

Network = IPv4Network | IPv6Network
_LONGEST_PREFIX = 255


class Verifier:
    """Checks callbacks of some applications.

    Args:
        credentials: The applications that may send some.
        clock: The current instant.
        skew: Where it notes how far our clock is off.
        tolerance: How old or new a timestamp may be.
        public_paths: Paths that the platform calls where a proxy gives requests another one.
        trusted_proxies: Networks whose ``X-Forwarded-Prefix`` counts.
    """

    def __init__(
        self,
        credentials: Sequence[Credentials],
        clock: Clock,
        skew: Skew,
        *,
        tolerance: timedelta,
        public_paths: Sequence[str] = (),
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._credentials = tuple(credentials)
        self._clock = clock
        self._skew = skew
        self._tolerance = tolerance
        self._public_paths = tuple(public_paths)
        self._trusted_proxies = tuple(trusted_proxies)

    def flaw(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Flaw | None:
        """Why a request is not accepted; None where it is."""
        stamp = _text(headers.get(b"x-timestamp"))
        flaw: Flaw | None = "signature_wrong"
        for path in self._paths(scope, headers):
            received = Received(
                method=scope["method"],
                path=path,
                query=scope["query_string"].decode("latin-1"),
                authorization=_text(headers.get(b"authorization")),
                content_type=_text(headers.get(b"content-type")) or "",
                timestamp=stamp,
                body=body,
            )
            flaw = self._flaw_of(received)
            if flaw is None:
                break
        return flaw

    def _flaw_of(self, received: Received) -> Flaw | None:
        now = self._clock.now()
        known = self._credentials
        verdict = verify(received, known, now=now, tolerance=self._tolerance, accept_basic=False)
        flaw = None if isinstance(verdict, Credentials) else verdict
        # Anybody can send an old timestamp; what tells us about our clock is one that the platform signed.
        late = flaw == "timestamp_outside" and isinstance(
            verify(received, known, now=now, tolerance=None, accept_basic=False), Credentials
        )
        sent_at = parse_timestamp(received.timestamp)
        if (flaw is None or late) and received.timestamp is not None and sent_at is not None:
            self._skew.note(received.timestamp, sent_at, now)
        return flaw

    def _paths(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Iterator[str]:
        path = raw_path(scope)
        yield path
        yield from self._public_paths
        prefix = headers.get(b"x-forwarded-prefix")
        if prefix is not None and self._is_trusted(scope.get("client")):
            yield from _prefixed(prefix.decode("latin-1"), path)

    def _is_trusted(self, peer: tuple[str, int] | None) -> bool:
        if not self._trusted_proxies or peer is None:
            return False
        try:
            address = ip_address(peer[0])
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._trusted_proxies)


def raw_path(scope: Scope) -> str:
    """The path as it came over the line, still encoded; ASGI does not promise to have it."""
    raw: bytes | None = scope.get("raw_path")
    return quote(str(scope["path"])) if raw is None else raw.partition(b"?")[0].decode("latin-1")


def _prefixed(prefix: str, path: str) -> Iterator[str]:
    # A proxy in front of the trusted one may have added its own before it.
    nearest = prefix.rpartition(",")[2].strip().rstrip("/")
    if nearest.startswith("/") and len(nearest) <= _LONGEST_PREFIX:
        yield f"{nearest}{path}"


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
