"""Conferences and their participants."""

from collections.abc import Generator
from contextlib import contextmanager

from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError
from sinch_voice_mcp.operations.changes import Changes
from sinch_voice_mcp.operations.dispatch.claims import conference_digest
from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.ports import CallsApi, StillAllowed
from sinch_voice_mcp.svaml import MusicOnHold
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.calls import ManageParticipant, Participant, ParticipantCommand


class Conferences:
    """Operations on conferences. None of them calls a phone; all may be repeated."""

    def __init__(self, api: CallsApi, changes: Changes) -> None:
        self._api = api
        self._changes = changes

    async def participants(self, conference_id: str) -> list[Participant]:
        """List the participants of a conference.

        Raises:
            NotFoundError: There is no such conference, or it has no participants.
        """
        with _explained():
            return await self._api.get_conference(conference_id)

    async def manage(
        self,
        conference_id: str,
        call_id: CallId,
        command: ParticipantCommand,
        moh: MusicOnHold | None,
        requester: Requester = ANONYMOUS,
    ) -> Participant:
        """Mute, unmute, hold or resume a participant; returns the participant afterwards.

        Raises:
            NotFoundError: There is no such conference, or the participant is not in it.
            OutcomeUnknownError: No answer arrived, and the participant has not changed.
        """
        sent = ManageParticipant(command=command, moh=moh)
        async with self._changes.made(_MANAGE, requester, call_id=call_id, command=command) as still_allowed:
            return await self._manage(conference_id, call_id, sent, still_allowed)

    async def _manage(
        self, conference_id: str, call_id: CallId, sent: ManageParticipant, still_allowed: StillAllowed
    ) -> Participant:
        # After a lost answer, the state of the participant shows whether the command took effect.
        unclear: OutcomeUnknownError | None = None
        try:
            with _explained():
                await self._api.manage_participant(conference_id, call_id, sent, again=still_allowed)
        except OutcomeUnknownError as error:
            unclear = error
        participant = await self._participant(conference_id, call_id)
        if unclear is not None and not _has_effect(participant, sent.command):
            raise unclear
        return participant

    async def kick(self, conference_id: str, call_id: CallId, requester: Requester = ANONYMOUS) -> None:
        """End the call of a participant; does nothing if it has ended.

        Raises:
            NotFoundError: The participant is not in the conference, and the call is still in progress.
            OutcomeUnknownError: No answer arrived, and the participant is still in the conference.
        """
        async with self._changes.made(_MANAGE, requester, although_stopped=True, call_id=call_id, command="kick"):
            await self._kick(conference_id, call_id)

    async def _kick(self, conference_id: str, call_id: CallId) -> None:
        try:
            with _explained():
                await self._api.kick_participant(conference_id, call_id)
        except NotFoundError:
            # A participant whose call has ended is not found either, and that is what was requested.
            if (await self._api.get_call(call_id)).status != "FINAL":
                raise
        except OutcomeUnknownError as unclear:
            try:
                await self._participant(conference_id, call_id)
            except NotFoundError:
                return
            raise unclear from None

    async def close(self, conference_id: str, requester: Requester = ANONYMOUS) -> None:
        """End every call in a conference.

        Raises:
            NotFoundError: There is no such conference.
            OutcomeUnknownError: No answer arrived, and the conference still has participants.
        """
        room = conference_digest(conference_id)
        async with self._changes.made("close_conference", requester, although_stopped=True, conference=room):
            await self._close(conference_id)

    async def _close(self, conference_id: str) -> None:
        try:
            with _explained():
                await self._api.close_conference(conference_id)
        except OutcomeUnknownError as unclear:
            try:
                await self._api.get_conference(conference_id)
            except NotFoundError:
                return
            raise unclear from None

    async def _participant(self, conference_id: str, call_id: CallId) -> Participant:
        for participant in await self._api.get_conference(conference_id):
            if participant.id == call_id:
                return participant
        message = "The participant is not in the conference."
        raise NotFoundError(message, status=404, error_code=40400, next_step=_NOT_THERE)


_MANAGE = "manage_participant"
_NOT_THERE = (
    "No callee has joined yet, or all have left. Check each call with get_call; hang_up ends one that still rings."
)


@contextmanager
def _explained() -> Generator[None]:
    """Replace the next step of a NotFoundError by one about conferences."""
    try:
        yield
    except NotFoundError as error:
        error.next_step = _NOT_THERE
        raise


def _has_effect(participant: Participant, command: ParticipantCommand) -> bool:
    match command:
        case "mute":
            return participant.muted
        case "unmute":
            return not participant.muted
        case "onhold":
            return participant.onhold
        case "resume":
            return not participant.onhold
