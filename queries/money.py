"""Money on the wire: a decimal string with its currency, never a floating point number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from forms.money import in_decimals


@dataclass(frozen=True)
class Money:
    """An amount."""

    amount: str
    """`10000.01`, with as many decimals as the currency has: `12000` won."""
    currency: str


def money(minor_units: int | None, currency: str | None) -> Money | None:
    """Return hundredths with a currency as money, in the currency's decimals; None where there are none. Exact."""
    if minor_units is None:
        return None
    return Money(in_decimals(format(Decimal(minor_units).scaleb(-2), "f"), currency or ""), currency or "")
