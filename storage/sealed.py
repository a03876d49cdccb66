"""Columns of what is personal: only sealed bytes go in, so that nothing gets there in the open by mistake."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class Sealed(bytes):
    """What a key has sealed. It cannot be shown: whoever prints it has forgotten to open it."""

    def __str__(self) -> str:
        raise TypeError("what is sealed cannot be shown; open it with the key of its case")

    def __repr__(self) -> str:
        return f"Sealed({len(self)} bytes)"

    def __format__(self, specification: str) -> str:
        return str(self)


class SealedBlob(TypeDecorator[Sealed]):
    """A column that holds sealed bytes or nothing. Binding anything else raises (a StatementError of TypeError)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        """Return what the database keeps."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{type(value).__name__} is not sealed")
        return bytes(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sealed | None:
        """Return the bytes, still sealed."""
        return None if value is None else Sealed(value)
