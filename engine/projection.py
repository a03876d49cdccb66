"""Writes one case's change down: the instance, and the rows that people search, each only where it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.visitors import iterate

from access.keys.sealed_rows import seal
from engine import case_log
from engine.case_log import Change
from engine.case_work import NEVER, CaseWork
from engine.errors import ChangedMeanwhile
from engine.model.step import ClockView, OpenTask, StepResult
from engine.tables import IS_OPEN, case_clock, deadline, instance, work_item
from engine.work_items import given_elsewhere
from storage import outbox
from storage.insert import upsert_many
from storage.prepared import Prepared
from trail.digests import START, Head

_ONCE = ("case_id", "received_at", "started_at")
"""What no step changes."""
_WRITTEN = frozenset(c.name for c in instance.columns if c.name not in _ONCE)
_INDEXED = _WRITTEN & {
    part.name
    for index in instance.indexes
    for whole in (*index.columns, index.dialect_options["sqlite"]["where"])
    if whole is not None
    for part in iterate(whole)
    if isinstance(part, Column)
}
"""To set one of these is to write every index that goes by it, or has only rows that it names, on SQLite even where it
stays what it was."""
_CANCEL = (
    update(work_item)
    .where(work_item.c.id.in_(bindparam("items", expanding=True)), IS_OPEN)
    .values(state="cancelled", done_at=bindparam("at"), version=work_item.c.version + 1)
)
_MOVE = Prepared(
    update(work_item)
    .where(work_item.c.id == bindparam("item"))
    .values(due_at=bindparam("due"), falls_at=bindparam("falls"))
)
_DELETE_DEADLINE = Prepared(
    delete(deadline).where(deadline.c.case_id == bindparam("the_case"), deadline.c.key == bindparam("the_key"))
)
_INSERT_DEADLINE = Prepared(
    insert(deadline), columns=("case_id", "key", "source", "name", "due_at", "provisional", "reasons")
)
_FINISHED = ("state", "version", "assignee", "done_at", "done_by", "draft", "data")
"""What changes of a task that is completed."""


def _finishes(written: Any) -> ColumnElement[bool]:
    """A row that stands is written over once: when its task is open, and done now."""
    return and_(IS_OPEN, written.state == literal_column("'done'"))


PROJECTED_FACTS = ("priority", "impact", "category")
"""Facts that lists filter by."""


def save(work: CaseWork, *, fence: int) -> None:
    """Write the case in the open transaction; nothing is committed here.

    `fence` is the row version that was read. Raises ChangedMeanwhile when somebody else has written the row since.
    """
    result = work.result
    asks = [] if result is None else _asked_now(work, result)
    if result is not None:
        _write_tasks(work, result)
        write_clocks(work, result)
        _write_deadlines(work, result)
    _note_result(work, result, fence)
    # Before the log: who is not found is a line of it.
    _write_outbox(work, asks)
    head = Head(work.row["trail_number"], work.row["trail_hash"] or START)
    head = case_log.write_next(
        work.connection, Change(work.case_id, work.key, work.now, work.actor.id, work.events), head
    )
    if head.number:
        work.row.update(trail_number=head.number, trail_hash=head.hash)
    _write_instance(work, fence)


def _asked_now(work: CaseWork, result: StepResult) -> list[str]:
    """Return the messages, of those that a letter can become, that the case waits for since this change."""
    before = work.row["waits_for"]
    letters = work.process.config.messages.get("text", ())
    return [name for name in letters if name in result.waits_for and name not in before]


def _note_result(work: CaseWork, result: StepResult | None, fence: int) -> None:
    """Bring what a step came to into the row of the case."""
    row = work.row
    row["row_version"] = fence + 1
    if result is not None:
        row["status"] = result.status or row["status"]
        row["closure"] = result.closure
        row["waits_for"] = list(result.waits_for)
        row.update({name: row["facts"].get(name) for name in PROJECTED_FACTS})
        if result.ended and row["ended_at"] is None:
            row["ended_at"], row["ended_as"] = work.now, result.ended_at_element
        row["next_state_due"] = work.falls(result.due)
        row["next_clock_due"] = min(
            (c.due_at for c in result.clocks if c.state == "running" and c.due_at), default=None
        )
    row["next_due"] = min((at for at in (row["next_state_due"], row["next_dated"]) if at is not None), default=None)


def _write_instance(work: CaseWork, fence: int) -> None:
    """Write the row of the case, with the head of its log; nobody else has read this version of it to write it."""
    row = work.row
    moved = frozenset(name for name in _INDEXED if row[name] != work.stored[name])
    values = {**row, "the_case": work.case_id, "fence": fence}
    if _update_instance(moved).run(work.connection, work.sealed(instance, values)) != 1:
        raise ChangedMeanwhile
    work.stored = dict(row)


@cache
def _update_instance(indexed: frozenset[str]) -> Prepared:
    """Return what writes an instance, and of the columns that indexes go by only these."""
    return Prepared(
        update(instance)
        .where(instance.c.case_id == bindparam("the_case"), instance.c.row_version == bindparam("fence"))
        .values({name: bindparam(name) for name in sorted(_WRITTEN - _INDEXED | indexed)})
    )


def _write_tasks(work: CaseWork, result: StepResult) -> None:
    before = work.before.tasks if work.before else {}
    now_open = {task.id: task for task in result.tasks}
    done = [] if work.done is None else [work.done]
    gone = [task for task in before if task not in now_open and task not in [row["task"] for row in done]]
    if gone:
        ids = [item_id(work.case_id, task) for task in gone]
        work.connection.execute(_CANCEL, {"items": ids, "at": work.now})
    fresh = [_new_item(work, task) for task in result.tasks if task.id not in before]
    rows = [work.sealed(work_item, row) for row in (*done, *fresh)]
    if write_items(work.connection, rows) != len(rows):
        raise ChangedMeanwhile
    moved = [t for t in result.tasks if t.id in before and before[t.id] != (t.due_at.isoformat() if t.due_at else None)]
    _MOVE.run_many(
        work.connection,
        [{"item": item_id(work.case_id, t.id), "due": t.due_at, "falls": t.due_at or NEVER} for t in moved],
    )
    kept = [t for t in result.tasks if t.id in before]
    _bump_shown(work, result, kept)
    _keep_apart(work, result, kept)


def write_items(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write tasks that are done and tasks that are new, sealed, in one go; return how many were written.

    What is done already, or is there under the number of a new one, stays as it is and does not count.
    """
    return upsert_many(connection, work_item, rows, unique=("id",), sets=_FINISHED, only=_finishes)


