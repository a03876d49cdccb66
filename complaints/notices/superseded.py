"""A notice that comes again every day stands for its earlier ones: nobody has the same duty unread a hundred times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from complaints.tables import notice
from engine.tables import instance
from engine.versions import Versions


def read_earlier(connection: Connection, versions: Versions, row: Mapping[str, Any]) -> None:
    """Count as read, at the instant of the new row of `notice`, what the same person was told of the same duty before.

    Only for what the ladder of a clock tells daily. Where a duty is there for each refund, only of the same one. What
    was told before stays on record. Repeating is safe.
    """
    values = row["values"]
    if not values.get("clock"):
        return
    version = select(instance.c.version_id).where(instance.c.case_id == row["case_id"])
    process = versions.process(connection, connection.execute(version).scalar_one())
    clock = process.config.clocks.get(str(values["clock"]))
    if clock is None or not any(rung.daily and rung.template == row["template"] for rung in clock.rungs):
        return
    table = notice.c
    unread = connection.execute(
        select(table.id, table["values"]).where(
            table.person == row["person"], table.case_id == row["case_id"], table.template == row["template"],
            table.read_at.is_(None), table.key != row["key"],
        )
    )  # fmt: skip
    same = [each.id for each in unread if _same_duty(each._mapping["values"], values)]
    if same:
        connection.execute(update(notice).where(table.id.in_(same)).values(read_at=row["at"]))


def _same_duty(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    if earlier.get("clock") != later.get("clock"):
        return False
    before, now = (set(each.get("refunds") or ()) for each in (earlier, later))
    # Of what was told together, some is done by now: what is left stands for it.
    return bool(before & now) or not before or not now
