"""The chain of the house: who was given what, what was published, exported, read, opened by breaking the glass.

Codes and ids alone; no text of people stands in it (SECURITY.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Text, bindparam, insert, select, update

from storage.insert import insert_new
from storage.prepared import Prepared
from storage.types import as_json
from trail.digests import EMPTY, START, Head, house_hash
from trail.tables import chain_head, house_record

HOUSE: Final = "house"
"""The name of the chain."""
LONGEST: Final = 200
_CODE = re.compile(r"[\w.:/@+\- ]*\Z")
"""What an id or a code is made of."""
Value = str | int | bool | None | Sequence[str]


class Kind(StrEnum):
    """What a record of the house is about."""

    PERSON_ADDED = "person-added"
    PERSON_CHANGED = "person-changed"
    PERSON_LEFT = "person-left"
    PERSON_BACK = "person-back"
    TEAM_JOINED = "team-joined"
    TEAM_LEFT = "team-left"
    ROLE_GIVEN = "role-given"
    ROLE_TAKEN = "role-taken"
    POST_FILLED = "post-filled"
    POST_VACATED = "post-vacated"
    TOKEN_ISSUED = "token-issued"  # noqa: S105 - a code
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - a code
    INVITED = "invited"
    PASSWORD_SET = "password-set"  # noqa: S105 - a code
    SECOND_FACTOR_OFF = "second-factor-off"
    PROCESS_PUBLISHED = "process-published"
    POSTS_TAKEN = "posts-taken"
    CALENDARS_TAKEN = "calendars-taken"
    CASE_READ = "case-read"
    CASE_EXPORTED = "case-exported"
    GLASS_BROKEN = "glass-broken"
    KEY_ROTATED = "key-rotated"


_INSERT = Prepared(
    insert(house_record).values(
        {
            name: bindparam(name, type_=Text() if name == "detail" else house_record.c[name].type)
            for name in ("number", "at", "actor", "kind", "detail", "once", "hash")
        }
    )
)
_HEAD = select(chain_head).where(chain_head.c.chain == bindparam("chain")).with_for_update()
_MOVE_HEAD = Prepared(
    update(chain_head)
    .where(chain_head.c.chain == bindparam("the_chain"))
    .values(number=bindparam("number"), hash=bindparam("hash"))
)


def note(
    connection: Connection, kind: Kind, *, at: datetime, actor: str, once: str | None = None, **detail: Value
) -> bool:
    """Add a record to the chain of the house, in the open transaction; say whether there is a new one.

    `detail`: ids and codes; what is None is left out. `once`: what is on record one time at most. Whoever else adds
    one waits until this transaction ends. Raises ValueError for what looks like a text. Repeating doubles it.
    """
    said = {name: value for name, value in sorted(detail.items()) if value is not None}
    _require_codes(said)
    head = locked_head(connection, HOUSE)
    if once is not None and is_noted(connection, once):
        return False
    number, written = head.number + 1, as_json(said)
    found = house_hash(head.hash, number, at, actor, kind.value, written)
    row = {"number": number, "at": at, "actor": actor, "kind": kind.value, "detail": written, "once": once}
    _INSERT.run(connection, {**row, "hash": found})
    move_head(connection, HOUSE, Head(number, found))
    return True


def is_noted(connection: Connection, once: str) -> bool:
    """Say whether this is on record already."""
    return connection.scalar(select(house_record.c.number).where(house_record.c.once == once)) is not None


def locked_head(connection: Connection, chain: str) -> Head:
    """Return the last record of a chain; nobody else adds one until the transaction ends."""
    row = connection.execute(_HEAD, {"chain": chain}).first()
    if row is None:
        empty = {"chain": chain, "number": EMPTY.number, "hash": START}
        insert_new(connection, chain_head, empty, unique=("chain",))
        row = connection.execute(_HEAD, {"chain": chain}).one()
    return Head(row.number, row.hash)


def move_head(connection: Connection, chain: str, head: Head) -> None:
    """Note the last record of a chain that is locked."""
    _MOVE_HEAD.run(connection, {"the_chain": chain, "number": head.number, "hash": head.hash})


def _require_codes(said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(each, str) and (len(each) > LONGEST or not _CODE.match(each)):
                raise ValueError(f"{name} is no id and no code")
