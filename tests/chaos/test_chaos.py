"""The promise in small; ``make chaos`` puts it to the test with thousands of keys."""

from collections.abc import Callable
from pathlib import Path

from tests.chaos.run import Plan, run

PATIENCE = 2.0


def silent(message: str) -> None:
    del message


async def test_a_call_is_placed_at_most_once_however_often_it_is_asked_for_and_whatever_breaks(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    plan = Plan(40, 2, 12, (database_url, database_url), tmp_path, patience=PATIENCE)

    figures = await run(plan, silent)

    assert figures.kept, "\n".join(figures.lines())
    assert figures.kills == plan.kills
    assert figures.naive.duplicates
    record_property("counted", ("keys asked for under faults", plan.keys))
    record_property("counted", ("servers killed", figures.kills))


async def test_servers_that_share_no_journal_are_found_out(tmp_path: Path) -> None:
    apart = (f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/other.db")

    figures = await run(Plan(20, 0, 10, apart, tmp_path, patience=PATIENCE), silent)

    assert not figures.kept
    assert figures.servers.duplicates
    assert figures.unaccounted
    assert figures.contradicted
