"""What only the platform knows: the account's own numbers, and the prices of calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sinch_voice_mcp.types import PhoneNumber


@dataclass(frozen=True, slots=True)
class Tariff:
    """The platform's answer about calls to one number.

    Attributes:
        rate: Price per minute; None if the lookup failed or gave no price.
        currency: ISO 4217 code.
        restricted: Whether the platform restricts the number.
    """

    rate: Decimal | None
    currency: str | None
    restricted: bool


UNKNOWN_TARIFF = Tariff(None, None, restricted=False)
"""Tariff of a number that was not looked up, or whose lookup failed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts that were looked up; a member is None if it was not looked up.

    Attributes:
        own_numbers: The account's own voice numbers, in E.164 form.
        tariffs: Prices by number in E.164 form.
        own_regions: Regions, by number in E.164 form, of own numbers whose ranges are newer than numbering metadata.
    """

    own_numbers: tuple[str, ...] | None = None
    tariffs: Mapping[PhoneNumber, Tariff] | None = None
    own_regions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Needs:
    """The facts that a decision needs; false if it needs none.

    Attributes:
        own_numbers: Whether it needs the account's own numbers.
        tariffs: The numbers, in E.164 form, whose prices it needs.
    """

    own_numbers: bool = False
    tariffs: tuple[PhoneNumber, ...] = ()

    def __bool__(self) -> bool:
        return self.own_numbers or bool(self.tariffs)
