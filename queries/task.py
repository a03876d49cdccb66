"""One task: its form, the facts it shows, its draft, and what was said before. The only query that opens a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from access.policy import Principal, may_supervise, may_work_on
from complaints.plan.refund_figures import LINE_IN_HAND, PER_PAYEE, SINGLE
from engine.errors import NotFound
from engine.kernel.step import inspect
from engine.process import CompiledProcess
from engine.tables import instance, work_item
from forms.display import shown_fact
from forms.form import Form
from forms.languages import pick
from queries.asked_facts import is_asked
from queries.earlier_forms import EarlierForm, earlier_forms, is_own, shown_data
from queries.fact_words import fact_in_words
from queries.inbox import TaskItem, task_items, task_rows
from queries.reader import Reader
from queries.refund_in_hand import refund_in_hand
from queries.visibility import sees_whole, visible

CURRENCY_OF: Mapping[str, str] = {
    "refund": "refund_currency",
    SINGLE: "planned_currency",
    PER_PAYEE: "planned_currency",
}
"""Facts that are amounts -> the fact with their currency."""


@dataclass(frozen=True)
class ShownFact:
    """A fact of the case above the form."""

    name: str
    label: str
    value: Any
    text: str
    """The value in the reader's words, as the case and its timeline say it."""


@dataclass(frozen=True)
class FormFiles:
    """The form as its process owner wrote it."""

    name: str
    schema: Mapping[str, Any]
    ui: Mapping[str, Any]


@dataclass(frozen=True)
class TaskView:
    """A task with everything needed to do it."""

    task: TaskItem
    form: FormFiles | None
    draft: Mapping[str, Any] | None
    draft_by: str | None
    data: Mapping[str, Any] | None
    """What was answered, once it is done."""
    done_by: str | None
    done_at: datetime | None
    documentation: str
    """What the diagram says about this step."""
    decision: bool
    """True: completing it needs `If-Match` (docs/integrator/api.md)."""
    may: tuple[str, ...]
    """What the reader can do now: claim, release, assign, complete, send-back."""
    facts: tuple[ShownFact, ...]
    context: Mapping[str, Any]
    """Outcomes of earlier steps that reached this one. `refund_line`, where there is one, is the refund in hand."""
    earlier: tuple[EarlierForm, ...]


@dataclass(frozen=True)
class TaskDesk:
    """A task, and what only the pages need of it."""

    view: TaskView
    form: Form | None
    case_facts: Mapping[str, Any]
    zone: ZoneInfo
    informed: bool
    """Whether the reader may know what the task is about: they see the whole case, or it is their own."""
    version_id: str
    """The version of the process that the case runs on."""


