"""``runMenu`` as sentences: each menu once, each key, silence and wrong keys."""

from collections.abc import Container, Iterator

from sinch_voice_mcp.svaml.explaining.paths import (
    DEFAULT_REPEATS,
    ENDS_DIGITS,
    SILENCE,
    SPEECH,
    Choice,
    Paths,
    choices,
    paths,
)
from sinch_voice_mcp.svaml.explaining.phrases import in_backticks, in_quotes, milliseconds, played, with_full_stop
from sinch_voice_mcp.svaml.explaining.steps import voice
from sinch_voice_mcp.svaml.model.actions import RunMenu
from sinch_voice_mcp.svaml.model.menus import ENDS_SEQUENCE, Menu

_MAX_MENUS = 100
_MAX_OPTIONS = 60


def question(action: RunMenu) -> list[str]:
    """Return a sentence for the action, then what holds for all its menus."""
    way = paths(action)
    keys = "Keys count from the start of each prompt" if action.barge is not False else "Keys count after each prompt"
    default = " (the default)." if action.barge is None else "."
    lines = [f"Runs a menu, beginning with {in_backticks(way.first)}.", keys + default]
    if action.enable_voice and action.locale is None:
        lines.append("Spoken answers need a `locale`: without one, the platform rejects this document.")
    elif action.enable_voice:
        lines.append(f"Spoken answers count as well, {voice(action.locale)}.")
    elif action.locale is not None:
        lines.append(f"Prompts are spoken {voice(action.locale)}.")
    if way.first not in way.known:
        lines.append(f"There is no menu {in_backticks(way.first)}: the platform rejects this document.")
    return [*lines, "On hang-up, your PIE handler receives `hangup`, then your DiCE handler is called."]


def menus(action: RunMenu, handlers: Container[str] = ()) -> Iterator[list[str]]:
    """Yield each menu as a heading and its lines, in the order in which the menus are reached.

    Args:
        action: The menus.
        handlers: PIE values that have a handler.
    """
    way = paths(action)
    everything = [(menu, True) for menu in way.reached] + [(menu, False) for menu in way.unreached]
    for menu, reached in everything[:_MAX_MENUS]:
        yield [_heading(menu, way, reached=reached), *_menu(menu, action, way, handlers)]
    if len(everything) > _MAX_MENUS:
        yield [f"… and {len(everything) - _MAX_MENUS:,} more menus."]


def _heading(menu: Menu, way: Paths, *, reached: bool) -> str:
    if reached:
        return f"Menu {in_backticks(menu.id)}:"
    taken = way.known[menu.id] is not menu
    return f"Menu {in_backticks(menu.id)} ({'an earlier menu has this id' if taken else 'no key leads here'}):"


def _menu(menu: Menu, action: RunMenu, way: Paths, handlers: Container[str]) -> Iterator[str]:
    yield with_full_stop(f"Plays {played(menu.main_prompt)}") if menu.main_prompt is not None else "Plays nothing."
    if menu.max_digits is not None:
        yield _collecting(menu.max_digits, _silence(menu))
    chosen = choices(menu)
    for choice in chosen.open[:_MAX_OPTIONS]:
        yield f"{_trigger(choice, menu, voiced=bool(action.enable_voice))}: {_leads(choice, way, handlers)}."
    beyond = len(chosen.open) - _MAX_OPTIONS
    if beyond > 0:
        yield f"… and {beyond:,} more options."
    if chosen.ends_digits:
        yield f"Key {in_backticks(ENDS_DIGITS)}: chooses nothing, because it ends the keys (`maxDigits`)."
    if chosen.hidden:
        plural = "s" if chosen.hidden > 1 else ""
        yield f"Never chosen: {chosen.hidden:,} more option{plural} for keys that earlier options have."
    yield from _otherwise(menu, voiced=bool(action.enable_voice))


def _collecting(most: int, pause: str) -> str:
    if most == 1:
        return "Waits for one key."
    return f"Collects up to {most:,} keys; `{ENDS_SEQUENCE}` or a pause of {pause} ends them."


def _trigger(choice: Choice, menu: Menu, *, voiced: bool) -> str:
    key = None if choice.key is None else f"Key {in_backticks(choice.key)}"
    if key and menu.max_digits is not None and menu.max_digits > 1:
        # Further keys could follow, so the first does not decide.
        key += " alone, ended by `#` or a pause,"
    if choice.phrase is None:
        return (key or "").removesuffix(",")
    phrase = f"saying {in_quotes(choice.phrase)}"
    if not voiced:
        phrase += " (needs `enableVoice`)"
    return f"{key} or {phrase}" if key else phrase[:1].upper() + phrase[1:]


def _leads(choice: Choice, way: Paths, handlers: Container[str]) -> str:
    if choice.leads == "return":
        further = ", below" if choice.to in handlers else ""
        value = in_backticks(choice.to) if choice.to else "an empty value"
        return f"sends {value} to your PIE handler{further}"
    if choice.to not in way.known:
        return f"goes to menu {in_backticks(choice.to)}, which does not exist: the platform rejects this document"
    return f"goes to menu {in_backticks(choice.to)}"


def _silence(menu: Menu) -> str:
    return f"{milliseconds(SILENCE)} (the default)" if menu.timeout_mills is None else milliseconds(menu.timeout_mills)


def _otherwise(menu: Menu, *, voiced: bool) -> Iterator[str]:
    again = _again(menu)
    yield f"Silence for {_silence(menu)}: {again} your PIE handler receives `timeout`."
    if voiced:
        longest = SPEECH if menu.max_timeout_mills is None else menu.max_timeout_mills
        default = " (the default)" if menu.max_timeout_mills is None else ""
        yield f"A spoken answer can take up to {milliseconds(longest)}{default}."
    if menu.max_digits is not None:
        other = "Any other keys are" if menu.options else "The keys are"
        yield f"{other} sent to your PIE handler (`sequence`)."
    elif other := anything_else(menu, voiced=voiced):
        with_input = "what was said" if other == "other words" else "the keys or words" if voiced else "the keys"
        yield f"Any {other}: {again} your PIE handler receives `invalidinput` with {with_input}."


def anything_else(menu: Menu, *, voiced: bool) -> str:
    """Return what is no option of a menu without ``maxDigits``: ``other key``; empty if everything is an option."""
    if choices(menu).takes_every_key:
        return "other words" if voiced else ""
    key = "other key" if menu.options else "key"
    return f"{key} or words" if voiced else key


def _again(menu: Menu) -> str:
    count = DEFAULT_REPEATS if menu.repeats is None else menu.repeats
    if count == 0:
        return "the question is not repeated;"
    prompt = "the question" if menu.repeat_prompt is None else played(menu.repeat_prompt)
    times = "once" if count == 1 else f"up to {count:,} times"
    default = " (the default)" if menu.repeats is None else ""
    return f"repeats {prompt} {times}{default}, then"
