"""The MCP face: one module per toolset, one row of data per tool."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.tools import calls, conferences, numbers, safety, svaml, waiting
from sinch_voice_mcp.tools.spec import TOOLSETS, Effect, ToolSpec

ALL_TOOLS: tuple[ToolSpec, ...] = (
    *calls.TOOLS,
    *waiting.TOOLS,
    *conferences.TOOLS,
    *numbers.TOOLS,
    *svaml.TOOLS,
    *safety.TOOLS,
)


def select_tools(
    *,
    toolsets: Collection[str] | None = None,
    tools: Collection[str] | None = None,
    exclude: Collection[str] = (),
    read_only: bool = False,
) -> list[ToolSpec]:
    """The tools that a server offers.

    Args:
        toolsets: Whole toolsets; all of them when neither these nor ``tools`` are given.
        tools: Single tools, in addition to the toolsets.
        exclude: Tools to leave out; wins over both.
        read_only: Only tools that change nothing; beats everything.

    Raises:
        ConfigurationError: A name does not exist, or nothing is left.
    """
    names = [spec.name for spec in ALL_TOOLS]
    _known("toolset", toolsets or (), TOOLSETS)
    _known("tool", [*(tools or ()), *exclude], names)
    everything = toolsets is None and tools is None
    chosen = [
        spec
        for spec in ALL_TOOLS
        if (everything or spec.toolset in (toolsets or ()) or spec.name in (tools or ()))
        and spec.name not in exclude
        and (not read_only or spec.effect is Effect.READS)
    ]
    if not chosen:
        raise ConfigurationError("no tool is left: the chosen toolsets, tools and exclusions cancel out")
    return chosen


def _known(kind: str, asked: Iterable[str], known: Collection[str]) -> None:
    for name in asked:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
            raise ConfigurationError(f"there is no {kind} `{name}`; {hint}")
