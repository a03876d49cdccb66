"""Steps that nobody can take are found among all cases by an index alone, the same as case by case. On each store."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import Connection, insert, select, update

from access.tables import person
from app.container import Application
from complaints.people import nobodys_tasks as finding
from complaints.people.nobodys_tasks import nobodys_tasks
from complaints.people.reach import is_noted
from engine.tables import UNTAKEN, conflict_of_interest, work_item
from tests.api.test_query_plans import grown
from tests.support.query_plans import watched

__all__ = ["grown"]


def muddled(connection: Connection, chance: Random) -> list[str]:
    """Let people leave, and keep others apart from cases and steps; return the cases in which something is free."""
    item = work_item.c
    people = list(connection.execute(select(person.c.id)).scalars())
    free = connection.execute(select(item.id, item.case_id, item.team, item.post).where(UNTAKEN)).all()
    teams, posts = sorted({row.team for row in free if row.team}), sorted({row.post for row in free if row.post})
    connection.execute(update(person).where(person.c.id.in_(chance.sample(people, 5))).values(active=False))
    for row in free:
        if chance.random() < 0.5:
            apart = chance.sample(people, chance.choice([0, 1, 3, len(people) - 3, len(people)]))
            if chance.random() < 0.1:
                # More than an index of PostgreSQL takes.
                apart += [f"{number:040}" for number in range(100)]
            changed = {"excluded": apart, "team": chance.choice(teams), "post": chance.choice([None, *posts])}
            connection.execute(update(work_item).where(item.id == row.id).values(changed))
    for case in chance.sample(sorted({row.case_id for row in free}), 60):
        for who in chance.sample(people, chance.choice([1, 4, len(people) - 1])):
            connection.execute(insert(conflict_of_interest).values(case_id=case, person=who))
    return sorted({row.case_id for row in free})


@pytest.mark.parametrize("seed", [1, 2])
def test_of_all_cases_the_same_steps_are_found_as_case_by_case(
    grown: Application, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "AT_ONCE", 3)
    rules = grown.posts.rules
    with grown.database.write() as unit:  # which is never committed
        unit.connection.execute(conflict_of_interest.delete())
        cases = muddled(unit.connection, Random(seed))
        one_by_one = [task for case in cases for task in nobodys_tasks(unit.connection, rules=rules, case_id=case)]
        found = list(nobodys_tasks(unit.connection, rules=rules))
    assert found == one_by_one
    assert len({task.id for task in found}) == len(found)
    assert 20 < len({task.case_id for task in found}) < len(cases)


def test_where_somebody_is_left_everywhere_only_the_index_is_read(grown: Application) -> None:
    """Every minute, of all that is open: the steps themselves stand on as many pages as there are."""
    with watched(grown.database) as seen, grown.database.read() as connection:
        assert is_noted(connection, rules=grown.posts.rules)
    plans = [each.plan for each in seen.plans(grown.database) if "work_item" in each.sql]
    assert plans
    covering = "COVERING INDEX ix_work_item__untaken"
    indexes = (covering,) if grown.database.is_sqlite else ("ix_work_item__untaken", "ix_work_item__far_apart")
    assert [plan for plan in plans if not any(each in line for line in plan for each in indexes)] == []
    assert [line for plan in plans for line in plan if "Seq Scan on work_item" in line] == []


def test_a_team_that_everybody_has_left_is_one_question_however_many_are_kept_apart_from_its_steps(
    grown: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes no condition of a thousand parts."""
    monkeypatch.setattr(finding, "AT_ONCE", 1)
    item = work_item.c
    with grown.database.write() as unit:  # which is never committed
        connection = unit.connection
        free = connection.execute(select(item.id).where(UNTAKEN, item.post.is_(None))).scalars().all()
        for number, each in enumerate(free):
            changed = {"team": "deserted", "excluded": [f"p{number}"]}
            connection.execute(update(work_item).where(item.id == each).values(changed))
        with watched(grown.database) as seen:
            found = list(nobodys_tasks(connection, rules=grown.posts.rules))
    assert {task.id for task in found} >= set(free)
    assert len(free) > 10
    assert sum(times for sql, times in seen.times.items() if "work_item" in sql) <= 5
