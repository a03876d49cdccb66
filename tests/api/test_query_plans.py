"""What is asked all day long is read off indexes, on both stores, in a database with thousands of cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from access.principals import principal
from api.metrics import OVERTAKEN, Metrics
from app.container import Application, build
from complaints.tables import complaint
from engine.case_work import SYSTEM
from engine.clock import MovableClock
from engine.tables import change_log, event_log, instance, work_item
from engine.work_items import given_elsewhere
from queries.approvals import approvals
from queries.case_file import case_file
from queries.complaints_list import Filters, complaints
from queries.inbox import inbox
from queries.incidents import incidents
from queries.notices import notices
from queries.reader import Reader
from queries.timeline import timeline
from queries.tracking import tracking
from storage import outbox, paging
from storage.database import Database
from tests.benchmarks.grow import AT, Wanted, grow
from tests.support.application import settings
from tests.support.query_plans import Planned, watched
from tests.support.stores import store_url

CASES = 2000
GROWING = ("instance", "complaint", "work_item", "change_log", "deadline", "case_clock", "message", "notice", "outbox")
"""Tables with rows for each case."""
EACH = "|".join(GROWING)
WHOLE = re.compile(rf"^SCAN (?:(?:{EACH})(?:_\d+)?|earlier)$|Seq Scan on (?:{EACH})\b")
"""A plan that reads every row of one of them; SQLite says only the alias, where there is one."""

Asked = Callable[[Reader], Any]


@pytest.fixture(scope="module", params=("sqlite-file", "postgresql"))
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """An installation with the cases."""
    url = store_url(request.param, request, Path(tmp_path_factory.mktemp("plans")))
    grow(url, Wanted(CASES, kinds=6))
    application = build(settings(database_url=url, demo=True), clock=MovableClock(AT))
    yield application
    application.database.close()


def whole_tables(database: Database, work: Callable[[], Any]) -> list[Planned]:
    """Do something, and return the statements on the way that read a growing table from its first row to its last."""
    with watched(database) as seen:
        work()
    plans = seen.plans(database)
    assert plans
    return [each for each in plans if any(WHOLE.search(line.strip()) for line in each.plan)]


def read_by(application: Application, login: str, asked: Asked) -> Callable[[], Any]:
    """Return a reading of somebody."""

    def go() -> Any:
        with application.database.read() as connection:
            who = principal(connection, login, now=AT, rules=application.posts.rules)
            return asked(Reader(connection, application.library, AT, "en", who))

    return go


def test_a_table_that_is_read_whole_is_found_under_every_name(grown: Application) -> None:
    tables = (complaint, complaint.alias(), outbox.outbox.alias("earlier"))
    # No index helps to find a text somewhere in a value.
    texts = [table.c[name] for table, name in zip(tables, ("category", "category", "last_error"), strict=True)]

    def read() -> None:
        with grown.database.read() as connection:
            for text in texts:
                connection.execute(select(text).where(text.like("%nowhere%"))).all()

    assert len(whole_tables(grown.database, read)) == len(texts)


def some_case(application: Application, column: Any = instance.c.case_id) -> str:
    """Return the id of a case that is open, or another column of it."""
    joined = select(column).join(complaint, complaint.c.case_id == instance.c.case_id)
    with application.database.read() as connection:
        found: str = connection.execute(joined.where(instance.c.ended_at.is_(None)).limit(1)).scalar_one()
    return found


LISTS: dict[str, Asked] = {
    "inbox": inbox,
    "inbox, second page": lambda reader: inbox(reader, cursor=inbox(reader, limit=2).next, limit=2),
    "my tasks": lambda reader: inbox(reader, mine=True),
    "tasks of a team": lambda reader: inbox(reader, team="service"),
    "late tasks": lambda reader: inbox(reader, overdue=True),
    "complaints": complaints,
    "complaints of a status": lambda reader: complaints(reader, Filters(status="in_progress")),
    "complaints of an owner": lambda reader: complaints(reader, Filters(case_owner="li.na")),
    "complaints of a priority": lambda reader: complaints(reader, Filters(priority="urgent")),
    "late complaints": lambda reader: complaints(reader, Filters(overdue=True)),
    "complaints with a team": lambda reader: complaints(reader, Filters(team="legal")),
    "notices": notices,
    "unread notices": lambda reader: notices(reader, unread_only=True),
    "decisions": approvals,
    "incidents": lambda reader: incidents(reader.connection, None),
    "incidents that are over": lambda reader: incidents(reader.connection, None, resolved=True),
    "outbox, due": lambda reader: outbox.due(reader.connection, AT, 50),
    "outbox, channels": lambda reader: outbox.channels_due(reader.connection, AT),
    "outbox, next": lambda reader: outbox.next_release(reader.connection, after=AT, until=AT + timedelta(days=1)),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("login", ["li.na", "gao.yan"])
def test_a_page_is_read_off_indexes(grown: Application, name: str, login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By somebody who sees every case, and by somebody who sees those in which they are asked."""
    # As far below the number of cases as it is where there are many.
    monkeypatch.setattr(paging, "LOOKED_AT", 50)
    if login == "gao.yan" and "complaints" in name and not grown.database.is_sqlite:
        pytest.skip("PostgreSQL gathers the cases in which somebody was asked where there are as few as here")
    assert whole_tables(grown.database, read_by(grown, login, LISTS[name])) == []


