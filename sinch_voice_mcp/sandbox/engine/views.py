"""Calls as those see them who watch the sandbox: every application's, with everything that is known, to read only."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from sinch_voice_mcp.sandbox.engine.endpoints import Region
from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.sandbox.engine.faults import CallKind
from sinch_voice_mcp.sandbox.engine.given import GivenSvaml
from sinch_voice_mcp.sandbox.engine.recordings import RecordedFile
from sinch_voice_mcp.sandbox.engine.reports import CallReport, report
from sinch_voice_mcp.sandbox.engine.state import (
    Dialing,
    Digest,
    InConference,
    Ringing,
    SimulatedCall,
    SimulatedLeg,
    TimelineEntry,
    TimelineKind,
)
from sinch_voice_mcp.wire.calls import CallResult

CallState = Literal["created", "dialing", "ringing", "answered", "ended"]
"""Where a call is; its first leg decides whether it is answered."""

Direction = Literal["in", "out"]

_SPEECH: Mapping[TimelineKind, str] = {"say": "text", "play": "prompts", "menu": "prompt", "said": "text"}
_TAG = re.compile(r"(?:^|[\s,])tag=([^\s,]+)")


class CallView:
    """One call; reading it changes nothing that matters, and shows the call as it is at the time of reading."""

    __slots__ = ("_call", "now")

    def __init__(self, call: SimulatedCall, now: datetime) -> None:
        self._call = call
        self.now = now

    @property
    def id(self) -> str:
        """The call id."""
        return self._call.id

    @property
    def order(self) -> int:
        """A number that is higher for newer calls, and stays the same: that of the first entry of the timeline."""
        return self._call.timeline[0].sequence if self._call.timeline else 0

    @property
    def application_key(self) -> str:
        """The application that placed the call, or that it came in for."""
        return self._call.application_key

    @property
    def state(self) -> CallState:
        """Where the call is."""
        return state_of(self._call)

    @property
    def kind(self) -> CallKind:
        """What started the call."""
        return self._call.kind

    @property
    def direction(self) -> Direction:
        """Whether the call came in."""
        return "out" if self._call.incoming is None else "in"

    @property
    def custom(self) -> str:
        """The member `custom` of the callout."""
        return self._call.plan.custom

    @property
    def tags(self) -> Sequence[str]:
        """The tag of the request, and those in `custom`: ``tag=NAME``, separated by blanks or commas."""
        custom, tag = self._call.plan.custom, self._call.tag
        found = _TAG.findall(custom) if "tag=" in custom else []
        return found if tag is None or tag in found else (tag, *found)

    @property
    def called(self) -> Sequence[str]:
        """What was called: by the caller first, then by the platform; numbers, SIP addresses, user names, URLs."""
        call = self._call
        found = [leg.endpoint.address for leg in call.legs if not leg.is_caller]
        if call.incoming is not None:
            return [call.incoming.dialed.address, *found]
        if not found and call.plan.endpoint is not None:
            return [call.plan.endpoint.address]
        return found

    @property
    def calling(self) -> Sequence[str]:
        """Who calls: the caller first, then the caller IDs that phones showed, or that the callout named."""
        call = self._call
        found = [leg.cli for leg in call.legs if not leg.is_caller and leg.cli is not None]
        if call.incoming is not None:
            return [call.incoming.caller, *found]
        if not found and call.plan.cli is not None:
            return [call.plan.cli]
        return found

    @property
    def region(self) -> Region:
        """Where the call lives."""
        return self._call.region

    @property
    def created_at(self) -> datetime:
        """When the platform accepted the call."""
        return self._call.created_at

    @property
    def answered_at(self) -> datetime | None:
        """When the first leg was answered; None before that."""
        return self._call.answered_at

    @property
    def ended_at(self) -> datetime | None:
        """When the call ended; None before that."""
        ended = self._call.ended
        return None if ended is None else ended.at

    @property
    def result(self) -> CallResult:
        """How the platform says that the call ended."""
        ended = self._call.ended
        return self.report.result if ended is None else ended.result

    @property
    def reason(self) -> EndReason:
        """Why the call ended."""
        ended = self._call.ended
        return "N/A" if ended is None else ended.reason

    @property
    def report(self) -> CallReport:
        """The call as the platform's API reports it."""
        return report(self._call, self.now)

    @property
    def legs(self) -> Sequence[SimulatedLeg]:
        """The sides of the call; the first is the one that the callout dialed, or the caller."""
        return self._call.legs

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that documents set."""
        return self._call.cookies

    @property
    def conference(self) -> str | None:
        """The conference that the call is in; None if it is in none."""
        resting = self._call.resting_state
        return resting.conference_id if isinstance(resting, InConference) and self._call.ended is None else None

    @property
    def recorded(self) -> Sequence[RecordedFile]:
        """The recordings that have ended."""
        return self._call.recorded

    @property
    def timeline(self) -> Sequence[TimelineEntry]:
        """What happened, in order."""
        return self._call.timeline

    @property
    def given(self) -> Sequence[GivenSvaml]:
        """The SVAML that came with the callout and with updates, in order."""
        return self._call.given

    @property
    def digest(self) -> Digest:
        """What searches look for in the timeline."""
        call = self._call
        # Kept with the call: searches look at up to 10,000 calls, and those that wait after each entry.
        if call.digest is None or call.digest.entries != len(call.timeline):
            call.digest = _continued(call.digest or _NOTHING, call.timeline)
        return call.digest


_NOTHING = Digest(0, "", "", frozenset())


def _continued(digest: Digest, timeline: Sequence[TimelineEntry]) -> Digest:
    """Return a digest of the beginning of a timeline, continued to its end; the beginning is not read again."""
    new = timeline[digest.entries :]
    said = (str(entry.detail[_SPEECH[entry.event]]) for entry in new if entry.event in _SPEECH)
    keys = [str(entry.detail["key"]) for entry in new if entry.event == "pressed"]
    kinds = [str(entry.detail["kind"]) for entry in new if entry.event == "callback"]
    # A character that no one says ends each text, so that the end of one and the beginning of the next are no words.
    speech = "".join(f"{text}\0" for text in said if text).casefold()
    return Digest(len(timeline), digest.speech + speech, digest.keys + "".join(keys), digest.callbacks.union(kinds))


def state_of(call: SimulatedCall) -> CallState:
    """Return where a call is."""
    if call.ended is not None:
        return "ended"
    if call.answered_at is not None:
        return "answered"
    match call.activity:
        case Ringing():
            return "ringing"
        case Dialing():
            return "dialing"
        case _:
            return "created"
