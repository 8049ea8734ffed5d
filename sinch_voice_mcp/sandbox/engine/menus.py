"""Menus: prompts, keys, speech and silence, until there is a result.

Sinch's documentation says what a menu can end with; times, the number of repeats, and what counts as invalid are
choices where nothing is published. A menu that came to its result is no longer in ``call.menu``.
"""

import re
from collections.abc import Iterator

from sinch_voice_mcp.sandbox.engine import dialling
from sinch_voice_mcp.sandbox.engine.destinations import Leaves, PicksUp, Presses, PressesWrong, Says
from sinch_voice_mcp.sandbox.engine.events import (
    FarSideLeaves,
    FarSidePresses,
    FarSideSpeaks,
    PromptOver,
    SilenceOver,
    Slot,
    UtteranceOver,
)
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.state import Asking, Call, MenuResult, MenuResultType, MenuRun
from sinch_voice_mcp.svaml import Menu, Option, RunMenu, timing
from sinch_voice_mcp.svaml.prompts import PromptError

REPEATS = 3
TIMEOUT_MS = 5000
MAX_TIMEOUT_MS = 20_000
KEYS = "9876543210*#"
REACTION_S = 1.0
BETWEEN_KEYS_S = 0.25

_SHORTEST_MS = 100
"""A menu listens at least so long: else one without prompt could repeat itself for ever in one instant."""
_LONGEST_MS = dialling.LONGEST_CALL_S * 1000
_ACTION = re.compile(r"\s*(menu|return)\s*(?:\(([^()]*)\))?\s*", re.IGNORECASE)
_INSTRUCTION: Slot = ("instruction", 0)
_REACTION: Slot = ("react", 0)
_LEAVING: Slot = ("quit", 0)


class MenuError(Exception):
    """Menus that cannot be run as they are written."""


def begin(exchange: Exchange, call: Call, action: RunMenu) -> None:
    """Ask the person on the first phone.

    Raises:
        MenuError: There is no main menu, an id occurs twice, or a prompt cannot be read.
    """
    _enter(exchange, call, action, main_menu(action))


def main_menu(action: RunMenu) -> Menu:
    """The menu to begin with.

    Raises:
        MenuError: As for :func:`begin`.
    """
    _check(action)
    name = action.main_menu or "main"
    menu = _find(action, name)
    if menu is None:
        raise MenuError(f"there is no menu `{name[:40]}` to begin with")
    return menu


def leave(exchange: Exchange, call: Call) -> None:
    """Stop asking; nothing happens where nothing is asked."""
    if call.menu is not None:
        call.menu = None
        for slot in (_INSTRUCTION, _REACTION, _LEAVING):
            exchange.timers.cancel(call.id, slot)


def prompt_over(exchange: Exchange, call: Call, run: MenuRun) -> None:
    """The prompt has been heard: now wait, and see what the person does."""
    run.listening = True
    exchange.after(_limit_s(run.menu.timeout_mills, TIMEOUT_MS), _INSTRUCTION, SilenceOver(call.id))
    dialling.hears(exchange, call, 0)
    _react(exchange, call, run)


def press(exchange: Exchange, call: Call, run: MenuRun, key: str) -> MenuResult | None:
    """A key is pressed: it is input, begins or goes on with a sequence, or comes too early to count."""
    if not _hears(run):
        return None
    run.listening = True
    if run.menu.max_digits is None:
        return _decide(exchange, call, run, key)
    if key == "#":
        return _decide(exchange, call, run, run.digits or key)
    run.digits += key
    if len(run.digits) >= run.menu.max_digits:
        return _decide(exchange, call, run, run.digits)
    exchange.after(_limit_s(run.menu.timeout_mills, TIMEOUT_MS), _INSTRUCTION, SilenceOver(call.id))
    return None


def speak(exchange: Exchange, call: Call, run: MenuRun, text: str) -> None:
    """Somebody begins to speak; a menu without voice input, or one that lets nobody interrupt it, hears nothing."""
    if not run.action.enable_voice or not _hears(run):
        return
    run.listening = True
    seconds, limit = timing.of_text(text), _limit_s(run.menu.max_timeout_mills, MAX_TIMEOUT_MS)
    heard = text if seconds <= limit else None
    exchange.after(min(seconds, limit), _INSTRUCTION, UtteranceOver(call.id, heard))


def utterance_over(exchange: Exchange, call: Call, run: MenuRun, text: str | None) -> MenuResult | None:
    """What was said has been said."""
    if text is None:
        return _missed(exchange, call, run, "timeout")
    exchange.note(call, "heard", text=text)
    spoken = _folded(text)
    option = next((one for one in run.menu.options or () if one.input and _folded(one.input) == spoken), None)
    if option is not None:
        return _follow(exchange, call, run, option, by_voice=True)
    return _missed(exchange, call, run, "invalidinput", text, by_voice=True)


