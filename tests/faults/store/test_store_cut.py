"""Connections to PostgreSQL that break, or are all in use: one change or none, and always an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from structlog.testing import capture_logs

from complaints.tables import complaint
from engine.tables import event_log, incident, instance
from storage.outbox import outbox
from tests.faults.meeting import before_commit
from tests.faults.store.proxy import StoreProxy
from tests.faults.stores import postgresql_template
from tests.faults.twins import Templates, Twins, complete, told
from tests.support.application import COMPLAINT
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

__all__ = ["postgresql_template"]

KEY = {"Idempotency-Key": "8c1f2a90-6a57-4f5e-9a53-2f4f0a1f5b78"}
SORRY = {"acknowledgement_text": "您好。"}
BUSY, UNKNOWN = (503, "busy", "1"), (503, "outcome-unknown", "1")


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[StoreProxy]:
    """A proxy before the server of the tests."""
    with StoreProxy(postgres_server.port).listening() as found:
        yield found


@pytest.fixture
def behind(
    postgresql_template: tuple[Templates, str], postgres_server: PostgresServer, proxy: StoreProxy
) -> Iterator[Twins]:
    """Two applications on one database: `one` reaches it through the proxy, `two` directly."""
    templates, name = postgresql_template
    url = postgres_server.create(template=name)
    found = templates.twins(proxy.url(url), url)
    yield found
    found.close()


def refusal(answer: Any) -> tuple[int, str, str]:
    """Return status, code and when to try again."""
    return answer.status_code, answer.json().get("code", ""), answer.headers.get("retry-after", "")


def filed(twins: Twins) -> int:
    """Return how many complaints there are."""
    return int(twins.rows(select(func.count()).select_from(complaint))[0][0])


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_commit_whose_answer_is_lost_is_called_unknown_and_the_same_key_gives_one_change(
    behind: Twins, proxy: StoreProxy, carried_out: bool
) -> None:
    database = behind.one.application.database
    with before_commit(database, lambda: proxy.lose_commit(carried_out=carried_out)):
        lost = behind.one.public.call("POST", "/api/complaints", COMPLAINT, headers=KEY)
    assert (refusal(lost), proxy.commits) == (UNKNOWN, 1)
    if carried_out:
        until(lambda: filed(behind) == 1, "the server carries it out")
    else:
        assert filed(behind) == 0
    again = [behind.one.public.call("POST", "/api/complaints", COMPLAINT, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in again] == [201, 201]
    assert again[0].json() == again[1].json()
    assert (filed(behind), behind.settled()) == (1, [])


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_completion_whose_answer_is_lost_is_done_once_and_says_who_did_it(
    behind: Twins, proxy: StoreProxy, carried_out: bool
) -> None:
    case = behind.two.file(by="li.na")["id"]
    task = behind.two.task("li.na", "acknowledge", case)
    database = behind.one.application.database
    with before_commit(database, lambda: proxy.lose_commit(carried_out=carried_out)):
        lost = complete(behind.one, "li.na", task, SORRY)
    assert refusal(lost) == UNKNOWN
    if carried_out:
        until(lambda: "acknowledge" not in behind.open(case), "the server carries it out")
    again = told(complete(behind.one, "li.na", task, SORRY))
    assert again == ("409 conflict li.na" if carried_out else "200")
    done = select(event_log.c.actor).where(event_log.c.kind == "completed", event_log.c.element == "acknowledge")
    assert [row.actor for row in behind.rows(done)] == ["li.na"]
    assert (behind.open(case), behind.settled()) == (["verify"], [])


def test_a_connection_that_breaks_in_the_middle_of_a_change_leaves_nothing_of_it(
    behind: Twins, proxy: StoreProxy
) -> None:
    case = behind.two.file(by="li.na")["id"]
    task, before = behind.two.task("li.na", "acknowledge", case), behind.case(case)

    (engine,) = behind.one.application.database.engines

    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO work_item"):
            proxy.cut()

    event.listen(engine, "after_cursor_execute", cut)
    broken = complete(behind.one, "li.na", task, SORRY)
    event.remove(engine, "after_cursor_execute", cut)
    assert refusal(broken) == BUSY
    assert (behind.case(case), behind.rows(select(incident))) == (before, [])
    assert told(complete(behind.one, "li.na", task, SORRY)) == "200"
    assert (behind.open(case), behind.settled()) == (["verify"], [])


def test_where_every_connection_is_in_use_people_are_told_to_try_again(
    postgresql_template: tuple[Templates, str], postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engines.POOL_SECONDS", 0.1)
    templates, name = postgresql_template
    twins = templates.twins(postgres_server.create(template=name))
    (engine,) = twins.one.application.database.engines
    with ExitStack() as held:
        while engine.pool.checkedout() < 8:  # type: ignore[attr-defined]
            held.enter_context(engine.connect())
        answers = [
            twins.one.public.call("POST", "/api/complaints", COMPLAINT, headers=KEY),
            twins.one.person("li.na").call("GET", "/api/tasks"),
        ]
        assert twins.one.public.call("GET", "/healthz").status_code == 200
    assert [refusal(answer) for answer in answers] == [BUSY, BUSY]
    assert twins.one.public.call("POST", "/api/complaints", COMPLAINT, headers=KEY).status_code == 201
    assert (len(twins.rows(select(instance.c.case_id))), twins.settled()) == (1, [])
    twins.close()


@pytest.mark.parametrize("at", ["SELECT instance", "SAVEPOINT", "UPDATE instance"])
def test_a_connection_that_breaks_in_a_sweep_is_no_failure_of_the_case(
    behind: Twins, proxy: StoreProxy, at: str
) -> None:
    case = behind.two.file(by="li.na")["id"]
    behind.later(minutes=61)
    (engine,) = behind.one.application.database.engines
    cut_at = cut_before(engine, proxy, at, only="FOR UPDATE" if at.startswith("SELECT") else "")
    with capture_logs() as said:
        assert behind.one.application.sweep.run_once().fired == 0
    event.remove(engine, "before_cursor_execute", cut_at)
    assert [(line["event"], line["log_level"]) for line in said] == [("sweep-postponed", "warning")]
    assert behind.rows(select(incident)) == []
    fired: list[int] = []

    def swept() -> bool:
        # The server notices in its own time that the line is cut, and until then nobody else has the case.
        fired.append(behind.two.application.sweep.run_once().fired)
        return fired[-1] > 0

    until(swept, "the other process fires what was due")
    assert sum(fired) == 2
    assert (behind.settled(), behind.open(case)) == ([], ["acknowledge", "late_acknowledgement"])


@pytest.mark.parametrize("at", ["SAVEPOINT", "INSERT INTO message"])
def test_a_connection_that_breaks_in_a_delivery_is_no_failure_of_the_message(
    behind: Twins, proxy: StoreProxy, at: str
) -> None:
    behind.two.file(by="li.na")
    (engine,) = behind.one.application.database.engines
    cut_at = cut_before(engine, proxy, at)
    with capture_logs() as said:
        assert behind.one.application.deliver(lambda: True) == 0
    event.remove(engine, "before_cursor_execute", cut_at)
    assert [(line["event"], line["log_level"]) for line in said] == [("delivery-postponed", "warning")]
    assert behind.settled() == []
    assert [(row.attempts, row.delivered_at is None) for row in behind.rows(select(outbox))] == [(0, False)]
    assert behind.rows(select(incident)) == []


def cut_before(engine: Engine, proxy: StoreProxy, what: str, *, only: str = "") -> Any:
    """Cut the connections once, before a statement of this beginning; return the listener, to be removed."""
    done: list[str] = []

    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(what) and only in statement and not done:
            done.append(statement)
            proxy.cut()

    event.listen(engine, "before_cursor_execute", cut)
    return cut
