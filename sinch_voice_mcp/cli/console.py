"""How commands write: lines for people, and text for programs."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sinch_voice_mcp.cli.printing import Printer


def printer(*, errors: bool = False) -> "Printer":
    """What writes lines in colour where that can be seen."""
    from sinch_voice_mcp.cli.printing import Printer  # noqa: PLC0415 - serving over stdio does not need rich

    return Printer(errors=errors)


def write(text: str) -> None:
    """Write to standard output in UTF-8, whatever the terminal says."""
    if text:
        click.echo(text.rstrip("\n").encode("utf-8", "backslashreplace"))
