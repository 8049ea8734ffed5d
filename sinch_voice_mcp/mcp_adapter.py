"""The only module that uses private members of the MCP SDK, for what its public interface does not offer.

Each use has a test in ``tests/unit/test_mcp_adapter.py`` that names what to check after an update of the SDK.
"""

# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001 - private members of the SDK are what this module is for

import json
import sys
from collections.abc import Awaitable, Callable
from io import TextIOWrapper
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import anyio
import anyio.to_thread
from mcp.server import MCPServer, ServerRequestContext
from mcp.server.connection import Connection
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.server.stdio import stdio_server
from mcp.types import EmptyResult, SubscribeRequestParams, ToolAnnotations, UnsubscribeRequestParams

from sinch_voice_mcp.types import JsonObject

Shorten = Callable[[JsonObject], JsonObject]
"""Returns a JSON schema with less text and the same meaning."""

SubscribeHandler = Callable[[ServerRequestContext[Any, Any], SubscribeRequestParams], Awaitable[EmptyResult]]
UnsubscribeHandler = Callable[[ServerRequestContext[Any, Any], UnsubscribeRequestParams], Awaitable[EmptyResult]]


def strict_tool(
    fn: Callable[..., Any],
    *,
    title: str,
    description: str,
    annotations: ToolAnnotations,
    shorten_input: Shorten,
    shorten_output: Shorten,
) -> Tool:
    """Build a tool that rejects unknown arguments; the SDK ignores them.

    Args:
        fn: The tool's function.
        title: The name that hosts show to their users.
        description: The description that the model reads.
        annotations: The four hints of the protocol.
        shorten_input: Shortens the input schema.
        shorten_output: Shortens the output schema.
    """
    tool = Tool.from_function(fn, title=title, description=description, annotations=annotations, structured_output=True)
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    # A value may be a secret or a phone number; errors name the argument only.
    arguments.model_config["hide_input_in_errors"] = True
    arguments.model_rebuild(force=True)
    output = tool.fn_metadata.output_schema
    metadata = ArgumentMetadata(
        arg_model=arguments,
        output_schema=None if output is None else shorten_output(output),
        output_model=tool.fn_metadata.output_model,
        wrap_output=tool.fn_metadata.wrap_output,
    )
    schema = shorten_input(arguments.model_json_schema(by_alias=True))
    return tool.model_copy(update={"fn_metadata": metadata, "parameters": schema})


class ArgumentMetadata(FuncMetadata):
    """The SDK's metadata, except that text arguments are never parsed as JSON."""

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """Parse objects and lists that a client sent as JSON text, for arguments that do not accept text.

        The SDK would also turn the texts ``null`` and ``[1]`` of an optional text argument into other values.
        """
        return {name: self._parsed(name, value) for name, value in data.items()}

    def _parsed(self, name: str, value: object) -> object:
        field = self.arg_model.model_fields.get(name)
        if field is None or not isinstance(value, str) or _accepts_text(field.annotation):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value


def _accepts_text(annotation: object) -> bool:
    choices = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    # An identifier is a NewType of text.
    types = {getattr(choice, "__supertype__", choice) for choice in choices}
    return str in types or any(get_origin(choice) is Literal for choice in types)


def offered_tools(server: MCPServer[Any]) -> dict[str, Tool]:
    """Return the tools of a server by name, with their schemas; the public listing is asynchronous and copies them."""
    return {tool.name: tool for tool in server._tool_manager.list_tools()}


def handle_subscriptions(
    server: MCPServer[Any], *, subscribe: SubscribeHandler, unsubscribe: UnsubscribeHandler
) -> None:
    """Answer ``resources/subscribe`` and ``resources/unsubscribe`` of clients on older protocols.

    The SDK registers handlers for the newest protocol only; registering these also makes it announce the capability.
    """
    lowlevel = server._lowlevel_server
    lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)


def connection_of(ctx: ServerRequestContext[Any, Any]) -> Connection:
    """Return the connection that a request came in on.

    The SDK makes a new session for every request, so the connection is the only lasting identity of a client.
    """
    return ctx.session._connection


async def serve_stdio(server: MCPServer[Any]) -> None:
    """Serve over standard input and output until canceled.

    The SDK reads standard input in a thread that cancellation waits for, so a signal would hang until
    the host sends another line; here the thread is abandoned.
    """
    stdin = _AbandonableLines(TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace"))
    async with stdio_server(stdin=stdin) as (incoming, outgoing):
        lowlevel = server._lowlevel_server
        await lowlevel.run(incoming, outgoing, lowlevel.create_initialization_options())


class _AbandonableLines(anyio.AsyncFile[str]):
    """Lines of a text stream whose pending read does not delay cancellation."""

    async def readline(self) -> str:
        return await anyio.to_thread.run_sync(self.wrapped.readline, abandon_on_cancel=True)
