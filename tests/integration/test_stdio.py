"""Lines on standard input that cannot be read, and output that cannot be written: answers and quiet ends."""

import json
import os
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.processes import CLEAN, MODULE, running

EXAMPLES = Path(__file__).parents[2] / "examples"
CALL = {"to": "+12025550100", "cli": "+14155550100", "text": "Hello"}
HALF = "\ud83d"


class Wire:
    """A client that writes the bytes of its lines by hand."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, BufferedByteReceiveStream(process.stdout)

    async def send(self, line: bytes) -> None:
        await self._stdin.send(line + b"\n")

    async def receive(self) -> Any:
        return json.loads(await self._stdout.receive_until(b"\n", 4_000_000))

    async def ask(self, line: bytes) -> Any:
        await self.send(line)
        return await self.receive()

    async def request(self, ident: object, method: str, **params: object) -> Any:
        return await self.ask(message(ident, method, **params))


def message(ident: object, method: str, **params: object) -> bytes:
    # Python writes half a character as an escape, as JavaScript does.
    return json.dumps({"jsonrpc": "2.0", "id": ident, "method": method, "params": params}).encode()


def tool(name: str, **arguments: object) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


@asynccontextmanager
async def wire(protocol: str) -> AsyncGenerator[Wire]:
    with anyio.fail_after(50):
        async with running() as process:
            client = Wire(process)
            info = {"name": "by hand", "version": "1"}
            hello = await client.request(0, "initialize", protocolVersion=protocol, capabilities={}, clientInfo=info)
            assert hello["result"]["protocolVersion"] == protocol
            await client.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
            yield client


async def test_half_a_character_anywhere_in_a_request_is_answered_and_judged_like_any_text() -> None:
    nested = {"action": {"name": "hangup"}, "instructions": [{"name": "say", "text": HALF, "locale": "en-US"}]}
    async with wire("2025-06-18") as client:
        for at, (method, params) in enumerate(
            (
                ("tools/call", tool("get_call", call_id=HALF)),
                ("tools/call", tool("place_tts_callout", **CALL | {"text": f"Ready {HALF}"}, dry_run=True)),
                ("tools/call", tool("place_custom_callout", to=CALL["to"], cli=CALL["cli"], ace=nested, dry_run=True)),
                ("tools/call", tool("place_custom_callout", to=CALL["to"], cli=CALL["cli"], ace=json.dumps(nested))),
                ("tools/call", tool(f"get_{HALF}call")),
                ("tools/call", tool("list_calls", limit=json.dumps(HALF), **{HALF: 1})),
                ("prompts/get", {"name": "place-a-call", "arguments": {"number": HALF, "message": HALF}}),
                ("resources/read", {"uri": f"sinch://calls/{HALF}"}),
                (f"tools/{HALF}", {}),
            ),
            1,
        ):
            answer = await client.request(at, method, **params)
            assert answer["id"] == at
            assert "result" in answer or "error" in answer
        assert (await client.request(f"id-{HALF}", "ping"))["id"] == "id-\ufffd"
        stopped = await client.request(99, "tools/call", **tool("emergency_stop", reason=f"{HALF} stop"))
        assert "All calling is stopped" in stopped["result"]["structuredContent"]["summary"]
        refused = await client.request(100, "tools/call", **tool("place_tts_callout", **CALL))
        assert json.loads(refused["result"]["content"][0]["text"])["code"] == "refused"


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        (b"{not json}", [(None, -32700)]),
        (b"x" * 20_000_000, [(None, -32700)]),
        (b"[" * 200_000 + b"]" * 200_000, [(None, -32700)]),
        (b'{"jsonrpc":"2.0","id":5,"method":"m","params":{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}}", [(5, -32700)]),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', [(None, -32600)]),
        (b'{"jsonrpc":"2.0","id":6,"method":"ping","params":[1]}', [(6, -32600)]),
        (b"\xef\xbb\xbf" + message(7, "ping"), [(7, None)]),
        (message(8, "ping") + message(9, "nothing"), [(8, None), (9, -32601)]),
        (b"[" + message(10, "ping") + b"]", [(None, -32600)]),
        (b"\xff\xfe", [(None, -32700)]),
    ],
    ids=["words", "20 MB", "brackets", "deep", "no id", "list", "mark", "two", "batch", "bytes"],
)
async def test_each_line_that_cannot_be_handled_is_answered_and_the_next_one_too(
    line: bytes, answers: list[tuple[object, int | None]]
) -> None:
    async with wire("2025-11-25") as client:
        await client.send(line)
        received = [await client.receive() for _ in answers]
        found = {one["id"]: one.get("error", {}).get("code") for one in received}
        assert found == dict(answers)
        assert await client.request("after", "ping") == {"jsonrpc": "2.0", "id": "after", "result": {}}


async def test_a_batch_is_answered_by_one_array_where_the_protocol_has_batches() -> None:
    parts = [message(1, "ping"), b"5", message("two", "nothing"), b'{"jsonrpc":"2.0","method":"notifications/x"}']
    async with wire("2025-03-26") as client:
        answered = await client.ask(b"[" + b",".join(parts) + b"]")
        assert {(one["id"], one.get("error", {}).get("code")) for one in answered} == {
            (1, None),
            (None, -32600),
            ("two", -32601),
        }
        assert await client.ask(b"[5]") == [
            {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": ANY_OBJECT}}
        ]
        assert (await client.request("after", "ping"))["id"] == "after"


async def test_a_batch_whose_only_open_request_is_canceled_is_answered_without_it() -> None:
    placed = tool("place_tts_callout", **CALL)
    async with wire("2025-03-26") as client:
        call = await client.request(1, "tools/call", **placed)
        call_id = call["result"]["structuredContent"]["call_id"]
        wait = message(2, "tools/call", **tool("wait_for_call", call_id=call_id))
        await client.send(b"[" + wait + b"," + message(3, "ping") + b"]")
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}
        answered = await client.ask(json.dumps(cancel).encode())
        assert [one["id"] for one in answered] == [3]


ANY_OBJECT = "a message is a JSON object; nothing was done"

COMMANDS: tuple[list[str], ...] = (["policy"], ["--help"], ["svaml", "lint", str(EXAMPLES / "svaml")], [])
"""A command that writes lines with styles, click's own output, a command with an exit status, and the server."""

