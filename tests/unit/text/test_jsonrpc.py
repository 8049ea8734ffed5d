"""Lines of JSON-RPC: every request that can be found gets an answer, and what is passed on is a message."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import (
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)

from sinch_voice_mcp.text.jsonrpc import Batch, Flaw, Message, read_line, whole_characters

PING: dict[str, Any] = {"jsonrpc": "2.0", "id": 7, "method": "ping"}


def read(line: str, *, batches: bool = False) -> Message | Flaw | Batch:
    (only,) = read_line(line, batches=batches)
    return only


def answer(line: str) -> tuple[int, object]:
    """The code and id of the error that answers a line."""
    flaw = read(line)
    assert isinstance(flaw, Flaw)
    assert flaw.answer is not None
    error: Any = flaw.answer["error"]
    return error["code"], flaw.answer["id"]


def ping(**members: object) -> str:
    return json.dumps(PING | members)


@pytest.mark.parametrize(
    ("line", "code", "ident"),
    [
        ("{not json}", -32700, None),
        ("x" * 100, -32700, None),
        ("[" * 200_000 + "]" * 200_000, -32700, None),
        ('{"a":' * 200_000, -32700, None),
        ('{"jsonrpc":"2.0","id":9,"method":"m","params":{"a":' + "[" * 300 + "]" * 300 + "}}", -32700, 9),
        ('{"jsonrpc":"2.0","method":"m","params":{"id":1,"a":"\\"id\\":2"},"id":"x","b":' + "[" * 300, -32700, "x"),
        ('{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"na', -32700, 9),
        ('{"jsonrpc":"2.0","text":"\\"id\\":3', -32700, None),
        ('{"id":1.5,"a":', -32700, None),
        ('{"id":' + "9" * 5_000 + ',"a":', -32700, None),
        (ping() + " and more", -32700, 7),
        ("[]", -32600, None),
        (json.dumps([PING]), -32600, None),
        ("5", -32600, None),
        ('"text"', -32600, None),
        ("null", -32600, None),
        ("{}", -32600, None),
        (ping(jsonrpc="1.0"), -32600, 7),
        (ping(method=5), -32600, 7),
        (ping(params=[1]), -32600, 7),
        (ping(params="{}"), -32600, 7),
        (ping(id=None), -32600, None),
        (ping(id=1.5), -32600, None),
        (ping(id=True), -32600, None),
        (ping(id={"a": 1}), -32600, None),
        ('{"jsonrpc":"2.0","id":"last"}', -32600, "last"),
    ],
)
def test_what_is_no_message_is_answered_with_its_id_where_that_can_be_found(
    line: str, code: int, ident: str | int | None
) -> None:
    assert answer(line) == (code, ident)


@pytest.mark.parametrize("line", ["", " \r\n", "\ufeff", "\ufeff \n"])
def test_an_empty_line_is_no_message(line: str) -> None:
    assert read_line(line, batches=False) == ()


def test_a_byte_order_mark_and_white_space_before_a_message_do_not_count() -> None:
    assert read(f" \ufeff {ping()}\r\n") == Message(ping(), 7)


def test_several_messages_on_one_line_are_read_one_after_the_other() -> None:
    first, flaw, second = read_line(f"{ping()}5  {ping(id='b')}", batches=False)
    assert (first, second) == (Message(ping(), 7), Message(ping(id="b"), "b"))
    assert isinstance(flaw, Flaw)


def test_a_line_of_very_many_values_is_no_line_of_messages() -> None:
    assert answer("1 " * 100_000) == (-32700, None)


def test_a_batch_has_its_parts_where_the_protocol_has_batches() -> None:
    batch = read(json.dumps([PING, 1, PING | {"id": 8}]), batches=True)
    assert isinstance(batch, Batch)
    first, flaw, second = batch.parts
    assert [part.id for part in (first, second) if isinstance(part, Message)] == [7, 8]
    assert isinstance(flaw, Flaw)
    empty = read("[]", batches=True)
    assert isinstance(empty, Flaw)


@pytest.mark.parametrize(
    "broken", [{"result": 5}, {"error": "no"}, {"error": {"code": "x"}}, {"error": 1, "result": {}}]
)
def test_a_broken_answer_of_a_client_ends_the_question(broken: dict[str, object]) -> None:
    message = read(json.dumps({"jsonrpc": "2.0", "id": 1} | broken))

    assert isinstance(message, Message)
    assert message.id is None
    assert json.loads(message.text)["id"] == 1
    assert set(json.loads(message.text)["error"]) == {"code", "message"}


def test_an_answer_without_an_id_is_never_answered() -> None:
    assert read(json.dumps({"jsonrpc": "2.0", "id": 1.5, "result": {}})) == Flaw(None)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (r'"\ud83d"', '"\ufffd"'),
        (r'"\uDE00\uD83D"', '"\ufffd\ufffd"'),
        (r'"\ud83d\ud83d\ude00"', '"\ufffd\U0001f600"'),
        (r'"\ud83d\ude00"', '"\U0001f600"'),
        (r'"\\ud83d"', r'"\\ud83d"'),
        (r'"\\\ud83d"', '"\\\\\ufffd"'),
        (r'"\ud83d\\ude00"', '"\ufffd\\\\ude00"'),
    ],
)
def test_half_characters_are_replaced_and_all_others_kept(text: str, whole: str) -> None:
    assert json.loads(whole_characters(text)) == json.loads(whole)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | values,
        "id": st.integers() | st.text(st.characters(codec=None), max_size=5) | values,
        "method": st.just("ping") | st.text(st.characters(codec=None), max_size=5) | values,
        "params": values,
        "result": values,
        "error": values | st.just({"code": -1, "message": "no"}),
    },
)


@given(envelopes)
def test_the_sdk_reads_each_message_as_what_it_is(envelope: dict[str, object]) -> None:
    line = read(json.dumps(envelope))
    if isinstance(line, Message):
        message = jsonrpc_message_adapter.validate_json(line.text, by_name=False)
        kinds = (JSONRPCRequest,) if line.id is not None else (JSONRPCNotification, JSONRPCResponse, JSONRPCError)
        assert isinstance(message, kinds), "the SDK would drop this message, and its request would get no answer"
    else:
        assert isinstance(line, Flaw)


@given(st.text(alphabet='{}[]":,\\ 1idu\ufeff', max_size=40))
def test_no_line_raises(line: str) -> None:
    read_line(line, batches=True)
