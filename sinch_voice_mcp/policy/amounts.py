"""Types of limits in settings: a count or an amount of money, or ``unlimited``."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator

UNLIMITED = "unlimited"
_MAX_COUNT = 1_000_000_000
_MAX_MONEY = 1_000_000
_NOT_A_COUNT = f"must be a whole number from 0 to {_MAX_COUNT:,}, or `{UNLIMITED}`"
_NOT_MONEY = f"must be an amount from 0 to {_MAX_MONEY:,}, such as 0.25, or `{UNLIMITED}`"


def _count(value: object) -> int | None:
    if value is None or _is_unlimited(value):
        return None
    number = _number(value)
    if number is None or number != number.to_integral_value() or not 0 <= number <= _MAX_COUNT:
        raise ValueError(_NOT_A_COUNT)
    return int(number)


def _money(value: object) -> Decimal | None:
    if value is None or _is_unlimited(value):
        return None
    number = _number(value)
    if number is None or not 0 <= number <= _MAX_MONEY:
        raise ValueError(_NOT_MONEY)
    return number


def _is_unlimited(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() == UNLIMITED


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        # Through text, because a float of 0.1 is not exactly 0.1.
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


Limit = Annotated[int | None, BeforeValidator(_count)]
"""A count: a whole number; 0 allows none, None means unlimited."""

Money = Annotated[Decimal | None, BeforeValidator(_money)]
"""An amount in the account's currency; 0 allows only what is free, None means unlimited."""