HELLO = message(
    0,
    "initialize",
    protocolVersion="2025-11-25",
    capabilities={},
    clientInfo={"name": "by hand", "version": "1"},
)


@contextmanager
def closed_pipe() -> Generator[int]:
    """The writing end of a pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


@contextmanager
def full_device() -> Generator[int]:
    """A file to which nothing can be written."""
    writer = os.open("/dev/full", os.O_WRONLY)
    try:
        yield writer
    finally:
        os.close(writer)


@pytest.mark.parametrize("command", COMMANDS, ids=["policy", "help", "lint", "serve"])
async def test_a_command_whose_reader_has_gone_ends_without_a_word(command: list[str]) -> None:
    with closed_pipe() as stdout:
        assert await _ended([*MODULE, *command], stdout) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("command", COMMANDS, ids=["policy", "help", "lint", "serve"])
async def test_a_command_whose_output_cannot_be_written_says_so_in_one_sentence(command: list[str]) -> None:
    with full_device() as stdout:
        status, said = await _ended([*MODULE, *command], stdout)
    assert (status, said) == (2, "sinch-voice-mcp: the output cannot be written: No space left on device\n")


async def test_the_demo_ends_without_a_word_if_its_reader_has_gone() -> None:
    with closed_pipe() as stdout:
        assert await _ended([sys.executable, str(EXAMPLES / "demo.py")], stdout) == (0, "")


async def _ended(command: list[str], stdout: int) -> tuple[int, str]:
    """Run a command whose standard input stays open; return its exit status and what it says on standard error."""
    with anyio.fail_after(50):
        async with await anyio.open_process(command, stdout=stdout, env=CLEAN) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            # A command that reads no input may have ended.
            with suppress(anyio.BrokenResourceError):
                await process.stdin.send(HELLO + b"\n")
            said = b"".join([chunk async for chunk in process.stderr])
            return await process.wait(), said.decode()
