"""Tools of the toolset ``numbers``: the account's numbers, any phone number, and callback URLs."""

from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.errors import InvalidInputError, RefusedError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.tools.consent import requester_of
from sinch_voice_mcp.tools.omissions import Empty
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Flag, Number, Own, OwnText, Result, Shown, Text, Untrusted, counted, summarize
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec
from sinch_voice_mcp.wire.applications import AssignNumbers, CallbackUrl, OwnedNumber, UnassignNumber

ApplicationKey = Annotated[str | None, Field(description="Default: this server's; others: application_keys")]
_VOICE = "voice"
"""The capability of most numbers, and of those of which the platform names none."""

CapabilityArgument = Literal["voice", "sms"] | None
PrimaryUrl = Annotated[
    str | None,
    Empty.MEANT,
    Field(max_length=2_000, description="https, on callback_hosts of sinch://policy; '' removes it"),
]
FallbackUrl = Annotated[
    str | None, Empty.MEANT, Field(max_length=2_000, description="Used if primary fails; same form")
]


class AccountNumber(Shown):
    """One number of the account."""

    number: str
    capability: Annotated[Text, Field(description="voice if absent")]
    here: Annotated[Flag, Field(description="Assigned to this server's application")]
    application_key: Annotated[Text, Field(description="Assigned to another application")]
    untrusted: Untrusted


class AccountNumbers(Result):
    """The account's numbers."""

    numbers: list[AccountNumber]


class NumberLookup(Result):
    """What is known of a number, and whether the guard would allow a call to it."""

    number: Own
    country: Text
    type: Own
    rate_per_minute: Number
    currency: Text
    restricted: Flag
    callable: bool
    refused_because: Annotated[OwnText, Field(description="The rule; see sinch://errors/{code}")]
    untrusted: Untrusted


class UrlPair(Shown):
    """The two callback URLs of an application, as the platform gives them."""

    untrusted: Annotated[Untrusted, Field(description="primary, fallback")]


class Callbacks(Result):
    """Where the platform sends this application's call events; ``before`` only after a change."""

    now: UrlPair
    before: Annotated[UrlPair | None, Field(default=None, exclude_if=lambda value: value is None)]


async def list_numbers(service: Service, application_key: str | None = None) -> AccountNumbers:
    """List the account's own numbers and the application each is assigned to; any voice number can be `cli`."""
    owned = await service.numbers.owned()
    if application_key is None:
        return _account_numbers(service, owned, "")
    chosen = [number for number in owned if number.application_key == application_key]
    return _account_numbers(service, chosen, "", total=len(owned))


async def assign_numbers(
    numbers: Annotated[list[str], Field(min_length=1, max_length=100, description="Up to 100 own numbers, E.164")],
    service: Service,
    application_key: ApplicationKey = None,
    capability: CapabilityArgument = None,
) -> AccountNumbers:
    """Assign own numbers to an application, which then receives their incoming calls.

    A number assigned elsewhere moves away from there: ask the user first.
    """
    request = AssignNumbers(numbers=tuple(numbers), application_key=application_key, capability=capability)
    assigned = await service.numbers.assign(request, requester_of(service))
    return _account_numbers(service, assigned, f"{counted(len(numbers), 'number')} assigned.")


async def unassign_number(
    number: Annotated[str, Field(description="Own number, E.164")],
    service: Service,
    application_key: ApplicationKey = None,
    capability: CapabilityArgument = None,
) -> AccountNumbers:
    """Take an own number away from an application: its incoming calls are no longer handled. Ask the user first."""
    request = UnassignNumber(number=number, application_key=application_key, capability=capability)
    left = await service.numbers.unassign(request, requester_of(service))
    return _account_numbers(service, left, f"{number} is not assigned any more.")


