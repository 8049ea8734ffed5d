"""A case: one request in the form that would be sent, with everything that the rules examine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Generic

from typing_extensions import TypeVar

from sinch_voice_mcp.policy.effects.collecting import effects_of
from sinch_voice_mcp.policy.effects.kinds import Dial, Effect, Fetch, Join, Reach, Speak, SpeakSsml, Unknown
from sinch_voice_mcp.policy.facts import Facts, Tariff
from sinch_voice_mcp.policy.nearest import last_step
from sinch_voice_mcp.policy.numbers import Fault, NumberFacts, caller_id, examine, region_of
from sinch_voice_mcp.policy.outgoing import P, outgoing
from sinch_voice_mcp.policy.policy import Mode, Policy
from sinch_voice_mcp.policy.targets import name_of, sip_address, target_of
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import CallId, Micros, Payload, PhoneNumber

E = TypeVar("E", bound=Effect)
R_co = TypeVar("R_co", bound=Payload, default=Payload, covariant=True)
"""The type of the request; a rule accepts every type."""


@dataclass(frozen=True, slots=True)
class RunningCall:
    """The call in progress that a document changes.

    Attributes:
        call_id: ID of the call.
        digits: Digits that it has sent as tones so far.
        trusted: Whether no one but trusted numbers can be on the line.
        parties: Keyed hashes of everyone who can be on the line; a confirmation covers these.
        rate: What a minute of it costs at most; None if that is not known.
    """

    call_id: CallId
    digits: int = 0
    trusted: bool = False
    parties: frozenset[str] = frozenset()
    rate: Micros | None = None


@dataclass(frozen=True, slots=True)
class Intent(Generic[R_co]):
    """A request as the client made it, and the circumstances of the decision.

    Attributes:
        request: A callout, a document for a call in progress, callback URLs, or a request that rings no phone.
        mode: Live mode or sandbox: decides about fictional numbers and undocumented members.
        event: The event that a document outside a callout answers.
        unknown: JSON paths of undocumented members that the reader left out.
        hint: Facts that may be out of date; only messages use them.
        now: Instant of the decision, in UTC; None leaves calling hours undecided.
        approved: Whether a person has confirmed the request.
        running: The call in progress that a document changes; None for a callout and for a reply to an event.
        on_sandbox: Whether the platform has turned out to be a sandbox, so that no phone rings in live mode either.
        own_url: URL of this server's receiver, as the owner set it; its port is allowed in callback URLs.
        local_ports: Ports of this machine that callback URLs may name in the sandbox.
    """

    request: R_co
    mode: Mode
    event: Event | None = None
    unknown: tuple[str, ...] = ()
    hint: Facts | None = None
    now: datetime | None = None
    approved: bool = False
    running: RunningCall | None = None
    on_sandbox: bool = False
    own_url: str | None = None
    local_ports: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Case(Generic[R_co]):
    """One intent in the form that would be sent.

    To normalize a request and to collect its effects is the expensive part of a decision, so :meth:`of` does it once,
    and each decision with more facts uses the same case (:meth:`knowing`).

    Attributes:
        intent: The request as the client made it.
        request: The request as it would be sent; the rules examine this one.
        effects: What that request does, and the members that were left out of it.
        dialed: Every number that rings: its path, the number as it would be sent, and its facts. The user part of an
            allowed SIP address is one too if it is a number; the rule about SIP addresses refuses any other digits.
        policy: What the owner allows.
        facts: Facts about the account; None where none were looked up.
    """

    intent: Intent[R_co]
    request: R_co
    effects: tuple[Effect, ...]
    dialed: tuple[tuple[str, str, NumberFacts | Fault], ...]
    policy: Policy
    facts: Facts | None = None

    @classmethod
    def of(cls, intent: Intent[P], policy: Policy) -> "Case[P]":
        """Bring the request into the form that would be sent, and collect its effects."""
        sent = outgoing(intent.request, policy)
        # Undocumented members are missing from the form that would be sent, so each step that drops some reports them.
        left_out = (*(Unknown(path, last_step(path)) for path in intent.unknown), *sent.unknown)
        effects = (*left_out, *effects_of(sent.request))
        dials = ((effect.path, effect.number) for effect in effects if isinstance(effect, Dial))
        listed = policy.listed_numbers
        dialed = tuple((path, number, examine(number, listed)) for path, number in dials if number is not None)
        return Case(intent, sent.request, effects, (*dialed, *_sip_numbers(effects, policy)), policy)

    def knowing(self, facts: Facts) -> "Case[R_co]":
        """Return the same case with facts about the account."""
        return replace(self, facts=facts)

    @property
    def live(self) -> bool:
        """Whether the rules of live mode apply."""
        return self.intent.mode == "live"

    def all(self, kind: type[E]) -> Iterator[E]:
        """Iterate over the effects of one kind."""
        return (effect for effect in self.effects if isinstance(effect, kind))

    @property
    def sound(self) -> Iterator[tuple[str, NumberFacts]]:
        """The dialed numbers that exist, each with its path; a number that rings twice is listed twice."""
        return ((path, found) for path, _, found in self.dialed if isinstance(found, NumberFacts))

    @property
    def legs(self) -> tuple[NumberFacts, ...]:
        """The dialed numbers that exist; a number that rings twice is listed twice."""
        return tuple(found for _, found in self.sound)

    @property
    def called(self) -> tuple[str, ...]:
        """The callees, each once: numbers as they would be sent, others by their names."""
        return tuple(dict.fromkeys(name for effect in self.effects if (name := _name(effect)) is not None))

    @property
    def connects(self) -> bool:
        """Whether a telephone rings, or an in-app user, a SIP address or a stream is connected."""
        return any(isinstance(effect, Dial | Reach) for effect in self.effects)

    @property
    def others(self) -> bool:
        """Whether a party without a dialed number may be connected: in a conference, or as a reply decides."""
        return any(_reaches_others(effect) for effect in self.effects)

    @property
    def targets(self) -> tuple[str, ...]:
        """The SIP addresses that are no numbers, and the in-app users; one that is connected twice is listed twice."""
        found = (target_of(reach.kind, reach.target) for reach in self.all(Reach) if reach.target is not None)
        return tuple(target for target in found if target is not None)

    @property
    def spoken(self) -> str | None:
        """The spoken texts, as they would be sent, joined by slashes; None if there are none."""
        texts = [speech.text for speech in self.all(Speak)] + [speech.ssml for speech in self.all(SpeakSsml)]
        return " / ".join(texts) or None

    @cached_property
    def known_numbers(self) -> tuple[str, ...]:
        """The account's own numbers for messages; may be out of date, and empty if they were never looked up."""
        own = self.own_numbers
        if own is not None:
            return own
        hint = self.intent.hint
        return tuple(caller_id(number) for number in (hint and hint.own_numbers) or ())

    @cached_property
    def own_numbers(self) -> tuple[str, ...] | None:
        """The account's own numbers; None if they were not looked up."""
        own = None if self.facts is None else self.facts.own_numbers
        return None if own is None else tuple(caller_id(number) for number in own)

    @property
    def own_regions(self) -> Mapping[str, str | None]:
        """The region of each of the account's own numbers; None where it is not known. Empty if not looked up."""
        if self.facts is None:
            return {}
        looked_up = self.facts.own_regions
        return {number: region_of(number) or looked_up.get(number) for number in self.own_numbers or ()}

    @property
    def tariffs(self) -> Mapping[PhoneNumber, Tariff]:
        """The prices that were looked up, by number in E.164."""
        known = None if self.facts is None else self.facts.tariffs
        return known or {}

    def tariff(self, number: NumberFacts) -> Tariff | None:
        """Return the price of a call to a number; None if it was not looked up."""
        return self.tariffs.get(number.e164)


def _name(effect: Effect) -> str | None:
    match effect:
        case Dial(number=number):
            return number
        case Reach(kind="sip" | "in_app" as kind, target=str(target)):
            return name_of(kind, target)
        case _:
            return None


def _reaches_others(effect: Effect) -> bool:
    match effect:
        case Reach() | Join() | Dial(number=None) | Fetch(kind="callback"):
            return True
        case _:
            return False


def _sip_numbers(effects: Iterable[Effect], policy: Policy) -> Iterator[tuple[str, str, NumberFacts]]:
    """Yield the numbers that are user parts of SIP addresses; none if the owner allows no SIP address."""
    for effect in effects:
        if not isinstance(effect, Reach) or effect.kind != "sip" or not policy.allow_sip:
            continue
        address = sip_address(effect.target or "")
        number = None if address is None else address.number
        found = None if number is None else examine(number, policy.listed_numbers)
        if number is not None and isinstance(found, NumberFacts):
            yield effect.path, number, found
