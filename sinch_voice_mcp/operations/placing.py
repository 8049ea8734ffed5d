"""Callouts on their way: what is claimed of them, the form in which they are sent, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.operations.admission.guard import Admitted
from sinch_voice_mcp.operations.dispatch.claims import Request
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatched, Part
from sinch_voice_mcp.operations.dispatch.hang_ups import AfterStop
from sinch_voice_mcp.policy import Verdict
from sinch_voice_mcp.ports import JournalEntry
from sinch_voice_mcp.types import CallId, JsonObject
from sinch_voice_mcp.wire.callouts import CalloutRequest, ConferenceCalloutRequest


@dataclass(frozen=True, slots=True)
class Placed:
    """A callout that was placed, or that a dry run would place.

    Attributes:
        call_id: ID of the call; None after a dry run.
        called: The callee: a number in E.164 form, ``sip:user@host`` or ``app:NAME``; None if a callback names it.
        request: The JSON object that was sent, or would be.
        verdicts: What every rule of the guard found.
        warnings: What the requester should know.
        earlier: The earlier request, if the same call was placed before and no second one was.
        after_stop: What became of it at once, if calling was stopped while it was being placed.
    """

    call_id: CallId | None
    called: str | None
    request: JsonObject
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    earlier: JournalEntry | None = None
    after_stop: AfterStop | None = None

    @property
    def duplicate_of(self) -> str | None:
        """The earlier call: its ID, or our token of the request if it has none."""
        return None if self.earlier is None else self.earlier.call_id or self.earlier.token


@dataclass(frozen=True, slots=True)
class PlacedLeg:
    """One callout of a conference: placed, or the error."""

    to: str
    placed: Placed | None
    error: VoiceError | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An admitted callout, the form in which it is sent, and how to send it."""

    admitted: Admitted[CalloutRequest]
    callout: CalloutRequest
    part: Part

    @property
    def called(self) -> str | None:
        """The first callee; None if a callback names it."""
        return next(iter(self.admitted.called), None)

    def placed(self, dispatched: Dispatched | None) -> Placed:
        """Return the callout as it was placed; with None, as it would be."""
        warnings = self.admitted.warnings
        if dispatched is not None and dispatched.warning is not None:
            warnings = (*warnings, dispatched.warning)
        return Placed(
            call_id=None if dispatched is None else dispatched.call_id,
            called=self.called,
            request=self.callout.to_wire(),
            verdicts=self.admitted.verdicts,
            warnings=warnings,
            earlier=None if dispatched is None else dispatched.earlier,
            after_stop=None if dispatched is None else dispatched.after_stop,
        )


def request_of(admitted: Admitted[CalloutRequest], together: object = None) -> Request:
    """Return what the claim of an admitted callout needs; ``together`` are all callouts of the same list."""
    callout = admitted.request
    conference = callout.conference_callout.conference_id if isinstance(callout, ConferenceCalloutRequest) else None
    return Request(
        kind=callout.method,
        wire=admitted.wire,
        exposure=admitted.exposure,
        called=admitted.called,
        conference=conference,
        joins=conference,
        together=together,
        text=admitted.spoken,
    )


def leg_of(prepared: Prepared, result: Dispatched | VoiceError | None) -> PlacedLeg:
    """Return what became of one callout of a conference; of a dry run, nothing has."""
    to = prepared.called or ""
    if isinstance(result, VoiceError):
        return PlacedLeg(to, None, result)
    return PlacedLeg(to, prepared.placed(result), None)


def naming_legs(worst: VoiceError, legs: Sequence[PlacedLeg]) -> VoiceError:
    """Add to an error that stands for several the number and the reason of each."""
    failed = [(leg.to, leg.error) for leg in legs if leg.error is not None]
    if len(failed) > 1:
        numbers: dict[str, list[str]] = {}
        for to, error in failed:
            numbers.setdefault(error.message, []).append(to)
        worst.message = " ".join(f"{' and '.join(those)}: {message}" for message, those in numbers.items())
        worst.legs = failed
    return worst


def number_at(index: int) -> str:
    """Return the JSON path of the number, address or name in one callout of a list."""
    return f"$[{index}].conferenceCallout.destination.endpoint"


def check_distinct(every: Sequence[Admitted[CalloutRequest]]) -> None:
    """Raise InvalidInputError if a list has a callee twice, in whatever form."""
    seen: set[object] = set()
    for index, admitted in enumerate(every):
        # As the limits count it, which overlook case, ports and transports.
        counted = (*(number.e164 for number in admitted.exposure.numbers), *admitted.exposure.targets)
        if counted in seen:
            message = f"{next(iter(admitted.called), '')} is in the list twice; a phone can take one call"
            raise InvalidInputError(message, field=number_at(index))
        seen.add(counted)