def _bump_shown(work: CaseWork, result: StepResult, kept: list[OpenTask]) -> None:
    """A task whose form shows a fact that changed gets a new version: what its reader saw is out of date."""
    changed = set(result.facts_changed)
    stale = [
        item_id(work.case_id, task.id)
        for task in kept
        if changed and (form := work.process.forms.get(task.form or "")) and any(s.fact in changed for s in form.shows)
    ]
    if stale:
        work.connection.execute(
            update(work_item).where(work_item.c.id.in_(stale)).values(version=work_item.c.version + 1)
        )


def _keep_apart(work: CaseWork, result: StepResult, kept: list[OpenTask]) -> None:
    """Take open tasks from whoever counts since this change as who did a step that they must stay apart from.

    What nobody has, or only they, is placed again: its post or team may have nobody else who may do it.
    """
    facts = work.process.config.facts
    if not any(facts[name].counts_as for name in result.facts_changed if name in facts):
        return
    known = {item_id(work.case_id, task.id): task for task in kept if task.excluded}
    items = work_item.c
    columns = (items.id, items.excluded, items.assignee, given_elsewhere().label("elsewhere"))
    for row in work.connection.execute(select(*columns).where(items.id.in_(known))):
        task, waived = known[row.id], _waived(work, known[row.id])
        if set(row.excluded) == set(task.excluded) - waived:
            continue
        task = _with_people_to_do_it(work, task, waived)
        values: dict[str, Any] = {"excluded": list(task.excluded)}
        if row.assignee in task.excluded or (row.assignee is None and not row.elsewhere):
            values["assignee"], values["post"] = work.services.placement.place(work, task)
        work.connection.execute(update(work_item).where(items.id == row.id).values(**values, version=items.version + 1))


