"""Confirmation of requests: the guard says what to show, a person answers, the journal stores what was granted."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.admission import unconfirmed
from sinch_voice_mcp.operations.admission.guard import Admitted, Guard
from sinch_voice_mcp.operations.admission.limits import HOUR, known_rate, most_per_minute, stopped
from sinch_voice_mcp.operations.requester import Requester, digest
from sinch_voice_mcp.policy import FREE_DIGITS, Allow, NeedsApproval, RunningCall, Shown, question_text
from sinch_voice_mcp.ports import INBOUND, OTHERS, PROLONGS, Approval, Grant, Journal, JournalEntry
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import CallId, Micros, Millis, Payload, PhoneNumber

R = TypeVar("R", bound=Payload)

MAX_QUESTION_CHARS = 3_000
"""A longer question is refused, never cut: a person would not read it, and a form might not show it in full."""

_EACH_TIME = frozenset({"unseen", "dtmf"})
"""Reasons for which each request is confirmed, also the same one again: the next number, or a card number."""


class Confirmation:
    """Combines the guard's decision with a person's answer; the guard decides again after the answer."""

    def __init__(self, guard: Guard, journal: Journal) -> None:
        self._guard = guard
        self._journal = journal

    async def question(
        self,
        requests: Sequence[Payload],
        requester: Requester,
        unknown: tuple[str, ...] = (),
        subject: CallId | None = None,
    ) -> str | None:
        """Write the question to ask a person before these requests are sent.

        Args:
            requests: The requests as the client made them.
            requester: The client and principal; a recent confirmation by the same principal may cover the requests.
            unknown: JSON paths of undocumented members that the reader left out.
            subject: The call in progress that a document changes.

        Returns:
            The question, in full also if it is longer than :data:`MAX_QUESTION_CHARS`; None if no person has to
            confirm, or if :meth:`admit` would raise in any case.
        """
        try:
            running = await self._running(subject)
            decisions = await self._decide(requests, running, unknown, numbered=False)
            pending = _pending(decisions)
            if not pending or await self._is_covered(pending, requester, running):
                return None
        except VoiceError:
            return None
        return _text(decisions)

    async def admit(
        self,
        requests: Sequence[R],
        requester: Requester,
        *,
        subject: CallId | None = None,
        unknown: tuple[str, ...] = (),
        numbered: bool = False,
    ) -> list[Admitted[R]]:
        """Admit these requests, all of them or none.

        Args:
            requests: The requests as the client made them.
            requester: The client and principal, and what a person answered.
            subject: The call in progress that a document changes; the digits that it sends are counted.
            unknown: JSON paths of undocumented members that the reader left out.
            numbered: Whether the paths of errors begin with the request's index in the list.

        Raises:
            RefusedError: A rule refuses, a person declined, or a required confirmation is missing.
        """
        running = await self._running(subject)
        decisions = await self._decide(requests, running, unknown, numbered=numbered)
        pending = _pending(decisions)
        if pending and not await self._is_covered(pending, requester, running):
            await self._check_answer(decisions, requester, running)
        allowed = [one.allow if isinstance(one, NeedsApproval) else one for one in decisions]
        if subject is not None:
            await self._count_digits(sum(allow.digits for allow in allowed), subject, free=not pending)
        return [await self._guard.admitted(allow) for allow in allowed]

    def person(self, confirmer: str) -> str:
        """Return a keyed hash of the person who confirms; another journal has another one."""
        return self._journal.hashed(f"person {confirmer}")

    async def is_stopped(self) -> bool:
        """Return whether calling is stopped; no one is asked then.

        Raises:
            StorageError: The journal cannot be used.
        """
        return await self._journal.switch() is not None

    async def _decide(
        self, requests: Sequence[R], running: RunningCall | None, unknown: tuple[str, ...], *, numbered: bool
    ) -> list[Allow[R] | NeedsApproval[R]]:
        event: Event | None = None if running is None else "update"
        decisions: list[Allow[R] | NeedsApproval[R]] = []
        for index, request in enumerate(requests):
            with located_at(index if numbered else None):
                decisions.append(await self._guard.decide(request, event=event, unknown=unknown, running=running))
        return decisions

    async def _running(self, call_id: CallId | None) -> RunningCall | None:
        """Look up what matters of a call in progress: the digits it has sent, and who can be on the line."""
        if call_id is None:
            return None
        if self._guard.policy.confirm == "never":
            return RunningCall(call_id)
        entry = await self._entry(call_id)
        made = [one for one in await self._journal.of_call(call_id) if one.state not in {"rejected", "not_sent"}]
        parties = frozenset(hashed for one in made for hashed in one.destinations)
        trusted = {self._journal.hashed(PhoneNumber(number)) for number in self._guard.policy.trusted_numbers}
        digits = await self._journal.digits(_counted_under(call_id, entry))
        return RunningCall(
            call_id,
            digits,
            trusted=entry is not None and parties <= trusted and all(_names_parties(one) for one in made),
            parties=parties,
            rate=self._rate(entry),
        )

    def _rate(self, entry: JournalEntry | None) -> Micros | None:
        rate, policy = known_rate(entry), self._guard.policy
        return most_per_minute(policy) if rate is None and policy.max_rate_per_minute is not None else rate

    async def _entry(self, call_id: CallId) -> JournalEntry | None:
        return await self._journal.by_call_id(call_id) or await self._journal.by_call_id(_one_spelling(call_id))

    async def _is_covered(
        self, pending: Sequence[NeedsApproval[Payload]], requester: Requester, running: RunningCall | None
    ) -> bool:
        """Whether confirmations of the last hour cover all of these."""
        # A new yes is checked and stored like the first one, so that it covers the next hour.
        if requester.answer == "yes" or any(_EACH_TIME & set(one.reasons) for one in pending):
            return False
        grants = [self._grant(one, running) for one in pending]
        return await self._journal.approved(requester.confirmer, [grant.digest for grant in grants])

    async def _check_answer(
        self,
        decisions: Sequence[Allow[Payload] | NeedsApproval[Payload]],
        requester: Requester,
        running: RunningCall | None,
    ) -> None:
        text = _text(decisions)
        match requester.answer:
            case "yes":
                # The facts can have changed while the person was asked: then something else was confirmed.
                if requester.shown != text:
                    raise unconfirmed.changed()
                grants = tuple(self._grant(one, running) for one in _pending(decisions))
                until = Millis(self._journal.now() + HOUR)
                # The claims of a list have a part of the answer each.
                parts = (requester, *(requester.part(index) for index in range(len(decisions))))
                answers = tuple(part.answer_key for part in parts if part.answer_key is not None)
                granted = await self._journal.approve(Approval(requester.confirmer, grants, until, answers))
                # The claim of a callout refuses it, or returns the call that the same request placed before the stop.
                if not granted and running is not None:
                    await self._check_switch()
            case "cannot_ask" if self._guard.policy.confirm != "always":
                # With `auto`, the client's own approval of the tool call stands in for the question.
                pass
            case answer:
                await self._check_switch()
                if answer == "not_asked" and len(text) > MAX_QUESTION_CHARS:
                    raise unconfirmed.too_long(len(text), MAX_QUESTION_CHARS)
                raise unconfirmed.refusal(answer)

    async def _check_switch(self) -> None:
        switch = await self._journal.switch()
        if switch is not None:
            raise stopped(switch, durable=self._journal.durable)

    async def _count_digits(self, digits: int, call_id: CallId, *, free: bool) -> None:
        """Count the digits that a change of a call sends, so that the next change asks if there are too many."""
        if not digits:
            return
        # Another server can have sent digits in this call since the decision.
        most = FREE_DIGITS if free and self._guard.policy.confirm != "never" else None
        counted_under = _counted_under(call_id, await self._entry(call_id))
        if not await self._journal.count_digits(counted_under, digits, most):
            raise unconfirmed.refusal("not_asked")

    def _grant(self, pending: NeedsApproval[Payload], running: RunningCall | None) -> Grant:
        allow, shown = pending.allow, pending.shown
        hashes = {self._journal.hashed(callee) for callee in (*(leg.e164 for leg in allow.legs), *allow.targets)}
        subject = line = None
        if running is not None:
            # A yes covers those who can be on the line afterwards, and no one who is connected later.
            others = {self._journal.hashed(OTHERS)} if allow.others else set[str]()
            subject, line = running.call_id, " ".join(sorted(running.parties | hashes | others))
        return Grant(digest(subject, line, question_text([shown]), shown.exact), tuple(sorted(hashes)))


@contextmanager
def located_at(index: int | None) -> Generator[None]:
    """Prefix the paths of errors with the request's index in a list; None for a request outside a list."""
    try:
        yield
    except VoiceError as error:
        if index is not None and error.field is not None:
            error.field = f"$[{index}]{error.field[1:]}"
        raise


