"""Numbers and callback URLs of the application."""

from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.calls import Calls
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.policy import NumberFacts, describe_number
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import NumberDestination
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

    def __init__(self, api: VoiceApi, guard: Guard, account: Account, calls: Calls, routing: EventRouting) -> None:
        self._api = api
        self._guard = guard
        self._account = account
        self._calls = calls
        self._routing = routing

    @property
    def application_key(self) -> str:
        """Key of the application that operations use if none is given."""
        return self._api.application_key

    async def owned(self) -> list[OwnedNumber]:
        """List the account's numbers."""
        return await self._account.numbers()

    async def assign(self, request: AssignNumbers) -> list[OwnedNumber]:
        """Assign numbers to an application; returns all numbers afterwards.

        Raises:
            NotFoundError: A number is not the account's.
        """
        await self._api.assign_numbers(request)
        return await self._account.numbers()

    async def unassign(self, request: UnassignNumber) -> list[OwnedNumber]:
        """Remove a number from an application; returns all numbers afterwards.

        Raises:
            NotFoundError: The number is not the account's.
        """
        await self._api.unassign_number(request)
        return await self._account.numbers()

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
        return facts, known, await self._objection(number, own)

    async def _objection(self, number: str, own: tuple[str, ...]) -> VoiceError | None:
        """Return the error that a plain callout to the number would raise; None if it would be sent."""
        destination = NumberDestination(endpoint=number)
        callout = TtsCallout(destination=destination, cli=own[0] if own else None, text="Hello.")
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

    async def set_callbacks(self, urls: CallbackUrl) -> tuple[CallbackUrl, CallbackUrl]:
        """Set where the platform sends the events of the application's calls; returns the old and the new URLs.

        Raises:
            RefusedError: A host is not in `callback_hosts`.
        """
        await self._guard.admit(urls)
        before = await self.callbacks()
        self._routing.forget()
        await self._api.set_callbacks(self._api.application_key, urls)
        return before, await self.callbacks()
