"""Rows with sealed columns: sealed as a whole before they are written, opened as a whole when they are read."""

from __future__ import annotations

import hmac
import json
from collections import namedtuple
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from access.keys.cipher import DataKey
from storage.sealed import Sealed, SealedBlob
from storage.types import as_json

_BYTES, _JSON = b"b", b"j"
"""The first byte of what is sealed says what the others are."""


def seal(key: DataKey, value: Any) -> Sealed | None:
    """Return a text, another JSON value, or bytes, sealed; None for None. What is sealed already stays as it is."""
    if value is None or isinstance(value, Sealed):
        return value
    return key.seal(_BYTES + value if isinstance(value, bytes) else _JSON + as_json(value).encode())


def committed(key: DataKey, value: Any, *, of: str) -> bytes:
    """Return the commitment to a JSON value: HMAC-SHA256 under the key's `proof_key` of what it is part of.

    Without the key nobody can try values out against it; whoever is shown the one proof key can check this one value.
    """
    return hmac.digest(key.proof_key(of), as_json(value).encode(), "sha256")


def open_sealed(key: DataKey | None, sealed: Sealed | None) -> Any:
    """Return what `seal` was given; None where the key was destroyed. Raises Unreadable."""
    if sealed is None or key is None:
        return None
    plain = key.open(sealed)
    return plain[1:] if plain[:1] == _BYTES else json.loads(plain[1:])


def sealed_values(key: DataKey, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row of `table` as they are stored: those of its sealed columns sealed."""
    columns = _sealed_columns(table)
    return {name: seal(key, value) if name in columns else value for name, value in values.items()}


def opened_row(key: DataKey | None, row: Any) -> Any:
    """Return a row of the same columns, by name and in order, with everything that is sealed opened.

    Without the key, which was destroyed, that is None. Raises Unreadable.
    """
    values = (open_sealed(key, value) if isinstance(value, Sealed) else value for value in row)
    return _row_of(tuple(row._mapping))(*values)


def opened_rows(key: DataKey | None, rows: Iterable[Any]) -> list[Any]:
    """Return rows of one case opened, in their order."""
    return [opened_row(key, row) for row in rows]


class _Named:
    """What a row of the database has beside its columns."""

    @property
    def _mapping(self) -> dict[str, Any]:
        return self._asdict()  # type: ignore[attr-defined, no-any-return]


@lru_cache
def _sealed_columns(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if isinstance(column.type, SealedBlob))


@lru_cache(maxsize=256)
def _row_of(names: tuple[str, ...]) -> Any:
    return type("OpenedRow", (namedtuple("OpenedRow", names), _Named), {})
