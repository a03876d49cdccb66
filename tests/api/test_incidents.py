"""What has failed, as an operator sees it: listed, tried again, dismissed; nothing of what is in the complaint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import insert, select
from structlog.testing import capture_logs

from engine.case_work import CaseWork
from engine.incidents import TRIES
from engine.tables import conflict_of_interest, event_log, incident
from tests.support.application import COMPLAINT, House

REMIND = "acknowledge/1/remind/1"


@pytest.fixture(autouse=True)
def unsaid() -> Iterator[None]:
    """Keep log lines unsaid: to draw a failure with everything that stood around it takes seconds."""
    with capture_logs():
        yield


def failing(redress: House, monkeypatch: pytest.MonkeyPatch, *, times: int = 1) -> tuple[str, str]:
    """File a complaint whose first reminder fails so often; return the case and the incident."""
    case = redress.file()["id"]
    placement = redress.application.pipeline.services.placement
    found = placement.recipients

    def nobody(work: CaseWork, to: str) -> tuple[str, ...]:
        if to == "owner" and work.case_id == case:
            raise KeyError(to)
        return found(work, to)

    monkeypatch.setattr(placement, "recipients", nobody)
    redress.later(minutes=46)
    for _ in range(times - 1):
        redress.later(hours=2)
    (item,) = [each for each in redress.person("ops").get("/api/incidents")["items"] if each["about"] == REMIND]
    return case, item["id"]


def fired(redress: House, case: str) -> list[str]:
    """Return what the log says has fired of the acknowledgement's ladder."""
    with redress.application.database.read() as connection:
        where = (event_log.c.case_id == case, event_log.c.kind == "fired")
        names = connection.execute(select(event_log.c.name).where(*where).order_by(event_log.c.sequence)).scalars()
        return [name for name in names if name.startswith("acknowledge/1/remind")]


