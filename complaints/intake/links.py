"""Cases that belong together: a duplicate, a related one, one that continues an ended one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from access.rights import Verb
from complaints.overwritten import keep_before
from complaints.tables import case_link, complaint, overwritten
from engine import case_log
from engine.case_log import Change
from engine.case_rights import require
from engine.case_sight import sees_case
from engine.case_work import CaseWork
from engine.errors import Conflict, Unfit
from engine.model.step import Event
from storage.insert import insert_new

DUPLICATE_LINK = "duplicate"
FOLLOW_UP = "follow_up"
KINDS = (DUPLICATE_LINK, "related", FOLLOW_UP)
"""`duplicate`: this case says what the other says. `follow_up`: this case continues the other, which has ended."""


@dataclass(frozen=True)
class LinkCases:
    """This case is a duplicate of the other, related to it, or follows it. Repeating is safe."""

    case_id: str
    other_id: str
    kind: str


def link_cases(work: CaseWork, command: LinkCases) -> None:
    """Link. Raises Forbidden, Unfit for a kind or a case that is unknown, Conflict for two duplicates of each other."""
    who = require(work, Verb.LINK)
    if command.kind not in KINDS:
        raise Unfit("This is no kind of link.", fields=[{"field": "kind", "code": "unknown", "known": list(KINDS)}])
    other = command.other_id
    if other == work.case_id:
        raise Unfit("A case is not linked to itself.", fields=[{"field": "other_id", "code": "itself"}])
    table = complaint.c
    exists = work.connection.execute(select(table.case_id).where(table.case_id == other)).first() is not None
    if not exists or (who is not None and not sees_case(work.connection, other, who)):
        raise Unfit("There is no such case.", fields=[{"field": "other_id", "code": "unknown-case"}])
    if command.kind != "related" and _linked(work.connection, other, work.case_id, command.kind):
        raise Conflict("The other case is linked to this one the other way round.", other=other, kind=command.kind)
    link_from(work, other, command.kind)


def link_from(work: CaseWork, other_id: str, kind: str, *, step: str | None = None) -> bool:
    """Write a link from the case at hand and a line into both logs; say whether it is new. Repeating is safe.

    A relation holds both ways and is one row, whichever case it was noted in; the others have a direction. `step` is
    the element of the diagram whose form says so, None where people link by hand.
    """
    if not _store(work.connection, work.case_id, other_id, kind, now=work.now, step=step):
        return False
    _log_both(work, "linked", other_id, kind)
    return True


def link_follow_up(connection: Connection, case_id: str, other_id: str, *, now: datetime, by: str) -> None:
    """Write that a case, which nobody has loaded, continues another, with a line in both logs. Repeating is safe."""
    if _store(connection, case_id, other_id, FOLLOW_UP, now=now, step=None):
        case_log.write(
            connection,
            Change(case_id, None, now, by, [_line("linked", other_id, FOLLOW_UP, of="this")]),
            Change(other_id, None, now, by, [_line("linked", case_id, FOLLOW_UP, of="other")]),
        )


def _store(connection: Connection, case_id: str, other_id: str, kind: str, *, now: datetime, step: str | None) -> bool:
    first, second = sorted((case_id, other_id)) if kind == "related" else (case_id, other_id)
    values = {"case_id": first, "other_id": second, "kind": kind, "at": now, "step": step}
    return insert_new(connection, case_link, values, unique=("case_id", "other_id", "kind"))


def link_found_duplicate(work: CaseWork, element: str, other_id: str | None) -> None:
    """Link the case to the one that the form of this step has just found it to repeat, None where it repeats none.

    What an earlier form of this step has linked it to, and this one does not, is linked no more; what people have
    linked stays. Sent back, all is as before. Repeating is safe. The form has been looked at already
    (`duplicates.check_duplicate`).
    """
    connection, mine = work.connection, case_link.c
    where = (mine.case_id == work.case_id, mine.kind == DUPLICATE_LINK, mine.step == element)
    for row in connection.execute(select(case_link).where(*where, mine.other_id != (other_id or ""))).all():
        keep_before(work, case_link, f"{row.other_id}/{DUPLICATE_LINK}", {"at": row.at, "step": row.step})
        connection.execute(delete(case_link).where(*where, mine.other_id == row.other_id))
        _log_both(work, "unlinked", row.other_id, DUPLICATE_LINK)
    if other_id is not None and link_from(work, other_id, DUPLICATE_LINK, step=element):
        keep_before(work, case_link, f"{other_id}/{DUPLICATE_LINK}", None)


def note_unlinked(work: CaseWork, batch: str) -> None:
    """Write into both logs that the links which the change numbered `batch` has made go, before they do.

    And that those which it has taken away come back.
    """
    table = overwritten.c
    mine = (table.case_id == work.case_id, table.batch == batch, table.place == case_link.name)
    for row in work.connection.execute(select(table.record, table.before).where(*mine)).all():
        other, _, kind = row.record.partition("/")
        what = "unlinked" if row.before is None else "linked"
        _log_both(work, what, other, kind)


def _log_both(work: CaseWork, what: str, other_id: str, kind: str) -> None:
    work.events.append(_line(what, other_id, kind, of="this"))
    other = _line(what, work.case_id, kind, of="other")
    case_log.write(work.connection, Change(other_id, None, work.now, work.actor.id, [other]))


def _line(what: str, other_id: str, kind: str, *, of: str) -> Event:
    """Return a line that names the other case; `of`: whose link it is, this case's or the other's."""
    return Event(what, name=other_id, detail={"kind": kind, "of": of})


def _linked(connection: Connection, case_id: str, other_id: str, kind: str) -> bool:
    table = case_link.c
    found = select(table.at).where(table.case_id == case_id, table.other_id == other_id, table.kind == kind)
    return connection.execute(found).first() is not None
