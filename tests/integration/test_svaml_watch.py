"""``svaml lint --watch``: a real process and real changes of files; the test waits for lines, never for time."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinch_voice_mcp.cli import cli

GOOD, BAD = '{"action": {"name": "hangup"}}', '{"action": {"name": "hangUpp"}}'


def next_round(process: subprocess.Popen[str]) -> str:
    """Return the summary of the next round, the line before the one that says that the command waits."""
    assert process.stdout is not None
    before = ""
    for line in process.stdout:
        if line.startswith("Waiting"):
            return before
        before = line.rstrip("\n")
    raise AssertionError("the command ended")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ace.json").write_text(GOOD)
    return tmp_path


@pytest.fixture
def process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sinch_voice_mcp", "svaml", "lint", "--watch", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        yield running
        running.kill()


def test_each_change_is_checked(folder: Path, process: subprocess.Popen[str]) -> None:
    assert next_round(process) == "1 file checked, no problems"
    (folder / "a.ace.json").write_text(BAD)
    assert next_round(process) == "1 file checked, 1 error"
    (folder / "b.ace.yaml").write_text("action: {name: hangup}\n")
    assert next_round(process) == "2 files checked, 1 error"
    (folder / "a.ace.json").unlink()
    assert next_round(process) == "1 file checked, no problems"
    (folder / "b.ace.yaml").unlink()
    assert next_round(process) == "0 files checked, 1 file could not be read"
    (folder / "c.json").write_text(GOOD)
    assert next_round(process) == "1 file checked, no problems"


def test_an_interrupt_ends_it_quietly(process: subprocess.Popen[str]) -> None:
    next_round(process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate()
    assert (process.returncode, output) == (0, "")


@pytest.mark.parametrize("arguments", [("--json", "a.json"), ("--sarif", "a.json"), ("-",)])
def test_output_for_programs_and_standard_input_are_not_watched(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, ["svaml", "lint", "--watch", *arguments])
    assert result.exit_code == 2
    assert "--watch" in result.stderr
