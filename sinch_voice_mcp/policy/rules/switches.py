"""Rules about what is refused until the owner allows it: hiding, recording, targets other than telephones."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Hides, Reach, ReachKind, Store
from sinch_voice_mcp.policy.numbers import Fault, examine
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.policy.refusal import NO_SWITCH, owner_sets
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, listed, mistake, result_of
from sinch_voice_mcp.policy.rules.urls import host_problem
from sinch_voice_mcp.policy.targets import SipAddress, names_emergency, sip_address
from sinch_voice_mcp.policy.urls import host_listed
from sinch_voice_mcp.policy.values import is_below, is_recording_url
from sinch_voice_mcp.text.cleaning import is_printable_ascii
from sinch_voice_mcp.text.quoting import printable, quoted


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
        case "sip":
            return _sip_problem(target, policy)
        case "in_app" if not policy.allow_in_app:
            return Problem("This server does not allow in-app users.")
        case "in_app":
            return _in_app_problem(target)
        case "stream":
            return _stream_problem(target, policy)


def _stream_problem(target: str, policy: Policy) -> Problem | None:
    if policy.allow_streams:
        return host_problem(target, policy.callback_hosts, "callback_hosts", "wss")
    needed = () if policy.callback_hosts else ("callback_hosts",)
    how_to_change = owner_sets("allow_streams", *needed, word="and")
    return Problem("This server does not allow streams.", how_to_change=how_to_change)


def _sip_problem(target: str, policy: Policy) -> Problem | None:
    if not policy.allow_sip:
        needed = () if policy.sip_hosts else ("sip_hosts",)
        how_to_change = owner_sets("allow_sip", *needed, word="and")
        return Problem("This server does not allow SIP addresses.", how_to_change=how_to_change)
    address = sip_address(target)
    if address is None:
        message = f"{quoted(target)} is not a SIP address, such as alice@example.com."
        step = (
            "Write it as user@host: letters, digits and ._+- only, a DNS name, and at most `;transport=tls` behind it."
        )
        return mistake(message, step)
    if (problem := _user_problem(address, policy)) is not None:
        return problem
    if host_listed(address.host, policy.sip_hosts):
        return None
    message = "`sip_hosts` lists no host, so no SIP address is allowed."
    if policy.sip_hosts:
        places = listed(tuple(sorted(policy.sip_hosts)))
        message = f"The host {quoted(address.host)} is not in `sip_hosts` ({places})."
    return Problem(message, how_to_change=owner_sets("sip_hosts"))


def _user_problem(address: SipAddress, policy: Policy) -> Problem | None:
    # A gateway may pass the user part of an address on to the telephone network.
    if address.reaches_emergency:
        return _emergency(address.user)
    found = None if address.number is None else examine(address.number, policy.listed_numbers)
    return Problem(found.message, found.next_step, NO_SWITCH) if isinstance(found, Fault) else None


def _in_app_problem(target: str) -> Problem | None:
    # The caller chooses the user if the document names none.
    if target and not is_printable_ascii(target):
        message = f"The name {quoted(target)} has characters that are not printable ASCII."
        return mistake(message, "Write the name as the app registered it, in printable ASCII.")
    # The limits count another name, and the platform may call the same user.
    if target != target.strip():
        message = f"The name {quoted(target)} has a blank at its beginning or end."
        return mistake(message, "Write the name as the app registered it, without a blank around it.")
    return _emergency(target) if names_emergency(target) else None


def _emergency(user: str) -> Problem:
    message = f"{quoted(user)} is written like an emergency number; this server never calls those."
    return Problem(message, "Tell the user to call the emergency service from their own phone.", NO_SWITCH)


RULES = (
    Rule(REFUSALS["hidden_callbacks"], hidden_callbacks),
    Rule(REFUSALS["recording"], recording),
    _targets("sip"),
    _targets("in_app"),
    _targets("stream"),
)
