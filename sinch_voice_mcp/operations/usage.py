"""What the owner allows, in words: every setting of the guard, its value, and where that came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sinch_voice_mcp.operations.admission.limits import MICROS
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.policy.amounts import UNLIMITED
from sinch_voice_mcp.policy.policy import variable
from sinch_voice_mcp.ports import Entry, State
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import is_list

_PEOPLE = frozenset({"allowed_numbers", "trusted_numbers", "denied_prefixes"})
"""What can hold numbers of people."""

_WHOLE_NUMBER = 9
"""So many characters or more are nearly a number, not the beginning of one."""

_UNSET: Mapping[str, str] = {"allowed_regions": "the regions of your own voice numbers"}
_GOING_ON: frozenset[State] = frozenset({"pending", "accepted", "unknown"})
_GIVEN_BACK: frozenset[State] = frozenset({"rejected", "not_sent"})


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting as it holds.

    Attributes:
        name: Its name in a file.
        variable: Its environment variable.
        value: Its value as JSON; numbers of people are shortened.
        source: The flag, variable or file that set it, or the default.
        description: What it means.
    """

    name: str
    variable: str
    value: object
    source: str
    description: str

    @property
    def text(self) -> str:
        """The value in words."""
        if self.value is None:
            return _UNSET.get(self.name, "not set")
        if is_list(self.value):
            return ", ".join(map(str, self.value)) or "none"
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


def effective(policy: Policy, sources: Mapping[str, str]) -> tuple[Effective, ...]:
    """Every setting of the guard and its limits, in the order of the documentation."""
    values = policy.model_dump(mode="json")
    return tuple(
        Effective(
            name, variable(name), _shown(name, values[name]), sources.get(name, "default"), field.description or ""
        )
        for name, field in Policy.model_fields.items()
    )


def _shown(name: str, value: object) -> object:
    if name in _PEOPLE and is_list(value):
        # Their order would say more of them than their shortened forms.
        return sorted(_hidden(str(number)) for number in value)
    if value is None and Policy.model_fields[name].default is not None:
        return UNLIMITED
    return value


def _hidden(number: str) -> str:
    return shortened(number) if len(number) >= _WHOLE_NUMBER else number


@dataclass(frozen=True, slots=True)
class Used:
    """What the journal knows of a day: calls placed, calls going on, and money spent or set aside."""

    placed: int
    going_on: int
    spent: Decimal
    currency: str | None


def used(entries: Sequence[Entry]) -> Used:
    """What these requests use up."""
    counted = [entry for entry in entries if entry.state not in _GIVEN_BACK]
    micros = sum(entry.reserved if entry.cost is None else entry.cost for entry in counted)
    return Used(
        placed=len(counted),
        going_on=sum(entry.state in _GOING_ON for entry in counted),
        spent=Decimal(micros) / MICROS,
        currency=next((entry.currency for entry in counted if entry.currency is not None), None),
    )
