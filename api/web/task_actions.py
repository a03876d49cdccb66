"""What is done with a task: complete, keep as a draft, give back, assign, send back. What was typed is never lost."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.errors import status_of
from api.web.failures import PageRoute, faster, refusal_text
from api.web.filing import form_faults
from api.web.posted import Posted
from api.web.task_form import answers_of
from api.web.task_page import show_task
from api.web.visit import Visit, from_staff, staff
from api.web.wrong import trouble
from engine.commands.claim import AssignTask, ReleaseTask
from engine.commands.complete import CompleteTask
from engine.commands.save_draft import SaveDraft
from engine.commands.send_back import SendBack
from engine.errors import Conflict, Forbidden, MatchRequired, Refusal, Stale, Unfit
from engine.work_items import case_of
from forms.decode import ADD_ROW
from queries.answer_lines import answer_lines
from queries.inbox import next_of
from queries.requirements import worded
from queries.task import TaskDesk, task

router = APIRouter(route_class=PageRoute)
Staff = Annotated[Visit, Depends(staff)]
Sent = Annotated[Posted, Depends(from_staff)]


@router.post("/tasks/{task_id}/complete")
def complete(here: Staff, sent: Sent, task_id: str) -> Response:
    """Complete the task and go to what comes next in the case; or show the form again with what is wrong."""
    desk = _desk(here, task_id)
    data = answers_of(desk, sent)
    if sent.text(ADD_ROW):
        return show_task(here, task_id, data=data, sent=sent)
    if sent.text("_draft"):
        return _save(here, sent, task_id, data)
    try:
        here.run(CompleteTask(task_id, data, sent.number("_version")))
    except Unfit as refusal:
        return _unfit(here, sent, desk, data, refusal)
    except (Stale, MatchRequired) as refusal:
        _keep(here, task_id, data)
        return show_task(here, task_id, data=data, sent=sent, changed=True, status=status_of(refusal))
    except (Conflict, Forbidden) as refusal:
        _keep(here, task_id, data)
        return _overtaken(here, desk, data, refusal)
    with here.reading() as reader:
        following = next_of(reader, case_of(task_id))
    if following is not None and following.assignee == here.who.person_id:
        return here.go(f"/tasks/{following.id}", done="completed")
    return here.go(f"/cases/{case_of(task_id)}", done="completed")


@router.post("/tasks/{task_id}/release")
def release(here: Staff, sent: Sent, task_id: str) -> Response:
    """Give the task back to the pool it came from."""
    return _act(here, sent, "release", task_id, ReleaseTask(task_id), done="released", to="/inbox")


@router.post("/tasks/{task_id}/assign")
def assign(here: Staff, sent: Sent, task_id: str) -> Response:
    """Give the task to somebody, with the reason; for supervisors."""
    command = AssignTask(task_id, sent.text("to"), sent.text("reason"))
    return _act(here, sent, "assign", task_id, command, done="assigned", to=f"/tasks/{task_id}")


@router.post("/tasks/{task_id}/send-back")
def send_back(here: Staff, sent: Sent, task_id: str) -> Response:
    """Take the completed step back while nobody outside has heard of it."""
    command = SendBack(task_id, sent.text("reason"))
    return _act(here, sent, "send-back", task_id, command, done="sent-back", to=f"/tasks/{task_id}")


def _act(here: Visit, sent: Posted, form: str, task_id: str, command: Any, *, done: str, to: str) -> Response:
    try:
        here.run(command)
    except (Unfit, Conflict, Forbidden) as refusal:
        return show_task(here, task_id, trouble=trouble(here, form, sent, refusal), status=status_of(refusal))
    return here.go(to, done=done)


def _desk(here: Visit, task_id: str) -> TaskDesk:
    with here.reading() as reader:
        return task(reader, task_id)


def _save(here: Visit, sent: Posted, task_id: str, data: dict[str, Any]) -> Response:
    try:
        here.run(SaveDraft(task_id, data))
    except (Conflict, Forbidden) as refusal:
        return _overtaken(here, _desk(here, task_id), data, refusal)
    return here.go(f"/tasks/{task_id}", done="draft")


def _keep(here: Visit, task_id: str, data: dict[str, Any]) -> None:
    """Keep what was typed where the task still takes a draft; where it does not, the page shows it."""
    try:
        here.run(SaveDraft(task_id, data))
    except Refusal:
        return


def _unfit(here: Visit, sent: Posted, desk: TaskDesk, data: dict[str, Any], refusal: Unfit) -> Response:
    task_id = desk.view.task.id
    with here.reading() as reader:
        told = worded(reader, case_of(task_id), refusal)
    fields = told.details.get("fields", ())
    messages = [str(each["message"]) for each in fields if each.get("message")]
    faults = form_faults(Unfit(fields=[each for each in fields if each.get("field") and not each.get("message")]))
    # What the form itself could not know is said in the words of whoever refused, beside the mark at the field.
    known = faults and (refusal.message == Unfit().message or all("values" in each for each in fields))
    message = " ".join(messages) or ("" if known else refusal_text(here, refusal))
    return show_task(here, task_id, data=data, sent=sent, problems=faults, message=message, status=status_of(refusal))


def _overtaken(here: Visit, desk: TaskDesk, data: dict[str, Any], refusal: Refusal) -> Response:
    """Say who was faster, and show what was typed so that nothing is lost."""
    with here.reading() as reader:
        lines = answer_lines(reader, desk.form, data, desk.zone) if desk.form is not None else ()
        following = next_of(reader, desk.view.task.complaint_id)
    return here.page(
        "overtaken.html",
        following=following if following is not None and following.id != desk.view.task.id else None,
        status=status_of(refusal),
        moments=here.moments_in(desk.zone),
        task=desk.view.task,
        message=refusal_text(here, refusal),
        faster=faster(here, refusal),
        lines=lines,
    )
