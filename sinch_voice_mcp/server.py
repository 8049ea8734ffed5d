"""The MCP server: tools, prompts, resources and instructions; turns expected errors into results."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any

from mcp.server import MCPServer, ServerRequestContext
from mcp.server.mcpserver import Context, RequestStateSecurity
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult
from pydantic import ValidationError

from sinch_voice_mcp.clock import Clock, SystemClock
from sinch_voice_mcp.deadline import tool_call_deadline
from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.mcp_adapter import as_text, handle_subscriptions, offered_tools, serve_stdio
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.admission import unconfirmed
from sinch_voice_mcp.operations.boundary import error_json
from sinch_voice_mcp.policy import Mode
from sinch_voice_mcp.progress import tool_call_progress
from sinch_voice_mcp.prompts import all_prompts
from sinch_voice_mcp.resources import add_resources
from sinch_voice_mcp.resources.updates import Updates
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.text.validation import complaint, faults
from sinch_voice_mcp.tools import ToolSpec
from sinch_voice_mcp.tools.consent import principal
from sinch_voice_mcp.tools.instructions import server_instructions
from sinch_voice_mcp.tools.sealing import SingleUse, refuse_unusable_answers
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.version import __version__

_MAX_QUOTED_CHARS = 60
"""Characters of an unknown name that a message repeats."""

_MAX_ARGUMENT_CHARS = 100
"""Characters of an argument's name that a message repeats; clients can send any name."""

Lifespan = Callable[[MCPServer[VoiceService]], AbstractAsyncContextManager[VoiceService]]


class VoiceServer(MCPServer[VoiceService]):
    """The SDK's server, except that an expected error is a result with the next step."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[VoiceService, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; return an expected error as JSON with the next step.

        Raises:
            UnexpectedToolError: An unexpected error; the SDK logs it and hides it from the client.
        """
        try:
            with tool_call_deadline(_clock_of(context)), _progress_of(context):
                return _shown(await super().call_tool(name, arguments, context), context)
        except ToolError as error:
            expected = self._expected_error(name, error)
            if expected is None:
                raise
            if context is not None and isinstance(error.__cause__, ToolError):
                # The tool did not run, so it could not record this refusal.
                await _record_unclear(context.request_context.lifespan_context, name)
            # Without structured content: hosts validate that against the output schema and lose the message.
            return CallToolResult(is_error=True, content=[as_text(_members_shown(error_json(expected), context))])

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[VoiceService, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Fill a prompt.

        Raises:
            MCPError: There is no such prompt, or a required argument is missing.
        """
        prompts = {prompt.name: prompt for prompt in await self.list_prompts()}
        if name not in prompts:
            raise MCPError(
                INVALID_PARAMS, f"there is no prompt `{name[:_MAX_QUOTED_CHARS]}`; there are {', '.join(prompts)}"
            )
        required = [argument.name for argument in prompts[name].arguments or () if argument.required]
        missing = [f"`{argument}`" for argument in required if argument not in (arguments or {})]
        if missing:
            raise MCPError(INVALID_PARAMS, f"the prompt `{name}` needs {' and '.join(missing)}")
        return await super().get_prompt(name, arguments, context)

    async def run_stdio_async(self) -> None:
        """Serve over standard input and output until canceled."""
        await serve_stdio(self)

    def _expected_error(self, name: str, error: ToolError) -> VoiceError | None:
        tools = offered_tools(self)
        if name not in tools:
            near = nearest(name, tools)
            hint = f"Use `{near}`." if near else f"There are: {', '.join(tools)}."
            return InvalidInputError(f"there is no tool `{name[:_MAX_QUOTED_CHARS]}`", next_step=hint)
        match error.__cause__:
            case VoiceError() as expected:
                return expected
            case ValidationError() as invalid:
                return _invalid_arguments(invalid, list(tools[name].parameters.get("properties", {})))
            case UnexpectedToolError():
                return None
            case ToolError():
                # Tools raise none: the SDK does, where the answer to an elicitation does not fit its schema.
                return unconfirmed.refusal("failed")
            case _:
                return None


def _shown(
    result: CallToolResult | InputRequiredResult, context: Context[VoiceService, Any] | None
) -> CallToolResult | InputRequiredResult:
    """Show the numbers in foreign texts as the owner wants, here because every result and error passes."""
    if not isinstance(result, CallToolResult) or result.structured_content is None:
        return result
    members = _members_shown(result.structured_content, context)
    if members == result.structured_content:
        return result
    return result.model_copy(update={"content": [as_text(members)], "structured_content": members})


def _members_shown(members: JsonObject, context: Context[VoiceService, Any] | None) -> JsonObject:
    return members if context is None else context.request_context.lifespan_context.shown.result(members)


async def _record_unclear(service: VoiceService, name: str) -> None:
    """Record in the audit log that a tool was refused because the answer to its question could not be read."""
    details = {"kind": name, "principal": principal(service.principal), "rule": "consent", "answer": "unclear"}
    await service.changes.note("refused", details)


def _asked_person(ctx: ServerRequestContext[VoiceService, Any]) -> str:
    """Return whose answer a sealed state is: that of one person at one journal, where it is recorded."""
    service = ctx.lifespan_context
    return service.confirmation.person(principal(service.confirmer))


def _clock_of(context: Context[VoiceService, Any] | None) -> Clock:
    return SystemClock() if context is None else context.request_context.lifespan_context.clock


def _progress_of(context: Context[VoiceService, Any] | None) -> AbstractContextManager[None]:
    return nullcontext() if context is None else tool_call_progress(context.report_progress)


def _argument_at(loc: tuple[int | str, ...]) -> str:
    """Return an argument or a position in it, such as ``to[1]``, without the names that pydantic adds for unions."""
    name, *rest = loc or ("arguments",)
    return str(name)[:_MAX_ARGUMENT_CHARS] + "".join(f"[{step}]" for step in rest if isinstance(step, int))


def _invalid_arguments(error: ValidationError, known: Sequence[str]) -> InvalidInputError:
    """Return pydantic's first fault in plain words, without the value, which can be secret."""
    found = faults(error)
    # A misspelled argument explains a missing one, not the other way round.
    fault = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    field = _argument_at(fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = nearest(field, known)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known) or 'none'}"
        return InvalidInputError(f"unknown argument `{field}`; {hint}", field=field)
    if fault["type"].startswith("datetime"):
        return InvalidInputError(f"`{field}` must be a time such as 2026-11-25 or 2026-11-25T09:00Z", field=field)
    return InvalidInputError(f"`{field}` {complaint(fault)}", field=field)


