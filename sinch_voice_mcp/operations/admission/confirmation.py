"""Whether a person has said yes: the guard names the question, a person answers it, the journal remembers."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from sinch_voice_mcp.errors import RefusedError, VoiceError
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.admission.limits import HOUR
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.policy import REFUSALS, Allow, NeedsApproval
from sinch_voice_mcp.ports import Approval, Journal
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import Payload

_LONGEST = 1_500
_LASTING = {"dial"}
"""What a yes of the last hour covers: calling that number again. Keys, and targets that are no numbers, it does not."""


class Confirmation:
    """Puts the guard's word and a person's word together. The guard decides again before anything is sent."""

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
        """What to ask a person; None where nobody has to be asked or a rule says no, which is told later."""
        try:
            judged = [await self._guard.judge(request, event=event, unknown=unknown) for request in requests]
            open_ = [one for one in judged if isinstance(one, NeedsApproval)]
            if not open_ or await self._stands(open_, requester):
                return None
        except VoiceError:
            return None
        return "\n\n".join(one.question for one in open_)[:_LONGEST]

    async def admit(
        self,
        requests: Sequence[Payload],
        requester: Requester,
        *,
        event: Event | None = None,
        unknown: tuple[str, ...] = (),
        numbered: bool = False,
    ) -> list[Allow]:
        """These requests as they may be sent, all of them or none.

        Args:
            requests: What is asked for.
            requester: Who asks, and what a person said.
            event: What bare documents answer.
            unknown: JSON paths of members that no documentation names.
            numbered: Whether the paths of errors begin with the request's place in the list.

        Raises:
            RefusedError: A rule says no, or a person does, or nobody could be asked who has to be.
        """
        judged = [
            await self._judged(request, event, unknown, at if numbered else None) for at, request in enumerate(requests)
        ]
        open_ = [one for one in judged if isinstance(one, NeedsApproval)]
        if open_ and not await self._stands(open_, requester):
            await self._answered(open_, requester)
        return [one.allow if isinstance(one, NeedsApproval) else one for one in judged]

    async def _judged(
        self, request: Payload, event: Event | None, unknown: tuple[str, ...], at: int | None
    ) -> Allow | NeedsApproval:
        with placed_at(at):
            return await self._guard.judge(request, event=event, unknown=unknown)

    async def _stands(self, open_: Sequence[NeedsApproval], requester: Requester) -> bool:
        """Whether a yes of the last hour covers these."""
        if requester.answer == "yes" or any(set(one.reasons) - _LASTING for one in open_):
            return False
        return await self._journal.approved(requester.principal, self._hashed(open_))

    async def _answered(self, open_: Sequence[NeedsApproval], requester: Requester) -> None:
        match requester.answer:
            case "yes":
                hashed = tuple(self._hashed(open_))
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

    def _hashed(self, open_: Sequence[NeedsApproval]) -> list[str]:
        return sorted({self._journal.hashed(number) for one in open_ for number in one.numbers})


@contextmanager
def placed_at(at: int | None) -> Generator[None]:
    """Let the paths of errors begin with the request's place in a list; None where it stands alone."""
    try:
        yield
    except VoiceError as error:
        if at is not None and error.field is not None:
            error.field = f"$[{at}]{error.field[1:]}"
        raise


def _refused(message: str, next_step: str | None = None) -> RefusedError:
    row = REFUSALS["consent"]
    step = row.steps(next_step)
    return RefusedError(message, rule=row.code, value="", how_to_change=row.how_to_change, next_step=step)
