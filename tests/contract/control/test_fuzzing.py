"""Requests that a generator makes from the OpenAPI document of the control API: responses are as documented."""

import copy
from typing import Any

import anyio
import httpx2
import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.contract.control.scene import BASE, DOCUMENT, ControlScene
from tests.contract.generated import Generated, check_generated

EXAMPLES = {GenerationMode.POSITIVE: 20, GenerationMode.NEGATIVE: 10}
STREAMED = "stream_events"
"""Its response has no end; test_watching reads it."""


async def busy_scene() -> ControlScene:
    """Return a sandbox with a recorded call that has ended, a call in a menu and one that rings."""
    scene = ControlScene()
    scene.receiver.checks = False
    scene.call("70")
    await scene.advance(30)
    scene.call("08")
    await scene.advance(5)
    scene.call("01")
    await scene.advance(2)
    return scene


def schema_that_knows_the_sandbox() -> Any:
    """Return the document with what exists in place of arbitrary texts, and without waits in real time."""
    calls = [view.id for view in anyio.run(busy_scene).sandbox.engine.views()]
    known = {"call_id": [*calls, "unknown"], "sequence": ["1", "2", "unknown"]}
    document = copy.deepcopy(DOCUMENT)
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if (values := known.get(parameter["name"])) is not None:
                    parameter["schema"] = {"enum": values}
                elif parameter["name"] == "timeout":
                    parameter["schema"] = {"enum": [0]}
    document["components"]["schemas"]["ReplayRequest"]["properties"]["delay_s"] = {"enum": [0]}
    return schemathesis.openapi.from_dict(document)


SCHEMA = schema_that_knows_the_sandbox()
OPERATIONS = {
    operation["operationId"]: bool(operation.get("parameters")) or "requestBody" in operation
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
    if operation["operationId"] != STREAMED
}
"""Every operation, and whether something in a request to it can be wrong."""

RUNS = [
    (operation, mode)
    for operation, has_input in OPERATIONS.items()
    for mode in GenerationMode
    if has_input or mode is GenerationMode.POSITIVE
]


def test_the_document_is_an_openapi_document() -> None:
    SCHEMA.validate()
    assert SCHEMA.specification.version.startswith("3.1")


async def respond(sent: Generated) -> httpx2.Response:
    """Send a generated request to a busy sandbox."""
    scene = await busy_scene()
    responses: list[httpx2.Response] = []
    transport = httpx2.ASGITransport(scene.sandbox.asgi)
    async with httpx2.AsyncClient(transport=transport) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(_pass_real_time, scene)
        url = BASE + sent.path
        responses.append(await client.request(sent.method, url, params=sent.parameters, content=sent.body))
        tasks.cancel_scope.cancel()
    return responses[0]


async def _pass_real_time(scene: ControlScene) -> None:
    while True:
        await scene.wall.until_waited_on()
        scene.wall.advance(60)


@pytest.mark.long
@pytest.mark.parametrize(("operation", "mode"), RUNS)
def test_every_response_is_documented(operation: str, mode: GenerationMode) -> None:
    check_generated(SCHEMA, operation, mode, respond, examples=EXAMPLES[mode])
