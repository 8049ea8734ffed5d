"""What a person sees in a picture: whole texts, space between lines, rows, directions and scripts."""

import re
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import Document, Menu, Option, PlayFiles, RunMenu, Say
from sinch_voice_mcp.svaml.drawing import Direction, graph, mermaid, svg
from sinch_voice_mcp.svaml.drawing.text_metrics import wrapped
from sinch_voice_mcp.text.direction import LEFT_TO_RIGHT, POP, RIGHT_TO_LEFT, isolated

_SVG = "{http://www.w3.org/2000/svg}"
_KEYS = "123456789"
_ARABIC = "اضغط 1 للحجز. اضغط 2 للتحدث مع موظف في مطعم النخيل."


def size(drawing: str) -> tuple[float, float]:
    root = fromstring(drawing)
    return float(root.get("width", "")), float(root.get("height", ""))


def boxes(drawing: str) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of the boxes, by their first line."""
    found: dict[str, tuple[float, float, float, float]] = {}
    for group in fromstring(drawing).iterfind(f"{_SVG}g"):
        rect = group.find(f"{_SVG}rect")
        text = group.findtext(f"{_SVG}svg/{_SVG}text") or ""
        assert rect is not None
        x, y, broad, high = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        found.setdefault(text, (x, y, x + broad, y + high))
    return found


def lines_of(drawing: str) -> list[str]:
    return ["".join(text.itertext()) for text in fromstring(drawing).iter(f"{_SVG}text")]


def questionnaire(count: int) -> Document:
    """Menus in a row, each with a key for the next and one for the first."""
    ids = ["main", *(f"m{number}" for number in range(1, count))]
    targets = [*(f"menu({name})" for name in ids[1:]), "return(done)"]
    menus = (
        Menu(id=name, options=(Option(dtmf="1", action=target), Option(dtmf="0", action="menu(main)")))
        for name, target in zip(ids, targets, strict=True)
    )
    return Document(action=RunMenu(menus=tuple(menus)))


def departments() -> Document:
    """Nine menus of nine keys."""
    main = Menu(id="main", options=tuple(Option(dtmf=key, action=f"menu(m{key})") for key in _KEYS))
    rest = (
        Menu(id=f"m{key}", options=tuple(Option(dtmf=topic, action=f"return(t{key}{topic})") for topic in _KEYS))
        for key in _KEYS
    )
    return Document(action=RunMenu(menus=(main, *rest)))


def test_a_text_that_is_cut_keeps_its_closing_quote_and_what_follows_it() -> None:
    long = "#tts[Good morning and a very warm welcome to the bakery of the harbour, we are glad about your call]"
    menu = Menu(id="main", main_prompt=f"{long};https://cdn.example.com/bell.mp3;#tts[One moment.]")
    document = Document(instructions=(PlayFiles(ids=(long, "chime", "#tts[Thanks.]")),), action=RunMenu(menus=(menu,)))
    text = " ".join(lines_of(svg(graph(document))))
    assert re.search(r'Play "Good morning [^"]*…" then the stored file chime then "Thanks\."', text)
    assert re.search(r'Menu main "Good morning [^"]*…" then the audio at https\S+ then "One moment\." waits', text)
    assert text.count('"') == 8


def test_prompts_of_many_parts_are_counted() -> None:
    drawn = graph(Document(instructions=(PlayFiles(ids=tuple(f"file{number}" for number in range(9))),), action=None))
    assert drawn.nodes[1].detail[-1] == "… and 5 more"


@given(st.text(max_size=200), st.integers(1, 3))
def test_a_quoted_text_never_loses_its_closing_quote(text: str, most: int) -> None:
    assert wrapped(f'Say "{text}"', 12, 100, most)[-1].endswith('"')


def test_menus_stand_beside_what_their_keys_lead_to() -> None:
    drawing = svg(graph(departments(), "ice"))
    found = boxes(drawing)
    for key in _KEYS:
        _, top, _, bottom = found[f"Menu m{key}"]
        first, last = found[f"PIE: t{key}1"], found[f"PIE: t{key}9"]
        assert first[1] <= (top + bottom) / 2 <= last[3]
    assert size(drawing)[1] < 4_500


def test_a_handler_of_many_menus_stands_beside_each_of_them() -> None:
    drawing = svg(graph(departments()))
    texts = lines_of(drawing)
    assert texts.count("PIE: timeout") == 10
    assert 'class="handler"' in drawing
    few = svg(graph(questionnaire(3)))
    assert lines_of(few).count("PIE: timeout") == 1


def test_menus_in_a_row_are_wrapped_into_rows() -> None:
    drawing = svg(graph(questionnaire(40), "ice"))
    broad, high = size(drawing)
    assert broad < 3_000
    assert high < 4_200
    found = boxes(drawing)
    assert all(f"Menu m{number}" in found for number in range(1, 40))
    breaks = [there for here, there in pairwise(range(1, 40)) if found[f"Menu m{there}"][0] < found[f"Menu m{here}"][0]]
    assert 4 <= len(breaks) <= 8
    # The last box of a row names the first of the next.
    assert all(f"→ Menu m{number}" in lines_of(drawing) for number in breaks)


def test_a_short_drawing_has_one_row() -> None:
    found = boxes(svg(graph(questionnaire(5), "ice")))
    lefts = [found[f"Menu m{number}"][0] for number in range(1, 5)]
    assert lefts == sorted(lefts)


@pytest.mark.parametrize(("direction", "axis"), [("right", 0), ("down", 1)])
def test_a_drawing_leads_in_its_direction(direction: Direction, axis: int) -> None:
    found = boxes(svg(graph(questionnaire(4), "ice"), direction))
    places = [found[f"Menu m{number}"] for number in range(1, 4)]
    for here, there in pairwise(places):
        assert here[axis + 2] < there[axis]
    assert mermaid(graph(questionnaire(4)), direction).startswith(
        {"right": "flowchart LR", "down": "flowchart TD"}[direction]
    )


def test_labels_beside_lines_do_not_cover_each_other() -> None:
    options = tuple(Option(dtmf=key, input=f"word {key}", action=f"return(v{key})") for key in _KEYS)
    menu = Menu(id="main", options=options)
    root = fromstring(svg(graph(Document(action=RunMenu(enable_voice=True, menus=(menu,)))), "down"))
    labels = [(float(text.get("x", "")), "".join(text.itertext())) for text in root.iterfind(f"{_SVG}text")]
    assert len(labels) == len(_KEYS) + 2
    for (x, text), (following, _) in pairwise(sorted(labels)):
        assert x + 5 * len(text) < following


def test_right_to_left_text_is_isolated_on_each_of_its_lines() -> None:
    drawing = svg(graph(Document(instructions=(Say(text=_ARABIC),), action=RunMenu(menus=(Menu(id="خبز"),)))))
    lines = [line for line in lines_of(drawing) if any("\u0600" <= char <= "\u06ff" for char in line)]
    assert len(lines) >= 3
    assert all(line.count(RIGHT_TO_LEFT) == line.count(POP) == 1 for line in lines)
    assert f'.{POP}"' in "".join(lines)
    # A reader of the file sees references, no invisible characters.
    assert RIGHT_TO_LEFT not in drawing


@pytest.mark.parametrize(
    ("text", "opening"), [("Press 1 for خبز.", LEFT_TO_RIGHT), ("خبز: press 1.", RIGHT_TO_LEFT), ("Grüezi 1", "")]
)
def test_the_first_letter_decides_the_direction(text: str, opening: str) -> None:
    assert isolated(text) == (f"{opening}{text}{POP}" if opening else text)
