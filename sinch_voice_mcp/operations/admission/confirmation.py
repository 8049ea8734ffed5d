"""Whether a person has confirmed a request: the guard words the question, a person answers, the journal remembers."""

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
from sinch_voice_mcp.types import Payload

R = TypeVar("R", bound=Payload)

MAX_QUESTION_CHARS = 1_500
"""Clients show a question in a small form; a longer one would scroll its end out of sight."""

_LASTING_REASONS = {"dial"}
"""A yes covers calling the same number again for an hour. It never covers keys, or targets that are not numbers."""


class Confirmation:
    """Combines the guard's decision with a person's answer. The guard decides again before anything is sent."""

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
        """Word the question to ask a person before these requests.

        Returns:
            The question; None where no person has to confirm, or a rule refuses: :meth:`admit` then says why.
        """
        try:
            pending = _pending(await self._judge(requests, event, unknown, numbered=False))
            if not pending or await self._is_covered(pending, requester):
                return None
        except VoiceError:
            return None
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
            requests: The requests as they were asked for.
            requester: Who asks, and what a person answered.
            event: The event that bare documents answer.
            unknown: JSON paths of members that are not documented.
            numbered: Whether the paths of errors begin with the request's index in the list.

        Raises:
            RefusedError: A rule refuses, or a person did, or no person could be asked who has to be.
        """
        judged = await self._judge(requests, event, unknown, numbered=numbered)
        pending = _pending(judged)
        if pending and not await self._is_covered(pending, requester):
            await self._check_answer(pending, requester)
        allowed = [one.allow if isinstance(one, NeedsApproval) else one for one in judged]
        return [await self._guard.admitted(allow) for allow in allowed]

    async def _judge(
        self, requests: Sequence[R], event: Event | None, unknown: tuple[str, ...], *, numbered: bool
    ) -> list[Allow[R] | NeedsApproval[R]]:
        judged: list[Allow[R] | NeedsApproval[R]] = []
        for index, request in enumerate(requests):
            with located_at(index if numbered else None):
                judged.append(await self._guard.judge(request, event=event, unknown=unknown))
        return judged

    async def _is_covered(self, pending: Sequence[NeedsApproval[Payload]], requester: Requester) -> bool:
        """Whether a yes of the last hour covers all of these."""
        if requester.answer == "yes" or any(set(one.reasons) - _LASTING_REASONS for one in pending):
            return False
        return await self._journal.approved(requester.principal, self._hashed(pending))

    async def _check_answer(self, pending: Sequence[NeedsApproval[Payload]], requester: Requester) -> None:
        match requester.answer:
            case "yes":
                hashed = tuple(self._hashed(pending))
                if hashed:
                    await self._journal.approve(Approval(requester.principal, hashed, self._journal.now() + HOUR))
            case "no":
                raise _refused("The person who was asked declined.")
            case "closed":
                raise _refused("The person closed the question without an answer.")
            case "cannot_ask":
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
    """Prefix the paths of errors with the request's index in a list; None where it stands alone."""
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


def _pending(judged: Sequence[Allow[Payload] | NeedsApproval[Payload]]) -> list[NeedsApproval[Payload]]:
    return [one for one in judged if isinstance(one, NeedsApproval)]
