"""Menus: prompts, keys, speech and silence, until a menu has its outcome.

Sinch's documentation says how a menu can end; times, the number of repeats, and what counts as invalid are this
project's choices where nothing is published. A menu that has its outcome is no longer in ``call.menu``.
"""

import re
from collections.abc import Iterator

from sinch_voice_mcp.sandbox.engine import acting, dialing
from sinch_voice_mcp.sandbox.engine.callees import HangsUp, PicksUp, PressesKeys, PressesWrongKeys, Speaks
from sinch_voice_mcp.sandbox.engine.events import (
    CalleeHangsUp,
    CalleePresses,
    CalleeSpeaks,
    InputTimesOut,
    PromptEnds,
    TimerSlot,
    UtteranceEnds,
)
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import InMenu, MenuOutcome, MenuOutcomeType, MenuRun
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import Menu, Option, RunMenu, timing
from sinch_voice_mcp.svaml.limits import MAX_CALL_S
from sinch_voice_mcp.svaml.model.menus import ENDS_SEQUENCE, ends_sequence
from sinch_voice_mcp.svaml.prompts import PromptError

KEYS = "9876543210*#"

_DEFAULT_REPEATS = 3
_DEFAULT_TIMEOUT_MS = 5000
_DEFAULT_SPEECH_TIMEOUT_MS = 20_000

# A menu waits at least this long: otherwise one without prompt could repeat itself for ever at one instant.
_MIN_TIMEOUT_MS = 100
_MAX_TIMEOUT_MS = MAX_CALL_S * 1000

# Seconds after a prompt until a callee reacts.
_REACTION_S = 1.0

_OPTION_ACTION = re.compile(r"\s*(menu|return)\s*(?:\(([^()]*)\))?\s*", re.IGNORECASE)

# The prompt, the wait for input, and an utterance follow each other, so they share the slot of instructions.
_INSTRUCTION: TimerSlot = ("instruction", 0)
_REACTION: TimerSlot = ("react", 0)
_LEAVING: TimerSlot = ("quit", 0)


class MenuError(Exception):
    """A menu cannot be run as it is written."""


def begin(session: Session, action: RunMenu) -> None:
    """Start the main menu.

    Raises:
        MenuError: There is no main menu, an id occurs twice, or a prompt cannot be read.
    """
    _enter(session, action, main_menu(action))


def main_menu(action: RunMenu) -> Menu:
    """Return the menu to start with.

    Raises:
        MenuError: As for :func:`begin`.
    """
    _check(action)
    menu_id = action.main_menu or "main"
    menu = _find(action, menu_id)
    if menu is None:
        raise MenuError(f"there is no menu `{menu_id[:40]}` to begin with")
    return menu


def leave(session: Session) -> None:
    """Stop the menu in progress, if there is one."""
    if session.call.menu is not None:
        session.call.menu = None
        session.cancel(_INSTRUCTION, _REACTION, _LEAVING)


def prompt_ended(session: Session, run: MenuRun) -> None:
    """Wait for input, and schedule what the callee does."""
    run.listening = True
    _wait_for_input(session, run)
    dialing.start_listening(session, session.call.focus)
    acting.reach(session, session.call.focus, f"menu:{run.menu.id}")
    _schedule_reaction(session, run)


def press(session: Session, run: MenuRun, key: str) -> MenuOutcome | None:
    """Take a key: it chooses an option, starts or continues a sequence, or comes too early to count."""
    if not _takes_input(run):
        return None
    run.listening = True
    if run.menu.max_digits is None:
        return _take_input(session, run, key)
    if key == ENDS_SEQUENCE:
        return _take_input(session, run, run.digits if ends_sequence(key, run.menu.max_digits) else key)
    run.digits += key
    if len(run.digits) >= run.menu.max_digits:
        return _take_input(session, run, run.digits)
    _wait_for_input(session, run)
    return None


def press_next(session: Session, leg: int, keys: str) -> None:
    """Schedule the next of several keys that the callee presses one after the other."""
    session.after(acting.KEY_INTERVAL_S, _REACTION, CalleePresses(session.call.id, leg, keys))


