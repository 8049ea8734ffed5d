"""``sinch-voice-mcp svaml``: the commands as a person, a script and a hook use them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.cli import cli
from sinch_voice_mcp.svaml import EVENTS
from sinch_voice_mcp.svaml.schema import schema

GOOD = '{"instructions": [{"name": "say", "text": "Hi", "locale": "en-US"}], "action": {"name": "hangup"}}\n'
SLIP = """{
  "instructions": [{"name": "Say", "text": "Grüezi", "locale": "en-US"}],

  "action": {"name": "hangup"}
}
"""
BAD = '{"action": {"name": "hangUpp"}}\n'
V2 = '{"commands": []}\n'

Files = Callable[..., Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Write files by name; dots in names are written as two underscores."""

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '.')}.json"
            path.write_bytes(text.encode())
        return tmp_path

    return write


def run(*arguments: str | Path, stdin: str | bytes = "") -> Result:
    result = CliRunner().invoke(cli, ["svaml", *map(str, arguments)], stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def loaded(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_valid_document_has_no_problems(files: Files) -> None:
    result = run("lint", files(good=GOOD) / "good.json")
    assert (result.exit_code, result.output) == (0, "1 file checked, no problems\n")


def test_a_finding_is_shown_with_its_position_line_caret_and_fix(files: Files) -> None:
    path = files(slip=SLIP) / "slip.json"
    result = run("lint", path)
    assert result.exit_code == 0
    heading, line, caret, fix, last = result.output.splitlines()
    assert heading == f"{path}:2:29: warning SV006: the name of the instruction is written `say`"
    assert caret.index("^") == line.index('"Say"')
    assert fix.strip() == '= fix: write "say"'
    assert last == "1 file checked, 1 warning; `sinch-voice-mcp svaml fix` fixes 1"


@pytest.mark.parametrize(
    ("flags", "status"),
    [((), 0), (("--strict",), 1), (("--level", "SV006=error"), 1), (("--strict", "--level", "sv006=off"), 0)],
)
def test_flags_choose_what_fails(files: Files, flags: tuple[str, ...], status: int) -> None:
    assert run("lint", *flags, files(slip=SLIP) / "slip.json").exit_code == status


@pytest.mark.parametrize("level", ["SV999=off", "SV006", "SV006=loud", "=off"])
def test_an_unknown_rule_or_level_is_rejected(level: str) -> None:
    result = run("lint", "--level", level, "-", stdin=GOOD)
    assert result.exit_code == 2
    assert "SV013=off" in result.output


def test_the_name_of_a_file_names_its_event(files: Files) -> None:
    text = '{"action": {"name": "continue"}}'
    folder = files(menu__ice=text, menu__ace=text)
    assert run("lint", folder / "menu.ace.json").exit_code == 0
    assert "SV007" in run("lint", folder / "menu.ice.json").output
    assert run("lint", "--event", "ace", folder / "menu.ice.json").exit_code == 0


def test_folders_patterns_and_standard_input_are_read_once_each(files: Files) -> None:
    folder = files(a=GOOD, b=BAD)
    inner = folder / "inner"
    inner.mkdir()
    (inner / "c.json").write_text(GOOD)
    (inner / "notes.txt").write_text("no JSON")
    result = run("lint", "--json", folder, f"{folder}/**/*.json", folder / "a.json", "-", stdin=V2)
    report = loaded(result)
    assert result.exit_code == 1
    assert [Path(one["file"]).name for one in report["files"]] == ["a.json", "b.json", "c.json", "<stdin>"]
    assert [one["ok"] for one in report["files"]] == [True, False, True, False]
    assert (report["ok"], report["unreadable"]) == (False, [])
    (finding,) = report["files"][1]["findings"]
    assert (finding["code"], finding["path"], finding["line"]) == ("SV005", "$.action.name", 1)


@pytest.mark.parametrize("name", ["missing.json", "*.nothing", "a\x00b"])
def test_an_unreadable_file_is_named_and_the_rest_is_checked(files: Files, name: str) -> None:
    folder = files(b=BAD)
    result = run("lint", folder / "b.json", f"{folder}/{name}")
    assert result.exit_code == 2
    assert "SV005" in result.stdout
    assert result.stdout.endswith("1 file checked, 1 file could not be read, 1 error\n")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_sarif_names_files_as_they_were_given(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files(slip=SLIP))
    (one,) = loaded(run("lint", "--sarif", "slip.json"))["runs"][0]["results"]
    assert one["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "slip.json"}
    assert one["fixes"]


def test_a_voice_v2_document_is_reported_as_such() -> None:
    result = run("lint", "-", stdin=V2)
    assert result.exit_code == 1
    assert "Voice v2, another API" in result.output


def test_a_document_cannot_control_the_terminal() -> None:
    result = run("lint", "-", stdin='{"action": {"name": "\\u001b[2J\\u202e"}, "\\u0007": "\x7f\u202e"}')
    assert result.exit_code == 1
    assert not any(char in result.output for char in "\x1b\x07\x7f\u202e")


def test_credentials_are_not_shown() -> None:
    held = '{"name": "startRecording", "options": {"destination": "s3://b/", "credentials": "KEY:HIDDEN"}}'
    text = f'{{"instructions": [{held}], "action": {{"name": "HANGUP"}}}}'
    for command in (("lint",), ("lint", "--json"), ("lint", "--sarif"), ("fix", "--diff"), ("explain",), ("draw",)):
        assert "HIDDEN" not in run(*command, "-", stdin=text).output
    assert "KEY:HIDDEN" in run("fix", "-", stdin=text).stdout


def test_a_long_line_is_clipped_around_the_finding() -> None:
    texts = ", ".join('{"name": "answer"}' for _ in range(50))
    result = run("lint", "-", stdin=f'{{"instructions": [{texts}], "action": {{"name": "hangUpp"}}, "x": [{texts}]}}')
    line, caret = next(
        (line, caret)
        for line, caret in zip(result.output.splitlines(), result.output.splitlines()[1:], strict=False)
        if "hangUpp" in line and "^" in caret
    )
    assert len(line) < 130
    assert line[caret.index("^") :].startswith('"hangUpp"')


def test_a_fix_changes_what_it_reports_and_nothing_else(files: Files) -> None:
    path = files(slip="\ufeff" + SLIP.replace("\n", "\r\n")) / "slip.json"
    result = run("fix", path)
    assert result.exit_code == 0
    assert "SV006 at $.instructions[0].name" in result.stdout
    assert path.read_bytes().decode() == "\ufeff" + SLIP.replace("\n", "\r\n").replace('"Say"', '"say"')
    before = path.stat().st_mtime_ns
    assert run("fix", path).output == "1 file checked, nothing to fix\n"
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("slip", ["instructons", "Instructions"])
def test_a_flow_that_would_say_nothing_fails_and_is_fixed(files: Files, slip: str) -> None:
    path = files(slip=GOOD.replace("instructions", slip)) / "slip.json"
    result = run("lint", path)
    assert result.exit_code == 1
    assert "error SV008: this member is written `instructions`" in result.output
    assert run("fix", path).exit_code == 0
    assert path.read_text("utf-8") == GOOD


def test_a_null_member_is_fixed_once_and_the_layout_stays(files: Files) -> None:
    text = '{ "action":  {"name": "park", "locale": null, "holdPrompt": "#tts[Hold.]"} }\n'
    path = files(park=text) / "park.json"
    result = run("fix", path)
    assert (result.exit_code, result.stdout.count("SV019")) == (0, 1)
    assert path.read_text("utf-8") == text.replace("null", '"en-US"')
    assert run("fix", path).output == "1 file checked, nothing to fix\n"


def test_a_document_inside_a_request_is_fixed_too(files: Files) -> None:
    ice = '{ "action":  {"name": "ConnectPSTN", "number": "+12025550100", "cli": "+14155550100"} }'
    text = json.dumps({"method": "customCallout", "customCallout": {"ice": ice}}, indent=1)
    path = files(call=text) / "call.json"
    assert run("fix", path).exit_code == 0
    assert path.read_text("utf-8") == text.replace("ConnectPSTN", "connectPstn")


def test_a_difference_is_shown_and_nothing_written(files: Files) -> None:
    path = files(slip=SLIP) / "slip.json"
    result = run("fix", "--diff", path)
    assert result.stderr.endswith("1 file checked, would fix 1 problem in 1 file\n")
    changed = [line for line in result.stdout.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    assert [line.split('"')[5] for line in changed] == ["Say", "say"]
    assert path.read_text("utf-8") == SLIP


def test_standard_input_is_fixed_to_standard_output() -> None:
    result = run("fix", "-", stdin=SLIP)
    assert result.stdout == SLIP.replace('"Say"', '"say"')
    assert "SV006" in result.stderr
    broken = run("fix", "-", stdin=b"\xff{")
    assert (broken.exit_code, broken.stdout_bytes) == (1, b"\xff{")


def test_remaining_errors_are_counted(files: Files) -> None:
    path = files(both=SLIP.replace('"hangup"', '"hangUpp"')) / "both.json"
    result = run("fix", path)
    assert result.exit_code == 1
    assert "fixed 1 problem in 1 file; 1 error left" in result.stdout
    assert '"say"' in path.read_text("utf-8")


def test_explaining_and_drawing_one_document_and_a_flow(files: Files) -> None:
    menu = (
        '{"action": {"name": "runMenu", "locale": "en-US", "menus": [{"id": "main", "mainPrompt": "#tts[Book?]",'
        ' "options": [{"dtmf": "1", "action": "return(book)"}]}]}}'
    )
    folder = files(ace=menu, book=GOOD)
    assert "Book?" in run("explain", folder / "ace.json").stdout
    assert "returns `book`" in run("explain", folder / "ace.json", folder / "book.json").stdout
    assert run("draw", folder).stdout.startswith("flowchart")
    drawing = folder / "flow.svg"
    assert run("draw", folder, "-o", drawing).exit_code == 0
    assert drawing.read_text("utf-8").startswith("<svg")
    assert run("draw", folder, "-o", folder / "no" / "flow.svg").exit_code == 2


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        (BAD, 1, "SV005"),
        ('{"method": "ttsCallout", "ttsCallout": {"text": "Hi"}}', 1, ""),
        ("[", 1, "SV001"),
    ],
)
def test_an_invalid_document_is_not_explained(text: str, status: int, says: str) -> None:
    result = run("explain", "-", stdin=text)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


@pytest.mark.parametrize("event", [None, *EVENTS])
def test_the_schema_is_written(event: str | None) -> None:
    flags = () if event is None else ("--event", event)
    assert loaded(run("schema", *flags)) == schema(event)  # pyright: ignore[reportArgumentType] - from EVENTS


JSON_TEXT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["action", "instructions", "name", "menus", "options", "ids", "destination", "x"]), inner
        )
    ),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60) | JSON_TEXT, st.sampled_from([("lint",), ("lint", "--json"), ("fix",), ("explain",)]))
