"""Built-in functions over numbers (DMN 1.5, section 10.3.4.5); all exact decimals."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
)
from typing import Any

from engine.decisions.arithmetic import CONTEXT, negative
from engine.decisions.temporal import Months
from engine.decisions.values import MAX_EXPONENT

_WRITTEN = re.compile(r"-?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,4})?")
_SEPARATORS = (".", ",", " ", None)
# Wide enough for every number that can occur, so that rounding never rounds twice.
_EXACT = Context(prec=2 * MAX_EXPONENT + 100, Emin=-4 * MAX_EXPONENT, Emax=4 * MAX_EXPONENT)


def number(text: Any, grouping: Any = None, point: Any = None) -> Decimal | None:
    """Read a number from a text such as `1,234.50`, with its grouping and decimal signs where given."""
    if type(text) is Decimal:
        return text
    if not isinstance(text, str) or grouping not in _SEPARATORS or point not in (".", ",", None):
        return None
    if grouping is not None and grouping == point:
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    if not _WRITTEN.fullmatch(plain):
        return None
    value = Decimal(plain)
    return value if not value or abs(value.adjusted()) <= MAX_EXPONENT else None


def decimal(value: Any, scale: Any) -> Decimal | None:
    """Round half even to so many decimal places."""
    return _round(value, scale, ROUND_HALF_EVEN)


def floor(value: Any, scale: Any = Decimal(0)) -> Decimal | None:
    """Round towards minus infinity."""
    return _round(value, scale, ROUND_FLOOR)


def ceiling(value: Any, scale: Any = Decimal(0)) -> Decimal | None:
    """Round towards plus infinity."""
    return _round(value, scale, ROUND_CEILING)


def round_up(value: Any, scale: Any) -> Decimal | None:
    """Round away from zero."""
    return _round(value, scale, ROUND_UP)


def round_down(value: Any, scale: Any) -> Decimal | None:
    """Round towards zero."""
    return _round(value, scale, ROUND_DOWN)


def round_half_up(value: Any, scale: Any) -> Decimal | None:
    """Round to the nearest, halves away from zero."""
    return _round(value, scale, ROUND_HALF_UP)


def round_half_down(value: Any, scale: Any) -> Decimal | None:
    """Round to the nearest, halves towards zero."""
    return _round(value, scale, ROUND_HALF_DOWN)


def absolute(value: Any) -> Any:
    """Return a number or duration without its sign."""
    if type(value) is Decimal:
        return value.copy_abs()
    if isinstance(value, Months):
        return Months(abs(value.count))
    return negative(value) if isinstance(value, timedelta) and value < timedelta(0) else _only_length(value)


def modulo(dividend: Any, divisor: Any) -> Decimal | None:
    """Return the rest of a division; it has the sign of the divisor."""
    if type(dividend) is not Decimal or type(divisor) is not Decimal:
        return None
    try:
        rest = CONTEXT.remainder(dividend, divisor)
        return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else CONTEXT.plus(rest)
    except DecimalException:
        return None


def sqrt(value: Any) -> Decimal | None:
    """Return the square root, None for negative numbers."""
    return CONTEXT.sqrt(value) if type(value) is Decimal and value >= 0 else None


def odd(value: Any) -> bool | None:
    """Return whether a whole number is odd."""
    rest = modulo(value, Decimal(2))
    return None if rest not in (0, 1) else rest == 1


def even(value: Any) -> bool | None:
    """Return whether a whole number is even."""
    answer = odd(value)
    return None if answer is None else not answer


def _round(value: Any, scale: Any, mode: str) -> Decimal | None:
    if type(value) is not Decimal or type(scale) is not Decimal or scale != int(scale) or abs(scale) > MAX_EXPONENT:
        return None
    step = Decimal(1).scaleb(-int(scale))
    try:
        return value.quantize(step, rounding=mode, context=_EXACT)
    except DecimalException:
        return None


def _only_length(value: Any) -> timedelta | None:
    return value if isinstance(value, timedelta) else None
