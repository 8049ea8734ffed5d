"""``runMenu`` as sentences: every menu once, every key, silence and wrong keys."""

from collections.abc import Container, Iterator

from sinch_voice_mcp.svaml.explaining.paths import REPEATS, SILENCE, SPEECH, Choice, Paths, choices, paths
from sinch_voice_mcp.svaml.explaining.steps import voice
from sinch_voice_mcp.svaml.explaining.wording import heard, milliseconds, named, quoted, sentence
from sinch_voice_mcp.svaml.model.actions import RunMenu
from sinch_voice_mcp.svaml.model.menus import Menu

_MOST_MENUS = 100
_MOST_OPTIONS = 60


def question(action: RunMenu) -> list[str]:
    """The action in a sentence, and what is true of all its menus."""
    way = paths(action)
    keys = "Keys count from the start of each prompt" if action.barge is not False else "Keys count after each prompt"
    default = " (the default)." if action.barge is None else "."
    lines = [f"Asks the person on the phone, beginning with menu {named(way.first)}.", keys + default]
    if action.enable_voice:
        lines.append(f"Spoken answers count as well, {voice(action.locale)}.")
    elif action.locale is not None:
        lines.append(f"Prompts are spoken {voice(action.locale)}.")
    if way.first not in way.known:
        lines.append(f"There is no menu {named(way.first)}: the platform refuses this document.")
    return [*lines, "If the person hangs up, your PIE handler is told `hangup`, then your DiCE handler."]


def menus(action: RunMenu, handlers: Container[str] = ()) -> Iterator[list[str]]:
    """Each menu as its heading and its lines, in the order in which they are reached.

    Args:
        action: The menus.
        handlers: Values whose PIE has a handler of that name.
    """
    way = paths(action)
    everything = [(menu, True) for menu in way.reached] + [(menu, False) for menu in way.unreached]
    for menu, reached in everything[:_MOST_MENUS]:
        yield [_heading(menu, way, reached=reached), *_menu(menu, action, way, handlers)]
    if len(everything) > _MOST_MENUS:
        yield [f"… and {len(everything) - _MOST_MENUS:,} more menus."]


def _heading(menu: Menu, way: Paths, *, reached: bool) -> str:
    if reached:
        return f"Menu {named(menu.id)}:"
    taken = way.known[menu.id] is not menu
    return f"Menu {named(menu.id)} ({'its name is taken already' if taken else 'no key leads here'}):"


def _menu(menu: Menu, action: RunMenu, way: Paths, handlers: Container[str]) -> Iterator[str]:
    yield sentence(f"Plays {heard(menu.main_prompt)}") if menu.main_prompt is not None else "Plays nothing."
    if menu.max_digits is not None:
        yield _collecting(menu.max_digits, _silence(menu))
    chosen = choices(menu)
    for choice in chosen.open[:_MOST_OPTIONS]:
        yield f"{_trigger(choice, voiced=bool(action.enable_voice))}: {_leads(choice, way, handlers)}."
    beyond = len(chosen.open) - _MOST_OPTIONS
    if beyond > 0:
        yield f"… and {beyond:,} more options."
    if chosen.hidden:
        yield f"Never chosen: {chosen.hidden:,} more option{'s' if chosen.hidden > 1 else ''} for keys that are taken."
    yield from _otherwise(menu, voiced=bool(action.enable_voice))


def _collecting(most: int, pause: str) -> str:
    if most == 1:
        return "Waits for one key."
    return f"Collects up to {most:,} keys; `#` or a pause of {pause} ends them."


def _trigger(choice: Choice, *, voiced: bool) -> str:
    key = None if choice.key is None else f"Key {named(choice.key)}"
    if choice.phrase is None:
        return key or ""
    phrase = f"saying {quoted(choice.phrase)}"
    if not voiced:
        phrase += " (which counts with `enableVoice` only)"
    return f"{key} or {phrase}" if key else phrase[:1].upper() + phrase[1:]


def _leads(choice: Choice, way: Paths, handlers: Container[str]) -> str:
    if choice.leads == "return":
        further = ", below" if choice.to in handlers else ""
        return f"sends {named(choice.to)} to your PIE handler{further}"
    if choice.to not in way.known:
        return f"goes to menu {named(choice.to)}, which does not exist: the platform refuses this document"
    return f"goes to menu {named(choice.to)}"


def _silence(menu: Menu) -> str:
    return f"{milliseconds(SILENCE)} (the default)" if menu.timeout_mills is None else milliseconds(menu.timeout_mills)


def _otherwise(menu: Menu, *, voiced: bool) -> Iterator[str]:
    again = _again(menu)
    yield f"Silence for {_silence(menu)}: {again} your PIE handler is told `timeout`."
    if voiced:
        longest = SPEECH if menu.max_timeout_mills is None else menu.max_timeout_mills
        default = " (the default)" if menu.max_timeout_mills is None else ""
        yield f"Listens to speech for {milliseconds(longest)}{default} at most."
    if menu.max_digits is not None:
        other = "Any other keys are" if menu.options else "The keys are"
        yield f"{other} sent to your PIE handler (`sequence`)."
    else:
        yield f"Any other key: {again} your PIE handler is told `invalidinput` with the keys."


def _again(menu: Menu) -> str:
    count = REPEATS if menu.repeats is None else menu.repeats
    if count == 0:
        return "the question is not repeated;"
    prompt = "the question" if menu.repeat_prompt is None else heard(menu.repeat_prompt)
    times = "once" if count == 1 else f"up to {count:,} times"
    default = " (the default)" if menu.repeats is None else ""
    return f"repeats {prompt} {times}{default}, then"
