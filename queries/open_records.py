"""What a case has promised and has to do: actions, promises, refunds, remedies. The caller has passed the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from complaints.tables import SUPERSEDED, action_item, affected, promise, refund_line, remedy
from engine.process import CompiledProcess
from engine.tables import instance
from queries.money import Money, money
from queries.reader import Reader
from queries.remedy_words import remedy_in_words


@dataclass(frozen=True)
class ActionLine:
    """Something to be done, with who and when."""

    id: str
    kind: str
    """action, condition or interim."""
    title: str
    team: str | None
    due_at: datetime | None
    blocking: bool
    """True: the case cannot be closed before it is done."""
    late: bool
    done_at: datetime | None
    done_by: str | None
    done_note: str | None


@dataclass(frozen=True)
class PromiseLine:
    """Something that was promised to the complainant."""

    id: str
    what: str
    due_at: datetime
    made_by: str | None
    made_at: datetime
    kept_at: datetime | None
    missed_at: datetime | None


@dataclass(frozen=True)
class RefundLine:
    """A refund of the plan."""

    id: str
    payee: str
    amount: Money | None
    """What the plan says."""
    approved: Money | None
    """What the review has approved, None before."""
    state: str
    """planned, approved, rejected, paid, or void: never paid, because the plan ended before."""
    reviewed_by: str | None
    reviewed_at: datetime | None
    reasons: str | None
    paid_on: date | None
    reference: str | None


@dataclass(frozen=True)
class RemedyLine:
    """A remedy for one person."""

    id: str
    affected_id: str | None
    affected_name: str | None
    kind: str
    kind_text: str
    """In the reader's language."""
    days: int | None
    note: str | None
    done_at: datetime | None
    done_by: str | None
    void_at: datetime | None
    """When it became void: before it was given the plan ended, or a later one left it out."""


def actions(reader: Reader, case_id: str) -> tuple[ActionLine, ...]:
    """Return the actions of a case, the open ones first: not those that a later plan has left out."""
    table = action_item.c
    rows = reader.connection.execute(
        select(action_item)
        .where(table.case_id == case_id, table.void_at.is_(None))
        .order_by(table.done_at.is_not(None), table.due_at.is_(None), table.due_at, table.id)
    )
    return tuple(
        ActionLine(
            id=row.id,
            kind=row.kind,
            title=row.title,
            team=row.team,
            due_at=row.due_at,
            blocking=row.blocking,
            late=row.done_at is None and row.due_at is not None and row.due_at < reader.now,
            done_at=row.done_at,
            done_by=row.done_by,
            done_note=row.done_note,
        )
        for row in reader.opened(case_id, rows)
    )


def promises(reader: Reader, case_id: str) -> tuple[PromiseLine, ...]:
    """Return the promises of a case by their time."""
    table = promise.c
    rows = reader.connection.execute(select(promise).where(table.case_id == case_id).order_by(table.due_at, table.id))
    return tuple(
        PromiseLine(row.id, row.what, row.due_at, row.made_by, row.made_at, row.kept_at, row.missed_at)
        for row in reader.opened(case_id, rows)
    )


def refunds(reader: Reader, case_id: str) -> tuple[RefundLine, ...]:
    """Return the refund lines of a case that count: not those that a later plan has left out."""
    table = refund_line.c
    mine = select(refund_line).where(table.case_id == case_id, table.state != SUPERSEDED)
    rows = reader.connection.execute(mine.order_by(table.id))
    return tuple(
        RefundLine(
            id=row.id,
            payee=row.payee,
            amount=money(row.amount_minor, row.currency),
            approved=money(row.approved_minor, row.currency),
            state=row.state,
            reviewed_by=row.reviewed_by,
            reviewed_at=row.reviewed_at,
            reasons=row.reasons,
            paid_on=row.paid_on,
            reference=row.reference,
        )
        for row in reader.opened(case_id, rows)
    )


def remedies(reader: Reader, case_id: str) -> tuple[RemedyLine, ...]:
    """Return the remedies of a case, each with the person it is for."""
    table = remedy.c
    rows = reader.connection.execute(
        select(remedy, affected.c.name.label("affected_name"))
        .outerjoin(affected, affected.c.id == table.affected_id)
        .where(table.case_id == case_id)
        .order_by(table.done_at.is_not(None), table.id)
    )
    found = reader.opened(case_id, rows)
    process = _process(reader, case_id) if found else None
    return tuple(
        RemedyLine(
            id=row.id,
            affected_id=row.affected_id,
            affected_name=row.affected_name,
            kind=row.kind,
            kind_text=remedy_in_words(process, row.kind, reader.language) if process else row.kind,
            days=row.days,
            note=row.note,
            done_at=row.done_at,
            done_by=row.done_by,
            void_at=row.void_at,
        )
        for row in found
    )


def _process(reader: Reader, case_id: str) -> CompiledProcess:
    version: str = reader.connection.execute(
        select(instance.c.version_id).where(instance.c.case_id == case_id)
    ).scalar_one()
    return reader.process(version)
