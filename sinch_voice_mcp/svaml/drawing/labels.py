"""What stands in the boxes: short lines, made of our words and of foreign text in quotes."""

from collections.abc import Iterator, Sequence

from sinch_voice_mcp.svaml.explaining.paths import REPEATS, SILENCE
from sinch_voice_mcp.svaml.explaining.wording import heard, milliseconds, plain, quoted, seconds
from sinch_voice_mcp.svaml.model.actions import ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Park
from sinch_voice_mcp.svaml.model.instructions import Instruction, PlayFiles, Say, SendDtmf, SetCookie
from sinch_voice_mcp.svaml.model.menus import Menu

CONNECTING = ConnectPstn | ConnectMxp | ConnectSip | ConnectStream
Label = tuple[str, tuple[str, ...]]

_MOST_STEPS = 5
_SHORT = 40
_LINE = 80


def steps_of(instructions: Sequence[Instruction]) -> list[str]:
    """One line for each of the first instructions, and a count of the others."""
    lines = [_step(step) for step in instructions[:_MOST_STEPS]]
    beyond = len(instructions) - _MOST_STEPS
    return [*lines, f"… and {beyond:,} more"] if beyond > 0 else lines


def _step(step: Instruction) -> str:
    match step:
        case Say():
            return f"Say {quoted(step.text)}"
        case PlayFiles():
            return f"Play {_heard('; '.join(step.ids))}"
        case SendDtmf():
            return f"Send tones {plain(step.value, _SHORT)}"
        case SetCookie():
            return f"Remember {plain(step.key, _SHORT)}"
        case _:
            return {"answer": "Answer", "startRecording": "Start recording", "stopRecording": "Stop recording"}[
                step.name
            ]


def _heard(prompt: str) -> str:
    # Backticks are for Markdown, not for boxes.
    return plain(heard(prompt).replace("`", ""), _LINE)


def asking(menu: Menu, *, voiced: bool, unreached: bool) -> Label:
    """A menu: its name, what it asks, how long it waits."""
    return f"Menu {plain(menu.id, _SHORT)}", tuple(_question(menu, voiced=voiced, unreached=unreached))


def _question(menu: Menu, *, voiced: bool, unreached: bool) -> Iterator[str]:
    if menu.main_prompt is not None:
        yield _heard(menu.main_prompt)
    pause = SILENCE if menu.timeout_mills is None else menu.timeout_mills
    repeats = REPEATS if menu.repeats is None else menu.repeats
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
    """An action: what it does to whom, and its limits."""
    match action:
        case ConnectPstn():
            whom = "the dialled number" if action.number is None else plain(action.number, _SHORT)
            ringing = "" if action.dial_timeout is None else f"for {seconds(action.dial_timeout)}"
            return f"Ring {whom}", _some(ringing, _shown(action.cli), "recorded" if action.record else "")
        case ConnectMxp():
            user = "the called user" if action.destination is None else plain(action.destination.endpoint, _SHORT)
            return f"Ring {user}", ("in-app",)
        case ConnectSip():
            return "Ring a SIP address", _some(plain(action.destination.endpoint, _LINE), _shown(action.cli))
        case ConnectStream():
            return "Stream the audio", (plain(action.destination.endpoint, _LINE),)
        case Park():
            intro = "" if action.intro_prompt is None else f"first {_heard(action.intro_prompt)}"
            hold = "" if action.hold_prompt is None else f"repeats {_heard(action.hold_prompt)}"
            return "Park the call", _some(intro, hold, f"for {seconds(action.max_duration or 600)} at most")


def joined(action: ConnectConf) -> Label:
    """Joining a conference."""
    music = "" if action.moh is None else f"alone: {action.moh}"
    keys = "" if action.conference_dtmf_options is None else f"keys: {action.conference_dtmf_options.mode or 'ignore'}"
    recorded = "recorded" if action.record else ""
    return f"Join conference {plain(action.conference_id, 64)}", _some(music, keys, recorded)


def answering(action: CONNECTING, *, asks: bool) -> Label:
    """What follows when the other side has answered."""
    duration = None if isinstance(action, ConnectMxp) else action.max_duration
    limit = "" if duration is None else f"for {seconds(duration)} at most"
    return "Connected", _some("your ACE handler may steer" if asks else "", limit)


def _shown(cli: str | None) -> str:
    return "" if cli is None else f"shows {plain(cli, _SHORT)}"


def _some(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
