"""The examples for developers of applications: run as their readers run them, and with the pytest plugin."""

import shutil
import sys
from pathlib import Path

import anyio
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("example", ["receptionist", "node"])
async def test_an_example_passes_its_own_test(example: str, tmp_path: Path) -> None:
    if example == "node" and shutil.which("node") is None:
        pytest.skip("Node is not installed")
    folder = EXAMPLES / example
    # Without this project's own configuration, as in a folder of the reader's.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={folder}"]
    done = await anyio.run_process([*command, f"--basetemp={tmp_path}", str(folder / "test_app.py")], check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert b"1 passed" in done.stdout


def test_the_receptionist_has_at_most_forty_lines_of_code() -> None:
    lines = (EXAMPLES / "receptionist" / "app.py").read_text("utf-8").partition("SHOP =")[2].splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith(('"""', "#"))]
    assert len(code) <= 40
