"""A person and the sweep meet at one case, in both orders: what was due has fired once, and never what is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import MovableClock
from engine.tables import deadline
from tests.faults.race.test_races import SORRY, VOTE, waits_for_the_head
from tests.faults.stores import on_postgresql, on_sqlite, postgresql_template, sqlite_template, twins
from tests.faults.twins import Twins, complete, sweep
from tests.support.application import House

__all__ = ["on_postgresql", "on_sqlite", "postgresql_template", "sqlite_template", "twins"]

FIRED = ["fired acknowledge/1/remind by system", "fired acknowledge/1/overdue by system"]


def due_at(twins: Twins, case: str, name: str) -> datetime:
    """Return when something is due."""
    where = (deadline.c.case_id == case, deadline.c.name == name)
    found: datetime = twins.rows(select(deadline.c.due_at).where(*where))[0].due_at
    return found


def move_to(twins: Twins, at: datetime) -> None:
    """Move the clock of both; nothing fires by itself."""
    clock = twins.one.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance_to(at)


def awaits_the_callback(house: House) -> str:
    """Return a case whose result was sent, and whose complainant is to be called."""
    case = waits_for_the_head(house)
    house.do("sun.mei", "decide_head", case, VOTE)
    house.do("li.na", "carry_out", case, {"carried_out": "x"})
    house.do("li.na", "send_result", case, {"result_text": "x"})
    house.later(minutes=2)
    return case


@pytest.mark.parametrize("first", ["complete", "timer"])
def test_what_was_due_before_a_task_was_done_fires_once_whoever_fires_it(twins: Twins, first: str) -> None:
    case = twins.one.file(by="li.na")["id"]
    task = twins.one.task("li.na", "acknowledge", case)
    twins.later(minutes=61)
    moves: dict[str, Any] = {"complete": lambda house: complete(house, "li.na", task, SORRY), "timer": sweep}
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    # A sweep on PostgreSQL passes by a case that somebody has, and comes again.
    assert answers == {"complete": ("200", 0, twins.alone), "timer": (2, "200", True)}[first]
    assert twins.log(case) == [
        *FIRED, "completed acknowledge by li.na", "cancelled late_acknowledgement by li.na",
    ]  # fmt: skip
    assert twins.letters(case) == [
        "acknowledge_overdue to person:chen.jing", "acknowledge_reminder to person:li.na",
        "acknowledged to complainant",
    ]  # fmt: skip
    assert (twins.open(case), [name for name in twins.due(case) if "acknowledge" in name]) == (["verify"], [])
    assert (twins.settled(), twins.log(case).count(FIRED[1])) == ([], 1)


def test_what_falls_due_while_a_task_is_being_done_in_time_does_not_fire(twins: Twins) -> None:
    case = twins.one.file(by="li.na")["id"]
    task = twins.one.task("li.na", "acknowledge", case)
    twins.later(minutes=44)

    def sweep_later(house: House) -> Any:
        twins.later(minutes=17)
        return sweep(house)

    answers = twins.meet(lambda house: complete(house, "li.na", task, SORRY), sweep_later)
    assert answers == ("200", 0, twins.alone)
    assert (sweep(twins.one).fired, sweep(twins.two).fired) == (0, 0)
    assert twins.log(case) == ["completed acknowledge by li.na"]
    assert twins.letters(case) == ["acknowledged to complainant"]
    assert twins.settled() == []


@pytest.mark.parametrize("first", ["complete", "timer"])
def test_a_task_whose_time_is_over_is_not_done_and_its_draft_is_kept(twins: Twins, first: str) -> None:
    case = awaits_the_callback(twins.one)
    li_na = twins.one.person("li.na")
    task = twins.one.task("li.na", "callback", case)
    form = {"reached": "reached", "satisfied": "yes"}
    assert li_na.call("PUT", f"/api/tasks/{task['id']}/draft", {"data": form}).status_code == 200
    move_to(twins, due_at(twins, case, "callback_over"))
    moves: dict[str, Any] = {"complete": lambda house: complete(house, "li.na", task, form), "timer": sweep}
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    assert answers == {"complete": ("409 conflict", 0, twins.alone), "timer": (2, "409 conflict", True)}[first]
    assert twins.log(case) == ["fired callback/1/remind by system", "cancelled callback by system"]
    assert twins.letters(case) == ["callback_ending to person:li.na"]
    assert (twins.open(case), [row.done_by for row in twins.tasks(case, "callback")]) == (["close_case"], [None])
    assert li_na.get(f"/api/tasks/{task['id']}")["draft"] == form
    assert (twins.settled(), twins.case(case).status) == ([], "resolved")


@pytest.mark.parametrize("first", ["pause", "timer"])
def test_a_clock_that_is_paused_when_it_is_due_has_fired_once_and_fires_no_more(twins: Twins, first: str) -> None:
    case = running(twins)
    move_to(twins, due_at(twins, case, "resolve/remind"))
    moves: dict[str, Any] = {"pause": paused(case), "timer": sweep}
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    assert answers == {"pause": ("200", 0, twins.alone), "timer": (1, "200", True)}[first]
    once = ["fired resolve/1/remind by system"]
    assert (twins.log(case), twins.due(case)) == (once, set())
    assert twins.letters(case) == ["paused to complainant", "resolve_reminder to person:li.na"]
    twins.later(days=30)
    assert (twins.settled(), twins.log(case)) == ([], once)


def test_what_falls_due_while_its_clock_is_being_paused_does_not_fire(twins: Twins) -> None:
    case = running(twins)
    resolve = due_at(twins, case, "resolve/remind")

    def sweep_later(house: House) -> Any:
        move_to(twins, resolve)
        return sweep(house)

    answers = twins.meet(paused(case), sweep_later)
    assert answers == ("200", 0, twins.alone)
    assert (sweep(twins.one).fired, sweep(twins.two).fired) == (0, 0)
    assert (twins.log(case), twins.due(case), twins.letters(case)) == ([], set(), ["paused to complainant"])
    assert (twins.settled(), twins.log(case)) == ([], [])


def running(twins: Twins) -> str:
    """Return a routine case that has had its response, with its clock to resolve running."""
    case: str = twins.one.file(by="li.na", category="other")["id"]
    twins.one.do("li.na", "acknowledge", case, SORRY)
    twins.one.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    twins.one.do("li.na", "respond", case, {"response_text": "x"})
    twins.one.later(hours=1)
    return case


def paused(case: str) -> Any:
    """Return what pauses a case."""
    return lambda house: house.person("li.na").call("POST", f"/api/complaints/{case}/pause", {"reason": "r"})
