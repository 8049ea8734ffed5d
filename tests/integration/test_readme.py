"""The README is correct: its Python runs, and its demo output is what the demo prints."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
README_SPEED, TEST_SPEED = 3, 30
"""How much faster than real time the calls of the demo are, as `make demo` shows it and in this test."""


@pytest.fixture(scope="module")
def demo() -> str:
    """The output of `make demo`."""
    command = [sys.executable, "-c", f"import anyio, demo; anyio.run(demo.main, {TEST_SPEED})"]
    shown = subprocess.run(command, cwd=ROOT / "examples", capture_output=True, text=True, check=True, timeout=50)
    return shown.stdout.replace(f"runs {TEST_SPEED} times", f"runs {README_SPEED} times")


def test_the_demo_runs_at_the_speed_that_the_readme_shows() -> None:
    assert f"\nSPEED = {README_SPEED}\n" in (ROOT / "examples" / "demo.py").read_text("utf-8")


@pytest.mark.long
def test_the_demo_shows_every_scene(demo: str) -> None:
    order = [
        "cli_missing", "e164_number", "emergency_number", "ringing", "answered", "ended", "Cost",
        "conference standup", "muted", "runMenu", "Done.",
    ]  # fmt: skip
    places = [demo.find(word) for word in order]
    assert -1 not in places, dict(zip(order, places, strict=True))


def without_passing_states(lines: list[str]) -> list[str]:
    """Drop the states that a poll sees only if the machine is not too busy."""
    return [line for line in lines if not re.match(r" +(ringing|answered) ", line)]


@pytest.mark.long
def test_the_readme_shows_what_the_demo_prints(demo: str) -> None:
    block = re.search(r"<!-- demo -->\n```text\n(.*?)```\n<!-- end demo -->", README, re.DOTALL)
    assert block is not None
    shown, printed = block.group(1).strip().splitlines(), demo.strip().splitlines()
    assert without_passing_states(shown) == without_passing_states(printed)
    assert set(printed) <= set(shown)


def test_the_example_of_the_svaml_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "svaml.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(example, "svaml.md", "exec"), {})  # noqa: S102 - the page's own code
    shown = capsys.readouterr().out
    assert "SV006 $.action.name" in shown
    assert "{'action': {'name': 'hangup'}}" in shown


def test_the_svaml_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = [block for block in PYTHON if "welcome.to_json" in block]
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102 - the README's own code
    assert '"name":"runMenu"' in capsys.readouterr().out


@pytest.mark.long
def test_the_library_example_places_a_call(tmp_path: Path) -> None:
    (example,) = [block for block in PYTHON if "VoiceClient" in block]
    command = [sys.executable, "-m", "sinch_voice_mcp", "sandbox", "--port", "0"]
    with subprocess.Popen(command, env={"PATH": ""}, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            rows = (re.search(r"base URL +(\S+)", line) for line in sandbox.stdout or ())
            url = next(row.group(1) for row in rows if row)
            script = tmp_path / "example.py"
            script.write_text(example.replace("http://127.0.0.1:8021", url), "utf-8")
            shown = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=30)
        finally:
            sandbox.kill()
    assert "status='ONGOING'" in shown.stdout
