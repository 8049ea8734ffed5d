"""Events of the platform are answered, recorded once, and lead to the right state."""

from functools import partial
from typing import Any

import anyio
import httpx2
import pytest

from sinch_voice_mcp.errors import OutcomeUnknownError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.ports import JournalEntry
from sinch_voice_mcp.svaml import ConnectPstn, Document, Hangup, PlayFiles, RunMenu
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.platforms import CALLER, OWN, REAL, SORRY, Script, SignedEvents
from tests.recorded import audit_of, events_of, switch_of
from tests.stage import RULES, opened, scene


async def listed(service: VoiceService) -> list[JournalEntry]:
    return await service.calls.recent(limit=100, states=(), since=None)


def custom(ace: Document, pie: Document | None = None) -> CustomCalloutRequest:
    """A callout to a number, with the replies to its events."""
    ice = Document(action=ConnectPstn(number=REAL, cli=OWN)).to_json()
    inline = CustomCallout(ice=ice, ace=ace.to_json(), pie=None if pie is None else pie.to_json())
    return CustomCalloutRequest(custom_callout=inline)


async def test_an_incoming_call_hears_that_no_one_can_answer_and_is_listed(database_url: str) -> None:
    async with scene(database_url) as stage, stage.server() as voice:
        platform = SignedEvents(stage.receiver)
        answer = await platform.rings("in-1")
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json"
        reply = answer.json()
        assert reply["action"] == {"name": "hangup"}
        assert [(one["name"], one["text"]) for one in reply["instructions"]] == [("say", SORRY)]
        (call,) = (await voice.ok("list_calls", direction="in"))["calls"]
        assert (call["kind"], call["state"], call["call_id"]) == ("inbound", "ringing", "in-1")
        assert call["number"] == f"+{CALLER}"
        assert (await voice.ok("list_calls", direction="out"))["calls"] == []
        await platform.ends("in-1")
        (ended,) = (await voice.ok("list_calls"))["calls"]
        assert (ended["state"], ended["result"], ended["duration_s"]) == ("ended", "ANSWERED", 12)
        events = (await voice.ok("get_call_events", call_id="in-1"))["events"]
    assert sorted(event["event"] for event in events) == ["dice", "ice", "inbound"]
    assert next(event for event in events if event["event"] == "ice")["untrusted"]["cli"] == f"+{CALLER}"


async def test_a_setting_replaces_the_text_that_callers_hear(sqlite_url: str) -> None:
    async with opened(sqlite_url, {"INCOMING_TEXT": "Bitte schreiben Sie uns."}) as (_, platform):
        reply = (await platform.rings("in-1")).json()
        withheld = (await platform.rings("in-2", cli="private")).status
    assert reply["instructions"][0]["text"] == "Bitte schreiben Sie uns."
    assert withheld == 200


async def test_an_event_that_comes_again_gets_the_same_bytes_and_is_stored_once(database_url: str) -> None:
    async with opened(database_url) as (service, platform):
        first = await platform.rings("in-1")
        async with opened(database_url, {"INCOMING_TEXT": "Something else."}) as (_, other):
            again = [await platform.rings("in-1"), await other.rings("in-1")]
            assert len(await events_of(database_url, "in-1")) == 1
        await platform.rings("in-1", timestamp="2026-06-06T17:10:35Z")
        assert len(await events_of(database_url, "in-1")) == 2
        assert len(await listed(service)) == 1
    assert {answer.body for answer in again} == {first.body}


HANG_UP = Document(action=Hangup())
NO_LONGER: dict[str, tuple[str, Document, dict[str, str], dict[str, str]]] = {
    # The event that it answers, the reply, under which rule it was saved, and by which one it is judged later.
    "denied_prefix": (
        "pie",
        Document(action=ConnectPstn(number="+14045005009", cli=OWN)),
        {},
        {"DENIED_PREFIXES": "+1404500500"},
    ),
    "media_url": (
        "ace",
        Document(instructions=(PlayFiles(ids=("#href[https://media.example.com/a.wav]",)),), action=Hangup()),
        {"MEDIA_HOSTS": "media.example.com"},
        {"MEDIA_HOSTS": "other.example.com"},
    ),
}


