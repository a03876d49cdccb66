"""The page of a task: its form, what the case says, what earlier steps found; a decision with its plan beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.web.failures import PageRoute
from api.web.posted import Posted
from api.web.task_form import draw
from api.web.visit import Visit, staff
from api.web.wrong import Trouble
from forms.field_problem import FieldProblem
from queries.answer_lines import answer_lines, answered_forms
from queries.case_file import case_file
from queries.colleagues import colleagues
from queries.decision_basis import decision_basis
from queries.task import task

router = APIRouter(route_class=PageRoute)


@router.get("/tasks/{task_id}")
def task_page(here: Annotated[Visit, Depends(staff)], task_id: str) -> Response:
    """Show a task of a case that one sees, open or done."""
    return show_task(here, task_id)


def show_task(
    here: Visit,
    task_id: str,
    *,
    data: Mapping[str, Any] | None = None,
    sent: Posted | None = None,
    problems: Sequence[FieldProblem] = (),
    message: str = "",
    changed: bool = False,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Response:
    """Return the page of a task. `message` says what is wrong with the whole, `changed` that it is not what was seen.

    `data` is what was typed, else the draft is shown; `trouble` is about one of the small forms. Raises NotFound.
    """
    with here.reading() as reader:
        desk = task(reader, task_id)
        view = desk.view
        case = case_file(reader, view.task.complaint_id)
        people = colleagues(reader)
        earlier = answered_forms(reader, case.id, view.earlier, desk.zone)
        basis = decision_basis(reader, task_id) if view.decision and desk.informed else None
        done = answer_lines(reader, desk.form, view.data, desk.zone) if desk.form and view.data else ()
    decided = basis.decides_on if basis is not None else ()
    drawn = draw(here, desk, people, data=data, sent=sent, problems=problems) if view.task.state == "open" else ""
    heard = basis.heard_in if basis is not None else frozenset()
    beside = [each for each in earlier if each.form.element in heard.union(decided)]
    return here.page(
        "approval.html" if basis is not None else "task.html",
        status=status,
        moments=here.moments_in(desk.zone),
        task=view.task,
        view=view,
        case=case,
        form=desk.form,
        drawn=drawn,
        done_lines=done,
        basis=basis,
        plan=[each for each in beside if each.form.element not in heard],
        heard=[each for each in beside if each.form.element in heard],
        earlier=[each for each in earlier if basis is None or each not in beside],
        may=frozenset(view.may),
        team_people=[each for each in people if view.task.team is None or view.task.team in each.teams],
        people={each.id: each.name for each in people},
        wrong=bool(problems) or bool(message),
        message=message,
        changed=changed,
        trouble=trouble or Trouble(),
    )
