"""The whole course of a case, page by page: what its own page has no room for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.asked import Asked
from api.web.case_page import WITH_AUTHOR
from api.web.failures import PageRoute
from api.web.visit import Visit, staff
from queries.case_course import Source
from queries.timeline import timeline
from queries.visibility import case_row, sees_whole

router = APIRouter(route_class=PageRoute)

PARTS: Mapping[str, Source | None] = {"": None, "messages": "message", "notes": "note"}
"""What can be looked at by itself, as the address says it."""
LINES = 100


@router.get("/cases/{case_id}/course")
def course_page(
    here: Annotated[Visit, Depends(staff)], case_id: str, show: str = "", cursor: str | None = None
) -> Response:
    """Show what has happened in a case, the newest first: everything, the messages, or the notes."""
    asked = Asked(here)
    asked.known("show", "cursor")
    with here.reading() as reader:
        case = case_row(reader, case_id)
        whole = sees_whole(reader.who, case_owner=case.case_owner)
        # Who is only asked for help reads no letters: to them there is no such part.
        show = asked.one_of(show, [part for part in PARTS if whole or part != "messages"])
        page = asked.page(
            lambda after: timeline(reader, case_id, only=PARTS[show], newest_first=True, cursor=after, limit=LINES),
            cursor,
        )
        zone = reader.zone(case.facts.get("campus"))
    return here.page(
        "course.html", moments=here.moments_in(zone), case=case, zone=zone.key, whole=whole, show=show, page=page,
        behind=asked.behind, with_author=WITH_AUTHOR, remarks=asked.remarks,
    )  # fmt: skip
