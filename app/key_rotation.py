"""Rotating the server's key while servers and workers run: a new version, all sealed with it, the old one gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from access.keys import rotation
from access.keys.rotation import KeysStored, SealedAgain
from app.container import Application
from app.server_key import add_version, drop_version
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from trail.house import Kind


@dataclass(frozen=True)
class Rotated:
    """What a rotation has done."""

    version: int
    """The version that seals now."""
    count: int
    """Keys that were sealed again."""
    unreadable: tuple[str, ...]
    """Names of keys that were altered in the database and cannot be opened."""


def stored(application: Application) -> KeysStored:
    """Return what is sealed with which version."""
    with application.database.read() as connection:
        return rotation.keys_stored(connection)


def new_version(application: Application) -> int:
    """Make a version of the server's key that nothing is sealed with yet, and return its number.

    One that waits already is that one. Raises KeyIsElsewhere where the key comes from no file, KeyAbsent.
    """
    return add_version(application.settings, max(stored(application).in_force, 1))


def rotate(
    application: Application, *, between: Callable[[], None] = lambda: None, together: int = rotation.TOGETHER
) -> Rotated:
    """Put the newest version in force and seal everything with it again; where there is none newer, make one first.

    A rotation that was broken off is gone on with: no further version is made. Each change is a transaction of its own,
    of at most `together` keys, beside the work of everybody else; `between` is called behind each. Raises
    KeyIsElsewhere, KeyAbsent.
    """
    found, newest = stored(application), application.keys.read_again().newest
    if newest <= found.in_force and not found.behind:
        new_version(application)
    version: int = application.pipeline.run(HouseWork(lambda desk: _put_in_force(desk, application)), SYSTEM)
    between()
    count, unreadable, after = 0, list[str](), ""
    while (done := _next(application, after, together)).last is not None:
        count, after = count + done.count, done.last
        unreadable.extend(done.unreadable)
        between()
    return Rotated(version, count, tuple(unreadable))


def retire(application: Application, number: int) -> bool:
    """Take a version out of the key's file; False where it does not stand there.

    Raises StillNeeded while anything is sealed with it or may be, KeyIsElsewhere where the key comes from no file.
    """
    with application.database.read() as connection:
        rotation.require_unneeded(connection, number)
    return drop_version(application.settings, number)


def _put_in_force(desk: Desk, application: Application) -> int:
    version = rotation.put_in_force(desk.connection, application.keys)
    desk.note(Kind.KEY_ROTATED, version=version, once=f"{Kind.KEY_ROTATED} {version}")
    return version


def _next(application: Application, after: str, together: int) -> SealedAgain:
    work = HouseWork(lambda desk: rotation.seal_again(desk.connection, application.keys, after=after, limit=together))
    done: SealedAgain = application.pipeline.run(work, SYSTEM)
    return done
