"""Choose which tools a server offers."""

from collections.abc import Collection, Iterable

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.tools import calls, conferences, monitoring, numbers, safety, sandbox, surveys, svaml
from sinch_voice_mcp.tools.spec import SIMULATED, TOOLSETS, ToolEffect, ToolSpec

ALL_TOOLS: tuple[ToolSpec, ...] = (
    *calls.TOOLS,
    *surveys.TOOLS,
    *monitoring.TOOLS,
    *conferences.TOOLS,
    *numbers.TOOLS,
    *svaml.TOOLS,
    *safety.TOOLS,
    *sandbox.TOOLS,
)


def select_tools(
    *,
    toolsets: Collection[str] | None = None,
    tools: Collection[str] | None = None,
    exclude: Collection[str] = (),
    read_only: bool = False,
    simulated: bool = False,
) -> list[ToolSpec]:
    """Return the tools that a server offers.

    Args:
        toolsets: Whole toolsets; all of them if neither these nor ``tools`` are given.
        tools: Single tools, in addition to the toolsets.
        exclude: Tools to leave out; overrides both.
        read_only: Offer only tools that change nothing; overrides everything.
        simulated: Whether the platform is a sandbox; only then are the tools for one offered.

    Raises:
        ConfigurationError: A name does not exist, a tool is for a sandbox only, or no tool is left.
    """
    names = [spec.name for spec in ALL_TOOLS]
    _require_known("toolset", toolsets or (), TOOLSETS)
    _require_known("tool", [*(tools or ()), *exclude], names)
    offered = [spec for spec in ALL_TOOLS if simulated or spec.toolset not in SIMULATED]
    _require_offered("toolset", toolsets or (), {spec.toolset for spec in offered})
    _require_offered("tool", tools or (), {spec.name for spec in offered})
    everything = toolsets is None and tools is None
    chosen = [
        spec
        for spec in offered
        if (everything or spec.toolset in (toolsets or ()) or spec.name in (tools or ()))
        and spec.name not in exclude
        and (not read_only or spec.effect is ToolEffect.READS)
    ]
    if not chosen:
        raise ConfigurationError("no tool is left: the exclusions remove every chosen tool")
    return chosen


def _require_known(kind: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
            raise ConfigurationError(f"there is no {kind} `{name}`; {hint}")


def _require_offered(kind: str, names: Iterable[str], offered: Collection[str]) -> None:
    """Check names that exist: what is for a sandbox would be missing without a word in live mode."""
    for name in names:
        if name not in offered:
            raise ConfigurationError(
                f"the {kind} `{name}` is for a sandbox only, and this server is in live mode; take it out of "
                f"SINCH_VOICE_{kind.upper()}S, or set SINCH_VOICE_SANDBOX=true"
            )
