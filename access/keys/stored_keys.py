"""The keys of cases and of the house: made when first needed, kept sealed, opened with the server's key."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from sqlalchemy import Connection, select

from access.errors import AccessError
from access.keys.cipher import DataKey
from access.keys.keyring import Keyring
from access.keys.tables import sealed_key
from storage.insert import insert_new

REMEMBERED: Final = 10_000
"""Opened keys that a process keeps in memory, those of the cases that were last at hand."""


class KeyDestroyed(AccessError):
    """The key of this case was destroyed: its texts were erased, and nobody can read them any more."""


class StoredKeys:
    """The keys of an installation. One for a process; safe to share between threads."""

    def __init__(self, keyring: Keyring) -> None:
        """Take the server's key."""
        self.keyring = keyring
        self._opened: OrderedDict[bytes, DataKey] = OrderedDict()
        self._guard = threading.Lock()

    def of_case(self, connection: Connection, case_id: str) -> DataKey:
        """Return the key of a case. Raises KeyDestroyed where there is none (any more), KeyAbsent, Unreadable."""
        name = _of_case(case_id)
        found = self._stored(connection, name)
        if found is None:
            raise KeyDestroyed
        return found

    def make_for_case(self, connection: Connection, case_id: str) -> DataKey:
        """Make the key of a new case, in the transaction that opens it. Repeating gives the same key."""
        return self._made(connection, _of_case(case_id))

    def of_house(self, connection: Connection, purpose: str) -> DataKey:
        """Return the key for one purpose of the house; made when first asked for, in a transaction that writes."""
        return self._made(connection, f"house:{purpose}")

    def opened(self, name: str, version: int, wrapped: bytes) -> DataKey:
        """Return a key that was read along with something else. Raises KeyAbsent, Unreadable."""
        with self._guard:
            found = self._opened.get(wrapped)
            if found is not None:
                self._opened.move_to_end(wrapped)
                return found
        key = self.keyring.version(version).unwrap(wrapped, name=name)
        with self._guard:
            self._opened[wrapped] = key
            while len(self._opened) > REMEMBERED:
                self._opened.popitem(last=False)
        return key

    def _made(self, connection: Connection, name: str) -> DataKey:
        found = self._stored(connection, name)
        if found is not None:
            return found
        version = self.keyring.newest
        wrapped = self.keyring.version(version).wrap(DataKey.new(), name=name)
        insert_new(connection, sealed_key, {"name": name, "version": version, "wrapped": wrapped}, unique=("name",))
        # Another process may have been faster; then there is its key.
        stored = self._stored(connection, name)
        assert stored is not None
        return stored

    def _stored(self, connection: Connection, name: str) -> DataKey | None:
        row = connection.execute(
            select(sealed_key.c.version, sealed_key.c.wrapped).where(sealed_key.c.name == name)
        ).one_or_none()
        return None if row is None else self.opened(name, row.version, row.wrapped)


def _of_case(case_id: str) -> str:
    return f"case:{case_id}"
