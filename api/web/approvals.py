"""The decisions that wait for me."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.asked import Asked
from api.web.failures import PageRoute
from api.web.visit import Visit, staff
from queries.approvals import approvals

router = APIRouter(route_class=PageRoute)


@router.get("/approvals")
def approvals_page(here: Annotated[Visit, Depends(staff)], cursor: str | None = None) -> Response:
    """Show what waits for a decision, the least time left first."""
    asked = Asked(here)
    asked.known()
    with here.reading() as reader:
        page = asked.page(lambda after: approvals(reader, cursor=after), cursor)
    return here.page("approvals.html", page=page, remarks=asked.remarks)
