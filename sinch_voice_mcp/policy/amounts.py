"""Limits as an owner writes them: a number, or ``unlimited``."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator

UNLIMITED = "unlimited"
_MOST = 1_000_000_000
_MOST_MONEY = 1_000_000
_COUNT = f"must be a whole number from 0 to {_MOST:,}, or `{UNLIMITED}`"
_MONEY = f"must be an amount from 0 to {_MOST_MONEY:,}, such as 0.25, or `{UNLIMITED}`"


def _count(value: object) -> int | None:
    if value is None or _is_unlimited(value):
        return None
    number = _number(value)
    if number is None or number != number.to_integral_value() or not 0 <= number <= _MOST:
        raise ValueError(_COUNT)
    return int(number)


def _money(value: object) -> Decimal | None:
    if value is None or _is_unlimited(value):
        return None
    number = _number(value)
    if number is None or not 0 <= number <= _MOST_MONEY:
        raise ValueError(_MONEY)
    return number


def _is_unlimited(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() == UNLIMITED


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        # By way of text, so that 0.1 stays 0.1.
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


Limit = Annotated[int | None, BeforeValidator(_count)]
"""How many there may be: a whole number, where 0 allows none; None has no limit."""

Money = Annotated[Decimal | None, BeforeValidator(_money)]
"""How much may be spent, in the account's currency; 0 allows nothing that costs, None has no limit."""
