"""Whether a person has said yes: the guard names the question, a person answers it, the journal remembers."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from sinch_voice_mcp.errors import RefusedError, VoiceError
from sinch_voice_mcp.operations.asking import Asker
from sinch_voice_mcp.operations.gate import Gate
from sinch_voice_mcp.operations.limits import HOUR
from sinch_voice_mcp.policy import Allow, NeedsApproval, owner_sets
from sinch_voice_mcp.ports import Approval, Journal
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import Payload

_LONGEST = 1_500
_TAKE_IT = "Tell the user that it was not confirmed. Do not ask again unless they want it."
_LASTING = {"dial"}
"""What a yes of the last hour covers: calling that number again. Keys, and targets that are no numbers, it does not."""


class Consenting:
    """Puts the guard's word and a person's word together. The guard decides again before anything is sent."""

    def __init__(self, gate: Gate, journal: Journal) -> None:
        self._gate = gate
        self._journal = journal

    async def question(
        self,
        requests: Sequence[Payload],
        asker: Asker,
        unknown: tuple[str, ...] = (),
        event: Event | None = None,
    ) -> str | None:
        """What to ask a person; None where nobody has to be asked or a rule says no, which is told later."""
        try:
            judged = [await self._gate.judge(request, event=event, unknown=unknown) for request in requests]
            open_ = [one for one in judged if isinstance(one, NeedsApproval)]
            if not open_ or await self._stands(open_, asker):
                return None
        except VoiceError:
            return None
        return "\n\n".join(one.question for one in open_)[:_LONGEST]

    async def admit(
        self,
        requests: Sequence[Payload],
        asker: Asker,
        *,
        event: Event | None = None,
        unknown: tuple[str, ...] = (),
        numbered: bool = False,
    ) -> list[Allow]:
        """These requests as they may be sent, all of them or none.

        Args:
            requests: What is asked for.
            asker: Who asks, and what a person said.
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
        if open_ and not await self._stands(open_, asker):
            await self._answered(open_, asker)
        return [one.allow if isinstance(one, NeedsApproval) else one for one in judged]

    async def _judged(
        self, request: Payload, event: Event | None, unknown: tuple[str, ...], at: int | None
    ) -> Allow | NeedsApproval:
        with placed_at(at):
            return await self._gate.judge(request, event=event, unknown=unknown)

    async def _stands(self, open_: Sequence[NeedsApproval], asker: Asker) -> bool:
        """Whether a yes of the last hour covers these."""
        if asker.answer == "yes" or any(set(one.reasons) - _LASTING for one in open_):
            return False
        return await self._journal.approved(asker.principal, self._hashed(open_))

    async def _answered(self, open_: Sequence[NeedsApproval], asker: Asker) -> None:
        match asker.answer:
            case "yes":
                hashed = tuple(self._hashed(open_))
                if hashed:
                    await self._journal.approve(Approval(asker.principal, hashed, self._journal.now() + HOUR))
            case "no":
                raise _refused("The person who was asked said no.", _TAKE_IT)
            case "closed":
                raise _refused("The question to the person was closed without an answer.", _TAKE_IT)
            case "cannot_ask":
                if self._gate.policy.confirm == "always":
                    message = "Each call has to be confirmed by a person, and this client cannot ask one."
                    raise _refused(message, "Tell the user to use a client that shows questions (MCP elicitation).")
            case "not_asked":
                message = "A person has to confirm this call, and none was asked."
                raise _refused(message, "Ask for the same once more; the question comes then.")

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


def unclear() -> RefusedError:
    """The refusal where the client accepted the question and sent no readable yes or no."""
    return _refused("The client accepted the question without a `place` that is true or false.", _TAKE_IT)


def _refused(message: str, next_step: str) -> RefusedError:
    how = owner_sets("confirm", "trusted_numbers")
    return RefusedError(message, rule="consent", value="", how_to_change=how, next_step=next_step)
