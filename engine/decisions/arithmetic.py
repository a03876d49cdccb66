"""`+ - * / **` and unary minus over FEEL values; what does not fit together gives None, FEEL's null.

Numbers are computed with 34 decimal digits, half even (DMN 1.5, section 10.3.2.3.1: IEEE 754 decimal128).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.decisions.refusals import TooMuchWork
from engine.decisions.temporal import Months, comparable
from engine.decisions.values import MAX_EXPONENT, kind_of

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-MAX_EXPONENT + 1,
    Emax=MAX_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
MAX_TEXT = 100_000
"""Characters a text may have while a decision is evaluated."""


def plus(left: Any, right: Any) -> Any:
    """Add numbers and durations, join texts, move a date by a duration."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(CONTEXT.add, left, right)
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise TooMuchWork(f"A text would become longer than {MAX_TEXT} characters.")
        return left + right
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _bounded(lambda: left + right)
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.count + right.count)
    if isinstance(right, timedelta | Months):
        return _move(left, right)
    if isinstance(left, timedelta | Months):
        return _move(right, left)
    return None


def minus(left: Any, right: Any) -> Any:
    """Subtract numbers and durations, move a date back, measure the time between two dates."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(CONTEXT.subtract, left, right)
    if isinstance(right, timedelta | Months):
        if type(left) is type(right):
            return plus(left, negative(right))
        return _move(left, negative(right)) if isinstance(left, date | time) else None
    if kind_of(left) != kind_of(right):
        return None
    if isinstance(left, datetime):
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        return comparable(left) - comparable(right)
    if isinstance(left, date):
        return left - right
    if isinstance(left, time) and (left.tzinfo is None) == (right.tzinfo is None):
        day = date(2000, 1, 3)
        return datetime.combine(day, left) - datetime.combine(day, right)
    return None


def times(left: Any, right: Any) -> Any:
    """Multiply numbers, or a duration by a number."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(CONTEXT.multiply, left, right)
    if type(left) is Decimal:
        left, right = right, left
    return _scale(left, right, CONTEXT.multiply) if type(right) is Decimal else None


def divide(left: Any, right: Any) -> Any:
    """Divide numbers (None by zero), a duration by a number, or a duration by one of its kind."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(CONTEXT.divide, left, right)
    if type(right) is Decimal:
        return _scale(left, right, CONTEXT.divide)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _number(CONTEXT.divide, _microseconds(left), _microseconds(right))
    if isinstance(left, Months) and isinstance(right, Months):
        return _number(CONTEXT.divide, Decimal(left.count), Decimal(right.count))
    return None


def power(left: Any, right: Any) -> Any:
    """Raise a number to a power; None where the result is no number or beyond the 34-digit decimals."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(CONTEXT.power, left, right)
    return None


def negative(value: Any) -> Any:
    """Return the negative of a number or a duration."""
    if type(value) is Decimal:
        return value.copy_negate() if value else value
    if isinstance(value, Months):
        return Months(-value.count)
    return _bounded(lambda: -value) if isinstance(value, timedelta) else None


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {"+": plus, "-": minus, "*": times, "/": divide, "**": power}


def _number(operation: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal) -> Decimal | None:
    try:
        result = operation(left, right)
    except DecimalException:
        return None
    return result if result.is_finite() else None


def _scale(length: Any, factor: Decimal, operation: Callable[[Decimal, Decimal], Decimal]) -> Any:
    if isinstance(length, Months):
        count = _number(operation, Decimal(length.count), factor)
        return Months(int(count)) if count is not None and abs(count) < 10**9 else None
    if not isinstance(length, timedelta):
        return None
    exact = _number(operation, _microseconds(length), factor)
    if exact is None or abs(exact) > 10**21:
        return None
    return _bounded(lambda: timedelta(microseconds=int(exact)))


def _microseconds(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(microseconds=1))


def _move(start: Any, length: timedelta | Months) -> Any:
    if isinstance(start, datetime):
        return _bounded(lambda: _by_months(start, length) if isinstance(length, Months) else _by_length(start, length))
    if isinstance(start, date):
        if isinstance(length, Months):
            return _bounded(lambda: _by_months(start, length))
        return _bounded(lambda: start + timedelta(days=length.days))
    if isinstance(start, time) and isinstance(length, timedelta):
        day = datetime.combine(date(2000, 1, 3), start)
        return (day + timedelta(seconds=length.seconds, microseconds=length.microseconds)).timetz()
    return None


def _by_length(start: datetime, length: timedelta) -> datetime:
    # With a zone the length is real time: adding to the wall clock would be an hour off across a change of DST.
    return (comparable(start) + length).astimezone(start.tzinfo) if start.tzinfo else start + length


def _by_months(start: Any, length: Months) -> Any:
    year, month = divmod(start.year * 12 + start.month - 1 + length.count, 12)
    if not 1 <= year <= 9999:
        return None
    return start.replace(year=year, month=month + 1, day=min(start.day, calendar.monthrange(year, month + 1)[1]))


def _bounded(compute: Callable[[], Any]) -> Any:
    try:
        return compute()
    except (OverflowError, ValueError):
        return None
