"""Programs that use the sandbox as its users do, and what they found."""

import json
import os
import re
import shutil
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from tests.sdk.installing import Installed, Missing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sandbox-clients.md"
PROGRAM_S = 120


@dataclass(frozen=True, slots=True)
class Target:
    """A sandbox, and the credentials of its application."""

    url: str
    key: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that uses it."""
        named = {"SANDBOX_URL": self.url, "SANDBOX_KEY": self.key, "SANDBOX_SECRET": self.secret}
        return dict(os.environ) | named  # noqa: TID251 - for a child


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what a client did, and why it failed or was skipped."""

    client: str
    operation: str
    error: str | None = None
    skipped: str | None = None

    @property
    def verdict(self) -> str:
        """What the table says."""
        if self.skipped is not None:
            return f"skipped: {self.skipped}"
        return "ok" if self.error is None else f"FAILED: {self.error}"


def check_sdk(client: str, installed: Installed, target: Target) -> list[Row]:
    """Run every operation of an SDK; return a row for each."""
    (program,) = installed.folder.glob("operations.*")
    done = _run((*installed.command, str(program)), installed.folder, target)
    # An SDK may print what it logs between the results.
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"')]
    rows = [Row(f"{client} {one.get('client', '')}".strip(), one["operation"], one["error"]) for one in found]
    if done.returncode == 0 and rows:
        return rows
    return [*rows, Row(client, "the program", error=textwrap.shorten(done.stderr, 400))]


def check_page(target: Target, node: Installed | Missing, python: Installed | Missing) -> list[Row]:
    """Run the blocks of the page whose language is at hand, as they stand but for the base URL and the credentials."""
    return [
        _check_block("curl", "sh", _curl(), target),
        _check_block("Node", "js", node, target, "-e"),
        _check_block("Python", "python", python, target, "-c"),
    ]


def _curl() -> Installed | Missing:
    return Missing("curl is not installed") if shutil.which("curl") is None else Installed(PAGE.parent, ("sh", "-c"))


def _check_block(client: str, language: str, at: Installed | Missing, target: Target, *flags: str) -> Row:
    operation = f"the block in docs/{PAGE.name}"
    if isinstance(at, Missing):
        return Row(client, operation, skipped=at.reason)
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    given = {
        "127.0.0.1:8021": target.url.removeprefix("http://"),
        DEFAULT_CREDENTIALS.key: target.key,
        DEFAULT_CREDENTIALS.secret: target.secret,
    }
    for written, actual in given.items():
        assert written in block
        block = block.replace(written, actual)
    done = _run((*at.command, *flags, block), at.folder, target)
    said = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", done.stdout)
    failed = done.returncode != 0 or said is None
    return Row(client, operation, error=textwrap.shorten(done.stderr or "no call id", 400) if failed else None)


def _run(command: tuple[str, ...], folder: Path, target: Target) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=target.environment, capture_output=True, text=True, timeout=PROGRAM_S, check=False
    )