def task(reader: Reader, task_id: str) -> TaskDesk:
    """Return a task of a case that the reader sees, open or not. Raises NotFound."""
    who, connection = reader.who, reader.connection
    row = connection.execute(
        task_rows()
        .add_columns(
            work_item.c.task, work_item.c.form, work_item.c.owner_bound, work_item.c.draft, work_item.c.draft_by
        )
        .add_columns(work_item.c.data, work_item.c.done_by, work_item.c.done_at)
        .add_columns(instance.c.facts, instance.c.undo_task, instance.c.undo_until, instance.c.case_owner)
        .where(work_item.c.id == task_id, visible(who))
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such task.", task=task_id)
    [row] = reader.opened_along([row])
    process = reader.process(row.version_id)
    element = process.diagram.elements.get(row.element)
    form: Form | None = process.forms.get(row.form or "")
    decision = bool(element and element.listed("exclude"))
    works = _works(who, row)
    whole = sees_whole(who, case_owner=row.case_owner) or (decision and works)
    informed = whole or is_asked(who, row)
    view = TaskView(
        task=task_items(reader, [row])[0],
        form=None if form is None else FormFiles(form.name, form.schema, form.ui),
        draft=row.draft if works else None,
        draft_by=row.draft_by if works else None,
        data=shown_data(process, row, whole=whole or is_own(who, row)) if row.state == "done" else None,
        done_by=row.done_by,
        done_at=row.done_at,
        documentation=element.documentation if element else "",
        decision=decision,
        may=_may(reader, row, works=works),
        facts=_facts(reader, process, form, row.facts) if informed else (),
        context=_context(reader, process, row, whole=whole) if works and row.state == "open" else {},
        earlier=earlier_forms(reader, row.case_id, process, whole=whole),
    )
    zone = reader.zone(row.facts.get("campus"))
    return TaskDesk(view, form, row.facts, zone, informed, row.version_id)


def facts_to_say(reader: Reader, desk: TaskDesk) -> dict[str, str]:
    """Return every fact of the case in the words of the reader's language, for texts to a complainant.

    Codes are worded by the form where it lists them, else by the process. Nothing of the case is read again.
    """
    process = reader.process(desk.version_id)
    shows = desk.form.shows if desk.form is not None else ()
    listed = {shown.fact: {each.value: each.labels for each in shown.options} for shown in shows}
    found = {}
    for name, value in desk.case_facts.items():
        labels = listed.get(name, {}).get(value) if isinstance(value, str) else None
        found[name] = pick(labels, reader.language) if labels is not None else _in_words(reader, process, desk, name)
    return found


def _in_words(reader: Reader, process: CompiledProcess, desk: TaskDesk, name: str) -> str:
    said = _amount(desk.case_facts, name, reader.language)
    return said or fact_in_words(reader, process, name, desk.case_facts[name], zone=desk.zone)


def _works(who: Principal, row: Row[Any]) -> bool:
    apart = who.person_id in (row.excluded or ())
    return not apart and may_work_on(who, team=row.team, post=row.post, assignee=row.assignee)


def _may(reader: Reader, row: Row[Any], *, works: bool) -> tuple[str, ...]:
    who, can = reader.who, []
    if row.state == "open":
        if works:
            can += ["complete"] if row.assignee == who.person_id else ["claim", "complete"]
        if row.assignee == who.person_id and not (row.owner_bound and row.case_owner == who.person_id):
            can.append("release")
        if may_supervise(who):
            can.append("assign")
    undo = row.undo_task == row.id and row.undo_until is not None and row.undo_until > reader.now
    if row.state == "done" and undo and (row.done_by == who.person_id or may_supervise(who)):
        can.append("send-back")
    return tuple(can)


def _facts(
    reader: Reader, process: CompiledProcess, form: Form | None, facts: Mapping[str, Any]
) -> tuple[ShownFact, ...]:
    words, zone = reader.library.words.of(process), reader.zone(facts.get("campus"))
    return tuple(
        ShownFact(
            name=shown.fact,
            label=words.fact(shown.fact, reader.language),
            value=facts.get(shown.fact),
            text=_amount(facts, shown.fact, reader.language)
            or fact_in_words(reader, process, shown.fact, facts.get(shown.fact), zone=zone),
        )
        for shown in (form.shows if form else ())
    )


def _amount(facts: Mapping[str, Any], fact: str, language: str) -> str:
    """Return an amount with its currency, `` for a fact that is none, or whose currency nobody has said."""
    amount, currency = facts.get(fact), facts.get(CURRENCY_OF.get(fact, ""))
    return shown_fact({"amount": str(amount), "currency": currency}, language) if amount and currency else ""


def _context(reader: Reader, process: CompiledProcess, row: Row[Any], *, whole: bool) -> Mapping[str, Any]:
    """Return what the diagram has kept for this step; from others' forms only for whoever sees the whole case."""
    asked = select(instance.c.state).where(instance.c.case_id == row.case_id)
    [stored] = reader.opened(row.case_id, reader.connection.execute(asked))
    found = inspect(process, stored.state, facts=row.facts, calendars=reader.library.calendars, now=reader.now)
    context = next((each.context for each in found.tasks if each.id == row.task), {})
    known = {name: value for name, value in context.items() if whole or name not in process.form_fields}
    refund = refund_in_hand(row.facts, known.get(LINE_IN_HAND), reader.language)
    return known if refund is None else {**known, LINE_IN_HAND: refund}
