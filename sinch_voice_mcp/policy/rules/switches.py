"""Rules about what is refused until the owner allows it: hiding, recording, targets other than telephones."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Hides, Reach, ReachKind, Store
from sinch_voice_mcp.policy.numbers import Fault, examine
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.policy.refusals import NO_SWITCH, REFUSALS, owner_sets
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, listed, mistake, result_of
from sinch_voice_mcp.policy.rules.urls import host_problem
from sinch_voice_mcp.policy.values import is_below, is_recording_url
from sinch_voice_mcp.text.quoting import printable, quoted

_SIP = re.compile(r"(?:sips?:)?(?P<user>[^\s@:;%<>\"]+)@[A-Za-z0-9.\-]+(?::\d{1,5})?(?:;[!-~]*)?", re.ASCII)


def hidden_callbacks(case: Case) -> Iterator[RuleResult]:
    """Refuse to switch off the events of a call."""
    refused = Problem("`suppressCallbacks` would hide the events of the call.", "Leave out `suppressCallbacks`.")
    problem = None if case.policy.allow_suppress_callbacks else refused
    yield from (result_of(effect.path, "true", problem) for effect in case.all(Hides))


def recording(case: Case) -> Iterator[RuleResult]:
    """Refuse recordings that are not allowed, or stored where the owner does not allow it."""
    for effect in case.all(Store):
        yield result_of(effect.path, printable(effect.url or ""), _recording_problem(effect.url, case.policy))


def _recording_problem(url: str | None, policy: Policy) -> Problem | None:
    if not policy.allow_recording:
        message = "This server does not allow recording; it needs the consent of everyone on the call."
        needed = () if policy.recording_destinations else ("recording_destinations",)
        return Problem(message, how_to_change=owner_sets("allow_recording", *needed, word="and"))
    places = listed(tuple(sorted(policy.recording_destinations)))
    if not places:
        message = "Recordings cannot be stored: `recording_destinations` is empty."
        return Problem(message, how_to_change=owner_sets("recording_destinations"))
    if url is None:
        message = "The recording has no `destinationUrl`."
        return mistake(message, f"Pass a `destinationUrl` below one of {places}.")
    if not is_recording_url(url):
        message = f"{quoted(url)} is not a location for recordings, such as s3://bucket/folder."
        return mistake(message, f"Pass a `destinationUrl` with plain folder names, below one of {places}.")
    if is_below(url, policy.recording_destinations):
        return None
    message = f"{quoted(url)} is not below one of `recording_destinations` ({places})."
    return Problem(message, how_to_change=owner_sets("recording_destinations"))


def _targets(kind: ReachKind) -> Rule:
    """Return the rule about one kind of target other than a telephone."""

    def check(case: Case) -> Iterator[RuleResult]:
        for effect in case.all(Reach):
            if effect.kind == kind:
                target = effect.target or ""
                yield result_of(effect.path, printable(target), _target_problem(kind, target, case.policy))

    return Rule(REFUSALS[f"{kind}_target"], check)


def _target_problem(kind: ReachKind, target: str, policy: Policy) -> Problem | None:
    match kind:
        case "sip" if not policy.allow_sip:
            return Problem("This server does not allow SIP addresses.")
        case "sip":
            return _sip_problem(target)
        case "in_app" if not policy.allow_in_app:
            return Problem("This server does not allow in-app users.")
        case "in_app":
            return _emergency_problem(target)
        case "stream":
            return _stream_problem(target, policy)


def _stream_problem(target: str, policy: Policy) -> Problem | None:
    if policy.allow_streams:
        return host_problem(target, policy.callback_hosts, "callback_hosts", "wss")
    needed = () if policy.callback_hosts else ("callback_hosts",)
    how_to_change = owner_sets("allow_streams", *needed, word="and")
    return Problem("This server does not allow streams.", how_to_change=how_to_change)


def _sip_problem(target: str) -> Problem | None:
    # A gateway may pass the user part of an address on to the telephone network.
    found = _SIP.fullmatch(target)
    if found is None:
        message = f"{quoted(target)} is not a SIP address, such as alice@example.com."
        return mistake(message, "Write the address as user@host.")
    return _emergency_problem(found["user"])


def _emergency_problem(user: str) -> Problem | None:
    match examine(user):
        case Fault(kind="emergency_number", next_step=next_step):
            return Problem(
                f"{quoted(user)} is written like an emergency number; this server never calls those.",
                next_step,
                NO_SWITCH,
            )
        case _:
            return None


RULES = (
    Rule(REFUSALS["hidden_callbacks"], hidden_callbacks),
    Rule(REFUSALS["recording"], recording),
    _targets("sip"),
    _targets("in_app"),
    _targets("stream"),
)
