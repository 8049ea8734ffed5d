"""Normalize values of settings: regions, numbers, prefixes, caller IDs, hosts, locations of recordings."""

import re
from collections.abc import Iterable

import phonenumbers

from sinch_voice_mcp.policy.numbers import Fault, caller_id, examine, plainly_spaced
from sinch_voice_mcp.policy.urls import is_host_pattern
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import E164_PATTERN

ANY_REGION = "*"
"""In ``allowed_regions``: every region."""

CALLER_ID_WORDS = frozenset({"private", "incoming"})
"""Caller IDs that are not numbers: ``private`` withholds it, ``incoming`` passes on that of the incoming call."""

_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
_DESTINATION = re.compile(r"(?:s3|azure|gs)://[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)*/?", re.ASCII)
# Codes that people write although ISO 3166 has another code for the region.
_MISTAKEN_REGIONS = {"UK": "GB", "EL": "GR", "EN": "GB", "JA": "JP"}


def normalize_region(region: str) -> str:
    """Return an ISO 3166 code in capitals, or ``*``.

    Raises:
        ValueError: Numbering metadata knows no such region.
    """
    code = region.strip().upper()
    if code == ANY_REGION or code in phonenumbers.SUPPORTED_REGIONS:
        return code
    meant = _MISTAKEN_REGIONS.get(code)
    hint = f"did you mean {meant}" if meant else "a region is an ISO 3166 code of two letters, such as SE, or *"
    raise ValueError(f"{quoted(region)} is not a region with telephone numbers; {hint}")


def normalize_number(number: str) -> str:
    """Return a telephone number in E.164 form. Numbering metadata need not know its range, only its length.

    Raises:
        ValueError: It is not a number that may be called.
    """
    match examine(number):
        case Fault(possible=possible) if possible is not None:
            return possible.e164
        case Fault(message=message):
            raise ValueError(message)
        case found:
            return found.e164


def normalize_prefix(prefix: str) -> str:
    """Return the beginning of a number without separators, such as ``+1900``.

    Raises:
        ValueError: It does not begin with a plus and a calling code.
    """
    # Spelled like numbers, because owners copy prefixes from lists of numbers.
    digits = re.sub(r"[ ().\-]", "", plainly_spaced(prefix))
    if not _PREFIX.fullmatch(digits):
        raise ValueError(f"{quoted(prefix)} is not the beginning of a number, such as +1900")
    return digits


def normalize_caller_id(cli: str) -> str:
    """Return a caller ID that is a number, in E.164 form.

    Raises:
        ValueError: It is not a plus and 7 to 15 digits.
    """
    written = caller_id(cli)
    if not is_caller_id_number(written):
        raise ValueError(f"{quoted(cli)} is not a number in E.164 form, such as +14155550100")
    return written


def normalize_verified_caller_id(cli: str) -> str:
    """Return a caller ID that is a number in E.164 form, or one of the words in lower case.

    Raises:
        ValueError: It is neither.
    """
    word = cli.strip().lower()
    return word if is_caller_id_word(word) else normalize_caller_id(cli)


def normalize_host(pattern: str) -> str:
    """Return a DNS name or a pattern such as ``*.example.com``, in lower case.

    Raises:
        ValueError: It is neither.
    """
    name = pattern.strip().lower()
    if not is_host_pattern(name):
        raise ValueError(f"{quoted(pattern)} is not a DNS name such as example.com or *.example.com")
    return name


def normalize_destination(destination: str) -> str:
    """Return the URL of a bucket or a folder in it.

    Raises:
        ValueError: It names no bucket, or its path could lead out of the folder.
    """
    url = destination.strip()
    if not is_recording_url(url):
        raise ValueError(f"{quoted(destination)} is not a location for recordings, such as s3://bucket/folder")
    return url


def is_caller_id_number(text: str) -> bool:
    """Whether a caller ID has the form of a number: a plus and 7 to 15 digits."""
    return E164_PATTERN.fullmatch(text) is not None


def is_caller_id_word(text: str) -> bool:
    """Whether a caller ID is a word that the owner may list, such as ``private``."""
    return text in CALLER_ID_WORDS


def is_recording_url(url: str) -> bool:
    """Whether a URL names a bucket and plain folders in it, and its path cannot lead out of them."""
    return _DESTINATION.fullmatch(url) is not None and not any(part in {".", ".."} for part in url.split("/"))


def is_below(url: str, destinations: Iterable[str]) -> bool:
    """Whether a recording is stored in one of the destinations, or below one."""
    return any(
        url.rstrip("/") == listed.rstrip("/") or url.startswith(f"{listed.rstrip('/')}/") for listed in destinations
    )
