"""The page of a case, and its drawing as data for the script that draws it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.case_view import case_view
from api.web.drawing import as_json, live
from api.web.failures import PageRoute
from api.web.once import new_token
from api.web.visit import Visit, staff
from api.web.wrong import Trouble
from queries.diagram import diagram
from queries.diagram_text import in_words

router = APIRouter(route_class=PageRoute)
Staff = Annotated[Visit, Depends(staff)]

WITH_AUTHOR = frozenset(
    {
        "filed", "completed", "claimed", "released", "assigned", "sent-back", "facts", "facts-reason", "withdrawn",
        "hand-over-offered", "hand-over-accepted", "hand-over-declined", "action-done", "action-reopened",
        "promise-kept", "remedy-given", "affected-added", "affected-left", "satisfaction", "linked", "retyped",
        "unlinked", "decision",
    }
)  # fmt: skip
"""Lines of the log that say by whom: a person, or for a decision by table the version of the process."""


@router.get("/cases/{case_id}")
def case_page(here: Staff, case_id: str) -> Response:
    """Show a case: what was said, where it stands, what is due and why."""
    return show_case(here, case_id)


@router.get("/cases/{case_id}/diagram.json")
def diagram_data(here: Staff, case_id: str) -> Response:
    """Return drawings, tokens, the way taken and what falls due, for `assets/diagram.js`."""
    with here.reading() as reader:
        found = diagram(reader, case_id)
        version = reader.library.versions.get(reader.connection, found.process.key, found.process.version)
        return as_json(live(reader, here, reader.process(version.id), found))


def show_case(here: Visit, case_id: str, trouble: Trouble | None = None, *, status: int = 200) -> Response:
    """Return the page of a case, with what is wrong with a form of it. Raises NotFound."""
    with here.reading() as reader:
        view = case_view(reader, case_id)
        words = in_words(diagram(reader, case_id), here.language, view.zone)
    return here.page(
        "case.html",
        status=status,
        moments=here.moments_in(view.zone),
        view=view,
        case=view.case,
        may=frozenset(view.case.may),
        words=words,
        trouble=trouble or Trouble(),
        with_author=WITH_AUTHOR,
        once=new_token(here),
    )