def _names_parties(entry: JournalEntry) -> bool:
    """Whether the destinations of an entry are all the parties that it can bring on the line."""
    # Anyone can show a trusted number as caller ID, and an entry without destinations has been forgotten.
    return entry.kind == PROLONGS or (entry.kind != INBOUND and bool(entry.destinations))


def _counted_under(call_id: CallId, entry: JournalEntry | None) -> str:
    # The digits of a callout are counted under our token, before the ID of its call is known.
    return _one_spelling(call_id) if entry is None else entry.token


def _one_spelling(call_id: CallId) -> CallId:
    """Return the ID without case and white space, which a platform may overlook: they must give no digits for free."""
    return CallId("".join(call_id.split()).casefold())


def _text(decisions: Sequence[Allow[Payload] | NeedsApproval[Payload]]) -> str:
    """Write one question for all requests, because a person should not answer five forms for one conference."""
    allowed = [one.allow if isinstance(one, NeedsApproval) else one for one in decisions]
    shown: list[Shown] = [allow.shown for allow in allowed if allow.shown is not None]
    return question_text(shown)


def _pending(decisions: Sequence[Allow[Payload] | NeedsApproval[Payload]]) -> list[NeedsApproval[Payload]]:
    return [one for one in decisions if isinstance(one, NeedsApproval)]
