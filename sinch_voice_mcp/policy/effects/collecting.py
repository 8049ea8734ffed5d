"""Collect what a request can do: its own members, and those of every SVAML document inside it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from unicodedata import category

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.effects.kinds import (
    Broken,
    Dial,
    Effect,
    Fetch,
    Header,
    Hides,
    Identify,
    Invalid,
    Join,
    Lasts,
    PlayStored,
    Reach,
    ReachKind,
    Secret,
    Speak,
    SpeakSsml,
    Store,
    Tones,
    Unknown,
    UseVoice,
)
from sinch_voice_mcp.policy.effects.validity import errors_in
from sinch_voice_mcp.policy.meanings import is_many, members
from sinch_voice_mcp.svaml import (
    CallHeader,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    Continue,
    Document,
    Event,
    PlayFiles,
    Reading,
    RecordingOptions,
    SetCookie,
    SipDestination,
    StartRecording,
    StreamDestination,
    Tag,
    UserDestination,
    json_path,
    prompts,
    read,
    ssml,
)
from sinch_voice_mcp.svaml.findings import Location
from sinch_voice_mcp.svaml.limits import MAX_PAIR_BYTES
from sinch_voice_mcp.text.cleaning import is_printable_ascii
from sinch_voice_mcp.text.headers import is_header_name, routes_calls
from sinch_voice_mcp.text.quoting import printable, quoted
from sinch_voice_mcp.types import Meaning, Payload
from sinch_voice_mcp.wire.callouts import ConferenceCallout, TtsCallout

_MAX_INLINE_CHARS = 100_000
"""Characters of an SVAML document that is embedded as text; real ones have a few thousand."""

_MAX_MESSAGE_CHARS = 300
"""Characters of a reader's message that an effect quotes."""

_LOCALE = "locale"
"""The member of a payload that states in which language or voice its texts are spoken."""

_ADDRESS_IN_BRACKETS = "a URL in a prompt names its host by a DNS name, not by an IP address in square brackets"
_BRACKETED_HOST = re.compile(r"https?://[^\s/;]*\[", re.IGNORECASE)

EMBEDDED: Mapping[Meaning, Event] = {
    Meaning.EMBEDS_ICE: "callout",
    Meaning.EMBEDS_ACE: "ace",
    Meaning.EMBEDS_PIE: "pie",
}
"""The event that an embedded document answers, by the meaning of the member that contains it."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What the nearest objects around a location state for it.

    Attributes:
        cli_path: The path at which the caller ID is or belongs.
        cli: The caller ID; None if there is none.
        locale: The locale in which texts are spoken; None for the default one.
    """

    cli_path: str
    cli: str | None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One value with its meaning's context: its location, the object that contains it, and what is stated around it."""

    location: Location
    value: object
    holder: Payload
    around: _Around

    @property
    def path(self) -> str:
        return json_path(*self.location)

    @property
    def text(self) -> str:
        return str(self.value)


def effects_of(request: Payload) -> tuple[Effect, ...]:
    """Return everything that a request can do, in the order of its members.

    Inline SVAML and prompts that cannot be read are :class:`~sinch_voice_mcp.policy.effects.kinds.Broken`.
    """
    return tuple(_effects(request, (), _Around("$.cli", None)))


def read_inline(text: str, event: Event) -> Reading:
    """Read an SVAML document that is embedded as text in a callout.

    Raises:
        SvamlError: It does not fit its event, or is longer than 100,000 characters.
    """
    if len(text) > _MAX_INLINE_CHARS:
        raise SvamlError(f"the document is longer than {_MAX_INLINE_CHARS:,} characters", path="$")
    return read(text, event)


def is_inline(text: str) -> bool:
    """Whether the text of a member ``ice``, ``ace`` or ``pie`` is a document; otherwise it is a URL."""
    return text.lstrip().startswith("{")


def _effects(payload: Payload, location: Location, around: _Around) -> Iterator[Effect]:
    around = _stated(payload, location, around)
    yield from _implied(payload, location, around)
    if _LOCALE in type(payload).model_fields and around.locale is not None:
        yield UseVoice(json_path(*location, _LOCALE), around.locale)
    if isinstance(payload, CallHeader):
        yield from _header(payload, location)
    if isinstance(payload, ConnectConf | ConferenceCallout):
        yield Join(json_path(*location, "conferenceId"), payload.conference_id)
    yield from _carried(payload, location)
    for member in members(type(payload)):
        value: object = getattr(payload, member.name)
        yield from _within(value, member.meaning, (*location, member.wire), payload, around)


