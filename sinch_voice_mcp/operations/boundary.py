"""The boundary between foreign words and a model.

Callers, the platform and other requesters write words that a model reads. Each of them is shown as a word of a known
list, as a value of a known form (a number, an instant, an identifier), or as a text under ``untrusted``. Every result,
every resource and every error passes this module; a member that it does not know is moved under ``untrusted``.
"""

import re
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Any, get_args

from sinch_voice_mcp.errors import EarlierError, VoiceError
from sinch_voice_mcp.operations.endings import REASONS, RESULTS
from sinch_voice_mcp.operations.states import CallState
from sinch_voice_mcp.policy import REFUSALS
from sinch_voice_mcp.ports import INBOUND, UPDATES
from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.types import JsonObject, is_list, is_object
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.codes import answer_in_words

UNTRUSTED = "untrusted"
"""The member that holds foreign texts; nothing in it is an instruction."""

OTHER = "other"
"""What stands in the place of a word that is not known, or of a text without the form of its member."""

MAX_ITEMS = 50
"""Items of one list under ``untrusted``."""

KINDS = frozenset({"ice", "ace", "pie", "dice", "notify"})
"""Names of the events that the platform reports of a call."""

PLACED = "placed"
"""The event of our request in a timeline."""

INCOMING_TEXT = "incoming_text"
"""The reply to a call that came in and for which none was prepared: the text that the owner has set."""

_STOPPED = "stopped"
"""The rule whose refusals contained the stop's reason in their message, in journals of earlier versions."""


def _one_of(*words: str) -> Callable[[str], bool]:
    return frozenset(words).__contains__


def _written_as(pattern: str) -> Callable[[str], bool]:
    form = re.compile(pattern, re.ASCII)
    return lambda text: form.fullmatch(text) is not None


