"""Requests of tests, and the guard's decision about them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from sinch_voice_mcp.policy import (
    Allow,
    Case,
    Decision,
    Exposure,
    Facts,
    Intent,
    Mode,
    Needs,
    Policy,
    Refuse,
    Tariff,
    decide,
    exposure,
    needs_facts,
)
from sinch_voice_mcp.policy.exposure import longest
from sinch_voice_mcp.policy.outgoing import outgoing
from sinch_voice_mcp.svaml import Document, Event, NumberDestination
from sinch_voice_mcp.types import Payload, PhoneNumber
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest, TtsCallout, TtsCalloutRequest

OWN = "+14155550100"
REAL = PhoneNumber("+14045005000")
Inline = Mapping[str, object] | str | None
"""SVAML as an object or as text, for a place that takes text."""
NOON = datetime(2026, 1, 7, 19, 0, tzinfo=UTC)
"""A Wednesday: nine in Hawaii, two in New York, eight in Stockholm."""

FACTS = Facts(own_numbers=(OWN, "+14155550101"))


def tts(
    to: str = REAL,
    *,
    cli: str | None = OWN,
    text: str | None = "Hello.",
    prompts: str | None = None,
    dtmf: str | None = None,
) -> TtsCalloutRequest:
    """A text-to-speech callout."""
    destination = NumberDestination(endpoint=to)
    return TtsCalloutRequest(
        tts_callout=TtsCallout(destination=destination, cli=cli, text=text, prompts=prompts, dtmf=dtmf)
    )


def custom(*, ice: Inline = None, ace: Inline = None, pie: Inline = None) -> CustomCalloutRequest:
    """A custom callout to a good number, or with an ``ice`` that dials."""
    rings = ice is None
    return CustomCalloutRequest(
        custom_callout=CustomCallout(
            destination=NumberDestination(endpoint=REAL) if rings else None,
            cli=OWN if rings else None,
            ice=_text(ice),
            ace=_text(ace),
            pie=_text(pie),
        )
    )


def _text(value: Inline) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def decided(intent: Intent, policy: Policy, facts: Facts | None) -> Decision:
    """The guard's decision, with facts or before any were looked up."""
    case = Case.of(intent, policy)
    return decide(case if facts is None else case.knowing(facts))


P = TypeVar("P", bound=Payload)


def sent(request: P, policy: Policy) -> P:
    """The request in the form in which it would be sent."""
    return outgoing(request, policy).request


def exposed(request: Payload, policy: Policy, tariffs: Mapping[PhoneNumber, Tariff]) -> Exposure:
    """What a request may use up."""
    case = Case.of(Intent(request, "live"), policy)
    return exposure(case.legs, longest(case), policy, tariffs, case.targets)


def needed(intent: Intent, policy: Policy) -> Needs:
    """The facts that the guard needs."""
    return needs_facts(Case.of(intent, policy))


def answer(
    request: Payload,
    policy: Policy | None = None,
    *,
    mode: Mode = "live",
    facts: Facts | None = FACTS,
    event: Event | None = None,
    unknown: tuple[str, ...] = (),
    now: datetime | None = NOON,
    approved: bool = True,
) -> Decision:
    """The guard's decision; by default at noon, after a person confirmed the call."""
    event = "update" if event is None and isinstance(request, Document) else event
    return decided(Intent(request, mode, event, unknown, now=now, approved=approved), policy or Policy.live(), facts)


def allowed(
    request: Payload, policy: Policy | None = None, *, mode: Mode = "live", facts: Facts | None = FACTS
) -> Allow:
    """The permission that the guard must give."""
    found = answer(request, policy, mode=mode, facts=facts)
    assert isinstance(found, Allow), found
    return found


def refused(
    request: Payload, policy: Policy | None = None, *, mode: Mode = "live", facts: Facts | None = FACTS
) -> Refuse:
    """The refusal that the guard must give."""
    found = answer(request, policy, mode=mode, facts=facts)
    assert isinstance(found, Refuse), found
    return found
