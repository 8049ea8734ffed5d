"""The decision: apply every rule to a case; the first failure is the refusal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal

from pydantic.alias_generators import to_camel

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy.case import Case, R_co
from sinch_voice_mcp.policy.consent import ConsentReason, may_ask, needed_consent
from sinch_voice_mcp.policy.effects.collecting import is_inline
from sinch_voice_mcp.policy.effects.kinds import Secret, Unknown
from sinch_voice_mcp.policy.exposure import longest
from sinch_voice_mcp.policy.facts import Needs, Tariff
from sinch_voice_mcp.policy.hearing import speech_warnings
from sinch_voice_mcp.policy.nearest import nearest_member
from sinch_voice_mcp.policy.numbers import NumberFacts
from sinch_voice_mcp.policy.rules import RULES, Failed, Passed, Rule, Unsettled
from sinch_voice_mcp.policy.showing import Shown, digits_of, question_text, show, unseen
from sinch_voice_mcp.svaml import UserDestination
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import Payload, PhoneNumber
from sinch_voice_mcp.wire.callouts import ConferenceCalloutRequest, CustomCalloutRequest, TtsCalloutRequest


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule found at one place; ``value`` is safe to show: no secret and no tones."""

    rule: str
    path: str
    outcome: Literal["pass", "refuse"]
    value: str


