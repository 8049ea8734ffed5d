"""The text in the boxes: short lines, with foreign text in quotes."""

from collections.abc import Iterable, Iterator, Sequence

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.explaining.paths import DEFAULT_REPEATS, SILENCE
from sinch_voice_mcp.svaml.explaining.phrases import CALLER_ID_WORDS, milliseconds, parts_of, seconds
from sinch_voice_mcp.svaml.limits import MAX_CONFERENCE_ID_CHARS, MAX_PARK_S
from sinch_voice_mcp.svaml.model.actions import ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Park
from sinch_voice_mcp.svaml.model.instructions import Instruction, PlayFiles, Say, SendDtmf, SetCookie
from sinch_voice_mcp.svaml.model.menus import Menu
from sinch_voice_mcp.svaml.prompts import AudioPart, FilePart, SsmlPart, TextPart
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.direction import isolated

CONNECTING = ConnectPstn | ConnectMxp | ConnectSip | ConnectStream
Label = tuple[str, tuple[str, ...]]

_MAX_STEPS = 5
_MAX_PARTS = 4
_MAX_NAME_CHARS = 40
_MAX_LINE_CHARS = 80


def named(text: str, limit: int = _MAX_NAME_CHARS) -> str:
    """Return a foreign name on one line, cut."""
    return isolated(one_line(text, limit))


def quoted(text: str, limit: int = _MAX_LINE_CHARS) -> str:
    """Return foreign text in double quotes, which it cannot close."""
    return f'"{isolated(one_line(text, limit).replace(chr(34), chr(39)))}"'


def steps_of(instructions: Sequence[Instruction]) -> list[str]:
    """Return the lines of the first instructions, and a count of the others."""
    lines = [line for step in instructions[:_MAX_STEPS] for line in _step(step)]
    beyond = len(instructions) - _MAX_STEPS
    return [*lines, f"… and {beyond:,} more"] if beyond > 0 else lines


def _step(step: Instruction) -> list[str]:
    match step:
        case Say():
            return [f"Say {quoted(step.text)}"]
        case PlayFiles():
            return _played(step.ids, "Play ")
        case SendDtmf():
            return [f"Send tones {named(step.value)}"]
        case SetCookie():
            return [f"Set cookie {named(step.key)}"]
        case _:
            return [
                {"answer": "Answer", "startRecording": "Start recording", "stopRecording": "Stop recording"}[step.name]
            ]


def _played(written: Iterable[str], opening: str = "") -> list[str]:
    """Return a line for each of the first parts of prompts, and a count of the others."""
    parts = [part for prompt in written for part in parts_of(prompt)]
    lines = [("then " if at else opening) + _part(part) for at, part in enumerate(parts[:_MAX_PARTS])]
    beyond = len(parts) - _MAX_PARTS
    return [*lines, f"… and {beyond:,} more"] if beyond > 0 else lines or [f"{opening}nothing"]


def _part(part: prompts.Part) -> str:
    match part:
        case TextPart(text):
            return quoted(text)
        case SsmlPart(marked_up):
            return quoted(ssml.parse_leniently(marked_up).text)
        case AudioPart(url):
            return f"the audio at {named(url, _MAX_LINE_CHARS)}"
        case FilePart(file):
            return f"the stored file {named(file)}"


def asking(menu: Menu, *, voiced: bool, unreached: bool) -> Label:
    """Return the label of a menu: its name, its question, how long it waits."""
    return f"Menu {named(menu.id)}", tuple(_question(menu, voiced=voiced, unreached=unreached))


def _question(menu: Menu, *, voiced: bool, unreached: bool) -> Iterator[str]:
    if menu.main_prompt is not None:
        yield from _played([menu.main_prompt])
    pause = SILENCE if menu.timeout_mills is None else menu.timeout_mills
    repeats = DEFAULT_REPEATS if menu.repeats is None else menu.repeats
    yield f"waits {milliseconds(pause)}" + (f", repeats {_times(repeats)}" if repeats else ", does not repeat")
    if menu.max_digits is not None:
        yield f"up to {menu.max_digits:,} key{'s' if menu.max_digits > 1 else ''}"
    if voiced:
        yield "keys or speech"
    if unreached:
        yield "no key leads here"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def described(action: CONNECTING | Park) -> Label:
    """Return the label of an action: what it does, what it calls, and its limits."""
    match action:
        case ConnectPstn():
            number = "the dialed number" if action.number is None else named(action.number)
            ringing = "" if action.dial_timeout is None else f"for {seconds(action.dial_timeout)}"
            return f"Call {number}", _some(ringing, _shown(action.cli), "recorded" if action.record else "")
        case ConnectMxp():
            to = action.destination
            user = "the called user" if to is None else named(to.endpoint)
            return f"Call {user}", ("in-app",)
        case ConnectSip():
            address = named(action.destination.endpoint, _MAX_LINE_CHARS)
            return "Call a SIP address", _some(address, _shown(action.cli))
        case ConnectStream():
            return "Stream the audio", (named(action.destination.endpoint, _MAX_LINE_CHARS),)
        case Park():
            intro = [] if action.intro_prompt is None else _played([action.intro_prompt], "first ")
            hold = [] if action.hold_prompt is None else _played([action.hold_prompt], "repeats ")
            return "Park the call", (*intro, *hold, f"for at most {seconds(action.max_duration or MAX_PARK_S)}")


def joined(action: ConnectConf) -> Label:
    """Return the label of joining a conference."""
    music = "" if action.moh is None else f"alone: {action.moh}"
    keys = "" if action.conference_dtmf_options is None else f"keys: {action.conference_dtmf_options.mode or 'ignore'}"
    recorded = "recorded" if action.record else ""
    return f"Join conference {named(action.conference_id, MAX_CONFERENCE_ID_CHARS)}", _some(music, keys, recorded)


def answering(action: CONNECTING, *, asks: bool) -> Label:
    """Return the label of what follows when the other side has answered."""
    duration = None if isinstance(action, ConnectMxp) else action.max_duration
    limit = "" if duration is None else f"for at most {seconds(duration)}"
    return "Connected", _some("your ACE handler decides" if asks else "", limit)


def _shown(cli: str | None) -> str:
    match cli:
        case None:
            return ""
        case str() if cli.lower() in CALLER_ID_WORDS:
            return CALLER_ID_WORDS[cli.lower()]
        case _:
            return f"caller ID {named(cli)}"


def _some(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
