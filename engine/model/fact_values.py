"""The value of a fact: from JSON, or from what a form or a table gave, to its type, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.errors import Unfit
from engine.model.config import FactSpec, FactType
from engine.typed_json import plain


def read_fact(spec: FactSpec, value: Any) -> Any:
    """Return `value` (JSON, or already typed) as the fact's type. Raises Unfit naming fact and expected type."""
    if value is None:
        return None
    try:
        return _READERS[spec.type](value)
    except (TypeError, ValueError, ArithmeticError):
        raise Unfit(
            f"{spec.name} must be of type {spec.type}.", fields=[{"field": spec.name, "code": f"not-{spec.type}"}]
        ) from None


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, Decimal | float) and value != int(value)):
        raise ValueError(value)
    return int(value)


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError(value)
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 13:
        raise ValueError(value)
    return amount


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(value)
    # As it comes back from the store, so that a condition reads the same before and after.
    return [plain(each) for each in value]


def _instant(value: Any) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant.astimezone(UTC)


_READERS: Mapping[FactType, Callable[[Any], Any]] = {
    "integer": _integer,
    "amount": _amount,
    "boolean": _boolean,
    "string": _string,
    "list": _list,
    "instant": _instant,
}


fact_to_json = plain
"""A typed fact as JSON: amounts as decimal texts, instants as ISO 8601 in UTC."""
