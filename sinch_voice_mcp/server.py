"""The MCP server: which tools it offers, what it says of itself, and the one boundary for errors."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from difflib import get_close_matches
from io import TextIOWrapper
from typing import Any

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.stdio import stdio_server
from mcp.types import CallToolResult, InputRequiredResult, TextContent
from pydantic import ValidationError

from sinch_voice_mcp import __version__
from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.operations import Desk
from sinch_voice_mcp.prompts import all_prompts
from sinch_voice_mcp.tools import ToolSpec

Lifespan = Callable[[MCPServer[Desk]], AbstractAsyncContextManager[Desk]]

_INSTRUCTIONS = """\
Places and steers phone calls through Sinch Voice. Calls cost money and reach people: never invent a number or a \
country code, ask the user. Emergencies: tell the user to dial themselves; this server never does. Every call needs a \
`cli` of list_numbers. A refusal names the rule; tell the user, do not try variants. On `outcome_unknown` do not \
place the call again; look with get_call or get_conference. A callout returns before anyone answers: get_call tells."""
_SANDBOX = "SANDBOX: everything is simulated, no phone rings. Say so to the user. Try +12025550100, cli +14155550100. "


class VoiceServer(MCPServer[Desk]):
    """The SDK's server with our errors."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Desk, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; what was foreseen comes back as JSON that says what to do next.

        Raises:
            UnexpectedToolError: Something nobody foresaw; the SDK logs it and hides it.
        """
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            foreseen = self._foreseen(name, error)
            if foreseen is None:
                raise
            # Without structured content: hosts validate that against the output schema and lose the message.
            text = json.dumps(foreseen.to_json(), ensure_ascii=False)
            return CallToolResult(is_error=True, content=[TextContent(type="text", text=text)])

    async def run_stdio_async(self) -> None:
        """Serve over standard input and output, and stop when cancelled.

        The SDK reads standard input in a thread that cancellation waits for, so a signal would hang until
        the host sends another line; here the thread is left behind.
        """
        stdin = _Lines(TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace"))
        async with stdio_server(stdin=stdin) as (incoming, outgoing):
            options = self._lowlevel_server.create_initialization_options()
            await self._lowlevel_server.run(incoming, outgoing, options)

    def _foreseen(self, name: str, error: ToolError) -> VoiceError | None:
        tools = {tool.name: tool for tool in self._tool_manager.list_tools()}
        if name not in tools:
            near = get_close_matches(name, tools, n=1)
            hint = f"Use `{near[0]}`." if near else f"There are: {', '.join(tools)}."
            return InvalidInputError(f"there is no tool `{name[:60]}`", next_step=hint)
        match error.__cause__:
            case VoiceError() as foreseen:
                return foreseen
            case ValidationError() as invalid:
                return _invalid(invalid, list(tools[name].parameters.get("properties", {})))
            case _:
                return None


class _Lines(anyio.AsyncFile[str]):
    """Lines of a text stream; a read that is under way does not hold up cancellation."""

    async def readline(self) -> str:
        return await anyio.to_thread.run_sync(self.wrapped.readline, abandon_on_cancel=True)


def _invalid(error: ValidationError, known: Sequence[str]) -> InvalidInputError:
    """The first of pydantic's complaints, in our words; the value itself is never repeated."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    field = ".".join(str(step) for step in fault["loc"])[:100]
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(field, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
        return InvalidInputError(f"unknown argument `{field}`; {hint}", field=field)
    if fault["type"] == "missing":
        return InvalidInputError(f"the argument `{field}` is missing", field=field)
    message = fault["msg"].removeprefix("Value error, ")
    return InvalidInputError(f"`{field}`: {message[:1].lower()}{message[1:]}", field=field)


def make_server(specs: Sequence[ToolSpec], lifespan: Lifespan, *, simulated: bool) -> VoiceServer:
    """A server that offers these tools.

    Args:
        specs: The tools, already selected.
        lifespan: Opens the desk when the server starts and closes it when it stops.
        simulated: Whether the platform behind it is the sandbox; name and instructions say so.
    """
    server = VoiceServer(
        "sinch-voice-sandbox" if simulated else "sinch-voice",
        title="Sinch Voice (SANDBOX: no phone rings)" if simulated else "Sinch Voice",
        instructions=f"{_SANDBOX if simulated else ''}{_INSTRUCTIONS}",
        version=__version__,
        tools=[spec.build() for spec in specs],
        lifespan=lifespan,
        log_level="WARNING",
    )
    for prompt in all_prompts():
        server.add_prompt(prompt)
    return server
