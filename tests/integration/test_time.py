"""The time of day: a clock that was set deletes nothing, and calling hours are those of the journal's clock."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from sinch_voice_mcp.app import make_client, open_app
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.operations import Requester, ServiceConfig, VoiceService
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.svaml.model.destinations import NumberDestination
from sinch_voice_mcp.types import Millis
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.platforms import OWN, REAL
from tests.stage import UNSWEPT, rehearsed

DAY_S = 86_400.0
CALLOUT = TtsCalloutRequest(
    tts_callout=TtsCallout(
        cli=OWN, text="Hello", destination=NumberDestination(type="number", endpoint=REAL), locale="en-US"
    )
)
KEYED = Requester("tester", "one key")


class SetClock(ManualClock):
    """A clock whose time of day can be set, while the steady clock only moves forward."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


def placed(sandbox: Sandbox) -> int:
    return sum(request.raw_path == "/calling/v1/callouts" for request in sandbox.requests)


def settings(url: str, **environ: str) -> Settings:
    return rehearsed(
        SINCH_VOICE_DATABASE_URL=url, SINCH_VOICE_CONFIRM="never", SINCH_VOICE_ALLOWED_REGIONS="US", **environ
    )


@pytest.mark.parametrize("days", [1, 31, 400])
async def test_a_clock_that_is_set_and_set_back_deletes_no_key_and_loses_no_call(sqlite_url: str, days: int) -> None:
    clock = SetClock()
    # The time of the calls stands still, so that none ends.
    sandbox = create_sandbox(clock=ManualClock(), wall=clock)
    async with open_app(settings(sqlite_url), sandbox=sandbox, clock=clock, pace=UNSWEPT) as service:
        await service.calls.place(CALLOUT, KEYED)
        clock.advance(15)
        await service.sweep()
        clock.ahead = timedelta(days=days)
        for _ in range(2):
            clock.advance(15)
            await service.sweep()
        clock.ahead = timedelta()
        for _ in range(4):
            clock.advance(15)
            await service.sweep()
        again = await service.calls.place(CALLOUT, KEYED)
        (entry,) = await service.calls.recent(limit=10)
    assert again.duplicate_of is not None
    assert entry.state == "accepted"
    assert placed(sandbox) == 1


async def test_a_computer_that_slept_goes_by_the_new_time_after_a_few_sweeps(sqlite_url: str) -> None:
    clock = SetClock()
    # The time of the calls stands still, so that none ends.
    sandbox = create_sandbox(clock=ManualClock(), wall=clock)
    async with open_app(settings(sqlite_url), sandbox=sandbox, clock=clock, pace=UNSWEPT) as service:
        await service.calls.place(CALLOUT, KEYED)
        clock.ahead = timedelta(days=1)
        states: list[str] = []
        for _ in range(10):
            clock.advance(15)
            await service.sweep()
            (entry,) = await service.calls.recent(limit=10)
            states.append(entry.state)
    # The call outlasts its reserved time, so it is hung up.
    assert states[:2] == ["accepted", "accepted"]
    assert states[-1] == "ended"


@asynccontextmanager
async def service_ahead(url: str, now: datetime, ahead: timedelta) -> AsyncGenerator[VoiceService]:
    """A service on a host whose clock is behind that of the database."""
    clock = ManualClock(now)
    sandbox = create_sandbox(clock=clock, wall=clock)
    given = settings(url, SINCH_VOICE_CALLING_HOURS="auto")
    config = ServiceConfig(
        policy=given.policy,
        mode=given.mode,
        simulated=True,
        source=EventSource(active=False),
        incoming_text="Goodbye.",
        patience_s=1,
    )
    async with (
        make_client(given, sandbox=sandbox, clock=clock) as client,
        open_storage(url, clock, own_time=True) as storage,
        anyio.create_task_group() as tasks,
    ):
        storage.journal.skew = Millis(int(ahead.total_seconds() * 1_000))
        yield VoiceService(client, storage.journal, storage.events, config, clock, tasks)


NOON, NIGHT = datetime(2026, 1, 5, 17, 0, tzinfo=UTC), datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""In Atlanta, where the callee is: 12:00 and 03:00."""


async def test_a_host_whose_clock_is_hours_off_calls_by_the_clock_of_the_shared_journal(sqlite_url: str) -> None:
    async with service_ahead(sqlite_url, NOON, timedelta(hours=11)) as service:
        with pytest.raises(RefusedError) as refused:
            await service.calls.place(CALLOUT)
        assert refused.value.rule == "calling_hours"
    async with service_ahead(sqlite_url, NIGHT, timedelta(hours=9)) as service:
        assert (await service.calls.place(CALLOUT)).call_id
