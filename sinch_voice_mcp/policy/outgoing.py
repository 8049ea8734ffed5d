"""The request as it is sent: never the spelling of whoever asked, always ours.

What the rules judge is what leaves: the request is brought into this form first and judged then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.effects.collecting import EMBEDDED, Location, effects_of, is_inline, read_inline
from sinch_voice_mcp.policy.effects.kinds import Dial
from sinch_voice_mcp.policy.meanings import is_many, members
from sinch_voice_mcp.policy.numbers import NumberFacts, caller_id, examine
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.svaml import ConnectPstn, ConnectSip, ConnectStream, Event, json_path, prompts
from sinch_voice_mcp.text.cleaning import compose
from sinch_voice_mcp.types import Meaning, Payload
from sinch_voice_mcp.wire.callouts import ConferenceCallout, CustomCallout

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class _Filling:
    """What is filled in: caller ids by their JSON paths, and durations."""

    cli: Mapping[str, str]
    policy: Policy


def canonical(request: P, policy: Policy) -> P:
    """The same request with numbers and caller ids in E.164, texts in NFC, and inline SVAML written anew.

    Filled in are the ``default_cli`` where a telephone is rung without a caller id, and durations in seconds
    where a member that bounds a call is absent. Members of inline SVAML that no documentation names are left out.

    Args:
        request: What was asked for. What cannot be read stays as it is; a rule refuses it.
        policy: Where the defaults come from.
    """
    missing: dict[str, str] = {}
    if policy.default_cli is not None:
        dials = (effect for effect in effects_of(request) if isinstance(effect, Dial))
        missing = {dial.cli_path: policy.default_cli for dial in dials if dial.cli is None}
    return _payload(request, (), _Filling(missing, policy))


def _payload(payload: P, place: Location, filling: _Filling) -> P:
    changes: dict[str, object] = {
        name: value for name, value in _bounds(payload, filling.policy).items() if getattr(payload, name) is None
    }
    for member in members(type(payload)):
        old: object = getattr(payload, member.name)
        new = _value(old, member.meaning, (*place, member.wire), filling)
        if new is not old:
            changes[member.name] = new
    return payload.model_copy(update=changes) if changes else payload


def _bounds(payload: Payload, policy: Policy) -> Mapping[str, int]:
    """How long a call may ring and last where nobody says, in seconds."""
    match payload:
        case ConnectPstn():
            return {"max_duration": policy.default_duration_s, "dial_timeout": policy.dial_timeout_s}
        case ConnectSip() | ConnectStream() | ConferenceCallout() | CustomCallout():
            return {"max_duration": policy.default_duration_s}
        case _:
            return {}


def _value(value: object, meaning: Meaning | None, place: Location, filling: _Filling) -> object:
    if isinstance(value, Payload):
        return _payload(value, place, filling)
    if is_many(value):
        new = tuple(_value(item, meaning, (*place, index), filling) for index, item in enumerate(value))
        return value if all(after is before for after, before in zip(new, value, strict=True)) else new
    if meaning is Meaning.IDENTIFIES:
        filled = filling.cli.get(json_path(*place))
        return filled or (caller_id(value) or None if isinstance(value, str) else value)
    return _text(value, meaning, place, filling) if isinstance(value, str) else value


def _text(text: str, meaning: Meaning | None, place: Location, filling: _Filling) -> str:
    match meaning:
        case Meaning.DIALS:
            found = examine(text)
            return found.e164 if isinstance(found, NumberFacts) else text
        case Meaning.SPOKEN:
            return compose(text)
        case Meaning.PROMPT:
            return _prompt(text)
        case Meaning.EMBEDS_ICE | Meaning.EMBEDS_ACE | Meaning.EMBEDS_PIE:
            return _inline(text.strip(), EMBEDDED[meaning], place, filling)
        case _:
            return text


def _prompt(text: str) -> str:
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


def _inline(text: str, event: Event, place: Location, filling: _Filling) -> str:
    if not is_inline(text):
        return text
    try:
        document = read_inline(text, event).document
    except SvamlError:
        return text
    return _payload(document, place, filling).to_json()
