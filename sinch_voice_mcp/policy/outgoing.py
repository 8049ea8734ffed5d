"""Bring a request into the form in which it is sent, so that the rules examine exactly what the platform receives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic

from typing_extensions import TypeVar

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.effects.collecting import EMBEDDED, is_inline, read_inline
from sinch_voice_mcp.policy.effects.kinds import Unknown
from sinch_voice_mcp.policy.meanings import is_many, members
from sinch_voice_mcp.policy.numbers import NumberFacts, caller_id, examine
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.svaml import ConnectPstn, ConnectSip, ConnectStream, Event, json_path, prompts
from sinch_voice_mcp.svaml.findings import Location
from sinch_voice_mcp.text.cleaning import compose
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.types import Meaning, Payload
from sinch_voice_mcp.wire.callouts import ConferenceCallout, CustomCallout

P = TypeVar("P", bound=Payload)
P_co = TypeVar("P_co", bound=Payload, covariant=True)


@dataclass(frozen=True, slots=True)
class Outgoing(Generic[P_co]):
    """A request in the form that would be sent, and the members of its inline SVAML that were left out."""

    request: P_co
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """State of one rewriting: the policy gives the defaults; undocumented members that are left out are collected."""

    policy: Policy
    unknown: list[Unknown] = field(default_factory=list[Unknown])


def outgoing(request: P, policy: Policy) -> Outgoing[P]:
    """Bring a request into the form that is sent: numbers in E.164, texts in NFC, inline SVAML rewritten.

    The ``default_cli`` is filled in where a telephone rings without a caller ID, and durations in seconds where a
    member that bounds a call is absent. Members of inline SVAML that are not documented are left out.

    Args:
        request: The request as the client made it. What cannot be read stays as it is; a rule refuses it.
        policy: Gives the defaults.
    """
    rewriting = _Rewriting(policy)
    return Outgoing(_payload(request, (), rewriting), tuple(rewriting.unknown))


def _payload(payload: P, location: Location, rewriting: _Rewriting) -> P:
    changes: dict[str, object] = {
        name: value for name, value in _bounds(payload, rewriting.policy).items() if getattr(payload, name) is None
    }
    for member in members(type(payload)):
        old: object = getattr(payload, member.name)
        if member.meaning is Meaning.IDENTIFIES:
            new = _cli(old, payload, rewriting.policy)
        else:
            new = _value(old, member.meaning, (*location, member.wire), rewriting)
        # By identity, so that a request that is in this form already is returned itself and not copied.
        if new is not old:
            changes[member.name] = new
    return payload.model_copy(update=changes) if changes else payload


def _cli(value: object, payload: Payload, policy: Policy) -> object:
    """Return the caller ID in E.164 form, or the default one if a telephone would ring without any."""
    if not isinstance(value, str) or not value.strip():
        if policy.default_cli is not None and _rings_with_it(payload):
            return policy.default_cli
        return None if isinstance(value, str) else value
    return caller_id(value) or None


def _rings_with_it(payload: Payload) -> bool:
    """Whether a number in this object, or in an object inside it without a caller ID, rings with this caller ID."""
    if isinstance(payload, ConnectPstn):
        return True
    for member in members(type(payload)):
        value: object = getattr(payload, member.name)
        for item in value if is_many(value) else (value,):
            if isinstance(item, Payload):
                if not _identifies(item) and _rings_with_it(item):
                    return True
            elif item is not None and member.meaning is Meaning.DIALS:
                return True
    return False


def _identifies(payload: Payload) -> bool:
    return any(member.meaning is Meaning.IDENTIFIES for member in members(type(payload)))


def _bounds(payload: Payload, policy: Policy) -> Mapping[str, int]:
    """Return the default durations of the members that bound a call, in seconds, by member."""
    # Without these members, the platform lets a call last for four hours.
    match payload:
        case ConnectPstn():
            return {"max_duration": policy.default_duration_s, "dial_timeout": policy.dial_timeout_s}
        case ConnectSip() | ConnectStream() | ConferenceCallout() | CustomCallout():
            return {"max_duration": policy.default_duration_s}
        case _:
            return {}


def _value(value: object, meaning: Meaning | None, location: Location, rewriting: _Rewriting) -> object:
    if isinstance(value, Payload):
        return _payload(value, location, rewriting)
    if is_many(value):
        new = tuple(_value(item, meaning, (*location, index), rewriting) for index, item in enumerate(value))
        return value if all(after is before for after, before in zip(new, value, strict=True)) else new
    return _text(value, meaning, location, rewriting) if isinstance(value, str) else value


def _text(text: str, meaning: Meaning | None, location: Location, rewriting: _Rewriting) -> str:
    match meaning:
        case Meaning.DIALS:
            found = examine(text, rewriting.policy.listed_numbers)
            return found.e164 if isinstance(found, NumberFacts) else text
        case Meaning.SPOKEN:
            return compose(text)
        case Meaning.PROMPT:
            return _prompt(text)
        case Meaning.EMBEDS_ICE | Meaning.EMBEDS_ACE | Meaning.EMBEDS_PIE:
            return _inline(text.strip(), EMBEDDED[meaning], location, rewriting)
        case _:
            return text


def _prompt(text: str) -> str:
    # Parsed and built again, so that the rules and the platform read the same parts.
    try:
        return prompts.build(_part(part) for part in prompts.parse(text))
    except prompts.PromptError:
        return text


def _part(part: prompts.Part) -> prompts.Part:
    match part:
        case prompts.TextPart(text):
            return prompts.TextPart(compose(text))
        case prompts.SsmlPart(ssml):
            return prompts.SsmlPart(compose(ssml))
        case _:
            return part


def _inline(text: str, event: Event, location: Location, rewriting: _Rewriting) -> str:
    if not is_inline(text):
        return text
    try:
        reading = read_inline(text, event)
    except SvamlError:
        return text
    for unknown in reading.unknown:
        path = json_path(*location, *unknown.location)
        rewriting.unknown.append(Unknown(path, printable(str(unknown.location[-1]))))
    return _payload(reading.document, location, rewriting).to_json()