def silence_over(exchange: Exchange, call: Call, run: MenuRun) -> MenuResult | None:
    """Nobody pressed a key for so long: a sequence is complete, or nothing was entered."""
    if run.digits:
        return _decide(exchange, call, run, run.digits)
    return _missed(exchange, call, run, "timeout")


def hung_up(run: MenuRun) -> MenuResult:
    """The result of a menu whose person has left."""
    return MenuResult(run.menu.id, "hangup")


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


def _find(action: RunMenu, name: str) -> Menu | None:
    return next((menu for menu in action.menus if menu.id == name), None)


def _enter(exchange: Exchange, call: Call, action: RunMenu, menu: Menu) -> None:
    leave(exchange, call)
    call.menu = MenuRun(action, menu, _repeats(menu))
    _play(exchange, call, call.menu, menu.main_prompt)


def _play(exchange: Exchange, call: Call, run: MenuRun, prompt: str | None) -> None:
    run.listening, run.digits = False, ""
    exchange.timers.cancel(call.id, _REACTION)
    call.step = Asking()
    exchange.note(call, "menu", menu=run.menu.id, prompt=prompt or "", locale=run.action.locale or "en-US")
    seconds = timing.of_prompts((prompt or "",))
    if seconds > 0:
        exchange.after(seconds, _INSTRUCTION, PromptOver(call.id))
        dialling.hears(exchange, call, 0)
    else:
        prompt_over(exchange, call, run)


def _hears(run: MenuRun) -> bool:
    return run.listening or run.action.barge is not False


def _decide(exchange: Exchange, call: Call, run: MenuRun, entered: str) -> MenuResult | None:
    option = next((one for one in run.menu.options or () if one.dtmf == entered), None)
    if option is not None:
        return _follow(exchange, call, run, option)
    if run.digits:
        return _result(exchange, call, run, "sequence", run.digits)
    # The hash that ends a sequence is no part of it, so here it ended an empty one.
    return _missed(exchange, call, run, "invalidinput", entered if run.menu.max_digits is None else "")


def _follow(
    exchange: Exchange, call: Call, run: MenuRun, option: Option, *, by_voice: bool = False
) -> MenuResult | None:
    parts = _ACTION.fullmatch(option.action)
    kind, inside = ("return", "") if parts is None else (parts[1].lower(), (parts[2] or "").strip())
    if kind == "return":
        return _result(exchange, call, run, "return", inside, by_voice=by_voice)
    menu = _find(run.action, inside)
    if menu is None:
        return _result(exchange, call, run, "error")
    _enter(exchange, call, run.action, menu)
    return None


def _missed(
    exchange: Exchange,
    call: Call,
    run: MenuRun,
    kind: MenuResultType,
    value: str | None = None,
    *,
    by_voice: bool = False,
) -> MenuResult | None:
    if run.repeats_left <= 0:
        return _result(exchange, call, run, kind, value, by_voice=by_voice)
    run.repeats_left -= 1
    _play(exchange, call, run, run.menu.repeat_prompt or run.menu.main_prompt)
    return None


def _result(
    exchange: Exchange,
    call: Call,
    run: MenuRun,
    kind: MenuResultType,
    value: str | None = None,
    *,
    by_voice: bool = False,
) -> MenuResult:
    leave(exchange, call)
    return MenuResult(run.menu.id, kind, value, "voice" if by_voice else "dtmf")


def _react(exchange: Exchange, call: Call, run: MenuRun) -> None:
    """What the person does when the prompt is over; a key pressed earlier has already been counted."""
    leg = call.legs[0]
    reaction = leg.far_side.at_menu if isinstance(leg.far_side, PicksUp) else None
    match reaction:
        case Presses(keys=keys):
            exchange.after(REACTION_S, _REACTION, FarSidePresses(call.id, 0, keys))
        case PressesWrong(times=times) if (key := _wrong_key(run.menu)) and leg.wrong_keys < times:
            leg.wrong_keys += 1
            exchange.after(REACTION_S, _REACTION, FarSidePresses(call.id, 0, key))
        case Says(text=text) if run.action.enable_voice:
            exchange.after(REACTION_S, _REACTION, FarSideSpeaks(call.id, 0, text))
        case Leaves(after_s=seconds) if run.repeats_left == _repeats(run.menu):
            exchange.after(seconds, _LEAVING, FarSideLeaves(call.id, 0))
        case _:
            pass


def _wrong_key(menu: Menu) -> str | None:
    options = {option.dtmf for option in menu.options or ()}
    return next((key for key in KEYS if key not in options), None)


def _repeats(menu: Menu) -> int:
    return REPEATS if menu.repeats is None else menu.repeats


def _limit_s(given_ms: int | None, default_ms: int) -> float:
    return min(max(default_ms if given_ms is None else given_ms, _SHORTEST_MS), _LONGEST_MS) / 1000


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
