"""Verification of callbacks: the signature, over any path that the platform may have signed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

from sinch_voice_mcp.callbacks.health import Skew
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.signing import Credentials, Flaw, Received, parse_timestamp, raw_path, verify

Network = IPv4Network | IPv6Network
_MAX_PREFIX_CHARS = 255


class Verifier:
    """Checks which application sent a callback.

    Args:
        credentials: The applications that may send callbacks.
        clock: The current instant.
        skew: Records the timestamps that the platform signed.
        tolerance: How far a timestamp may be from the current instant, in either direction.
        public_paths: Further paths that the platform may have signed, because a proxy rewrites them.
        trusted_proxies: Networks of the proxies whose ``X-Forwarded-Prefix`` counts.
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
        """Return why a request is not accepted; None if it is."""
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
        flaw = self._verify(received, now, self._tolerance)
        # Anyone can send a wrong timestamp; only one that the platform signed says something about this clock.
        is_signed = flaw is None or (flaw == "timestamp_outside" and self._verify(received, now, None) is None)
        sent_at = parse_timestamp(received.timestamp)
        if is_signed and received.timestamp is not None and sent_at is not None:
            self._skew.note(received.timestamp, sent_at, now)
        return flaw

    def _verify(self, received: Received, now: datetime, tolerance: timedelta | None) -> Flaw | None:
        verdict = verify(received, self._credentials, now=now, tolerance=tolerance, accept_basic=False)
        return None if isinstance(verdict, Credentials) else verdict

    def _paths(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Iterator[str]:
        path = raw_path(scope["path"], scope.get("raw_path"))
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


def _prefixed(prefix: str, path: str) -> Iterator[str]:
    # Each proxy appends its prefix to the list; only the last one comes from the trusted proxy.
    nearest = prefix.rpartition(",")[2].strip().rstrip("/")
    if nearest.startswith("/") and len(nearest) <= _MAX_PREFIX_CHARS:
        yield f"{nearest}{path}"


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
