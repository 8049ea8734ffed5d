"""The state of a sandbox through its control API."""

import json
from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, create_sandbox
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest

SEED: dict[str, Any] = {
    "applications": [{"key": "shop", "secret": "c2hvcA==", "name": "Shop"}],
    "numbers": [{"number": "+14155550150", "application": "Shop"}],
    "prices": {"+1202*": 0.5},
    "faults": [{"fault": "busy", "match": {"application": "Shop"}}],
}


class Control:
    """A sandbox whose control API answers programs on this machine."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.sandbox = create_sandbox(clock=self.clock)

    async def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        transport = httpx2.ASGITransport(self.sandbox.asgi)
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        async with httpx2.AsyncClient(transport=transport) as client:
            response = await client.request(method, f"http://127.0.0.1:8021/_sandbox/{path}", content=content)
        return response.status_code, response.json()

    async def ok(self, method: str, path: str, body: object = None) -> Any:
        status, data = await self.send(method, path, body)
        assert status == 200, data
        return data

    async def refused(self, method: str, path: str, body: object = None) -> str:
        status, data = await self.send(method, path, body)
        assert (status, data["error"]["code"]) == (400, "invalid_body"), data
        return data["error"]["message"]

    def call(self, key: str = DEFAULT_CREDENTIALS.key) -> str:
        destination = NumberDestination(endpoint="+12025550100")
        callout = TtsCallout(destination=destination, cli="+14155550100", text="Hi")
        return self.sandbox.engine.place(key, TtsCalloutRequest(tts_callout=callout))

    def result(self, call_id: str, key: str = DEFAULT_CREDENTIALS.key) -> str:
        self.clock.advance(60)
        return self.sandbox.engine.call(key, call_id).result


@pytest.fixture
def control() -> Control:
    return Control()


async def test_a_reset_forgets_calls_and_faults(control: Control) -> None:
    control.call()
    await control.ok("POST", "faults", {"fault": "busy"})
    assert (await control.ok("POST", "reset"))["calls"] == 0
    assert (await control.ok("GET", "faults")) == {"faults": []}
    assert control.result(control.call()) == "ANSWERED"


async def test_an_export_can_be_imported_into_another_sandbox(control: Control) -> None:
    call_id = control.call()
    control.clock.advance(60)
    exported = await control.ok("GET", "export")
    other = Control()
    assert (await other.ok("POST", "import", exported))["calls"] == 1
    assert other.result(call_id) == "ANSWERED"
    assert await other.ok("GET", "export") == await control.ok("GET", "export") | {
        "clock": (await other.ok("GET", "export"))["clock"]
    }


async def test_an_import_can_be_larger_than_other_bodies(control: Control) -> None:
    exported = await control.ok("GET", "export")
    await control.ok("POST", "import", json.dumps(exported).encode() + b" " * 2_000_000)
    assert (await control.send("POST", "faults", b" " * 2_000_000))[0] == 413


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "`format` is missing"),
        ({"format": "sinch-voice-sandbox", "version": 1}, "`clock` is missing"),
        (b"[" * 100_000, "the body is not JSON that can be read"),
        (b"[]", "the body is not a JSON object"),
    ],
)
async def test_a_wrong_import_names_what_is_wrong_and_changes_nothing(
    control: Control, body: object, message: str
) -> None:
    call_id = control.call()
    assert await control.refused("POST", "import", body) == message
    assert control.result(call_id) == "ANSWERED"


async def test_a_sandbox_can_begin_again_with_the_content_of_a_seed_file(control: Control) -> None:
    control.call()
    assert (await control.ok("POST", "seed", SEED))["calls"] == 0
    shop = {"key": "shop", "name": "Shop", "callback": None, "fallback": None, "numbers": ["+14155550150"]}
    assert await control.ok("GET", "applications") == {"applications": [shop]}
    assert control.result(control.call("shop"), "shop") == "BUSY"
    await control.ok("POST", "reset")
    assert (await control.ok("GET", "faults"))["faults"][0]["application"] == "shop"
    assert "secret" not in json.dumps(await control.ok("GET", "applications"))


async def test_a_seed_that_contradicts_itself_changes_nothing(control: Control) -> None:
    wrong = SEED | {"numbers": [{"number": "+14155550150", "application": "Bank"}]}
    message = await control.refused("POST", "seed", wrong)
    assert message == "numbers[0].application: there is no application with this key or name"
    assert "`settings` is not known here" in await control.refused("POST", "seed", {"settings": {}})
    assert len((await control.ok("GET", "applications"))["applications"]) == 1


async def test_an_application_can_be_added_with_its_callback_and_its_reply_to_calls(control: Control) -> None:
    given: dict[str, Any] = {
        "key": "shop",
        "secret": "c2hvcA==",
        "callback": "http://127.0.0.1:3000/",
        "incoming": {"action": {}},
    }
    assert (await control.refused("POST", "applications", given)).startswith("incoming: is not valid SVAML: $.action")
    given["incoming"] = {"action": {"name": "hangup"}}
    added = (await control.ok("POST", "applications", given))["applications"][1]
    assert (added["key"], added["callback"]) == ("shop", "http://127.0.0.1:3000/")
    assert control.sandbox.engine.account.application("shop").on_incoming is not None
    assert "there is an application with the key" in await control.refused("POST", "applications", given)


async def test_what_is_added_can_be_exported_and_imported(control: Control) -> None:
    named = {"key": "bank", "secret": "c2hvcA==", "name": "Bank"}
    await control.ok("POST", "applications", named)
    assert await control.refused("POST", "applications", {**named, "key": "other"}) == (
        "name: another application has this name"
    )
    for at in range(98):
        await control.ok("POST", "applications", {"key": f"shop-{at}", "secret": "c2hvcA=="})
    assert (await control.send("POST", "applications", {**named, "key": "other", "name": ""}))[0] == 409
    await control.ok("POST", "import", await control.ok("GET", "export"))


async def test_fault_rules_are_added_and_removed_while_calls_are_placed(control: Control) -> None:
    rule = {"fault": "busy", "match": {"tag": "ci-1"}, "probability": 0.5, "seed": 7}
    await control.ok("POST", "faults", rule)
    listed = await control.ok("POST", "faults", {"fault": "no-answer"})
    assert [(one["fault"], one["tag"], one["probability"]) for one in listed["faults"]] == [
        ("busy", "ci-1", 0.5),
        ("no-answer", None, 1.0),
    ]
    assert control.result(control.call()) == "NOANSWER"
    assert [one["draws"] for one in (await control.ok("GET", "faults"))["faults"]] == [0, 1]
    assert await control.ok("DELETE", "faults") == {"faults": []}
    assert control.result(control.call()) == "ANSWERED"
    assert "did you mean `busy`" in await control.refused("POST", "faults", {"fault": "bussy"})
    unknown = {"fault": "busy", "match": {"application": "Bank"}}
    assert (await control.refused("POST", "faults", unknown)).startswith("match.application: there is no application")


async def test_there_are_at_most_100_fault_rules(control: Control) -> None:
    for _ in range(100):
        await control.ok("POST", "faults", {"fault": "stays"})
    assert (await control.send("POST", "faults", {"fault": "stays"}))[0] == 409


async def test_the_faults_of_one_tag_are_removed_and_the_draws_of_the_others_continue(control: Control) -> None:
    for tag in ("ci-1", "ci-2"):
        await control.ok("POST", "faults", {"fault": "busy", "match": {"tag": tag}})
    await control.ok("POST", "faults", {"fault": "no-answer"})
    left = await control.ok("DELETE", "faults?tag=ci-1")
    assert [(one["fault"], one["tag"]) for one in left["faults"]] == [("busy", "ci-2"), ("no-answer", None)]
    assert (await control.ok("DELETE", "faults"))["faults"] == []
