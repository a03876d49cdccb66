"""Who leaves: the account is closed, what they had merely taken goes back, what stays theirs is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from access import people
from access.sign_in.closing import take_ways_in
from access.tables import person, post_holder
from complaints.tables import complaint, hand_over
from engine.commands.claim import ReleaseTask
from engine.errors import Refusal
from engine.pipeline import Desk
from engine.tables import IS_OPEN, instance, work_item
from trail.house import Kind

_NUMBER = func.coalesce(complaint.c.number, instance.c.case_id)


@dataclass(frozen=True, kw_only=True)
class HeldCase:
    """An open case and its owner."""

    number: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class HeldTask:
    """An open task and who has it."""

    id: str
    number: str
    name: str
    holder: str


@dataclass(frozen=True, kw_only=True)
class HeldPost:
    """A post and who has it, or stands in for who has it."""

    post: str
    person: str
    stands_in: bool


@dataclass(frozen=True, kw_only=True)
class HeldOffer:
    """A case that is offered to somebody who has not answered."""

    number: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Left:
    """What became of the work of somebody who left."""

    login: str
    released: Sequence[HeldTask]
    """Back with their team or post."""
    cases: Sequence[HeldCase]
    tasks: Sequence[HeldTask]
    """What only a supervisor can give to somebody else: it stays with the closed account until then."""
    posts: Sequence[HeldPost] = ()
    """Others act for them from now on, as when the person is away: it is told so that somebody is appointed."""
    offers: Sequence[HeldOffer] = ()
    """Cases that wait for an answer that will not come."""


def leave(desk: Desk, login: str) -> Left:
    """Close the account with its ways in, and give back the tasks that others of the team or post can take.

    In one transaction. A case is never given away by the house: a colleague has to accept it. What one task refuses
    keeps nothing else from being given back. Raises UnknownPerson. Repeating is safe.
    """
    people.deactivate(desk.connection, login, now=desk.now)
    take_ways_in(desk.connection, login)
    desk.note(Kind.PERSON_LEFT, person=login)
    released = []
    for task in _tasks(desk.connection, login):
        try:
            desk.pipeline.within(desk.connection, ReleaseTask(task.id), desk.actor)
        except Refusal:
            continue  # it follows the case, is nobody else's, or cannot be given back in its case: told below
        released.append(task)
    return Left(
        login=login,
        released=released,
        cases=_cases(desk.connection, login),
        tasks=_tasks(desk.connection, login),
        posts=_posts(desk.connection, login),
        offers=_offers(desk.connection, login),
    )


def told(left: Left) -> Iterator[str]:
    """Yield what to print: what was done, and what a supervisor has to do now."""
    who = left.login
    yield f"The account {who} is closed."
    if left.released:
        yield f"Given back to their teams and posts: {_listed(left.released)}."
    if left.cases:
        numbers = ", ".join(case.number for case in left.cases)
        yield (
            f"{who} still owns {_counted(len(left.cases), 'open case')}: {numbers}. A supervisor opens each and offers"
            " it to a colleague, who accepts; the tasks of its owner go along."
        )
    if left.tasks:
        yield (
            f"{who} still has {_counted(len(left.tasks), 'open task')}: {_listed(left.tasks)}. What does not go along"
            " with its case, a supervisor assigns to somebody else, on the page of the task."
        )
    for held in left.posts:
        what = "stands in for the holder of" if held.stands_in else "holds"
        yield f"{who} still {what} the post {held.post}: {_appoint(held)}"
    if left.offers:
        numbers = ", ".join(offer.number for offer in left.offers)
        yield (
            f"{_counted(len(left.offers), 'case')} offered to {who} will not be answered: {numbers}. Whoever offered"
            " it, or a supervisor, takes the offer back and offers the case to somebody else."
        )


def findings_of_closed_accounts(connection: Connection) -> Iterator[str]:
    """Yield one sentence for every open case, open task, post and open offer of a closed account, with what to do."""
    for case in _cases(connection):
        yield (
            f"case {case.number}: its owner {case.owner} has left; a supervisor offers the case to a colleague, who"
            " accepts it"
        )
    for task in _tasks(connection):
        yield (
            f"case {task.number}: the open task `{task.name}` is with {task.holder}, who has left; it goes along when"
            " the case is handed over, or a supervisor assigns it to somebody else"
        )
    for held in _posts(connection):
        what = "stands in for its holder" if held.stands_in else "holds it"
        yield f"post {held.post}: {held.person}, who {what}, has left; {_appoint(held)}"
    for offer in _offers(connection):
        yield (
            f"case {offer.number}: it is offered to {offer.to}, who has left; whoever offered it, or a supervisor, "
            "takes the offer back and offers it to somebody else"
        )


def _meant(login: str | None) -> ColumnElement[bool]:
    """Ask for one person, without a login for those whose account is closed."""
    return person.c.active.is_(False) if login is None else person.c.id == login


def _cases(connection: Connection, login: str | None = None) -> list[HeldCase]:
    """Return the open cases that a person owns, without a login those of closed accounts."""
    table = instance.c
    found = connection.execute(
        select(_NUMBER.label("number"), table.case_owner)
        .select_from(instance)
        .join(person, person.c.id == table.case_owner)
        .outerjoin(complaint, complaint.c.case_id == table.case_id)
        .where(table.ended_at.is_(None), table.status != "closed", _meant(login))
        .order_by(_NUMBER)
    )
    return [HeldCase(number=row.number, owner=row.case_owner) for row in found]


def _tasks(connection: Connection, login: str | None = None) -> list[HeldTask]:
    """Return the open tasks that a person has, without a login those of closed accounts, in the order of the cases."""
    table = work_item.c
    found = connection.execute(
        select(table.id, _NUMBER.label("number"), table.name, table.assignee)
        .select_from(work_item)
        .join(instance, instance.c.case_id == table.case_id)
        .join(person, person.c.id == table.assignee)
        .outerjoin(complaint, complaint.c.case_id == table.case_id)
        .where(IS_OPEN, _meant(login))
        .order_by(table.case_id, table.entered_at, table.id)
    )
    return [HeldTask(id=row.id, number=row.number, name=row.name, holder=row.assignee) for row in found]


def _posts(connection: Connection, login: str | None = None) -> list[HeldPost]:
    """Return the posts that a person holds or stands in for, without a login those of closed accounts."""
    table, found = post_holder.c, []
    for column in (table.person, table.deputy):
        rows = connection.execute(
            select(table.post, column.label("who")).join(person, person.c.id == column).where(_meant(login))
        )
        found += [HeldPost(post=row.post, person=row.who, stands_in=column is table.deputy) for row in rows]
    return sorted(found, key=lambda held: (held.post, held.stands_in))


def _offers(connection: Connection, login: str | None = None) -> list[HeldOffer]:
    """Return the open offers to a person, without a login those to closed accounts."""
    table = hand_over.c
    found = connection.execute(
        select(_NUMBER.label("number"), table.to_person)
        .select_from(hand_over)
        .join(instance, instance.c.case_id == table.case_id)
        .join(person, person.c.id == table.to_person)
        .outerjoin(complaint, complaint.c.case_id == table.case_id)
        .where(table.answered_at.is_(None), instance.c.ended_at.is_(None), instance.c.status != "closed", _meant(login))
        .order_by(_NUMBER)
    )
    return [HeldOffer(number=row.number, to=row.to_person) for row in found]


def _appoint(held: HeldPost) -> str:
    """Return what to do, with the command that does it."""
    if held.stands_in:
        return f"name another with `redress user appoint {held.post} HOLDER --deputy SOMEBODY`."
    return (
        "until somebody is appointed, who stands in acts, else the post above:"
        f" `redress user appoint {held.post} SOMEBODY`."
    )


def _listed(tasks: Sequence[HeldTask]) -> str:
    return ", ".join(f"{task.number} ({task.name})" for task in tasks)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
