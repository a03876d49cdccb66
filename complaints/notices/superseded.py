"""A notice that comes again every day stands for its earlier ones: nobody has the same duty unread a hundred times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from complaints.tables import notice
from engine.process import CompiledProcess


def comes_daily(process: CompiledProcess, template: str, values: Mapping[str, Any]) -> bool:
    """Say whether the ladder of the clock that a notice is about tells it every day."""
    clock = process.config.clocks.get(str(values.get("clock") or ""))
    return clock is not None and any(rung.daily and rung.template == template for rung in clock.rungs)


def read_earlier(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Count as read, at the instant of new rows of `notice`, what the same people were told of the same duty before.

    `rows` are of one notice, one for each reader. Where a duty is there for each refund, only of the same one. What was
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
    same = [each.id for each in unread if _same_duty(each._mapping["values"], one["values"])]
    if same:
        connection.execute(update(notice).where(table.id.in_(same)).values(read_at=one["at"]))


def _same_duty(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    if earlier.get("clock") != later.get("clock"):
        return False
    before, now = (set(each.get("refunds") or ()) for each in (earlier, later))
    # Of what was told together, some is done by now: what is left stands for it.
    return bool(before & now) or not before or not now
