"""Promises: written down with the form, kept in time or late, missed visibly and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from complaints.plan.promises import KeepPromise
from complaints.tables import promise
from engine.commands.complete import CompleteTask
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from engine.tables import deadline
from tests.complaints.office import HOUR, MONDAY, Office

IN_THREE_HOURS = (MONDAY + 3 * HOUR).isoformat().replace("+00:00", "Z")


def promised(office: Office) -> tuple[str, str]:
    """Return a case of Ann's, and what she promised in it for three hours later."""
    case = office.file()
    promises = [{"what": "Ask the authors", "due_at": IN_THREE_HOURS}]
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "promises": promises}))
    (row,) = office.rows(promise, case)
    return case, row.id


def test_a_promise_in_a_form_is_a_row_with_a_deadline(office: Office) -> None:
    case, one = promised(office)
    row = office.rows(promise, case)[0]
    assert (row.what, row.due_at, row.made_by, row.made_at, row.kept_at, row.missed_at) == (
        "Ask the authors", MONDAY + 3 * HOUR, office.people["ann"], MONDAY, None, None,
    )  # fmt: skip
    assert row.cause.endswith(":look")
    assert office.rows(deadline, case, key=f"promise:{one}")[0].due_at == row.due_at
    assert office.case(case).next_dated == row.due_at


def test_a_promise_lies_ahead(office: Office) -> None:
    case = office.file()
    due = [MONDAY + HOUR, MONDAY, MONDAY - HOUR]
    promises = [{"what": "W", "due_at": at.isoformat().replace("+00:00", "Z")} for at in due]
    with pytest.raises(Unfit) as caught:
        office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "promises": promises}))
    assert caught.value.details["fields"] == [
        {"field": "/promises/1/due_at", "code": "past"},
        {"field": "/promises/2/due_at", "code": "past"},
    ]
    assert office.rows(promise, case) == []
    assert office.task(case, "look").state == "open"


def test_a_kept_promise_is_never_missed(office: Office) -> None:
    case, one = promised(office)
    office.clock.advance(2 * HOUR)
    assert office.do(KeepPromise(case, one, "Asked them.")) == {"late": False}
    assert office.column(select(deadline.c.key).where(deadline.c.source == "dated")) == []
    office.advance(5 * HOUR)
    row = office.rows(promise, case)[0]
    assert (row.kept_at, row.kept_by, row.missed_at) == (MONDAY + 2 * HOUR, office.people["ann"], None)
    assert office.log(case, "promise-kept", "promise-missed") == [("promise-kept", one)]


def test_a_missed_promise_is_marked_and_told_once(office: Office) -> None:
    case, one = promised(office)
    office.advance(3 * HOUR - timedelta(seconds=1))
    assert office.rows(promise, case)[0].missed_at is None
    office.advance(timedelta(seconds=1))
    office.advance(3 * HOUR)
    assert office.rows(promise, case)[0].missed_at == MONDAY + 3 * HOUR
    told = [("ann", "promise_missed"), ("team:leadership", "promise_missed"), ("eve", "promise_missed")]
    assert list(office.told(case)) == told
    assert office.log(case, "promise-missed") == [("promise-missed", one)]


def test_late_is_better_than_never_and_stays_on_record(office: Office) -> None:
    case, one = promised(office)
    office.advance(4 * HOUR)
    assert office.do(KeepPromise(case, one)) == {"late": True}
    row = office.rows(promise, case)[0]
    assert (row.kept_at, row.missed_at) == (MONDAY + 4 * HOUR, MONDAY + 4 * HOUR)


def test_keeping_twice_says_who_was_faster(office: Office) -> None:
    case, one = promised(office)
    office.do(KeepPromise(case, one), "eve")
    with pytest.raises(Conflict) as caught:
        office.do(KeepPromise(case, one))
    assert caught.value.details == {"promise": one, "by": office.people["eve"], "at": MONDAY.isoformat()}


def test_who_did_not_promise_and_does_not_lead_does_not_keep_it(office: Office) -> None:
    case, one = promised(office)
    for by in ("bea", None):
        with pytest.raises(Forbidden):
            office.do(KeepPromise(case, one), by)
    with pytest.raises(NotFound):
        office.do(KeepPromise(office.file(), one))
