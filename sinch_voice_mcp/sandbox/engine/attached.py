"""Which script a callee plays: that of the next call, or that of the number, as tests and people attach them."""

from collections import deque
from dataclasses import dataclass

from sinch_voice_mcp.sandbox.engine.numbers import normalize
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.scripts import Script
from sinch_voice_mcp.sandbox.ledger import chosen

MAX_ATTACHED = 1_000
"""Scripts that wait for a call, and numbers with a script, each."""


class TooManyScriptsError(ValueError):
    """No further script can be attached before one is used or detached."""

    def __init__(self) -> None:
        super().__init__(f"at most {MAX_ATTACHED:,} scripts can be attached; detach one first")


@dataclass(frozen=True, slots=True)
class AttachedScript:
    """A script and the calls that it is for.

    Attributes:
        script: The script.
        number: The number in E.164 form, or another address that is dialed; None for any.
        once: Whether it is for the next call only.
    """

    script: Script
    number: str | None
    once: bool


class AttachedScripts:
    """The scripts of an account. That of the next call comes before that of the number."""

    def __init__(self) -> None:
        self._by_number: dict[str, Script] = {}
        self._next: deque[AttachedScript] = deque()

    def attach(self, script: Script, number: str) -> None:
        """Let everyone who is called at a number, or at another address, play a script; it replaces an earlier one.

        Raises:
            RejectedError: 40001 if the number cannot be read.
            TooManyScriptsError: Too many numbers have one.
        """
        number = _address(number)
        if number not in self._by_number and len(self._by_number) >= MAX_ATTACHED:
            raise TooManyScriptsError
        self._by_number[number] = script

    def attach_to_next(self, script: Script, number: str | None = None) -> None:
        """Let the callee of the next call play a script, or of the next call to a number; later ones wait their turn.

        Raises:
            RejectedError: 40001 if the number cannot be read.
            TooManyScriptsError: Too many wait.
        """
        number = None if number is None else _address(number)
        if len(self._next) >= MAX_ATTACHED:
            raise TooManyScriptsError
        self._next.append(AttachedScript(script, number, once=True))

    def detach(self, number: str) -> bool:
        """Remove the scripts of a number, those for its next calls too; return whether there was one.

        Raises:
            RejectedError: 40001 if the number cannot be read.
        """
        number = _address(number)
        waiting = [one for one in self._next if one.number != number]
        found = self._by_number.pop(number, None) is not None or len(waiting) < len(self._next)
        self._next = deque(waiting)
        return found

    def clear(self) -> None:
        """Remove all scripts; calls in progress keep theirs."""
        self._by_number.clear()
        self._next.clear()

    def listed(self) -> tuple[AttachedScript, ...]:
        """Return all scripts: those for next calls in order, then those of numbers."""
        lasting = (AttachedScript(script, number, once=False) for number, script in self._by_number.items())
        return (*self._next, *lasting)

    def take(self, number: str, *, is_first: bool) -> Script | None:
        """Return the script of a callee, None without one; a script for the next call is used up.

        Args:
            number: The number that is dialed, in E.164 form.
            is_first: Whether it is the first phone of its call, which is what a script for the next call is for.
        """
        waiting = next((one for one in self._next if one.number in {None, number}), None) if is_first else None
        if waiting is None:
            return self._by_number.get(number)
        self._next.remove(waiting)
        return waiting.script


def _address(text: str) -> str:
    """Return a number in E.164 form, and a SIP address or user name as it is."""
    try:
        return normalize(text)
    except RejectedError:
        if any(char.isalpha() for char in text):
            return text
        raise


BEHAVIORS = (
    chosen("script", "script of the next call", "before that of the number; used once", covers=("MAX_ATTACHED",)),
)
