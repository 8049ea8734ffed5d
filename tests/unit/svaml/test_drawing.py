"""SVAML as a graph, as Mermaid and as SVG."""

import re
from itertools import combinations, pairwise
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import (
    ConnectPstn,
    Continue,
    Document,
    Hangup,
    Menu,
    Option,
    Park,
    RunMenu,
    Say,
)
from sinch_voice_mcp.svaml.drawing import Direction, Edge, Graph, Node, graph, mermaid, svg
from sinch_voice_mcp.svaml.drawing.graph import limited
from sinch_voice_mcp.svaml.drawing.mermaid import escaped
from sinch_voice_mcp.svaml.drawing.text_metrics import width, wrapped
from sinch_voice_mcp.text.direction import is_isolate
from tests import strategies

_SVG = "{http://www.w3.org/2000/svg}"
_FOREIGN = "\"]); click n0 call alert() %% <script>alert('x')</script> end --> n1{{`**"
_MERMAID_LINE = re.compile(
    r"    (?:n\d+|more)(?:"
    r'\(\["[^"<>`%\[\]{}()|]*"\]\)|(?:\[|\[\[|\{\{|\(|>)"(?:[^"<>`%\[\]{}()|]|<br/>)*"(?:\]|\]\]|\}\}|\))'
    r'| (?:-->|-\.->)(?:\|"[^"<>`%\[\]{}()|]*"\|)? n\d+)\Z'
)

sets = st.dictionaries(
    st.sampled_from(["ice", "ace", "pie", "callout"]) | strategies.word, strategies.documents, max_size=4
)
drawings = st.one_of(strategies.documents, sets).map(graph)
_DIRECTIONS: tuple[Direction, ...] = ("right", "down")
directions = st.sampled_from(_DIRECTIONS)
names = st.sampled_from("abcdefghij")
graphs = st.lists(st.tuples(names, names, strategies.text), max_size=25).map(
    lambda ways: Graph(
        tuple(Node(name, "menu", name) for name in "abcdefghij"),
        tuple(Edge(here, there, label) for here, there, label in ways),
    )
)


