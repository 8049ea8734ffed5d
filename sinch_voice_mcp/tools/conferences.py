"""The toolset ``conferences``: see who is in a room and steer them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.tools.parameters import CallId, ConferenceId, MusicOnHold, Service
from sinch_voice_mcp.tools.results import Result, Text, Whole, told
from sinch_voice_mcp.tools.spec import Effect, ToolSpec
from sinch_voice_mcp.wire.calls import Participant


class Member(BaseModel):
    """One call in the room."""

    call_id: str
    number: Text
    muted: bool
    onhold: bool
    duration_s: Whole


class Room(Result):
    """Who is in a conference."""

    conference_id: str
    participants: list[Member]


async def get_conference(conference_id: ConferenceId, service: Service) -> Room:
    """Who is in a conference: call ids, numbers, muted, on hold."""
    members = [_member(participant) for participant in await service.conferences.participants(conference_id)]
    return _room(service.simulated, told(service, f"{len(members)} in the room."), conference_id, members)


async def manage_participant(
    conference_id: ConferenceId,
    call_id: CallId,
    command: Literal["mute", "unmute", "onhold", "resume", "kick"],
    service: Service,
    moh: Annotated[MusicOnHold | None, Field(description="Music, with onhold")] = None,
) -> Room:
    """Mute, hold or kick one participant (call id from get_conference). Safe to repeat."""
    if moh is not None and command != "onhold":
        raise InvalidInputError("`moh` only goes with the command `onhold`", field="moh")
    if command == "kick":
        await service.conferences.kick(conference_id, call_id)
        return _room(service.simulated, told(service, "Kicked; that call has ended."), conference_id, [])
    participant = await service.conferences.manage(conference_id, call_id, command, moh)
    return _room(service.simulated, told(service, f"Done: {command}."), conference_id, [_member(participant)])


async def close_conference(conference_id: ConferenceId, service: Service) -> Room:
    """End a conference: kicks everybody."""
    await service.conferences.close(conference_id)
    return _room(service.simulated, told(service, "Closed; every call in it has ended."), conference_id, [])


TOOLS = (
    ToolSpec(get_conference, toolset="conferences", effect=Effect.READS, title="Look into a conference"),
    ToolSpec(manage_participant, toolset="conferences", effect=Effect.CHANGES, title="Steer a participant"),
    ToolSpec(close_conference, toolset="conferences", effect=Effect.CHANGES, title="Close a conference"),
)


def _member(participant: Participant) -> Member:
    return Member(
        call_id=participant.id,
        number=participant.cli,
        muted=participant.muted,
        onhold=participant.onhold,
        duration_s=participant.duration,
    )


def _room(simulated: bool, summary: str, conference_id: str, members: list[Member]) -> Room:  # noqa: FBT001 - a member's value
    return Room(summary=summary, simulated=simulated, conference_id=conference_id, participants=members)
