"""The toolset ``numbers``: the account's numbers, anybody's number, and callback URLs."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sinch_voice_mcp.errors import InvalidInputError, RefusedError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Number, Result, Text, told
from sinch_voice_mcp.tools.spec import Effect, ToolSpec
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrl, OwnedNumber, UnassignNumber

ApplicationKey = Annotated[str | None, Field(description="Default: this application")]
Capability = Literal["voice", "sms"] | None
CallbackAddress = Annotated[str | None, Field(max_length=2_000, description="https URL; '' clears")]


class Own(BaseModel):
    """One number of the account."""

    number: str
    capability: Text
    application_key: Text


class OwnNumbers(Result):
    """The account's numbers."""

    numbers: list[Own]


class NumberKnown(Result):
    """What is known of a number, and whether the guard would let it be rung."""

    number: str
    country: Text
    type: str
    rate_per_minute: Number
    currency: Text
    restricted: bool
    callable: bool
    refused_because: Text


class Addresses(BaseModel):
    """Callback URLs."""

    primary: Text
    fallback: Text


class Callbacks(Result):
    """Where the platform sends this application's call events; ``before`` is set after a change."""

    now: Addresses
    before: Annotated[Addresses | None, Field(default=None, exclude_if=lambda value: value is None)]


async def list_numbers(service: Service) -> OwnNumbers:
    """Own numbers and their application; `cli` is one of them."""
    return _own(service, await service.numbers.owned(), "")


async def assign_numbers(
    numbers: Annotated[list[str], Field(min_length=1, max_length=100, description="Own numbers, E.164")],
    service: Service,
    application_key: ApplicationKey = None,
    capability: Capability = None,
) -> OwnNumbers:
    """Assign own numbers to an application, which gets their incoming calls; moves them if taken."""
    request = AssignNumbers(numbers=tuple(numbers), application_key=application_key, capability=capability)
    return _own(service, await service.numbers.assign(request), f"Assigned {len(numbers)}.")


async def unassign_number(
    number: Annotated[str, Field(description="Own number, E.164")],
    service: Service,
    application_key: ApplicationKey = None,
    capability: Capability = None,
) -> OwnNumbers:
    """Take a number from an application: its incoming calls stop."""
    request = UnassignNumber(number=number, application_key=application_key, capability=capability)
    return _own(service, await service.numbers.unassign(request), f"Unassigned {number}.")


async def query_number(number: Annotated[str, Field(description="E.164")], service: Service) -> NumberKnown:
    """Country, type, price a minute, and whether this server would call it. Rings nobody."""
    facts, known, objection = await service.numbers.query(number)
    rate = known.rate
    price = "price unknown" if rate is None else f"{rate.amount:g} {rate.currency_id or ''} a minute".replace("  ", " ")
    verdict = "may be called" if objection is None else f"would be refused: {objection.message.rstrip('.')}"
    return NumberKnown(
        summary=told(service, f"{facts.e164} ({facts.region or 'no country'}, {facts.type}, {price}) {verdict}."),
        simulated=service.simulated,
        number=facts.e164,
        country=known.country_id or facts.region,
        type=facts.type,
        rate_per_minute=rate and rate.amount,
        currency=rate and rate.currency_id,
        restricted=known.restricted,
        callable=objection is None,
        refused_because=objection.rule if isinstance(objection, RefusedError) else objection and objection.code,
    )


async def get_callbacks(service: Service) -> Callbacks:
    """Where this application's call events are sent."""
    urls = await service.numbers.callbacks()
    return Callbacks(
        summary=told(service, _where(urls)), simulated=service.simulated, now=_addresses(urls), before=None
    )


async def set_callbacks(
    service: Service, primary: CallbackAddress = None, fallback: CallbackAddress = None
) -> Callbacks:
    """Set where this application's call events are sent; what is left out stays."""
    given = {name: url or None for name, url in (("primary", primary), ("fallback", fallback)) if url is not None}
    if not given:
        raise InvalidInputError("give `primary`, `fallback` or both", field="primary")
    before, now = await service.numbers.set_callbacks(CallbackUrl(**given))
    return Callbacks(
        summary=told(service, _where(now)), simulated=service.simulated, now=_addresses(now), before=_addresses(before)
    )


TOOLS = (
    ToolSpec(list_numbers, toolset="numbers", effect=Effect.READS, title="List own numbers"),
    ToolSpec(assign_numbers, toolset="numbers", effect=Effect.CHANGES, title="Assign numbers"),
    ToolSpec(unassign_number, toolset="numbers", effect=Effect.CHANGES, title="Unassign a number"),
    ToolSpec(query_number, toolset="numbers", effect=Effect.READS, title="Look up a number"),
    ToolSpec(get_callbacks, toolset="numbers", effect=Effect.READS, title="See callback URLs"),
    ToolSpec(set_callbacks, toolset="numbers", effect=Effect.CHANGES, title="Set callback URLs"),
)


def _own(service: VoiceService, numbers: list[OwnedNumber], remark: str) -> OwnNumbers:
    rows = [
        Own(number=owned.number, capability=owned.capability, application_key=owned.application_key)
        for owned in numbers
    ]
    summary = " ".join(filter(None, (remark, f"The account has {len(rows)} numbers.")))
    return OwnNumbers(summary=told(service, summary), simulated=service.simulated, numbers=rows)


def _addresses(urls: CallbackUrl) -> Addresses:
    return Addresses(primary=urls.primary, fallback=urls.fallback)


def _where(urls: CallbackUrl) -> str:
    if urls.primary is None:
        return "No primary callback URL is set, so call events are sent nowhere."
    return f"Call events are sent to {urls.primary}" + (f", else {urls.fallback}." if urls.fallback else ".")
