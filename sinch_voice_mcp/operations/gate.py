"""The gate in front of the platform: nothing that rings, costs or fetches is sent without its word."""

from typing import assert_never

from sinch_voice_mcp.operations.account import Account
from sinch_voice_mcp.policy import Allow, Decision, Intent, Mode, Policy, Refuse, decide, needs_facts
from sinch_voice_mcp.svaml import Document, Event, Reading
from sinch_voice_mcp.types import Payload


class Gate:
    """Asks the guard, with what is known of the account."""

    def __init__(self, policy: Policy, mode: Mode, account: Account) -> None:
        self.policy = policy
        self.mode: Mode = mode
        self._account = account

    async def admit(self, request: Payload, event: Event | None = None, unknown: tuple[str, ...] = ()) -> Allow:
        """The request as it may be sent: numbers in E.164, the default caller id filled in.

        The rules that need nothing from the platform come first, so a request that breaks one of them
        is refused without any traffic.

        Raises:
            RefusedError: A rule says no.
            VoiceError: The account's numbers are needed and could not be had.
        """
        intent = Intent(request=request, mode=self.mode, event=event, unknown=unknown, hint=self._account.known)
        allowed = _or_raise(decide(intent, self.policy, None))
        if not needs_facts(self.policy, intent):
            return allowed
        return _or_raise(decide(intent, self.policy, await self._account.facts()))

    async def admit_document(self, reading: Reading, event: Event) -> tuple[Document, tuple[str, ...]]:
        """A document as it may be sent, and warnings about it.

        Raises:
            RefusedError: A rule says no.
        """
        unknown = tuple(member.path for member in reading.unknown)
        allowed = await self.admit(reading.document, event, unknown)
        if not isinstance(allowed.request, Document):
            raise TypeError("the guard answers a document with a document")
        return allowed.request, allowed.warnings


def _or_raise(decision: Decision) -> Allow:
    match decision:
        case Allow():
            return decision
        case Refuse():
            raise decision.error()
        case _:
            assert_never(decision)
