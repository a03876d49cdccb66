"""The server's key of tests. Everybody knows it: what tests seal is nobody's secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, insert

from access.keys.cipher import DataKey
from access.keys.keyring import parse_keyring
from access.keys.sealed_rows import opened_row, seal, sealed_values
from access.keys.stored_keys import StoredKeys
from engine.case_log import whole_line
from storage import outbox
from storage.outbox import Message

SERVER_KEY = "1 " + "k" * 43 + "="


def opened(keys: StoredKeys, connection: Connection, rows: Iterable[Any]) -> list[Any]:
    """Return rows with what is sealed in them opened: each by the `case_id` that it has, others as they are."""
    found = list(rows)
    cases = {row.case_id for row in found if "case_id" in row._mapping and row.case_id is not None}
    known = keys.of_cases(connection, cases)
    return [_told(opened_row(known.get(getattr(row, "case_id", None) or ""), row)) for row in found]


def _told(row: Any) -> Any:
    """Return a line of the log with all that it tells in `detail`, another row as it is."""
    return whole_line(row) if {"details", "line"} <= row._mapping.keys() else row


def put(keys: StoredKeys, connection: Connection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Write rows of cases down, what is personal sealed; a case without a key gets one."""
    for row in rows:
        case_id = row["case_id"]
        key = keys.of_cases(connection, [case_id]).get(case_id) or keys.new_for_case(connection, case_id)
        connection.execute(insert(table).values(**sealed_values(key, table, row)))


def stored(keys: StoredKeys, connection: Connection, message: Message) -> Message:
    """Return a message as it comes out of the store."""
    found = keys.of_cases(connection, [message.case_id or ""]).get(message.case_id or "")
    return message if found is None else replace(message, payload=seal(found, message.payload))


def told(keys: StoredKeys, connection: Connection, *messages: Message) -> None:
    """Write messages into the outbox, what they hold sealed with the keys of their cases."""
    known = keys.of_cases(connection, {each.case_id for each in messages if each.case_id is not None})
    house = DataKey.new()
    rows = [replace(each, payload=seal(known.get(each.case_id or "", house), each.payload)) for each in messages]
    outbox.write(connection, rows)


def stored_keys() -> StoredKeys:
    """Return the keys of an installation with that key."""
    return StoredKeys(parse_keyring(SERVER_KEY))
