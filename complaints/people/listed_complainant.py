"""Who on the list of people concerned is the complainant: their remedy is the one that the complainant has already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import select

from complaints.tables import complaint
from complaints.wording import alike
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

    The same learner id says so most surely, then the same name, then the same contact; with two learner ids that differ
    they are two people, whatever else is the same.
    """
    table = complaint.c
    said = work.connection.execute(
        select(table.name, table.email, table.phone, table.learner_id).where(table.case_id == work.case_id)
    ).one()._mapping  # fmt: skip
    ranked = [(rank, key) for key, person in people if (rank := _likeness(dict(said), person)) is not None]
    return min(ranked, key=lambda each: each[0])[1] if ranked else None


def _likeness(complainant: Mapping[str, Any], person: Listed) -> int | None:
    mine, theirs = alike(complainant["learner_id"]), alike(person.learner_id)
    if mine and theirs:
        return 0 if mine == theirs else None
    if alike(person.name) == alike(complainant["name"]):
        return 1
    contacts = {_bare(complainant["email"]), _bare(complainant["phone"])} - {""}
    return 2 if _bare(person.contact) in contacts else None


def _bare(contact: str | None) -> str:
    # Numbers are typed with and without blanks and hyphens.
    return alike(contact).replace("-", "")
