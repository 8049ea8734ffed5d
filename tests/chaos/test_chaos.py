"""Every call is placed at most once, proved with a few keys; ``make chaos`` does the same with thousands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.run import Plan, run

PATIENCE = 2.0
"""Seconds that a client waits for one response; a killed server gives none."""


pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


def silent(message: str) -> None:
    del message


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_a_call_is_placed_at_most_once_however_often_it_is_requested_and_whatever_breaks(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    database_url = request.getfixturevalue(f"{engine}_url")
    plan = Plan(40, 2, 12, (database_url, database_url), tmp_path, patience=PATIENCE)

    figures = await run(plan, silent)

    assert figures.kept, "\n".join(figures.lines())
    assert figures.kills == plan.kills
    assert figures.naive.duplicates
    record_property("counted", ("keys requested under faults", plan.keys))
    record_property("counted", ("servers killed", figures.kills))


async def test_servers_that_share_no_journal_are_detected(tmp_path: Path) -> None:
    apart = (f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/other.db")

    figures = await run(Plan(20, 0, 10, apart, tmp_path, patience=PATIENCE), silent)

    assert not figures.kept
    assert figures.servers.duplicates
    assert figures.unaccounted
    assert figures.contradicted
