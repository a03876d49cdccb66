"""The page of a case, and its drawing as data for the script that draws it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from api.web.case_view import case_view
from api.web.failures import PageRoute
from api.web.headers import PAGE_HEADERS
from api.web.visit import Visit, staff
from api.web.wrong import Trouble
from queries.diagram import CaseDiagram, diagram
from queries.diagram_text import in_words

router = APIRouter(route_class=PageRoute)
Staff = Annotated[Visit, Depends(staff)]


@router.get("/cases/{case_id}")
def case_page(here: Staff, case_id: str) -> Response:
    """Show a case: what was said, where it stands, what is due and why."""
    return show_case(here, case_id)


@router.get("/cases/{case_id}/diagram.json")
def diagram_data(here: Staff, case_id: str) -> Response:
    """Return drawings, tokens, the way taken and what falls due, for `assets/diagram.js`."""
    with here.reading() as reader:
        found = diagram(reader, case_id)
    headers = {name: value for name, value in PAGE_HEADERS.items() if name != "Content-Security-Policy"}
    return Response(orjson.dumps(_for_script(here, found)), headers=headers, media_type="application/json")


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
    )


def _for_script(here: Visit, found: CaseDiagram) -> dict[str, object]:
    """Return the picture with its times in words, so that the script says nothing of its own."""
    moments = here.moments
    return {
        "drawings": [asdict(drawing) for drawing in found.drawings],
        "tokens": [
            {
                "element": token.element,
                "state": token.state,
                "text": here.say("here now") if token.state == "open" else here.say("waiting"),
                "left": moments.remaining(token.due_at, token.since).text if token.due_at else "",
                "task": token.task,
            }
            for token in found.tokens
        ],
        "visited": [each.element for each in found.visited],
        "flows": [each.flow for each in found.flows],
        "due": [
            {
                "element": each.element,
                "text": f"{each.label}: {moments.instant(each.due_at)}",
                "short": moments.remaining(each.due_at).text,
                "late": each.due_at < here.now,
            }
            for each in found.due
            if each.element
        ],
        "labels": dict(found.labels),
    }
