"""Failures on record: what failed, how often, and when it is tried again (docs/adr/0008).

A due item whose firing fails rests, it alone; everything else of the case fires at its time. It is tried again after
growing pauses, and after `TRIES` failures waits for an operator. A person's step that fails changes nothing; that it
failed stays, for whoever looks after the house.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from engine.case_work import NEVER, CaseWork
from engine.errors import Refusal
from engine.ids import Ids, fraction
from engine.tables import IS_OPEN, deadline, incident, instance, work_item
from engine.unforeseen import reason_for_operators

FIRST_PAUSE: Final = timedelta(seconds=30)
"""How long at most what failed once is left alone; four times as long after each further failure."""
LONGEST_PAUSE: Final = timedelta(hours=2)
"""No pause is longer."""
SPREAD: Final = 0.25
"""The share of a pause that chance may take away: what failed together is not tried again together."""
TRIES: Final = 6
"""After so many failures in a row nothing is tried again by itself: it waits for an operator."""
FIRING: Final = "fire due"
"""What an incident of a firing says was being done."""
COMMAND: Final = "carry out: "
"""What an incident of a person's step begins with; the words of the command follow."""
DELIVERY: Final = "deliver "
"""What an incident of a message begins with; what was told and to whom follow, and it is about the message's id."""


def retry_at(now: datetime, attempts: int, ids: Ids) -> datetime:
    """Return when something is tried again after so many failures (1 or more), NEVER where an operator decides.

    A pause is at least three quarters of its length, by the chance that `ids` gives.
    """
    if attempts >= TRIES:
        return NEVER
    pause = min(FIRST_PAUSE * (1 << 2 * (attempts - 1)), LONGEST_PAUSE)
    return now + pause * (1 - SPREAD * fraction(ids))


