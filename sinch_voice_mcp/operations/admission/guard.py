"""The guard with the time and the account's facts: decides whether a request may be sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.policy import (
    Allow,
    Case,
    Exposure,
    Intent,
    Mode,
    Needs,
    NeedsApproval,
    Policy,
    Refuse,
    RunningCall,
    Verdict,
    decide,
    exposure,
    needs_facts,
)
from sinch_voice_mcp.svaml import Document, Event
from sinch_voice_mcp.types import JsonObject, Payload

R = TypeVar("R", bound=Payload)
R_co = TypeVar("R_co", bound=Payload, covariant=True)


@dataclass(frozen=True, slots=True)
class Admitted(Generic[R_co]):
    """A request that passed the guard and, where one was needed, a person's confirmation.

    Attributes:
        request: The request to send.
        called: The callees, each once: numbers in E.164 form, others by their names.
        connects: Whether a telephone rings, or an in-app user, a SIP address or a stream is connected.
        spoken: The spoken texts; None if there are none.
        exposure: The most that it can use up: numbers, seconds and money.
        verdicts: What every rule found.
        warnings: What the requester should know.
        digits: How many digits it sends as tones.
    """

    request: R_co
    called: tuple[str, ...]
    connects: bool
    spoken: str | None
    exposure: Exposure
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    digits: int = 0

    @property
    def wire(self) -> JsonObject:
        """The JSON object that is sent."""
        return self.request.to_wire()


class Guard:
    """Decides about requests; looks up the account's numbers and prices only if a rule needs them."""

    def __init__(
        self,
        policy: Policy,
        mode: Mode,
        account: Account,
        now: Callable[[], datetime],
        own_url: str | None = None,
        *,
        local_ports: frozenset[int] = frozenset(),
        on_sandbox: Callable[[], bool] = lambda: False,
    ) -> None:
        self.policy = policy
        self._on_sandbox = on_sandbox
        self.mode: Mode = mode
        self._account = account
        self._now = now
        self._own_url = own_url
        self._local_ports = local_ports

    async def decide(
        self,
        request: R,
        event: Event | None = None,
        unknown: tuple[str, ...] = (),
        *,
        approved: bool = False,
        running: RunningCall | None = None,
    ) -> Allow[R] | NeedsApproval[R]:
        """Decide whether a request may be sent, or a person has to confirm it first.

        Rules that need no facts from the platform are applied first, so a request that breaks one of them is refused
        without a lookup. A refusal that only time lifts comes after every rule before it, so it may need one.

        Args:
            request: The request as the client made it.
            event: The event that a document outside a callout answers.
            unknown: JSON paths of undocumented members that the reader left out.
            approved: Whether a person has confirmed it; every rule is applied in any case.
            running: The call in progress that a document changes.

        Raises:
            RefusedError: A rule refuses it.
            VoiceError: The account's numbers are needed and could not be looked up.
        """
        case = self._case(request, event, unknown, approved=approved, running=running)
        if (known := self._account.fresh) is not None:
            case = case.knowing(known)
        decision = _or_raise(await self._in_order(case, decide(case)))
        needs = needs_facts(case)
        if needs.own_numbers:
            # Prices cost one lookup per number, so they come after the rules that can refuse without them.
            own = await self._account.facts(Needs(own_numbers=True))
            decision = _or_raise(decide(case.knowing(own)))
        if needs.tariffs:
            with_own = needs.own_numbers or case.facts is not None
            known = case.knowing(await self._account.facts(Needs(with_own, needs.tariffs)))
            decision = _or_raise(decide(known))
            # Where a price is unknown, the regions of the account's own numbers decide.
            if needs_facts(known).own_numbers:
                all_facts = Needs(own_numbers=True, tariffs=needs.tariffs)
                decision = _or_raise(decide(case.knowing(await self._account.facts(all_facts))))
        return decision

    async def _in_order(
        self, case: Case[R], decision: Allow[R] | NeedsApproval[R] | Refuse
    ) -> Allow[R] | NeedsApproval[R] | Refuse:
        """Return the decision, or the refusal by an earlier rule that time does not lift and that needs a lookup."""
        if not isinstance(decision, Refuse) or decision.next_allowed_at is None:
            return decision
        if not needs_facts(case, before=decision.rule).own_numbers:
            return decision
        try:
            own = await self._account.facts(Needs(own_numbers=True))
        except VoiceError:
            # The request is refused in any case, so a failed lookup must not hide why.
            return decision
        return decide(case.knowing(own))

    async def admit(self, request: R, event: Event | None = None, unknown: tuple[str, ...] = ()) -> Admitted[R]:
        """Admit a request that no person has to confirm, or that one has confirmed.

        Raises:
            RefusedError: A rule refuses it.
            VoiceError: The account's numbers are needed and could not be looked up.
        """
        decision = await self.decide(request, event, unknown, approved=True)
        if isinstance(decision, NeedsApproval):
            raise TypeError("the guard requires confirmation of a request that was confirmed")
        return await self.admitted(decision)

    async def admitted(self, allow: Allow[R]) -> Admitted[R]:
        """Add to an allowed request the most that it can use up."""
        tariffs = await self._account.tariffs(leg.e164 for leg in allow.legs)
        return Admitted(
            request=allow.request,
            called=allow.called,
            connects=allow.connects,
            spoken=allow.spoken,
            exposure=exposure(allow.legs, allow.seconds, self.policy, tariffs, allow.targets, others=allow.others),
            verdicts=allow.verdicts,
            warnings=allow.warnings,
            digits=allow.digits,
        )

    def decide_now(self, document: Document, event: Event) -> Allow[Document] | Refuse:
        """Decide about a reply to a callback from cached facts alone, because the platform waits for the reply.

        The call was confirmed when it was placed, so its replies need no confirmation.
        """
        case = self._case(document, event, approved=True)
        match decide(case.knowing(self._account.cached(leg.e164 for leg in case.legs))):
            case NeedsApproval(allow=allow):
                return allow
            case decision:
                return decision

    def _case(
        self,
        request: R,
        event: Event | None,
        unknown: tuple[str, ...] = (),
        *,
        approved: bool,
        running: RunningCall | None = None,
    ) -> Case[R]:
        intent = Intent(
            request=request,
            mode=self.mode,
            event=event,
            unknown=unknown,
            hint=self._account.known,
            now=self._now(),
            approved=approved,
            running=running,
            on_sandbox=self._on_sandbox(),
            own_url=self._own_url,
            local_ports=self._local_ports,
        )
        return Case.of(intent, self.policy)


def _or_raise(decision: Allow[R] | NeedsApproval[R] | Refuse) -> Allow[R] | NeedsApproval[R]:
    if isinstance(decision, Refuse):
        raise decision.error()
    return decision
