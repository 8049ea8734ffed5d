"""Requests that a generator makes from the OpenAPI document: the sandbox responds as documented, and never fails."""

import copy
import json
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis import checks as general
from schemathesis.specs.openapi import checks as openapi

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.sandbox.engine.accounts import OWN_NUMBERS
from tests.contract.openapi.document import DOCUMENT, operations
from tests.contract.openapi.sandbox_client import BASE, SandboxClient

# The library leaves the type of its cases open.
_general: Any = general
_openapi: Any = openapi
CHECKS = [
    _general.not_a_server_error,
    _openapi.status_code_conformance,
    _openapi.content_type_conformance,
    _openapi.response_schema_conformance,
]
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


async def respond(case: Case[Any]) -> httpx2.Response:
    """Send a generated request to a busy sandbox as its application, and let what it began come to its end."""
    sent = case.as_transport_kwargs(base_url=BASE)
    body = sent.get("json", sent.get("data"))
    headers = {} if (media := sent["headers"].get("Content-Type")) is None else {"content-type": media}
    path = sent["url"].removeprefix(BASE)
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    api = await busy_sandbox()
    response = await api.send(case.method, path, content, headers=headers)
    api.clock.advance(timedelta(hours=9).total_seconds())
    assert [entry.event for entry in api.sandbox.engine.timeline()].count("ended") >= 2
    return response


@pytest.mark.long
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation", [one.id for _, _, one in operations()])
def test_every_response_is_documented(operation: str, mode: GenerationMode) -> None:
    cases: st.SearchStrategy[Case[Any]] = SCHEMA.find_operation_by_id(operation).as_strategy(generation_mode=mode)

    @seed(1)
    @settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(cases)
    def send(case: Any) -> None:
        case.validate_response(anyio.run(respond, case), checks=CHECKS)

    send()
