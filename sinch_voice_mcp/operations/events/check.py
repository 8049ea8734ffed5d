"""Check whether the platform's events reach this server: compare its callback URL, and send a signed probe."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.text.hosts import is_public
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.applications import CallbackUrl

ReadCallbacks = Callable[[], Awaitable[CallbackUrl]]
"""Returns the application's callback URLs, as the platform has them."""

SignProbe = Callable[[str, str], tuple[Mapping[str, str], bytes]]
"""Returns the headers and body of a signed probe for a URL and a nonce."""

_PUBLIC_URL = "SINCH_VOICE_PUBLIC_URL"
NOT_SET = f"not set ({_PUBLIC_URL})"
_PROBE_TIMEOUT_S = 5.0
"""Seconds to wait for the response to a probe: about as long as the platform waits for a reply."""

_PORTS = {"http": 80, "https": 443}
"""Default ports by scheme."""


class PostProbe(Protocol):
    """Posts one request without following redirects."""

    async def __call__(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, bytes] | None:
        """Return status and body; None if no complete response came within ``timeout_s`` seconds."""
        ...


@dataclass(frozen=True, slots=True)
class EventTarget:
    """Where this server expects the platform's events.

    Attributes:
        url: The public URL of the receiver; None if none is set.
        path: The receiver's own path, behind any proxy.
        local: Whether the platform runs on this machine, so that a private address is enough.
    """

    url: str | None
    path: str
    local: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One problem, and the next step that solves it."""

    problem: str
    next_step: str


@dataclass(slots=True)
class EventCheck:
    """What the check found. Events arrive if there is no diagnosis.

    Attributes:
        expected: The URL that this server expects events at.
        configured: The URLs that the platform has, without anything that may be secret.
        probe: The result of the probe.
        notes: Remarks that are not problems.
        diagnoses: The problems.
    """

    expected: str = NOT_SET
    configured: str = "unknown"
    probe: str = "not sent"
    notes: list[str] = field(default_factory=list[str])
    diagnoses: list[Diagnosis] = field(default_factory=list[Diagnosis])


async def check_events(
    target: EventTarget, read_callbacks: ReadCallbacks, sign_probe: SignProbe, post: PostProbe
) -> EventCheck:
    """Compare the platform's callback URL with the public URL, and post a probe to the public URL. Changes nothing."""
    check = EventCheck()
    if target.url is None:
        next_step = f"Set {_PUBLIC_URL} to the URL that reaches this server from outside: https://voice.example.com."
        check.diagnoses.append(Diagnosis("No public URL is set, so events have no destination.", next_step))
    else:
        check.expected = target.url
        check.diagnoses += _unreachable(target.url, local=target.local)
    await _compare(check, target.url, read_callbacks)
    if target.url is not None:
        await _probe(check, target.url, target.path, sign_probe, post)
    return check


def _unreachable(expected: str, *, local: bool) -> list[Diagnosis]:
    parts = urlsplit(expected)
    # A sandbox on this machine calls back this machine only.
    if local or is_public(parts.hostname or ""):
        return []
    next_step = f"Set {_PUBLIC_URL} to the https URL of a proxy or tunnel that is reachable from the internet."
    plain = " It is also http: Sinch requires https." if parts.scheme == "http" else ""
    return [Diagnosis(f"{parts.hostname} is not public: Sinch cannot reach it.{plain}", next_step)]


async def _compare(check: EventCheck, expected: str | None, read_callbacks: ReadCallbacks) -> None:
    try:
        configured = await read_callbacks()
    except VoiceError as error:
        next_step = f"{error.next_step} The key and secret must belong to the application that makes the calls."
        said = error.untrusted.get("message")
        words = "" if said is None else f" The platform's words: {quoted(said)}."
        problem = f"The platform's callback URL could not be read: {error.message}{words}"
        check.diagnoses.append(Diagnosis(problem, next_step))
        return
    check.configured = f"{_without_secrets(configured.primary)}; fallback {_without_secrets(configured.fallback)}"
    if expected is not None:
        check.diagnoses += _differences(configured, expected)


def _without_secrets(url: str | None) -> str:
    """Return a URL without user information and query."""
    if not url:
        return "none"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{'?…' if parts.query else ''}"


def _differences(configured: CallbackUrl, expected: str) -> list[Diagnosis]:
    next_step = f"Set the primary callback URL to {expected}, in Sinch's dashboard or with the tool set_callbacks."
    if not configured.primary:
        problem = "The platform has no callback URL for this application, so it sends no events."
        return [Diagnosis(problem, next_step)]
    given, wanted = urlsplit(configured.primary), urlsplit(expected)
    difference = _difference(given, wanted)
    if difference is None:
        return []
    if configured.fallback and _difference(urlsplit(configured.fallback), wanted) is None:
        difference += " This server is only the fallback."
    next_step += f" If the platform's URL is right, correct {_PUBLIC_URL} instead."
    return [Diagnosis(f"The platform sends events elsewhere: {difference}", next_step)]


def _difference(given: SplitResult, wanted: SplitResult) -> str | None:
    if _address(given) != _address(wanted):
        return f"to {given.netloc.rpartition('@')[2]}, not to {wanted.netloc}."
    if given.scheme != wanted.scheme:
        return f"with {given.scheme}, not {wanted.scheme}."
    if given.path != wanted.path:
        return f"to the path {given.path or '/'}, not {wanted.path}; the signature covers the path."
    return None