async def query_number(number: Annotated[str, Field(description="E.164")], service: Service) -> NumberLookup:
    """Look up a phone number without calling it: country, type, price a minute, whether this server may call it now."""
    facts, answer, objection = await service.numbers.query(number)
    rate = answer.rate
    amount = rate and rate.known
    verdict = "may be called now" if objection is None else f"would be refused: {objection.message.rstrip('.')}"
    sentence = f"{facts.e164}{'' if amount is not None else ' (price unknown)'} {verdict}."
    return NumberLookup(
        summary=summarize(service, sentence),
        simulated=service.simulated,
        number=facts.e164,
        country=answer.country_id or facts.region,
        type=facts.type,
        rate_per_minute=amount,
        currency=None if amount is None else rate and rate.currency_id,
        restricted=answer.restricted,
        callable=objection is None,
        refused_because=objection.rule if isinstance(objection, RefusedError) else objection and objection.code,
        untrusted=None,
    )


async def get_callbacks(service: Service, which: Literal["primary", "fallback"] | None = None) -> Callbacks:
    """Show the URLs to which Sinch sends the events of this application's calls."""
    urls = await service.numbers.callbacks()
    now = _urls(urls) if which is None else _urls(CallbackUrl(**{which: getattr(urls, which)}))
    return Callbacks(summary=summarize(service, _sentence(urls)), simulated=service.simulated, now=now, before=None)


async def set_callbacks(service: Service, primary: PrimaryUrl = None, fallback: FallbackUrl = None) -> Callbacks:
    """Change the URLs to which Sinch sends the events of all this application's calls; one left out stays.

    Other systems may depend on them: ask the user first.
    """
    given = {name: url or None for name, url in (("primary", primary), ("fallback", fallback)) if url is not None}
    if not given:
        raise InvalidInputError("give `primary`, `fallback` or both", field="primary")
    before, now = await service.numbers.set_callbacks(CallbackUrl(**given), requester_of(service))
    return Callbacks(
        summary=summarize(service, _sentence(now)), simulated=service.simulated, now=_urls(now), before=_urls(before)
    )


TOOLS = (
    ToolSpec(list_numbers, toolset="numbers", effect=ToolEffect.READS, title="List own numbers"),
    ToolSpec(assign_numbers, toolset="numbers", effect=ToolEffect.CHANGES, title="Assign numbers", repeatable=True),
    ToolSpec(unassign_number, toolset="numbers", effect=ToolEffect.CHANGES, title="Unassign a number", repeatable=True),
    ToolSpec(query_number, toolset="numbers", effect=ToolEffect.READS, title="Look up a number"),
    ToolSpec(get_callbacks, toolset="numbers", effect=ToolEffect.READS, title="Show callback URLs"),
    ToolSpec(set_callbacks, toolset="numbers", effect=ToolEffect.CHANGES, title="Set callback URLs", repeatable=True),
)


def _account_numbers(
    service: VoiceService, numbers: list[OwnedNumber], opening: str, total: int | None = None
) -> AccountNumbers:
    rows = [_account_number(owned, service.numbers.application_key) for owned in numbers]
    here = f", {sum(row.here for row in rows)} of them assigned here."
    those = here if total is None else f"; {len(rows)} of them belong to that application."
    sentences = (opening, f"The account has {counted(len(rows) if total is None else total, 'number')}{those}")
    return AccountNumbers(
        summary=summarize(service, " ".join(filter(None, sentences))), simulated=service.simulated, numbers=rows
    )


def _account_number(owned: OwnedNumber, application_key: str) -> AccountNumber:
    here = owned.application_key == application_key
    return AccountNumber(
        number=owned.number,
        capability=None if owned.capability == _VOICE else owned.capability,
        here=here,
        application_key=None if here else owned.application_key,
        untrusted=None,
    )


def _urls(urls: CallbackUrl) -> UrlPair:
    given = {"primary": urls.primary, "fallback": urls.fallback}
    return UrlPair(untrusted={name: url for name, url in given.items() if url is not None})


def _sentence(urls: CallbackUrl) -> str:
    if urls.primary is None:
        return "No primary callback URL is set, so Sinch sends call events nowhere."
    rest = "; if that fails, to `fallback`." if urls.fallback else "."
    return f"Sinch sends call events to the URL `primary` under now.untrusted{rest}"
