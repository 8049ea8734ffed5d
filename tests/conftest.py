"""Fixtures for every test."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The MCP SDK's server and uvicorn run on asyncio; so do the tests."""
    return "asyncio"
