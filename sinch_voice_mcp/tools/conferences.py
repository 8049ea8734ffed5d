"""Tools of the toolset ``conferences``: see who is in a conference, and control it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.tools.consent import requester_of
from sinch_voice_mcp.tools.parameters import CallIdArgument, ConferenceId, MusicOnHold, Service
from sinch_voice_mcp.tools.results import Flag, Own, Result, Shown, Text, Texts, Untrusted, Whole, counted, summarize
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec
from sinch_voice_mcp.wire.calls import Participant

_DONE = {
    "mute": "The participant is muted.",
    "unmute": "The participant is not muted any more.",
    "onhold": "The participant is on hold.",
    "resume": "The participant is not on hold any more.",
    "kick": "The participant was removed; that call has ended.",
}
_NO_MUSIC = "`moh` was ignored: music goes with the command `onhold` only."


class ConferenceParticipant(Shown):
    """One call in the conference."""

    call_id: str
    number: Text
    muted: Flag
    onhold: Flag
    duration_s: Whole
    untrusted: Untrusted


class ConferenceState(Result):
    """Who is in a conference; after a command, only the participant that it was about."""

    conference_id: Own
    participants: list[ConferenceParticipant]
    warnings: Texts


async def get_conference(conference_id: ConferenceId, service: Service) -> ConferenceState:
    """List who is in a conference: call_id, number, muted, on hold. Phones that still ring are not in it."""
    members = [_member(service, participant) for participant in await service.conferences.participants(conference_id)]
    sentence = f"{counted(len(members), 'participant')} in the conference."
    return _conference(service, sentence, conference_id, members)


async def manage_participant(
    conference_id: ConferenceId,
    call_id: CallIdArgument,
    command: Literal["mute", "unmute", "onhold", "resume", "kick"],
    service: Service,
    moh: Annotated[MusicOnHold | None, Field(description="Only for onhold")] = None,
) -> ConferenceState:
    """Mute, hold or remove one participant, by call_id of get_conference. `kick` ends that call. Safe to repeat."""
    warnings = [] if moh is None or command == "onhold" else [_NO_MUSIC]
    if command == "kick":
        await service.conferences.kick(conference_id, call_id, requester_of(service))
        return _conference(service, _DONE[command], conference_id, [], warnings)
    music = moh if command == "onhold" else None
    participant = await service.conferences.manage(conference_id, call_id, command, music, requester_of(service))
    return _conference(service, _DONE[command], conference_id, [_member(service, participant)], warnings)


async def close_conference(conference_id: ConferenceId, service: Service) -> ConferenceState:
    """End a conference and all calls in it. Phones that still ring keep ringing; end those with hang_up."""
    await service.conferences.close(conference_id, requester_of(service))
    return _conference(service, "The conference is closed; every call in it has ended.", conference_id, [])


TOOLS = (
    ToolSpec(get_conference, toolset="conferences", effect=ToolEffect.READS, title="See a conference"),
    ToolSpec(
        manage_participant,
        toolset="conferences",
        effect=ToolEffect.CHANGES,
        title="Control a participant",
        repeatable=True,
    ),
    ToolSpec(
        close_conference,
        toolset="conferences",
        effect=ToolEffect.ENDS,
        title="Close a conference",
        repeatable=True,
    ),
)


def _member(service: VoiceService, participant: Participant) -> ConferenceParticipant:
    return ConferenceParticipant(
        call_id=participant.id,
        number=service.shown.number(participant.cli),
        muted=participant.muted,
        onhold=participant.onhold,
        duration_s=participant.duration,
        untrusted=None,
    )


def _conference(
    service: VoiceService,
    sentence: str,
    conference_id: str,
    members: list[ConferenceParticipant],
    warnings: Sequence[str] = (),
) -> ConferenceState:
    return ConferenceState(
        summary=summarize(service, sentence),
        simulated=service.simulated,
        conference_id=conference_id,
        participants=members,
        warnings=list(warnings),
    )
