"""Conferences: joining, leaving, muting, holding, ending."""

import pytest

from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.wire.calls import ManageParticipant, ParticipantCommand
from tests.unit.sandbox.world import ANNA, BEN, KEY, World


def test_a_call_joins_after_the_greeting(world: World) -> None:
    call_id = world.conference(greeting="fourteen chars")
    world.wait(3.9)
    assert world.members() == []
    world.wait(0.1)
    assert world.members() == [call_id]
    assert world.happened(call_id)[-2:] == ["say", "joined"]


def test_participants_have_number_call_id_and_the_time_since_they_joined(world: World) -> None:
    first = world.conference(ANNA, greeting="fourteen chars")
    second = world.conference(BEN)
    world.wait(10)
    listed = [(one.id, one.cli, one.duration) for one in world.engine.participants(KEY, "room")]
    assert listed == [(second, BEN, 7), (first, ANNA, 6)]


def test_the_first_participant_hears_music_and_the_second_hears_the_first(world: World) -> None:
    world.conference(moh_class="music2")
    world.wait(5)
    world.conference(BEN)
    world.wait(5)
    heard = [entry.detail["hears"] for entry in world.engine.timeline() if entry.event == "joined"]
    assert heard == ["music2", "the others"]


@pytest.mark.parametrize(
    ("command", "muted", "onhold"),
    [("mute", True, True), ("unmute", False, True), ("onhold", True, True), ("resume", True, False)],
)
def test_commands_set_the_flags_of_one_participant_and_may_be_repeated(
    world: World, command: ParticipantCommand, *, muted: bool, onhold: bool
) -> None:
    call_id, _ = world.conference(), world.conference(BEN)
    world.wait(5)
    for order in ("mute", "onhold", command, command):
        world.engine.manage(KEY, "room", call_id, ManageParticipant(command=order))
    flags = {one.id: (one.muted, one.onhold) for one in world.engine.participants(KEY, "room")}
    assert flags.pop(call_id) == (muted, onhold)
    assert set(flags.values()) == {(False, False)}


def test_a_participant_stays_in_the_conference_while_an_update_speaks(world: World) -> None:
    call_id = world.conference()
    world.wait(5)
    world.update(call_id, None, "fourteen chars")
    assert world.members() == [call_id]
    world.wait(60)
    assert world.members() == [call_id]


def test_a_participant_moves_to_another_conference_and_the_empty_one_ends(world: World) -> None:
    call_id = world.conference()
    world.wait(5)
    world.update(call_id, {"name": "connectConf", "conferenceId": "other"})
    assert (world.members(), world.members("other")) == ([], [call_id])


def test_a_transferred_participant_has_left(world: World) -> None:
    call_id = world.conference()
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    assert world.members() == []
    assert world.get(call_id).status == "ONGOING"


def test_kicking_ends_one_call_and_closing_ends_all(world: World) -> None:
    calls = [world.conference() for _ in range(3)]
    world.wait(5)
    world.engine.kick(KEY, "room", calls[1])
    assert world.outcome(calls[1]) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert world.members() == [calls[0], calls[2]]
    world.engine.close(KEY, "room")
    assert {world.outcome(call_id) for call_id in calls} == {("FINAL", "ANSWERED", "MANAGERHANGUP")}
    assert world.members() == []


def test_an_empty_conference_and_an_unknown_participant_are_not_found(world: World) -> None:
    inside, outside = world.conference(), world.tts()
    world.wait(3)
    mute = ManageParticipant(command="mute")
    for ask in (
        lambda: world.engine.kick(KEY, "room", outside),
        lambda: world.engine.manage(KEY, "room", "unknown", mute),
        lambda: world.engine.manage(KEY, "other", inside, mute),
        lambda: world.engine.close(KEY, "other"),
        lambda: world.engine.participants(KEY, "other"),
    ):
        with pytest.raises(RejectedError) as refused:
            ask()
        assert refused.value.code == 40400
    world.update(inside, {"name": "hangup"})
    with pytest.raises(RejectedError, match="Conference not found"):
        world.engine.participants(KEY, "room")
