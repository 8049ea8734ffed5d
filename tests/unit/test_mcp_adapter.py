"""What the adapter uses of the SDK's inside still works; each failure names the place to change."""

import inspect
import json
import os
import signal
import sys
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.server import MCPServer, ServerRequestContext
from mcp.server.connection import Connection
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.server.session import ServerSession
from mcp.types import EmptyResult, SubscribeRequest, SubscribeRequestParams, ToolAnnotations, UnsubscribeRequestParams
from pydantic import BaseModel

from sinch_voice_mcp import mcp_adapter

HINTS = ToolAnnotations(
    title="Echo", read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class Echoed(BaseModel):
    """What the tool received."""

    text: str | None
    rows: list[int] | None


async def echo(text: str | None = None, rows: list[int] | None = None) -> Echoed:
    """Return the arguments."""
    return Echoed(text=text, rows=rows)


def _strict_tool() -> Tool:
    return mcp_adapter.strict_tool(
        echo,
        title="Echo",
        description="Return the arguments.",
        annotations=HINTS,
        drop_omitted=lambda arguments, _: arguments,
        shorten_input=lambda schema: {**schema, "x-short": "input"},
        shorten_output=lambda schema: {**schema, "x-short": "output"},
    )


def _server() -> MCPServer[Any]:
    return MCPServer("test", tools=[_strict_tool()])


def test_a_server_has_a_low_level_server_to_register_handlers_on() -> None:
    lowlevel = getattr(_server(), "_lowlevel_server", None)
    for method in ("add_request_handler", "run", "create_initialization_options"):
        assert callable(getattr(lowlevel, method, None)), (
            f"MCPServer._lowlevel_server.{method} is gone: "
            "change mcp_adapter.handle_subscriptions and mcp_adapter.serve_stdio"
        )


def test_a_server_has_a_tool_manager_that_lists_its_tools() -> None:
    manager = getattr(_server(), "_tool_manager", None)
    assert callable(getattr(manager, "list_tools", None)), (
        "MCPServer._tool_manager.list_tools is gone: change mcp_adapter.offered_tools"
    )
    assert list(mcp_adapter.offered_tools(_server())) == ["echo"]


async def test_a_session_knows_its_connection_and_connections_differ() -> None:
    seen: list[Connection] = []

    async def subscribe(ctx: ServerRequestContext[Any, Any], params: SubscribeRequestParams) -> EmptyResult:
        del params
        assert hasattr(ctx.session, "_connection"), (
            f"{ServerSession.__name__}._connection is gone: change mcp_adapter.connection_of"
        )
        seen.append(mcp_adapter.connection_of(ctx))
        return EmptyResult()

    async def unsubscribe(ctx: ServerRequestContext[Any, Any], params: UnsubscribeRequestParams) -> EmptyResult:
        del ctx, params
        return EmptyResult()

    server = _server()
    mcp_adapter.handle_subscriptions(server, subscribe=subscribe, unsubscribe=unsubscribe)
    for _ in range(2):
        async with Client(server, mode="legacy") as client:
            for _ in range(2):
                request = SubscribeRequest(params=SubscribeRequestParams(uri="test://one"))
                await client.session.send_request(request, EmptyResult)
    first, again, other, _ = seen
    assert first is again
    assert first is not other
    assert hasattr(first, "exit_stack"), "Connection.exit_stack is gone: change resources.updates.Updates.subscribe"


def test_a_tool_has_metadata_with_an_argument_model_that_can_be_made_strict() -> None:
    metadata = Tool.from_function(echo, structured_output=True).fn_metadata
    for member in ("arg_model", "output_schema", "output_model", "wrap_output"):
        assert hasattr(metadata, member), f"FuncMetadata.{member} is gone: change mcp_adapter.strict_tool"
    assert "pre_parse_json" in vars(FuncMetadata), (
        "FuncMetadata.pre_parse_json is gone: change mcp_adapter.ArgumentMetadata"
    )
    assert list(inspect.signature(FuncMetadata.pre_parse_json).parameters) == ["self", "data"]


async def test_a_strict_tool_rejects_unknown_arguments_and_never_repeats_their_values() -> None:
    async with Client(_server()) as client:
        result = await client.call_tool("echo", {"txt": "secret"})
    assert result.is_error, "unknown arguments are ignored again: change mcp_adapter.strict_tool"
    assert "secret" not in str(result.content)
    assert "txt" in str(result.content)


async def test_schemas_are_those_that_the_caller_shortened() -> None:
    async with Client(_server()) as client:
        (tool,) = (await client.list_tools()).tools
    assert (tool.input_schema["x-short"], (tool.output_schema or {})["x-short"]) == ("input", "output"), (
        "the SDK publishes schemas of its own again: change mcp_adapter.strict_tool"
    )


@pytest.mark.parametrize("text", ["null", "[1]", '{"a": 1}', "42", "true", '"quoted"'])
async def test_text_that_looks_like_json_stays_text_and_lists_may_come_as_json_text(text: str) -> None:
    async with Client(_server()) as client:
        result = await client.call_tool("echo", {"text": text, "rows": "[1, 2]"})
    assert result.structured_content == {"text": text, "rows": [1, 2]}, (
        "the SDK parses text arguments as JSON again: change mcp_adapter.ArgumentMetadata"
    )


async def test_a_stdio_server_stops_at_once_although_its_input_stays_open() -> None:
    code = (
        "import anyio, signal\n"
        "from mcp.server import MCPServer\n"
        "from sinch_voice_mcp.mcp_adapter import serve_stdio\n"
        "async def main():\n"
        "    async with anyio.create_task_group() as tasks:\n"
        "        tasks.start_soon(serve_stdio, MCPServer('test'))\n"
        "        with anyio.open_signal_receiver(signal.SIGTERM) as signals:\n"
        "            async for _ in signals:\n"
        "                tasks.cancel_scope.cancel()\n"
        "                break\n"
        "anyio.run(main)\n"
        "import os; os._exit(0)\n"
    )
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with anyio.fail_after(30):
        process = await anyio.open_process([sys.executable, "-c", code])
        assert process.stdin is not None
        assert process.stdout is not None
        await process.stdin.send(json.dumps(hello).encode() + b"\n")
        assert json.loads(await process.stdout.receive())["id"] == 1
        os.kill(process.pid, signal.SIGTERM)
        assert await process.wait() == 0, "a pending read delays cancellation again: change mcp_adapter.serve_stdio"
        await process.aclose()