@pytest.mark.parametrize("rule", NO_LONGER)
async def test_a_saved_reply_that_is_no_longer_allowed_ends_the_call(database_url: str, rule: str) -> None:
    kind, reply, before, after = NO_LONGER[rule]
    request = custom(reply) if kind == "ace" else custom(HANG_UP, reply)
    pressed = {"menuResult": {"menuId": "main", "type": "return", "value": "1"}} if kind == "pie" else {}
    script = Script(httpx2.Response(200, json={"callId": "c1"}))
    async with opened(database_url, {**RULES, **before}, transport=script.transport) as (service, platform):
        await service.calls.place(request, replies_from_receiver=True)
        allowed = await platform.report(kind, "c1", **pressed)
        assert allowed.json() != HANG_UP.to_wire()
        async with opened(database_url, {**RULES, **after}) as (other_service, other):
            # What was answered once is answered again, whatever the rules are by now.
            assert (await other.report(kind, "c1", **pressed)).body == allowed.body
            refused = await other.report(kind, "c1", timestamp="2026-06-06T17:10:40Z", **pressed)
            assert refused.json() == HANG_UP.to_wire()
            timeline = await other_service.events.timeline(CallId("c1"))
    assert [row.get("refused") for row in timeline if row["event"] == kind] == [None, rule]


async def test_what_is_answered_follows_what_was_saved_for_the_event(database_url: str) -> None:
    menu = RunMenu.model_validate(
        {"menus": [{"id": "main", "mainPrompt": "#tts[Yes?]", "options": [{"dtmf": "1", "action": "return(1)"}]}]}
    )
    script = Script(httpx2.Response(200, json={"callId": "c1"}))
    thanks = Document(instructions=(PlayFiles(ids=("#tts[Thanks]",)),), action=Hangup())
    async with opened(database_url, transport=script.transport) as (service, platform):
        await service.calls.place(custom(Document(action=menu), thanks), replies_from_receiver=True)
        replies: dict[str, Any] = {}
        for status in ("human", "machine", "notsure", "hangup", "inprogress"):
            answer = await platform.report(
                "ace", "c1", amd={"status": status}, timestamp=f"2026-06-06T17:10:34Z{status}"
            )
            replies[status] = answer.json()["action"]["name"]
        # By our token alone, before it is known which call it is.
        early = await platform.report("ace", "c1", custom=script.token, timestamp="2026-06-06T17:10:31Z")
        for kind in ("return", "sequence", "timeout", "invalidinput", "error"):
            answer = await platform.report("pie", "c1", menuResult={"menuId": "main", "type": kind, "value": "1"})
            replies[kind] = bool(answer.json().get("instructions"))
        left = await platform.report("pie", "c1", menuResult={"menuId": "main", "type": "hangup"})
    assert replies == {
        "human": "runMenu",
        "machine": "hangup",
        "notsure": "runMenu",
        "hangup": "hangup",
        "inprogress": "runMenu",
        "return": True,
        "sequence": True,
        "timeout": False,
        "invalidinput": False,
        "error": False,
    }
    assert early.json()["action"]["name"] == "runMenu"
    assert (left.status, left.body) == (200, b"")


async def test_events_of_unknown_kinds_are_stored(database_url: str) -> None:
    async with opened(database_url) as (_, platform):
        assert (await platform.report("quantumleap", "c1")).body == b""
        assert (await platform.report("notify", "c1", type="brand_new", destination="s3://x")).body == b""
        kept = await events_of(database_url, "c1")
    assert [event.kind for event in kept] == ["other", "notify"]
    assert kept[0].details["untrusted"] == {"kind": "quantumleap"}
    assert kept[1].details["untrusted"] == {"type": "brand_new", "destination": "s3://x"}


STEPS = {
    "in order": ["ace", "pie", "dice"],
    "dice first": ["dice", "ace", "pie"],
    "ace last": ["pie", "dice", "ace"],
    "twice": ["ace", "pie", "dice", "dice", "ace"],
    "again later": ["ace", "pie", "dice", "later dice"],
}


@pytest.mark.parametrize("order", STEPS)
async def test_the_state_is_right_whatever_the_order_and_paid_for_once(database_url: str, order: str) -> None:
    script = Script(httpx2.Response(200, json={"callId": "c1"}))
    async with opened(database_url, transport=script.transport) as (service, platform):
        await service.calls.place(custom(HANG_UP), replies_from_receiver=True)
        for step in STEPS[order]:
            match step:
                case "ace":
                    await platform.report("ace", "c1", amd={"status": "human"}, custom=script.token)
                case "pie":
                    result = {"menuId": "main", "type": "return", "value": "1"}
                    await platform.report("pie", "c1", menuResult=result, custom=script.token)
                case "dice":
                    await platform.ends("c1", custom=script.token)
                case _:
                    await platform.ends("c1", custom=script.token, duration=99, timestamp="2026-06-06T18:10:34Z")
        seen = await service.events.wait(CallId("c1"), "ended", 0.1)
        (entry,) = await listed(service)
        events = await audit_of(database_url)
        timeline = [str(row["event"]) for row in await service.events.timeline(CallId("c1"))]
    assert (seen.answered, seen.ended, seen.answered_by, seen.result) == (True, True, "human", "ANSWERED")
    assert seen.entered is not None
    assert (seen.entered.value, seen.duration, seen.cost, seen.currency) == ("1", 12, 0.5, "USD")
    assert (entry.state, entry.cost, entry.duration) == ("ended", 500_000, 12)
    assert events == ["claim", "accepted", "ended"]
    # A duplicate has left nothing; a second, different end is stored and changes nothing.
    kinds = [step.removeprefix("later ") for step in STEPS[order]]
    expected = [*dict.fromkeys(kinds), *(["dice"] if "later dice" in STEPS[order] else [])]
    assert sorted(timeline) == sorted(["placed", *expected])


