"""Walk a request and every SVAML document inside it, and collect what it can do."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.effects.kinds import (
    Broken,
    Dial,
    Effect,
    Fetch,
    Hides,
    Identify,
    Lasts,
    Reach,
    ReachKind,
    Secret,
    Speak,
    SpeakSsml,
    Store,
    Tones,
    Unknown,
)
from sinch_voice_mcp.policy.meanings import is_many, members
from sinch_voice_mcp.svaml import (
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    Event,
    PlayFiles,
    Reading,
    RecordingOptions,
    SipDestination,
    StartRecording,
    StreamDestination,
    UserDestination,
    json_path,
    prompts,
    read,
    ssml,
)
from sinch_voice_mcp.svaml.findings import Step
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.types import Meaning, Payload
from sinch_voice_mcp.wire.callouts import TtsCallout

Location = tuple[Step, ...]
_LONGEST_INLINE = 100_000
_ADDRESS_IN_BRACKETS = "a URL in a prompt names its host by a DNS name, not by an IP address in square brackets"
_BRACKETED_HOST = re.compile(r"https?://[^\s/;]*\[", re.IGNORECASE)

EMBEDDED: Mapping[Meaning, Event] = {
    Meaning.EMBEDS_ICE: "callout",
    Meaning.EMBEDS_ACE: "ace",
    Meaning.EMBEDS_PIE: "pie",
}
"""Which event a document answers that stands as text in a callout."""


@dataclass(frozen=True, slots=True)
class _Identity:
    """The nearest caller id around a place."""

    path: str
    cli: str | None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One marked value where it stands."""

    place: Location
    value: object
    holder: Payload
    identity: _Identity

    @property
    def path(self) -> str:
        return json_path(*self.place)

    @property
    def text(self) -> str:
        return str(self.value)


def effects_of(request: Payload) -> tuple[Effect, ...]:
    """Everything that a request can do, in the order in which it is written.

    Inline SVAML and prompts that cannot be read are :class:`~sinch_voice_mcp.policy.effects.kinds.Broken`.
    """
    return tuple(_effects(request, (), _Identity("$.cli", None)))


def read_inline(text: str, event: Event) -> Reading:
    """Read SVAML that stands as text in a callout.

    Raises:
        SvamlError: It does not fit its event, or is longer than 100,000 characters.
    """
    if len(text) > _LONGEST_INLINE:
        raise SvamlError(f"the document is longer than {_LONGEST_INLINE:,} characters", path="$")
    return read(text, event)


def is_inline(text: str) -> bool:
    """Whether the text at an ``ice``, ``ace`` or ``pie`` is a document, as the platform tells it from a URL."""
    return text.lstrip().startswith("{")


def _effects(payload: Payload, place: Location, around: _Identity) -> Iterator[Effect]:
    identity = _identity(payload, place) or around
    yield from _implied(payload, place, identity)
    for member in members(type(payload)):
        value: object = getattr(payload, member.name)
        yield from _within(value, member.meaning, (*place, member.wire), payload, identity)


def _within(
    value: object, meaning: Meaning | None, place: Location, holder: Payload, identity: _Identity
) -> Iterator[Effect]:
    if isinstance(value, Payload):
        yield from _effects(value, place, identity)
    elif is_many(value):
        for index, item in enumerate(value):
            yield from _within(item, meaning, (*place, index), holder, identity)
    elif value is not None:
        leaf = _Leaf(place, value, holder, identity)
        yield from _unencodable(leaf)
        yield from () if meaning is None else _BY_MEANING[meaning](leaf)


def _identity(payload: Payload, place: Location) -> _Identity | None:
    for member in members(type(payload)):
        if member.meaning is Meaning.IDENTIFIES:
            cli: object = getattr(payload, member.name)
            # Sinch takes an empty caller id for none.
            present = isinstance(cli, str) and cli.strip() != ""
            return _Identity(json_path(*place, member.wire), str(cli) if present else None)
    return None


def _implied(payload: Payload, place: Location, identity: _Identity) -> Iterator[Effect]:
    """What an absent member means, and members that are switches."""
    match payload:
        case ConnectPstn(number=None):
            yield Dial(json_path(*place, "number"), None, identity.cli, identity.path)
        case ConnectMxp(destination=None):
            yield Reach(json_path(*place, "destination"), "in_app", None)
        case PlayFiles(ids=()):
            yield Broken(json_path(*place, "ids"), "`ids` is empty, so nothing would be played")
        case TtsCallout(text=None, prompts=None, dtmf=None, enable_ace=None | False):
            yield Speak(json_path(*place, "text"), "")
        case StartRecording(options=None):
            yield Store(json_path(*place, "options"), None)
        case RecordingOptions(destination_url=None):
            yield Store(json_path(*place, "destinationUrl"), None)
        case _:
            pass
    if isinstance(payload, ConnectPstn | ConnectConf) and payload.record and payload.recording_options is None:
        yield Store(json_path(*place, "record"), None)


