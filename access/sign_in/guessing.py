"""What holds back who guesses, and never who is meant by the guesses (docs/adr/0029).

Failures are counted by where they come from, and by account and place together. An attempt counts as failed before it
is looked at, and no more once it was right: a thousand at the same moment are a thousand failures.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, case, delete, select, update

from access.credentials import digest
from access.keys.cipher import DataKey
from access.keys.stored_keys import StoredKeys
from access.sign_in.tables import failed_attempts, known_place
from storage.insert import insert_many_new, upsert_many

FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""After the last failure."""
KNOWN_FOR: Final = timedelta(days=180)
"""How long a place is known after the last time somebody signed in from it."""
ATTACKED: Final = 50
"""Failures of one account from unknown places from which on each such place has one try instead of five."""


@dataclass(frozen=True)
class Limit:
    """How often it may go wrong at once, and how long one waits then: twice as long each time."""

    free: int
    first: timedelta
    most: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long after the last of so many failures the next attempt may come."""
        if failures < self.free:
            return timedelta(0)
        doubled: int = 2 ** min(failures - self.free, 20)
        return min(self.first * doubled, self.most)


PAIR: Final = Limit(free=5, first=timedelta(seconds=2), most=timedelta(minutes=15))
"""Of one account from one place."""
PAIR_ATTACKED: Final = Limit(free=1, first=timedelta(minutes=1), most=timedelta(minutes=15))
"""The same where the account is under attack and the place is unknown."""
SOURCE: Final = Limit(free=30, first=timedelta(seconds=2), most=timedelta(minutes=5))
"""Of all accounts from one source from which their owners have not signed in yet; a school has one address."""
CODE: Final = Limit(free=5, first=timedelta(seconds=30), most=timedelta(minutes=15))
"""Of the second factor of one account: whoever is asked for it has shown the password."""


@dataclass(frozen=True)
class Held:
    """An attempt comes too soon."""

    seconds: int
    """How long to wait."""


@dataclass(frozen=True)
class Counted:
    """An attempt that may be made, and counts as a failure until `succeeded` is called."""

    marks: tuple[str, ...]
    """Everything that counts it; the first is of this account and place alone."""


def source_of(address: str) -> str:
    """Return what counts as one source: an IPv4 address, the /64 of an IPv6 one. Never raises."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def house_key(keys: StoredKeys, connection: Connection) -> DataKey:
    """Return the key with which sources are hashed; made when first asked for, in a transaction that writes."""
    return keys.of_house(connection, "sources")


def attempt(
    connection: Connection, key: DataKey, who: str, *, address: str, device: str, now: datetime
) -> Held | Counted:
    """Count an attempt to sign in as `who`: the id of a person, or what was typed where nobody is meant.

    `device` is the secret of the browser's own cookie, empty where it has none. Takes the same statements whether the
    account exists or not. Repeating counts another.
    """
    source = source_of(address)
    known = _known(connection, who, _device_mark(device), _source_mark(key, who, source))
    place = f"device {device}" if known == "device" else f"source {source}"
    pair, account = key.mark(f"pair {who} {place}"), key.mark(f"account {who}")
    everywhere = key.mark(f"source {source}")
    # The source first: whoever floods it with made-up logins leaves no row for each of them.
    of_source = _failures(connection, (everywhere,), now)
    if not known and (held := _held({everywhere: SOURCE}, of_source, now)):
        return held
    found = _failures(connection, (pair, account), now)
    attacked = not known and found[account][0] >= ATTACKED
    marks = (pair,) if known else (pair, account, everywhere)
    return _counted(connection, marks, {pair: PAIR_ATTACKED if attacked else PAIR}, found, now)


def attempt_code(connection: Connection, key: DataKey, who: str, *, device: str, now: datetime) -> Held | Counted:
    """Count an attempt at the second factor of a person who has shown the password. Repeating counts another.

    A browser that the person has signed in with before is counted by itself.
    """
    place = f"device {device}" if _known(connection, who, _device_mark(device), "") else "elsewhere"
    mark = key.mark(f"code {who} {place}")
    return _counted(connection, (mark,), {mark: CODE}, _failures(connection, (mark,), now), now)


