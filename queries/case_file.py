"""The whole case on one page: what was said, where it stands, what is due and why, what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from access import people
from access.rights import Verb, standings_of
from complaints.tables import affected, hand_over, respondent
from engine.tables import process_version
from queries.asked_facts import asked_facts
from queries.explain import ClockLine, clock_lines
from queries.inbox import TaskItem, tasks_of
from queries.links import LinkLine, links
from queries.money import Money, money
from queries.open_records import ActionLine, PromiseLine, RefundLine, RemedyLine, actions, promises, refunds, remedies
from queries.reader import Reader
from queries.visibility import case_row, sees_whole

AFTER_THE_END = frozenset({Verb.FOLLOW_UP, Verb.LINK})
"""What can still be done to a case that has ended; the first of them only then."""


@dataclass(frozen=True)
class ProcessVersion:
    """Which version of which process a case runs on."""

    key: str
    version: int
    title: str


@dataclass(frozen=True)
class ComplainantCard:
    """Who complains. Contact details are absent for support that is only asked for help."""

    name: str | None
    relation: str | None
    learner_id: str | None
    email: str | None
    phone: str | None
    preferred_contact: str | None
    on_behalf_of: str | None


@dataclass(frozen=True)
class RespondentCard:
    """Who is complained about."""

    name: str
    role: str | None
    person: str | None


@dataclass(frozen=True)
class HandOverLine:
    """An offer of the case that nobody has answered yet."""

    id: str
    from_person: str | None
    to_person: str
    to_name: str | None
    reason: str
    asked_at: datetime


@dataclass(frozen=True)
class CaseFile:
    """A complaint."""

    id: str
    number: str
    status: str
    status_text: str
    closure: str | None
    closure_text: str | None
    case_owner: str | None
    case_owner_name: str | None
    impact: str | None
    priority: str | None
    facts: Mapping[str, Any]
    """All of them; for support that is asked for help, those that the forms of its own tasks show."""
    facts_version: int
    row_version: int
    clocks: tuple[ClockLine, ...]
    tasks: tuple[TaskItem, ...]
    process: ProcessVersion
    subject: str
    text: str
    type: str
    category: str | None
    category_path: str
    channel: str
    campus: str
    zone: str
    language: str
    identity_mode: str
    received_at: datetime
    recorded_at: datetime
    recorded_by: str | None
    desired_outcome: str | None
    location: str | None
    refund: Money | None
    complainant: ComplainantCard
    respondents: tuple[RespondentCard, ...]
    affected_count: int
    links: tuple[LinkLine, ...]
    """The cases that belong to this one, as far as the reader may see them."""
    actions: tuple[ActionLine, ...]
    promises: tuple[PromiseLine, ...]
    refunds: tuple[RefundLine, ...]
    remedies: tuple[RemedyLine, ...]
    hand_over: HandOverLine | None
    waits_for: tuple[str, ...]
    """Messages that somebody in the case waits for."""
    retention_hold: str | None
    ended_at: datetime | None
    whole: bool
    """False: the reader is asked for help and sees what that needs: no refunds, remedies, contacts.

    Respondents only where a form of theirs shows that somebody is named (`respondent_named`): who hears them has to
    know whom.
    """
    may: tuple[str, ...]
    """What the reader can do with the case besides its tasks: the verbs of `access.rights`, as `change-facts`."""


def case_file(reader: Reader, case_id: str) -> CaseFile:
    """Return a complaint. Raises NotFound when there is none, or when it is not the reader's to see."""
    row = case_row(reader, case_id)
    process = reader.process(row.version_id)
    words = reader.library.words.of(process)
    zone = reader.zone(row.facts.get("campus"))
    whole = sees_whole(reader.who, case_owner=row.case_owner)
    facts = asked_facts(reader, case_id, process, row.facts, whole=whole)
    return CaseFile(
        id=case_id,
        number=row.number,
        status=row.status,
        status_text=words.status(row.status, reader.language),
        closure=row.closure,
        closure_text=words.closure(row.closure, reader.language) if row.closure else None,
        case_owner=row.case_owner,
        case_owner_name=_name(reader, row.case_owner),
        impact=row.impact,
        priority=row.priority,
        facts=facts,
        facts_version=row.facts_version,
        row_version=row.row_version,
        clocks=clock_lines(reader, case_id, words, zone),
        tasks=tasks_of(reader, case_id),
        process=process_version_of(reader, row.version_id),
        subject=row.subject,
        text=row.text,
        type=row.type,
        category=row.category,
        category_path=_category(reader, row.category),
        channel=row.channel,
        campus=str(row.facts.get("campus") or "main"),
        zone=zone.key,
        language=row.language,
        identity_mode=row.identity_mode,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        desired_outcome=row.desired_outcome,
        location=row.location,
        refund=money(row.refund_minor, row.refund_currency) if whole or "refund" in facts else None,
        complainant=_complainant(row, whole=whole),
        respondents=_respondents(reader, case_id) if whole or "respondent_named" in facts else (),
        affected_count=_affected_count(reader, case_id),
        links=links(reader, case_id),
        actions=actions(reader, case_id),
        promises=promises(reader, case_id),
        refunds=refunds(reader, case_id) if whole else (),
        remedies=remedies(reader, case_id) if whole else (),
        hand_over=_hand_over(reader, case_id),
        waits_for=tuple(row.waits_for),
        retention_hold=row.retention_hold,
        ended_at=row.ended_at,
        whole=whole,
        may=_may(reader, row),
    )


