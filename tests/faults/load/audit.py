"""What a database under load must hold at any instant: all that people were told, each once, and nothing long due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select

from complaints.tables import complaint, message
from engine.tables import event_log, instance
from storage.database import Database
from tests.faults.load.people import Told
from tests.support.keys import opened, stored_keys


def overdue(database: Database, before: datetime) -> int:
    """Return how many cases have something that was due before an instant and did not fire."""
    late = instance.c.next_due < before, instance.c.ended_at.is_(None)
    asked = select(func.count()).select_from(instance).where(*late)
    with database.read() as connection:
        return int(connection.execute(asked).scalar_one())


def fired_since(database: Database, since: datetime) -> list[float]:
    """Return how many seconds late each deadline was that was due since an instant and has fired."""
    with database.read() as connection:
        rows = connection.execute(
            select(event_log.c.at, event_log.c.detail).where(event_log.c.kind == "fired", event_log.c.at >= since)
        ).all()
    due = [(row.at, datetime.fromisoformat(row.detail["due_at"])) for row in rows]
    return [(at - when).total_seconds() for at, when in due if when >= since]


def wrong_with(database: Database, told: Told) -> tuple[int, int, list[str]]:
    """Return how much of what people were told is lost, how much is there twice, and that in words."""
    with database.read() as connection:
        rows = connection.execute(select(complaint.c.subject, complaint.c.case_id))
        stored = opened(stored_keys(), connection, rows)
        completed = Counter(
            connection.execute(
                select(event_log.c.case_id).where(event_log.c.kind == "completed", event_log.c.element == "acknowledge")
            ).scalars()
        )
        letters = Counter(
            connection.execute(
                select(message.c.case_id).where(message.c.direction == "in", message.c.template.is_(None))
            ).scalars()
        )
        fired = connection.execute(
            select(event_log.c.case_id, event_log.c.name, event_log.c.detail).where(event_log.c.kind == "fired")
        ).all()
    subjects = Counter(row.subject for row in stored)
    ids = {row.case_id: row.subject for row in stored}
    rungs = Counter(f"{row.case_id} {row.name} {row.detail['due_at']}" for row in fired)
    lost = {
        "complaints": [subject for subject, case in told.filed.items() if ids.get(case) != subject],
        "completions": _lacking(told.acknowledged, completed),
        "letters": _lacking(told.letters, letters),
    }
    doubled = {"complaints": _twice(subjects), "completions": _twice(completed), "letters": _twice(letters),
               "firings": _twice(rungs)}  # fmt: skip
    said = [*_words("lost", lost), *_words("doubled", doubled)]
    return sum(map(len, lost.values())), sum(map(len, doubled.values())), said


def _lacking(wanted: Iterable[str], found: Counter[str]) -> list[str]:
    return sorted(each for each in wanted if not found[each])


def _twice(found: Counter[str]) -> list[str]:
    return sorted(each for each, count in found.items() if count > 1)


def _words(how: str, found: Mapping[str, list[str]]) -> list[str]:
    return [f"{len(each)} {what} {how}, {each[0]} for one" for what, each in found.items() if each]
