"""What comes after a case has ended opens a new case, with the same people, linked to the old one.

See docs/process-owner/complaint-process.md, "Close".
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from access.rights import Verb
from complaints.intake.filing import Complainant, FileComplaint, Filed, Respondent
from complaints.intake.links import store_link
from complaints.tables import complaint, respondent
from complaints.wording import words
from engine.case_rights import require_actor
from engine.case_sight import sees_case
from engine.errors import Conflict, NotFound
from engine.pipeline import Desk, HouseHandler
from engine.tables import instance


@dataclass(frozen=True)
class OpenLinked:
    """The complainant of an ended case writes again, or staff write it down."""

    case_id: str
    text: str


def make_open_linked(file_complaint: HouseHandler) -> HouseHandler:
    """Return the handler of `OpenLinked`, which files as every complaint is filed."""

    def open_linked(desk: Desk, command: OpenLinked) -> Filed:
        """File the new case and link it; return its number and tracking code.

        What was claimed does not carry over: the new text says what is wrong now. The respondents do: they are kept
        apart from the first step on, and whoever is known to work here is to be heard anew (R-004-26). Raises NotFound,
        Forbidden, Conflict while the old case has not ended (write to that one), and whatever filing raises.
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
                respondents=_respondents(desk.connection, command.case_id),
                location=old.location,
                preferred_contact=old.preferred_contact,
                campus=str(old.facts.get("campus") or "main"),
                follows=command.case_id,
            ),
        )
        store_link(desk.connection, filed.id, command.case_id, "follow_up", now=desk.now, by=desk.actor.id)
        return filed

    return open_linked


def _respondents(connection: Connection, case_id: str) -> tuple[Respondent, ...]:
    table = respondent.c
    rows = connection.execute(
        select(table.name, table.role, table.person).where(table.case_id == case_id).order_by(table.id)
    )
    return tuple(Respondent(row.name, row.role, row.person) for row in rows)