def _within(
    value: object, meaning: Meaning | None, location: Location, holder: Payload, around: _Around
) -> Iterator[Effect]:
    if isinstance(value, Payload):
        yield from _effects(value, location, around)
    elif is_many(value):
        for index, item in enumerate(value):
            yield from _within(item, meaning, (*location, index), holder, around)
    elif value is not None:
        leaf = _Leaf(location, value, holder, around)
        yield from _unencodable(leaf)
        yield from () if meaning is None else _BY_MEANING[meaning](leaf)


def _stated(payload: Payload, location: Location, around: _Around) -> _Around:
    """Return what is stated for the members of an object: by the object itself, else around it."""
    if _LOCALE in type(payload).model_fields:
        locale: object = getattr(payload, _LOCALE)
        around = replace(around, locale=locale if isinstance(locale, str) else None)
    for member in members(type(payload)):
        if member.meaning is Meaning.IDENTIFIES:
            cli: object = getattr(payload, member.name)
            # The platform treats an empty caller ID as none.
            present = isinstance(cli, str) and cli.strip() != ""
            cli_path = json_path(*location, member.wire)
            return replace(around, cli_path=cli_path, cli=str(cli) if present else None)
    return around


def _implied(payload: Payload, location: Location, around: _Around) -> Iterator[Effect]:
    """Yield the effects of absent members, and of members that are switches."""
    match payload:
        case ConnectPstn(number=None):
            # The platform then calls the number that the caller dialed.
            yield Dial(json_path(*location, "number"), None, around.cli, around.cli_path)
        case ConnectMxp(destination=None):
            yield Reach(json_path(*location, "destination"), "in_app", None)
        case PlayFiles(ids=()):
            yield Broken(json_path(*location, "ids"), "`ids` is empty, so nothing would be played")
        # Nothing is spoken or sent, and no reply can change that: the rule for texts refuses the empty one.
        case TtsCallout(text=None, prompts=None, dtmf=None, enable_ace=None | False):
            yield Speak(json_path(*location, "text"), "")
        case StartRecording(options=None):
            yield Store(json_path(*location, "options"), None)
        case RecordingOptions(destination_url=None):
            yield Store(json_path(*location, "destinationUrl"), None)
        case _:
            pass
    if (
        isinstance(payload, ConnectPstn | ConnectConf | Continue)
        and payload.record
        and payload.recording_options is None
    ):
        yield Store(json_path(*location, "record"), None)


def _header(header: CallHeader, location: Location) -> Iterator[Effect]:
    path = json_path(*location)
    if not is_header_name(header.key) or not is_printable_ascii(header.value):
        # A line end, or a colon in a key, would begin a header that the rules do not see.
        message = "a call header has a key that is no name of a header, or a value that is not printable ASCII"
        yield Broken(path, message)
    elif routes_calls(header.key):
        message = f"the call header {quoted(header.key)} routes or identifies a SIP call; use one such as `X-Order`"
        yield Broken(path, message)
    else:
        yield Header(path, header.key, header.value)


def _unencodable(leaf: _Leaf) -> Iterator[Effect]:
    if isinstance(leaf.value, str) and any("\ud800" <= char <= "\udfff" for char in leaf.value):
        yield Broken(leaf.path, "the text contains half a character (a lone surrogate), which JSON cannot represent")


def _dial(leaf: _Leaf) -> Iterator[Effect]:
    yield Dial(leaf.path, leaf.text, leaf.around.cli, leaf.around.cli_path)


def _reach(leaf: _Leaf) -> Iterator[Effect]:
    yield Reach(leaf.path, _reach_kind(leaf.holder), leaf.text, leaf.around.cli)


def _reach_kind(holder: Payload) -> ReachKind:
    match holder:
        case UserDestination():
            return "in_app"
        case SipDestination():
            return "sip"
        case StreamDestination():
            return "stream"
        case _:
            raise TypeError(f"{type(holder).__name__} reaches a target, but no kind of target is defined for it")


def _identify(leaf: _Leaf) -> Iterator[Effect]:
    if leaf.text.strip():
        yield Identify(leaf.path, leaf.text)


def _callback(leaf: _Leaf) -> Iterator[Effect]:
    yield Fetch(leaf.path, leaf.text, "callback")


