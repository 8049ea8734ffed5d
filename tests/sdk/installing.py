"""The official SDKs, installed into a folder that does not outlive the check."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
INSTALL_S = 300


@dataclass(frozen=True, slots=True)
class Installed:
    """An SDK that can be used: the folder, and the command that runs a program in it."""

    folder: Path
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """An SDK that could not be installed, and why."""

    reason: str


def install_node(folder: Path) -> Installed | Missing:
    """Install the Node SDK with npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return Missing("Node is not installed")
    shutil.copytree(HERE / "node", folder)
    npm = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    return _installed("npm", npm, folder, ("node",))


def install_python(folder: Path) -> Installed | Missing:
    """Install the Python SDK into an environment of its own, because it is not made for this project's versions."""
    shutil.copytree(HERE / "python", folder)
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True, timeout=INSTALL_S)
    python = str(folder / ".venv" / "bin" / "python")
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "-r", "requirements.txt")
    return _installed("pip", pip, folder, (python,))


def _installed(name: str, install: tuple[str, ...], folder: Path, command: tuple[str, ...]) -> Installed | Missing:
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode == 0:
        return Installed(folder, command)
    # Both programs say the cause first, and then what to do about it.
    errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
    return Missing(f"{name} failed: {errors[0] if errors else 'it did not say why'}")