def make_server(
    specs: Sequence[ToolSpec],
    lifespan: Lifespan,
    *,
    mode: Mode,
    simulated: bool,
    sealing_key: bytes,
    sources: Mapping[str, str],
) -> VoiceServer:
    """Return a server that offers these tools.

    Args:
        specs: The tools, already selected.
        lifespan: Opens the service when the server starts and closes it when it stops.
        mode: Which rules apply; a rehearsal is simulated and has the live rules.
        simulated: Whether the platform is the sandbox; the server's name and instructions show it.
        sealing_key: Seals the state that a client returns with the answer to a question; 32 bytes.
        sources: Where the value of every setting came from.
    """
    # Outlives every run of the lifespan, because handlers are registered once.
    updates = Updates()

    @asynccontextmanager
    async def lifespan_with_updates(server: MCPServer[VoiceService]) -> AsyncGenerator[VoiceService]:
        async with lifespan(server) as service, updates.notify_from(service.events):
            yield service

    server = VoiceServer(
        "sinch-voice-sandbox" if simulated else "sinch-voice",
        title="Sinch Voice (SANDBOX: no phone rings)" if simulated else "Sinch Voice",
        instructions=server_instructions(specs, mode, simulated=simulated),
        version=__version__,
        tools=[spec.build() for spec in specs],
        lifespan=lifespan_with_updates,
        subscriptions=updates.bus,
        request_state_security=RequestStateSecurity(codec=SingleUse([sealing_key]), bind_principal=_asked_person),
        log_level="WARNING",
    )
    # Around the SDK's own check of sealed states, which fails the whole request.
    server.middleware.insert(0, refuse_unusable_answers)
    for prompt in all_prompts():
        server.add_prompt(prompt)
    add_resources(server, sources)
    handle_subscriptions(server, subscribe=updates.subscribe, unsubscribe=updates.unsubscribe)
    return server
