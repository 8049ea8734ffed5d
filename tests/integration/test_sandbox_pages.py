"""The pages about the sandbox are correct: their commands, programs and files are run as a reader would run them."""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.processes import CLEAN

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PORTS = ("8021", "3000")
"""The ports of the sandbox and of the application on the pages."""

PAGE_S = 120
SHELL = 'set -eu\ncurl() { command curl --fail -sS --max-time 60 "$@"; echo; }\n'
"""Before the commands of a page: the first one that fails ends them, and so does a response that is an error."""

RUN = {
    "sandbox.md": {"sh", "python", "yaml", "json", "text"},
    "sandbox-clients.md": {"sh", "js", "python", "java", "csharp"},
    "testing.md": {"sh", "python", "yaml"},
}
"""The languages of each page. A block is run here, by a test of seed files or scripts, or by `make sdk`;
those in Java and C# are not run, as their page says."""

FIRST = "sinch-voice-mcp sandbox start --port 8021 &\nsinch-voice-mcp sandbox ready --wait\n"


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in one language, from top to bottom."""
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def free_ports() -> list[str]:
    """Ports that no program has."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
    ports = [str(holder.getsockname()[1]) for holder in holders]
    for holder in holders:
        holder.close()
    return ports


@dataclass(frozen=True)
class Reader:
    """Someone who copies a page into a shell, in a folder of their own."""

    folder: Path

    def run(self, script: str, **files: str) -> str:
        """Run commands beside the files, on free ports; return what they print."""
        ports: dict[str, str] = dict(zip(PORTS, free_ports(), strict=True))
        for name, text in files.items():
            (self.folder / name.replace("__", ".")).write_text(_on(ports, text), "utf-8")
        # The reader has installed this program, and its commands look for a sandbox on the port of the page.
        path = os.pathsep.join((str(Path(sys.executable).parent), CLEAN["PATH"]))
        environ = CLEAN | {"PATH": path, "SINCH_VOICE_SANDBOX_URL": f"http://127.0.0.1:{ports['8021']}"}
        printed = self.folder / "printed.txt"
        with printed.open("w") as output:
            shell = subprocess.Popen(
                ["/bin/sh", "-c", SHELL + _on(ports, script)],
                cwd=self.folder,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = shell.wait(PAGE_S)
            finally:
                # The programs that the page starts in the background belong to the group of the shell.
                os.killpg(shell.pid, signal.SIGKILL)
        text = printed.read_text("utf-8")
        assert status == 0, text
        return text


def _on(ports: dict[str, str], text: str) -> str:
    for written, actual in ports.items():
        text = re.sub(rf"\b{written}\b", actual, text)
    return text


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    return Reader(tmp_path)


def application() -> str:
    """The application of the page about the sandbox, which other pages use as well."""
    (program,) = blocks("sandbox.md", "python")
    return program


def tried() -> list[str]:
    """One command of the table of fictional numbers for each function that it uses."""
    commands = re.findall(r"\| `((\w+) \+1202\d+)` \|$", (DOCS / "sandbox.md").read_text("utf-8"), re.MULTILINE)
    return [*{function: command for command, function in reversed(commands)}.values()]


@pytest.mark.long
def test_the_page_about_the_sandbox_can_be_copied_from_top_to_bottom(reader: Reader) -> None:
    functions = tried()
    assert len(functions) >= 4
    printed = reader.run("\n".join([*blocks("sandbox.md", "sh"), *functions]), answer__py=application())
    (listed,) = blocks("sandbox.md", "text")
    form = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "[0-9a-f-]{36}", re.escape(listed).replace(r"\-", "-"))
    form = re.sub(r"15:25:43", r"\\d\\d:\\d\\d:\\d\\d", form)
    assert re.search(form, printed), printed
    assert re.search(r"ANSWERED / MANAGERHANGUP after \d s\n", printed), printed
    assert printed.count('"signature": "signature_wrong"') == 2
    assert printed.count('{"callId":') == 1 + len(functions)
    assert (reader.folder / "state.json").read_text("utf-8").startswith('{"')


@pytest.mark.long
def test_the_commands_for_tests_in_any_language_find_the_call(reader: Reader) -> None:
    seed_file, _ = blocks("testing.md", "yaml")
    (commands,) = blocks("testing.md", "sh")
    printed = reader.run(commands, answer__py=application(), sandbox__yaml=seed_file)
    assert re.search(r"> \+14155550100  ended ANSWERED / MANAGERHANGUP\n.*  tag:ci-42\n1 call\n", printed), printed


@pytest.mark.long
def test_the_steps_of_the_ci_job_start_a_sandbox(reader: Reader) -> None:
    _, job = blocks("testing.md", "yaml")
    steps = [step["run"] for step in yaml.safe_load(job)["steps"] if step.get("run", "").startswith("sinch-voice-mcp")]
    assert "The sandbox is ready." in reader.run("\n".join(steps))


@pytest.mark.long
def test_the_curl_command_for_clients_places_a_call(reader: Reader) -> None:
    (command,) = blocks("sandbox-clients.md", "sh")
    assert '{"callId":"' in reader.run(FIRST + command)


@pytest.mark.long
def test_the_commands_that_a_sandbox_prints_at_its_start_place_a_call_and_let_one_come_in(reader: Reader) -> None:
    start = FIRST.replace(" &", " > banner.txt &")
    copied = "sed -n '/^To place/,/^To start/s/^  //p' banner.txt > commands.sh\n. ./commands.sh\n"
    printed = reader.run(start + copied)
    assert '{"callId":"' in printed
    assert printed.endswith("2 calls\n"), printed


def test_the_test_on_the_page_passes_in_the_folder_of_the_example(tmp_path: Path) -> None:
    example, _ = blocks("testing.md", "python")
    shutil.copy(ROOT / "examples" / "receptionist" / "app.py", tmp_path)
    (tmp_path / "test_shop.py").write_text(example, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", str(tmp_path)],
        env=CLEAN, capture_output=True, text=True, timeout=PAGE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_example_with_testcontainers_starts_a_sandbox() -> None:
    _, example = blocks("testing.md", "python")
    program = compile(example, "testing.md", "exec")
    if importlib.util.find_spec("testcontainers") is None or shutil.which("docker") is None:
        pytest.skip("testcontainers or Docker is not installed: the example is compiled, not run")
    exec(program, {})  # noqa: S102 - the page's own code


@pytest.mark.parametrize("page", RUN)
def test_no_block_is_in_a_language_that_the_tests_do_not_expect(page: str) -> None:
    fences = re.findall(r"^```(\w*)$", (DOCS / page).read_text("utf-8"), re.MULTILINE)[::2]
    assert set(fences) <= RUN[page]
