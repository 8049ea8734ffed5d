"""The request as it is sent: never the spelling of whoever asked, always ours.

What the rules judge is what leaves: the request is brought into this form first and judged then.
"""

from collections.abc import Mapping
from typing import TypeVar

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.effects import Dial
from sinch_voice_mcp.policy.markers import is_many, members
from sinch_voice_mcp.policy.numbers import NumberFacts, caller_id, examine
from sinch_voice_mcp.policy.speech import normalised
from sinch_voice_mcp.policy.walk import EMBEDDED, Place, effects_of, is_inline, read_inline
from sinch_voice_mcp.svaml import Event, json_path, prompts
from sinch_voice_mcp.types import Meaning, Payload

P = TypeVar("P", bound=Payload)


def canonical(request: P, default_cli: str | None = None) -> P:
    """The same request with numbers and caller ids in E.164, texts in NFC, and inline SVAML written anew.

    Args:
        request: What was asked for. What cannot be read stays as it is; a rule refuses it.
        default_cli: Filled in where a telephone is rung without a caller id.

    Members of inline SVAML that no documentation names are left out.
    """
    missing: dict[str, str] = {}
    if default_cli is not None:
        dials = (effect for effect in effects_of(request) if isinstance(effect, Dial))
        missing = {dial.cli_path: default_cli for dial in dials if dial.cli is None}
    return _payload(request, (), missing)


def _payload(payload: P, place: Place, missing: Mapping[str, str]) -> P:
    changes: dict[str, object] = {}
    for member in members(type(payload)):
        old: object = getattr(payload, member.name)
        new = _value(old, member.meaning, (*place, member.wire), missing)
        if new is not old:
            changes[member.name] = new
    return payload.model_copy(update=changes) if changes else payload


def _value(value: object, meaning: Meaning | None, place: Place, missing: Mapping[str, str]) -> object:
    if isinstance(value, Payload):
        return _payload(value, place, missing)
    if is_many(value):
        new = tuple(_value(item, meaning, (*place, index), missing) for index, item in enumerate(value))
        return value if all(after is before for after, before in zip(new, value, strict=True)) else new
    if meaning is Meaning.IDENTIFIES:
        filled = missing.get(json_path(*place))
        return filled or (caller_id(value) or None if isinstance(value, str) else value)
    return _text(value, meaning, place, missing) if isinstance(value, str) else value


def _text(text: str, meaning: Meaning | None, place: Place, missing: Mapping[str, str]) -> str:
    match meaning:
        case Meaning.DIALS:
            found = examine(text)
            return found.e164 if isinstance(found, NumberFacts) else text
        case Meaning.SPOKEN:
            return normalised(text)
        case Meaning.PROMPT:
            return _prompt(text)
        case Meaning.EMBEDS_ICE | Meaning.EMBEDS_ACE | Meaning.EMBEDS_PIE:
            return _inline(text.strip(), EMBEDDED[meaning], place, missing)
        case _:
            return text


def _prompt(text: str) -> str:
    try:
        return prompts.build(_part(part) for part in prompts.parse(text))
    except prompts.PromptError:
        return text


def _part(part: prompts.Part) -> prompts.Part:
    match part:
        case prompts.Text(text):
            return prompts.Text(normalised(text))
        case prompts.Ssml(ssml):
            return prompts.Ssml(normalised(ssml))
        case _:
            return part


def _inline(text: str, event: Event, place: Place, missing: Mapping[str, str]) -> str:
    if not is_inline(text):
        return text
    try:
        document = read_inline(text, event).document
    except SvamlError:
        return text
    return _payload(document, place, missing).to_json()
