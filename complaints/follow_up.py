"""What comes after a case has ended opens a new case, with the same people, linked to the old one.

See docs/process-owner/complaint-process.md, "Close".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from access.rights import Verb
from complaints.intake import Complainant, FileComplaint, Filed, Respondent
from complaints.links import store_link
from complaints.tables import complaint, respondent
from complaints.wording import words
from engine.case_rights import require_actor
from engine.case_sight import sees_case
from engine.errors import Conflict, NotFound
from engine.pipeline import Desk, HouseHandler
from engine.tables import conflict_of_interest, instance


@dataclass(frozen=True)
class OpenLinked:
    """The complainant of an ended case writes again, or staff write it down."""

    case_id: str
    text: str


def make_open_linked(file_complaint: HouseHandler) -> HouseHandler:
    """Return the handler of `OpenLinked`, which files as every complaint is filed."""

    def open_linked(desk: Desk, command: OpenLinked) -> Filed:
        """File the new case and link it; return its number and tracking code.

        What was claimed does not carry over: the new text says what is wrong now. Raises NotFound, Forbidden,
        Conflict while the old case has not ended (write to that one), and whatever filing raises.
        """
        who = desk.actor.principal
        if desk.actor.kind == "person" and (who is None or not sees_case(desk.connection, command.case_id, who)):
            raise NotFound("There is no such case.", case=command.case_id)
        old = desk.connection.execute(
            select(complaint, instance.c.ended_at, instance.c.facts, instance.c.case_owner)
            .join(instance, instance.c.case_id == complaint.c.case_id)
            .where(complaint.c.case_id == command.case_id)
        ).first()
        if old is None:
            raise NotFound("There is no such case.", case=command.case_id)
        require_actor(desk.actor, desk.services.rules, Verb.FOLLOW_UP, owner=old.case_owner)
        if old.ended_at is None:
            raise Conflict("The case has not ended: write to it.", case=command.case_id)
        respondents = _respondents(desk.connection, command.case_id)
        filed: Filed = file_complaint(
            desk,
            FileComplaint(
                subject=old.subject,
                text=words("text", command.text),
                channel=old.channel,
                type=old.type,
                category=old.category,
                people=old.stated_people,
                language=old.language,
                identity_mode=old.identity_mode,
                complainant=Complainant(old.name, old.email, old.phone, old.learner_id, old.relation),
                on_behalf_of=old.on_behalf_of,
                # Who they are inside is put in below: nobody but staff may say so when filing.
                respondents=tuple(replace(one, person=None) for one in respondents),
                location=old.location,
                preferred_contact=old.preferred_contact,
                campus=str(old.facts.get("campus") or "main"),
                follows=command.case_id,
            ),
        )
        _keep_apart(desk.connection, filed.id, command.case_id, respondents)
        store_link(desk.connection, filed.id, command.case_id, "follow_up", now=desk.now, by=desk.actor.id)
        return filed

    return open_linked


def _respondents(connection: Connection, case_id: str) -> list[Respondent]:
    table = respondent.c
    rows = connection.execute(
        select(table.name, table.role, table.person).where(table.case_id == case_id).order_by(table.id)
    )
    return [Respondent(row.name, row.role, row.person) for row in rows]


def _keep_apart(connection: Connection, case_id: str, old_id: str, respondents: list[Respondent]) -> None:
    """Shut the same people out of the new case as out of the old one."""
    table = respondent.c
    for one in respondents:
        if one.person is not None:
            connection.execute(
                update(respondent)
                .where(table.case_id == case_id, table.name == one.name, table.role.is_not_distinct_from(one.role))
                .values(person=one.person)
            )
    barred = connection.execute(
        select(conflict_of_interest.c.person).where(conflict_of_interest.c.case_id == old_id)
    ).scalars()
    rows = [{"case_id": case_id, "person": person} for person in barred]
    if rows:
        connection.execute(insert(conflict_of_interest), rows)
