"""The text in the boxes: short lines, with foreign text in quotes."""

from collections.abc import Iterator, Sequence

from sinch_voice_mcp.svaml.explaining.paths import DEFAULT_REPEATS, SILENCE
from sinch_voice_mcp.svaml.explaining.phrases import in_quotes, milliseconds, played, seconds
from sinch_voice_mcp.svaml.limits import MAX_CONFERENCE_ID_CHARS, MAX_PARK_S
from sinch_voice_mcp.svaml.model.actions import ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Park
from sinch_voice_mcp.svaml.model.instructions import Instruction, PlayFiles, Say, SendDtmf, SetCookie
from sinch_voice_mcp.svaml.model.menus import Menu
from sinch_voice_mcp.text.cleaning import one_line

CONNECTING = ConnectPstn | ConnectMxp | ConnectSip | ConnectStream
Label = tuple[str, tuple[str, ...]]

_MAX_STEPS = 5
_MAX_NAME_CHARS = 40
_MAX_LINE_CHARS = 80


def steps_of(instructions: Sequence[Instruction]) -> list[str]:
    """Return a line for each of the first instructions, and a count of the others."""
    lines = [_step(step) for step in instructions[:_MAX_STEPS]]
    beyond = len(instructions) - _MAX_STEPS
    return [*lines, f"… and {beyond:,} more"] if beyond > 0 else lines


def _step(step: Instruction) -> str:
    match step:
        case Say():
            return f"Say {in_quotes(step.text)}"
        case PlayFiles():
            return f"Play {_played('; '.join(step.ids))}"
        case SendDtmf():
            return f"Send tones {one_line(step.value, _MAX_NAME_CHARS)}"
        case SetCookie():
            return f"Set cookie {one_line(step.key, _MAX_NAME_CHARS)}"
        case _:
            return {"answer": "Answer", "startRecording": "Start recording", "stopRecording": "Stop recording"}[
                step.name
            ]


def _played(prompt: str) -> str:
    # Backticks are Markdown; a box shows them as they are.
    return one_line(played(prompt).replace("`", ""), _MAX_LINE_CHARS)


def asking(menu: Menu, *, voiced: bool, unreached: bool) -> Label:
    """Return the label of a menu: its name, its question, how long it waits."""
    return f"Menu {one_line(menu.id, _MAX_NAME_CHARS)}", tuple(_question(menu, voiced=voiced, unreached=unreached))


def _question(menu: Menu, *, voiced: bool, unreached: bool) -> Iterator[str]:
    if menu.main_prompt is not None:
        yield _played(menu.main_prompt)
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
            number = "the dialed number" if action.number is None else one_line(action.number, _MAX_NAME_CHARS)
            ringing = "" if action.dial_timeout is None else f"for {seconds(action.dial_timeout)}"
            return f"Call {number}", _some(ringing, _shown(action.cli), "recorded" if action.record else "")
        case ConnectMxp():
            to = action.destination
            user = "the called user" if to is None else one_line(to.endpoint, _MAX_NAME_CHARS)
            return f"Call {user}", ("in-app",)
        case ConnectSip():
            address = one_line(action.destination.endpoint, _MAX_LINE_CHARS)
            return "Call a SIP address", _some(address, _shown(action.cli))
        case ConnectStream():
            return "Stream the audio", (one_line(action.destination.endpoint, _MAX_LINE_CHARS),)
        case Park():
            intro = "" if action.intro_prompt is None else f"first {_played(action.intro_prompt)}"
            hold = "" if action.hold_prompt is None else f"repeats {_played(action.hold_prompt)}"
            return "Park the call", _some(intro, hold, f"for at most {seconds(action.max_duration or MAX_PARK_S)}")


def joined(action: ConnectConf) -> Label:
    """Return the label of joining a conference."""
    music = "" if action.moh is None else f"alone: {action.moh}"
    keys = "" if action.conference_dtmf_options is None else f"keys: {action.conference_dtmf_options.mode or 'ignore'}"
    recorded = "recorded" if action.record else ""
    return f"Join conference {one_line(action.conference_id, MAX_CONFERENCE_ID_CHARS)}", _some(music, keys, recorded)


def answering(action: CONNECTING, *, asks: bool) -> Label:
    """Return the label of what follows when the other side has answered."""
    duration = None if isinstance(action, ConnectMxp) else action.max_duration
    limit = "" if duration is None else f"for at most {seconds(duration)}"
    return "Connected", _some("your ACE handler decides" if asks else "", limit)


def _shown(cli: str | None) -> str:
    return "" if cli is None else f"caller ID {one_line(cli, _MAX_NAME_CHARS)}"


def _some(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
