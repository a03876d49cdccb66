"""What the doctor says of the house beside its cases: calendars for the time to come, processes that fell silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from engine.incidents import FIRING
from engine.tables import deadline, incident, instance
from escalation.calendar import Campus
from escalation.heartbeat import heartbeats, missed

AHEAD = timedelta(days=45)
"""How long before a year begins its calendar is asked for: governments announce its holidays in autumn."""


def unpublished_years(campuses: Mapping[str, Campus], open_cases: Counter[str], now: datetime) -> Iterator[str]:
    """Yield what is missing in the calendars by which open cases count: this year, and from mid-November on the next.

    `open_cases` says how many there are of each campus.
    """
    for name, count in sorted(open_cases.items()):
        campus = campuses.get(name)
        if campus is None:
            continue  # no case can count by it: its own finding says so
        for year in sorted({at.astimezone(campus.zone).year for at in (now, now + AHEAD)}):
            known = campus.years.get(year)
            if known is None or not known.published:
                what = "is missing" if known is None else "does not say that the year is published"
                yield (
                    f"calendars/{name}/{year}.toml {what}: without the holidays of {year} what falls due then is"
                    f" provisional, for {count} open {'case' if count == 1 else 'cases'}; write the file when they are"
                    " announced, and start servers and workers again"
                )


def silent_processes(connection: Connection, now: datetime) -> Iterator[str]:
    """Yield the servers and workers that ended without a word and that nobody has replaced."""
    for each in missed(heartbeats(connection), now):
        yield (
            f"the {each.role} on {each.host} that began at {each.since.isoformat()} has not been heard of since"
            f" {each.at.isoformat()}, and no other has begun since: look into its log and start one"
        )


def overlooked(connection: Connection, before: datetime) -> Iterator[str]:
    """Yield what was due before that instant and that no sweep would find: its case is looked at later, or never."""
    table = deadline.c
    unopened = (incident.c.doing == FIRING, incident.c.about.is_(None), incident.c.resolved_at.is_(None))
    whole = select(incident.c.case_id).where(*unopened)
    later = or_(instance.c.next_due.is_(None), instance.c.next_due > table.due_at)
    rows = connection.execute(
        select(table.case_id, table.name, table.due_at)
        .join(instance, instance.c.case_id == table.case_id)
        .where(
            and_(table.due_at < before, table.retry_at.is_(None), instance.c.ended_at.is_(None), later),
            instance.c.troubled.is_(False),
            table.case_id.not_in(whole.where(incident.c.case_id.is_not(None))),
        )
        .order_by(table.due_at, table.case_id)
    )
    for row in rows:
        yield (
            f"case {row.case_id}: {row.name} has been due since {row.due_at.isoformat()} and nothing looks for it:"
            " the row of the case says another instant"
        )
