"""What ended long ago is archived: what only a live case needs goes, and everything that people look at stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from app.archiving import archive_job, archiving
from app.case_file_text import case_text
from app.doctor import findings
from complaints.archive import ArchiveCase
from complaints.tables import complaint, overwritten
from engine.case_work import SYSTEM, Actor
from engine.errors import Conflict, Forbidden
from engine.tables import deadline, instance, work_item
from storage.outbox import outbox
from tests.support.application import House, house, house_at
from tests.support.stores import store_url


@pytest.fixture
def redress() -> House:
    """An installation in memory."""
    return house()


def closed(redress: House, **changes: Any) -> Any:
    """Return a complaint that went to its end, and cannot be opened again."""
    filed = redress.file(by="li.na", category="other", **changes)
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "unfounded", "grounds": "x"})
    redress.do("li.na", "explain_exit", case, {"exit_text": "说明如下。"})
    redress.later(days=25)
    assert row(redress, case).ended_at is not None
    return filed


def row(redress: House, case: str) -> Any:
    """Return the row of a case."""
    with redress.application.database.read() as connection:
        return connection.execute(select(instance).where(instance.c.case_id == case)).one()


def seen(redress: House, filed: Any) -> list[Any]:
    """Return everything that people and the complainant see of a case, but when it was archived."""
    case, staff = filed["id"], redress.person("chen.jing")
    pages = [
        {**staff.get(f"/api/complaints/{case}"), "row_version": None},
        [e for e in staff.get(f"/api/complaints/{case}/timeline?limit=200")["items"] if e["kind"] != "archived"],
        staff.get(f"/api/complaints/{case}/diagram"),
        staff.get("/api/complaints"),
        redress.complainant(filed["tracking_code"]).get("/api/track"),
    ]
    return pages


def exported(redress: House, filed: Any) -> list[str]:
    """Return the lines of the file of a case that say something."""
    return [line for line in case_text(redress.application, filed["id"], "en").splitlines() if line]


def test_an_archived_case_looks_as_before_and_takes_a_fraction(redress: House) -> None:
    """The state goes, and what was kept to take its last step back; record, trail and pages are the same."""
    filed = closed(redress)
    redress.later(days=91)
    before, export, stored = seen(redress, filed), exported(redress, filed), row(redress, filed["id"])
    assert archiving(redress.application).run() == 1
    after = row(redress, filed["id"])
    assert (after.state, after.undo, after.archived_at) == (b"", None, redress.application.now())
    assert len(stored.state) > 500
    for now, then in zip(seen(redress, filed), before, strict=True):
        assert now == then
    changed = [line for line in ndiff(export, exported(redress, filed)) if not line.startswith("  ")]
    assert [line[0] for line in changed] == ["+", "+"], changed
    assert "Archived: its record and its course stay" in "".join(changed)
    assert redress.logged(filed["id"], "archived") == [
        ("system", {"process": "complaint", "version": 1, "after_days": 90})
    ]
    assert [line for line in findings(redress.application) if not line.startswith("calendars/")] == []
    assert archiving(redress.application).run() == 0


def test_nothing_is_archived_before_its_time(redress: House) -> None:
    """Ninety days after the end, by the process; a case that may still be opened again has not ended."""
    filed = closed(redress)
    redress.file(by="li.na", category="other")
    ended = row(redress, filed["id"]).ended_at
    redress.later(seconds=(ended + timedelta(days=90) - redress.application.now()).total_seconds() - 1)
    assert archiving(redress.application).run() == 0
    redress.later(seconds=1)
    assert archiving(redress.application).run() == 1


def test_a_held_case_is_never_archived(redress: House) -> None:
    """A procedure outside needs everything as it is (R-004-10)."""
    filed = closed(redress)
    with redress.application.database.write() as unit:
        unit.connection.execute(update(complaint).values(retention_hold="external_procedure"))
        unit.commit()
    redress.later(days=400)
    assert archiving(redress.application).run() == 0
    assert row(redress, filed["id"]).archived_at is None


def test_what_still_has_a_day_of_its_own_is_not_archived(redress: House) -> None:
    """Nor what is still to be told."""
    filed = closed(redress)
    case, now = filed["id"], redress.application.now()
    with redress.application.database.write() as unit:
        due = {"case_id": case, "key": "promise:x", "source": "dated", "name": "promise", "provisional": False}
        unit.connection.execute(insert(deadline).values(**due, due_at=now + timedelta(days=900), reasons=[]))
        unit.commit()
    redress.later(days=100)
    assert archiving(redress.application).run() == 0
    assert redress.application.pipeline.run(ArchiveCase(case), SYSTEM) is False


def test_a_letter_to_an_archived_case_opens_a_linked_one(redress: House) -> None:
    """Who writes years later is heard: nothing of the archived case is needed for it."""
    filed = closed(redress)
    redress.later(days=100)
    archiving(redress.application).run()
    complainant = redress.complainant(filed["tracking_code"])
    answer = complainant.post("/api/track/messages", {"text": "问题又出现了。"})
    with redress.application.database.read() as connection:
        cases = connection.execute(select(instance.c.case_id).where(instance.c.ended_at.is_(None))).scalars().all()
    assert len(cases) == 1, answer
    assert cases[0] != filed["id"]
    # Staff may still write down what they think, and answer.
    staff = redress.person("li.na")
    staff.post(f"/api/complaints/{filed['id']}/notes", {"text": "已电话告知。"})
    staff.post(f"/api/complaints/{filed['id']}/messages", {"text": "请见新的投诉编号。"})
    assert row(redress, filed["id"]).state == b""
    assert [line for line in findings(redress.application) if not line.startswith("calendars/")] == []


def test_nothing_moves_in_an_archived_case(redress: House) -> None:
    """Whatever would step is refused in words, and changes nothing."""
    filed = closed(redress)
    redress.later(days=100)
    archiving(redress.application).run()
    stored = row(redress, filed["id"])
    redress.complainant(filed["tracking_code"]).refused(409, "POST", "/api/track/withdraw", {"reason": "-"})
    with redress.application.database.write() as unit:
        work = redress.application.pipeline.load(unit.connection, filed["id"], SYSTEM)
        with pytest.raises(Conflict, match="archived"):
            work.step(None)  # type: ignore[arg-type]
    assert row(redress, filed["id"]) == stored


def test_only_the_house_archives(redress: House) -> None:
    """Nobody can have a case archived out of turn."""
    filed = closed(redress)
    redress.later(days=100)
    with pytest.raises(Forbidden):
        redress.application.pipeline.run(ArchiveCase(filed["id"]), Actor("complainant"))
    assert row(redress, filed["id"]).archived_at is None


@pytest.fixture(params=("sqlite-file", "postgresql"))
def on_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An installation on each store."""
    made = house_at(store_url(request.param, request, tmp_path))
    yield made
    made.application.database.close()


def test_what_is_let_go_is_gone_on_every_store(on_store: House) -> None:
    """Delivered messages whose texts stand in the record, and drafts of taking back; tasks and answers stay."""
    filed = closed(on_store)
    on_store.later(days=100)
    with on_store.application.database.read() as connection:
        items = connection.scalar(select(func.count()).select_from(work_item))
    assert archive_job(on_store.application).run_once() == 1
    with on_store.application.database.read() as connection:
        assert connection.scalar(select(func.count()).where(outbox.c.case_id == filed["id"])) == 0
        assert connection.scalar(select(func.count()).where(overwritten.c.case_id == filed["id"])) == 0
        assert connection.scalar(select(func.count()).select_from(work_item)) == items
    assert archive_job(on_store.application).run_once() == 0