@dataclass(frozen=True, slots=True)
class Allow(Generic[R_co]):
    """The request may be sent, in this form: numbers in E.164, default caller ID and durations filled in.

    Attributes:
        request: The request to send, in place of the one that the client made.
        called: The callees, each once: numbers in E.164, others by their names.
        connects: Whether a telephone rings, or an in-app user, a SIP address or a stream is connected.
        legs: The numbers that ring; a number that rings twice is listed twice.
        seconds: Longest time between answer and end.
        spoken: The spoken texts; None if there are none.
        verdicts: What every rule found.
        warnings: What the requester should know.
        tariffs: The prices that were looked up, by number in E.164.
        targets: The SIP addresses and in-app users that are connected; one that is connected twice is listed twice.
        digits: How many digits it sends as tones.
        others: Whether a party without a number may be connected, as in a conference.
        shown: What a person sees of it; None if no person could have to confirm it.
    """

    request: R_co
    called: tuple[str, ...]
    connects: bool
    legs: tuple[NumberFacts, ...]
    seconds: int
    spoken: str | None
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    tariffs: Mapping[PhoneNumber, Tariff] = field(default_factory=dict[PhoneNumber, Tariff])
    targets: tuple[str, ...] = ()
    digits: int = 0
    others: bool = False
    shown: Shown | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NeedsApproval(Generic[R_co]):
    """Every rule passes, and a person has to confirm the request first.

    Attributes:
        allow: The decision if a person confirms.
        shown: What the person sees; the same for the same request.
        reasons: Why a person is asked.
        numbers: The numbers, in E.164, that ring and are not trusted.
    """

    allow: Allow[R_co]
    shown: Shown
    reasons: tuple[ConsentReason, ...]
    numbers: tuple[PhoneNumber, ...]

    @property
    def question(self) -> str:
        """Plain text that says what the request would do, one fact per line."""
        return question_text([self.shown])


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request must not be sent: which rule refuses which value at which path, why, and what to do.

    ``next_allowed_at`` is the instant, in UTC as ISO 8601, from which the same request passes; None if it does not
    depend on the time alone.
    """

    rule: str
    value: str
    path: str
    message: str
    how_to_change: str
    next_step: str
    verdicts: tuple[Verdict, ...]
    next_allowed_at: str | None = None

    def error(self) -> RefusedError:
        """Return the refusal as an error to raise."""
        return RefusedError(
            self.message,
            rule=self.rule,
            value=self.value,
            how_to_change=self.how_to_change,
            field=self.path,
            next_step=self.next_step,
            next_allowed_at=self.next_allowed_at,
        )


Decision = Allow | NeedsApproval | Refuse


def decide(case: Case[R_co]) -> Allow[R_co] | NeedsApproval[R_co] | Refuse:
    """Decide whether a request may be sent, and in which form.

    A rule that needs a fact that was not looked up is skipped. Decide without facts first; if that does not refuse,
    decide again with the facts that :func:`needs_facts` names (:meth:`Case.knowing`).
    """
    verdicts: list[Verdict] = []
    failures: list[tuple[Rule, Failed]] = []
    for rule in RULES:
        for result in rule.check(case):
            match result:
                case Passed(path, value):
                    verdicts.append(Verdict(rule.code, path, "pass", value))
                case Failed(path, value):
                    verdicts.append(Verdict(rule.code, path, "refuse", value))
                    failures.append((rule, result))
                case Unsettled():
                    pass
    # All rules are applied before the first failure refuses, so that `verdicts` is complete.
    if failures:
        return _refusal(*failures[0], tuple(verdicts))
    allow = _allowed(case, tuple(verdicts))
    consent = needed_consent(case)
    if consent is None or allow.shown is None:
        return allow
    return NeedsApproval(allow, allow.shown, consent.reasons, consent.numbers)


def needs_facts(case: Case, before: str | None = None) -> Needs:
    """Name the facts that the rules need to decide a case; with ``before``, those of the rules before that one."""
    codes = [rule.code for rule in RULES]
    rules = RULES if before is None else RULES[: codes.index(before)]
    # Most rules need no facts, so only the others are applied a second time.
    results = [result for rule in rules if rule.needs_facts for result in rule.check(case)]
    needed = {result.needs for result in results if isinstance(result, Unsettled)}
    numbers = dict.fromkeys(found.e164 for found in case.legs)
    return Needs("own_numbers" in needed, tuple(numbers) if "tariffs" in needed else ())


def _allowed(case: Case[R_co], verdicts: tuple[Verdict, ...]) -> Allow[R_co]:
    return Allow(
        request=case.request,
        called=case.called,
        connects=case.connects,
        legs=case.legs,
        seconds=longest(case),
        spoken=case.spoken,
        verdicts=verdicts,
        warnings=tuple(_warnings(case)),
        tariffs=case.tariffs,
        targets=case.targets,
        digits=digits_of(case),
        others=case.others,
        shown=show(case) if may_ask(case) else None,
    )


def _refusal(rule: Rule, failure: Failed, verdicts: tuple[Verdict, ...]) -> Refuse:
    return Refuse(
        rule=rule.code,
        value=failure.value,
        path=failure.path,
        message=failure.message,
        how_to_change=failure.how_to_change or rule.refusal.how_to_change,
        next_step=rule.refusal.steps(failure.next_step),
        verdicts=verdicts,
        next_allowed_at=failure.next_allowed_at,
    )


def _unreported(request: Payload) -> Iterator[str]:
    """Warn of events that the platform does not send for calls to in-app users."""
    match request:
        case TtsCalloutRequest(tts_callout=callout) | ConferenceCalloutRequest(conference_callout=callout):
            asked, then = [name for name in ("enable_ace", "enable_pie") if getattr(callout, name)], _NOTHING_WAITS
        case CustomCalloutRequest(custom_callout=callout):
            asked, then = [name for name in ("ace", "pie") if getattr(callout, name)], "it never runs"
        case _:
            return
    if isinstance(callout.destination, UserDestination):
        yield from (f"$.{request.method}.{to_camel(name)}: {_NOT_FOR_APPS}, so {then}." for name in asked)


_NOT_FOR_APPS = "the platform reports neither the answer, nor keys, nor the end of a call to an in-app user"
_NOTHING_WAITS = "nothing waits for a reply; wait_for_call looks the call up instead"


def _warnings(case: Case) -> Iterator[str]:
    for path, what in dict.fromkeys((effect.path, effect.what) for effect in case.all(Unknown)):
        nearest = nearest_member(case.intent.request, path, what)
        meant = f" (did you mean {quoted(nearest)}?)" if nearest else ""
        yield f"{path}: {quoted(what)} is not a documented member{meant}; it was left out."
    for secret in case.all(Secret):
        yield f"{secret.path}: the request contains a credential, which everything that handled the request can read."
    callout = case.request.custom_callout if isinstance(case.request, CustomCalloutRequest) else None
    if callout is not None and callout.ice is not None and is_inline(callout.ice) and not case.connects:
        yield "The ICE of this callout connects no phone, so no phone rings; the request is sent and counted."
    yield from _unreported(case.request)
    yield from speech_warnings(case)
    if unseen(case):
        yield "The request has no number: the reply to its ICE callback chooses it, and the guard cannot check that."