def test_any_bytes_end_with_a_documented_status(data: bytes, command: tuple[str, ...]) -> None:
    assert run(*command, "-", stdin=data).exit_code in {0, 1}


DEEP = '{{"action": {{"name": "HANGUP"}}, "x": {}1{}}}'


@pytest.mark.parametrize(
    "data",
    [
        *(DEEP.format("[" * deep, "]" * deep) for deep in (400, 600, 900, 990)),
        DEEP.format('{"x":' * 900, "}" * 900),
        "[" * 200_000,
        "1" * 5_000,
    ],
    ids=["400", "600", "900", "990", "objects", "unclosed", "digits"],
)
@pytest.mark.parametrize("command", [("lint",), ("lint", "--sarif"), ("fix",), ("fix", "--diff"), ("draw",)])
def test_extreme_documents_end_with_a_documented_status(data: str, command: tuple[str, ...]) -> None:
    assert run(*command, "-", stdin=data).exit_code in {0, 1, 2}


WRONG_SETTINGS = {"SINCH_VOICE_SANBOX": "1", "SINCH_APPLICATION_KEY": "half a pair"}


@pytest.mark.parametrize(
    ("arguments", "stdin", "status", "says"),
    [
        (["lint", "-"], BAD, 1, "error SV005"),
        (["lint"], "", 2, "Missing argument"),
        (["schema"], "", 0, "2020-12"),
    ],
)
def test_the_commands_work_if_settings_are_wrong(arguments: list[str], stdin: str, status: int, says: str) -> None:
    result = CliRunner(env=WRONG_SETTINGS).invoke(cli, ["svaml", *arguments], stdin)
    assert result.exit_code == status
    assert says in result.output


def test_a_process_writes_plain_text_where_its_output_has_neither_colors_nor_unicode() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "sinch_voice_mcp", "svaml", "lint", "-"],
        input=SLIP.encode(),
        env={**WRONG_SETTINGS, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"warning SV006" in ended.stdout
    assert b"Gr\\xfcezi" in ended.stdout
    assert b"\x1b" not in ended.stdout


@pytest.mark.parametrize(
    ("environ", "colored"), [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)]
)
def test_color_is_for_terminals_without_no_color(environ: dict[str, str], colored: bool) -> None:
    result = CliRunner().invoke(cli, ["svaml", "lint", "-"], SLIP, env=environ)
    assert ("\x1b[" in result.output) == colored
