"""Conferences: joining, leaving, muting, holding, ending."""

import pytest

from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.svaml import ConferenceDtmfOptions
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


def keyed(mode: str, **members: int) -> dict[str, object]:
    options = {"mode": mode, **members}
    return {"action": {"name": "connectConf", "conferenceId": "room", "conferenceDtmfOptions": options}}


def test_keys_in_a_conference_are_ignored_unless_it_says_otherwise(world: World) -> None:
    world.listen()
    first, second = world.conference(), world.conference()
    world.wait(5)
    world.engine.press(first, "1")
    world.wait(10)
    assert world.results() == []
    assert "keys" not in world.happened(second)


def test_keys_in_a_conference_can_be_heard_by_the_others(world: World) -> None:
    first, second = world.custom(ace=keyed("forward")), world.conference()
    world.wait(5)
    world.engine.press(first, "5")
    assert [dict(one.detail) for one in world.engine.timeline(second) if one.event == "keys"] == [
        {"from": first, "heard": "5"}
    ]


def test_keys_in_a_conference_can_be_collected_for_the_application(world: World) -> None:
    world.listen()
    one_key, pausing = world.custom(ace=keyed("detect")), world.custom(ace=keyed("detect", maxDigits=4))
    world.wait(5)
    world.engine.press(one_key, "7")
    world.engine.press(pausing, "12")
    world.wait(2)
    world.engine.press(pausing, "3")
    world.wait(2.9)
    assert world.results() == [("room", "sequence", "7", "dtmf")]
    world.wait(0.1)
    assert world.results()[1:] == [("room", "sequence", "123", "dtmf")]
    world.engine.press(pausing, "1")
    world.engine.hang_up(pausing)
    world.wait(10)
    assert len(world.results()) == 2
    pie = next(body for body in world.events(one_key) if body["event"] == "pie")
    assert pie["conferenceId"] == "room"


def test_a_conference_callout_says_what_happens_to_keys(world: World) -> None:
    world.listen()
    options = ConferenceDtmfOptions(mode="detect", max_digits=2)
    call_id = world.conference(conference_dtmf_options=options, enable_pie=True)
    silent = world.conference(conference_dtmf_options=options)
    world.wait(5)
    world.engine.press(call_id, "42")
    world.engine.press(silent, "42")
    world.settle()
    assert world.results() == [("room", "sequence", "42", "dtmf")]
