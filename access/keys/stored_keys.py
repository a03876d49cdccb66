"""The keys of cases and of the house: made when first needed, kept sealed, opened with the server's key.

With which version of the server's key new ones are sealed stands in the database, with the key that is noted there:
every process seals with the same, whenever it has read its own (docs/adr/0030).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, insert, select

from access.errors import AccessError
from access.keys.cipher import DataKey
from access.keys.keyring import Keyring
from access.keys.sealed_rows import open_sealed, opened_rows
from access.keys.tables import sealed_key
from storage.insert import insert_new
from storage.prepared import Prepared
from storage.sealed import Sealed

TOGETHER: Final = 500
"""Keys that one statement names."""
REMEMBERED: Final = 10_000
"""Opened keys that a process keeps in memory, those of the cases that were last at hand."""

NOTED: Final = "noted"
"""The purpose of a key that seals nothing: whether it opens tells whether the server's key is that of the database, and
its version is the one that seals."""
HOUSE: Final = "house:"
"""Before the purpose, in the name of a key of the house."""

_INSERT = Prepared(insert(sealed_key), columns=("name", "version", "wrapped"))
# Locked against a rotation until the commit: behind that nothing is sealed with the version before it any more.
_IN_FORCE = (
    select(sealed_key.c.version).where(sealed_key.c.name == HOUSE + NOTED).with_for_update(read=True, key_share=True)
)


KEY_COLUMNS: Final = (sealed_key.c.version.label("key_version"), sealed_key.c.wrapped.label("key_wrapped"))
"""What of a key is read along with a case."""


def with_key(asked: Select[Any], case_id: ColumnElement[str]) -> Select[Any]:
    """Return a question that reads the key of each case along, for `StoredKeys.along`."""
    return asked.add_columns(*KEY_COLUMNS).outerjoin(sealed_key, sealed_key.c.name == case_id)


class KeyDestroyed(AccessError):
    """The key of this case was destroyed: its texts were erased, and nobody can read them any more."""


class StoredKeys:
    """The keys of an installation. One for a process; safe to share between threads."""

    def __init__(self, keyring: Keyring | Callable[[], Keyring]) -> None:
        """Take the server's key, or what gives it.

        That is asked when something is first sealed or opened, and again when a version turns up that is not known.
        """
        self._ask = keyring
        self._ring: Keyring | None = None
        self._opened: OrderedDict[bytes, DataKey] = OrderedDict()
        self._guard, self._reading = threading.Lock(), threading.Lock()

    @property
    def keyring(self) -> Keyring:
        """The server's key. Raises KeyAbsent, UnfitKeyring."""
        return self._ring or self.read_again()

    def read_again(self) -> Keyring:
        """Return the server's key as it is now; versions that were known stay. Raises KeyAbsent, UnfitKeyring."""
        with self._reading:
            asked = self._ask if isinstance(self._ask, Keyring) else self._ask()
            known = self._ring.versions if self._ring is not None else {}
            # Of a version that is known nothing can have changed: whatever it sealed opens with it alone.
            self._ring = Keyring({**asked.versions, **known})
            return self._ring

    def version(self, number: int) -> DataKey:
        """Return a version of the server's key; one that is new is read. Raises KeyAbsent, UnfitKeyring."""
        ring = self.keyring
        return ring.version(number) if number in ring.versions else self.read_again().version(number)

    def of_case(self, connection: Connection, case_id: str) -> DataKey:
        """Return the key of a case. Raises KeyDestroyed where there is none (any more), KeyAbsent, Unreadable."""
        found = self._stored(connection, case_id)
        if found is None:
            raise KeyDestroyed
        return found

    def new_for_case(self, connection: Connection, case_id: str) -> DataKey:
        """Make the key of a new case, in the transaction that opens it. Raises IntegrityError where it has one."""
        return self._put(connection, case_id)

    def of_cases(self, connection: Connection, cases: Collection[str]) -> dict[str, DataKey]:
        """Return the keys of some cases by their ids; those whose key is destroyed have none."""
        table, found = sealed_key.c, dict[str, DataKey]()
        wanted = sorted(set(cases))
        for at in range(0, len(wanted), TOGETHER):
            some = select(sealed_key).where(table.name.in_(wanted[at : at + TOGETHER]))
            found |= {row.name: self.opened(row.name, row.version, row.wrapped) for row in connection.execute(some)}
        return found

    def of_house(self, connection: Connection, purpose: str) -> DataKey:
        """Return the key for one purpose of the house; made when first asked for, in a transaction that writes."""
        name = HOUSE + purpose
        found = self._stored(connection, name)
        if found is not None:
            return found
        key = self._put(connection, name, others_may=True)
        # Another process may have been faster: then there is its key.
        return self._stored(connection, name) or key

    def known_of_house(self, connection: Connection, purpose: str) -> DataKey | None:
        """Return the key for one purpose of the house, None where it was never asked for. Writes nothing."""
        return self._stored(connection, f"house:{purpose}")

    def opened_rows(self, connection: Connection, case_id: str, rows: Iterable[Any]) -> list[Any]:
        """Return rows of one case with what is sealed in them opened. Raises KeyDestroyed, Unreadable."""
        found = list(rows)
        return opened_rows(self.of_case(connection, case_id), found) if found else []

    def open_value(self, connection: Connection, case_id: str | None, value: Any) -> Any:
        """Return a value of a case as it was before it was sealed, None where its key is destroyed.

        What is not sealed stays as it is. Raises Unreadable.
        """
        if not isinstance(value, Sealed):
            return value
        return open_sealed(self.of_cases(connection, [case_id or ""]).get(case_id or ""), value)

    def along(self, row: Any) -> DataKey | None:
        """Return the key that was read along with a row, with its `case_id`; None where it was destroyed."""
        if row.key_wrapped is None:
            return None
        return self.opened(row.case_id, row.key_version, row.key_wrapped)

    def opened(self, name: str, version: int, wrapped: bytes) -> DataKey:
        """Return a key that was read along with something else. Raises KeyAbsent, Unreadable."""
        with self._guard:
            found = self._opened.get(wrapped)
            if found is not None:
                self._opened.move_to_end(wrapped)
                return found
        key = self.version(version).unwrap(wrapped, name=name)
        with self._guard:
            self._opened[wrapped] = key
            while len(self._opened) > REMEMBERED:
                self._opened.popitem(last=False)
        return key

    def _put(self, connection: Connection, name: str, *, others_may: bool = False) -> DataKey:
        noted: int | None = connection.execute(_IN_FORCE).scalar()
        version, key = self.keyring.newest if noted is None else noted, DataKey.new()
        wrapped = self.version(version).wrap(key, name=name)
        row = {"name": name, "version": version, "wrapped": wrapped}
        if others_may:
            insert_new(connection, sealed_key, row, unique=("name",))
        else:
            _INSERT.run(connection, row)
        return key

    def _stored(self, connection: Connection, name: str) -> DataKey | None:
        row = connection.execute(
            select(sealed_key.c.version, sealed_key.c.wrapped).where(sealed_key.c.name == name)
        ).one_or_none()
        return None if row is None else self.opened(name, row.version, row.wrapped)