def _speak(leaf: _Leaf) -> Iterator[Effect]:
    yield Speak(leaf.path, leaf.text, leaf.around.locale)


def _prompt(leaf: _Leaf) -> Iterator[Effect]:
    try:
        parts = prompts.parse(leaf.text)
    except prompts.PromptError as error:
        # Square brackets end a prompt, so the parser's message about such a URL would be misleading.
        bracketed = _BRACKETED_HOST.search(leaf.text) is not None
        yield Broken(leaf.path, _ADDRESS_IN_BRACKETS if bracketed else printable(error.message, _MAX_MESSAGE_CHARS))
        return
    if not parts:
        yield Broken(leaf.path, "the prompt is empty, so nothing would be played")
    for part in parts:
        yield from _prompt_part(part, leaf.path, leaf.around.locale)


def _prompt_part(part: prompts.Part, path: str, locale: str | None) -> Iterator[Effect]:
    match part:
        case prompts.TextPart(text):
            yield Speak(path, text, locale)
        case prompts.SsmlPart(marked_up):
            yield SpeakSsml(path, marked_up, locale)
            yield from (Fetch(path, source, "media") for source in ssml.sources(marked_up))
        case prompts.AudioPart(url):
            yield Fetch(path, url, "media")
        case prompts.FilePart(name):
            # The platform may treat any other name as an address, so the rules for URLs apply to it.
            yield PlayStored(path, name) if prompts.is_file_id(name) else Fetch(path, name, "media")


def _tones(leaf: _Leaf) -> Iterator[Effect]:
    yield Tones(leaf.path, leaf.text)


def _store(leaf: _Leaf) -> Iterator[Effect]:
    yield Store(leaf.path, leaf.text)


def _secret(leaf: _Leaf) -> Iterator[Effect]:
    yield Secret(leaf.path)


def _lasts(leaf: _Leaf) -> Iterator[Effect]:
    if isinstance(leaf.value, int):
        yield Lasts(leaf.path, str(leaf.location[-1]), leaf.value)


def _hides(leaf: _Leaf) -> Iterator[Effect]:
    # Only an explicit false keeps callbacks on for certain.
    if leaf.value is not False:
        yield Hides(leaf.path)


def _inert(leaf: _Leaf) -> Iterator[Effect]:
    if not isinstance(leaf.value, str):
        return
    if any(category(char) == "Cc" for char in leaf.value):
        yield Broken(leaf.path, "the value contains a control character, such as the end of a line")
    if _bytes(leaf.value) > MAX_PAIR_BYTES:
        yield Broken(leaf.path, f"the value is longer than {MAX_PAIR_BYTES:,} bytes")


def _bytes(*texts: str) -> int:
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def _carried(payload: Payload, location: Location) -> Iterator[Effect]:
    """Yield an effect if a call would carry more cookies or tags than the platform keeps."""
    match payload:
        case Document(instructions=instructions):
            cookies = [text for one in instructions if isinstance(one, SetCookie) for text in (one.key, one.value)]
            name, texts = "instructions", cookies
        case ConnectPstn(tags=tags):
            name, texts = "tags", [text for tag in tags or () for text in _tag_texts(tag)]
        case _:
            return
    if _bytes(*texts) > MAX_PAIR_BYTES:
        what = "cookies" if name == "instructions" else "tags"
        yield Broken(json_path(*location, name), f"all {what} together are longer than {MAX_PAIR_BYTES:,} bytes")


def _tag_texts(tag: str | Tag) -> tuple[str, ...]:
    return (tag,) if isinstance(tag, str) else (tag.key, tag.value)


def _embedded(event: Event) -> Callable[[_Leaf], Iterator[Effect]]:
    def effects(leaf: _Leaf) -> Iterator[Effect]:
        text = leaf.text.strip()
        if not is_inline(text):
            yield from _address(leaf.path, text)
            return
        try:
            reading = read_inline(text, event)
        except SvamlError as error:
            yield Broken(leaf.path + error.path[1:], printable(error.message, _MAX_MESSAGE_CHARS))
            return
        for unknown in reading.unknown:
            path = json_path(*leaf.location, *unknown.location)
            yield Unknown(path, printable(str(unknown.location[-1])))
        for error in errors_in(reading.document, event):
            path = json_path(*leaf.location, *error.location)
            yield Invalid(path, error.message)
        # The platform does not apply the caller ID of a callout to the documents inside it.
        yield from _effects(reading.document, leaf.location, _Around(f"{leaf.path}.cli", None))

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