def _address(parts: SplitResult) -> tuple[str, int | None]:
    """Return host and port; the port is None if it is the scheme's default or invalid."""
    try:
        port = parts.port
    except ValueError:
        port = None
    return (parts.hostname or "").rstrip("."), None if _PORTS.get(parts.scheme) == port else port


async def _probe(check: EventCheck, url: str, path: str, sign_probe: SignProbe, post: PostProbe) -> None:
    nonce = secrets.token_urlsafe(16)
    headers, body = sign_probe(url, nonce)
    response = await post(url, headers, body, _PROBE_TIMEOUT_S)
    if response is None:
        check.probe = "no answer"
        problem = f"{_without_secrets(url)} does not answer within {_PROBE_TIMEOUT_S:.0f} s."
        next_step = (
            "Check that the receiver runs, that the host name resolves to it, that its certificate is valid, and that "
            "no firewall blocks it."
        )
        check.diagnoses.append(Diagnosis(problem, next_step))
        return
    status, text = response
    data = _json_object(text)
    check.probe = f"answered with {status}"
    # The nonce proves that this program's receiver answered, with the right secret.
    if status == HTTPStatus.OK and data.get("probe") == nonce:
        check.probe = "accepted"
        check.notes += _proxy_notes(str(data.get("path")), urlsplit(url).path)
        return
    check.diagnoses.append(_diagnose(status, data.get("errorCode"), url, path))


def _json_object(text: bytes) -> JsonObject:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if is_object(value) else {}


def _proxy_notes(path: str, signed: str) -> list[str]:
    if path == signed:
        return []
    return [
        f"A proxy forwards {signed} as {path}. The receiver verifies signatures over the public path, so this works."
    ]


def _diagnose(status: int, code: object, url: str, path: str) -> Diagnosis:
    """Return the diagnosis for a response that does not accept the probe."""
    if isinstance(code, int) and code in _BY_CODE:
        diagnosis = _BY_CODE[code]
    elif HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        diagnosis = Diagnosis(f"{_without_secrets(url)} redirects, and the platform does not follow.", _REDIRECT)
    elif status in _BY_STATUS:
        diagnosis = _BY_STATUS[status]
    elif isinstance(code, int):
        diagnosis = Diagnosis(f"The receiver answers the probe with {status}.", "Check its log and its /readyz.")
    else:
        diagnosis = _ANOTHER_PROGRAM
    return Diagnosis(diagnosis.problem, diagnosis.next_step.replace(_PATH, path))


_PATH = "{path}"
"""Placeholder for the receiver's path in the texts below."""

_REDIRECT = f"Set {_PUBLIC_URL} and the platform's URL to the target of the redirect; a final slash matters."
_ANOTHER_PROGRAM = Diagnosis(
    "A program answers there, but it is not this program's receiver.",
    f"Make the proxy forward {_PATH} to the receiver: the port SINCH_VOICE_CALLBACK_PORT, or "
    "`sinch-voice-mcp callbacks`.",
)
_MISSING_HEADERS = Diagnosis(
    "The receiver gets the probe without the headers that identify the sender.",
    "Make the proxy forward Authorization and X-Timestamp unchanged.",
)
_BY_CODE = {
    40100: _MISSING_HEADERS,
    40101: _MISSING_HEADERS,
    40102: Diagnosis(
        "The receiver gets the probe and rejects its signature: a proxy changed the path, or the receiver has another "
        "secret.",
        f"Start the receiver with the same {_PUBLIC_URL} as this command; or make the proxy send X-Forwarded-Prefix, "
        "and list its network in SINCH_VOICE_TRUSTED_PROXIES. Compare SINCH_APPLICATION_SECRET of both with the "
        "dashboard.",
    ),
    40105: Diagnosis(
        "The receiver finds that the probe's time is more than 5 minutes off: its clock or this one is wrong.",
        "Set both machines' clocks by NTP; the receiver's /readyz shows how far its clock is from the platform's.",
    ),
    40107: _MISSING_HEADERS,
    40108: Diagnosis(
        "The receiver belongs to another application.",
        "Start it with the same SINCH_APPLICATION_KEY as this command.",
    ),
    40400: Diagnosis(
        "The receiver gets the probe under another path than its own.",
        f"Make the proxy forward requests as {_PATH}, and set {_PUBLIC_URL} to what precedes that path outside.",
    ),
}
"""Diagnoses by the receiver's error code."""

_BY_STATUS: Mapping[int, Diagnosis] = {
    HTTPStatus.UNAUTHORIZED: Diagnosis(
        "A proxy in front of the receiver asks for a login.",
        f"Let requests to {_PATH} pass without one: the receiver verifies signatures itself.",
    ),
    HTTPStatus.FORBIDDEN: Diagnosis(
        "A proxy in front of the receiver blocks the request.",
        f"Let requests to {_PATH} pass: the receiver verifies signatures itself.",
    ),
    HTTPStatus.NOT_FOUND: _ANOTHER_PROGRAM,
    HTTPStatus.BAD_GATEWAY: Diagnosis(
        "A proxy answers, but no receiver runs behind it.", "Start the receiver, or correct the proxy's port."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Diagnosis(
        "The receiver, or a proxy in front of it, cannot accept events now.",
        "Check the receiver's /readyz: the database may be unavailable, or too many events arrive at once.",
    ),
    HTTPStatus.GATEWAY_TIMEOUT: Diagnosis(
        "A proxy answers, but the receiver behind it does not.", "Check that the receiver runs and is ready."
    ),
}
"""Diagnoses by HTTP status, for answers of other programs."""