def boxes(drawing: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every box."""
    found: list[tuple[float, float, float, float]] = []
    for rect in fromstring(drawing).iterfind(f"{_SVG}g/{_SVG}rect"):
        x, y, broad, high = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + broad, y + high))
    return found


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def words(element: Element) -> str:
    return " ".join("".join(text.itertext()) for text in element.iter(f"{_SVG}text"))


def chain(length: int) -> Document:
    steps = [*(f"m{number}" for number in range(1, length)), "main"]
    ids = ["main", *steps[:-1]]
    menus = (
        Menu(id=here, options=(Option(dtmf="1", action=f"menu({there})"),))
        for here, there in zip(ids, steps, strict=True)
    )
    return Document(action=RunMenu(menus=tuple(menus)))


def wide(count: int) -> Document:
    options = tuple(Option(dtmf="1", input=f"word {number}", action=f"return(v{number})") for number in range(count))
    return Document(action=RunMenu(enable_voice=True, menus=(Menu(id="main", options=options),)))


def tangle(count: int) -> Document:
    """Menus that lead from each to each."""
    ids = ["main", *(f"m{number}" for number in range(1, count))]
    options = tuple(Option(input=name, action=f"menu({name})") for name in ids)
    return Document(action=RunMenu(enable_voice=True, menus=tuple(Menu(id=name, options=options) for name in ids)))


@given(drawings)
def test_every_edge_joins_two_nodes_of_the_graph(drawn: Graph) -> None:
    ids = [node.id for node in drawn.nodes]
    assert len(ids) == len(set(ids))
    assert {end for edge in drawn.edges for end in (edge.source, edge.target)} <= set(ids)


@settings(max_examples=80)
@given(drawings | graphs, directions)
def test_boxes_never_overlap_and_stay_inside_the_picture(drawn: Graph, direction: Direction) -> None:
    drawing = svg(drawn, direction)
    root = fromstring(drawing)
    found = boxes(drawing)
    broad, high = float(root.get("width", "")), float(root.get("height", ""))
    assert all(left >= 0 and top >= 0 and right <= broad and bottom <= high for left, top, right, bottom in found)
    assert not any(overlap(one, other) for one, other in combinations(found, 2))
    assert len(found) >= len(drawn.nodes)


@settings(max_examples=60)
@given(drawings | graphs)
def test_mermaid_holds_nothing_but_nodes_and_edges(drawn: Graph) -> None:
    first, *lines = mermaid(drawn).splitlines()
    assert first == "flowchart TD"
    assert [line for line in lines if not _MERMAID_LINE.match(line)] == []


@given(st.text(max_size=60))
def test_what_mermaid_shows_is_the_text(text: str) -> None:
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), escaped(text)) == text


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_gives_well_formed_xml(text: str) -> None:
    drawing = svg(graph(Document(instructions=(Say(text=text),), action=RunMenu(menus=(Menu(id=text),)))))
    assert fromstring(drawing).tag == f"{_SVG}svg"


def test_foreign_text_is_shown_and_never_interpreted() -> None:
    drawn = graph(
        Document(instructions=(Say(text=_FOREIGN),), action=RunMenu(menus=(Menu(id="main", main_prompt=_FOREIGN),)))
    )
    drawing = svg(drawn)
    assert "<script" not in drawing
    assert "alert('x')" in "".join(fromstring(drawing).itertext())
    assert "%%" not in mermaid(drawn)
    assert not re.search(r"^\s*click", mermaid(drawn), re.MULTILINE)


def test_a_menu_has_an_edge_for_each_key_for_silence_and_for_wrong_keys() -> None:
    keys = tuple(
        Option(dtmf=key, action=action) for key, action in (("1", "return(a)"), ("2", "return(a)"), ("*", "menu(main)"))
    )
    drawn = graph(Document(action=RunMenu(menus=(Menu(id="main", options=keys),))), "ice")
    labels = {node.id: node.label for node in drawn.nodes}
    assert [(labels[edge.source], edge.label, labels[edge.target]) for edge in drawn.edges] == [
        ("When a call comes in (ICE)", "", "Menu main"),
        ("Menu main", "1", "PIE: a"),
        ("Menu main", "2", "PIE: a"),
        ("Menu main", "*", "Menu main"),
        ("Menu main", "silence", "PIE: timeout"),
        ("Menu main", "other key", "PIE: invalidinput"),
    ]
    assert '|"1, 2"|' in mermaid(drawn)


def test_a_key_that_is_never_chosen_has_no_edge() -> None:
    keys = (Option(dtmf="#", action="return(done)"), Option(dtmf="1", action="return(a)"))
    drawn = graph(Document(action=RunMenu(menus=(Menu(id="main", max_digits=6, options=keys),))))
    assert {edge.label for edge in drawn.edges} == {"", "1", "silence", "other keys"}
    assert "PIE: done" not in {node.label for node in drawn.nodes}


def test_a_telephone_is_answered_or_not() -> None:
    drawn = graph(Document(action=ConnectPstn(number="+12025550123", max_duration=60)))
    labels = {node.id: node.label for node in drawn.nodes}
    assert [(edge.label, labels[edge.target]) for edge in drawn.edges] == [
        ("", "Call +12025550123"),
        ("answered", "Connected"),
        ("not answered", "The call ends"),
    ]


def test_the_handlers_of_a_set_are_connected() -> None:
    asking = Document(action=RunMenu(menus=(Menu(id="main", options=(Option(dtmf="1", action="return(sales)"),)),)))
    drawn = graph(
        {
            "ace": Document(action=Continue()),
            "sales": Document(action=ConnectPstn(number="+12025550123")),
            "ice": asking,
        }
    )
    ways = {(edge.source, edge.target) for edge in drawn.edges}
    assert ("menu:ice:0", "entry:sales") in ways
    assert ("action:sales", "entry:ace") in ways


def test_a_general_pie_handler_receives_every_value() -> None:
    asking = Document(action=RunMenu(menus=(Menu(id="main", options=(Option(dtmf="1", action="return(sales)"),)),)))
    drawn = graph({"ice": asking, "pie": Document(action=Hangup())})
    assert "handler" not in {node.kind for node in drawn.nodes}


def test_menus_that_are_missing_or_never_reached_are_drawn_as_such() -> None:
    main = Menu(id="main", options=(Option(dtmf="1", action="menu(gone)"),))
    drawn = graph(Document(action=RunMenu(menus=(main, Menu(id="lonely")))))
    assert [node.label for node in drawn.nodes if node.kind == "missing"] == ["No menu gone"]
    assert [node.label for node in drawn.nodes if "no key leads here" in node.detail] == ["Menu lonely"]


@pytest.mark.parametrize("document", [chain(2_000), wide(10_000), tangle(60)], ids=["deep", "wide", "tangled"])
def test_huge_documents_are_cut_and_the_rest_is_counted(document: Document) -> None:
    drawn = graph(document)
    drawing = svg(drawn)
    assert len(boxes(drawing)) <= 1_000
    assert re.search(r"… and [\d,]+ more (steps|connections)", words(fromstring(drawing)))
    assert len(mermaid(drawn)) < 50_000


def test_what_is_left_out_is_furthest_from_the_beginning() -> None:
    nodes = tuple(Node(str(number), "event" if number == 0 else "action", str(number)) for number in range(10))
    edges = tuple(Edge(here.id, there.id) for here, there in pairwise(nodes))
    cut = limited(Graph(nodes, edges), 4, 2)
    assert [node.id for node in cut.nodes] == ["0", "1", "2", "3"]
    assert (cut.omitted, cut.omitted_edges) == (6, 1)
    assert cut.note == "… and 6 more steps and 1 more connection"


@given(strategies.documents)
def test_the_same_document_gives_the_same_picture(document: Document) -> None:
    assert svg(graph(document)) == svg(graph(document))


def test_the_drawing_has_a_description_for_screen_readers() -> None:
    root = fromstring(svg(graph(Document(action=Park()), "ice")))
    assert root.get("role") == "img"
    assert root.findtext(f"{_SVG}title") == "Call flow"
    assert "Park the call leads to The call ends (not updated)" in (root.findtext(f"{_SVG}desc") or "")


def test_the_drawing_has_a_dark_style_and_fetches_nothing() -> None:
    drawing = svg(graph(Document(action=Hangup())))
    assert "prefers-color-scheme:dark" in drawing
    assert re.findall(r"https?://[^\"]+|url\(", drawing) == ["http://www.w3.org/2000/svg"]


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, most: int) -> None:
    lines = wrapped(text, 12, 100, most)
    assert len(lines) <= most
    assert all(width(line, 12) <= 100 for line in lines)
    if not any(line.endswith("…") for line in lines) and not any(map(is_isolate, text)):
        assert "".join(lines).replace(" ", "") == "".join(text.split())
