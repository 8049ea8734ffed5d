"""Requests that a generator makes from the OpenAPI document: the sandbox responds as documented, and never fails."""

import copy
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
import schemathesis
from schemathesis import GenerationMode

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.sandbox.engine.accounts import OWN_NUMBERS
from tests.contract.generated import Generated, check_generated
from tests.contract.openapi.document import DOCUMENT, operations
from tests.contract.openapi.sandbox_client import SandboxClient

EXAMPLES = {GenerationMode.POSITIVE: 25, GenerationMode.NEGATIVE: 15}


async def busy_sandbox() -> SandboxClient:
    """Return a sandbox with a call that is answered, and one that is in a conference; both are in progress."""
    api = SandboxClient("basic")
    number = {"type": "number", "endpoint": "+12025550108"}
    await api.place("customCallout", destination=number)
    await api.place("conferenceCallout", destination=number, conferenceId="room")
    api.clock.advance(10)
    return api


def schema_that_knows_the_sandbox() -> Any:
    """Return the document with what exists in a busy sandbox in place of arbitrary texts, which would name nothing.

    The ids of the sandbox are the same each time.
    """
    timeline = anyio.run(busy_sandbox).sandbox.engine.timeline()
    call_ids = dict.fromkeys(entry.call_id for entry in timeline)
    document = copy.deepcopy(dict(DOCUMENT))
    components, texts = document["components"], document["components"]["schemas"]
    components["parameters"]["callId"]["schema"] = {"enum": [*call_ids, "unknown"]}
    components["parameters"]["conferenceId"]["schema"] = {"enum": ["room", "other room"]}
    texts["applicationkey"]["enum"] = [DEFAULT_CREDENTIALS.key, "unknown"]
    texts["e164"] = {"enum": ["+12025550100", "+12025550108", "+12025550110", *OWN_NUMBERS]}
    return schemathesis.openapi.from_dict(document)


SCHEMA = schema_that_knows_the_sandbox()


def test_the_document_is_an_openapi_document() -> None:
    SCHEMA.validate()
    assert SCHEMA.specification.version == "3.1.0"


async def respond(sent: Generated) -> httpx2.Response:
    """Send a generated request to a busy sandbox as its application, and let what it began come to its end."""
    headers = {} if sent.content_type is None else {"content-type": sent.content_type}
    api = await busy_sandbox()
    response = await api.send(sent.method, sent.path, sent.body, headers=headers)
    api.clock.advance(timedelta(hours=9).total_seconds())
    assert [entry.event for entry in api.sandbox.engine.timeline()].count("ended") >= 2
    return response


@pytest.mark.long
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation", [one.id for _, _, one in operations()])
def test_every_response_is_documented(operation: str, mode: GenerationMode) -> None:
    check_generated(SCHEMA, operation, mode, respond, examples=EXAMPLES[mode])
