"""The drill: back up in the middle of work, lose everything since, restore elsewhere, and go on."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from api.app import create_app
from app.backup.make import back_up
from app.backup.restore import Restored, restore
from app.beating import Heart
from app.container import build
from app.doctor import findings
from engine.clock import MovableClock
from engine.ids import CountedIds
from engine.tables import instance
from escalation.heartbeat import heartbeats
from storage import migrate
from storage.errors import StoreError
from storage.outbox import outbox
from tests.support.application import OPENING, House, house_at, settings
from tests.support.postgres import binaries
from tests.support.stores import store_url

PATIENCE = 60.0


@pytest.fixture(params=["sqlite-file", "postgresql"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kind of store, with the client programs of PostgreSQL on the path."""
    if request.param == "postgresql":
        monkeypatch.setenv("PATH", str(binaries()[0] / "bin"), prepend=":")
    return str(request.param)


@pytest.fixture
def redress(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An installation whose tables came about by migrations."""
    url = store_url(kind, request, tmp_path)
    migrate.upgrade(url)
    found = house_at(url)
    yield found
    found.application.database.close()


@pytest.fixture
def elsewhere(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of another, empty database of the kind."""
    (tmp_path / "elsewhere").mkdir()
    return store_url(kind, request, tmp_path / "elsewhere")


def reopened(url: str, before: House) -> House:
    """Return the installation that stands in a restored database, at the same instant, with the same accounts."""
    application = build(
        settings(database_url=url), clock=MovableClock(before.application.now()), ids=CountedIds("later")
    )
    return House(application, create_app(application), before._secrets)


def messages(redress: House) -> dict[str, Any]:
    """Return when each message was delivered, by its id."""
    with redress.application.database.read() as connection:
        rows = connection.execute(select(outbox.c.id, outbox.c.key, outbox.c.delivered_at)).all()
    assert len({row.key for row in rows}) == len(rows)
    return {row.id: row.delivered_at for row in rows}


def cases(redress: House) -> set[str]:
    with redress.application.database.read() as connection:
        return set(connection.execute(select(instance.c.case_id)).scalars())


def test_after_a_restore_work_goes_on_where_the_backup_was_taken(
    redress: House, elsewhere: str, tmp_path: Path
) -> None:
    told, waiting = redress.file()["id"], redress.file()["id"]
    redress.deliver()
    redress.later(minutes=10)
    redress.do("li.na", "acknowledge", told, {"acknowledgement_text": "您好。"})
    for loop in ("deadlines", "outbox"):
        with redress.application.pulse.passing(loop):
            pass
    server = Heart(redress.application, "serve")
    assert server.beat()
    sure, delivered = cases(redress), {key: at for key, at in messages(redress).items() if at}
    assert delivered

    file, done, filed = tmp_path / "backup", threading.Event(), [redress.file()["id"]]
    people = threading.Thread(target=lambda: _go_on_filing(redress, filed, done))
    people.start()
    try:
        said = back_up(redress.application.settings, file)
    finally:
        done.set()
        people.join(PATIENCE)
    assert said.startswith(f"{file}: ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == ["backup"]
    redress.later(minutes=20)
    lost = {key for key, at in messages(redress).items() if at} - delivered.keys()
    assert lost, "something is told after the backup that the backup knows as untold"

    server.stop()
    restored = restore(settings(database_url=elsewhere), file, now=OPENING)
    again = reopened(elsewhere, redress)
    assert restored == Restored(len(cases(again)), None)
    assert sure | {filed[0]} <= cases(again) <= sure | set(filed)
    with again.application.database.read() as connection:
        assert heartbeats(connection) == [], "who ran on the old database does not run on this one"
    assert list(findings(again.application)) == []

    assert again.logged(told, "completed") == redress.logged(told, "completed") != []

    known = messages(again)
    assert {key: at for key, at in known.items() if at} == delivered, "what was told is not told again"
    again.later(minutes=30)
    assert list(findings(again.application)) == []
    after = messages(again)
    assert known.keys() <= after.keys()
    assert {key: after[key] for key in delivered} == delivered
    assert [key for key in known if after[key] is None] == []
    assert lost & known.keys() <= {key for key, at in after.items() if at}, "told twice, under the same id"

    again.do("li.na", "acknowledge", waiting, {"acknowledgement_text": "您好。"})
    again.do("li.na", "verify", told, {"outcome": "complete", "verification_summary": "x", "ask_legal": False})
    new = again.file()["id"]
    again.later(hours=2)
    assert new in cases(again)
    assert again.task("chen.jing", "late_acknowledgement", new)
    assert list(findings(again.application)) == []
    again.application.database.close()


def _go_on_filing(redress: House, filed: list[str], done: threading.Event) -> None:
    while not done.is_set():
        filed.append(redress.file()["id"])


def test_a_database_with_cases_is_replaced_only_when_that_is_said_and_is_kept(
    redress: House, kind: str, tmp_path: Path
) -> None:
    first, file = redress.file()["id"], tmp_path / "backup"
    address, values = str(redress.application.settings.database_url), redress.application.settings
    back_up(values, file)
    second = redress.file()["id"]
    redress.application.database.close()
    with pytest.raises(StoreError, match=r"The database holds 2 cases\. Name an empty one .* or say --replace"):
        restore(values, file, now=OPENING)
    assert cases(redress) == {first, second}
    redress.application.database.close()
    done = restore(values, file, now=OPENING, replace=True)
    assert cases(redress) == {first}
    assert done.cases == 1
    if kind == "sqlite-file":
        assert done.kept == f"{tmp_path / 'redress.db'}.replaced-20260303t030000"
        assert stat.S_IMODE((tmp_path / "redress.db").stat().st_mode) == 0o600
        old = build(settings(database_url=f"sqlite:///{done.kept}"), clock=MovableClock(OPENING), ids=CountedIds())
        assert cases(House(old, redress.app, {})) == {first, second}
        old.database.close()
    else:
        assert done.kept == "schema replaced_20260303t030000"
        with redress.application.database.read() as connection:
            rows = connection.execute(text("SELECT case_id FROM replaced_20260303t030000.instance")).scalars()
            assert set(rows) == {first, second}
    assert migrate.check(address) == ()


def test_a_backup_that_cannot_be_used_leaves_everything_as_it_was(redress: House, kind: str, tmp_path: Path) -> None:
    values, good = redress.application.settings, tmp_path / "good"
    case = redress.file()["id"]
    back_up(values, good)
    with pytest.raises(ValueError, match="is there already; name a new file"):
        back_up(values, good)
    redress.application.database.close()
    content = good.read_bytes()
    damaged = tmp_path / "damaged"
    middle = len(content) // 2
    damaged.write_bytes(content[: middle - 4096] + b"\xff" * 8192 + content[middle + 4096 :])
    with pytest.raises(StoreError):
        restore(values, damaged, now=OPENING, replace=True)
    other = tmp_path / "other"
    other.write_text("no database")
    with pytest.raises(ValueError, match="is no backup"):
        restore(values, other, now=OPENING, replace=True)
    wrong = "postgresql+psycopg://nobody@127.0.0.1:1/x" if kind == "sqlite-file" else f"sqlite:///{tmp_path / 'x.db'}"
    with pytest.raises(ValueError, match=r"is a backup of .*, and REDRESS_DATABASE_URL names"):
        restore(settings(database_url=wrong), good, now=OPENING)
    assert cases(redress) == {case}
    assert [path.name for path in tmp_path.rglob("*") if ".part" in path.name or "restored" in path.name] == []


def test_a_backup_of_a_newer_program_is_refused_and_changes_nothing(redress: House, tmp_path: Path) -> None:
    values, file, case = redress.application.settings, tmp_path / "newer", redress.file()["id"]
    head = migrate.head()
    _revision(redress, "from_the_future")
    back_up(values, file)
    _revision(redress, str(head))
    redress.application.database.close()
    with pytest.raises(StoreError, match="made by a newer program"):
        restore(values, file, now=OPENING, replace=True)
    assert cases(redress) == {case}
    assert migrate.check(values.database_url) == ()


def _revision(redress: House, name: str) -> None:
    with redress.application.database.write() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = :name"), {"name": name})
        unit.commit()


def test_without_the_programs_of_postgresql_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    values = settings(database_url="postgresql+psycopg://nobody:secret@127.0.0.1:1/x")
    with pytest.raises(StoreError, match="pg_dump is not here: install the client programs of PostgreSQL") as refused:
        back_up(values, tmp_path / "backup")
    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_being_worked_on_is_not_replaced(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    from storage.lock import serving

    url = f"sqlite:///{tmp_path / 'redress.db'}"
    migrate.upgrade(url)
    back_up(settings(database_url=url), tmp_path / "backup")
    with serving(url), pytest.raises(StoreError, match=r"already serves redress\.db"):
        restore(settings(database_url=url), tmp_path / "backup", now=OPENING, replace=True)


def test_a_postgresql_database_with_a_heartbeat_is_not_replaced(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.clock import SystemClock

    monkeypatch.setenv("PATH", str(binaries()[0] / "bin"), prepend=":")
    url = store_url("postgresql", request, tmp_path)
    migrate.upgrade(url)
    values = settings(database_url=url)
    application = build(values, clock=SystemClock())
    for loop in ("deadlines", "outbox"):
        with application.pulse.passing(loop):
            pass
    back_up(values, tmp_path / "backup")
    worker = Heart(application, "worker")
    assert worker.beat()
    with pytest.raises(StoreError, match=f"is being worked on: worker on {worker.own.host}. Stop it first"):
        restore(values, tmp_path / "backup", now=OPENING + timedelta(days=1), replace=True)
    worker.stop()
    application.database.close()
    assert restore(values, tmp_path / "backup", now=OPENING).cases == 0
