"""Pages by the last thing seen, not by number: nothing is skipped or shown twice when rows come and go meanwhile."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, literal_column, not_, or_, select, union_all

from storage.errors import BadCursor, ForeignCursor
from storage.types import from_microseconds, to_microseconds

LONGEST = 1024
"""No cursor that we give out has more characters."""

LOOKED_AT = 5_000
"""Rows that one page looks at one by one: a tenth of a second."""

SIFTED = 250
"""Rows that are read together where each is looked at by the program."""

MARK = 12
"""Characters by which a cursor names its list."""

Key = tuple[str | int | datetime, ...]
"""The values of one row that order it among the others."""


@dataclass(frozen=True)
class Sort:
    """One column of the order. It must never be NULL (coalesce it); the last one must be unique."""

    column: ColumnElement[Any]
    """What is ordered by."""
    kind: type[str] | type[int] | type[datetime]
    """The type of its values."""
    descending: bool = False
    """Largest first."""


@dataclass(frozen=True)
class Page:
    """A piece of a list."""

    rows: tuple[Row[Any], ...]
    """The rows, each with the columns of the statement first and those of the order behind."""
    next: str | None
    """The cursor of the following page, None after the last."""


def encode(key: Key, of: Sequence[object]) -> str:
    """Return an opaque cursor, safe in a URL, for the last row's key.

    `of` says which list it is: its name, and every filter by which it was asked for. It is good for that list alone.
    """
    values = [_mark(of), *key]
    values = [to_microseconds(value) if isinstance(value, datetime) else value for value in values]
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, kinds: Sequence[type], of: Sequence[object]) -> Key:
    """Return the key in `cursor`, one value of each of `kinds` (str, int, datetime).

    Raises BadCursor for all else, and for a cursor of another list than `of`.
    """
    if len(cursor) > LONGEST or not cursor.isascii():
        raise BadCursor
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded.encode(), altchars=b"-_", validate=True).decode())
    except (ValueError, RecursionError, binascii.Error) as error:
        raise BadCursor from error
    if not isinstance(values, list) or not values:
        raise BadCursor
    mark, *key = values
    if mark != _mark(of):
        raise ForeignCursor if isinstance(mark, str) and len(mark) == MARK else BadCursor
    if len(key) != len(kinds):
        raise BadCursor
    return tuple(_value(value, kind) for value, kind in zip(key, kinds, strict=True))


def _mark(of: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(of, ensure_ascii=False, default=repr).encode(errors="replace")).hexdigest()[:MARK]


def after(order: Sequence[Sort], key: Key) -> ColumnElement[bool]:
    """Return the condition for the rows that come behind `key` in `order`."""
    first, value = order[0], key[0]
    # It follows from the rest, and is the bound from which on an index is read: a condition that says `or` is none.
    return and_(first.column <= value if first.descending else first.column >= value, _behind(order, key))


def up_to(order: Sequence[Sort], key: Key) -> ColumnElement[bool]:
    """Return the condition for the rows that come before `key` in `order`, and for its own."""
    first, value = order[0], key[0]
    return and_(first.column >= value if first.descending else first.column <= value, not_(_behind(order, key)))


def _behind(order: Sequence[Sort], key: Key) -> ColumnElement[bool]:
    ways = []
    for index, (sort, value) in enumerate(zip(order, key, strict=True)):
        same = [before.column == seen for before, seen in zip(order[:index], key, strict=False)]
        ways.append(and_(*same, sort.column < value if sort.descending else sort.column > value))
    return or_(*ways)


def page(
    connection: Connection,
    statement: Select[Any],
    *,
    of: Sequence[object],
    order: Sequence[Sort],
    cursor: str | None,
    limit: int,
    among: Select[Any] | None = None,
    keep: Callable[[Row[Any]], bool] | None = None,
) -> Page:
    """Return up to `limit` rows of `statement` in `order`, behind `cursor`.

    `of`: the name of the list and every filter by which it was asked for; a cursor of another one is refused.
    `among`: the rows, each with the columns of the order, that have to be looked at one by one, because what is asked
    for has no index; no more than `LOOKED_AT` of them are. Then a page may hold fewer than `limit` rows, or none, and
    yet have a `next`, behind which it is looked further. `keep` says of each row whether it belongs to the list, where
    the database cannot say it. Raises BadCursor, and ValueError for a limit below 1.
    """
    end = None if among is None else _end_of_look(connection, among, of=of, order=order, cursor=cursor)
    if end is not None:
        statement = statement.where(up_to(order, end))
    if keep is None:
        found = merged_page(connection, [statement], of=of, order=order, cursor=cursor, limit=limit)
    else:
        found = _sifted(connection, statement, keep, of=of, order=order, cursor=cursor, limit=limit)
    return found if end is None or found.next is not None else Page(found.rows, encode(end, of))


def _sifted(
    connection: Connection,
    statement: Select[Any],
    keep: Callable[[Row[Any]], bool],
    *,
    of: Sequence[object],
    order: Sequence[Sort],
    cursor: str | None,
    limit: int,
) -> Page:
    seen = None if cursor is None else decode(cursor, [sort.kind for sort in order], of)
    kept: list[Row[Any]] = []
    while True:
        rows = connection.execute(_part(statement, order, seen, SIFTED)).all()
        for row in rows:
            if keep(row):
                kept.append(row)
            if len(kept) > limit:
                return Page(tuple(kept[:limit]), encode(tuple(kept[limit - 1][-len(order) :]), of))
        if len(rows) < SIFTED:
            return Page(tuple(kept), None)
        seen = tuple(rows[-1][-len(order) :])


def _end_of_look(
    connection: Connection, among: Select[Any], *, of: Sequence[object], order: Sequence[Sort], cursor: str | None
) -> Key | None:
    """Return the key of the last row that is looked at, None where all that is left is."""
    seen = None if cursor is None else decode(cursor, [sort.kind for sort in order], of)
    row = connection.execute(_part(among, order, seen, 1).offset(LOOKED_AT - 1)).first()
    return None if row is None else tuple(row[-len(order) :])


def merged_page(
    connection: Connection,
    statements: Sequence[Select[Any]],
    *,
    of: Sequence[object],
    order: Sequence[Sort],
    cursor: str | None,
    limit: int,
) -> Page:
    """Return a page, as `page` does, of several statements with the same columns, no row in two of them.

    Each is asked for no more than fits on the page, so that each can be read off an index of its own: a condition that
    says `or` has none. Raises BadCursor, and ValueError for a limit below 1 or no statement.
    """
    if limit < 1 or not statements:
        raise ValueError("a page has at least one row, and something to take it from")
    seen = None if cursor is None else decode(cursor, [sort.kind for sort in order], of)
    parts = [_part(each, order, seen, limit + 1) for each in statements]
    rows = connection.execute(parts[0] if len(parts) == 1 else _merged(parts, order, limit + 1)).all()
    shown = tuple(rows[:limit])
    return Page(shown, encode(tuple(shown[-1][-len(order) :]), of) if len(rows) > limit else None)


def _part(statement: Select[Any], order: Sequence[Sort], seen: Key | None, limit: int) -> Select[Any]:
    if seen is not None:
        statement = statement.where(after(order, seen))
    statement = statement.add_columns(*(sort.column.label(f"order_{index}") for index, sort in enumerate(order)))
    return statement.order_by(*(_directed(sort.column, sort) for sort in order)).limit(limit)


def _merged(parts: Sequence[Select[Any]], order: Sequence[Sort], limit: int) -> Any:
    whole = union_all(*(select(part.subquery()) for part in parts))
    places: Iterator[ColumnElement[Any]] = (literal_column(f"order_{index}") for index in range(len(order)))
    return whole.order_by(*(_directed(place, sort) for place, sort in zip(places, order, strict=True))).limit(limit)


def _directed(column: ColumnElement[Any], sort: Sort) -> ColumnElement[Any]:
    return column.desc() if sort.descending else column.asc()


def _can_be_stored(text: str) -> bool:
    """Say whether no half of a character stands in it, as JSON may have it and no database."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _value(value: Any, kind: type) -> str | int | datetime:
    if kind is str and isinstance(value, str) and "\x00" not in value and _can_be_stored(value):
        return value
    if kind in (int, datetime) and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        if kind is int:
            return value
        try:
            return from_microseconds(value)
        except OverflowError as error:
            raise BadCursor from error
    raise BadCursor