def speak(session: Session, run: MenuRun, text: str) -> None:
    """Let the callee start to speak; a menu without voice input, or whose prompt cannot be interrupted, ignores it."""
    if not run.action.enable_voice or not _takes_input(run):
        return
    run.listening = True
    seconds = timing.of_text(text)
    limit_s = _bounded_s(run.menu.max_timeout_mills, _DEFAULT_SPEECH_TIMEOUT_MS)
    # A hostile text comes from whatever turns speech into text, so its length takes no time.
    is_understood = seconds <= limit_s or session.call.legs[session.call.focus].hostile == text
    understood = text if is_understood else None
    session.after(min(seconds, limit_s), _INSTRUCTION, UtteranceEnds(session.call.id, understood))


def utterance_ended(session: Session, run: MenuRun, text: str | None) -> MenuOutcome | None:
    """Compare what the callee said with the options; None stands for an utterance that was too long."""
    if text is None:
        return _miss(session, run, "timeout")
    session.note("heard", text=text)
    spoken = _folded(text)
    option = next((one for one in run.menu.options or () if one.input and _folded(one.input) == spoken), None)
    if option is not None:
        return _follow(session, run, option, by_voice=True)
    return _miss(session, run, "invalidinput", text, by_voice=True)


def input_timed_out(session: Session, run: MenuRun) -> MenuOutcome | None:
    """End the wait for input: a sequence is complete, or nothing was entered."""
    if run.digits:
        return _take_input(session, run, run.digits)
    return _miss(session, run, "timeout")


def hung_up(run: MenuRun) -> MenuOutcome:
    """Return the outcome of a menu whose callee hung up."""
    return MenuOutcome(run.menu.id, "hangup")


def _check(action: RunMenu) -> None:
    ids = [menu.id for menu in action.menus]
    if len(set(ids)) < len(ids):
        raise MenuError("two menus have the same id")
    try:
        timing.of_prompts(_prompts(action))
    except PromptError as error:
        raise MenuError(error.message) from None


def _prompts(action: RunMenu) -> Iterator[str]:
    for menu in action.menus:
        yield menu.main_prompt or ""
        yield menu.repeat_prompt or ""


def _find(action: RunMenu, menu_id: str) -> Menu | None:
    return next((menu for menu in action.menus if menu.id == menu_id), None)


def _enter(session: Session, action: RunMenu, menu: Menu) -> None:
    leave(session)
    session.call.menu = MenuRun(action, menu, _repeats(menu))
    _play(session, session.call.menu, menu.main_prompt)


def _play(session: Session, run: MenuRun, prompt: str | None) -> None:
    run.listening, run.digits = False, ""
    session.cancel(_REACTION)
    session.call.activity = InMenu()
    session.note("menu", menu=run.menu.id, prompt=prompt or "", locale=run.action.locale or "en-US")
    acting.reach(session, session.call.focus, f"menu:{run.menu.id}", barge=True)
    seconds = timing.of_prompts((prompt or "",))
    if seconds > 0:
        session.after(seconds, _INSTRUCTION, PromptEnds(session.call.id))
        dialing.start_listening(session, session.call.focus)
    else:
        prompt_ended(session, run)


def _wait_for_input(session: Session, run: MenuRun) -> None:
    seconds = _bounded_s(run.menu.timeout_mills, _DEFAULT_TIMEOUT_MS)
    session.after(seconds, _INSTRUCTION, InputTimesOut(session.call.id))


def _takes_input(run: MenuRun) -> bool:
    return run.listening or run.action.barge is not False


def _take_input(session: Session, run: MenuRun, entered: str) -> MenuOutcome | None:
    option = next((one for one in run.menu.options or () if one.dtmf == entered), None)
    if option is not None:
        return _follow(session, run, option)
    if run.digits:
        return _finish(session, run, "sequence", run.digits)
    # The `#` that ends a sequence is not part of it, so here it ended an empty one.
    return _miss(session, run, "invalidinput", entered if run.menu.max_digits is None else "")


def _follow(session: Session, run: MenuRun, option: Option, *, by_voice: bool = False) -> MenuOutcome | None:
    parts = _OPTION_ACTION.fullmatch(option.action)
    kind, argument = ("return", "") if parts is None else (parts[1].lower(), (parts[2] or "").strip())
    if kind == "return":
        return _finish(session, run, "return", argument, by_voice=by_voice)
    menu = _find(run.action, argument)
    if menu is None:
        return _finish(session, run, "error")
    _enter(session, run.action, menu)
    return None


