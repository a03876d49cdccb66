"""What the visitor has been told: the newest first, marked as read by plain forms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response

from api.web.asked import Asked
from api.web.failures import PageRoute
from api.web.posted import Posted
from api.web.visit import Visit, from_staff, staff
from complaints.notices.reading import ReadNotice, ReadNotices
from engine.errors import Unfit
from queries.notices import notices

router = APIRouter(route_class=PageRoute)
Staff = Annotated[Visit, Depends(staff)]
Sent = Annotated[Posted, Depends(from_staff)]
VIEWS = ("all", "unread")


@router.get("/notices")
def notices_page(here: Staff, view: str = "all", cursor: str | None = None) -> Response:
    """Show the visitor's notices, all of them or those that are not read."""
    asked = Asked(here)
    asked.known("view")
    chosen = asked.one_of(view, VIEWS, "all")
    with here.reading() as reader:
        page = asked.page(lambda after: notices(reader, unread_only=chosen == "unread", cursor=after), cursor)
    return here.page("notices.html", view=chosen, page=page, cursor=cursor or "", remarks=asked.remarks)


@router.post("/notices/read")
def read_all(here: Staff, sent: Sent) -> Response:
    """Mark everything as read up to the newest notice that the page showed."""
    here.run(ReadNotices(_instant(sent.text("until")), sent.text("newest") or None))
    return here.go(_back(sent), done="notices-read")


@router.post("/notices/{notice_id}/read")
def read_one(here: Staff, sent: Sent, notice_id: str) -> Response:
    """Mark one notice as read. Raises NotFound for one that is not the visitor's."""
    here.run(ReadNotice(notice_id))
    return here.go(_back(sent), done="notice-read")


def _back(sent: Posted) -> str:
    """Return the address of the list that the form stood on; the list itself remarks on what it does not know."""
    given = {name: sent.text(name) for name in ("view", "cursor") if sent.text(name)}
    return f"/notices?{urlencode(given)}" if given else "/notices"


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:  # the first hours of the first year are before it elsewhere
        raise Unfit(fields=[{"field": "until", "code": "not-instant"}]) from error
