"""May this person see this case? The wall of the pipeline, for handlers that ask on behalf of somebody else."""

from __future__ import annotations

from sqlalchemy import Connection, select

from access.policy import Principal, may_see_case
from engine.tables import conflict_of_interest, instance, work_item


def sees_case(connection: Connection, case_id: str, principal: Principal) -> bool:
    """Say whether the case exists and the person may see it; takes no lock, opens no state."""
    row = connection.execute(select(instance.c.case_owner).where(instance.c.case_id == case_id)).first()
    if row is None:
        return False
    table = work_item.c
    asked = connection.execute(
        select(table.team, table.post, table.assignee).where(table.case_id == case_id).distinct()
    ).all()
    barred = connection.execute(
        select(conflict_of_interest.c.person).where(conflict_of_interest.c.case_id == case_id)
    ).scalars()
    return may_see_case(
        principal,
        case_owner=row.case_owner,
        asked_teams=[r.team for r in asked if r.team],
        asked_posts=[r.post for r in asked if r.post],
        asked_people=[r.assignee for r in asked if r.assignee],
        respondents=list(barred),
    )
