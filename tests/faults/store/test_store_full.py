"""A store without room: people are told so, nothing is half done, and it all goes on when there is room again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from complaints.tables import complaint
from engine.tables import event_log, incident
from storage.database import Database
from storage.outbox import outbox
from tests.faults.stores import on_postgresql, on_sqlite, postgresql_template, sqlite_template, twins
from tests.faults.twins import Twins
from tests.support.application import COMPLAINT
from tests.support.shared import ROOT

__all__ = ["on_postgresql", "on_sqlite", "postgresql_template", "sqlite_template", "twins"]

Full = Callable[[], AbstractContextManager[None]]
LONG = {**COMPLAINT, "text": "字" * 9000}
KEY = {"Idempotency-Key": "8c1f2a90-6a57-4f5e-9a53-2f4f0a1f5b77"}

NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
"""
"""What PostgreSQL says of a full disk, as it says it: from within a statement, or from within COMMIT."""
IN_A_STATEMENT = "CREATE TRIGGER full_now BEFORE INSERT ON change_log EXECUTE FUNCTION no_room()"
IN_THE_COMMIT = (
    "CREATE CONSTRAINT TRIGGER full_now AFTER INSERT ON change_log INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION no_room()"
)


def change(database: Database, *statements: str) -> None:
    with database.write() as unit:
        for statement in statements:
            unit.connection.execute(text(statement))
        unit.commit()


@contextmanager
def no_page_left(database: Database) -> Iterator[None]:
    """Let the file grow no further: the connection that writes is one for all."""
    with database.write() as unit:
        pages = unit.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        unit.commit()
    yield
    change(database, "PRAGMA max_page_count = 1073741823")


@contextmanager
def refused_by(database: Database, trigger: str, *, table: str = "change_log") -> Iterator[None]:
    """Let PostgreSQL say that its disk is full."""
    change(database, NO_ROOM, trigger)
    yield
    change(database, f"DROP TRIGGER full_now ON {table}", "DROP FUNCTION no_room()")


@pytest.fixture(params=["sqlite", "postgresql", "postgresql-in-the-commit"])
def house(request: pytest.FixtureRequest) -> tuple[Twins, Full]:
    """An installation, and what fills its disk."""
    if request.param == "sqlite":
        alone: Twins = request.getfixturevalue("on_sqlite")
        return alone, lambda: no_page_left(alone.one.application.database)
    two: Twins = request.getfixturevalue("on_postgresql")
    trigger = IN_A_STATEMENT if request.param == "postgresql" else IN_THE_COMMIT
    return two, lambda: refused_by(two.one.application.database, trigger)


def counted(twins: Twins) -> tuple[int, int, int]:
    """Return how many complaints, lines of logs and incidents there are."""
    return tuple(twins.rows(select(func.count()).select_from(each))[0][0] for each in (complaint, event_log, incident))


def until_refused(file: Callable[[int], Response]) -> tuple[int, Response]:
    """File until there is no room; return how many were taken, and the refusal."""
    for number in range(200):
        answer = file(number)
        if answer.status_code != 201:
            return number, answer
    raise AssertionError("there is room without end")


def test_who_files_where_there_is_no_room_is_told_so_and_the_same_request_works_later(
    house: tuple[Twins, Full],
) -> None:
    twins, full = house

    def file(number: int) -> Response:
        key = {"Idempotency-Key": f"{KEY['Idempotency-Key']}-{number}"}
        return twins.one.public.call("POST", "/api/complaints", LONG, headers=key)

    with full():
        taken, refused = until_refused(file)
        before = counted(twins)
        again = file(taken)
        assert twins.one.person("li.na").call("GET", "/api/tasks").status_code == 200
        assert twins.one.public.call("GET", "/healthz").status_code == 200
    for answer in (refused, again):
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "1")
        assert answer.json()["detail"] == "系统的存储空间已满，没有任何改动；需要运维人员腾出空间。请稍后再试。"
    assert counted(twins) == before
    assert (before[0], before[2]) == (taken, 0)
    answers = [file(taken), file(taken)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (counted(twins)[0], twins.settled()) == (taken + 1, [])


def test_what_is_due_where_there_is_no_room_fires_later_and_is_no_failure_of_its_case(
    house: tuple[Twins, Full],
) -> None:
    twins, full = house
    cases = [twins.one.file(by="li.na")["id"] for _ in range(3)]
    twins.later(minutes=61)
    before = counted(twins)
    with full(), capture_logs() as said:
        if twins.alone:
            until_refused(lambda number: twins.one.public.call("POST", "/api/complaints", LONG))
            before = counted(twins)
        fired = twins.one.application.sweep.run_once().fired
        assert (fired, counted(twins)) == (0, before)
    assert "sweep-postponed" in {line["event"] for line in said}
    assert "sweep-failed" not in {line["event"] for line in said}
    assert twins.settled() == []
    for case in cases:
        names: list[Any] = [row.name for row in twins.rows(select(event_log.c.name).where(event_log.c.case_id == case))]
        assert (names.count("acknowledge/1/overdue"), counted(twins)[2]) == (1, 0)


def test_what_is_to_be_told_where_there_is_no_room_is_told_later_and_is_no_failed_delivery(
    on_postgresql: Twins,
) -> None:
    application = on_postgresql.one.application
    case = on_postgresql.one.file(by="li.na")["id"]
    trigger = IN_A_STATEMENT.replace("change_log", "message")
    with refused_by(application.database, trigger, table="message"), capture_logs() as said:
        for _ in range(6):
            assert application.deliver(lambda: True) == 0
            on_postgresql.later(minutes=5)
    assert {line["event"] for line in said} == {"delivery-postponed"}
    where = (outbox.c.case_id == case, outbox.c.kind == "receipt")
    waiting = [(row.attempts, row.delivered_at) for row in on_postgresql.rows(select(outbox).where(*where))]
    assert (waiting, on_postgresql.rows(select(incident))) == ([(0, None)], [])
    assert on_postgresql.settled() == []
    assert [row.delivered_at is not None for row in on_postgresql.rows(select(outbox).where(*where))] == [True]


LIMITED = """
import resource, sys
from sqlalchemy import text
from storage.database import Database
from storage.outbox import outbox
from storage.errors import OutcomeUnknown, StoreBusy

with Database(sys.argv[1]) as store:
    def write(what):
        with store.write() as unit:
            unit.connection.execute(text(what))
            unit.commit()

    write("CREATE TABLE line (number INTEGER PRIMARY KEY, words TEXT)")
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))
    done, said = 0, set()
    for number in range(60):
        try:
            write(f"INSERT INTO line VALUES ({number}, printf('%9000d', 1))")
            done += 1
        except (OutcomeUnknown, StoreBusy) as error:
            said.add(type(error).__name__)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    write("INSERT INTO line VALUES (1000, 'room')")
    with store.read() as connection:
        there = connection.execute(text("SELECT count(*) FROM line")).scalar()
        whole = connection.execute(text("PRAGMA integrity_check")).scalar()
    print(0 < done < 60, there - done, sorted(said), whole)
"""


def test_a_disk_that_takes_no_more_bytes_leaves_what_was_acknowledged_and_the_file_whole(tmp_path: Path) -> None:
    """A limit on the size of files refuses the bytes themselves: SQLite learns of it while it commits."""
    url = f"sqlite:///{tmp_path / 'small.db'}"
    done = subprocess.run([sys.executable, "-c", LIMITED, url], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True 1 ['OutcomeUnknown'] ok", "")
