"""Numbers and callback URLs of the application."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.calls import Calls
from sinch_voice_mcp.operations.changes import Changes
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.policy import NumberFacts, describe_number
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.wire.applications import (
    AssignNumbers,
    CallbackUrl,
    OwnedNumber,
    QueriedNumber,
    UnassignNumber,
)
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest


class Numbers:
    """The account's numbers, facts about other numbers, and where events are sent."""

    def __init__(
        self, api: VoiceApi, guard: Guard, account: Account, calls: Calls, changes: Changes, routing: EventRouting
    ) -> None:
        self._api = api
        self._guard = guard
        self._account = account
        self._calls = calls
        self._changes = changes
        self._routing = routing

    @property
    def application_key(self) -> str:
        """Key of the application that operations use if none is given."""
        return self._api.application_key

    async def owned(self) -> list[OwnedNumber]:
        """List the account's numbers."""
        return await self._account.numbers()

    async def assign(self, request: AssignNumbers, requester: Requester = ANONYMOUS) -> list[OwnedNumber]:
        """Assign numbers to an application; returns all numbers afterwards.

        Raises:
            RefusedError: That would change another application, which the owner has not listed.
            NotFoundError: A number is not the account's.
        """
        numbers, key = request.numbers, request.application_key or self.application_key
        shown = [shortened(number) for number in numbers]
        async with self._changes.made("assign_numbers", requester, numbers=shown, application=key) as still_allowed:
            await self._admit_applications(request.application_key, numbers)
            await self._api.assign_numbers(request, again=still_allowed)
        return await self._account.numbers()

    async def unassign(self, request: UnassignNumber, requester: Requester = ANONYMOUS) -> list[OwnedNumber]:
        """Remove a number from an application; returns all numbers afterwards.

        Raises:
            RefusedError: That would change another application, which the owner has not listed.
            NotFoundError: The number is not the account's.
        """
        shown, key = [shortened(request.number)], request.application_key or self.application_key
        async with self._changes.made("unassign_number", requester, numbers=shown, application=key) as still_allowed:
            await self._admit_applications(request.application_key, (request.number,))
            await self._api.unassign_number(request, again=still_allowed)
        return await self._account.numbers()

    async def _admit_applications(self, key: str | None, numbers: Sequence[str]) -> None:
        """Raise unless the owner allows to change the named application, and those that have the numbers now."""
        if key not in {None, self.application_key}:
            await self._guard.admit(AssignNumbers(numbers=tuple(numbers), application_key=key))
        wanted = {_digits(number) for number in numbers}
        for owned in await self._account.numbers():
            # A number that is assigned elsewhere would be taken away from there.
            if _digits(owned.number) in wanted and owned.application_key not in {None, "", self.application_key}:
                await self._guard.admit(UnassignNumber(number=owned.number, application_key=owned.application_key))

    async def query(self, number: str) -> tuple[NumberFacts, QueriedNumber, VoiceError | None]:
        """Look up a number: numbering metadata, the platform's answer, and the refusal of a call to it, if any.

        Raises:
            RefusedError: It is not a number in E.164 form.
        """
        own = await self._account.own_numbers()
        try:
            facts = describe_number(number)
        except InvalidInputError:
            objection = await self._objection(number, own)
            # The guard's refusal explains the mistake better than the parser's.
            if objection is not None:
                objection.field = "number"
                raise objection from None
            raise
        # Looked up first, so that the guard decides with the current price.
        known = await self._account.query(facts.e164)
        return facts, known, await self._objection(facts.e164, own)

    async def _objection(self, number: str, own: tuple[str, ...]) -> VoiceError | None:
        """Return the error that a plain callout to the number would raise; None if it would be sent."""
        destination = NumberDestination(endpoint=number)
        # Another own number than the one in question, because a number cannot call itself.
        cli = next((mine for mine in own if mine != number), own[0] if own else None)
        callout = TtsCallout(destination=destination, cli=cli, text="Hello.")
        try:
            admitted = await self._guard.admit(TtsCalloutRequest(tts_callout=callout))
            await self._calls.check_limits(admitted)
        except VoiceError as error:
            return error
        return None

    async def callbacks(self) -> CallbackUrl:
        """Look up where the platform sends the events of the application's calls."""
        urls = await self._api.get_callbacks(self._api.application_key)
        self._routing.learn(urls)
        return urls

    async def set_callbacks(
        self, urls: CallbackUrl, requester: Requester = ANONYMOUS
    ) -> tuple[CallbackUrl, CallbackUrl]:
        """Set where the platform sends the events of the application's calls; returns the old and the new URLs.

        Raises:
            RefusedError: A host is not in `callback_hosts`.
        """
        hosts = {name: _host(getattr(urls, name)) for name in sorted(urls.model_fields_set)}
        async with self._changes.made("set_callbacks", requester, hosts=hosts) as still_allowed:
            await self._guard.admit(urls)
            before = await self.callbacks()
            self._routing.forget()
            await self._api.set_callbacks(self._api.application_key, urls, again=still_allowed)
        return before, await self.callbacks()


def _host(url: str | None) -> str | None:
    """Return the host of a URL, whose other parts may be secret; None if it cannot be read."""
    try:
        return None if url is None else urlsplit(url).hostname
    except ValueError:
        return None


def _digits(number: str) -> str:
    """Return the digits of a number, because the platform lists numbers with or without a plus."""
    return "".join(char for char in number if char.isdigit())
