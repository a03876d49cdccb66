"""Whether the server's key is that of the database: every server and worker of an installation has the same."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from access.keys.cipher import Unreadable
from access.keys.keyring import UnfitKeyring
from access.keys.stored_keys import HOUSE, NOTED
from access.keys.tables import sealed_key
from app.container import Application
from engine.pipeline import Desk

FOREIGN: Final = (
    "The server's key is not that of this database. Every server and worker of an installation has the same: put back"
    " the one with which the database was set up."
)


def note_key(desk: Desk) -> None:
    """Note, sealed with the server's key, that this is the key of the database. Repeating is safe.

    Raises UnfitKeyring where another key is.
    """
    try:
        desk.services.keys.of_house(desk.connection, NOTED)
    except Unreadable:
        raise UnfitKeyring(FOREIGN) from None


def require_key(application: Application) -> None:
    """Return if the server's key is that of the database. Raises KeyAbsent, UnfitKeyring."""
    keys, name = application.keys, HOUSE + NOTED
    with application.database.read() as connection:
        row = connection.execute(select(sealed_key).where(sealed_key.c.name == name)).first()
    keys.read_again()
    if row is None:
        return
    try:
        keys.version(row.version).unwrap(row.wrapped, name=name)
    except Unreadable:
        raise UnfitKeyring(FOREIGN) from None
