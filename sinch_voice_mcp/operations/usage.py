"""What the owner allows and what is used: every setting of the guard with its source, and the usage of a day."""

from collections.abc import Mapping
from dataclasses import dataclass

from sinch_voice_mcp.operations.admission.limits import DAY
from sinch_voice_mcp.policy import Confirm, Policy
from sinch_voice_mcp.policy.amounts import UNLIMITED
from sinch_voice_mcp.policy.policy import variable
from sinch_voice_mcp.ports import PROLONGS, CallingStopped, EntryState, Journal
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import Micros, Millis, is_list

_WITH_NUMBERS = frozenset({"allowed_numbers", "trusted_numbers", "denied_prefixes"})
"""Settings that can hold numbers of people."""

_MIN_NUMBER_CHARS = 9
"""Characters from which a prefix is nearly a whole number, and is masked."""

_UNSET: Mapping[str, str] = {"allowed_regions": "the regions of your own voice numbers"}
_IN_PROGRESS: frozenset[EntryState] = frozenset({"pending", "accepted", "unknown"})
_RELEASED: frozenset[EntryState] = frozenset({"rejected", "not_sent"})
"""States of requests that placed no call."""

_MAX_ENTRIES = 100_000
"""Entries that are read: more than any sensible limit allows per day."""


_CONFIRMING: Mapping[Confirm, str] = {
    "auto": "A client that can show questions asks a person. In a client that cannot, calls go unconfirmed: its own "
    'approval of the tool call is the only question. `confirm = "always"` refuses them there.',
    "always": "A client that can show questions asks a person. In a client that cannot, calls are refused.",
    "never": "The server asks no one: the client's own approval of the tool call is the only question.",
}


def confirming(policy: Policy) -> str:
    """Say who confirms a call under these settings, in clients that can show questions and in those that cannot."""
    return f"{policy.confirm}. {_CONFIRMING[policy.confirm]}"


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting in effect.

    Attributes:
        name: Its name in a file.
        variable: Its environment variable.
        value: Its value as JSON; numbers of people are masked.
        source: The flag, variable or file that set it, or the default.
        description: Its meaning.
    """

    name: str
    variable: str
    value: object
    source: str
    description: str

    @property
    def text(self) -> str:
        """The value as text."""
        if self.value is None:
            return _UNSET.get(self.name, "not set")
        if is_list(self.value):
            return ", ".join(map(str, self.value)) or "none"
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


def effective(policy: Policy, sources: Mapping[str, str]) -> tuple[Effective, ...]:
    """List every setting of the guard and its limits, in the order of the documentation."""
    values = policy.model_dump(mode="json")
    return tuple(
        Effective(
            name, variable(name), _shown(name, values[name]), sources.get(name, "default"), field.description or ""
        )
        for name, field in Policy.model_fields.items()
    )


def _shown(name: str, value: object) -> object:
    if name in _WITH_NUMBERS and is_list(value):
        # Sorted, because the owner's order could reveal more than the shortened forms.
        return sorted(_hidden(str(number)) for number in value)
    if value is None and Policy.model_fields[name].default is not None:
        return UNLIMITED
    return value


def _hidden(number: str) -> str:
    return shortened(number) if len(number) >= _MIN_NUMBER_CHARS else number


@dataclass(frozen=True, slots=True)
class UsageToday:
    """What the last 24 hours have used, the window in which the limits count a day.

    Attributes:
        switch: The kill switch; None while calling is allowed.
        placed: Number of calls that were placed, or may have been.
        in_progress: How many of them have not ended.
        spent: Money spent or reserved.
        currency: ISO 4217 code; None if no price is known.
    """

    switch: CallingStopped | None
    placed: int
    in_progress: int
    spent: Micros
    currency: str | None


class Usage:
    """What is used of the owner's limits."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def today(self) -> UsageToday:
        """Add up the usage of the last 24 hours.

        Raises:
            StorageError: The journal cannot be used.
        """
        now = self._journal.now()
        entries = await self._journal.entries(limit=_MAX_ENTRIES, since=Millis(now - DAY))
        # A call that may have been placed counts, as it does for the limits.
        counted = [entry for entry in entries if entry.state not in _RELEASED]
        calls = [entry for entry in counted if entry.kind != PROLONGS]
        micros = sum(entry.reserved if entry.cost is None else entry.cost for entry in counted)
        return UsageToday(
            switch=await self._journal.switch(),
            placed=len(calls),
            in_progress=sum(entry.state in _IN_PROGRESS for entry in calls),
            spent=Micros(micros),
            currency=next((entry.currency for entry in counted if entry.currency is not None), None),
        )
