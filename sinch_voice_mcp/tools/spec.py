"""A tool is a function and one line of data; hints, schemas, documentation and snapshot derive from both."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args

from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from sinch_voice_mcp.mcp_adapter import strict_tool
from sinch_voice_mcp.tools.omissions import without_omitted
from sinch_voice_mcp.tools.schemas import short_input, short_output

Toolset = Literal["calls", "conferences", "numbers", "svaml", "safety", "sandbox"]
TOOLSETS: tuple[Toolset, ...] = get_args(Toolset)
SIMULATED: frozenset[Toolset] = frozenset({"sandbox"})
"""Toolsets that are only offered where the platform is a sandbox; they change nothing outside it."""

_LINE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
"""A line break that only keeps the source narrow, not one between paragraphs."""


class ToolEffect(Enum):
    """What a tool does beyond returning a result: nothing, a change, or a phone that may ring.

    Tools that change or ring are refused while calling is stopped; a tool that only ends calls works then too, and so
    does one that only changes a sandbox.
    """

    READS = "reads"
    CHANGES = "changes"
    ENDS = "ends"
    RINGS = "rings"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool.

    Attributes:
        fn: The function; its name is the tool's name, its docstring the tool's description.
        toolset: The group by which owners choose tools.
        effect: What it does beyond returning a result.
        title: Name for people.
        repeatable: Whether a second call with the same arguments changes nothing more; always true of READS.
    """

    fn: Callable[..., Any]
    toolset: Toolset
    effect: ToolEffect
    title: str
    repeatable: bool = False

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.fn.__name__

    @property
    def description(self) -> str:
        """The function's docstring, with one line per paragraph."""
        return _LINE_BREAK.sub(" ", inspect.getdoc(self.fn) or "")

    @property
    def annotations(self) -> ToolAnnotations:
        """All four hints, explicit: a client assumes the worst of those that are missing."""
        reads = self.effect is ToolEffect.READS
        reaches_others = not reads and self.toolset not in SIMULATED
        return ToolAnnotations(
            title=self.title,
            read_only_hint=reads,
            destructive_hint=reaches_others,
            idempotent_hint=reads or self.repeatable,
            open_world_hint=reaches_others,
        )

    @cache  # noqa: B019 - a process has one specification for each tool, and keeps it
    def build(self) -> Tool:
        """Return the SDK's tool: unknown arguments are rejected, schemas are short.

        Built once, because it is the same for every server of a process and its schemas take long to generate.
        """
        return strict_tool(
            self.fn,
            title=self.title,
            description=self.description,
            annotations=self.annotations,
            drop_omitted=without_omitted,
            shorten_input=short_input,
            shorten_output=short_output,
        )
