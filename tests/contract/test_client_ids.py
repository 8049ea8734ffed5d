"""Ids that a model chose never change which path of the platform a request reaches."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote, unquote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.signing import Credentials, verify
from sinch_voice_mcp.svaml import Continue, Document, Hangup
from sinch_voice_mcp.types import CallId, PhoneNumber
from sinch_voice_mcp.wire.applications import CallbackUrl
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.contract.client_requests import ANYTHING, arrived, over
from tests.contract.dialing import Dial
from tests.fault_server import FaultServer, Reply

HOSTILE = [
    "../../x?y=1",
    "..%2F..%2Fx",
    "%2e%2e",
    "a/b",
    "a?b",
    "a#b",
    "a;b=c",
    "a%20b",
    "a b",
    "a+b",
    "...",
    "\r\nx: y",
    "é☎",
    "http://example.com/",
]

BY_ID: dict[str, Callable[[VoiceApi, str], Awaitable[object]]] = {
    "get_call": lambda api, text: api.get_call(CallId(text)),
    "update_call": lambda api, text: api.update_call(CallId(text), Document(action=Hangup())),
    "manage_leg": lambda api, text: api.manage_leg(CallId(text), "both", Document(action=Continue())),
    "get_conference": lambda api, text: api.get_conference(text),
    "close_conference": lambda api, text: api.close_conference(text),
    "manage_participant, room": lambda api, text: api.manage_participant(
        text, CallId("c"), ManageParticipant(command="mute")
    ),
    "manage_participant, call": lambda api, text: api.manage_participant(
        "r", CallId(text), ManageParticipant(command="mute")
    ),
    "kick_participant, room": lambda api, text: api.kick_participant(text, CallId("c")),
    "kick_participant, call": lambda api, text: api.kick_participant("r", CallId(text)),
    "get_callbacks": lambda api, text: api.get_callbacks(text),
    "set_callbacks": lambda api, text: api.set_callbacks(text, CallbackUrl()),
    "query_number": lambda api, text: api.query_number(PhoneNumber(text)),
}


by_id = pytest.mark.parametrize("act", BY_ID.values(), ids=[*BY_ID])


@by_id
async def test_an_id_never_reaches_another_path(
    dial: Dial, credentials: Credentials, clock: ManualClock, act: Callable[[VoiceApi, str], Awaitable[object]]
) -> None:
    async with FaultServer(Reply(200, ANYTHING)) as server, dial(server.url) as api:
        await act(api, "marker")
        for text in HOSTILE:
            await act(api, text)

    plain, *hostile = server.received
    for text, request in zip(HOSTILE, hostile, strict=True):
        assert request.target == plain.target.replace("marker", quote(text, safe=""))
        assert "/" not in quote(text, safe="")
        assert verify(arrived(request), [credentials], now=clock.now()) is credentials


@by_id
@pytest.mark.parametrize("text", ["", ".", "..", "x" * 257, "\ud800"])
async def test_an_impossible_id_is_rejected_before_anything_is_sent(
    dial: Dial, act: Callable[[VoiceApi, str], Awaitable[object]], text: str
) -> None:
    async with FaultServer(Reply(200, ANYTHING)) as server, dial(server.url) as api:
        with pytest.raises(InvalidInputError) as refused:
            await act(api, text)

    assert server.connections == 0
    assert refused.value.field in {"call_id", "conference_id", "application_key", "number"}


@given(st.text(min_size=1, max_size=60).filter(lambda text: text not in {".", ".."}))
async def test_any_id_is_one_segment_that_decodes_to_itself(text: str) -> None:
    credentials = Credentials("key", "YXBwU2VjcmV0")
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, content=ANYTHING)

    async with over(answer, credentials) as api:
        await api.get_call(CallId(text))

    raw = seen[0].url.raw_path.decode("ascii")
    prefix, _, last = raw.rpartition("/")
    assert prefix == "/calling/v1/calls/id"
    assert unquote(last) == text
