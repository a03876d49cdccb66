"""What ended long ago is archived: what only a live case needs goes, and everything that people look at stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, Table, delete, func, insert, select, update

from access.keys.sealed_rows import seal
from app.archiving import archive_job, archiving
from app.case_file_text import case_text
from app.doctor import findings
from complaints.archive import ArchiveCase
from complaints.tables import complaint, overwritten
from engine.case_work import SYSTEM, Actor
from engine.errors import Conflict, Forbidden
from engine.tables import deadline, incident, instance, past_instance, work_item
from storage.outbox import HOUSE, outbox
from storage.sealed import Sealed
from tests.support.application import House, house, house_at
from tests.support.doctored import past_calendars
from tests.support.keys import opened
from tests.support.stores import store_url


@pytest.fixture
def redress() -> House:
    """An installation in memory."""
    return house()


def closed(redress: House, *, late: bool = False, **changes: Any) -> Any:
    """Return a complaint that went to its end, and cannot be opened again; acknowledged `late`, colleagues are told."""
    filed = redress.file(by="li.na", category="other", **changes)
    case = filed["id"]
    if late:
        redress.later(hours=3)
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "unfounded", "grounds": "x"})
    redress.do("li.na", "explain_exit", case, {"exit_text": "说明如下。"})
    redress.later(days=25)
    assert row(redress, case).ended_at is not None
    return filed


def row(redress: House, case: str) -> Any:
    """Return the row of a case."""
    with redress.application.database.read() as connection:
        found = connection.execute(select(instance).where(instance.c.case_id == case))
        return opened(redress.application.keys, connection, found)[0]


def write(redress: House, *statements: Executable) -> None:
    """Change what is stored, as no command would."""
    with redress.application.database.write() as unit:
        for statement in statements:
            unit.connection.execute(statement)
        unit.commit()


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
    filed = closed(redress, late=True)
    redress.later(days=91)
    before, export, stored = seen(redress, filed), exported(redress, filed), row(redress, filed["id"])
    assert archiving(redress.application).run() == 1
    after = row(redress, filed["id"])
    assert (after.state, after.archived_at) == (b"", redress.application.now())
    assert len(stored.state) > 500
    assert [each["kind"] for each in before[1] if each["source"] == "notice"]
    assert "## Notices" in export
    for now, then in zip(seen(redress, filed), before, strict=True):
        assert now == then
    changed = [line for line in ndiff(export, exported(redress, filed)) if not line.startswith("  ")]
    assert [line[0] for line in changed] == ["+", "+"], changed
    assert "Archived: its record and its course stay" in "".join(changed)
    assert redress.logged(filed["id"], "archived") == [
        ("system", {"process": "complaint", "version": 1, "after_days": 90})
    ]
    assert past_calendars(findings(redress.application)) == []
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
    write(redress, update(complaint).values(retention_hold=Sealed(b"external_procedure")))
    redress.later(days=400)
    assert archiving(redress.application).run() == 0
    assert row(redress, filed["id"]).archived_at is None


LATER = timedelta(days=900)

HINDRANCES: dict[str, tuple[Table, dict[str, Any]]] = {
    "a day of its own": (deadline, {
        "key": "x", "source": "dated", "name": "promise", "provisional": False, "due_at": LATER,
        "reasons": Sealed(b"x"),
    }),
    "a failure on record": (incident, {"id": "x", "at": -LATER, "doing": "answer", "reason": "-", "attempts": 1}),
    "a message that waits": (outbox, {
        "id": "x", "key": "x", "cause": "x", "kind": "x", "recipient": "x",
        "payload": Sealed(b"x"), "created_at": -LATER,
        "deliver_after": LATER,
    }),
}  # fmt: skip
"""What may hang on a case that has ended: a row, whose instants are given from now on."""


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_what_something_hangs_on_is_archived_when_that_is_gone(redress: House, hindrance: str) -> None:
    case = closed(redress)["id"]
    redress.later(days=100)
    table, values = HINDRANCES[hindrance]
    now = redress.application.now()
    filled = {name: now + value if isinstance(value, timedelta) else value for name, value in values.items()}
    write(redress, insert(table).values(case_id=case, **filled))
    assert archiving(redress.application).run() == 0
    assert redress.application.pipeline.run(ArchiveCase(case), SYSTEM) is False
    assert row(redress, case).archived_at is None
    name = "id" if "id" in values else "key"
    write(redress, delete(table).where(table.c.case_id == case, table.c[name] == "x"))
    assert archiving(redress.application).run() == 1


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
    assert past_calendars(findings(redress.application)) == []


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
    """What would take a step back, states, messages whose texts stand in the record; tasks and proofs stay."""
    case = closed(on_store)["id"]
    on_store.later(days=100)
    now = on_store.application.now()
    keys = on_store.application.keys
    with on_store.application.database.read() as connection:
        key = keys.of_case(connection, case)
    past = {"version_id": row(on_store, case).version_id, "facts": seal(key, {}), "started_at": now, "ended_at": now}
    sent = {"case_id": case, "cause": "x", "kind": "x", "recipient": "x", "payload": seal(key, {}), "created_at": now}
    write(
        on_store,
        update(instance).values(undo=seal(key, b"before"), undo_task="x", undo_until=now),
        insert(overwritten).values(case_id=case, batch="x", place="x", record="x", before=seal(key, {"was": 1})),
        insert(past_instance).values(case_id=case, number=1, state=seal(key, b"state"), ended_as="x", **past),
        insert(outbox).values(id="m", key="m", channel="mail", deliver_after=now, delivered_at=now, **sent),
        insert(outbox).values(id="g", key="g", deliver_after=now, given_up_at=now, **sent),
    )
    before = kept(on_store, case)
    assert min(before["house"], before["work_item"]) > 0
    assert (before["overwritten"], before["undo"], before["past"]) == (1, (b"before", "x", now), [b"state"])
    assert archive_job(on_store.application).run_once() == 1
    assert kept(on_store, case) == {
        **before, "house": 0, "overwritten": 0, "undo": (None, None, None), "past": [b""],
    }  # fmt: skip
    assert archive_job(on_store.application).run_once() == 0


def kept(redress: House, case: str) -> dict[str, Any]:
    """Return what is stored of a case."""
    delivered = (outbox.c.case_id == case, outbox.c.delivered_at.is_not(None))
    stands = row(redress, case)
    past = select(past_instance).where(past_instance.c.case_id == case)
    with redress.application.database.read() as connection:

        def count(*where: Any) -> Any:
            return connection.scalar(select(func.count()).where(*where))

        return {
            "house": count(*delivered, outbox.c.channel == HOUSE),
            "mail": count(*delivered, outbox.c.channel == "mail"),
            "given up": count(outbox.c.case_id == case, outbox.c.given_up_at.is_not(None)),
            "overwritten": count(overwritten.c.case_id == case),
            "work_item": count(work_item.c.case_id == case),
            "undo": (stands.undo, stands.undo_task, stands.undo_until),
            "past": [row.state for row in opened(redress.application.keys, connection, connection.execute(past))],
        }
