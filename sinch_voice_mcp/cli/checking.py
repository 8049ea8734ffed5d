"""Whether events of calls arrive: what the platform has, what is expected, and what a signed probe meets."""

import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.callbacks import probe_request
from sinch_voice_mcp.client import Poster
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.settings import CALLBACK_PATH, Settings, variable
from sinch_voice_mcp.storage import MEMORY
from sinch_voice_mcp.text.hosts import is_public
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.applications import CallbackUrl

NOT_SET = f"not set ({variable('public_url')})"
_PATIENCE_S = 5.0
"""Seconds that the platform waits for an answer, as far as is known."""

_PORTS = {"http": 80, "https": 443}
_PUBLIC_URL = variable("public_url")
_PROXIES = variable("trusted_proxies")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and what to do about it."""

    what: str
    todo: str


@dataclass(slots=True)
class Report:
    """What was found. Without findings, all is well."""

    expected: str = NOT_SET
    configured: str = "not known"
    probe: str = "not sent"
    notes: list[str] = field(default_factory=list[str])
    findings: list[Finding] = field(default_factory=list[Finding])


async def look(settings: Settings) -> Report:
    """Ask the platform, and post a probe to the public URL and nowhere else."""
    report = Report()
    expected = settings.callback_url
    if expected is None:
        todo = f"Set {_PUBLIC_URL} to where this server is reached from outside, such as https://voice.example.com."
        report.findings.append(Finding("Nobody said where events should arrive.", todo))
    else:
        report.expected = expected
        report.findings += _unreachable(expected, settings)
    await _compare(report, settings, expected)
    if expected is not None:
        await _probe(report, settings, expected)
    return report


def _unreachable(expected: str, settings: Settings) -> list[Finding]:
    parts = urlsplit(expected)
    # A sandbox that runs alone calls this machine back, and nothing else.
    if settings.simulated or is_public(parts.hostname or ""):
        return []
    todo = f"Set {_PUBLIC_URL} to the https URL of a proxy or tunnel that is reached from the internet."
    plain = " It is also http: Sinch has to be given https." if parts.scheme == "http" else ""
    return [Finding(f"{parts.hostname} is not public: Sinch cannot reach it.{plain}", todo)]


async def _compare(report: Report, settings: Settings, expected: str | None) -> None:
    try:
        configured = await _configured(settings)
    except VoiceError as error:
        todo = f"{error.next_step} Key and secret have to be those of the application that the calls belong to."
        report.findings.append(Finding(f"What the platform has could not be read: {error.message}", todo))
        return
    report.configured = f"{_shown(configured.primary)}; fallback {_shown(configured.fallback)}"
    if expected is not None:
        report.findings += _differing(configured, expected)


async def _configured(settings: Settings) -> CallbackUrl:
    # The journal is not needed, and a server may be using both it and the port.
    alone = settings.model_copy(update={"callback_port": None, "database_url": SecretStr(MEMORY)})
    found: CallbackUrl | VoiceError
    async with open_app(alone) as service:
        try:
            found = await service.numbers.callbacks()
        except VoiceError as error:
            # Raised inside, it would leave wrapped in a group.
            found = error
    if isinstance(found, VoiceError):
        raise found
    return found


def _shown(url: str | None) -> str:
    """A URL without what may be secret in it."""
    if not url:
        return "none"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{'?…' if parts.query else ''}"


def _differing(configured: CallbackUrl, expected: str) -> list[Finding]:
    todo = f"Set the primary callback URL to {expected}, in Sinch's dashboard or with the tool set_callbacks."
    if not configured.primary:
        return [Finding("The platform has no callback URL for this application, so it sends no events.", todo)]
    given, wanted = urlsplit(configured.primary), urlsplit(expected)
    what = _difference(given, wanted)
    if what is None:
        return []
    if configured.fallback and _difference(urlsplit(configured.fallback), wanted) is None:
        what += " This server is only the fallback."
    otherwise = f" If the other one is right, correct {_PUBLIC_URL} instead."
    return [Finding(f"The platform sends events elsewhere: {what}", todo + otherwise)]


def _difference(given: SplitResult, wanted: SplitResult) -> str | None:
    if _place(given) != _place(wanted):
        return f"to {given.netloc.rpartition('@')[2]}, not to {wanted.netloc}."
    if given.scheme != wanted.scheme:
        return f"with {given.scheme}, not {wanted.scheme}."
    if given.path != wanted.path:
        return f"to the path {given.path or '/'}, not {wanted.path}; the signature covers the path."
    return None


def _place(parts: SplitResult) -> tuple[str, int | None]:
    try:
        port = parts.port
    except ValueError:
        port = None
    same = port is None or _PORTS.get(parts.scheme) == port
    return (parts.hostname or "").rstrip("."), None if same else port


async def _probe(report: Report, settings: Settings, expected: str) -> None:
    nonce = secrets.token_urlsafe(16)
    headers, body = probe_request(settings.credentials, expected, SystemClock().now(), nonce)
    async with Poster() as poster:
        answer = await poster.post(expected, headers, body, _PATIENCE_S)
    if answer is None:
        report.probe = "no answer"
        what = f"{_shown(expected)} does not answer within {_PATIENCE_S:.0f} s."
        todo = (
            "See whether the receiver runs, whether the name leads to it, whether its certificate is valid, and "
            "whether a firewall is in between."
        )
        report.findings.append(Finding(what, todo))
        return
    status, text = answer
    data = _read(text)
    report.probe = f"answered with {status}"
    if status == 200 and data.get("probe") == nonce:  # noqa: PLR2004 - HTTP
        report.probe = "accepted"
        report.notes += _handed_on(str(data.get("path")), urlsplit(expected).path)
        return
    report.findings.append(_refused(status, data, expected))


def _read(text: bytes) -> JsonObject:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if is_object(value) else {}


def _handed_on(path: str, signed: str) -> list[str]:
    if path == signed:
        return []
    return [f"A proxy hands {signed} on as {path}. The receiver knows, and checks signatures over the public path."]


_NOT_OURS = Finding(
    "Something answers there, but not this program's receiver.",
    f"Let the proxy hand {CALLBACK_PATH} on to the receiver: that of {variable('callback_port')}, or of "
    "`sinch-voice-mcp callbacks`.",
)
_WRONG_SIGNATURE = Finding(
    "The receiver is reached, and finds the signature wrong: a proxy changed the path on the way, or the receiver has "
    "another secret.",
    f"Start the receiver with the same {_PUBLIC_URL} as here; or let the proxy send X-Forwarded-Prefix, and name it in "
    f"{_PROXIES}. Compare {variable('application_secret')} of both with the dashboard.",
)
_NO_HEADERS = Finding(
    "The receiver is reached, but without the headers that say who sent the event.",
    "Let the proxy hand on Authorization and X-Timestamp, and set none of its own.",
)
_CODES = {
    40100: _NO_HEADERS,
    40101: _NO_HEADERS,
    40102: _WRONG_SIGNATURE,
    40105: Finding(
        "The receiver finds the probe's time more than 5 minutes off: its clock or this one is wrong.",
        "Set both machines' clocks by NTP; /readyz of the receiver tells how far its clock is from the platform's.",
    ),
    40107: _NO_HEADERS,
    40108: Finding(
        "The receiver is that of another application.",
        f"Start it with the same {variable('application_key')} as here.",
    ),
    40400: Finding(
        "The receiver is reached under another path than its own.",
        f"Let the proxy hand requests on as {CALLBACK_PATH}, and set {_PUBLIC_URL} to what comes before that outside.",
    ),
}
_STATUSES = {
    401: Finding(
        "Something in front of the receiver asks for a login.",
        f"Let requests to {CALLBACK_PATH} through without one: the receiver checks signatures itself.",
    ),
    403: Finding(
        "Something in front of the receiver turns requests away.",
        f"Let requests to {CALLBACK_PATH} through: the receiver checks signatures itself.",
    ),
    404: _NOT_OURS,
    502: Finding("A proxy answers, but has no receiver behind it.", "Start the receiver, or correct the proxy's port."),
    503: Finding(
        "The receiver, or a proxy before it, says that it cannot take events now.",
        "Look at /readyz of the receiver: the journal may be out of reach, or too many events at once.",
    ),
    504: Finding("A proxy answers, but the receiver behind it does not.", "See whether the receiver runs and is well."),
}


def _refused(status: int, data: JsonObject, expected: str) -> Finding:
    """What an answer that is no acceptance means."""
    code = data.get("errorCode")
    if isinstance(code, int) and code in _CODES:
        return _CODES[code]
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP
        what = f"{_shown(expected)} redirects, and the platform does not follow."
        return Finding(
            what, f"Set {_PUBLIC_URL} and the platform's URL to where it leads, and mind the slash at the end."
        )
    if status in _STATUSES:
        return _STATUSES[status]
    if isinstance(code, int):
        return Finding(f"The receiver answers the probe with {status}.", "Look at its log and its /readyz.")
    return _NOT_OURS
