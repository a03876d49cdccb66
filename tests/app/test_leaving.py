"""Who leaves does not take work along: what they had taken goes back, and what stays theirs is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from access import posts
from access.errors import UnknownPerson
from app.doctor import findings
from app.leaving import Left, leave, told
from engine.case_work import SYSTEM
from engine.clock import MovableClock
from engine.commands.house_work import HouseWork
from engine.tables import event_log, instance, work_item
from tests.support.application import House
from tests.support.stores import every_row

ACKNOWLEDGED = {"acknowledgement_text": "We have it.", "contact_way": "phone"}


def left(redress: House, login: str) -> Left:
    """Close an account as the command line does."""
    done: Left = redress.application.pipeline.run(HouseWork(lambda desk: leave(desk, login)), SYSTEM)
    return done


def rows(redress: House, statement: Any) -> list[Any]:
    """Return what a query gives."""
    with redress.application.database.read() as connection:
        return list(connection.execute(statement).all())


def doctor(redress: House) -> list[str]:
    """Return what the doctor finds."""
    return list(findings(redress.application))


@pytest.fixture
def redress(redress: House) -> House:
    """Return an installation; who leaves here holds no post."""
    with redress.application.database.write() as unit:
        posts.appoint(unit.connection, "duty_officer", person_id="wang.fang", replace=True)
        unit.commit()
    return redress


@pytest.fixture
def owned(redress: House) -> Any:
    """Return a complaint that Li Na owns, with her verification open."""
    filed = redress.file("li.na", channel="phone")
    redress.do("li.na", "acknowledge", filed["id"], ACKNOWLEDGED)
    return filed


def claimed_beside(redress: House, owned: Any) -> str:
    """Let Li Na have a task of her team in a case that somebody else owns; return its id."""
    with redress.application.database.write() as unit:
        unit.connection.execute(instance.update().values(case_owner="wang.fang"))
        unit.connection.execute(work_item.update().where(work_item.c.state == "open").values(owner_bound=False))
        unit.commit()
    return str(redress.task("wang.fang", "verify", owned["id"])["id"])


def test_a_case_that_stays_with_a_closed_account_is_named_with_what_to_do(redress: House, owned: Any) -> None:
    done = left(redress, "li.na")
    name = rows(redress, select(work_item.c.name).where(work_item.c.state == "open"))[0].name
    number = owned["number"]
    assert list(told(done)) == [
        "The account li.na is closed.",
        f"li.na still owns 1 open case: {number}. A supervisor opens each and offers it to a colleague, who accepts;"
        " the tasks of its owner go along.",
        f"li.na still has 1 open task: {number} ({name}). What does not go along with its case, a supervisor assigns"
        " to somebody else, on the page of the task.",
    ]
    assert doctor(redress) == [
        f"case {number}: its owner li.na has left; a supervisor offers the case to a colleague, who accepts it",
        f"case {number}: the open task `{name}` is with li.na, who has left; it goes along when the case is handed"
        " over, or a supervisor assigns it to somebody else",
    ]


def test_the_way_that_is_told_leads_out(redress: House, owned: Any) -> None:
    left(redress, "li.na")
    offer = {"to": "wang.fang", "reason": "Li Na has left."}
    redress.person("chen.jing").post(f"/api/complaints/{owned['id']}/hand-over", offer)
    redress.person("wang.fang").post(f"/api/complaints/{owned['id']}/hand-over/accept", {})
    assert doctor(redress) == []
    assert redress.task("wang.fang", "verify", owned["id"])["assignee"] is not None


def test_a_task_that_was_merely_taken_goes_back_to_its_team_on_record(redress: House, owned: Any) -> None:
    task = claimed_beside(redress, owned)
    done = left(redress, "li.na")
    assert ([each.id for each in done.released], done.cases, done.tasks) == ([task], [], [])
    (item,) = rows(redress, select(work_item).where(work_item.c.id == task))
    assert (item.assignee, item.team, item.state) == (None, "service", "open")
    table = event_log.c
    (line,) = rows(redress, select(event_log).where(table.kind == "released"))
    assert (line.actor, line.name, line.detail) == ("system", task, {"was": "li.na"})
    assert list(told(done)) == [
        "The account li.na is closed.",
        f"Given back to their teams and posts: {owned['number']} ({item.name}).",
    ]
    assert doctor(redress) == []
    redress.person("wang.fang").post(f"/api/tasks/{task}/claim")


def test_leaving_again_changes_nothing_and_says_what_is_left(redress: House, owned: Any) -> None:
    first = left(redress, "li.na")
    assert left(redress, "li.na") == first
    assert [case.number for case in first.cases] == [owned["number"]]


def test_a_failure_on_the_way_leaves_the_account_open_and_the_tasks_where_they_are(
    redress: House, owned: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = claimed_beside(redress, owned)

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr("app.leaving._cases", broken)
    with pytest.raises(RuntimeError, match="the disk is gone"):
        left(redress, "li.na")
    assert rows(redress, select(work_item.c.assignee).where(work_item.c.id == task))[0].assignee == "li.na"
    assert redress.person("li.na").get("/api/me")["id"] == "li.na"


def test_what_is_left_is_counted_and_listed_and_a_closed_case_is_not_among_it(redress: House) -> None:
    cases = [redress.file("li.na", channel="phone") for _ in range(3)]
    with redress.application.database.write() as unit:
        unit.connection.execute(instance.update().where(instance.c.case_id == cases[0]["id"]).values(status="closed"))
        unit.commit()
    done = left(redress, "li.na")
    closed, *numbers = (case["number"] for case in cases)
    name = redress.person("wang.fang").get("/api/tasks?team=service")["items"][0]["name"]
    assert [case.number for case in done.cases] == numbers
    assert list(told(done))[1:] == [
        f"li.na still owns 2 open cases: {numbers[0]}, {numbers[1]}. A supervisor opens each and offers it to a"
        " colleague, who accepts; the tasks of its owner go along.",
        "li.na still has 3 open tasks: " + ", ".join(f"{each} ({name})" for each in (closed, *numbers)) + ". What does"
        " not go along with its case, a supervisor assigns to somebody else, on the page of the task.",
    ]
    assert not [line for line in doctor(redress) if "its owner" in line and closed in line]


def test_a_task_that_a_supervisor_gave_away_goes_back_to_its_team_too(redress: House, owned: Any) -> None:
    verify = redress.task("li.na", "verify", owned["id"])["id"]
    with redress.application.database.write() as unit:
        unit.connection.execute(instance.update().values(case_owner="wang.fang"))
        unit.connection.execute(work_item.update().values(owner_bound=False, assignee=None))
        unit.commit()
    body = {"to": "kim.minji", "reason": "She knows the class."}
    redress.person("chen.jing").post(f"/api/tasks/{verify}/assign", body)
    done = left(redress, "kim.minji")
    assert ([task.id for task in done.released], done.tasks) == ([verify], [])
    assert redress.task("wang.fang", "verify", owned["id"])["assignee"] is None


def test_who_owns_nothing_leaves_without_more_words(redress: House) -> None:
    assert list(told(left(redress, "gao.yan"))) == ["The account gao.yan is closed."]
    assert doctor(redress) == []


def test_nobody_cannot_leave(redress: House) -> None:
    with pytest.raises(UnknownPerson):
        left(redress, "nobody")


def test_what_cannot_be_given_back_leaves_its_case_as_it_was_though_something_had_fallen_due(
    redress: House, owned: Any
) -> None:
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(days=3))
    before = every_row(redress.application.database)
    done = left(redress, "li.na")
    after = every_row(redress.application.database)
    assert ([task.holder for task in done.tasks], done.released) == (["li.na"], [])
    assert {name for name, rows in after.items() if rows != before[name]} == {
        "api_token", "chain_head", "house_record", "person",
    }  # fmt: skip
    assert redress.application.sweep.run_until_done() > 0
    assert rows(redress, select(event_log).where(event_log.c.kind == "fired")) != []
