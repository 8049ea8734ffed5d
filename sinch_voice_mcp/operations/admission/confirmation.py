"""Confirmation of requests: the guard writes the question, a person answers it, the journal stores the answer."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sinch_voice_mcp.errors import RefusedError, VoiceError
from sinch_voice_mcp.operations.admission.guard import Admitted, Guard
from sinch_voice_mcp.operations.admission.limits import HOUR
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.policy import REFUSALS, Allow, NeedsApproval
from sinch_voice_mcp.ports import Approval, Journal
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import Millis, Payload

R = TypeVar("R", bound=Payload)

MAX_QUESTION_CHARS = 1_500
"""Clients show a question in a small form; a longer one would scroll its end out of sight."""

_LASTING_REASONS = {"dial"}
"""Reasons that one confirmation covers for an hour, for the same numbers. Tones and targets other than numbers are
confirmed for each call."""


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
        event: Event | None = None,
    ) -> str | None:
        """Write the question to ask a person before these requests are sent.

        Args:
            requests: The requests as the client made them.
            requester: The client and principal; a recent confirmation by the same principal may cover the requests.
            unknown: JSON paths of undocumented members that the reader left out.
            event: The event that a document outside a callout answers.

        Returns:
            The question; None if no person has to confirm, or if :meth:`admit` would raise in any case.
        """
        try:
            pending = _pending(await self._decide(requests, event, unknown, numbered=False))
            if not pending or await self._is_covered(pending, requester):
                return None
        except VoiceError:
            return None
        # One question for all, because a person should not answer five forms for one conference.
        return "\n\n".join(one.question for one in pending)[:MAX_QUESTION_CHARS]

    async def admit(
        self,
        requests: Sequence[R],
        requester: Requester,
        *,
        event: Event | None = None,
        unknown: tuple[str, ...] = (),
        numbered: bool = False,
    ) -> list[Admitted[R]]:
        """Admit these requests, all of them or none.

        Args:
            requests: The requests as the client made them.
            requester: The client and principal, and what a person answered.
            event: The event that documents outside a callout answer.
            unknown: JSON paths of undocumented members that the reader left out.
            numbered: Whether the paths of errors begin with the request's index in the list.

        Raises:
            RefusedError: A rule refuses, a person declined, or a required confirmation is missing.
        """
        decisions = await self._decide(requests, event, unknown, numbered=numbered)
        pending = _pending(decisions)
        if pending and not await self._is_covered(pending, requester):
            await self._check_answer(pending, requester)
        allowed = [one.allow if isinstance(one, NeedsApproval) else one for one in decisions]
        return [await self._guard.admitted(allow) for allow in allowed]

    async def _decide(
        self, requests: Sequence[R], event: Event | None, unknown: tuple[str, ...], *, numbered: bool
    ) -> list[Allow[R] | NeedsApproval[R]]:
        decisions: list[Allow[R] | NeedsApproval[R]] = []
        for index, request in enumerate(requests):
            with located_at(index if numbered else None):
                decisions.append(await self._guard.decide(request, event=event, unknown=unknown))
        return decisions

    async def _is_covered(self, pending: Sequence[NeedsApproval[Payload]], requester: Requester) -> bool:
        """Whether a confirmation of the last hour covers all of these."""
        # A new yes is checked and stored like the first one, so that it covers the next hour.
        if requester.answer == "yes" or any(set(one.reasons) - _LASTING_REASONS for one in pending):
            return False
        return await self._journal.approved(requester.principal, self._hashed(pending))

    async def _check_answer(self, pending: Sequence[NeedsApproval[Payload]], requester: Requester) -> None:
        match requester.answer:
            case "yes":
                hashed = tuple(self._hashed(pending))
                if hashed:
                    await self._journal.approve(
                        Approval(requester.principal, hashed, Millis(self._journal.now() + HOUR))
                    )
            case "no":
                raise _refused("A person was asked to confirm this call, and declined.")
            case "closed":
                raise _refused("A person was asked to confirm this call, and closed the question without an answer.")
            case "cannot_ask":
                # With `auto`, the client's own approval of the tool call stands in for the question.
                if self._guard.policy.confirm == "always":
                    message = "A person must confirm each call, but this client cannot ask one."
                    raise _refused(message, "Tell the user to use a client that shows questions (MCP elicitation).")
            case "not_asked":
                message = "A person must confirm this call, but the client did not ask one."
                raise _refused(message, "Send the same request again; the client is then asked to show the question.")

    def _hashed(self, pending: Sequence[NeedsApproval[Payload]]) -> list[str]:
        return sorted({self._journal.hashed(number) for one in pending for number in one.numbers})


@contextmanager
def located_at(index: int | None) -> Generator[None]:
    """Prefix the paths of errors with the request's index in a list; None for a request outside a list."""
    try:
        yield
    except VoiceError as error:
        if index is not None and error.field is not None:
            error.field = f"$[{index}]{error.field[1:]}"
        raise


def unclear() -> RefusedError:
    """Return the refusal of a request whose question was accepted without a readable yes or no."""
    return _refused("The client accepted the question without a `place` that is true or false.")


def _refused(message: str, next_step: str | None = None) -> RefusedError:
    row = REFUSALS["consent"]
    step = row.steps(next_step)
    return RefusedError(message, rule=row.code, value="", how_to_change=row.how_to_change, next_step=step)


def _pending(decisions: Sequence[Allow[Payload] | NeedsApproval[Payload]]) -> list[NeedsApproval[Payload]]:
    return [one for one in decisions if isinstance(one, NeedsApproval)]
