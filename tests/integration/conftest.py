"""A real MCP client on a real server on the sandbox, in both protocol eras."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from tests.callers import Caller, Connect, Era, connected
from tests.clocks import PollingClock
from tests.phones import Phones
from tests.stage import Stage


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    """Both protocol eras."""
    return request.param


@pytest.fixture
def clock() -> ManualClock:
    """The sandbox's time; moves when a test moves it."""
    return PollingClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    """A simulated platform."""
    return create_sandbox(clock=clock)


@pytest.fixture
def stage(database_url: str, clock: ManualClock) -> Stage:
    """Everything but a server, on every engine in turn."""
    return Stage(database_url, clock)


@pytest.fixture
def phones() -> Phones:
    """A platform whose calls a test holds, loses or fails."""
    return Phones()


@pytest.fixture
async def voice(sandbox: Sandbox, era: Era) -> AsyncGenerator[Caller]:
    """A caller on a server with no settings at all."""
    async with connected(load({}), era, sandbox=sandbox) as caller:
        yield caller


@pytest.fixture
def connect(sandbox: Sandbox, era: Era) -> Connect:
    """Connect to a server with the given environment, on the sandbox."""

    def with_environment(**environ: str) -> AbstractAsyncContextManager[Caller]:
        return connected(load(environ), era, sandbox=sandbox)

    return with_environment