def _new_item(work: CaseWork, task: OpenTask) -> dict[str, Any]:
    task = _with_people_to_do_it(work, task, _waived(work, task))
    assignee, post = work.services.placement.place(work, task)
    return {
        "id": item_id(work.case_id, task.id), "case_id": work.case_id, "task": task.id, "element": task.element,
        "name": task.name, "process": task.process, "team": task.team, "post": post, "assignee": assignee,
        "owner_bound": task.assign == "owner", "owns": task.owns, "excluded": list(task.excluded),
        "form": task.form, "round": task.round, "state": "open", "version": 1, "due_at": task.due_at,
        "falls_at": task.due_at or NEVER, "entered_at": task.entered_at, "draft_by": None, "done_at": None,
        "done_by": None, "draft": None, "data": None,
    }  # fmt: skip


def _waived(work: CaseWork, task: OpenTask) -> frozenset[str]:
    """Return who need not stay apart from the task, where the diagram allows it, because nobody else is there.

    A step with `exclude` is stricter: it goes to the post that asks somebody outside; only where they had their say
    already do they have it again, so that no case stands still.
    """
    if not task.excluded:
        return frozenset()
    placement, element = work.services.placement, work.process.diagram.elements[task.element]
    if not element.listed("apart_from") or element.listed("exclude"):
        return placement.outside_again(work, task)
    return frozenset() if placement.others_left(work, task) else frozenset(task.excluded)


def _with_people_to_do_it(work: CaseWork, task: OpenTask, waived: frozenset[str]) -> OpenTask:
    """Return the task with these kept apart no more; that one person then does both steps is on record."""
    if not waived:
        return task
    people = sorted(waived)
    work.log("four-eyes-waived", element=task.element, name=item_id(work.case_id, task.id), people=people)
    return replace(task, excluded=tuple(each for each in task.excluded if each not in waived))


def item_id(case_id: str, task: str) -> str:
    """Return the public id of a task: the case's and the task's own."""
    return f"{case_id}-{task}"


def write_clocks(work: CaseWork, result: StepResult) -> None:
    """Write the clocks of a case that differ from what was written last. Repeating is safe."""
    before: Mapping[str, ClockView] = work.before.clocks if work.before else {}
    rows = [
        work.sealed(case_clock, {
            "case_id": work.case_id, "key": clock.key, "name": clock.name, "scope": clock.scope,
            "round": clock.round, "state": clock.state, "mode": clock.mode, "budget": clock.budget,
            "started_at": clock.started_at, "due_at": clock.due_at, "met_at": clock.met_at, "late": clock.late,
            "revision": clock.revision, "provisional": clock.provisional, "reasons": list(clock.reasons),
        })
        for clock in result.clocks
        if before.get(clock.key) != clock
    ]  # fmt: skip
    upsert_many(work.connection, case_clock, rows, unique=("case_id", "key"))


def _write_deadlines(work: CaseWork, result: StepResult) -> None:
    before = work.before.due if work.before else frozenset()
    items = {item.key: item for item in result.due}
    afresh = work.before is not None and work.before.afresh
    gone = before if afresh else before - items.keys()
    _DELETE_DEADLINE.run_many(work.connection, [{"the_case": work.case_id, "the_key": key} for key in sorted(gone)])
    _INSERT_DEADLINE.run_many(
        work.connection,
        [
            work.sealed(deadline, {
                "case_id": work.case_id, "key": i.key, "source": i.source, "name": i.name, "due_at": i.due_at,
                "provisional": i.provisional, "reasons": list(i.reasons),
            })
            for key, i in items.items()
            if afresh or key not in before
        ],
    )  # fmt: skip


def _write_outbox(work: CaseWork, asks: list[str]) -> None:
    """Write what people are to be told. `asks`: the messages that the case waits for since this change.

    They stand in the letters to the complainant, who cannot answer before these have gone out.
    """
    held = work.hold_until
    messages = []
    for telling in work.tellings:
        for recipient in work.services.placement.recipients(work, telling.to):
            asking = {"asks": asks} if asks and recipient == "complainant" else {}
            messages.append(
                outbox.Message(
                    id=work.ids.new(), case_id=work.case_id, cause=f"{work.batch}:{telling.cause}",
                    kind=telling.template, recipient=recipient,
                    payload={"to": telling.to, "values": dict(telling.values), **asking},
                    created_at=work.now, deliver_after=held if held and held > work.now else work.now,
                    held_until=held if held and held > work.now else None,
                )
            )  # fmt: skip
    messages.extend(work.services.announced(work))
    outbox.write(work.connection, [replace(each, payload=seal(work.key, each.payload)) for each in messages])
