"""The MCP server: which tools it offers, what it says of itself, and the one boundary for errors."""

import json
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from difflib import get_close_matches
from io import TextIOWrapper
from typing import Any

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context, RequestStateSecurity
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    SubscribeRequestParams,
    TextContent,
    UnsubscribeRequestParams,
)
from pydantic import ValidationError

from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.admission.confirmation import unclear
from sinch_voice_mcp.policy import Mode
from sinch_voice_mcp.prompts import all_prompts
from sinch_voice_mcp.resources import add_resources
from sinch_voice_mcp.resources.updates import Updates
from sinch_voice_mcp.text.validation import complaint, faults
from sinch_voice_mcp.tools import ToolSpec
from sinch_voice_mcp.tools.consent import SingleUse
from sinch_voice_mcp.version import __version__

Lifespan = Callable[[MCPServer[VoiceService]], AbstractAsyncContextManager[VoiceService]]

_CALLS = """\
Places and steers phone calls through Sinch Voice. Calls cost money and reach people: never invent a number or a \
country code, ask the user. Emergencies: tell the user to dial themselves; this server never does. Every call needs a \
`cli` of list_numbers. A refusal names the rule; tell the user, do not try variants. On `outcome_unknown` do not \
place the call again; look with get_call or get_conference. A callout returns before anyone answers: wait_for_call \
tells. Calls are placed at once; nothing can be scheduled."""
_SVAML = "Builds and checks SVAML, Sinch's call-flow language; nothing is sent anywhere."
_SANDBOX = "SANDBOX: everything is simulated, no phone rings. Say so to the user. "
_TRY = "Try +12025550100, cli +14155550100. "


class VoiceServer(MCPServer[VoiceService]):
    """The SDK's server with our errors."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[VoiceService, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; what was foreseen comes back as JSON that says what to do next.

        Raises:
            UnexpectedToolError: Something nobody foresaw; the SDK logs it and hides it.
        """
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            expected_error = self._foreseen(name, error)
            if expected_error is None:
                raise
            # Without structured content: hosts validate that against the output schema and lose the message.
            text = json.dumps(expected_error.to_json(), ensure_ascii=False)
            return CallToolResult(is_error=True, content=[TextContent(type="text", text=text)])

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[VoiceService, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Fill a prompt.

        Raises:
            MCPError: There is no such prompt, or an argument is missing; says which.
        """
        prompts = {prompt.name: prompt for prompt in await self.list_prompts()}
        if name not in prompts:
            raise MCPError(INVALID_PARAMS, f"there is no prompt `{name[:60]}`; there are {', '.join(prompts)}")
        needed = [argument.name for argument in prompts[name].arguments or () if argument.required]
        missing = [f"`{argument}`" for argument in needed if argument not in (arguments or {})]
        if missing:
            raise MCPError(INVALID_PARAMS, f"the prompt `{name}` needs {' and '.join(missing)}")
        return await super().get_prompt(name, arguments, context)

    def offer_updates(self, updates: Updates) -> None:
        """Let clients of older protocols follow calls; on the newest one they hang on the bus."""
        server = self._lowlevel_server
        server.add_request_handler("resources/subscribe", SubscribeRequestParams, updates.subscribe)
        server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, updates.unsubscribe)

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
            case VoiceError() as expected_error:
                return expected_error
            case ValidationError() as invalid:
                return _invalid(invalid, list(tools[name].parameters.get("properties", {})))
            case UnexpectedToolError():
                return None
            case ToolError():
                # Tools raise none: the SDK does, where the answer to an elicitation does not fit its schema.
                return unclear()
            case _:
                return None


class _Lines(anyio.AsyncFile[str]):
    """Lines of a text stream; a read that is under way does not hold up cancellation."""

    async def readline(self) -> str:
        return await anyio.to_thread.run_sync(self.wrapped.readline, abandon_on_cancel=True)


def _argument(loc: tuple[int | str, ...]) -> str:
    """An argument, or a place in it, such as ``to[1]``, without the names that pydantic adds for its unions."""
    name, *rest = loc or ("arguments",)
    return str(name)[:100] + "".join(f"[{step}]" for step in rest if isinstance(step, int))


def _invalid(error: ValidationError, known: Sequence[str]) -> InvalidInputError:
    """The first of pydantic's complaints, in our words; the value itself is never repeated."""
    found = faults(error)
    fault = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    field = _argument(fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(field, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known) or 'none'}"
        return InvalidInputError(f"unknown argument `{field}`; {hint}", field=field)
    return InvalidInputError(f"`{field}` {complaint(fault)}", field=field)


def _instructions(specs: Sequence[ToolSpec], mode: Mode, *, simulated: bool) -> str:
    """What a model is told at the start: only what is true of this mode and these tools."""
    opening = _SANDBOX if simulated else ""
    if all(spec.toolset == "svaml" for spec in specs):
        return opening + _SVAML
    return opening + (_TRY if mode == "sandbox" else "") + _CALLS


def make_server(
    specs: Sequence[ToolSpec],
    lifespan: Lifespan,
    *,
    mode: Mode,
    simulated: bool,
    sealing_key: bytes,
    sources: Mapping[str, str],
) -> VoiceServer:
    """A server that offers these tools.

    Args:
        specs: The tools, already selected.
        lifespan: Opens the desk when the server starts and closes it when it stops.
        mode: Whose rules apply; a rehearsal is simulated and guarded like the real thing.
        simulated: Whether the platform behind it is the sandbox; name and instructions say so.
        sealing_key: Seals what a client carries between a question and its answer; 32 bytes.
        sources: Where the value of every setting came from.
    """
    updates = Updates()

    @asynccontextmanager
    async def telling(server: MCPServer[VoiceService]) -> AsyncGenerator[VoiceService]:
        async with lifespan(server) as service, updates.notify_from(service.events):
            yield service

    server = VoiceServer(
        "sinch-voice-sandbox" if simulated else "sinch-voice",
        title="Sinch Voice (SANDBOX: no phone rings)" if simulated else "Sinch Voice",
        instructions=_instructions(specs, mode, simulated=simulated),
        version=__version__,
        tools=[spec.build() for spec in specs],
        lifespan=telling,
        subscriptions=updates.bus,
        request_state_security=RequestStateSecurity(codec=SingleUse([sealing_key])),
        log_level="WARNING",
    )
    for prompt in all_prompts():
        server.add_prompt(prompt)
    add_resources(server, sources)
    server.offer_updates(updates)
    return server
