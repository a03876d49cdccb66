"""What each step of a scenario does: one command, or some, as people give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from access import posts
from app.scenarios.edit import EditUnfit, publish_edited
from app.scenarios.file import instant, length
from app.scenarios.stage import ScenarioFailed, Stage
from complaints.change_facts import ChangeFacts
from complaints.correspondence.messages import ReceiveMessage
from complaints.correspondence.satisfaction import Satisfaction
from complaints.correspondence.withdrawal import Withdraw
from complaints.intake.retype import Retype
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.people.ownership import AcceptHandOver, AskHandOver, DeclineHandOver
from complaints.people.respondents import NameRespondent
from complaints.plan.actions import CompleteAction
from complaints.plan.promises import KeepPromise
from complaints.plan.remedies import CompleteRemedy
from complaints.tables import action_item, affected, promise, remedy
from engine.case_work import SYSTEM
from engine.commands.claim import ClaimTask
from engine.commands.clocks import ExtendCase, PauseCase, ResumeCase
from engine.commands.complete import CompleteTask
from engine.commands.house_work import HouseWork
from engine.commands.send_back import SendBack
from engine.pipeline import Desk
from engine.tables import instance, work_item


def _do(on: Stage, step: Mapping[str, Any], element: str) -> None:
    task = on.open_task(element)
    with on.application.database.read() as connection:
        version = connection.execute(select(work_item.c.version).where(work_item.c.id == task)).scalar_one()
    data = {
        name: on.numbers.get(value, value) if isinstance(value, str) else value
        for name, value in (step.get("data") or {}).items()
    }
    on.run(CompleteTask(task, data, version), step.get("by"))


def _message(on: Stage, step: Mapping[str, Any], name: str) -> None:
    data = step.get("data") or {}
    if name == "satisfaction":
        command: Any = Satisfaction(on.case_id, bool(data["satisfied"]), data.get("text", ""))
    elif name == "withdraw":
        command = Withdraw(on.case_id, data.get("reason", "withdrawn"))
    else:
        command = ReceiveMessage(on.case_id, data.get("text", name))
    on.run(command, step.get("by"))


def _facts(on: Stage, step: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    with on.application.database.read() as connection:
        version = connection.execute(
            select(instance.c.facts_version).where(instance.c.case_id == on.case_id)
        ).scalar_one()
    on.run(ChangeFacts(on.case_id, changes, version), step.get("by"))


def _affected(on: Stage, step: Mapping[str, Any], change: Mapping[str, Any]) -> None:
    if change.get("add"):
        on.run(AddAffected(on.case_id, tuple(AffectedPerson(**p) for p in change["add"])), step.get("by"))
    for gone in change.get("remove", ()):
        name = gone["name"] if isinstance(gone, Mapping) else str(gone)
        with on.application.database.read() as connection:
            listed = select(affected).where(affected.c.case_id == on.case_id, affected.c.left_at.is_(None))
            rows = on.application.keys.opened_rows(connection, on.case_id, connection.execute(listed))
            found = next((row.id for row in rows if row.name == name), None)
        if found is None:
            raise ScenarioFailed(f"{name} is not on the list of people concerned")
        on.run(RemoveAffected(on.case_id, found), step.get("by"))


def _hand_over(on: Stage, step: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    on.run(AskHandOver(on.case_id, given["to"], given.get("why", "")), step.get("by"))


def _owner(on: Stage) -> str | None:
    with on.application.database.read() as connection:
        owner: str | None = connection.execute(
            select(instance.c.case_owner).where(instance.c.case_id == on.case_id)
        ).scalar()
    return owner


def _actions(on: Stage, step: Mapping[str, Any], which: str) -> None:
    table = action_item.c
    with on.application.database.read() as connection:
        asked = select(table.id, table.title).where(
            table.case_id == on.case_id, table.done_at.is_(None), table.void_at.is_(None)
        )
        rows = on.application.keys.opened_rows(connection, on.case_id, connection.execute(asked))
    chosen = [row.id for row in rows if which in ("all", row.title)]
    if which == "all":
        _remedies(on, step, which)
    elif not chosen:
        raise ScenarioFailed(f"no open action {which}")
    for action_id in chosen:
        on.run(CompleteAction(on.case_id, action_id, "done"), step.get("by") or _owner(on))


def _remedies(on: Stage, step: Mapping[str, Any], which: Any) -> None:
    table = remedy.c
    with on.application.database.read() as connection:
        waiting = (table.case_id == on.case_id, table.done_at.is_(None), table.void_at.is_(None))
        rows = connection.execute(select(table.id).where(*waiting)).all()
    for row in rows:
        on.run(CompleteRemedy(on.case_id, row.id, "done"), step.get("by") or _owner(on))


def _respondent(on: Stage, step: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    person = str(given["person"])
    on.run(NameRespondent(on.case_id, person, given.get("name", person), given.get("role", "")), step.get("by"))


def _publish(on: Stage, step: Mapping[str, Any], edit: Mapping[str, Any]) -> None:
    with on.application.database.read() as connection:
        version = connection.execute(select(instance.c.version_id).where(instance.c.case_id == on.case_id)).scalar_one()
        process = on.application.versions.process(connection, version).config.key
    try:
        publish_edited(on.application, edit, process=process)
    except EditUnfit as wrong:
        raise ScenarioFailed(str(wrong)) from None


def _send_back(on: Stage, step: Mapping[str, Any], element: str) -> None:
    table = work_item.c
    with on.application.database.read() as connection:
        done = connection.execute(
            select(table.id)
            .where(table.case_id == on.case_id, table.element == element, table.state == "done")
            .order_by(table.done_at.desc(), table.id.desc())
            .limit(1)
        ).scalar()
    if done is None:
        raise ScenarioFailed(f"nobody has completed {element}")
    on.run(SendBack(done, step.get("reason", "")), step.get("by"))


def _absence(on: Stage, step: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    until, now = instant(given["until"], "absence"), on.clock.now()

    def note(desk: Desk) -> None:
        posts.add_absence(desk.connection, given["person"], start_at=now, end_at=until, note="", ids=desk.ids)

    on.application.pipeline.run(HouseWork(note), SYSTEM)


def _promise(on: Stage, step: Mapping[str, Any], what: str) -> None:
    table = promise.c
    with on.application.database.read() as connection:
        waiting = select(table.id, table.what).where(table.case_id == on.case_id, table.kept_at.is_(None))
        rows = on.application.keys.opened_rows(connection, on.case_id, connection.execute(waiting))
    found = next((row.id for row in rows if row.what == what), None)
    if found is None:
        raise ScenarioFailed(f"no open promise {what!r}")
    on.run(KeepPromise(on.case_id, found), step.get("by") or _owner(on))


ACTS: Mapping[str, Callable[[Stage, Mapping[str, Any], Any], None]] = {
    "do": _do,
    "expect": lambda on, step, value: None,
    "claim": lambda on, step, value: on.run(ClaimTask(on.open_task(value)), step.get("by")),
    "advance": lambda on, step, value: on.move_to(on.clock.now() + _length(value)),
    "advance_to": lambda on, step, value: on.move_to(instant(value, "advance_to")),
    "message": _message,
    "facts": _facts,
    "affected": _affected,
    "pause": lambda on, step, value: on.run(
        PauseCase(on.case_id, value.get("why", "reason"), value.get("clock")), step.get("by")
    ),
    "resume": lambda on, step, value: on.run(ResumeCase(on.case_id, value.get("clock")), step.get("by")),
    "extend": lambda on, step, value: on.run(
        ExtendCase(on.case_id, value["clock"], int(value["amount"]), value.get("why", "reason")), step.get("by")
    ),
    "withdraw": lambda on, step, value: on.run(
        Withdraw(on.case_id, (value or {}).get("reason", "withdrawn")), step.get("by")
    ),
    "hand_over": _hand_over,
    "accept": lambda on, step, value: on.run(AcceptHandOver(on.case_id), step.get("by")),
    "decline": lambda on, step, value: on.run(DeclineHandOver(on.case_id, step.get("why", "no")), step.get("by")),
    "action_done": _actions,
    "remedies_done": _remedies,
    "promise_kept": _promise,
    "retype": lambda on, step, value: on.run(
        Retype(on.case_id, value["process"], value.get("type"), value.get("reason", "")), step.get("by")
    ),
    "respondent": _respondent,
    "publish": _publish,
    "send_back": _send_back,
    "absence": _absence,
}


def _length(value: Any) -> timedelta:
    return length(str(value), "advance")
