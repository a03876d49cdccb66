"""Which person acts for a post at an instant: holder, deputy, or the post above (docs/process-owner/posts.md).

Nobody barred by a conflict of interest is ever named (respondent, author of the plan). Pure: who holds what, and who is
away, are arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from escalation.posts import Post, Posts

Because = Literal["holder", "deputy", "absent", "conflict", "vacant"]
"""What became of a post: its holder acts, its deputy acts, or it was passed over (all away; some barred; unfilled)."""


@dataclass(frozen=True)
class Holder:
    """Who holds a post. Several may hold one (a duty roster): they are asked in the given order, then the deputies."""

    post: str
    person: str | None
    """None: they have left the house, and who stands in for them acts."""
    deputy: str | None = None


@dataclass(frozen=True)
class Absence:
    """A time at which a person does not act: from `start` (inclusive) to `end` (exclusive), both aware."""

    person: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an absence needs aware instants")
        if self.end <= self.start:
            raise ValueError("an absence ends after it begins")

    def covers(self, at: datetime) -> bool:
        """Return whether an instant lies in the absence."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Step:
    """One post on the way upward and what became of it."""

    post: str
    because: Because
    person: str | None


@dataclass(frozen=True)
class Assignment:
    """Who acts, and why it is that person."""

    person: str | None
    """None where nobody on the whole way upward can act: the case stays on leadership's late list."""
    post: str
    """The post for which the person acts: the one asked for, or one above; with nobody, the last that was asked."""
    because: Because
    """What became of the post that was asked for."""
    path: tuple[Step, ...]
    """Every post that was asked, in order."""


def person_for_post(
    post: str,
    at: datetime,
    *,
    posts: Posts,
    holders: Iterable[Holder],
    absences: Iterable[Absence] = (),
    excluded: Set[str] = frozenset(),
) -> Assignment:
    """Return who acts for a post at an aware instant.

    A deputy acts where the holder is away or barred; the post above where neither can. The outside post is asked
    where it is named, or where a conflict kept somebody on the way from acting; not because people are on holiday.
    Raises UnknownPost, and ValueError for a naive instant.
    """
    if at.tzinfo is None:
        raise ValueError("a person is found for an aware instant")
    away = frozenset(absence.person for absence in absences if absence.covers(at))
    held = tuple(holders)
    path: list[Step] = []
    barred = False
    for one in posts.upward(post):
        if one.outside and path and not barred:
            break
        here = tuple(holder for holder in held if holder.post == one.name)
        step = _ask(one, here, away=away, excluded=excluded)
        path.append(step)
        if step.person is not None:
            break
        barred = barred or any(person in excluded for person in _people(here))
    return Assignment(person=path[-1].person, post=path[-1].post, because=path[0].because, path=tuple(path))


def deputies_of(
    post: str,
    at: datetime,
    *,
    posts: Posts,
    holders: Iterable[Holder],
    absences: Iterable[Absence] = (),
    excluded: Set[str] = frozenset(),
) -> tuple[str, ...]:
    """Return who stands in for the holders of a post at an aware instant; without anybody, who acts for the post above.

    Nobody who is away or barred, and nobody from outside: the holder is late, not kept apart. Raises UnknownPost, and
    ValueError for a naive instant.
    """
    if at.tzinfo is None:
        raise ValueError("a person is found for an aware instant")
    way, held, gone = posts.upward(post), tuple(holders), tuple(absences)
    away = {absence.person for absence in gone if absence.covers(at)}
    here = dict.fromkeys(holder.deputy for holder in held if holder.post == post and holder.deputy is not None)
    found = tuple(person for person in here if person not in away and person not in excluded)
    if found or len(way) == 1 or way[1].outside:
        return found
    above = person_for_post(way[1].name, at, posts=posts, holders=held, absences=gone, excluded=excluded)
    inside = above.person is not None and not posts.post(above.post).outside
    return (above.person,) if inside and above.person is not None else ()


def _ask(post: Post, holders: tuple[Holder, ...], *, away: Set[str], excluded: Set[str]) -> Step:
    for holder in holders:
        if holder.person is not None and holder.person not in away and holder.person not in excluded:
            return Step(post.name, "holder", holder.person)
    for holder in holders:
        if holder.deputy is not None and holder.deputy not in away and holder.deputy not in excluded:
            return Step(post.name, "deputy", holder.deputy)
    if not holders:
        return Step(post.name, "vacant", None)
    people = _people(holders)
    return Step(post.name, "conflict" if any(person in excluded for person in people) else "absent", None)


def _people(holders: Iterable[Holder]) -> tuple[str, ...]:
    """Return holders and deputies."""
    return tuple(person for holder in holders for person in (holder.person, holder.deputy) if person is not None)
