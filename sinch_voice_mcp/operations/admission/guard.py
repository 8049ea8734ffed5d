"""The gate in front of the platform: nothing that rings, costs or fetches is sent without its word."""

from typing import assert_never

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.policy import (
    Allow,
    Decision,
    Exposure,
    Intent,
    Mode,
    Needs,
    NeedsApproval,
    Policy,
    Refuse,
    decide,
    exposure,
    needs_facts,
    rung,
)
from sinch_voice_mcp.svaml import Document, Event, Reading
from sinch_voice_mcp.types import Payload


class Guard:
    """Asks the guard, with the time and with what is known of the account and of prices."""

    def __init__(self, policy: Policy, mode: Mode, account: Account, clock: Clock) -> None:
        self.policy = policy
        self.mode: Mode = mode
        self._account = account
        self._clock = clock

    async def judge(
        self, request: Payload, event: Event | None = None, unknown: tuple[str, ...] = (), *, approved: bool = False
    ) -> Allow | NeedsApproval:
        """The request as it may be sent, or the question that a person has to answer first.

        The rules that need nothing from the platform come first, so a request that breaks one of them
        is refused without any traffic.

        Args:
            request: What somebody wants to send.
            event: What a bare document answers.
            unknown: JSON paths of members that a tolerant reader set aside.
            approved: Whether the person has said yes; every rule is asked again all the same.

        Raises:
            RefusedError: A rule says no.
            VoiceError: The account's numbers are needed and could not be had.
        """
        intent = Intent(
            request=request,
            mode=self.mode,
            event=event,
            unknown=unknown,
            hint=self._account.known,
            now=self._clock.now(),
            approved=approved,
        )
        decision = _or_raise(decide(intent, self.policy, None))
        needs = needs_facts(self.policy, intent)
        if needs.own_numbers:
            # Nobody asks for the price of a call that the account may not make.
            own = await self._account.facts(Needs(own_numbers=True))
            decision = _or_raise(decide(intent, self.policy, own))
        if needs.tariffs:
            decision = _or_raise(decide(intent, self.policy, await self._account.facts(needs)))
        return decision

    async def judge_document(self, reading: Reading, event: Event, *, approved: bool = False) -> Allow | NeedsApproval:
        """A document for a call in progress as it may be sent, or the question to be answered first.

        Raises:
            RefusedError: A rule says no.
        """
        unknown = tuple(member.path for member in reading.unknown)
        return await self.judge(reading.document, event, unknown, approved=approved)

    async def exposure(self, request: Payload) -> Exposure:
        """What an admitted request may use up: whom it rings, how long, and what that costs."""
        known = await self._account.tariffs(number.e164 for number in rung(request))
        return exposure(request, self.policy, known)

    def decide_now(self, document: Document, event: Event) -> Allow | Refuse:
        """Whether a reply may be given, by what is remembered; asks nobody, for the platform waits.

        The call was consented to when it was placed, so nobody is asked about its replies.
        """
        intent = Intent(request=document, mode=self.mode, event=event, now=self._clock.now(), approved=True)
        facts = self._account.remembered(number.e164 for number in rung(document))
        match decide(intent, self.policy, facts):
            case NeedsApproval(allow=allow):
                return allow
            case decision:
                return decision

    async def admit(self, request: Payload, event: Event | None = None, unknown: tuple[str, ...] = ()) -> Allow:
        """The request as it may be sent, where nobody has to be asked, or somebody was.

        Raises:
            RefusedError: A rule says no.
            VoiceError: The account's numbers are needed and could not be had.
        """
        return _settled(await self.judge(request, event, unknown, approved=True))

    async def admit_document(self, reading: Reading, event: Event) -> tuple[Document, tuple[str, ...]]:
        """A document as it may be sent, and warnings about it; nobody is asked.

        Raises:
            RefusedError: A rule says no.
        """
        allowed = _settled(await self.judge_document(reading, event, approved=True))
        if not isinstance(allowed.request, Document):
            raise TypeError("the guard answers a document with a document")
        return allowed.request, allowed.warnings


def _or_raise(decision: Decision) -> Allow | NeedsApproval:
    match decision:
        case Allow() | NeedsApproval():
            return decision
        case Refuse():
            raise decision.error()
        case _:
            assert_never(decision)


def _settled(decision: Allow | NeedsApproval) -> Allow:
    match decision:
        case Allow():
            return decision
        case NeedsApproval():
            raise TypeError("the guard asks nobody about what is approved")
        case _:
            assert_never(decision)
