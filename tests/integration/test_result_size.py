"""Results cost a model few tokens: no indentation, nothing empty, nothing twice."""

import json
from typing import Any, cast

from benchmarks.results import converse, estimated

MOST_TOKENS = 1_750
"""Estimated tokens of the results of twelve tasks; 2,673 with indentation and repetitions."""


def _empty(value: object) -> bool:
    """Whether a JSON value has a member that is null, false or an empty object or text."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).values()
        return any(each in (None, "", {}) or _empty(each) for each in members)
    if isinstance(value, list):
        return any(map(_empty, cast("list[Any]", value)))
    return False


async def test_the_results_of_twelve_tasks_are_lean_and_whole() -> None:
    texts = await converse()
    assert sum(map(estimated, texts.values())) <= MOST_TOKENS
    results = {name: json.loads(text) for name, text in texts.items()}
    assert not [name for name, result in results.items() if _empty(result)]
    assert all("\n" not in text for text in texts.values())
    # What a summary says, and what the next call needs, is there.
    assert all("summary" in result for name, result in results.items() if name != "refused")
    assert all(results[name]["call_id"] for name in ("place", "wait", "get", "events", "ask"))
    assert (results["wait"]["state"], results["get"]["reason"]) == ("ended", "MANAGERHANGUP")
    assert all(leg["call_id"] for leg in results["conference"]["legs"])
    assert {"rule", "message", "next_step"} <= results["refused"].keys()
