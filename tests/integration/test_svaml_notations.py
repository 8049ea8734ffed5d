"""The ``svaml`` commands on JSON with comments and on YAML: same findings, same places, fixes that keep the text."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.cli import cli
from sinch_voice_mcp.svaml.lint import fix, lint
from sinch_voice_mcp.svaml.reading.jsonc import JSONC, as_plain_json
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError
from sinch_voice_mcp.svaml.reading.source import apply_edits, without_secrets
from sinch_voice_mcp.svaml.reading.yamltext import YAML

COMMENTED = """\
{
  // The greeting.
  "instructions": [{"name": "Say", "text": "Hi // all", "locale": "en-US",}],
  /* The end,
     of the call. */ "action": {"name": "HANGUP"}, // done
}
"""
FIXED_COMMENTED = COMMENTED.replace("Say", "say").replace("HANGUP", "hangup")
YAML_TEXT = """\
# The menu.
instructions:
  - name: Say   # the greeting
    text: Grüezi
    locale: en-US
action:
  name: "RunMenu"
  menus:
  - id: main
    mainPrompt: "#tts[Press 1.]"
    options: [{dtmf: 1, action: return(a)}]
"""
FIXED_YAML = """\
# The menu.
instructions:
  - name: say   # the greeting
    text: Grüezi
    locale: en-US
action:
  name: "runMenu"
  locale: en-US
  menus:
  - id: main
    mainPrompt: "#tts[Press 1.]"
    options: [{dtmf: "1", action: return(a)}]
