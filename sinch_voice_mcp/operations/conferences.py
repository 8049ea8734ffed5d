"""Conferences and their participants."""

from collections.abc import Generator
from contextlib import contextmanager

from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import MusicOnHold
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.calls import ManageParticipant, Participant, ParticipantCommand


class Conferences:
    """Operations on conferences. None of them calls a phone; all may be repeated."""

    def __init__(self, api: VoiceApi) -> None:
        self._api = api

    async def participants(self, conference_id: str) -> list[Participant]:
        """List the participants of a conference.

        Raises:
            NotFoundError: There is no such conference, or it has no participants.
        """
        with _explained():
            return await self._api.get_conference(conference_id)

    async def manage(
        self, conference_id: str, call_id: CallId, command: ParticipantCommand, moh: MusicOnHold | None
    ) -> Participant:
        """Mute, unmute, hold or resume a participant; returns the participant afterwards.

        Raises:
            NotFoundError: There is no such conference, or the participant is not in it.
            OutcomeUnknownError: No answer arrived, and the participant has not changed.
        """
        # After a lost answer, the state of the participant shows whether the command took effect.
        unclear: OutcomeUnknownError | None = None
        try:
            with _explained():
                await self._api.manage_participant(conference_id, call_id, ManageParticipant(command=command, moh=moh))
        except OutcomeUnknownError as error:
            unclear = error
        participant = await self._participant(conference_id, call_id)
        if unclear is not None and not _has_effect(participant, command):
            raise unclear
        return participant

    async def kick(self, conference_id: str, call_id: CallId) -> None:
        """End the call of a participant; does nothing if it has ended.

        Raises:
            NotFoundError: The participant is not in the conference, and the call is still in progress.
            OutcomeUnknownError: No answer arrived, and the participant is still in the conference.
        """
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

    async def close(self, conference_id: str) -> None:
        """End every call in a conference.

        Raises:
            NotFoundError: There is no such conference.
            OutcomeUnknownError: No answer arrived, and the conference still has participants.
        """
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
