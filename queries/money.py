"""Money on the wire: a decimal string with its currency, never a floating point number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Money:
    """An amount."""

    amount: str
    """`10000.01`"""
    currency: str


def money(minor_units: int | None, currency: str | None) -> Money | None:
    """Return hundredths with a currency as money, None where there are none. Exact."""
    if minor_units is None:
        return None
    return Money(format(Decimal(minor_units).scaleb(-2), "f"), currency or "")