"""
BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n" for before, name in zip("abcde", "bcdef", strict=True)
)


def run(*arguments: str | Path, stdin: str = "") -> Result:
    result = CliRunner().invoke(cli, ["svaml", *map(str, arguments)], stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def findings(path: Path) -> list[tuple[str, int, int]]:
    (file,) = json.loads(run("lint", "--json", path).stdout)["files"]
    return [(one["code"], one["line"], one["column"]) for one in file["findings"]]


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_findings_in_json_with_comments_keep_their_places(tmp_path: Path) -> None:
    path = written(tmp_path, "bye.ace.jsonc", COMMENTED)
    assert findings(path) == [("SV006", 5, 41), ("SV006", 3, 29)]
    lines = run("lint", path).output.splitlines()
    assert lines[2].index("^") == lines[1].index('"Say"')


@pytest.mark.parametrize("name", ["menu.ace.yaml", "menu.ace.yml"])
def test_findings_in_yaml_have_places(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, YAML_TEXT)
    assert findings(path) == [("SV019", 7, 3), ("SV010", 11, 22), ("SV006", 7, 9), ("SV006", 3, 11)]
    lines = run("lint", path).output.splitlines()
    assert lines[2].index("^") == lines[1].index("Say")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("bye.ace.jsonc", COMMENTED, FIXED_COMMENTED), ("menu.ace.yaml", YAML_TEXT, FIXED_YAML)],
)
def test_fixes_keep_comments_and_layout(tmp_path: Path, name: str, before: str, after: str) -> None:
    path = written(tmp_path, name, before)
    assert run("fix", "--diff", path).exit_code == 0
    assert path.read_text("utf-8") == before
    assert run("fix", path).exit_code == 0
    assert path.read_text("utf-8") == after
    assert run("fix", path).output == "1 file checked, nothing to fix\n"


def test_members_are_renamed_and_added_between_comments(tmp_path: Path) -> None:
    menu = '{"id": "main", "mainPrompt": "#tts[a]", "maxDigits": 1}'
    text = f'{{"action": {{\n  "name": "runMenu", // m\n  "badge": true, // b\n  "menus": [{menu}], // c\n}}}}\n'
    path = written(tmp_path, "a.ace.jsonc", text)
    assert run("fix", path).exit_code == 0
    fixed = path.read_text("utf-8")
    assert [part in fixed for part in ("// m", "// b", "// c", '"barge": true', '"locale": "en-US"')] == [True] * 5
    assert run("lint", "--strict", path).output == "1 file checked, no problems\n"


def test_a_fix_that_would_lose_a_comment_is_left_to_a_person(tmp_path: Path) -> None:
    text = "action:\n  - name: hangup # the end\n"
    path = written(tmp_path, "bye.ace.yaml", text)
    result = run("fix", path)
    assert result.exit_code == 2
    assert "not changed, because a comment would get lost" in result.stderr
    assert result.stdout == "0 files checked, 1 file could not be read or changed\n"
    assert path.read_text("utf-8") == text


def test_yaml_is_explained_and_drawn(tmp_path: Path) -> None:
    path = written(tmp_path, "menu.ace.yaml", YAML_TEXT)
    assert "Press 1." in run("explain", path).stdout
    assert "Grüezi" in run("draw", path).stdout
    (result,) = json.loads(run("lint", "--sarif", path).stdout)["runs"][0]["results"][3:]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 11}
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "say"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (COMMENTED, "JSON has no comments and no trailing commas; remove them, or give the file the suffix .jsonc."),
        ('{"action": {"name": "hangup"},}', "trailing commas"),
        (YAML_TEXT, "This is YAML; give the file the suffix .yaml."),
    ],
)
def test_a_json_file_in_another_notation_is_recognized(tmp_path: Path, text: str, hint: str) -> None:
    result = run("lint", written(tmp_path, "a.json", text))
    assert result.exit_code == 1
    assert hint in result.output
    assert "write it to a file with" in run("lint", "-", stdin=text).output


@pytest.mark.parametrize("text", ["", "[", "no", '{"action": {"name": "hangUpp"}}', '{"action": '])
def test_what_is_no_other_notation_has_no_hint(tmp_path: Path, text: str) -> None:
    output = run("lint", written(tmp_path, "a.json", text)).output
    assert "suffix" not in output


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", "no"),
        ("a: 08", 8),
        ("a: +12025550100", 12025550100),
        ("a: '+12025550100'", "+12025550100"),
        ("a: 1.5e1", 15.0),
        ("a: 0x1F", 31),
        ("a: 2026-11-25", "2026-11-25"),
        ("a: 1:30", "1:30"),
        ("a: ~", None),
        ("a:", None),
        ("a: True", True),
        ("a: .inf", ".inf"),
        ("a: !!str 1", "1"),
        ("a: &x [1]", [1]),
        ("1: &x b\na: *x", "b"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    parsed: Any = YAML.parse(text).value
    assert parsed["a"] == value
    assert type(parsed["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [1", "at line 1, column 6"),
        ("a: 1\n b: 2", "mapping values are not allowed here at line 2, column 3"),
        ("", "the text is empty"),
        ("a: 1\n---\nb: 2", "expected a single document in the stream, but found another document at line 2, column 1"),
        ("a: !Ref x", "the tag !Ref has no JSON value at line 1, column 4"),
        ("a: !!int x", "this is no int"),
        ("a: &x [*x]", "nested more than 100 deep"),
        ("a: *x", "found undefined alias"),
        ("[a]: 1", "the name of a member is no text"),
        ("a: " + "9" * 301, "more than 300 digits"),
        ("a: 1e999", "a number is too large"),
        ("a: \x07", "a character is not allowed at line 1, column 4"),
        ("[" * 600, "nested more than 100 deep"),
        ("[" * 150 + "]" * 150, "nested more than 100 deep at line 1, column 102"),
        (BOMB, "aliases make more than 100,000 values"),
    ],
)  # fmt: skip
def test_what_has_no_json_value_is_an_error_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(NotJsonError, match="not YAML: ") as caught:
        YAML.parse(text)
    assert says in str(caught.value)
    for command in ("lint", "fix", "explain", "draw"):
        assert run(command, written(tmp_path, "a.yaml", text)).exit_code == 1


def test_a_member_that_is_written_twice_is_a_warning_in_yaml(tmp_path: Path) -> None:
    path = written(tmp_path, "a.yaml", "action: {name: hangup}\naction: {name: hangup}\n")
    assert findings(path) == [("SV001", 2, 9)]


@pytest.mark.parametrize(
    "held",
    [
        "credentials: KEY:HIDDEN",
        'credentials: "KEY:HIDDEN"',
        "Credentials: >-\n  KEY:HIDDEN\n  HIDDEN",
        "x: &c KEY:HIDDEN\ncredentials: *c",
        "credentials: [KEY:HIDDEN]",
        "{credentials: KEY:HIDDEN}",
        "credentials: KEY:HIDDEN\nx: [",
        "x: [\ncredentials: |\n  KEY\n  HIDDEN",
        'ice: \'{"credentials": "HIDDEN"}\'',
    ],
)
def test_credentials_in_yaml_are_not_shown(held: str) -> None:
    shown = without_secrets(held, YAML)
    assert "HIDDEN" not in shown
    assert len(shown) == len(held)


def test_credentials_in_a_comment_are_not_shown(tmp_path: Path) -> None:
    text = '{// "credentials": "HIDDEN"\n"action": {"name": "hangUpp"}}'
    assert "HIDDEN" not in run("lint", written(tmp_path, "a.jsonc", text)).output
    assert "HIDDEN" not in without_secrets(text, JSONC)


@given(st.text(alphabet='ab"\\/*,\n []{}', max_size=40))
def test_comments_become_spaces_and_lines_stay(text: str) -> None:
    plain = as_plain_json(text)
    assert [len(line) for line in plain.split("\n")] == [len(line) for line in text.split("\n")]


values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_json_is_yaml(value: object) -> None:
    # What JSON can hold and YAML cannot is reported, never read as something else.
    try:
        parsed = YAML.parse(json.dumps(value)).value
    except NotJsonError:
        return
    assert parsed == value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="abn:-#&*!|>'\"{}[], \n0~?%@`", max_size=40) | st.binary(max_size=30))
def test_any_text_is_yaml_or_an_error(text: str | bytes) -> None:
    report = lint(text, notation=YAML)
    fixed = fix(text, notation=YAML)
    if fixed.applied and isinstance(text, str):
        apply_edits(text, fixed.applied, fixed.value, YAML)
    assert report.findings
