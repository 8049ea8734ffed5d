"""Scenarios that a seed makes up: every call ends as it must, and the same seed gives the same bytes."""

import sys
from pathlib import Path

import anyio
import pytest

from tests.processes import CLEAN
from tests.unit.sandbox.scenarios import Scenario

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = 1000


@pytest.mark.parametrize("first", [1, 51])
def test_every_call_of_a_scenario_ends_once_at_the_right_price_and_without_timers(first: int) -> None:
    """A scenario checks its own calls."""
    for seed in range(first, first + 50):
        Scenario(seed).play()


async def digests(hash_seed: str) -> list[str]:
    """Play the scenarios in a process that hashes texts differently, so that sets have another order there."""
    played = await anyio.run_process(
        [sys.executable, "-m", "tests.unit.sandbox.scenarios", str(SCENARIOS)],
        env=CLEAN | {"PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        stderr=None,
    )
    return played.stdout.decode().splitlines()


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_1000_scenarios_give_the_same_bytes_in_another_process() -> None:
    found: dict[str, list[str]] = {}

    async def play(hash_seed: str) -> None:
        found[hash_seed] = await digests(hash_seed)

    async with anyio.create_task_group() as group:
        group.start_soon(play, "1")
        group.start_soon(play, "2")
    assert found["1"] == found["2"]
    assert len({line.partition(" ")[2] for line in found["1"]}) == SCENARIOS
