"""Who may not see a case causes nothing of it to be loaded: no row of it is read, no state comes out of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from engine.commands.claim import ClaimTask
from engine.commands.complete import CompleteTask
from engine.errors import NotFound
from engine.tables import conflict_of_interest, event_log, work_item
from tests.pipeline.conftest import ACKNOWLEDGED, Case


@contextmanager
def states_read(case: Case) -> Iterator[list[int]]:
    """Collect how many rows with a state each statement brings back."""
    found: list[int] = []
    asked: list[tuple[str, Any]] = []

    def after(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append((statement, parameters))

    database = case.on.application.database
    with database.read() as connection:
        engine = connection.engine
    writers = {id(e): e for e in (engine, database._writer)}
    for each in writers.values():
        event.listen(each, "after_cursor_execute", after)
    try:
        yield found
    finally:
        for each in writers.values():
            event.remove(each, "after_cursor_execute", after)
    with database.read() as connection:
        for statement, parameters in asked:
            cursor = connection.exec_driver_sql(statement, parameters)
            if "state" in cursor.keys() and "row_version" in cursor.keys():  # noqa: SIM118 - a result, no mapping
                found.append(len(cursor.all()))


def attempts(case: Case) -> list[Any]:
    task = case.item("acknowledge")
    return [ClaimTask(task.id), CompleteTask(task.id, ACKNOWLEDGED, task.version)]


@pytest.mark.parametrize("who", ["zhao.lei", "lin.feng"])
def test_no_state_is_read_for_who_was_never_asked(case: Case, who: str) -> None:
    log = len(case.rows(select(event_log)))
    for command in attempts(case):
        with states_read(case) as found, pytest.raises(NotFound):
            case.pipeline.run(command, case.on.actor(who))
        assert sum(found) == 0, command
    assert len(case.rows(select(event_log))) == log


def test_no_state_is_read_for_who_is_kept_apart(case: Case) -> None:
    actor = case.on.actor("li.na")
    with case.on.application.database.write() as unit:
        values = {"case_id": case.id, "person": actor.id}
        unit.connection.execute(insert(conflict_of_interest).values(values))
        unit.commit()
    for command in attempts(case):
        with states_read(case) as found, pytest.raises(NotFound):
            case.pipeline.run(command, actor)
        assert sum(found) == 0, command


def test_the_state_is_read_once_for_who_sees_the_case(case: Case) -> None:
    claim, _ = attempts(case)
    with states_read(case) as found:
        case.pipeline.run(claim, case.on.actor("li.na"))
    assert found == [1]


def test_who_is_asked_sees_the_case_from_then_on(case: Case) -> None:
    task, actor = case.item("acknowledge"), case.on.actor("zhao.lei")
    with case.on.application.database.write() as unit:
        unit.connection.execute(work_item.update().where(work_item.c.id == task.id).values(team="academic"))
        unit.commit()
    with states_read(case) as found:
        case.pipeline.run(ClaimTask(task.id), actor)
    assert found == [1]