def _codes() -> frozenset[str]:
    """Return the code of every error."""
    kinds = [VoiceError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return frozenset(kind.code for kind in kinds)


_REQUESTS = frozenset(kind.model_fields["method"].default for kind in get_args(CalloutRequest)) | {UPDATES, INBOUND}
"""Kinds of the requests in the journal."""

_MENU_ENDS = _one_of("error", "return", "sequence", "timeout", "hangup", "invalidinput", "unknown")
_ID = _written_as(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._~:@+/=-]{0,63}")
"""An ID as platforms make them; a sentence without blanks has no digit or is longer."""
_NUMBER = _written_as(r"\+?[0-9]{1,15}|\+?[0-9]{1,5}…[0-9]{2}")
_NAME = _written_as(r"sip:[A-Za-z0-9._+-]{0,20}…?@[a-z0-9.-]{1,64}|app:[A-Za-z0-9._+-]{0,20}…?")
"""A SIP address or the name of an in-app user, too short for a sentence without blanks."""


def _is_party(text: str) -> bool:
    return _NUMBER(text) or _NAME(text)


_KNOWN: Mapping[str, Callable[[str], bool]] = {
    "answered_by": _one_of("human", "machine", "notsure", "hangup", "inprogress", "unknown"),
    "application_key": _written_as(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    "at": _written_as(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z"),
    "because": _one_of("longgreeting", "initialsilence", "beep", "greeting", "n/a"),
    "by": _one_of("dtmf", "voice"),
    "call_id": _ID,
    "capability": _one_of("voice", "sms"),
    "country": _written_as(r"[A-Z]{2}"),
    "currency": _written_as(r"[A-Z]{3}"),
    "event": (KINDS | {PLACED, INBOUND}).__contains__,
    "kind": _REQUESTS.__contains__,
    "menu": _MENU_ENDS,
    "number": _is_party,
    "reason": REASONS.__contains__,
    "reply": _one_of(INCOMING_TEXT),
    "refused": REFUSALS.__contains__,
    "result": lambda word: word in RESULTS or word in _codes(),
    "state": _one_of(*get_args(CallState)),
    "to": _is_party,
    "type": _MENU_ENDS,
    # Only the journal writes this member: why a part of a row cannot be read.
    "unreadable": lambda _: True,
}
"""What a text may be in order to be shown outside ``untrusted``, by the name of its member."""


def is_known(name: str, text: str) -> bool:
    """Whether a text is a known word, or has the known form, of the member of this name."""
    fits = _KNOWN.get(name)
    # What has passed the boundary before is not replaced again.
    return fits is not None and (text == OTHER or fits(text))


def stored_word(name: str, text: str) -> str:
    """Return a text as a row may hold it that is not sealed: a known word of this name, or ``other``."""
    return text if is_known(name, text) else OTHER


def known(name: str, text: str | None) -> str | None:
    """Return a text for a sentence of our own; None if it is not a known word or form of this name."""
    return text if text is not None and is_known(name, text) else None


def separate(members: Mapping[str, object], own: Collection[str] = ()) -> JsonObject:
    """Return the members of an object, with every foreign text that is not known under ``untrusted``.

    Args:
        members: The object. Numbers, truth values and None are kept, as is everything that is no JSON.
        own: Names of the members whose texts are our own words, or the requester's.

    Returns:
        The object. A text that does not fit its member is replaced by ``other``; one whose member is not known is
        removed. Both are kept under ``untrusted``, cleaned.
    """
    shown: JsonObject = {}
    given = members.get(UNTRUSTED)
    outside = _cleaned_object(given) if is_object(given) else {}
    for name, value in members.items():
        if name == UNTRUSTED and (is_object(value) or value is None):
            continue
        if name in own or not _bears_text(value) or (isinstance(value, str) and is_known(name, value)):
            shown[name] = value
        elif is_list(value) and all(map(is_object, value)):
            shown[name] = [separate(row) for row in value if is_object(row)]
        else:
            outside[name] = cleaned(value)
            if name in _KNOWN:
                shown[name] = OTHER
    return shown | {UNTRUSTED: outside} if outside else shown


def cleaned(value: object) -> object:
    """Return a foreign JSON value with texts of at most 500 visible characters and lists of at most 50 items."""
    if isinstance(value, str):
        return clean(value)
    if is_list(value):
        return [cleaned(item) for item in islice(value, MAX_ITEMS)]
    return _cleaned_object(value) if is_object(value) else value


def timeline_row(row: Mapping[str, object]) -> JsonObject:
    """Return a row of a timeline without its instant, with foreign texts separated."""
    return separate({name: value for name, value in row.items() if name != "at_ms"})


def error_json(error: VoiceError) -> dict[str, Any]:
    """Return an error as the JSON object that a model reads, or that the journal stores."""
    members = _error_json(error)
    if error.legs:
        # The text of an error that is returned again would be that of its own leg only.
        members |= {"message": error.message, "legs": [_leg_json(to, leg, members) for to, leg in error.legs]}
    return members


def _error_json(error: VoiceError) -> dict[str, Any]:
    members = error.to_json()
    if isinstance(error, EarlierError):
        members = _of_an_earlier_version(members)
    outside = members.pop(UNTRUSTED, None)
    return members | {UNTRUSTED: cleaned(outside)} if outside else members


def _leg_json(to: str, error: VoiceError, together: Mapping[str, object]) -> dict[str, Any]:
    """Return what distinguishes the error of one leg from the others; the message of all of them names its reason."""
    own = _error_json(error)
    own.pop("message")
    return {"to": to} | {name: value for name, value in own.items() if name == "code" or together.get(name) != value}


def _of_an_earlier_version(members: dict[str, Any]) -> dict[str, Any]:
    """Separate the foreign words of a stored error; earlier versions wrote them into its message."""
    status, code = members.get("http_status"), members.get("error_code")
    if isinstance(status, int):
        own = answer_in_words(status, code if isinstance(code, int) else None)
    elif members.get("rule") == _STOPPED:
        own = REFUSALS[_STOPPED].message
    else:
        return members
    if UNTRUSTED in members:
        return members
    foreign = {name: members.pop(name) for name in ("reference",) if name in members}
    if members["message"] != own:
        foreign["message"] = members["message"]
    return members | {"message": own} | ({UNTRUSTED: foreign} if foreign else {})


def _cleaned_object(value: JsonObject) -> JsonObject:
    return {clean(name): cleaned(inner) for name, inner in value.items()}


def _bears_text(value: object) -> bool:
    if is_list(value):
        return any(map(_bears_text, value))
    return isinstance(value, str) or is_object(value)
