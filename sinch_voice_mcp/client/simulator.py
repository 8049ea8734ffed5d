"""The control API of a sandbox over HTTP: simulated people, failures and time.

A request is sent once. What a sandbox writes about a mistake is foreign text, like what the platform writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar
from urllib.parse import urlencode

import httpx2
from pydantic import TypeAdapter, ValidationError

from sinch_voice_mcp.client.hosts import segment
from sinch_voice_mcp.client.requests import JSON_TYPE, Method
from sinch_voice_mcp.client.simulator_errors import ControlProblem, not_sent, rejected, unclear, unusable
from sinch_voice_mcp.client.transport import Answered, Attempt, Connections, Lost, NotSent, Timeouts, attempt
from sinch_voice_mcp.clock import Clock, SystemClock
from sinch_voice_mcp.deadline import current_deadline
from sinch_voice_mcp.ports import ComingCall, PhoneAct, SimulatedCall, SimulatedFault, SimulatedTime
from sinch_voice_mcp.text.number_forms import is_number_form
from sinch_voice_mcp.types import CallId, JsonObject, compact_json
from sinch_voice_mcp.wire.codes import is_success

AnswerT = TypeVar("AnswerT")

_PATHS: Mapping[PhoneAct, str] = MappingProxyType(
    {"press": "press", "say": "say", "answer": "answer", "reject": "reject", "hang_up": "hangup"}
)
_VALUES: Mapping[PhoneAct, str] = MappingProxyType({"press": "keys", "say": "text"})
"""The member of the request that takes what is pressed or said."""

_ON_THE_RINGING_PHONE: frozenset[PhoneAct] = frozenset({"answer", "reject"})
_TIMEOUTS = Timeouts(read=30.0, total=30.0)
"""To move time forward takes as long as applications take to reply to the callbacks that are due."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request, and the argument of a tool for each of its members, to name it in errors."""

    method: Method
    path: str
    body: JsonObject | None = None
    query: JsonObject = field(default_factory=dict[str, object])
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class _FaultItem:
    fault: str
    number: str | None
    tag: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class _Faults:
    faults: list[_FaultItem]


class SimulatorClient:
    """Controls one sandbox on this machine.

    Args:
        base_url: The base URL of its API.
        transport: Carries HTTP instead of the network; closed with the client.
        clock: Measures how long a tool call may wait.
        tag: A name for the calls that come in, and the only one whose calls faults are for; None for all calls.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        tag: str | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/_sandbox"
        self._connections = Connections(transport, tls=base_url.startswith("https:"))
        self._clock = clock or SystemClock()
        self._tag = tag

    async def __aenter__(self) -> Self:
        """Return the client; it connects when it first sends a request."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._connections.aclose()

    async def receive_call(self, call: ComingCall) -> SimulatedCall:
        """Let a call come in."""
        body: JsonObject = {"from": call.caller, "origin": call.origin}
        if call.to is not None:
            # An app can dial anything; what has the form of a number is meant to be an own one.
            kind = "did" if call.origin != "MXP" or is_number_form(call.to) else "username"
            body |= {"to": call.to, "to_type": kind}
        if self._tag is not None:
            body["tag"] = self._tag
        if call.script is not None:
            body["script"] = list(call.script)
        named = {"from": "caller", "to": "to", "script": "script"}
        return await self._fetch(SimulatedCall, _Request("POST", "inbound", body, arguments=named))

    async def act(self, call_id: CallId, act: PhoneAct, value: str | None, leg: int) -> SimulatedCall:
        """Do something at a phone of a call."""
        body: JsonObject = {} if act in _ON_THE_RINGING_PHONE else {"leg": leg}
        if act in _VALUES:
            body[_VALUES[act]] = value
        path = f"calls/{segment(call_id, 'call_id')}/{_PATHS[act]}"
        named = {"keys": "value", "text": "value", "leg": "leg"}
        return await self._fetch(SimulatedCall, _Request("POST", path, body, arguments=named))

    async def attach_script(self, number: str, script: Sequence[object]) -> None:
        """Let the callee at a number follow a script, instead of an earlier one."""
        body: JsonObject = {"number": number, "script": list(script)}
        await self._send(_Request("POST", "scripts", body, arguments={"number": "number", "script": "script"}))

    async def detach_script(self, number: str) -> None:
        """Take the script of a number away."""
        await self._send(_Request("DELETE", "scripts", None, {"number": number}, {"number": "number"}))

    async def faults(self) -> list[SimulatedFault]:
        """Return the faults in force, in order."""
        return self._own(await self._fetch(_Faults, _Request("GET", "faults")))

    async def add_fault(self, fault: SimulatedFault) -> list[SimulatedFault]:
        """Put one more fault in force, and return all."""
        match = {"number": fault.number, "tag": self._tag}
        body: JsonObject = {
            "fault": fault.fault,
            "probability": fault.probability,
            "match": {name: value for name, value in match.items() if value is not None},
        }
        named = {"fault": "fault", "match.number": "number", "probability": "probability"}
        return self._own(await self._fetch(_Faults, _Request("POST", "faults", body, arguments=named)))

    async def clear_faults(self) -> list[SimulatedFault]:
        """Remove all faults, or those for calls with the tag of this client."""
        query: JsonObject = {} if self._tag is None else {"tag": self._tag}
        return self._own(await self._fetch(_Faults, _Request("DELETE", "faults", None, query)))

    async def advance(self, seconds: float) -> SimulatedTime:
        """Move time forward; everything that is due by then happens first."""
        request = _Request("POST", "clock", {"advance_s": seconds}, arguments={"advance_s": "seconds"})
        return await self._fetch(SimulatedTime, request)

    def _own(self, found: _Faults) -> list[SimulatedFault]:
        """Return the faults that calls of this server can meet."""
        return [
            SimulatedFault(one.fault, one.number, one.probability)
            for one in found.faults
            if one.tag in {None, self._tag}
        ]

    async def _fetch(self, kind: type[AnswerT], request: _Request) -> AnswerT:
        """Send a request and return its answer; members of it that are not known are ignored."""
        answer = await self._send(request)
        try:
            return TypeAdapter(kind).validate_json(answer.body)
        except ValidationError:
            raise unusable(answer) from None

    async def _send(self, request: _Request) -> Answered:
        match await self._attempt(request):
            case Answered(status) as answer if is_success(status) and answer.from_sandbox:
                return answer
            case Answered() as answer:
                problem = ControlProblem.read(answer.body)
                if problem is None or not answer.from_sandbox:
                    raise unusable(answer)
                raise rejected(answer.status, problem, request.body or request.query, request.arguments)
            case NotSent(reason):
                raise not_sent(reason)
            case Lost(reason):
                raise unclear(reason, reads=request.method == "GET")

    async def _attempt(self, request: _Request) -> Attempt:
        headers = {"accept": JSON_TYPE, "accept-encoding": "identity"}
        content = None if request.body is None else compact_json(request.body).encode("utf-8", "surrogatepass")
        if content is not None:
            headers["content-type"] = JSON_TYPE
        query = f"?{urlencode(request.query)}" if request.query else ""
        url = f"{self._url}/{request.path}{query}"
        sent = httpx2.Request(request.method, url, headers=headers, content=content)
        sending = attempt(self._connections.transport(new_connection=request.method != "GET"), sent, _TIMEOUTS)
        deadline = current_deadline()
        if deadline is None:
            return await sending
        with self._clock.move_on_after(deadline.left_s):
            return await sending
        return Lost("there was no answer within the time of one tool call")
