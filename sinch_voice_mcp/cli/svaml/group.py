"""The group of the ``svaml`` commands."""

import click

from sinch_voice_mcp.cli.svaml.fix import fix_command
from sinch_voice_mcp.cli.svaml.lint import lint_command
from sinch_voice_mcp.cli.svaml.show import draw_command, explain_command, schema_command


@click.group(short_help="Lint, fix, explain and draw SVAML documents.")
def svaml() -> None:
    """Lint, fix, explain and draw SVAML documents; needs no settings, no credentials and no network.

    FILE is a file, a folder, a quoted pattern such as 'flows/**/*.json', or - for standard input, which is JSON. Files
    are JSON, JSON with comments (.jsonc) or YAML (.yaml, .yml). The event that a document answers is taken from
    --event, else from a name such as menu.ace.json, else guessed.
    """


for command in (lint_command, fix_command, explain_command, draw_command, schema_command):
    svaml.add_command(command)
