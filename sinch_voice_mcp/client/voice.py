"""The 14 operations of the Voice API.

Paths, bodies and answers are those of Sinch's Voice OpenAPI document 1.0.1. Path parameters are encoded as one segment
each; an id that would name another path is rejected before anything is sent.
"""

import copy
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

import httpx2

from sinch_voice_mcp.client import hosts, retries
from sinch_voice_mcp.client.hosts import CALLS_PATH, CallingHosts, segment
from sinch_voice_mcp.client.identity import PlatformIdentity
from sinch_voice_mcp.client.requests import ApiRequest, Authentication, Authenticator, api_request
from sinch_voice_mcp.client.sender import BeforeRetry, Sender
from sinch_voice_mcp.client.transport import Connections, Timeouts
from sinch_voice_mcp.clock import Clock, SystemClock
from sinch_voice_mcp.ports import HOME, Place
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.text.hosts import is_loopback
from sinch_voice_mcp.types import CallId, Region
from sinch_voice_mcp.wire.applications import (
    AssignNumbers,
    CallbackUrl,
    CallbackUrls,
    OwnedNumber,
    OwnedNumbers,
    QueriedNumber,
    QueryAnswer,
    UnassignNumber,
)
from sinch_voice_mcp.wire.callouts import CalloutAnswer, CalloutRequest
from sinch_voice_mcp.wire.calls import Call, CallLeg, Conference, ManageParticipant, Participant

USER_AGENT = "sinch-voice-mcp"
DEFAULT_TIMEOUTS = Timeouts()