def test_a_page_that_looks_into_each_case_reads_no_more_of_the_index_than_it_looks_at(
    grown: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the first page down to where it stops looking, on the others from where the last one stopped, too."""
    if not grown.database.is_sqlite:
        pytest.skip("PostgreSQL may read the table where it has so few rows")
    monkeypatch.setattr(paging, "LOOKED_AT", 50)
    plans = []
    for asked in (
        lambda reader: complaints(reader, Filters(q="chandelier")),
        lambda reader: complaints(
            reader, Filters(q="chandelier"), cursor=complaints(reader, Filters(q="chandelier")).next
        ),
    ):
        with watched(grown.database) as seen:
            read_by(grown, "li.na", asked)()
        looking = [plan.plan for plan in seen.plans(grown.database) if "complaint.subject" in plan.sql]
        plans.append([line for plan in looking for line in plan if "ix_instance__received" in line])
    assert plans[0] == ["SEARCH instance USING INDEX ix_instance__received (received_at>?)"]
    assert plans[1][-1] == "SEARCH instance USING INDEX ix_instance__received (received_at>? AND received_at<?)"


def test_a_page_of_tasks_or_complaints_is_not_sorted_out_of_all(grown: Application) -> None:
    """SQLite says so: the first fifty stand first in the index, and what remains to be sorted are those pages."""
    if not grown.database.is_sqlite:
        pytest.skip("PostgreSQL may sort where it expects few rows")
    for name in ("my tasks", "tasks of a team", "complaints", "complaints of a status", "complaints of an owner"):
        with watched(grown.database) as seen:
            read_by(grown, "li.na", LISTS[name])()
        sorted_ones = [p for p in seen.plans(grown.database) if "USE TEMP B-TREE FOR ORDER BY" in p.plan]
        assert sorted_ones == [], name


def test_what_is_open_is_asked_for_in_the_words_of_the_indexes(grown: Application) -> None:
    """By a parameter, SQLite would plan the statement anew each time it is run."""
    with watched(grown.database) as seen:
        for asked in LISTS.values():
            read_by(grown, "li.na", asked)()
    assert [sql for sql in seen.asked if re.search(r"work_item\.state = (?!'open')", sql)] == []
    assert [sql for sql in seen.asked if "work_item.state = 'open'" in sql]


def test_what_the_loops_look_for_is_read_off_indexes(grown: Application) -> None:
    """Four times a second: due cases, what is to be delivered."""
    assert whole_tables(grown.database, grown.sweep.due_cases) == []

    def claimed() -> None:
        with grown.database.write() as unit:
            outbox.take(unit.connection, AT, 50)
            outbox.claim(unit.connection, AT, limit=50, until=AT + timedelta(minutes=1), by="x", channel="mail")

    assert whole_tables(grown.database, claimed) == []


def test_the_figures_are_read_off_indexes(grown: Application) -> None:
    """The monitor asks for them every few seconds."""
    figures = Metrics(since=AT)

    def asked() -> None:
        with grown.database.read() as connection:
            figures.read(connection, AT)

    asked()  # the first reading looks back for the last change before the start
    assert whole_tables(grown.database, asked) == []
    with watched(grown.database) as seen:
        asked()
    counted = [plan for plan in seen.plans(grown.database) if "given_up_at IS NOT NULL" in plan.sql]
    assert all("ix_outbox__given_up" in line for plan in counted for line in plan.plan if "outbox" in line)
    assert counted


def test_what_has_fired_is_found_by_the_number_of_the_change(grown: Application) -> None:
    """The monitor asks for it every few seconds, of all cases: what it has seen is not read again."""
    figures = Metrics(since=AT - timedelta(days=3000))

    def asked() -> str:
        with grown.database.read() as connection:
            return figures.read(connection, AT).decode()

    assert re.search(r"^redress_deadline_lateness_seconds_count [1-9]", asked(), re.MULTILINE)
    with watched(grown.database) as seen:
        asked()
    plans = [each.plan for each in seen.plans(grown.database) if "change_log" in each.sql]
    assert [line for plan in plans for line in plan if WHOLE.search(line.strip())] == []
    assert [sql for sql in seen.asked if "event_log" in sql] == []


def test_a_monitor_reads_the_newest_changes_alone_even_when_nothing_fires(grown: Application) -> None:
    """A server that started just now begins with the newest change: what came before it is not read even once."""
    figures = Metrics(since=AT + timedelta(days=1))

    def asked() -> list[Any]:
        with watched(grown.database) as seen, grown.database.read() as connection:
            figures.read(connection, AT)
        (given,) = [values for sql, values in seen.asked.items() if "FROM change_log" in sql and "LIKE" in sql]
        return list(given.values() if isinstance(given, dict) else given)

    with grown.database.read() as connection:
        last = connection.execute(select(func.max(change_log.c.sequence))).scalar_one()
    for _ in range(2):
        bounds = asked()
        assert (bounds.count(last - OVERTAKEN), bounds.count(last)) == (1, 1), "what may have come late, to the newest"


def test_the_lines_of_a_case_are_found_by_its_own_changes(grown: Application) -> None:
    """Also where it is only asked whether there is one, for each of several tasks."""
    case = some_case(grown)
    line = event_log.c
    task = select(work_item.c.id).where(work_item.c.case_id == case)

    def read() -> None:
        with grown.database.read() as connection:
            assert connection.execute(select(event_log).where(line.case_id == case).order_by(line.sequence)).all()
            assert connection.execute(task.where(~given_elsewhere())).all()

    assert whole_tables(grown.database, read) == []


def test_a_case_is_loaded_shown_and_found_off_indexes(grown: Application) -> None:
    """Under its lock as a command loads it, by its number, by what a complainant types, and on its pages."""
    case, number = some_case(grown), some_case(grown, complaint.c.number)

    def loaded() -> None:
        with grown.database.write() as unit:
            grown.pipeline.load(unit.connection, case, SYSTEM)
            grown.pipeline.load(unit.connection, case, SYSTEM, task_id=f"{case}-1")

    ways: list[Asked] = [
        lambda reader: complaints(reader, Filters(q=number)),
        lambda reader: case_file(reader, case),
        lambda reader: timeline(reader, case),
        lambda reader: tracking(reader, case),
        lambda reader: reader.connection.execute(
            select(complaint.c.case_id).where(complaint.c.tracking_digest == "x")
        ).first(),
    ]
    assert whole_tables(grown.database, loaded) == []
    assert [whole_tables(grown.database, read_by(grown, "li.na", way)) for way in ways] == [[]] * len(ways)