def doing_of(command: Any) -> tuple[str, str | None]:
    """Return what a command does, in words, and the task it is about where there is one."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(command).__name__).lower()
    return f"{COMMAND}{words}", getattr(command, "task_id", None)


def note_failure(
    connection: Connection,
    case_id: str | None,
    refusal: Refusal,
    *,
    doing: str,
    about: str | None,
    now: datetime,
    ids: Ids,
    actor: str | None = None,
) -> tuple[str, int]:
    """Write an incident, or count up the one that is open; return its id and how often it has failed in a row.

    `about` is the key of a due item, or a task; the case is marked as troubled.
    """
    table = incident.c
    same = (table.case_id.is_(None) if case_id is None else table.case_id == case_id, table.doing == doing)
    one = table.about.is_(None) if about is None else table.about == about
    if case_id is not None:
        # First, for its lock: of two steps that fail at the same moment the second one counts up.
        connection.execute(update(instance).where(instance.c.case_id == case_id).values(troubled=True))
    known = connection.execute(select(table.id, table.attempts).where(*same, one, table.resolved_at.is_(None))).first()
    if known is not None:
        changed = {"attempts": known.attempts + 1, "reason": reason_for_operators(refusal), "actor": actor}
        connection.execute(update(incident).where(table.id == known.id).values(changed))
        return known.id, known.attempts + 1
    found: str = ids.new()
    row = {
        "id": found, "case_id": case_id, "at": now, "element": refusal.details.get("element"), "doing": doing,
        "about": about, "actor": actor, "reason": reason_for_operators(refusal), "attempts": 1,
    }  # fmt: skip
    connection.execute(insert(incident).values(row))
    return found, 1


def resting(work: CaseWork) -> dict[str, datetime]:
    """Return the due items of a case whose firing failed, by their keys, and until when each is left alone.

    NEVER is one that waits for an operator, or that an operator has dismissed.
    """
    if not work.row["troubled"]:
        return {}
    table = deadline.c
    rows = work.connection.execute(
        select(table.key, table.retry_at).where(table.case_id == work.case_id, table.retry_at > work.now)
    )
    return {row.key: row.retry_at for row in rows} | dict.fromkeys(_dismissed(work), NEVER)


def _dismissed(work: CaseWork) -> set[str]:
    """Return the keys of the due items that an operator has dismissed: the row of a deadline may be written anew."""
    table = incident.c
    mine = (table.case_id == work.case_id, table.doing == FIRING, table.about.is_not(None))
    return set(
        work.connection.execute(select(table.about).where(*mine, table.dismissed_by.is_not(None))).scalars().all()
    )


def rest(work: CaseWork, key: str, element: str | None, refusal: Refusal) -> None:
    """Leave a due item alone for a while, on record."""
    refusal.details.setdefault("element", element)
    found, attempts = note_failure(
        work.connection, work.case_id, refusal, doing=FIRING, about=key, now=work.now, ids=work.ids
    )
    until = retry_at(work.now, attempts, work.ids)
    _note_next_try(work.connection, found, until)
    here = (deadline.c.case_id == work.case_id, deadline.c.key == key)
    work.connection.execute(update(deadline).where(*here).values(retry_at=until))
    work.resting[key], work.row["troubled"] = until, True
    kind = "incident-waiting" if until == NEVER else "incident"
    work.log(kind, element=refusal.details["element"], reason=refusal.message, attempts=attempts)


def put_off(connection: Connection, case_id: str, refusal: Refusal, *, now: datetime, ids: Ids) -> None:
    """Leave a whole case alone that cannot even be opened, on record; after `TRIES` failures until an operator acts."""
    found, attempts = note_failure(connection, case_id, refusal, doing=FIRING, about=None, now=now, ids=ids)
    until = retry_at(now, attempts, ids)
    _note_next_try(connection, found, until)
    sooner = (instance.c.case_id == case_id, instance.c.next_due < until)
    connection.execute(update(instance).where(*sooner).values(next_due=None if until == NEVER else until))


def _note_next_try(connection: Connection, incident_id: str, until: datetime) -> None:
    values = {"next_try_at": None if until == NEVER else until}
    connection.execute(update(incident).where(incident.c.id == incident_id).values(values))


def settle(work: CaseWork, done: tuple[str, str | None] | None = None) -> None:
    """After a change was saved: close the incidents of the case that are over. Repeating is safe.

    Over is a failed firing that fires no more, because it has fired or because nothing is due there any more; a failed
    step that is now `done`, or whose task is no longer open; and that the case could not be opened.
    """
    if not work.row["troubled"]:
        return
    table, connection = incident.c, work.connection
    ours = or_(table.doing == FIRING, table.doing.startswith(COMMAND, autoescape=True))
    found = connection.execute(
        select(table.id, table.doing, table.about).where(
            table.case_id == work.case_id, table.resolved_at.is_(None), ours
        )
    ).all()
    due = set(connection.execute(select(deadline.c.key).where(deadline.c.case_id == work.case_id)).scalars())
    here = (work_item.c.case_id == work.case_id, IS_OPEN)
    tasks = set(connection.execute(select(work_item.c.id).where(*here)).scalars())

    def over(row: Any) -> bool:
        if row.doing == FIRING:
            return row.about is None or row.about not in due
        return (row.doing, row.about) == done or (row.about is not None and row.about not in tasks)

    closed = [row.id for row in found if over(row)]
    if closed:
        connection.execute(update(incident).where(table.id.in_(closed)).values(resolved_at=work.now, next_try_at=None))
    if len(closed) == len(found) and due.isdisjoint(_dismissed(work)):
        work.row["troubled"] = False
        connection.execute(update(instance).where(instance.c.case_id == work.case_id).values(troubled=False))


def settle_beside(connection: Connection, case_id: str, done: tuple[str, str | None], *, now: datetime) -> None:
    """Close the incident of a step beside the case's state - a note, a follow-up - that is now `done` in this case.

    Repeating is safe. It looks without a lock, and takes that of the case only where there is something to close.
    """
    table, (doing, about) = incident.c, done
    one = table.about.is_(None) if about is None else table.about == about
    failed = (table.case_id == case_id, table.doing == doing, one, table.resolved_at.is_(None))
    if connection.execute(select(table.id).where(*failed)).first() is None:
        return
    # Whether nothing is left must not be asked while another change of the case writes down a failure.
    connection.execute(select(instance.c.case_id).where(instance.c.case_id == case_id).with_for_update())
    connection.execute(update(incident).where(*failed).values(resolved_at=now))
    left = or_(table.resolved_at.is_(None), table.dismissed_by.is_not(None))
    if connection.execute(select(table.id).where(table.case_id == case_id, left)).first() is None:
        connection.execute(update(instance).where(instance.c.case_id == case_id).values(troubled=False))


def settle_house(connection: Connection, doing: str, *, now: datetime, about: str | None = None) -> None:
    """Close the incidents of what concerns no case and has just worked. Repeating is safe.

    `about`: only those about this; without it, all.
    """
    table = incident.c
    failed = [table.case_id.is_(None), table.doing == doing, table.resolved_at.is_(None)]
    if about is not None:
        failed.append(table.about == about)
    connection.execute(update(incident).where(*failed).values(resolved_at=now))


def stands(connection: Connection, doing: str, *, about: str) -> bool:
    """Say whether a failure of the house about this is on record and not over."""
    table = incident.c
    failed = (table.case_id.is_(None), table.doing == doing, table.about == about, table.resolved_at.is_(None))
    return connection.execute(select(table.id).where(*failed)).first() is not None
