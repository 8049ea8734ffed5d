"""Scenarios as data: settings, a platform, and the requests and events that follow each other.

A file of ``requests/`` is an object of scenarios by name. A scenario has these members, all but ``steps`` optional:

``settings``   environment variables, without the prefix ``SINCH_VOICE_``
``live``       whether the server has credentials and reaches the simulated platform as it would the real one
``era``        protocol of the client: ``auto`` (the newest) or ``legacy``
``asks``       whether the client can show questions to a person
``callbacks``  whether the server receives events of calls on a port; without it the platform sends none
``usual``      arguments of tools by their name, where a step says nothing else
``steps``      what happens, in order

A step is a list: the name of a tool, its arguments, and an object of options, the last two optional. Arguments that are
``"<none>"`` are left out; ``{name.member.0}`` is taken from the result of an earlier step. Options are ``as`` (the name
of the result), ``person`` (how a person answers a question) and ``platform`` (faults of its next answers). Three words
are no tools: ``advance`` moves the clock by seconds, ``server`` starts another one on the same journal, and ``post``
sends an event to the receiver; its options are described where it is sent.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent
REQUESTS = FOLDER / "requests"
RECORDS = FOLDER / "records"
NOTHING = "<none>"


@dataclass(frozen=True)
class Step:
    """One thing that happens."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Scenario:
    """Steps that share a server, a platform and a journal."""

    name: str
    steps: tuple[Step, ...]
    settings: Mapping[str, str]
    live: bool
    era: Literal["auto", "legacy"]
    asks: bool
    callbacks: bool

    @property
    def record(self) -> Path:
        """Where its record is kept."""
        return RECORDS / f"{self.name}.json"


def scenarios() -> list[Scenario]:
    """Every scenario of every file."""
    files = sorted(REQUESTS.glob("*.json"))
    return [one for file in files for one in _scenarios(json.loads(file.read_text("utf-8")))]


def count(*names: str) -> int:
    """How many steps there are with one of these names, or that call a tool where none is given."""
    steps = [step for scenario in scenarios() for step in scenario.steps]
    return sum(step.name in names if names else step.name not in {"advance", "server", "post"} for step in steps)


def _scenarios(file: Mapping[str, Any]) -> Iterator[Scenario]:
    for name, given in file.items():
        usual = given.get("usual", {})
        yield Scenario(
            name=name,
            steps=tuple(_step(step, usual) for step in given["steps"]),
            settings=given.get("settings", {}),
            live=given.get("live", False),
            era=given.get("era", "auto"),
            asks=given.get("asks", False),
            callbacks=given.get("callbacks", False),
        )


def _step(given: Sequence[Any], usual: Mapping[str, Mapping[str, Any]]) -> Step:
    name: str = given[0]
    if name == "advance":
        return Step(name, {"seconds": given[1]})
    arguments: dict[str, Any] = given[1] if len(given) > 1 else {}
    options: dict[str, Any] = given[2] if len(given) > 2 else {}
    merged = {**usual.get(name, {}), **arguments}
    return Step(name, {key: value for key, value in merged.items() if value != NOTHING}, options)
