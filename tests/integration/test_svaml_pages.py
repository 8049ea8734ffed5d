"""The pages about SVAML: every command on them runs as it is written."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinch_voice_mcp.cli import cli

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/svaml.md", "examples/svaml/README.md")
COMMANDS = [
    line
    for page in PAGES
    for line in re.findall(r"^\$ sinch-voice-mcp (svaml .*)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
]
_HOOK = re.compile(r"^  (files|exclude): (.*)$", re.MULTILINE)


@pytest.mark.parametrize("command", [command for command in dict.fromkeys(COMMANDS) if "--watch" not in command])
def test_each_command_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("flows", "examples/svaml"):
        shutil.copytree(ROOT / "examples" / "svaml", tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    # The shell expands patterns and redirects the output.
    words = [word.strip("'") for word in command.partition(" > ")[0].split()]
    result = CliRunner().invoke(cli, [name for word in words for name in _expanded(word)])
    assert (result.exit_code, result.stderr.partition("Error")[2]) == (0, "")
    if "-o" in words:
        assert Path(words[words.index("-o") + 1]).exists()


def _expanded(word: str) -> list[str]:
    return sorted(str(path) for path in Path().glob(word)) if "*" in word else [word]


@pytest.mark.parametrize("name", ["flows/menu.ace.json", "flows/a.jsonc", "b.yaml", "b.yml"])
def test_the_hook_reads_documents_and_no_other_files(name: str) -> None:
    rules = dict(_HOOK.findall((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")))
    for path, wanted in ((name, True), (f"{name}.txt", False), ("flows/README.md", False)):
        # A configuration replaces `files`; `exclude` stays.
        assert (re.search(rules["exclude"], path) is None) == wanted
        assert bool(re.search(rules["files"], path)) == wanted
