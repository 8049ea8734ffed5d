"""The 14 operations of the Voice API.

Paths, bodies and answers are those of Sinch's Voice OpenAPI document 1.0.1. Path parameters are encoded
as one segment each; an id that would name another path is refused before anything is sent.
"""

import random
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from sinch_voice_mcp.client import hosts, repeats
from sinch_voice_mcp.client.delivery import Again, Delivery
from sinch_voice_mcp.client.failures import unclear
from sinch_voice_mcp.client.hosts import Region, segment
from sinch_voice_mcp.client.lines import Lines
from sinch_voice_mcp.client.orders import Authentication, Order, Stamp, order
from sinch_voice_mcp.client.repeats import Manner
from sinch_voice_mcp.client.sending import Answer, Timeouts
from sinch_voice_mcp.client.verdicts import Unsure, read_answer
from sinch_voice_mcp.clock import Clock, SystemClock
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.types import Payload
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

PayloadT = TypeVar("PayloadT", bound=Payload)

USER_AGENT = "sinch-voice-mcp"
DEFAULT_TIMEOUTS = Timeouts()


class VoiceClient:
    """The Voice API for one application.

    Every method raises a ``PlatformError`` where the platform says no, a ``NotSentError`` where it was not
    reached, an ``InvalidInputError`` for an id that cannot be one, and, where it changes something, an
    ``OutcomeUnknownError`` where the platform may have acted. Questions raise ``UnavailableError`` instead.

    Args:
        credentials: Key and secret of the application.
        region: Where calls and conferences live.
        authentication: ``signed``, or ``basic``, which sends the secret with every request.
        calling_url: The base URL for callouts, calls and conferences, instead of the region's.
        configuration_url: The base URL for numbers and callback URLs.
        transport: What carries HTTP instead of the network; closed with the client.
        clock: For timestamps and for pauses between tries; the machine's by default.
        timeouts: For each try.
        jitter: A number between 0 and 1, asked for the length of each pause; random by default.
        user_agent: The header of that name.

    Raises:
        ConfigurationError: A base URL is not https (or http to this machine), there is no such region, or the
            key cannot be sent.
    """

    def __init__(  # noqa: PLR0913 - the front door of a library: each is a knob of its own, with a default
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
    ) -> None:
        clock = clock or SystemClock()
        default = hosts.calling_url(region)
        calling = hosts.base_url(default if calling_url is None else calling_url, "calling_url")
        default = hosts.CONFIGURATION_URL
        configuration = hosts.base_url(default if configuration_url is None else configuration_url, "configuration_url")
        self._key = credentials.key
        self._calls = f"{calling}/calling/v1"
        self._configuration = f"{configuration}/v1"
        tls = calling.startswith("https:") or configuration.startswith("https:")
        self._lines = Lines(transport, tls=tls)
        stamp = Stamp(credentials, authentication, clock, user_agent)
        self._delivery = Delivery(self._lines, stamp, timeouts, clock, jitter or random.random)

    @property
    def application_key(self) -> str:
        """The key of the application that this client acts for."""
        return self._key

    async def __aenter__(self) -> Self:
        """The client itself; connections are made when needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection, and the transport that was handed in."""
        await self._lines.aclose()

    async def place_callout(self, request: CalloutRequest, *, again: Again | None = None) -> str:
        """Start a call; returns its id at once, while the platform dials. At most one request is accepted.

        ``again`` is asked before each further try, and raises where there must not be one.
        """
        callout = order("POST", f"{self._calls}/callouts", request)
        answer = await self._delivery.deliver(callout, repeats.RINGING, again)
        return _read(CalloutAnswer, answer, repeats.RINGING).call_id

    async def get_call(self, call_id: str) -> Call:
        """State and outcome of a call."""
        return await self._ask(Call, self._call(call_id))

    async def update_call(self, call_id: str, document: Document) -> None:
        """Give a call in progress new instructions; one that only hangs up is repeated where no answer came."""
        only_hangs_up = isinstance(document.action, Hangup) and not document.instructions
        manner = repeats.REPEATABLE if only_hangs_up else repeats.ONCE
        await self._delivery.deliver(order("PATCH", self._call(call_id), document), manner)

    async def manage_leg(self, call_id: str, leg: CallLeg, document: Document) -> None:
        """Play or speak to one side of a call. Never repeated."""
        url = f"{self._call(call_id)}/leg/{segment(leg, 'leg')}"
        await self._delivery.deliver(order("PATCH", url, document), repeats.ONCE)

    async def get_conference(self, conference_id: str) -> list[Participant]:
        """Who is in a conference."""
        return (await self._ask(Conference, self._conference(conference_id))).participants

    async def close_conference(self, conference_id: str) -> None:
        """End every call in a conference. May be repeated."""
        await self._change(order("DELETE", self._conference(conference_id)))

    async def manage_participant(self, conference_id: str, call_id: str, command: ManageParticipant) -> None:
        """Mute, unmute, hold or resume one participant. May be repeated."""
        await self._change(order("PATCH", self._participant(conference_id, call_id), command))

    async def kick_participant(self, conference_id: str, call_id: str) -> None:
        """End one participant's call. May be repeated."""
        await self._change(order("DELETE", self._participant(conference_id, call_id)))

    async def list_numbers(self) -> list[OwnedNumber]:
        """The numbers of the account."""
        return (await self._ask(OwnedNumbers, self._numbers)).numbers

    async def assign_numbers(self, request: AssignNumbers) -> None:
        """Assign numbers to an application. May be repeated."""
        await self._change(order("POST", self._numbers, request))

    async def unassign_number(self, request: UnassignNumber) -> None:
        """Take a number from an application. May be repeated."""
        await self._change(order("DELETE", self._numbers, request))

    async def get_callbacks(self, application_key: str) -> CallbackUrl:
        """Where an application hears of its calls."""
        return (await self._ask(CallbackUrls, self._callbacks(application_key))).url

    async def set_callbacks(self, application_key: str, urls: CallbackUrl) -> None:
        """Set where an application hears of its calls; members left out stay as they are. May be repeated."""
        await self._change(order("POST", self._callbacks(application_key), CallbackUrls(url=urls)))

    async def query_number(self, number: str) -> QueriedNumber:
        """What the platform knows of a number: country, type, rate. ``number`` is in E.164 form."""
        url = f"{self._configuration}/calling/query/number/{segment(number, 'number')}"
        return (await self._ask(QueryAnswer, url)).number

    async def _ask(self, kind: type[PayloadT], url: str) -> PayloadT:
        answer = await self._delivery.deliver(order("GET", url), repeats.ASKING)
        return _read(kind, answer, repeats.ASKING)

    async def _change(self, order: Order) -> None:
        await self._delivery.deliver(order, repeats.REPEATABLE)

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


def _read(kind: type[PayloadT], answer: Answer, manner: Manner) -> PayloadT:
    payload = read_answer(kind, answer.body)
    if payload is None:
        reason = f"the platform answered {answer.status}, but not with what was asked for"
        raise unclear(Unsure(reason, answer.status), manner)
    return payload
