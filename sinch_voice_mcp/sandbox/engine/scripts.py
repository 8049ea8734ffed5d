"""Scripts: what a simulated callee or caller does in one call, as a short JSON list.

::

    [{"answer_after_s": 5},
     {"on": "answer", "say": "hello"},
     {"on": "menu:main", "press": "2"},
     {"after_s": 5, "hang_up": true}]

An entry with ``on`` starts an act at a place; the entries after it without ``on`` belong to the same act and follow one
after the other. A first entry without ``on`` is at ``answer``. Every act is played once: acts at the same place are
played in order, one each time that the call reaches the place. Acts do not wait for each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from sinch_voice_mcp.sandbox.engine.callees import (
    ORDINARY_CALLEE,
    Callee,
    CannotBeReached,
    DoesNotAnswer,
    IsBusy,
    PicksUp,
    PressesKeys,
    Speaks,
    StaysSilent,
)
from sinch_voice_mcp.sandbox.engine.script_entries import ANSWER, MENU, LegOutcome, ScriptEntry, complaints
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.text.validation import faults
from sinch_voice_mcp.types import is_list

MAX_ENTRIES = 100
"""Entries of one script."""

REACTION_S = 1.0
"""Seconds from a place, or from the entry before, to what an entry does, unless it says otherwise."""

_MAX_FAULTS_SHOWN = 5


class ScriptError(ValueError):
    """A script cannot be used.

    Attributes:
        faults: Each names an entry and a member, such as ``script[2].press: ...``.
    """

    def __init__(self, found: tuple[str, ...]) -> None:
        self.faults = found
        more = len(found) - _MAX_FAULTS_SHOWN
        super().__init__("; ".join(found[:_MAX_FAULTS_SHOWN]) + (f"; and {more} more" if more > 0 else ""))


@dataclass(frozen=True, slots=True)
class EndsCall:
    """Hangs up."""


ScriptAction = PressesKeys | Speaks | EndsCall
"""What an entry does in a call that was answered."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, so many seconds after the step before it, or after the place of its act."""

    after_s: float
    action: ScriptAction


@dataclass(frozen=True, slots=True)
class Act:
    """Steps that follow each other from a place on; ``barge`` if they start with a menu's prompt, not after it."""

    place: str
    steps: tuple[Step, ...]
    barge: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was checked; :meth:`read` makes one.

    Attributes:
        entries: The entries as they were written.
        acts: What happens in the call, by place.
        legs: How the second phones that the call dials react, in order; after that, as their numbers say.
    """

    entries: tuple[ScriptEntry, ...]
    acts: tuple[Act, ...]
    legs: tuple[LegOutcome, ...]

    @classmethod
    def read(cls, data: object) -> "Script":
        """Read a script from parsed JSON.

        Raises:
            ScriptError: It is not a list of entries, or an entry is not valid.
        """
        if not is_list(data):
            raise ScriptError(("script: must be a list of entries",))
        if len(data) > MAX_ENTRIES:
            raise ScriptError((f"script: takes at most {MAX_ENTRIES} entries, not {len(data):,}",))
        entries, found = _entries(data)
        found = found or [f"script[{at}]{text}" for at, text in complaints(entries)]
        if found:
            raise ScriptError(tuple(found))
        legs: list[LegOutcome] = [entry.leg for entry in entries if entry.leg is not None]
        return cls(tuple(entries), tuple(_acts(entries)), tuple(legs))

    def to_json(self) -> list[object]:
        """Return the script in the form in which :meth:`read` takes it."""
        return [entry.model_dump(exclude_unset=True) for entry in self.entries]

    def callee(self, usual: Callee) -> Callee:
        """Return how a callee with this script takes a call that rings.

        Args:
            usual: Who answers at the number without a script; what machine detection finds remains the same.
        """
        answering = usual if isinstance(usual, PicksUp) else ORDINARY_CALLEE
        for entry in self.entries:
            if entry.busy:
                return IsBusy()
            if entry.reject:
                return IsBusy(rings=True)
            if entry.no_answer:
                return DoesNotAnswer()
            if entry.answer_after_s is not None:
                answering = replace(answering, after_s=entry.answer_after_s)
        return replace(answering, leaves_after_s=None, at_menu=StaysSilent())


@dataclass(slots=True)
class ScriptRun:
    """A script while its call is in progress.

    Attributes:
        script: The script.
        played: The acts that have begun, by their index.
        legs_dialed: How many second phones the call has dialed.
        interrupts: Whether the act of the menu in progress began with its prompt, so that none begins at its end.
    """

    script: Script
    played: set[int] = field(default_factory=set[int])
    legs_dialed: int = 0
    interrupts: bool = False

    def begin(self, place: str, *, barge: bool = False) -> int | None:
        """Begin the next act of a place and return its index; None if there is none left.

        Args:
            place: The place that the call has reached.
            barge: Whether the prompt of a menu begins, as opposed to its end; any other place has no such difference.
        """
        if self.interrupts and place.startswith(MENU):
            self.interrupts = False
            if not barge:
                return None
        left = (at for at, act in enumerate(self.script.acts) if act.place == place and at not in self.played)
        following = next(left, None)
        if following is None or self.script.acts[following].barge != barge:
            return None
        self.played.add(following)
        self.interrupts = barge
        return following

    def next_leg(self, usual: Callee) -> Callee | None:
        """Return how the next second phone reacts; None if the script says nothing about it.

        Args:
            usual: How it reacts without a script.
        """
        outcomes, at = self.script.legs, self.legs_dialed
        self.legs_dialed += 1
        if at >= len(outcomes):
            return None
        match outcomes[at]:
            case "answer":
                return usual if isinstance(usual, PicksUp) else ORDINARY_CALLEE
            case "busy":
                return IsBusy()
            case "no_answer":
                return DoesNotAnswer()
            case "fail":
                return CannotBeReached("GENERALERROR")


def _entries(data: list[object]) -> tuple[list[ScriptEntry], list[str]]:
    """Read the entries; return those that can be read, and what is wrong with the others."""
    entries: list[ScriptEntry] = []
    found: list[str] = []
    for at, item in enumerate(data):
        try:
            entries.append(ScriptEntry.model_validate(item))
        except ValidationError as error:
            found += [f"script[{at}]{ScriptEntry.complaint(fault)}" for fault in faults(error)]
    return entries, found


def _acts(entries: list[ScriptEntry]) -> Iterator[Act]:
    """Yield the acts: an entry with a place begins one, the others continue it."""
    place, barge, steps = ANSWER, False, list[Step]()
    for entry in entries:
        action = _action(entry)
        if action is None:
            continue
        if entry.on is not None:
            if steps:
                yield Act(place, tuple(steps), barge)
            place, barge, steps = entry.on, entry.barge is True, []
        steps.append(Step(REACTION_S if entry.after_s is None else entry.after_s, action))
    if steps:
        yield Act(place, tuple(steps), barge)


def _action(entry: ScriptEntry) -> ScriptAction | None:
    """Return what an entry does in an answered call; None if it is about ringing or about second phones."""
    if entry.press is not None:
        return PressesKeys(entry.press)
    if entry.say is not None:
        return Speaks(entry.say)
    return EndsCall() if entry.hang_up else None


BEHAVIORS = (
    chosen(
        "script",
        "acts at the same place",
        "in order, one each time that the call reaches the place",
        covers=("MAX_ENTRIES",),
    ),
    chosen("script", "a place without an act left", "the party says and presses nothing there"),
    chosen("script", "no `after_s`", "1 s", covers=("REACTION_S",)),
)
