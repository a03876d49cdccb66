"""Money on the wire: `{"amount": "10000.01", "currency": "CNY"}`, exact, never a floating-point number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Set
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from babel.core import get_global
from babel.numbers import get_currency_precision

MAX_DECIMALS = 2
MAX_WHOLE_DIGITS = 13

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,12})(?:\.([0-9]+))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")

_WIDE = Context(prec=60)

Fault = tuple[str, str, dict[str, Any]]
"""The wrong part (`amount`, `currency`, another name, `` for the whole), a code of `forms.messages`, its values."""


@lru_cache
def known_currencies() -> frozenset[str]:
    """Return the codes of ISO 4217 that are money somewhere today, as Unicode's CLDR knows it.

    Legal tender of a country, and not withdrawn: no codes for tests (XTS) or for no currency (XXX), no metals, no units
    of account, no money of the past.
    """
    territories = get_global("territory_currencies").values()
    return frozenset(code for rows in territories for code, _since, until, tender in rows if until is None and tender)


@lru_cache(maxsize=512)
def decimals_of(currency: str) -> int:
    """Return how many decimals an amount may have: those of the currency (KRW 0, CNY 2), `MAX_DECIMALS` at most."""
    return min(MAX_DECIMALS, get_currency_precision(currency))


def money_faults(value: object, currencies: Collection[str]) -> list[Fault]:
    """Return what is wrong with a money value; nothing where it is exact, not negative and in one of `currencies`."""
    if not isinstance(value, dict):
        return [("", "money_shape", {})]
    faults: list[Fault] = [(str(name), "unknown_field", {}) for name in value if name not in ("amount", "currency")]
    currency = value.get("currency")
    known = isinstance(currency, str) and currency in currencies
    if not known:
        code = "required" if "currency" not in value else "money_currency"
        # A form names its few in its own order.
        named = sorted(currencies) if isinstance(currencies, Set) else currencies
        faults.append(("currency", code, {} if code == "required" else {"currencies": ", ".join(named)}))
    if "amount" not in value:
        faults.append(("amount", "required", {}))
        return faults
    amount = value["amount"]
    found = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    if found is None:
        faults.append(("amount", "money_amount", {"max_digits": MAX_WHOLE_DIGITS}))
    elif known and found.group(1) and len(found.group(1)) > decimals_of(str(currency)):
        faults.append(("amount", "money_decimals", {"currency": currency, "decimals": decimals_of(str(currency))}))
    return faults


def in_decimals(amount: str, currency: str) -> str:
    """Return an amount with as many decimals as its currency has: `1200` for KRW, `1200.00` for CNY. Safe to repeat.

    One that is finer than its currency keeps what it has: nothing is ever rounded. Raises InvalidOperation for a text
    that is no number.
    """
    exact = Decimal(amount)
    written = exact.quantize(Decimal(1).scaleb(-decimals_of(currency)), context=_WIDE)
    return format(written if written == exact else exact.normalize(_WIDE), "f")


def cleaned_amount(amount: str) -> str:
    """Return an amount as people type it in plain figures: full-width digits narrowed, thousands separators removed.

    `１０，０００．５` and `10,000.5` become `10000.5`; what is no amount comes back as it was, trimmed. Safe to repeat.
    """
    narrow = unicodedata.normalize("NFKC", amount).strip()
    if _GROUPED.fullmatch(narrow):
        return narrow.replace(",", "")
    return narrow if _AMOUNT.fullmatch(narrow) else unicodedata.normalize("NFC", amount).strip()