def versions_of(reader: Reader, case_id: str) -> tuple[int, int]:
    """Return the version of the row and of the facts, for whoever asks whether all is as it was. Raises NotFound."""
    row = case_row(reader, case_id)
    return row.row_version, row.facts_version


def process_version_of(reader: Reader, version_id: str) -> ProcessVersion:
    """Return key, number and name of a version."""
    row = reader.connection.execute(
        select(process_version.c.process_key, process_version.c.number).where(process_version.c.id == version_id)
    ).one()
    words = reader.library.words.of(reader.process(version_id))
    return ProcessVersion(row.process_key, row.number, words.title(reader.language))


def _complainant(row: Any, *, whole: bool) -> ComplainantCard:
    return ComplainantCard(
        name=row.name,
        relation=row.relation,
        learner_id=row.learner_id,
        email=row.email if whole else None,
        phone=row.phone if whole else None,
        preferred_contact=row.preferred_contact if whole else None,
        on_behalf_of=row.on_behalf_of,
    )


def _respondents(reader: Reader, case_id: str) -> tuple[RespondentCard, ...]:
    rows = reader.connection.execute(
        select(respondent.c.name, respondent.c.role, respondent.c.person)
        .where(respondent.c.case_id == case_id)
        .order_by(respondent.c.id)
    )
    return tuple(RespondentCard(row.name, row.role, row.person) for row in reader.opened(case_id, rows))


def _affected_count(reader: Reader, case_id: str) -> int:
    here = (affected.c.case_id == case_id, affected.c.left_at.is_(None))
    return reader.connection.execute(select(func.count()).select_from(affected).where(*here)).scalar_one()


def _hand_over(reader: Reader, case_id: str) -> HandOverLine | None:
    row = reader.connection.execute(
        select(hand_over).where(hand_over.c.case_id == case_id, hand_over.c.answered_at.is_(None))
    ).first()
    if row is None:
        return None
    [row] = reader.opened(case_id, [row])
    name = _name(reader, row.to_person)
    return HandOverLine(row.id, row.from_person, row.to_person, name, row.reason, row.asked_at)


def _category(reader: Reader, code: str | None) -> str:
    tree = reader.library.categories
    return tree.path(code, reader.language) if code is not None and tree.exists(code) else code or ""


def _name(reader: Reader, person_id: str | None) -> str | None:
    return people.names(reader.connection, [person_id]).get(person_id) if person_id else None


def _may(reader: Reader, row: Any) -> tuple[str, ...]:
    ended = row.ended_at is not None
    held, rules = standings_of(reader.who, owner=row.case_owner), reader.library.posts.rules
    return tuple(
        verb.key.replace("_", "-")
        for verb in Verb
        if rules.allows(verb, held) and (verb in AFTER_THE_END if ended else verb is not Verb.FOLLOW_UP)
    )
