"""SIP addresses and names of in-app users: what they are written like, and whether they could reach an emergency."""

import re
import string
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.policy.effects.kinds import ReachKind
from sinch_voice_mcp.policy.numbers import Fault, examine
from sinch_voice_mcp.text.urls import is_dns_name

# The parameter `transport` is the only one that cannot send a call to another host.
_SIP = re.compile(
    r"(?:sips?:)?(?P<user>[a-z0-9._+\-]+)@(?P<host>[a-z0-9.\-]+)(?::[0-9]{1,5})?(?:;transport=(?:udp|tcp|tls))?",
    re.ASCII | re.IGNORECASE,
)
CalleeKind = Literal["sip", "in_app"]
"""What can answer or call without a number: the user of a SIP address, or an in-app user."""

_MAX_ADDRESS_CHARS = 300
_SOS = "sos"
"""The user part of emergency services in SIP (RFC 5031)."""

_ACCESS_CODES = ("", "0", "9", "00")
"""Digits that a telephone system takes away before it passes a call on."""

_MAX_NAME_DIGITS = 6
"""Digits of a user that is a name; with more of them it could be a number behind a prefix."""

_SCHEME = re.compile(r"\A(?:tel|sips?):", re.ASCII | re.IGNORECASE)
_PLUS = re.compile(r"\+[0-9]", re.ASCII)
_BEFORE_A_NUMBER = f"{string.ascii_letters}._-"

_MIN_EMERGENCY_DIGITS = 3
"""A name may contain shorter numbers by chance, such as `agent17`."""


@dataclass(frozen=True, slots=True)
class SipAddress:
    """A SIP address with a DNS name as host.

    Attributes:
        user: The part before the ``@``.
        host: The DNS name, in lower case.
    """

    user: str
    host: str

    @property
    def number(self) -> str | None:
        """The user part, after letters and ``._-``, if a gateway may call it as a number; else None.

        That is a user without letters, with a plus before a digit, or with more than six digits.
        """
        if not any(char.isalpha() for char in self.user):
            return self.user
        is_name = not _PLUS.search(self.user) and sum(char.isdecimal() for char in self.user) <= _MAX_NAME_DIGITS
        return None if is_name else self.user.lstrip(_BEFORE_A_NUMBER)

    @property
    def reaches_emergency(self) -> bool:
        """Whether the user part names an emergency service, or an emergency number after letters or an access code."""
        return _SOS in re.split(r"[._+\-]", self.user.lower()) or any(
            self._is_emergency(code) for code in _ACCESS_CODES
        )

    def _is_emergency(self, access_code: str) -> bool:
        digits = re.sub(r"[^0-9]", "", self.user)
        rest = digits.removeprefix(access_code)
        return digits.startswith(access_code) and len(rest) >= _MIN_EMERGENCY_DIGITS and is_emergency(rest)


def sip_address(target: str) -> SipAddress | None:
    """Return a SIP address; None if the text is not ``user@host`` with a DNS name and nothing but a transport."""
    found = _SIP.fullmatch(target) if len(target) <= _MAX_ADDRESS_CHARS else None
    host = "" if found is None else found["host"].lower()
    return None if found is None or not is_dns_name(host) else SipAddress(found["user"], host)


def names_emergency(name: str) -> bool:
    """Whether the name of an in-app user is an emergency number: as such, as a URI, or with signs around its digits."""
    name = _SCHEME.sub("", name).partition("@")[0]
    if any(char.isalpha() for char in name):
        return False
    return is_emergency(name) or is_emergency(re.sub(r"[^0-9]", "", name))


def is_emergency(number: str) -> bool:
    """Whether a written number is an emergency number, or begins like one."""
    found = examine(number)
    return isinstance(found, Fault) and found.kind == "emergency_number"


def is_callee(kind: ReachKind, target: str | None) -> bool:
    """Whether a target is a callee without a number: an in-app user, or the user of a SIP address that is no number."""
    if kind == "in_app":
        return True
    address = sip_address(target or "") if kind == "sip" else None
    return address is not None and address.number is None


def name_of(kind: CalleeKind, target: str) -> str:
    """Return how arguments and results name a target that can answer: ``sip:alice@example.com``, ``app:alice``."""
    if kind == "in_app":
        return f"app:{target}"
    address = sip_address(target)
    return f"sip:{target if address is None else f'{address.user}@{address.host}'}"


def target_of(kind: ReachKind, target: str) -> str | None:
    """Return by which text the calls to a target are counted; None for a stream, and for a number of SIP.

    Spellings of one target have the same text: case, scheme, port and transport do not matter.
    """
    address = sip_address(target) if kind == "sip" else None
    if kind == "stream" or (address is not None and address.number is not None):
        return None
    return f"{kind}:{target if address is None else f'{address.user}@{address.host}'}".lower()
