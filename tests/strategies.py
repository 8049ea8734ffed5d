"""Hypothesis strategies: whatever can be said in SVAML and in requests."""

from typing import TypeVar

from hypothesis import strategies as st

from sinch_voice_mcp import svaml
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.text.invisible import is_blank

T = TypeVar("T")
SAID = "#tts[Hello.]"

text = st.text(st.characters(codec="utf-8"), max_size=40)
word = st.text("abcdefgh0123456789_-", min_size=1, max_size=12)
numbers = st.integers(100, 199).map(lambda n: f"+120255501{n % 100:02}")
seconds = st.integers(1, 14_400)
flags = st.booleans()
tones = st.text("0123456789#w", min_size=1, max_size=8)
_MUSIC: tuple[svaml.MusicOnHold, ...] = ("ring", "music1", "music2", "music3")
moh = st.sampled_from(_MUSIC)
locales = st.sampled_from(["en-US", "en-GB/male", "sv-SE"])


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def few(strategy: st.SearchStrategy[T], least: int = 0) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


prompts = text.map(lambda said: f"#tts[{said.replace(']', ')')}]") | st.just("#href[https://example.com/a.mp3]")
headers = few(st.builds(svaml.CallHeader, key=word, value=text))
recording = st.builds(
    svaml.RecordingOptions,
    destination_url=maybe(word.map(lambda name: f"s3://bucket/{name}")),
    credentials=maybe(word),
    format=maybe(st.sampled_from(["mp3", "wav"])),
    notification_events=maybe(flags),
    transcription_options=maybe(st.builds(svaml.TranscriptionOptions, enabled=maybe(flags), locale=maybe(locales))),
)
options = st.builds(
    svaml.Option,
    dtmf=st.sampled_from("0123456789*#"),
    action=word.map(lambda name: f"return({name})") | word.map(lambda name: f"menu({name})"),
)
menus = st.builds(
    svaml.Menu,
    id=word,
    main_prompt=maybe(prompts),
    repeat_prompt=maybe(prompts),
    repeats=maybe(st.integers(0, 9)),
    max_digits=maybe(st.integers(1, 20)),
    timeout_mills=maybe(st.integers(0, 60_000)),
    options=maybe(few(options)),
)
conference_dtmf = st.builds(
    svaml.ConferenceDtmfOptions, mode=maybe(st.sampled_from(["ignore", "forward", "detect"])), max_digits=maybe(seconds)
)

instructions: st.SearchStrategy[svaml.Instruction] = st.one_of(
    st.builds(svaml.PlayFiles, ids=few(prompts, 1), locale=maybe(locales)),
    st.builds(svaml.Say, text=text, locale=maybe(locales)),
    st.builds(svaml.SendDtmf, value=tones),
    st.builds(svaml.SetCookie, key=word, value=text),
    st.builds(svaml.Answer),
    st.builds(svaml.StartRecording, options=maybe(recording)),
    st.builds(svaml.StopRecording),
)


def _connect_conf(
    room: str, options: svaml.ConferenceDtmfOptions | None, music: svaml.MusicOnHold | None, record: bool | None
) -> svaml.ConnectConf:
    """Not built by the class: its signature shows the wire name too, and Hypothesis would fill in both."""
    return svaml.ConnectConf(conference_id=room, conference_dtmf_options=options, moh=music, record=record)


def _with_language(action: svaml.RunMenu) -> svaml.RunMenu:
    """The same menus with the language that spoken answers require."""
    return action.model_copy(update={"locale": "en-US"}) if action.enable_voice and action.locale is None else action


actions: st.SearchStrategy[svaml.Action] = st.one_of(
    st.builds(svaml.Hangup),
    st.builds(svaml.Continue),
    st.builds(
        svaml.ConnectPstn,
        number=maybe(numbers),
        max_duration=maybe(seconds),
        dial_timeout=maybe(seconds),
        cli=maybe(numbers),
        suppress_callbacks=maybe(flags),
        dtmf=maybe(tones),
        indications=maybe(st.sampled_from(["se", "us", "no"])),
        amd=maybe(st.builds(svaml.AnsweringMachineDetection, enabled=maybe(flags), async_=maybe(flags))),
        recording_options=maybe(recording),
        tags=maybe(few(word)),
    ),
    st.builds(
        svaml.ConnectMxp,
        destination=maybe(st.builds(svaml.UserDestination, endpoint=word)),
        call_headers=maybe(headers),
    ),
    st.builds(_connect_conf, word, maybe(conference_dtmf), maybe(moh), maybe(flags)),
    st.builds(
        svaml.ConnectSip,
        destination=st.builds(svaml.SipDestination, endpoint=word.map(lambda user: f"{user}@sip.example.com")),
        transport=maybe(st.sampled_from(["UDP", "TCP", "TLS"])),
        call_headers=maybe(headers),
        moh=maybe(moh),
    ),
    st.builds(
        svaml.ConnectStream,
        destination=st.builds(svaml.StreamDestination, endpoint=st.just("wss://example.com/audio")),
        streaming_options=maybe(st.builds(svaml.StreamingOptions, version=st.just(1), sample_rate=maybe(seconds))),
    ),
    st.builds(
        svaml.RunMenu,
        barge=maybe(flags),
        locale=maybe(locales),
        main_menu=maybe(word),
        enable_voice=maybe(flags),
        menus=few(menus, 1),
    ).map(_with_language),
    st.builds(
        svaml.Park,
        intro_prompt=maybe(prompts),
        hold_prompt=maybe(prompts),
        max_duration=maybe(st.integers(1, 600)),
    ),
)

documents: st.SearchStrategy[Document] = st.builds(Document, instructions=few(instructions), action=actions)


def _led(menus: tuple[svaml.Menu, ...]) -> tuple[svaml.Menu, ...]:
    """The same menus with ids of their own, one of them `main`, and options that lead somewhere."""
    asked = {"main_prompt": SAID, "repeat_prompt": SAID}
    named = [menu.model_copy(update={"id": f"m{at}" if at else "main", **asked}) for at, menu in enumerate(menus)]
    return tuple(menu.model_copy(update={"options": _returning(menu.options)}) for menu in named)


def _returning(options: tuple[svaml.Option, ...] | None) -> tuple[svaml.Option, ...] | None:
    if options is None:
        return None
    return tuple(option.model_copy(update={"action": "return(x)"}) for option in options)


def _is_heard(item: svaml.Instruction) -> bool:
    """Whether an instruction is complete, and a caller can hear it."""
    match item:
        case svaml.Say(text=said):
            return not is_blank(said)
        case svaml.PlayFiles(ids=ids):
            return all(not is_blank(prompt.removeprefix("#tts[").removesuffix("]")) for prompt in ids)
        case svaml.StartRecording():
            return False
        case _:
            return True


def _sensible(document: Document) -> Document:
    """The same document without what the types allow and the platform does not."""
    action = document.action
    if isinstance(action, svaml.RunMenu):
        update = {"menus": _led(action.menus), "main_menu": None, "locale": action.locale or "en-US"}
        action = action.model_copy(update=update)
    if isinstance(action, svaml.ConnectPstn):
        action = action.model_copy(update={"recording_options": None})
    kept = tuple(item for item in document.instructions if _is_heard(item))
    if isinstance(action, svaml.Park):
        action = action.model_copy(update={"intro_prompt": SAID, "hold_prompt": SAID})
    return Document(instructions=kept, action=action)


sensible_documents: st.SearchStrategy[Document] = documents.map(_sensible)
