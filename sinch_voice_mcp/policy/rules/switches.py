"""Rules about what is off until the owner allows it: hiding, recording, targets that are no telephones."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Hides, Reach, ReachKind, Store
from sinch_voice_mcp.policy.numbers import Fault, examine
from sinch_voice_mcp.policy.policy import Policy, is_below, is_recording_url
from sinch_voice_mcp.policy.rules.case import (
    NO_SWITCH,
    Case,
    Check,
    Judgement,
    Problem,
    Rule,
    judged,
    listed,
    mistake,
    owner_sets,
)
from sinch_voice_mcp.policy.rules.urls import host_problem
from sinch_voice_mcp.text.quoting import printable, quoted

_SIP = re.compile(r"(?:sips?:)?(?P<user>[^\s@:;%<>\"]+)@[A-Za-z0-9.\-]+(?::\d{1,5})?(?:;[!-~]*)?", re.ASCII)


def hidden_callbacks(case: Case) -> Iterator[Judgement]:
    """A call reports how it goes."""
    off = Problem("`suppressCallbacks` would hide how the call goes.", "Leave out `suppressCallbacks`.")
    problem = None if case.policy.allow_suppress_callbacks else off
    yield from (judged(effect.path, "true", problem) for effect in case.all(Hides))


def recording(case: Case) -> Iterator[Judgement]:
    """Recordings are allowed, and go where the owner said."""
    for effect in case.all(Store):
        yield judged(effect.path, printable(effect.url or ""), _recording_problem(effect.url, case.policy))


def _recording_problem(url: str | None, policy: Policy) -> Problem | None:
    if not policy.allow_recording:
        message = "Recording is not allowed here; it needs the consent of everybody on the call."
        needed = () if policy.recording_destinations else ("recording_destinations",)
        return Problem(message, how_to_change=owner_sets("allow_recording", *needed, word="and"))
    places = listed(tuple(sorted(policy.recording_destinations)))
    if not places:
        message = "Recordings may go nowhere: `recording_destinations` is empty."
        return Problem(message, how_to_change=owner_sets("recording_destinations"))
    if url is None:
        message = "The recording does not say where it goes: `destinationUrl` is missing."
        return mistake(message, f"Pass `destinationUrl`: below one of {places}.")
    if not is_recording_url(url):
        message = f"{quoted(url)} is not a place for recordings, such as s3://bucket/folder."
        return mistake(message, f"Pass `destinationUrl` with plain folder names: below one of {places}.")
    if is_below(url, policy.recording_destinations):
        return None
    message = f"{quoted(url)} is not below one of `recording_destinations` ({places})."
    return Problem(message, how_to_change=owner_sets("recording_destinations"))


def _targets(kind: ReachKind) -> Check:
    def check(case: Case) -> Iterator[Judgement]:
        for effect in case.all(Reach):
            if effect.kind == kind:
                target = effect.target or ""
                yield judged(effect.path, printable(target), _target_problem(kind, target, case.policy))

    return check


def _target_problem(kind: ReachKind, target: str, policy: Policy) -> Problem | None:
    match kind:
        case "sip":
            return _sip_problem(target) if policy.allow_sip else Problem("SIP addresses are not allowed here.")
        case "in_app":
            return _emergency_problem(target) if policy.allow_in_app else Problem("In-app users are not allowed here.")
        case "stream":
            return _stream_problem(target, policy)


def _stream_problem(target: str, policy: Policy) -> Problem | None:
    if policy.allow_streams:
        return host_problem(target, policy.callback_hosts, "callback_hosts", "wss")
    needed = () if policy.callback_hosts else ("callback_hosts",)
    how = owner_sets("allow_streams", *needed, word="and")
    return Problem("Streams to a server are not allowed here.", how_to_change=how)


def _sip_problem(target: str) -> Problem | None:
    found = _SIP.fullmatch(target)
    if found is None:
        message = f"{quoted(target)} is not a SIP address, such as alice@example.com."
        return mistake(message, "Write the address as user@host, and ask again.")
    return _emergency_problem(found["user"])


def _emergency_problem(user: str) -> Problem | None:
    match examine(user):
        case Fault(kind="emergency_number", next_step=next_step):
            return Problem(f"{quoted(user)} is written like an emergency number.", next_step, NO_SWITCH)
        case _:
            return None


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
