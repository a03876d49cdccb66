"""The list of cases that one sees: searched, filtered, the newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.asked import Asked
from api.web.failures import PageRoute
from api.web.visit import Visit, staff
from queries.complaints_list import Filters, complaints

router = APIRouter(route_class=PageRoute)
STATUSES = ("registered", "in_progress", "resolved", "closed")
LONGEST_SEARCH = 200


@router.get("/cases")
def cases_page(
    here: Annotated[Visit, Depends(staff)], q: str = "", status: str = "", overdue: str = "", cursor: str | None = None
) -> Response:
    """Show the cases; what cannot be filtered by is left out, and said."""
    asked = Asked(here)
    asked.known("q", "status", "overdue")
    q, status = q.strip()[:LONGEST_SEARCH], asked.one_of(status, STATUSES)
    overdue = asked.one_of(overdue, ("yes",))
    filters = Filters(status=status or None, overdue=bool(overdue), q=q or None)
    with here.reading() as reader:
        page = asked.page(lambda after: complaints(reader, filters, cursor=after), cursor)
    return here.page("cases.html", page=page, q=q, chosen=status, overdue=bool(overdue), remarks=asked.remarks)
