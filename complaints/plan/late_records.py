"""A promise or an action is late: told to whom `[late]` of the process names (R-002-23, R-004-24).

What has a day of its own belongs to a row of the case and not to a clock; who hears of it is data all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from access.policy import Duty, Role
from access.tables import membership, person, role
from engine.case_work import CaseWork

KINDS = ("action", "promise")
"""The records that have a day of their own."""
SUPERVISOR = "supervisor"
"""The word of a notice for whoever watches late work."""


def tell_late(work: CaseWork, kind: str, values: Mapping[str, Any], *, concerned: Iterable[str], cause: str) -> None:
    """Tell everybody whom the process names for this kind, each once. Told again in another change, they hear it again.

    `concerned`: the addresses that the record itself names. Where the process says nothing of this kind nobody is told,
    and the case stands among what is overdue.
    """
    notice = work.process.config.late.get(kind)
    if notice is None:
        return
    told: list[str] = []
    # Supervisors come last: who is in a team that is told hears of it there, wherever the process names the team.
    for to in sorted(notice.to, key=lambda to: to == SUPERVISOR):
        told += [each for each in _meant(work, to, concerned, told) if each not in told]
    for to in told:
        work.tell(to, notice.template, values, cause)


def _meant(work: CaseWork, to: str, concerned: Iterable[str], told: Collection[str]) -> Iterator[str]:
    if to == "concerned":
        yield from concerned
    elif to == "leads":
        yield from (f"team:{team}" for team in sorted(work.services.rules.teams_with(Duty.LEADS)))
    elif to == SUPERVISOR:
        owner = work.owner if "owner" in told else None
        teams = [each.removeprefix("team:") for each in told if each.startswith("team:")]
        yield from (f"person:{each}" for each in _supervisors(work, teams) if each != owner)
    else:
        yield to


def _supervisors(work: CaseWork, told: Collection[str]) -> list[str]:
    """Return who watches late work and is in none of the teams that are told already."""
    in_a_team = select(membership.c.person).where(membership.c.team.in_(told))
    watching = (
        select(person.c.id)
        .join(role, role.c.person == person.c.id)
        .where(person.c.active, role.c.role == Role.SUPERVISOR.value, person.c.id.not_in(in_a_team))
        .order_by(person.c.id)
    )
    return list(work.connection.execute(watching).scalars())
