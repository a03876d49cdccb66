"""A notice that comes again every day stands for its earlier ones: nobody has the same duty unread a hundred times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from access.keys.cipher import DataKey
from access.keys.sealed_rows import opened_rows
from access.keys.stored_keys import StoredKeys
from complaints.failed_delivery import over_by_id
from complaints.tables import notice
from engine.process import CompiledProcess
from storage.dead_letters import discard
from storage.outbox import GIVEN_UP, Message, outbox


def comes_daily(process: CompiledProcess, template: str, values: Mapping[str, Any]) -> bool:
    """Say whether the ladder of the clock that a notice is about tells it every day."""
    clock = process.config.clocks.get(str(values.get("clock") or ""))
    return clock is not None and any(rung.daily and rung.template == template for rung in clock.rungs)


def read_earlier(connection: Connection, key: DataKey, rows: Sequence[Mapping[str, Any]]) -> None:
    """Count as read, at the instant of new rows of `notice`, what the same people were told of the same duty before.

    `rows` are of one notice, one for each reader, not sealed; `key` is that of the case.
    Where a duty is there for each refund, only of the same one. What was
    told before stays on record. Repeating is safe.
    """
    if not rows:
        return
    table, one = notice.c, rows[0]
    unread = connection.execute(
        select(table.id, table["values"]).where(
            table.person.in_([row["person"] for row in rows]), table.case_id == one["case_id"],
            table.template == one["template"], table.read_at.is_(None), table.key.not_in([row["key"] for row in rows]),
        )
    )  # fmt: skip
    rows_before = opened_rows(key, unread)
    same = [each.id for each in rows_before if _same_duty(each._mapping["values"], one["values"])]
    if same:
        connection.execute(update(notice).where(table.id.in_(same)).values(read_at=one["at"]))


def stand_for_given_up(connection: Connection, keys: StoredKeys, message: Message, *, now: datetime) -> None:
    """Take off the list of what was given up the earlier messages that told the same recipient of the same duty.

    `message` is of a notice that comes daily: it says what they said, and stands for them, whether it was read or could
    not be read either. With them goes that they failed. Repeating is safe.
    """
    table, one = outbox.c, message
    mine = select(table.sequence).where(table.id == one.id).scalar_subquery()
    earlier = connection.execute(
        select(table.id, table.payload).where(
            GIVEN_UP, table.case_id == one.case_id, table.kind == one.kind, table.recipient == one.recipient,
            table.channel == one.channel, table.sequence < mine,
        )
    ).all()  # fmt: skip
    if not earlier or one.case_id is None:
        return
    said = keys.open_value(connection, one.case_id, one.payload)
    for row in keys.opened_rows(connection, one.case_id, earlier):
        if _same_duty(row.payload.get("values") or {}, said.get("values") or {}):
            discard(connection, row.id, now=now)
            over_by_id(connection, one.kind, one.recipient, row.id, now=now)


def _same_duty(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    if earlier.get("clock") != later.get("clock"):
        return False
    before, now = (set(each.get("refunds") or ()) for each in (earlier, later))
    # Of what was told together, some is done by now: what is left stands for it.
    return bool(before & now) or not before or not now