def _unencodable(leaf: _Leaf) -> Iterator[Effect]:
    if isinstance(leaf.value, str) and any("\ud800" <= sign <= "\udfff" for sign in leaf.value):
        yield Broken(leaf.path, "the text holds half a character (a lone surrogate), which no JSON can carry")


def _dial(leaf: _Leaf) -> Iterator[Effect]:
    yield Dial(leaf.path, leaf.text, leaf.identity.cli, leaf.identity.path)


def _reach(leaf: _Leaf) -> Iterator[Effect]:
    yield Reach(leaf.path, _reach_kind(leaf.holder), leaf.text)


def _reach_kind(holder: Payload) -> ReachKind:
    match holder:
        case UserDestination():
            return "in_app"
        case SipDestination():
            return "sip"
        case StreamDestination():
            return "stream"
        case _:
            raise TypeError(f"{type(holder).__name__} reaches something, but nobody knows what")


def _identify(leaf: _Leaf) -> Iterator[Effect]:
    if leaf.text.strip():
        yield Identify(leaf.path, leaf.text)


def _callback(leaf: _Leaf) -> Iterator[Effect]:
    yield Fetch(leaf.path, leaf.text, "callback")


def _speak(leaf: _Leaf) -> Iterator[Effect]:
    yield Speak(leaf.path, leaf.text)


def _prompt(leaf: _Leaf) -> Iterator[Effect]:
    try:
        parts = prompts.parse(leaf.text)
    except prompts.PromptError as error:
        bracketed = _BRACKETED_HOST.search(leaf.text) is not None
        yield Broken(leaf.path, _ADDRESS_IN_BRACKETS if bracketed else printable(error.message, 300))
        return
    if not parts:
        yield Broken(leaf.path, "the prompt is empty, so nothing would be played")
    for part in parts:
        yield from _prompt_part(part, leaf.path)


def _prompt_part(part: prompts.Part, path: str) -> Iterator[Effect]:
    match part:
        case prompts.TextPart(text):
            yield Speak(path, text)
        case prompts.SsmlPart(marked_up):
            yield SpeakSsml(path, marked_up)
            yield from (Fetch(path, source, "media") for source in ssml.sources(marked_up))
        case prompts.AudioPart(url):
            yield Fetch(path, url, "media")
        case prompts.FilePart(name):
            # Whatever is no plain file id might be an address to somebody.
            if not is_file_id(name):
                yield Fetch(path, name, "media")


def is_file_id(name: str) -> bool:
    """Whether a prompt item is the id of a stored file: ASCII letters, digits, spaces and ``._-``."""
    return name.isascii() and all(sign.isalnum() or sign in "._- " for sign in name)


def _tones(leaf: _Leaf) -> Iterator[Effect]:
    yield Tones(leaf.path, leaf.text)


def _store(leaf: _Leaf) -> Iterator[Effect]:
    yield Store(leaf.path, leaf.text)


def _secret(leaf: _Leaf) -> Iterator[Effect]:
    yield Secret(leaf.path)


def _lasts(leaf: _Leaf) -> Iterator[Effect]:
    if isinstance(leaf.value, int):
        yield Lasts(leaf.path, str(leaf.place[-1]), leaf.value)


def _hides(leaf: _Leaf) -> Iterator[Effect]:
    if leaf.value is not False:
        yield Hides(leaf.path)


def _inert(_: _Leaf) -> Iterator[Effect]:
    yield from ()


def _embedded(event: Event) -> Callable[[_Leaf], Iterator[Effect]]:
    def effects(leaf: _Leaf) -> Iterator[Effect]:
        text = leaf.text.strip()
        if not is_inline(text):
            yield from _address(leaf.path, text)
            return
        try:
            reading = read_inline(text, event)
        except SvamlError as error:
            yield Broken(leaf.path + error.path[1:], printable(error.message, 300))
            return
        for unknown in reading.unknown:
            path = json_path(*leaf.place, *unknown.location)
            yield Unknown(path, printable(str(unknown.location[-1])))
        # A document has a caller id of its own; the callout's does not reach into it.
        yield from _effects(reading.document, leaf.place, _Identity(f"{leaf.path}.cli", None))

    return effects


def _address(path: str, text: str) -> Iterator[Effect]:
    if text.lower().startswith(("http://", "https://")):
        yield Fetch(path, text, "callback")
    else:
        yield Broken(path, "this is neither SVAML as JSON text, which begins with `{`, nor a URL")


_BY_MEANING: Mapping[Meaning, Callable[[_Leaf], Iterator[Effect]]] = {
    Meaning.DIALS: _dial,
    Meaning.REACHES: _reach,
    Meaning.IDENTIFIES: _identify,
    Meaning.FETCHES: _callback,
    Meaning.SPOKEN: _speak,
    Meaning.PROMPT: _prompt,
    Meaning.TONES: _tones,
    Meaning.STORES: _store,
    Meaning.SECRET: _secret,
    Meaning.LASTS: _lasts,
    Meaning.HIDES: _hides,
    Meaning.INERT: _inert,
    **{meaning: _embedded(event) for meaning, event in EMBEDDED.items()},
}
