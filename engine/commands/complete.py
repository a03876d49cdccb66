"""Complete a user task: the form is checked, the facts it names change, the token moves on."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine import undo
from engine.case_work import CaseWork
from engine.errors import Unfit
from engine.model.step import Complete
from engine.work_items import case_of, element_of, load_item, require_mine, require_open, require_seen
from forms.clean import clean
from forms.decode import with_readonly
from forms.validate import validate


@dataclass(frozen=True)
class CompleteTask:
    """I have done this; here is the form. `version` is the task version that was seen (required for decisions)."""

    task_id: str
    data: Mapping[str, Any]
    version: int | None = None

    @property
    def case_id(self) -> str:
        """Which case."""
        return case_of(self.task_id)


def complete_task(work: CaseWork, command: CompleteTask) -> dict[str, Any]:
    """Complete and return `{"task": id}`.

    Raises Conflict (done already, by whom; or no longer needed), Forbidden, Stale, MatchRequired, Unfit with fields,
    in this order.
    A second completion of the same task is a Conflict, so repeating is safe.
    """
    item = load_item(work, command.task_id)
    element = element_of(work, item)
    require_open(item)
    who = require_mine(item, work.actor.principal)
    require_seen(item, command.version, must_match=bool(element.listed("exclude")))
    data = check_form(work, item.form, command.data)
    form = work.process.forms.get(item.form or "")
    remember_for_undo(work, item.id)
    if element.properties.get("owns") == "true" and work.owner is None:
        work.set_owner(who.person_id)
    # As it was written: what follows may put more into `data`.
    work.done = {
        **vars(item), "state": "done", "done_at": work.now, "done_by": who.person_id, "assignee": who.person_id,
        "data": deepcopy(data), "draft": None, "version": item.version + 1,
    }  # fmt: skip
    work.form_data = data
    work.services.completed(work, element.id, data)
    asked = frozenset(field.name for field in form.fields) if form is not None else frozenset()
    work.step(Complete(item.task, data, asked))
    if not work.reversible or never_undone(work):
        # What the step has found may have made it urgent: then nothing waits, its own notices least of all.
        work.row["undo"] = None
        work.hold_until = None
    return {"task": item.id}


def check_form(work: CaseWork, name: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cleaned data of a form. Raises Unfit with every field that does not fit."""
    form = work.process.forms.get(name or "")
    if form is None:
        if data:
            raise Unfit(
                "This task takes no data.", fields=[{"field": n, "code": "unknown-field"} for n in sorted(data)]
            )
        return {}
    cleaned = with_readonly(form, clean(form, dict(data)), {})
    problems = validate(form, cleaned)
    if problems:
        raise Unfit(
            fields=[{"field": p.pointer, "code": p.code, "values": dict(p.values)} for p in problems], form=form.name
        )
    kept: dict[str, Any] = cleaned
    return kept


def never_undone(work: CaseWork) -> bool:
    """Say whether, as the facts are now, the process holds nothing back (`undo.none_when`)."""
    rule, facts = work.process.config.undo_none_when, work.row["facts"]
    return rule is not None and bool(rule.evaluate({name: facts.get(name) for name in rule.names}, {}))


def remember_for_undo(work: CaseWork, task_id: str) -> None:
    """Keep the state before the step while what it tells people is held back (`undo_seconds` of the process)."""
    config = work.process.config
    if config.undo_seconds <= 0 or never_undone(work):
        work.row.update(undo=None, undo_task=None, undo_until=None)
        return
    until = work.now + timedelta(seconds=config.undo_seconds)
    work.row.update(undo=undo.written(work), undo_task=task_id, undo_until=until)
    work.hold_until = until
