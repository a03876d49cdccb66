"""Moving what is sealed to the newest version of the server's key, while servers and workers go on.

First the newest version is put in force: from that commit on every process seals with it. Then what an older one has
sealed is sealed again, some keys at a time. Each step may be repeated, and broken off anywhere (docs/adr/0030).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from access.errors import AccessError
from access.keys.cipher import Unreadable
from access.keys.stored_keys import HOUSE, NOTED, StoredKeys
from access.keys.tables import sealed_key
from storage.prepared import Prepared

TOGETHER: Final = 200
"""Keys that are sealed again in one transaction: nobody waits for long."""

_SEALED_AGAIN = Prepared(
    update(sealed_key)
    .where(sealed_key.c.name == bindparam("the_name"), sealed_key.c.version == bindparam("the_version"))
    .values(version=bindparam("version"), wrapped=bindparam("wrapped"))
)


class StillNeeded(AccessError):
    """This version of the server's key is still needed."""


@dataclass(frozen=True)
class KeysStored:
    """What is sealed with which version of the server's key."""

    in_force: int
    """The version that seals."""
    sealed: Mapping[int, int]
    """Version -> keys that it has sealed, the oldest version first."""

    @property
    def behind(self) -> int:
        """Keys that are sealed with a version before the one in force."""
        return sum(count for version, count in self.sealed.items() if version < self.in_force)


@dataclass(frozen=True)
class SealedAgain:
    """What one transaction has done."""

    count: int
    unreadable: tuple[str, ...]
    """Names of keys that were altered in the database: they stay as they are, and can be read by nobody."""
    last: str | None
    """The name that was looked at last; None where there was none any more."""


def keys_stored(connection: Connection) -> KeysStored:
    """Return what is sealed with which version."""
    found = connection.execute(
        select(sealed_key.c.version, func.count()).group_by(sealed_key.c.version).order_by(sealed_key.c.version)
    ).all()
    noted = connection.execute(select(sealed_key.c.version).where(sealed_key.c.name == HOUSE + NOTED)).scalar()
    return KeysStored(noted or 0, {int(version): int(count) for version, count in found})


def put_in_force(connection: Connection, keys: StoredKeys) -> int:
    """Let every process seal with the newest version from the commit on, and return it. Repeating is safe.

    Waits for whoever seals with the one before just now. Raises KeyAbsent where the version in force is not there.
    """
    keys.of_house(connection, NOTED)
    name = HOUSE + NOTED
    row = connection.execute(select(sealed_key).where(sealed_key.c.name == name).with_for_update()).one()
    newest = keys.read_again().newest
    if newest <= row.version:
        return int(row.version)
    wrapped = keys.version(newest).wrap(keys.version(row.version).unwrap(row.wrapped, name=name), name=name)
    _SEALED_AGAIN.run(connection, {"the_name": name, "the_version": row.version, "version": newest, "wrapped": wrapped})
    return newest


def seal_again(connection: Connection, keys: StoredKeys, *, after: str = "", limit: int = TOGETHER) -> SealedAgain:
    """Seal the next keys behind `after`, by their names, with the version in force. Repeating is safe.

    What opens stays what it was: only what it is wrapped in changes. Raises KeyAbsent.
    """
    in_force, table = keys_in_force(connection), sealed_key.c
    asked = select(sealed_key).where(table.version < in_force, table.name > after).order_by(table.name).limit(limit)
    rows, again, unreadable = connection.execute(asked.with_for_update()).all(), [], []
    seal = keys.version(in_force)
    for row in rows:
        try:
            key = keys.version(row.version).unwrap(row.wrapped, name=row.name)
        except Unreadable:
            unreadable.append(row.name)
            continue
        wrapped = seal.wrap(key, name=row.name)
        values = {"the_name": row.name, "the_version": row.version, "version": in_force, "wrapped": wrapped}
        again.append(values)
    _SEALED_AGAIN.run_many(connection, again)
    return SealedAgain(len(again), tuple(unreadable), rows[-1].name if rows else None)


def keys_in_force(connection: Connection) -> int:
    """Return the version that seals, locked against a rotation until the commit; 0 where none is noted."""
    noted = select(sealed_key.c.version).where(sealed_key.c.name == HOUSE + NOTED)
    return int(connection.execute(noted.with_for_update(read=True, key_share=True)).scalar() or 0)


def require_unneeded(connection: Connection, number: int) -> None:
    """Return where nothing is sealed with a version, and nothing will be any more. Raises StillNeeded."""
    stored = keys_stored(connection)
    if number >= stored.in_force:
        raise StillNeeded(f"Version {number} of the server's key seals, or will: rotate first (`redress keys rotate`).")
    if count := stored.sealed.get(number, 0):
        raise StillNeeded(
            f"Version {number} of the server's key still seals {count} {'key' if count == 1 else 'keys'}:"
            " `redress keys rotate` seals them again."
        )
