"""Requests that a generator makes from an OpenAPI document, and the check of each response against it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis import checks as general
from schemathesis.specs.openapi import checks as openapi

# The library leaves the type of its cases open.
_general: Any = general
_openapi: Any = openapi
_CHECKS = [
    _general.not_a_server_error,
    _openapi.status_code_conformance,
    _openapi.content_type_conformance,
    _openapi.response_schema_conformance,
]


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated request."""

    method: str
    path: str
    parameters: Mapping[str, Any] | None
    body: bytes | None
    content_type: str | None


def check_generated(
    schema: Any,
    operation: str,
    mode: GenerationMode,
    respond: Callable[[Generated], Awaitable[httpx2.Response]],
    *,
    examples: int,
) -> None:
    """Send generated requests of one operation; fail on a 5xx, and on what the document does not have."""
    cases: st.SearchStrategy[Case[Any]] = schema.find_operation_by_id(operation).as_strategy(generation_mode=mode)

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(cases)
    def send(case: Any) -> None:
        case.validate_response(anyio.run(respond, _request(case)), checks=_CHECKS)

    send()


def _request(case: Case[Any]) -> Generated:
    base = "http://127.0.0.1"
    sent = case.as_transport_kwargs(base_url=base)
    body = sent.get("json", sent.get("data"))
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    path = sent["url"].removeprefix(base)
    return Generated(case.method, path, sent.get("params"), content, sent["headers"].get("Content-Type"))
