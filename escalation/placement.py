"""Finds people for the engine: who gets a new task, and who is meant by `owner`, `post:...` or `team:...`.

Membership and posts are read late, in the transaction of the step: who is away today does not get today's task.
"""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import bindparam, case, or_, select

from access.tables import absence, membership, person, post_holder
from engine.case_sight import concerned
from engine.case_work import WITHDRAWN, CaseWork
from engine.model.step import OpenTask
from escalation.ladder import Absence, Assignment, Holder, deputies_of, person_for_post
from escalation.posts import Posts

# Asked for most of what opens and falls due: put together for each it would take longer than to be answered.
_DEPUTY = person.alias()
_HOLDERS = (
    select(
        post_holder.c.post,
        case((person.c.active, post_holder.c.person)).label("person"),
        case((_DEPUTY.c.active, post_holder.c.deputy)).label("deputy"),
    )
    .join(person, person.c.id == post_holder.c.person)
    .outerjoin(_DEPUTY, _DEPUTY.c.id == post_holder.c.deputy)
    .where(or_(person.c.active, _DEPUTY.c.active))
    .order_by(post_holder.c.post)
)
_AWAY = select(absence.c.person, absence.c.start_at, absence.c.end_at).where(
    absence.c.start_at <= bindparam("now"), absence.c.end_at > bindparam("now")
)
_ACTIVE = select(person.c.active).where(person.c.id == bindparam("person"))
_MEMBERS = (
    select(membership.c.person)
    .join(person, person.c.id == membership.c.person)
    .where(membership.c.team == bindparam("team"), person.c.active)
)