@pytest.mark.parametrize("kinds", [["ace", "dice"], ["dice"]])
async def test_an_unknown_outcome_is_settled_by_an_event_with_our_token(database_url: str, kinds: list[str]) -> None:
    script = Script(httpx2.ReadError("reset"))
    async with opened(database_url, transport=script.transport) as (service, platform):
        with pytest.raises(OutcomeUnknownError):
            await service.calls.place(custom(HANG_UP), replies_from_receiver=True)
        states: list[tuple[str, str | None]] = []
        for kind in ("", *kinds):
            if kind:
                await (platform.ends if kind == "dice" else partial(platform.report, kind))("c1", custom=script.token)
            states += [(entry.state, entry.call_id) for entry in await listed(service)]
        assert [entry.cost for entry in await listed(service)] == [500_000]
        assert await switch_of(database_url) is None
    assert states == [("unknown", None), *[("accepted", "c1")] * (len(kinds) - 1), ("ended", "c1")]


async def test_an_event_of_another_call_with_a_requests_token_stops_nothing_and_gets_no_saved_reply(
    database_url: str,
) -> None:
    script = Script(httpx2.Response(200, json={"callId": "c1"}))
    async with opened(database_url, transport=script.transport) as (service, platform):
        await service.calls.place(custom(HANG_UP), replies_from_receiver=True)
        ours = await platform.report("ace", "c1", custom=script.token)
        assert ours.json()["action"]["name"] == "hangup"
        foreign = await platform.report("ace", "c2", custom=script.token)
        assert foreign.json()["action"]["name"] == "continue"
        assert await switch_of(database_url) is None


STRANGE: tuple[dict[str, Any], ...] = (
    {"debit": {"currencyId": "USD", "amount": 1e300}},
    {"debit": {"currencyId": "USD", "amount": -1e300}},
    {"debit": {"currencyId": "U" * 5_000, "amount": "0.5"}, "result": "R" * 5_000, "reason": "\0\ud800"},
    {"debit": "free", "duration": 10**14, "timestamp": "9999-12-31T23:59:59.999999Z"},
    {"debit": None, "duration": -1, "timestamp": "0001-01-01T00:00:00Z"},
    {"duration": 1e308, "timestamp": 12, "custom": "\0\ud800" * 500},
)


async def test_no_strange_value_prevents_the_recording_of_an_end(database_url: str) -> None:
    async with scene(database_url) as stage, stage.server() as voice:
        platform = SignedEvents(stage.receiver)
        for at, members in enumerate(STRANGE):
            await platform.rings(f"c{at}")
            assert (await platform.ends(f"c{at}", **members)).status == 200, members
            assert len((await voice.ok("get_call_events", call_id=f"c{at}"))["events"]) == 3
            assert (await voice.ok("wait_for_call", call_id=f"c{at}"))["state"] == "ended"
        calls = (await voice.ok("list_calls"))["calls"]
    assert [call["state"] for call in calls] == ["ended"] * len(STRANGE)
    assert max(len(call["result"]) for call in calls) <= 500


async def test_many_events_at_once_are_each_recorded_once(database_url: str) -> None:
    statuses: list[int] = []
    async with opened(database_url) as (service, platform), opened(database_url) as (_, other):

        async def tell(at: SignedEvents, name: int) -> None:
            statuses.append((await at.rings(f"c{name}")).status)

        async with anyio.create_task_group() as tasks:
            for name in range(20):
                for at in (platform, other, platform):
                    tasks.start_soon(tell, at, name)
        assert statuses == [200] * 60
        assert len(await listed(service)) == 20
        assert [len(await events_of(database_url, f"c{name}")) for name in range(20)] == [1] * 20
