"""Who on the list of people concerned is the complainant: their remedy is the one that the complainant has already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import select

from complaints.tables import complaint
from complaints.wording import alike, alike_code, alike_contact
from engine.case_work import CaseWork


class Listed(Protocol):
    """Somebody on the list."""

    @property
    def name(self) -> str:
        """As it was typed."""
        ...

    @property
    def contact(self) -> str | None:
        """A telephone number or an address."""
        ...

    @property
    def learner_id(self) -> str | None:
        """The number of the learner."""
        ...


def complainant_among(work: CaseWork, people: Iterable[tuple[str, Listed]]) -> str | None:
    """Return the id of whoever of these (id, person) is the complainant, or None.

    So is the person on whose behalf they complain: what the plan gives the complainant is for that person. The same
    learner id says so most surely, then the name of that person, then the complainant's own. Two learner ids that
    differ are two people, whatever else is the same. A contact is often shared, by parent and child or by a class: it
    decides only where the complaint names nobody.
    """
    table = complaint.c
    said = work.first(
        select(table.name, table.on_behalf_of, table.email, table.phone, table.learner_id).where(
            table.case_id == work.case_id
        )
    )
    ranked = [(rank, key) for key, person in people if (rank := _likeness(said._mapping, person)) is not None]
    return min(ranked, key=lambda each: each[0])[1] if ranked else None


def _likeness(complainant: Mapping[str, Any], person: Listed) -> int | None:
    mine, theirs = alike_code(complainant["learner_id"]), alike_code(person.learner_id)
    if mine and theirs:
        return 0 if mine == theirs else None
    names = [alike(complainant["on_behalf_of"]), alike(complainant["name"])]
    if any(names):
        return 1 + names.index(alike(person.name)) if alike(person.name) in names else None
    contacts = {alike_contact(complainant["email"]), alike_contact(complainant["phone"])} - {""}
    return 3 if alike_contact(person.contact) in contacts else None
