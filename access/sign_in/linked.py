"""Whose account a person of the institution's provider has here, and the teams that follow their groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from access import people, teams
from access.errors import AccessError
from access.people import LANGUAGES, LOGIN, PERSON
from access.randomness import Ids
from access.sign_in.provider import Claims
from access.sign_in.rules import SignInRules
from access.sign_in.tables import linked_account
from access.tables import person
from trail.house import Kind, note


class NotAdmitted(AccessError):
    """Whom the provider means has no account here."""

    def __init__(self, code: str) -> None:
        """Take `unknown` (nobody has this address, and no team is theirs) or `closed`."""
        self.code = code
        super().__init__(f"Not admitted: {code}.")


PROVIDER = "provider"
"""Who acts, on the record of the house, where the groups of an account say so."""


@dataclass(frozen=True)
class Admitted:
    """Who came in."""

    person_id: str
    teams_changed: bool
    """Whether they joined or left a team by it."""


def admit(
    connection: Connection, claims: Claims, *, rules: SignInRules, create: bool, ids: Ids, now: datetime
) -> Admitted:
    """Return whose account is meant, after its teams were made to follow the groups.

    An account is known by issuer and subject. Before it is, one is linked that alone has the verified address, or with
    `create` made where a group gives a team. Raises NotAdmitted. Repeating is safe.
    """
    meant = connection.scalar(
        select(linked_account.c.person).where(
            linked_account.c.issuer == claims.issuer, linked_account.c.subject == claims.subject
        )
    )
    if meant is None:
        meant = _of_address(connection, claims)
        if meant is None and create and rules.teams_of(claims.groups):
            meant = _made(connection, claims, ids=ids, now=now)
        if meant is None:
            raise NotAdmitted("unknown")
        connection.execute(
            linked_account.insert().values(issuer=claims.issuer, subject=claims.subject, person=meant, since=now)
        )
    if not people.get(connection, meant).active:
        raise NotAdmitted("closed")
    return Admitted(meant, _follow(connection, meant, rules, claims, now))


def _of_address(connection: Connection, claims: Claims) -> str | None:
    """Return the one person with the verified address of the claims who is linked to nobody there yet."""
    if not claims.email:
        return None
    linked = select(linked_account.c.person).where(linked_account.c.issuer == claims.issuer)
    rows = connection.execute(
        select(person.c.id, person.c.id.in_(linked).label("linked")).where(
            func.lower(person.c.email) == claims.email.lower(), person.c.kind == PERSON
        )
    ).all()
    return str(rows[0].id) if len(rows) == 1 and not rows[0].linked else None


def _made(connection: Connection, claims: Claims, *, ids: Ids, now: datetime) -> str:
    wanted = (claims.login.partition("@")[0].lower(), claims.email.partition("@")[0].lower())
    taken = set(connection.scalars(select(person.c.id).where(person.c.id.in_(wanted))))
    free = (each for each in wanted if LOGIN.fullmatch(each) and each not in taken)
    short = claims.language[:2].lower()
    language = next((each for each in LANGUAGES if each[:2] == short), LANGUAGES[0])
    added = people.add(
        connection, name=claims.name or claims.login or claims.email or claims.subject, language=language, ids=ids,
        now=now, email=claims.email or None, login=next(free, None),
    )  # fmt: skip
    note(connection, Kind.PERSON_ADDED, at=now, actor=PROVIDER, person=added.id)
    return added.id


def _follow(connection: Connection, person_id: str, rules: SignInRules, claims: Claims, now: datetime) -> bool:
    """Make the teams that the mapping names follow the groups; every other team stays as it is."""
    has, due = teams.teams_of(connection, person_id) & rules.mapped_teams, rules.teams_of(claims.groups)
    for team in sorted(due - has):
        teams.join(connection, person_id, team)
        note(connection, Kind.TEAM_JOINED, at=now, actor=PROVIDER, person=person_id, team=team)
    for team in sorted(has - due):
        teams.leave(connection, person_id, team)
        note(connection, Kind.TEAM_LEFT, at=now, actor=PROVIDER, person=person_id, team=team)
    return has != due
