"""A case that belongs to another process goes on there, in one transaction, with everything that is known of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from complaints.change_facts import ChangeFacts
from complaints.intake.retype import Retype
from complaints.people.affected import AddAffected, AffectedPerson
from complaints.tables import complaint, promise
from engine.commands.clocks import ExtendCase, PauseCase, ResumeCase
from engine.commands.complete import CompleteTask
from engine.errors import Conflict, Forbidden, NotFound, Unfit, Unsafe
from engine.restart import restart
from engine.tables import case_clock, deadline, past_instance, work_item
from tests.complaints.office import DAY, HOUR, MONDAY, Office
from tests.complaints.walk import reach_closed, reach_resolved

RECEIVED = MONDAY - HOUR


def moved(office: Office) -> str:
    """Return a case of Ann's that began as a complaint and goes on as a suggestion, a day later."""
    case = office.file(received_at=RECEIVED, category="teaching")
    office.do(AddAffected(case, (AffectedPerson("Hana"), AffectedPerson("Ivo"))))
    promises = [{"what": "Call", "due_at": (MONDAY + 5 * DAY).isoformat()}]
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "promises": promises}))
    office.clock.advance(DAY)
    office.do(Retype(case, "wish", "suggestion", "She proposes a new book."))
    return case


def test_the_case_goes_on_in_the_other_process(office: Office) -> None:
    case = moved(office)
    row = office.case(case)
    with office.database.read() as connection:
        assert office.versions.process(connection, row.version_id).config.key == "wish"
    assert (row.status, row.closure, row.ended_at, row.started_at) == ("registered", None, None, MONDAY + DAY)
    office.do(CompleteTask(office.task(case, "consider").id, {"next": "go"}))
    assert office.case(case).ended_as == "ended"


def test_what_is_known_stays(office: Office) -> None:
    case = office.file(received_at=RECEIVED)
    before = office.rows(complaint, case)[0]
    office.do(Retype(case, "wish", "suggestion", "No complaint."))
    after = office.rows(complaint, case)[0]
    assert {**before._mapping, "type": "suggestion"} == dict(after._mapping)
    assert office.case(case).case_owner == office.people["ann"]
    assert office.task(case, "consider").assignee == office.people["ann"]


def test_facts_go_along_as_far_as_the_other_process_knows_them(office: Office) -> None:
    case = moved(office)
    facts = office.facts(case)
    assert facts == {
        "type": "suggestion", "category": "teaching", "channel": "web", "campus": "main", "language": "en",
        "relation": "", "identity_mode": "identified", "received_at": RECEIVED.isoformat(), "people": 2, "noted": 0,
    }  # fmt: skip


def test_clocks_start_where_they_started(office: Office) -> None:
    case = moved(office)
    (clock,) = office.rows(case_clock, case)
    assert (clock.key, clock.started_at, clock.due_at, clock.state) == (
        "resolve/1", RECEIVED, RECEIVED + 3 * DAY, "running",
    )  # fmt: skip


def test_a_clock_goes_on_from_its_whole_log(office: Office) -> None:
    case = office.file(received_at=RECEIVED)
    office.do(ExtendCase(case, "resolve", 2, "The teacher is away."))
    office.do(PauseCase(case, "We wait for the recording."))
    office.clock.advance(DAY)
    office.do(Retype(case, "wish", "suggestion", "No complaint."))
    (clock,) = office.rows(case_clock, case)
    assert (clock.key, clock.started_at, clock.due_at, clock.state) == ("resolve/1", RECEIVED, None, "paused")
    office.do(ResumeCase(case))
    (clock,) = office.rows(case_clock, case)
    assert (clock.due_at, clock.state) == (MONDAY + 6 * DAY, "running")
    assert [reason["code"] for reason in clock.reasons] == ["clock", "pause", "extended"]
    with pytest.raises(Conflict, match="extended already"):
        office.do(ExtendCase(case, "resolve", 2, "Still away."))


def test_what_was_met_in_time_stays_met_with_its_explanation(office: Office) -> None:
    case = reach_resolved(office)
    (before,) = office.rows(case_clock, case)
    assert (before.state, before.met_at) == ("met", MONDAY)
    office.clock.advance(DAY)
    office.do(Retype(case, "wish", "suggestion", "No complaint."))
    assert office.rows(case_clock, case) == [before]
    assert office.rows(deadline, case) == []


def test_the_old_instance_is_kept_as_it_ended(office: Office) -> None:
    case = office.file()
    office.do(ChangeFacts(case, {"safety": True}, 1))
    before = office.case(case)
    office.clock.advance(DAY)
    office.do(Retype(case, "wish", "suggestion", "No complaint."))
    (past,) = office.rows(past_instance, case)
    assert (past.number, past.version_id, past.ended_as) == (1, before.version_id, "moved")
    assert (past.started_at, past.ended_at, past.facts) == (MONDAY, MONDAY + DAY, before.facts)
    assert office.case(case).row_version == before.row_version + 1


def test_its_open_work_is_called_off_and_no_id_comes_twice(office: Office) -> None:
    case = moved(office)
    items = office.rows(work_item, case)
    assert {item.element: item.state for item in items} == {"look": "done", "plan": "cancelled", "consider": "open"}
    assert len({item.id for item in items}) == 3
    plan = office.rows(work_item, case, element="plan")[0]
    with pytest.raises(Conflict):
        office.do(CompleteTask(plan.id, {}))


def test_promises_outlive_the_move(office: Office) -> None:
    case = moved(office)
    assert [row.key.partition(":")[0] for row in office.rows(deadline, case, source="dated")] == ["promise"]
    office.advance(5 * DAY)
    assert office.rows(promise, case)[0].missed_at is not None


def test_the_move_is_on_record_with_its_reason(office: Office) -> None:
    case = moved(office)
    lines = office.log(case, "retyped", "filed")
    assert [kind for kind, _ in lines] == ["filed", "retyped"]


def test_a_retyped_case_can_be_moved_only_where_its_process_allows_it(office: Office) -> None:
    case = moved(office)
    before = office.case(case)
    with pytest.raises(Conflict):
        office.do(Retype(case, "care", "complaint", "It is one after all."))
    assert office.case(case) == before


def test_a_closed_case_is_not_moved(office: Office) -> None:
    case = reach_closed(office)
    with pytest.raises(Conflict):
        office.do(Retype(case, "wish", "suggestion", "Late."))


def test_where_to_and_why_have_to_fit(office: Office) -> None:
    case = office.file()
    for command, fields in (
        (Retype(case, "care", "complaint", "W"), [("process", "same-process")]),
        (Retype(case, "dream", "gift", "W"), [("type", "unknown"), ("process", "unknown-process")]),
        (Retype(case, "wish", "suggestion", " "), [("reason", "required")]),
    ):
        with pytest.raises(Unfit) as caught:
            office.do(command)
        assert [(f["field"], f["code"]) for f in caught.value.details["fields"]] == fields
    assert office.rows(past_instance, case) == []


@pytest.mark.parametrize(("by", "refusal"), [("bea", Forbidden), (None, Forbidden), ("cho", NotFound)])
def test_who_does_not_lead_the_case_does_not_move_it(office: Office, by: str | None, refusal: type[Exception]) -> None:
    case = office.file()
    with pytest.raises(refusal):
        office.do(Retype(case, "wish", "suggestion", "W"), by)


def test_nothing_takes_the_place_of_an_instance_that_runs(office: Office) -> None:
    case, actor = office.file(), office.actor("ann")
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, actor, office.clock.now() + timedelta(1))
        with pytest.raises(Unsafe):
            restart(work, "wish", {})