def _miss(
    session: Session, run: MenuRun, kind: MenuOutcomeType, value: str | None = None, *, by_voice: bool = False
) -> MenuOutcome | None:
    """Repeat the prompt, or end the menu if no repeat is left."""
    if run.repeats_left <= 0:
        return _finish(session, run, kind, value, by_voice=by_voice)
    run.repeats_left -= 1
    _play(session, run, run.menu.repeat_prompt or run.menu.main_prompt)
    return None


def _finish(
    session: Session, run: MenuRun, kind: MenuOutcomeType, value: str | None = None, *, by_voice: bool = False
) -> MenuOutcome:
    leave(session)
    return MenuOutcome(run.menu.id, kind, value, "voice" if by_voice else "dtmf")


def _schedule_reaction(session: Session, run: MenuRun) -> None:
    """Schedule what the callee does after the prompt; a key pressed during it has already counted."""
    call_id, index = session.call.id, session.call.focus
    leg = session.call.legs[index]
    match leg.callee.at_menu if isinstance(leg.callee, PicksUp) else None:
        case PressesKeys(keys=keys):
            session.after(_REACTION_S, _REACTION, CalleePresses(call_id, index, keys))
        case PressesWrongKeys(times=times) if (key := _wrong_key(run.menu)) and leg.wrong_keys < times:
            leg.wrong_keys += 1
            session.after(_REACTION_S, _REACTION, CalleePresses(call_id, index, key))
        case Speaks(text=text) if run.action.enable_voice:
            session.after(_REACTION_S, _REACTION, CalleeSpeaks(call_id, index, text))
        case HangsUp(after_s=seconds) if run.repeats_left == _repeats(run.menu):
            session.after(seconds, _LEAVING, CalleeHangsUp(call_id, index))
        case _:
            pass


def _wrong_key(menu: Menu) -> str | None:
    options = {option.dtmf for option in menu.options or ()}
    return next((key for key in KEYS if key not in options), None)


def _repeats(menu: Menu) -> int:
    return _DEFAULT_REPEATS if menu.repeats is None else menu.repeats


def _bounded_s(given_ms: int | None, default_ms: int) -> float:
    return min(max(default_ms if given_ms is None else given_ms, _MIN_TIMEOUT_MS), _MAX_TIMEOUT_MS) / 1000


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


BEHAVIORS = (
    documented(
        "menu",
        "main menu",
        "the menu that `mainMenu` names, else `main`; without it the SVAML is invalid",
        "SVAML actions",
    ),
    documented(
        "menu", "barge", "keys count from the start of the prompt, or with `false` from its end", "SVAML actions"
    ),
    documented("menu", "sequence", "ends with `maxDigits` keys, `#`, or a pause of `timeoutMills`", "SVAML actions"),
    chosen("menu", "sequence that equals an option", "counts as the option"),
    chosen("menu", "`#` alone where a sequence is expected", "invalid input, unless it is an option"),
    chosen(
        "menu",
        "repeats",
        "3 by default; the main prompt if there is no repeat prompt",
        "the default of an older official library",
        ("_DEFAULT_REPEATS",),
    ),
    chosen(
        "menu",
        "timeoutMills",
        "5 s by default, from the end of the prompt; at least 0.1 s",
        covers=("_DEFAULT_TIMEOUT_MS", "_MIN_TIMEOUT_MS", "_MAX_TIMEOUT_MS"),
    ),
    chosen(
        "menu",
        "maxTimeoutMills",
        "20 s by default; longer speech is not understood",
        covers=("_DEFAULT_SPEECH_TIMEOUT_MS",),
    ),
    chosen("menu", "speech", "chooses the option whose `input` it equals in any letter case, else is invalid input"),
    chosen("menu", "option that names an unknown menu", "PIE with `error`"),
    chosen(
        "time",
        "keys",
        "the first 1 s after the prompt of a menu, the others 0.25 s apart",
        covers=("_REACTION_S",),
    ),
)
