"""``svaml explain`` and ``svaml draw`` with folders: files are grouped into flows, and only bad files are left out."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sinch_voice_mcp.cli import cli

EXAMPLES = Path(__file__).parents[2] / "examples" / "svaml"
MENU = (
    '{"action": {"name": "runMenu", "locale": "en-US", "menus": [{"id": "main", "mainPrompt": "#tts[Book?]",'
    ' "options": [{"dtmf": "1", "action": "return(book)"}]}]}}'
)
SAY = '{"instructions": [{"name": "say", "text": "Booked.", "locale": "en-US"}], "action": {"name": "hangup"}}'
HANG_UP = '{"action": {"name": "hangup"}}'
BAD = '{"action": {"name": "hangUpp"}}'
REQUEST = '{"method": "ttsCallout", "ttsCallout": {"text": "Hi"}}'


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["svaml", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two flows: a menu with its answer, and a farewell."""
    for name, text in (("menu.ace", MENU), ("menu.book.pie", SAY), ("bye.ace", HANG_UP)):
        (tmp_path / f"{name}.json").write_text(text)
    return tmp_path


def test_each_flow_of_a_folder_is_explained_under_its_name(folder: Path) -> None:
    result = run("explain", folder)
    assert (result.exit_code, result.stderr) == (0, "")
    headings = [line for line in result.stdout.splitlines() if line.startswith("#")]
    assert headings == [
        "# bye",
        "# menu",
        "## When the call is answered (ACE)",
        "## When a menu returns `book` (PIE)",
    ]


def test_each_flow_of_a_folder_is_drawn_into_a_file_of_its_name(folder: Path) -> None:
    pictures = folder / "pictures"
    result = run("draw", folder, "-o", f"{pictures}/")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.rpartition(": ")[0] for line in result.stdout.splitlines()] == [
        str(pictures / "bye.svg"),
        str(pictures / "menu.svg"),
    ]
    assert "menu.book.pie.json" in result.stdout
    drawing = (pictures / "menu.svg").read_text("utf-8")
    assert "Book?" in drawing
    assert "Booked." in drawing
    assert run("draw", folder, "-o", pictures, "--format", "mermaid").exit_code == 0
    assert (pictures / "bye.mmd").read_text("utf-8").startswith("flowchart TD")


def test_flows_of_one_name_in_two_folders_get_files_of_their_own(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "bye.ice.json").write_text(HANG_UP)
    run("draw", folder, "-o", f"{folder}/pictures/")
    assert {path.name for path in (folder / "pictures").iterdir()} == {"bye.svg", "bye-2.svg", "menu.svg"}


def test_several_flows_do_not_fit_into_one_file(folder: Path) -> None:
    for output in ((), ("-o", folder / "all.svg")):
        result = run("draw", folder, *output)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "2 flows (bye, menu)" in result.stderr
        assert "-o FOLDER/" in result.stderr
    assert not (folder / "all.svg").exists()


def test_the_files_of_one_flow_make_one_picture(folder: Path) -> None:
    result = run("draw", folder / "menu.ace.json", folder / "menu.book.pie.json")
    assert result.exit_code == 0
    assert "Booked." in result.stdout
    assert "Book?" in result.stdout


def test_two_files_of_one_handler_are_named_and_the_rest_is_shown(folder: Path) -> None:
    (folder / "menu.ace.yaml").write_text(HANG_UP)
    result = run("explain", folder)
    assert result.exit_code == 2
    message = result.stderr.replace("\n", "")
    assert f"{folder / 'menu.ace.json'} and {folder / 'menu.ace.yaml'} are both the handler 'ace' of 'menu'" in message
    assert "FLOW.VALUE.pie.json" in message
    assert "Booked." in result.stdout


@pytest.mark.parametrize(("name", "text"), [("bad", BAD), ("request", REQUEST), ("none", "{")])
@pytest.mark.parametrize("command", [("explain",), ("draw", "--format", "svg", "-o")])
def test_a_bad_file_is_reported_and_the_others_are_shown(
    folder: Path, name: str, text: str, command: tuple[str, ...]
) -> None:
    (folder / f"a{name}.json").write_text(text)
    output = (f"{folder}/pictures/",) if "-o" in command else ()
    result = run(*command, *output, folder)
    assert result.exit_code == 1
    assert f"a{name}.json" in result.stderr
    shown = (folder / "pictures" / "menu.svg").read_text("utf-8") if output else result.stdout
    assert "Booked." in shown


def test_a_missing_file_is_named_and_the_others_are_shown(folder: Path) -> None:
    result = run("explain", folder / "missing.json", folder / "bye.ace.json")
    assert result.exit_code == 2
    assert "missing.json" in result.stderr
    assert "Hangs up." in result.stdout


def test_a_folder_without_documents_is_named(tmp_path: Path) -> None:
    for command in ("lint", "fix", "explain", "draw"):
        result = run(command, tmp_path)
        assert result.exit_code == 2
        assert "the folder has no document (.json, .jsonc, .yaml, .yml)" in result.stderr
        assert "no problems" not in result.output


@pytest.mark.parametrize("name", ["all.png", "all", "all.svgz", "all.md"])
def test_a_picture_of_an_unknown_format_is_rejected(folder: Path, name: str) -> None:
    result = run("draw", folder / "bye.ace.json", "-o", folder / name)
    assert result.exit_code == 2
    assert "use .svg, .mmd or --format" in result.stderr
    assert not (folder / name).exists()
    assert run("draw", folder / "bye.ace.json", "-o", folder / name, "--format", "svg").exit_code == 0
    assert (folder / name).read_text("utf-8").startswith("<svg")


def test_a_picture_leads_where_it_is_asked_to(folder: Path) -> None:
    assert run("draw", folder / "bye.ace.json", "--direction", "right").stdout.startswith("flowchart LR")
    widths: list[float] = []
    for direction in ("right", "down"):
        run("draw", folder / "menu.ace.json", "-o", folder / "bye.svg", "--direction", direction)
        _, _, size = (folder / "bye.svg").read_text("utf-8").partition('viewBox="0 0 ')
        widths.append(float(size.split()[0]))
    assert widths[0] > 1.5 * widths[1]


def test_an_explanation_is_written_as_markdown(folder: Path) -> None:
    result = run("explain", folder, "-o", folder / "flows.md")
    assert (result.exit_code, result.output) == (0, "")
    assert (folder / "flows.md").read_text("utf-8") == run("explain", folder).stdout
    refused = run("explain", folder, "-o", folder / "flows.html")
    assert refused.exit_code == 2
    assert "name the file .md, not flows.html" in refused.stderr
    assert run("explain", folder, "-o", folder / "no" / "flows.md").exit_code == 2


def test_the_examples_are_flows_without_errors(tmp_path: Path) -> None:
    result = run("draw", EXAMPLES, "-o", f"{tmp_path}/")
    assert (result.exit_code, result.stderr) == (0, "")
    assert {path.stem for path in tmp_path.iterdir()} == {"menu", "standup", "welcome"}
    assert run("lint", "--strict", EXAMPLES).output == "4 files checked, no problems\n"
    assert run("fix", "--diff", EXAMPLES).stderr == "4 files checked, nothing to fix\n"