def test_an_operator_sees_what_fails_where_and_how_often_and_nothing_of_the_complaint(
    redress: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, found = failing(redress, monkeypatch)
    answer = redress.person("ops").call("GET", f"/api/incidents/{found}")
    told = answer.json()
    number = redress.person("li.na").get(f"/api/complaints/{case}")["number"]
    item = told["incident"]
    next_try_at = datetime.fromisoformat(item.pop("next_try_at"))
    assert item == {
        "id": found, "kind": "firing", "state": "retrying", "complaint_id": case, "number": number,
        "element": "acknowledge/remind", "doing": "fire due", "about": REMIND, "actor": None,
        "reason": "The step failed: KeyError.", "attempts": 1, "at": item["at"], "resolved_at": None,
        "dismissed_by": None, "dismissed_reason": None,
    }  # fmt: skip
    waits = next_try_at - datetime.fromisoformat(item["at"])
    assert 22.5 <= waits.total_seconds() <= 30
    assert (told["facts_version"], [task["element"] for task in told["tasks"]]) == (2, ["acknowledge"])
    for words in (COMPLAINT["subject"], COMPLAINT["text"], *COMPLAINT["complainant"].values()):
        assert words not in answer.text
    assert redress.person("ops").get("/api/incidents?resolved=true") == {"items": [], "next": None}


def test_only_operators_see_incidents_and_act_on_them(redress: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = failing(redress, monkeypatch)
    for login in ("li.na", "chen.jing", "park.owner"):
        someone = redress.person(login)
        for path in ("/api/incidents", f"/api/incidents/{found}"):
            assert someone.refused(403, "GET", path)["detail"] == "Only an operator works on the house."
        someone.refused(403, "POST", f"/api/incidents/{found}/retry")
        someone.refused(403, "POST", f"/api/incidents/{found}/dismiss", {"reason": "r"})
    redress.public.refused(401, "GET", "/api/incidents")
    assert redress.person("ops").get(f"/api/incidents/{found}")["incident"]["state"] == "retrying"


def test_an_operator_whom_a_case_is_about_learns_nothing_of_it(redress: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case, found = failing(redress, monkeypatch)
    with redress.application.database.write() as unit:
        unit.connection.execute(insert(conflict_of_interest).values(case_id=case, person="ops"))
        unit.commit()
    ops = redress.person("ops")
    assert ops.get("/api/incidents")["items"] == []
    ops.refused(404, "GET", f"/api/incidents/{found}")
    ops.refused(404, "POST", f"/api/incidents/{found}/retry")
    ops.refused(404, "POST", f"/api/incidents/{found}/dismiss", {"reason": "r"})


def test_after_the_last_try_it_waits_until_an_operator_tries_again(
    redress: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, found = failing(redress, monkeypatch, times=TRIES)
    ops = redress.person("ops")
    waiting = ops.get(f"/api/incidents/{found}")["incident"]
    assert (waiting["state"], waiting["attempts"], waiting["next_try_at"]) == ("waiting", TRIES, None)
    redress.later(days=3)
    assert ops.get(f"/api/incidents/{found}")["incident"] == waiting
    again = ops.post(f"/api/incidents/{found}/retry")
    assert (again["outcome"], again["incident"]["incident"]["attempts"]) == ("failed", TRIES + 1)
    assert again["incident"]["incident"]["state"] == "waiting"
    monkeypatch.undo()
    done = ops.post(f"/api/incidents/{found}/retry")
    assert (done["outcome"], done["incident"]["incident"]["state"]) == ("done", "resolved")
    assert fired(redress, case) == ["acknowledge/1/remind"]
    assert redress.logged(case, "incident-retried") == [("ops", {"outcome": "failed"}), ("ops", {"outcome": "done"})]
    assert [item["id"] for item in ops.get("/api/incidents?resolved=true")["items"]] == [found]
    assert ops.refused(409, "POST", f"/api/incidents/{found}/retry")["detail"] == "This incident is over."


def test_what_is_dismissed_does_not_come_back_and_can_still_be_tried(
    redress: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, found = failing(redress, monkeypatch)
    ops = redress.person("ops")
    (field,) = ops.refused(422, "POST", f"/api/incidents/{found}/dismiss", {"reason": " "})["fields"]
    assert (field["field"], field["code"]) == ("/reason", "required")
    told = ops.post(f"/api/incidents/{found}/dismiss", {"reason": "It was acknowledged by telephone."})["incident"]
    assert (told["state"], told["dismissed_by"], told["dismissed_reason"]) == (
        "dismissed", "ops", "It was acknowledged by telephone.",
    )  # fmt: skip
    assert redress.logged(case, "incident-dismissed") == [("ops", {"reason": "It was acknowledged by telephone."})]
    monkeypatch.undo()
    redress.later(minutes=1)
    assert redress.application.sweep.due_cases() == []
    # Others change the case; what was dismissed stays asleep, and everything else goes on at its time.
    redress.person("li.na").post(f"/api/tasks/{redress.task('li.na', 'acknowledge', case)['id']}/claim")
    redress.later(minutes=30)
    assert (fired(redress, case), "late_acknowledgement" in _open(redress, case)) == ([], True)
    assert ops.refused(409, "POST", f"/api/incidents/{found}/dismiss", {"reason": "r"})["code"] == "conflict"
    assert ops.post(f"/api/incidents/{found}/retry")["outcome"] == "done"
    assert fired(redress, case) == ["acknowledge/1/remind"]
    with redress.application.database.read() as connection:
        (row,) = connection.execute(select(incident).where(incident.c.id == found)).all()
    assert (row.dismissed_by, row.dismissed_reason) == (None, None)


def _open(redress: House, case: str) -> set[str]:
    return {task["element"] for task in redress.person("chen.jing").get(f"/api/complaints/{case}")["tasks"]}


def test_incidents_are_listed_by_pages_newest_first(redress: House) -> None:
    with redress.application.database.write() as unit:
        for number in range(5):
            values = {"id": f"i{number}", "at": redress.application.clock.now(), "doing": "carry out: file complaint",
                      "reason": "no", "attempts": 1}  # fmt: skip
            unit.connection.execute(insert(incident).values(values))
        unit.commit()
    ops, seen, cursor = redress.person("ops"), [], ""
    while cursor is not None:
        page = ops.get(f"/api/incidents?limit=2&cursor={cursor}")
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ["i4", "i3", "i2", "i1", "i0"]
    assert ops.refused(409, "POST", "/api/incidents/i0/retry")["code"] == "conflict"
    assert ops.post("/api/incidents/i0/dismiss", {"reason": "seen"})["incident"]["state"] == "dismissed"
    ops.refused(404, "GET", "/api/incidents/none")
