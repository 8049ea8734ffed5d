"""Rules about what is off until the owner allows it: hiding, recording, targets that are no telephones."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.policy.effects import Hides, Reach, ReachKind, Store
from sinch_voice_mcp.policy.numbers import is_emergency_number
from sinch_voice_mcp.policy.profile import Policy, is_below, is_recording_url
from sinch_voice_mcp.policy.quoting import printable, quoted
from sinch_voice_mcp.policy.rules.case import Case, Check, Judgement, Rule, judged, listed
from sinch_voice_mcp.policy.rules.urls import host_problem

_SIP = re.compile(r"(?:sips?:)?(?P<user>[^\s@:;%<>\"]+)@[A-Za-z0-9.\-]+(?::\d{1,5})?(?:;[!-~]*)?", re.ASCII)


def hidden_callbacks(case: Case) -> Iterator[Judgement]:
    """A call reports how it goes."""
    off = None if case.policy.allow_suppress_callbacks else "`suppressCallbacks` would hide how the call goes."
    yield from (judged(effect.path, "true", off, "Leave out `suppressCallbacks`.") for effect in case.all(Hides))


def recording(case: Case) -> Iterator[Judgement]:
    """Recordings are allowed, and go where the owner said."""
    for effect in case.all(Store):
        yield judged(effect.path, printable(effect.url or ""), _recording_problem(effect.url, case.policy))


def _recording_problem(url: str | None, policy: Policy) -> str | None:
    if not policy.allow_recording:
        return "Recording is not allowed here; it needs the consent of everybody on the call."
    if url is None:
        return "The recording does not say where it goes: `destinationUrl` is missing."
    if is_recording_url(url) and is_below(url, policy.recording_destinations):
        return None
    places = listed(tuple(sorted(policy.recording_destinations))) or "nothing"
    return f"{quoted(url)} is not below one of `recording_destinations` ({places})."


def _targets(kind: ReachKind) -> Check:
    def check(case: Case) -> Iterator[Judgement]:
        for effect in case.all(Reach):
            if effect.kind == kind:
                target = effect.target or ""
                yield judged(effect.path, printable(target), _target_problem(kind, target, case.policy))

    return check


def _target_problem(kind: ReachKind, target: str, policy: Policy) -> str | None:
    match kind:
        case "sip":
            return _sip_problem(target) if policy.allow_sip else "SIP addresses are not allowed here."
        case "in_app":
            return _emergency_problem(target) if policy.allow_in_app else "In-app users are not allowed here."
        case "stream":
            off = "Streams to a server are not allowed here."
            return host_problem(target, policy.callback_hosts, "callback_hosts", "wss") if policy.allow_streams else off


def _sip_problem(target: str) -> str | None:
    found = _SIP.fullmatch(target)
    if found is None:
        return f"{quoted(target)} is not a SIP address, such as alice@example.com."
    return _emergency_problem(found["user"])


def _emergency_problem(user: str) -> str | None:
    return f"{quoted(user)} is written like an emergency number." if is_emergency_number(user) else None


RULES = (
    Rule(
        "hidden_callbacks",
        "Callbacks switched off",
        "`suppressCallbacks` is refused until allowed.",
        ("allow_suppress_callbacks",),
        hidden_callbacks,
    ),
    Rule(
        "recording",
        "Recording",
        "Refused until allowed, and then only to `recording_destinations` or below: s3, azure and gs URLs of plain "
        "folder and file names.",
        ("allow_recording", "recording_destinations"),
        recording,
    ),
    Rule(
        "sip_target",
        "SIP addresses",
        "Refused until allowed; user@host, and the user is no emergency number.",
        ("allow_sip",),
        _targets("sip"),
    ),
    Rule(
        "in_app_target",
        "In-app users",
        "Refused until allowed; the name is no emergency number.",
        ("allow_in_app",),
        _targets("in_app"),
    ),
    Rule(
        "stream_target",
        "Streams",
        "Refused until allowed; wss:// to a host of `callback_hosts`.",
        ("allow_streams", "callback_hosts"),
        _targets("stream"),
    ),
)
