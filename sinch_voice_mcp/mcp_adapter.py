"""The only module that uses private members of the MCP SDK, for what its public interface does not offer.

Each use has a test in ``tests/unit/test_mcp_adapter.py`` that names what to check after an update of the SDK.
"""

# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001 - private members of the SDK are what this module is for

import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from types import TracebackType, UnionType
from typing import Annotated, Any, Literal, Self, Union, cast, get_args, get_origin

import anyio
import anyio.to_thread
from mcp.server import MCPServer, ServerRequestContext
from mcp.server.connection import Connection
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    CallToolResult,
    EmptyResult,
    InputRequiredResult,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCResponse,
    SubscribeRequestParams,
    TextContent,
    ToolAnnotations,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, RootModel, WithJsonSchema

from sinch_voice_mcp.text.embedded_json import parsed
from sinch_voice_mcp.text.jsonrpc import Batch, Flaw, Message, read_line
from sinch_voice_mcp.types import JsonObject, compact_json

Arguments = dict[str, Any]

DropOmitted = Callable[[Arguments, type[BaseModel]], Arguments]
"""Returns arguments without those that count as left out, for a tool whose arguments have this model."""

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
    drop_omitted: DropOmitted,
    shorten_input: Shorten,
    shorten_output: Shorten,
) -> Tool:
    """Build a tool that rejects unknown arguments; the SDK ignores them.

    Args:
        fn: The tool's function.
        title: The name that hosts show to their users.
        description: The description that the model reads.
        annotations: The four hints of the protocol.
        drop_omitted: Drops optional arguments that say nothing, before validation.
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
        drop_omitted=drop_omitted,
    )
    schema = shorten_input(arguments.model_json_schema(by_alias=True))
    return tool.model_copy(update={"fn_metadata": metadata, "parameters": schema})


def as_text(members: JsonObject) -> TextContent:
    """Return an object as the compact text that a model reads."""
    return TextContent(type="text", text=compact_json(members))


class ArgumentMetadata(FuncMetadata):
    """The SDK's metadata, except how arguments and results are read and written.

    Text arguments are never parsed as JSON, empty ones can be left out, and results are compact.
    """

    drop_omitted: Annotated[DropOmitted, WithJsonSchema(None)]

    def convert_result(self, result: Any) -> CallToolResult | InputRequiredResult:  # noqa: ANN401 - the SDK's signature
        """Return a tool's result with its structured content as compact text; the SDK indents it.

        A model reads the text, and pays for every space; what a model leaves out of its JSON form is in neither.
        """
        converted = super().convert_result(result)
        if isinstance(converted, InputRequiredResult) or converted.structured_content is None:
            return converted
        return converted.model_copy(update={"content": [as_text(converted.structured_content)]})

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """Parse objects and lists that a client sent as JSON text, for arguments that do not accept text.

        The SDK would also turn the texts ``null`` and ``[1]`` of an optional text argument into other values.
        """
        return self.drop_omitted({name: self._parsed(name, value) for name, value in data.items()}, self.arg_model)

    def _parsed(self, name: str, value: object) -> object:
        field = self.arg_model.model_fields.get(name)
        return value if field is None or _accepts_text(field.annotation) else parsed(value)


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
    """Serve over standard input and output until canceled or a stream is closed.

    The SDK reads standard input in a thread that cancellation waits for, so a signal would hang until
    the host sends another line; here the thread is abandoned. The SDK also drops what it cannot read, and the client
    would wait for an answer; here every such line is answered with an error.
    """
    lines = _Messages(TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace"))
    async with stdio_server(stdin=lines) as (incoming, outgoing):
        # The task that reads lines begins at the next await.
        lines.answers = _Answers(outgoing)
        lowlevel = server._lowlevel_server
        await lowlevel.run(incoming, lines.answers, lowlevel.create_initialization_options())


class _Messages(anyio.AsyncFile[str]):
    """The messages on the lines of a text stream; a pending read does not delay cancellation."""

    answers: "_Answers"

    def __init__(self, stream: TextIOWrapper) -> None:
        super().__init__(stream)
        self._read_ahead: deque[str] = deque()

    async def readline(self) -> str:
        """Return the next message as JSON text; an empty text at the end of the stream."""
        while not self._read_ahead:
            line = await anyio.to_thread.run_sync(self.wrapped.readline, abandon_on_cancel=True)
            if not line:
                return line
            for part in read_line(line, batches=self.answers.protocol == _BATCH_PROTOCOL):
                await self._receive(part)
        return self._read_ahead.popleft()

    async def _receive(self, part: Message | Flaw | Batch) -> None:
        match part:
            case Message(text=text, cancels=cancels):
                if cancels is not None:
                    await self.answers.forget(cancels)
                self._read_ahead.append(text)
            case Flaw(answer=answer):
                if answer is not None:
                    await self.answers.send_object(answer)
            case Batch(parts=parts):
                ids = {one.id for one in parts if isinstance(one, Message) and one.id is not None}
                flaws = [one.answer for one in parts if isinstance(one, Flaw) and one.answer is not None]
                await self.answers.expect(ids, flaws)
                for one in parts:
                    if isinstance(one, Message):
                        await self._receive(one)


class _Json(RootModel[Any]):
    """Any JSON value, for lines that the SDK has no type for: answers with any id, and arrays of answers."""


class _Answers:
    """What the server sends: passed on to the SDK's stream, answers to one batch as one array.

    Attributes:
        protocol: The protocol version that was negotiated; None before.
    """

    def __init__(self, stream: WriteStream[SessionMessage]) -> None:
        self.protocol: str | None = None
        self._stream = stream
        self._batches: list[_OpenBatch] = []

    async def expect(self, ids: set[str | int], answers: Sequence[JsonObject]) -> None:
        """Collect the answers to these requests, and send them together with those that are known already."""
        if ids:
            self._batches.append(_OpenBatch(ids, list(answers)))
        elif answers:
            await self._send_json(answers)

    async def send(self, item: SessionMessage) -> None:
        """Send a message, or keep it until its batch is answered."""
        message = item.message
        if isinstance(message, JSONRPCResponse) and self.protocol is None:
            version = message.result.get("protocolVersion")
            self.protocol = version if isinstance(version, str) else None
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            batch = next((batch for batch in self._batches if message.id in batch.waiting), None)
            if batch is not None:
                await self._collect(batch, message.id, message)
                return
        await self._stream.send(item)

    async def send_object(self, answer: JsonObject) -> None:
        """Send an answer that was made here."""
        await self._send_json(answer)

    async def forget(self, ident: str | int) -> None:
        """Expect no answer to a request that its client canceled."""
        for batch in [batch for batch in self._batches if ident in batch.waiting]:
            await self._collect(batch, ident, None)

    async def aclose(self) -> None:
        """Close the SDK's stream."""
        await self._stream.aclose()

    async def __aenter__(self) -> Self:
        """Return the stream itself."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Close the SDK's stream."""
        await self.aclose()

    async def _collect(self, batch: "_OpenBatch", ident: str | int, answer: BaseModel | None) -> None:
        batch.waiting.discard(ident)
        if answer is not None:
            batch.answers.append(answer.model_dump(mode="json", by_alias=True, exclude_unset=True))
        if not batch.waiting:
            self._batches.remove(batch)
            if batch.answers:
                await self._send_json(batch.answers)

    async def _send_json(self, value: object) -> None:
        # The SDK's writer only asks a message for its JSON text.
        await self._stream.send(SessionMessage(cast("JSONRPCMessage", _Json(value))))


@dataclass(slots=True)
class _OpenBatch:
    """A batch of requests: the ids without an answer, and the answers so far."""

    waiting: set[str | int]
    answers: list[object] = field(default_factory=list[object])


_BATCH_PROTOCOL = "2025-03-26"
"""The only protocol version with batches."""
