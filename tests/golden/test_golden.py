"""The golden record: what requests and events lead to, down to the rows of the journal, is as it was.

A difference is either a mistake or meant; where it is meant, ``make snapshots`` writes the record anew, and the
difference is reviewed like code.
"""

import difflib
import os
from pathlib import Path

import pytest

from tests.golden.recording import record, rows_of, schema_of
from tests.golden.scenarios import RECORDS, Scenario, count, scenarios
from tests.golden.stage import Stage

TOOLS = RECORDS.parents[1] / "integration" / "snapshots"
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))  # noqa: TID251 - a switch of the tests, not of the product
SCENARIOS = {scenario.name: scenario for scenario in scenarios()}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_what_happens_is_as_recorded(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    played = await Stage(scenario, f"sqlite:///{tmp_path}/journal.db").play()
    _compare(scenario.record, record(played, tmp_path / "journal.db", sealed=_is_sealed(scenario)))


async def test_the_tables_are_as_recorded(tmp_path: Path) -> None:
    scenario = SCENARIOS["limits_zero"]
    await Stage(scenario, f"sqlite:///{tmp_path}/journal.db").play()
    assert rows_of(tmp_path / "journal.db")["audit"]
    _compare(RECORDS / "schema.sql", ";\n".join(schema_of(tmp_path / "journal.db")) + ";\n")


def test_every_record_belongs_to_a_scenario_and_there_are_enough() -> None:
    assert {path.stem for path in RECORDS.glob("*.json")} == SCENARIOS.keys()
    assert count() >= 300
    assert count("post") >= 100
    used = {step.name for scenario in SCENARIOS.values() for step in scenario.steps}
    assert used >= {path.stem for path in TOOLS.glob("*.json")}


def _is_sealed(scenario: Scenario) -> bool:
    return scenario.asks and scenario.era == "auto"


def _compare(file: Path, text: str) -> None:
    if UPDATE:
        file.write_text(text, "utf-8")
    kept = file.read_text("utf-8") if file.exists() else ""
    if text != kept:
        lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), "recorded", "now", n=3, lineterm="")
        pytest.fail("\n".join((f"{file.name}: run `make snapshots` if this is meant", *lines)), pytrace=False)
