"""What comes after a case has ended opens a new case, with the same people, linked to the old one.

What the complainant writes while such a case is open already goes to that one: a second letter is no second complaint,
with clocks of its own. See docs/process-owner/complaint-process.md, "Close".
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from access.keys.cipher import DataKey
from access.keys.sealed_rows import opened_row, opened_rows
from access.rights import Verb
from complaints.correspondence.messages import ReceiveMessage
from complaints.intake.filing import PUBLIC_PAGE, Complainant, FileComplaint, Filed, Respondent
from complaints.intake.links import FOLLOW_UP, link_follow_up
from complaints.intake.ways_in import way_in_fault
from complaints.tables import case_link, complaint, respondent
from complaints.wording import words
from engine.case_rights import require_actor
from engine.case_sight import sees_case
from engine.case_work import COMPLAINANT
from engine.errors import Conflict, NotFound
from engine.pipeline import Desk, HouseHandler
from engine.tables import instance


@dataclass(frozen=True)
class OpenLinked:
    """The complainant of an ended case writes again, or staff write it down."""

    case_id: str
    text: str


@dataclass(frozen=True)
class Continued:
    """A letter went to the case that continues the ended one already."""

    id: str
    number: str
    message: str | None
    delivered: str | None
    """The message of the diagram that it became, where somebody waited for it."""


def open_continuation(connection: Connection, case_id: str) -> tuple[str, str] | None:
    """Return id and number of the open case that was opened to continue an ended one, the newest; None without one.

    Where the one that continued it has ended too, the one that continues that. A case that people have linked later,
    by hand, may be somebody else's: it does not count, and is told by its link not being as old as the case.
    """
    looked_at, ended = {case_id}, [case_id]
    while ended:
        rows = connection.execute(
            select(complaint.c.case_id, complaint.c.number, instance.c.ended_at)
            .join(instance, instance.c.case_id == complaint.c.case_id)
            .join(case_link, case_link.c.case_id == complaint.c.case_id)
            .where(
                case_link.c.kind == FOLLOW_UP, case_link.c.other_id.in_(ended), case_link.c.at == instance.c.started_at
            )
            .order_by(instance.c.started_at.desc(), complaint.c.case_id)
        ).all()
        for row in rows:
            if row.ended_at is None:
                return row.case_id, row.number
        ended = [row.case_id for row in rows if row.case_id not in looked_at]
        looked_at.update(ended)
    return None


def make_open_linked(file_complaint: HouseHandler) -> HouseHandler:
    """Return the handler of `OpenLinked`, which files as every complaint is filed."""

    def open_linked(desk: Desk, command: OpenLinked) -> Filed | Continued:
        """File the new case and link it; return its number and tracking code.

        What the complainant writes goes to the case that was opened so before, while that one is open: nothing is filed
        then. Staff who open one mean to.

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
            # Two letters at once open one case: the second waits, and finds it. Nothing else locks an ended case.
            .with_for_update(of=instance)
        ).first()
        if old is None:
            raise NotFound("There is no such case.", case=command.case_id)
        key = desk.services.keys.of_case(desk.connection, command.case_id)
        old = opened_row(key, old)
        require_actor(desk.actor, desk.services.rules, Verb.FOLLOW_UP, owner=old.case_owner)
        if old.ended_at is None:
            raise Conflict("The case has not ended: write to it.", case=command.case_id)
        text, by_letter = words("text", command.text), desk.actor.kind == COMPLAINANT.kind
        if by_letter and (continued := _continued(desk, command.case_id, text)) is not None:
            return continued
        campus = str(old.facts.get("campus") or "main")
        filed: Filed = file_complaint(
            desk,
            FileComplaint(
                subject=old.subject,
                text=text,
                channel=_letter_channel(desk, campus, old.channel) if by_letter else old.channel,
                type=old.type,
                category=old.category,
                people=old.stated_people,
                language=old.language,
                identity_mode=old.identity_mode,
                complainant=Complainant(old.name, old.email, old.phone, old.learner_id, old.relation),
                on_behalf_of=old.on_behalf_of,
                respondents=_respondents(desk.connection, key, command.case_id),
                location=old.location,
                preferred_contact=old.preferred_contact,
                campus=campus,
                follows=command.case_id,
            ),
        )
        link_follow_up(desk.connection, filed.id, command.case_id, now=desk.now, by=desk.actor.id)
        return filed

    return open_linked


def _continued(desk: Desk, case_id: str, text: str) -> Continued | None:
    """Take a letter into the open case that continues an ended one; None where there is none, or it ends just now."""
    found = open_continuation(desk.connection, case_id)
    if found is None:
        return None
    try:
        taken = desk.pipeline.within(desk.connection, ReceiveMessage(found[0], text), desk.actor)
    except Conflict as refusal:
        if refusal.details.get("linked_case_needed"):
            return None
        raise
    return Continued(*found, message=taken["message"], delivered=taken["delivered"])


def _letter_channel(desk: Desk, campus: str, before: str) -> str:
    """Return the channel of what is written on the tracking page: that of the public page, where the campus has it."""
    fault = way_in_fault(desk.services.calendars, campus, PUBLIC_PAGE, said="channel", now=desk.now)
    return PUBLIC_PAGE if fault is None else before


def _respondents(connection: Connection, key: DataKey, case_id: str) -> tuple[Respondent, ...]:
    table = respondent.c
    rows = connection.execute(
        select(table.name, table.role, table.person).where(table.case_id == case_id).order_by(table.id)
    )
    return tuple(Respondent(row.name, row.role, row.person) for row in opened_rows(key, rows))