def succeeded(connection: Connection, counted: Counted) -> None:
    """Take back what an attempt has counted: it was right. What this account and place have counted is forgotten."""
    pair, *others = counted.marks
    # In the order in which an attempt takes them, so that neither waits for the other for ever.
    for marks in (others[-1:], (pair, *others[:-1])):
        rows = select(failed_attempts.c.mark).where(failed_attempts.c.mark.in_(marks)).order_by(failed_attempts.c.mark)
        connection.execute(rows.with_for_update())
    connection.execute(delete(failed_attempts).where(failed_attempts.c.mark == pair))
    if others:
        fewer = case((failed_attempts.c.failures > 0, failed_attempts.c.failures - 1), else_=0)
        connection.execute(update(failed_attempts).where(failed_attempts.c.mark.in_(others)).values(failures=fewer))


def remember_place(
    connection: Connection, key: DataKey, person_id: str, *, address: str, device: str, on: date
) -> None:
    """Know from now on that this person signs in from this source, and with this browser. Repeating is safe."""
    marks = {_source_mark(key, person_id, source_of(address)): "source", _device_mark(device): "device"}
    for mark, kind in marks.items():
        values = {"mark": mark, "person": person_id, "kind": kind, "last_used_on": on}
        upsert_many(connection, known_place, [values], unique=("mark", "person"))


def is_device(connection: Connection, device: str) -> bool:
    """Say whether somebody has signed in well with the browser of this cookie."""
    mine = select(known_place.c.mark).where(known_place.c.mark == _device_mark(device)).limit(1)
    return connection.execute(mine).first() is not None


def forget_places(connection: Connection, person_id: str) -> None:
    """Forget from where a person signs in. Repeating is safe."""
    connection.execute(delete(known_place).where(known_place.c.person == person_id))


def purge(connection: Connection, now: datetime) -> int:
    """Delete the failures and the places that are forgotten by now. Returns how many; repeating is safe."""
    failures = connection.execute(delete(failed_attempts).where(failed_attempts.c.forgotten_at <= now)).rowcount
    old = (now - KNOWN_FOR).date()
    return failures + connection.execute(delete(known_place).where(known_place.c.last_used_on < old)).rowcount


def _known(connection: Connection, who: str, device: str, source: str) -> str | None:
    """Return how a place is known: by its browser, else by its source."""
    mine = select(known_place.c.kind).where(known_place.c.person == who, known_place.c.mark.in_((device, source)))
    return min(connection.scalars(mine), default=None)


def _failures(connection: Connection, marks: Sequence[str], now: datetime) -> dict[str, tuple[int, datetime]]:
    """Return how often each has failed and when last; whoever else counts the same waits until this is committed."""
    ordered = sorted(marks)
    rows = [{"mark": mark, "failures": 0, "last_at": now, "forgotten_at": now + FORGOTTEN_AFTER} for mark in ordered]
    insert_many_new(connection, failed_attempts, rows, unique=("mark",))
    columns = (failed_attempts.c.mark, failed_attempts.c.failures, failed_attempts.c.last_at)
    kept = select(*columns).where(failed_attempts.c.mark.in_(ordered)).order_by(failed_attempts.c.mark)
    return {row.mark: (row.failures, row.last_at) for row in connection.execute(kept.with_for_update())}


def _counted(
    connection: Connection,
    marks: tuple[str, ...],
    limits: dict[str, Limit],
    found: dict[str, tuple[int, datetime]],
    now: datetime,
) -> Held | Counted:
    held = _held(limits, found, now)
    if held is not None:
        return held
    values = {"failures": failed_attempts.c.failures + 1, "last_at": now, "forgotten_at": now + FORGOTTEN_AFTER}
    connection.execute(update(failed_attempts).where(failed_attempts.c.mark.in_(marks)).values(**values))
    return Counted(marks)


def _held(limits: dict[str, Limit], found: dict[str, tuple[int, datetime]], now: datetime) -> Held | None:
    """Return how long the limits hold an attempt back, None where they do not."""
    wait = max(found[mark][1] + limit.wait(found[mark][0]) - now for mark, limit in limits.items())
    return Held(-(-wait // timedelta(seconds=1))) if wait > timedelta(0) else None


def _source_mark(key: DataKey, who: str, source: str) -> str:
    return key.mark(f"known {who} {source}")


def _device_mark(device: str) -> str:
    return digest(f"device {device}")
