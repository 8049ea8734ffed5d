"""Conferences: who is in, and steering them."""

from collections.abc import Generator
from contextlib import contextmanager

from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import MusicOnHold
from sinch_voice_mcp.wire.calls import ManageParticipant, Participant, ParticipantCommand


class Conferences:
    """Operations on conferences. None of them rings anybody; all may be repeated."""

    def __init__(self, api: VoiceApi) -> None:
        self._api = api

    async def participants(self, conference_id: str) -> list[Participant]:
        """Who is in a conference.

        Raises:
            NotFoundError: There is no such conference, or nobody is left in it.
        """
        with _explained():
            return await self._api.get_conference(conference_id)

    async def manage(
        self, conference_id: str, call_id: str, command: ParticipantCommand, moh: MusicOnHold | None
    ) -> Participant:
        """Mute, unmute, hold or resume somebody; returns the participant afterwards.

        Raises:
            NotFoundError: There is no such conference, or the participant is not in it.
            OutcomeUnknownError: No answer came, and reading back shows that nothing changed.
        """
        unclear: OutcomeUnknownError | None = None
        try:
            with _explained():
                await self._api.manage_participant(conference_id, call_id, ManageParticipant(command=command, moh=moh))
        except OutcomeUnknownError as error:
            unclear = error
        participant = await self._participant(conference_id, call_id)
        if unclear is not None and not _obeyed(participant, command):
            raise unclear
        return participant

    async def kick(self, conference_id: str, call_id: str) -> None:
        """End somebody's call; one that has ended stays so.

        Raises:
            NotFoundError: The participant is not in the conference, and the call goes on.
            OutcomeUnknownError: No answer came, and the participant is still there.
        """
        try:
            with _explained():
                await self._api.kick_participant(conference_id, call_id)
        except NotFoundError:
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
            OutcomeUnknownError: No answer came, and somebody is still there.
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

    async def _participant(self, conference_id: str, call_id: str) -> Participant:
        for participant in await self._api.get_conference(conference_id):
            if participant.id == call_id:
                return participant
        message = "The participant is not in the conference."
        raise NotFoundError(message, status=404, error_code=40400, next_step=_NOT_THERE)


_NOT_THERE = (
    "Nobody has joined yet, or all have left. Look with get_call; a leg that still rings is ended with hang_up."
)


@contextmanager
def _explained() -> Generator[None]:
    """What a missing conference or participant means, for whoever asked."""
    try:
        yield
    except NotFoundError as error:
        error.next_step = _NOT_THERE
        raise


def _obeyed(participant: Participant, command: ParticipantCommand) -> bool:
    match command:
        case "mute":
            return participant.muted
        case "unmute":
            return not participant.muted
        case "onhold":
            return participant.onhold
        case "resume":
            return not participant.onhold
