"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Instants are counted from here on SQLite."""

MICROSECOND = timedelta(microseconds=1)
"""The unit in which instants are counted, and the finest that both databases keep."""


def to_microseconds(at: datetime) -> int:
    """Return the microseconds from `EPOCH` to the aware instant `at`, exactly. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"an instant must be aware, not naive: {at!r}")
    return (at - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the UTC instant `count` microseconds after `EPOCH`. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + count * MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware instant, given back in UTC: microseconds since 1970 on SQLite, timestamptz on PostgreSQL.

    Binding a naive datetime raises (SQLAlchemy wraps the ValueError in a StatementError).
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the database keeps for `value`."""
        if value is None:
            return None
        count = to_microseconds(value)
        return value.astimezone(UTC) if dialect.name == "postgresql" else count

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else from_microseconds(value)


_STRICT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_FAST = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def as_json(value: Any) -> str:
    """Return JSON as the standard library writes it, by a faster one wherever that cannot mean something else.

    orjson writes `null` for what is no number, and does not know numbers beyond 64 bits and keys that are no text.
    """
    try:
        written = orjson.dumps(value, option=_FAST)
    except TypeError:
        return _STRICT.encode(value)
    if b"null" in written and orjson.loads(written) != value:
        return _STRICT.encode(value)
    return written.decode()


class Json(TypeDecorator[Any]):
    """A JSON value as text, keys in the order given. Never JSONB: it reorders keys, and the order of a form matters.

    Keys must be strings; money goes in as a decimal string. NaN, infinity, Decimal and datetime are refused.
    None is SQL NULL.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return `value` as compact JSON text."""
        if value is None:
            return None
        return as_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the value read back."""
        return None if value is None else json.loads(value)


class Blob(TypeDecorator[bytes]):
    """Bytes that only code reads: engine state, sealed answers."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes, whatever buffer the driver gave."""
        return None if value is None else bytes(value)


Counter = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts up (SQLite counts only a column declared INTEGER)."""