class PostPlacement:
    """Implements `engine.case_work.Placement` over one state of `posts.toml`, over holders and absences."""

    def __init__(self, posts: Posts) -> None:
        self.posts = posts

    def place(self, work: CaseWork, task: OpenTask) -> tuple[str | None, str | None]:
        """Return (assignee, post) of a task; both None leave it to its team.

        A team of which everybody must stay apart from it does not get it, but the post that asks somebody outside.
        """
        owner = work.owner
        if task.assign == "owner" and owner not in (None, *task.excluded) and not self._has_left(work, owner):
            return owner, None
        excluded = self._conflicted(work) | set(task.excluded)
        if task.assign is not None and task.assign.startswith("post:"):
            post = self._known(work, task.assign.removeprefix("post:"))
            return None, self._post_for(work, post, excluded)
        if task.team is not None and excluded and self._nobody_left(work, task.team, excluded):
            return None, self.posts.outside
        return None, None

    def others_left(self, work: CaseWork, task: OpenTask) -> bool:
        """Say whether the task's team has somebody besides those who are kept apart from it, or from the case."""
        apart = self._conflicted(work) | set(task.excluded)
        return task.team is not None and not self._nobody_left(work, task.team, apart)

    def outside_again(self, work: CaseWork, task: OpenTask) -> frozenset[str]:
        """Return whoever decides from outside where nobody else is left and they did a step before, else nobody."""
        apart = self._conflicted(work) | set(task.excluded)
        if task.assign is not None and task.assign.startswith("post:"):
            post = self._known(work, task.assign.removeprefix("post:"))
            alone = self._assignment(work, post, apart).person is None
        else:
            alone = task.team is not None and self._nobody_left(work, task.team, apart)
        holder = self.acting(work, self.posts.outside) if alone else None
        return frozenset({holder} & set(task.excluded)) if holder is not None else frozenset()

    def place_again(self, work: CaseWork, *, team: str | None, post: str | None, excluded: Set[str]) -> str | None:
        """Return the post of a task that nobody has, now that people were kept apart; None leaves it to the team."""
        apart = self._conflicted(work) | excluded
        if post is not None:
            return self._post_for(work, self._known(work, post), apart)
        return self.posts.outside if team is not None and self._nobody_left(work, team, apart) else None

    def recipients(self, work: CaseWork, to: str) -> tuple[str, ...]:
        """Return the addresses meant: `person:<id>`, `team:<code>`, `complainant`; nobody for who has withdrawn.

        Nothing is addressed to a closed account: the owner is told instead of a person who has left, whoever is on duty
        instead of such an owner, and who stands in or the next post up instead of such a holder.
        """
        if to == "complainant":
            # The change in which they withdraw still tells them so, and the one in which they take part again does.
            withdrawn = (each.get(WITHDRAWN) for each in (work.facts_at_start, work.row["facts"]))
            return () if all(withdrawn) else ("complainant",)
        if to.startswith("fact:"):
            fact = to.removeprefix("fact:")
            to = f"post:{work.row['facts'].get(fact) or fact}"
        if to.startswith("person:") and self._has_left(work, to.removeprefix("person:")):
            to = "owner"  # whoever looks after the case hears what somebody who has left would have heard
        if to == "owner":
            if work.owner is not None and not self._has_left(work, work.owner):
                return (f"person:{work.owner}",)
            to = f"post:{self.posts.duty}"
        if to.startswith("deputy:"):
            people = self._deputies(work, self._known(work, to.removeprefix("deputy:")))
            return tuple(f"person:{each}" for each in people) or (f"team:{self.posts.last_resort}",)
        if to.startswith("post:"):
            found = self._assignment(work, self._known(work, to.removeprefix("post:")), self._conflicted(work))
            return (f"person:{found.person}",) if found.person else (f"team:{self.posts.last_resort}",)
        return (to,)

    def acting(self, work: CaseWork, post: str) -> str | None:
        """Return the person who acts for a post in this case, or None."""
        return self._assignment(work, self._known(work, post), self._conflicted(work)).person

    def _post_for(self, work: CaseWork, post: str, excluded: Set[str]) -> str:
        """Return the post that a step waits for: the one named, and where a conflict is in the way the one that acts.

        It waits for people who come back, and for a post that is filled again: until then the post above stands in.
        """
        found = self._assignment(work, post, excluded)
        return found.post if any(step.because == "conflict" for step in found.path) else post

    def _known(self, work: CaseWork, post: str) -> str:
        """Return the post, or where posts.toml does not define it any more the one that stands in, on record."""
        if post in self.posts.posts:
            return post
        acting = self.posts.stand_in
        if not any(event.kind == "post-unknown" and event.name == post for event in work.events):
            work.log("post-unknown", name=post, acting=acting)
        return acting

    def _deputies(self, work: CaseWork, post: str) -> tuple[str, ...]:
        holders, absences = self._staffing(work)
        excluded = frozenset(self._conflicted(work))
        return deputies_of(post, work.now, posts=self.posts, holders=holders, absences=absences, excluded=excluded)

    def _assignment(self, work: CaseWork, post: str, excluded: Set[str]) -> Assignment:
        holders, absences = self._staffing(work)
        return person_for_post(
            post, work.now, posts=self.posts, holders=holders, absences=absences, excluded=frozenset(excluded)
        )

    @staticmethod
    def _staffing(work: CaseWork) -> tuple[list[Holder], list[Absence]]:
        """Return who holds which post, and who is away now; whoever has left holds nothing and stands in for nobody.

        So a deputy acts where the holder has left, the post above where both have.
        """
        holders = [Holder(row.post, row.person, row.deputy) for row in work.connection.execute(_HOLDERS)]
        away = work.connection.execute(_AWAY, {"now": work.now})
        return holders, [Absence(row.person, row.start_at, row.end_at) for row in away]

    @staticmethod
    def _has_left(work: CaseWork, person_id: str | None) -> bool:
        acts = work.actor.principal
        if acts is not None and acts.person_id == person_id:
            return False  # they have just signed in
        return not work.connection.execute(_ACTIVE, {"person": person_id}).scalar()

    @staticmethod
    def _conflicted(work: CaseWork) -> frozenset[str]:
        if work.barred is None:
            work.barred = concerned(work.connection, work.case_id)[1]
        return work.barred

    @staticmethod
    def _nobody_left(work: CaseWork, team: str, excluded: Set[str]) -> bool:
        members = work.connection.execute(_MEMBERS, {"team": team}).scalars()
        return set(members) <= set(excluded)
