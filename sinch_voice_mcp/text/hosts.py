"""Whether a host is this machine, a private one or public. Decided from its name alone: nothing is resolved."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".home.arpa")
"""Endings of names that only a local network resolves."""

# Any spelling of an IPv4 address: one to four numbers, each decimal, octal or hexadecimal.
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", re.ASCII | re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: ``localhost``, 127.0.0.0/8 or ``::1``.

    Args:
        host: A name or an address without port; square brackets around an IPv6 address are accepted.
    """
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def is_public(host: str) -> bool:
    """Whether a host can be reached from the internet, as far as its name or address tells.

    Names without a dot, names that end in one of ``PRIVATE_SUFFIXES``, addresses that are not global, and
    other spellings of an IPv4 address (``0x7f.1``) are not public.

    Args:
        host: A name or an address without port; square brackets around an IPv6 address are accepted.
    """
    address = _address(host)
    if address is not None:
        return address.is_global and not address.is_multicast
    name = host.lower().removesuffix(".")
    return "." in name and not name.endswith(PRIVATE_SUFFIXES) and not is_numeric(name)


def is_numeric(host: str) -> bool:
    """Whether a host is an IPv4 address in any spelling: dotted, decimal, octal or hexadecimal."""
    return _NUMERIC.fullmatch(host) is not None


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    # An IPv4 address can be written as an IPv6 one: ::ffff:127.0.0.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