class VoiceClient:
    """The Voice API for one application.

    Every method raises ``PlatformError`` if the platform rejects the request, ``NotSentError`` if the platform was not
    reached, and ``InvalidInputError`` for an id that cannot be one. A method that changes something raises
    ``OutcomeUnknownError`` if the platform may have acted; one that only reads raises ``UnavailableError`` instead.

    Args:
        credentials: Key and secret of the application.
        region: Where calls and conferences live.
        authentication: ``signed``, or ``basic``, which sends the secret with every request.
        calling_url: The base URL for callouts, calls and conferences, instead of the region's.
        configuration_url: The base URL for numbers and callback URLs.
        transport: Carries HTTP instead of the network; closed with the client.
        clock: For timestamps and for delays between attempts; the machine's by default.
        timeouts: For each attempt.
        jitter: Returns a number between 0 and 1 for the length of each delay; random by default.
        user_agent: The header of that name.
        advice: Next steps of errors by the platform's code, instead of the usual ones.
        tag: A name for the calls, sent only to a platform on this machine, which is a sandbox.

    Raises:
        ConfigurationError: A base URL is not https (or http to this machine), there is no such region, or the
            key has characters that a header cannot carry.
    """

    def __init__(  # noqa: PLR0913 - the entrance of a library: every option has a default
        self,
        credentials: Credentials,
        *,
        region: Region = "global",
        authentication: Authentication = "signed",
        calling_url: str | None = None,
        configuration_url: str | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        jitter: Callable[[], float] | None = None,
        user_agent: str = USER_AGENT,
        advice: Mapping[int, str] = MappingProxyType({}),
        tag: str | None = None,
    ) -> None:
        clock = clock or SystemClock()
        default = hosts.calling_url(region)
        calling = hosts.base_url(default if calling_url is None else calling_url, "calling_url")
        default = hosts.CONFIGURATION_URL
        configuration = hosts.base_url(default if configuration_url is None else configuration_url, "configuration_url")
        self._key = credentials.key
        self._hosts = CallingHosts(calling)
        self._calls = self._below(HOME)
        self._configuration = f"{configuration}/v1"
        tls = calling.startswith("https:") or configuration.startswith("https:")
        self._connections = Connections(transport, tls=tls)
        local = all(is_loopback(httpx2.URL(url).host) for url in (calling, configuration))
        authenticator = Authenticator(credentials, authentication, clock, user_agent, tag=tag if local else None)
        self._identity = PlatformIdentity(local=local)
        self._sender = Sender(
            self._connections,
            authenticator,
            timeouts,
            clock,
            jitter or random.random,
            identity=self._identity,
            advice=advice,
        )

    @property
    def application_key(self) -> str:
        """The key of the application that this client acts for."""
        return self._key

    @property
    def is_local(self) -> bool:
        """Whether every base URL is on this machine."""
        return self._identity.local

    @property
    def is_sandbox(self) -> bool:
        """Whether every answer so far came from a sandbox on this machine; one that did not ends that for good."""
        return self._identity.is_sandbox

    def at(self, place: Place) -> Self:
        """Return this client for the calls and conferences of one place; numbers and callback URLs stay the same."""
        there = copy.copy(self)
        there._calls = self._below(place)  # noqa: SLF001 - a copy of this object
        return there

    def place_of(self, url: str) -> Place | None:
        """Return the place that the `callResourceUrl` of an event names; None if no request may go there."""
        return self._hosts.place_of(url)

    async def __aenter__(self) -> Self:
        """Return the client; it connects when it first sends a request."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection, and the transport that was passed in."""
        await self._connections.aclose()

    async def place_callout(self, request: CalloutRequest, *, again: BeforeRetry | None = None) -> CallId:
        """Start a call and return its id at once, while the platform dials. At most one request is accepted.

        ``again`` is called before each retry, and raises if the request must not be sent again.
        """
        callout = api_request("POST", f"{self._calls}/callouts", request)
        return (await self._sender.fetch(CalloutAnswer, callout, retries.CALLOUT, again)).call_id

    async def get_call(self, call_id: str) -> Call:
        """Return the state and result of a call."""
        return await self._sender.fetch(Call, api_request("GET", self._call(call_id)))

    async def update_call(self, call_id: str, document: Document, *, again: BeforeRetry | None = None) -> None:
        """Replace the instructions of a call in progress. A document that only hangs up may be retried."""
        # Ending a call twice is harmless; speaking or connecting twice is not.
        only_hangs_up = isinstance(document.action, Hangup) and not document.instructions
        policy = retries.IDEMPOTENT if only_hangs_up else retries.ONCE
        await self._sender.send(api_request("PATCH", self._call(call_id), document), policy, again)

    async def manage_leg(
        self, call_id: str, leg: CallLeg, document: Document, *, again: BeforeRetry | None = None
    ) -> None:
        """Play or speak to one side of a call. Never repeated."""
        url = f"{self._call(call_id)}/leg/{segment(leg, 'leg')}"
        await self._sender.send(api_request("PATCH", url, document), retries.ONCE, again)

    async def get_conference(self, conference_id: str) -> list[Participant]:
        """Return the participants of a conference."""
        request = api_request("GET", self._conference(conference_id))
        return (await self._sender.fetch(Conference, request)).participants

    async def close_conference(self, conference_id: str) -> None:
        """End every call in a conference. May be repeated."""
        await self._change(api_request("DELETE", self._conference(conference_id)))

    async def manage_participant(
        self, conference_id: str, call_id: str, command: ManageParticipant, *, again: BeforeRetry | None = None
    ) -> None:
        """Mute, unmute, hold or resume one participant. May be repeated."""
        await self._change(api_request("PATCH", self._participant(conference_id, call_id), command), again)

    async def kick_participant(self, conference_id: str, call_id: str) -> None:
        """End one participant's call. May be repeated."""
        await self._change(api_request("DELETE", self._participant(conference_id, call_id)))

    async def list_numbers(self) -> list[OwnedNumber]:
        """Return the numbers of the account."""
        return (await self._sender.fetch(OwnedNumbers, api_request("GET", self._numbers))).numbers

    async def assign_numbers(self, request: AssignNumbers, *, again: BeforeRetry | None = None) -> None:
        """Assign numbers to an application. May be repeated."""
        await self._change(api_request("POST", self._numbers, request), again)

    async def unassign_number(self, request: UnassignNumber, *, again: BeforeRetry | None = None) -> None:
        """Unassign a number from an application. May be repeated."""
        await self._change(api_request("DELETE", self._numbers, request), again)

    async def get_callbacks(self, application_key: str) -> CallbackUrl:
        """Return the URLs that an application's events are sent to."""
        return (await self._sender.fetch(CallbackUrls, api_request("GET", self._callbacks(application_key)))).url

    async def set_callbacks(self, application_key: str, urls: CallbackUrl, *, again: BeforeRetry | None = None) -> None:
        """Set the URLs that an application's events are sent to; an absent one stays as it is. May be repeated."""
        await self._change(api_request("POST", self._callbacks(application_key), CallbackUrls(url=urls)), again)

    async def query_number(self, number: str) -> QueriedNumber:
        """Return what the platform knows about a number: country, type, price. ``number`` is in E.164 form."""
        url = f"{self._configuration}/calling/query/number/{segment(number, 'number')}"
        return (await self._sender.fetch(QueryAnswer, api_request("GET", url))).number

    async def _change(self, request: ApiRequest, again: BeforeRetry | None = None) -> None:
        await self._sender.send(request, retries.IDEMPOTENT, again)

    def _below(self, place: Place) -> str:
        return f"{self._hosts.at(place)}{CALLS_PATH}"

    def _call(self, call_id: str) -> str:
        return f"{self._calls}/calls/id/{segment(call_id, 'call_id')}"

    def _conference(self, conference_id: str) -> str:
        return f"{self._calls}/conferences/id/{segment(conference_id, 'conference_id')}"

    def _participant(self, conference_id: str, call_id: str) -> str:
        return f"{self._conference(conference_id)}/{segment(call_id, 'call_id')}"

    @property
    def _numbers(self) -> str:
        return f"{self._configuration}/configuration/numbers"

    def _callbacks(self, application_key: str) -> str:
        key = segment(application_key, "application_key")
        return f"{self._configuration}/configuration/callbacks/applications/{key}"
