"""What only the platform knows: the account's own numbers, and what calls cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """The platform's answer about calls to one number.

    Attributes:
        rate: Price of a minute; None where the look-up failed or gave no price.
        currency: ISO 4217.
        restricted: Whether the platform restricts the number.
    """

    rate: Decimal | None
    currency: str | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts that were looked up; a member is None where it was not looked up.

    Attributes:
        own_numbers: The account's own voice numbers, in E.164.
        tariffs: What calls cost, by number in E.164.
    """

    own_numbers: tuple[str, ...] | None = None
    tariffs: Mapping[str, Tariff] | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The facts that a decision waits for; false where it waits for none.

    Attributes:
        own_numbers: Whether it needs the account's own numbers.
        tariffs: The numbers, in E.164, whose price it needs.
    """

    own_numbers: bool = False
    tariffs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.own_numbers or bool(self.tariffs)
