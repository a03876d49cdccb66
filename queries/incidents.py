"""Failures on record, for operators: case, element, reason and counts, nothing of what is in the complaint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from access.policy import Principal
from complaints.incidents.on_record import IncidentKind, kind_of, may_know_of
from complaints.tables import complaint
from engine.case_work import Services
from engine.commands.house_work import require_operator
from engine.errors import NotFound
from engine.tables import IS_OPEN, incident, instance, work_item
from queries.case_places import CasePlace, case_places
from storage.outbox import outbox
from storage.paging import Sort, page


@dataclass(frozen=True)
class IncidentItem:
    """A failure on record."""

    id: str
    kind: str
    """`firing`, `step`, `nobody`, `delivery` or `house`."""
    state: str
    """`retrying`: tried again at `next_try_at`; `waiting`: for somebody; `resolved`; `dismissed`."""
    complaint_id: str | None
    """None: it concerns no case."""
    number: str | None
    """Of the case."""
    element: str | None
    """Of the diagram; or clock and rung."""
    doing: str
    """What was being done."""
    about: str | None
    """Which due item, or which task."""
    actor: str | None
    """Whose step it was; None: nobody's."""
    reason: str
    """Why it failed the last time."""
    attempts: int
    """How often it has failed in a row."""
    at: datetime
    """When it failed first."""
    next_try_at: datetime | None
    """When it is tried again by itself, None: not any more. In the past: as soon as what it waits for is over, another
    message to the same recipient, or a server that does not answer."""
    resolved_at: datetime | None
    """Since when it is over."""
    dismissed_by: str | None
    """Who decided that it need not happen."""
    dismissed_reason: str | None
    """Why."""


@dataclass(frozen=True)
class IncidentPage:
    """A page of incidents."""

    items: tuple[IncidentItem, ...]
    next: str | None


@dataclass(frozen=True)
class OpenStep:
    """An open step of the case: where it waits."""

    id: str
    element: str
    team: str | None
    post: str | None
    assignee: str | None


@dataclass(frozen=True)
class IncidentDetail:
    """An incident with what a repair needs to know."""

    incident: IncidentItem
    facts_version: int | None
    """The version that a repair of facts names; None where no case is concerned."""
    tasks: tuple[OpenStep, ...]
    """The open steps of the case."""
    places: tuple[CasePlace, ...]
    """Where the case stands, and where it may be moved; empty where its state cannot be read."""


NEWEST_FIRST = (Sort(incident.c.at, datetime, descending=True), Sort(incident.c.id, str, descending=True))


def incidents(
    connection: Connection, who: Principal | None, *, resolved: bool = False, cursor: str | None = None, limit: int = 50
) -> IncidentPage:
    """Return the failures that are open, or those that are over, newest first.

    `who` asks: an operator, None for the house itself (whoever runs the machine). Cases from which the operator is kept
    apart are left out. Raises Forbidden, BadCursor.
    """
    over = incident.c.resolved_at.is_not(None) if resolved else incident.c.resolved_at.is_(None)
    chosen = _rows(who).where(over)
    found = page(connection, chosen, of=("incidents", resolved), order=NEWEST_FIRST, cursor=cursor, limit=limit)
    tries = _delivery_tries(connection, found.rows)
    return IncidentPage(tuple(_item(row, tries) for row in found.rows), found.next)


def one_incident(
    connection: Connection, who: Principal | None, incident_id: str, *, services: Services, now: datetime
) -> IncidentDetail:
    """Return one incident to an operator, or to the house itself. Raises Forbidden, NotFound."""
    row = connection.execute(_rows(who).where(incident.c.id == incident_id)).first()
    if row is None:
        raise NotFound("There is no such incident.", incident=incident_id)
    shown = _item(row, _delivery_tries(connection, [row]))
    places = tuple(case_places(connection, row.case_id, services, now=now))
    return IncidentDetail(shown, row.facts_version, _open_steps(connection, row.case_id), places)


def _open_steps(connection: Connection, case_id: str | None) -> tuple[OpenStep, ...]:
    table = work_item.c
    asked = select(table.id, table.element, table.team, table.post, table.assignee)
    mine = asked.where(table.case_id == case_id, IS_OPEN).order_by(table.entered_at, table.id)
    return tuple(OpenStep(*row) for row in connection.execute(mine))


def _rows(who: Principal | None) -> Select[Any]:
    chosen = (
        select(*incident.c, complaint.c.number, instance.c.facts_version)
        .outerjoin_from(incident, complaint, complaint.c.case_id == incident.c.case_id)
        .outerjoin(instance, instance.c.case_id == incident.c.case_id)
    )
    return chosen if who is None else chosen.where(may_know_of(require_operator(who).person_id))


def _delivery_tries(connection: Connection, rows: Iterable[Any]) -> Mapping[str, datetime]:
    """Return, by the id of the incident, when a message that could not be delivered is tried again by itself."""
    waiting = [row for row in rows if row.resolved_at is None]
    failed = {row.about: row.id for row in waiting if kind_of(row.doing, row.case_id) is IncidentKind.DELIVERY}
    if not failed:
        return {}
    table = outbox.c
    alive = (table.given_up_at.is_(None), table.delivered_at.is_(None), table.cancelled_at.is_(None))
    asked = select(table.id, table.deliver_after).where(table.id.in_(failed), *alive)
    return {failed[each.id]: each.deliver_after for each in connection.execute(asked)}


def _item(row: Any, tries: Mapping[str, datetime]) -> IncidentItem:
    next_try_at = row.next_try_at or tries.get(row.id)
    return IncidentItem(
        id=row.id, kind=kind_of(row.doing, row.case_id).value, state=_state(row, next_try_at), complaint_id=row.case_id,
        number=row.number, element=row.element, doing=row.doing, about=row.about, actor=row.actor, reason=row.reason,
        attempts=row.attempts, at=row.at, next_try_at=next_try_at, resolved_at=row.resolved_at,
        dismissed_by=row.dismissed_by, dismissed_reason=row.dismissed_reason,
    )  # fmt: skip


def _state(row: Any, next_try_at: datetime | None) -> str:
    if row.resolved_at is not None:
        return "resolved" if row.dismissed_by is None else "dismissed"
    return "waiting" if next_try_at is None else "retrying"
