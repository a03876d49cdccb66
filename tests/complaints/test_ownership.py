"""Hand-over: only with a reason and with acceptance; the owner stays until then."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.correspondence.satisfaction import Satisfaction
from complaints.people.ownership import AcceptHandOver, AskHandOver, DeclineHandOver, change_owner
from complaints.tables import hand_over
from engine.commands.claim import ClaimTask
from engine.commands.complete import CompleteTask
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from engine.projection import save
from engine.tables import work_item
from tests.complaints.office import DAY, HOUR, MONDAY, Office
from tests.complaints.walk import reach_asked, reach_resolved


def offered(office: Office, to: str = "bea", by: str = "ann") -> str:
    """Return a case of Ann's that has been offered to somebody."""
    case = office.file()
    office.do(AskHandOver(case, office.people[to], "I am on leave."), by)
    return case


def refused(office: Office, case: str, to: str) -> str:
    """Return the code with which an offer of the case is refused."""
    with pytest.raises(Unfit) as caught:
        office.do(AskHandOver(case, office.people.get(to, to), "I am on leave."))
    assert office.rows(hand_over, case) == []
    (field,) = caught.value.details["fields"]
    assert field["field"] == "to"
    return str(field["code"])


def test_the_owner_stays_until_somebody_has_accepted(office: Office) -> None:
    case = offered(office)
    assert office.case(case).case_owner == office.people["ann"]
    office.clock.advance(HOUR)
    office.do(AcceptHandOver(case), "bea")
    assert office.case(case).case_owner == office.people["bea"]
    (row,) = office.rows(hand_over, case)
    assert (row.from_person, row.to_person, row.asked_by) == tuple(office.people[n] for n in ("ann", "bea", "ann"))
    assert (row.reason, row.asked_at, row.answered_at, row.accepted) == (
        "I am on leave.", MONDAY, MONDAY + HOUR, True,
    )  # fmt: skip


def test_open_tasks_of_the_owner_go_along(office: Office) -> None:
    case = offered(office)
    before = office.task(case, "look")
    office.do(AcceptHandOver(case), "bea")
    after = office.task(case, "look")
    assert (before.assignee, after.assignee) == (office.people["ann"], office.people["bea"])
    assert after.version == before.version + 1
    office.do(CompleteTask(after.id, {"next": "go"}), "bea")
    assert office.task(case, "plan").assignee == office.people["bea"]


def test_a_task_that_the_new_owner_must_stay_apart_from_goes_back_to_the_pool(office: Office) -> None:
    case = reach_resolved(office)
    office.do(AskHandOver(case, office.people["bea"], "Leave."))
    office.do(AcceptHandOver(case), "bea")
    assert office.task(case, "pay").assignee == office.people["bea"]
    office.do(AskHandOver(case, office.people["ann"], "Back."), "bea")
    office.do(AcceptHandOver(case), "ann")
    assert office.task(case, "pay").assignee is None


def test_both_sides_and_the_complainant_are_told(office: Office) -> None:
    case = offered(office, by="eve")
    office.do(AcceptHandOver(case), "bea")
    assert list(office.told(case)) == [
        ("bea", "hand_over_offered"), ("complainant", "new_owner"),
        ("ann", "hand_over_accepted"), ("eve", "hand_over_accepted"),
    ]  # fmt: skip
    kinds = ("hand-over-offered", "owner", "hand-over-accepted")
    assert [kind for kind, _ in office.log(case, *kinds)] == list(kinds)


def test_declining_leaves_everything_as_it_was_and_says_why(office: Office) -> None:
    case = offered(office)
    with pytest.raises(Unfit):
        office.do(DeclineHandOver(case, " "), "bea")
    office.do(DeclineHandOver(case, "Too much on my desk."), "bea")
    (row,) = office.rows(hand_over, case)
    assert (row.accepted, row.answer) == (False, "Too much on my desk.")
    assert office.case(case).case_owner == office.people["ann"]
    assert list(office.told(case))[1:] == [("ann", "hand_over_declined")]


@pytest.mark.parametrize("by", ["ann", "eve"])
def test_an_offer_can_be_taken_back(office: Office, by: str) -> None:
    case = offered(office)
    office.do(DeclineHandOver(case, "I am back."), by)
    with pytest.raises(Conflict):
        office.do(AcceptHandOver(case), "bea")
    assert list(office.told(case)) == [("bea", "hand_over_offered")]


def test_only_one_offer_is_open_at_a_time(office: Office) -> None:
    case = offered(office)
    with pytest.raises(Conflict) as caught:
        office.do(AskHandOver(case, office.people["dan"], "Quick."), "eve")
    assert caught.value.details == {"to": office.people["bea"], "asked_at": MONDAY.isoformat()}
    first = office.rows(hand_over, case)[0].id
    assert office.do(AskHandOver(case, office.people["bea"], "Again.")) == {"hand_over": first}
    assert len(office.rows(hand_over, case)) == 1


def test_nobody_answers_for_another(office: Office) -> None:
    case = offered(office)
    for by in ("dan", None):
        with pytest.raises(Forbidden):
            office.do(AcceptHandOver(case), by)
    with pytest.raises(Forbidden):
        office.do(DeclineHandOver(case, "No."), "dan")
    assert office.rows(hand_over, case)[0].answered_at is None


def test_accepting_twice_is_refused_and_changes_nothing(office: Office) -> None:
    case = offered(office)
    office.do(AcceptHandOver(case), "bea")
    before = office.case(case)
    with pytest.raises(Conflict):
        office.do(AcceptHandOver(case), "bea")
    assert office.case(case) == before


def test_a_closed_case_is_neither_offered_nor_accepted(office: Office) -> None:
    case = reach_asked(office)
    office.do(AskHandOver(case, office.people["bea"], "Away soon."))
    office.do(Satisfaction(case, True), None)
    before = office.case(case)
    assert before.status == "closed"
    for command, by in ((AcceptHandOver(case), "bea"), (AskHandOver(case, office.people["cho"], "Away."), "ann")):
        with pytest.raises(Conflict) as refusal:
            office.do(command, by)
        assert refusal.value.message == "The case is closed; reopen it first."
    assert office.case(case) == before
    office.do(DeclineHandOver(case, "It is closed."), "bea")
    assert office.rows(hand_over, case)[0].accepted is False


def test_who_cannot_own_a_case_is_not_offered_it(office: Office) -> None:
    case = office.file()
    assert refused(office, case, "ann") == "is-owner"
    assert refused(office, case, "cho") == "not-in-team"
    assert refused(office, case, "nobody") == "unknown-person"
    office.bar(case, "bea")
    assert refused(office, case, "bea") == "kept-apart"


def test_who_is_away_or_has_left_is_not_offered_a_case(office: Office) -> None:
    case = office.file()
    office.away("bea")
    assert refused(office, case, "bea") == "away"
    office.clock.advance(DAY)
    office.leave("bea")
    assert refused(office, case, "bea") == "unknown-person"


def test_who_was_barred_since_cannot_accept(office: Office) -> None:
    case = offered(office)
    office.bar(case, "bea")
    with pytest.raises(NotFound):
        office.do(AcceptHandOver(case), "bea")


def test_a_reason_is_needed(office: Office) -> None:
    case = office.file()
    with pytest.raises(Unfit) as caught:
        office.do(AskHandOver(case, office.people["bea"], ""))
    assert caught.value.details["fields"] == [{"field": "reason", "code": "required"}]


@pytest.mark.parametrize("by", ["bea", None])
def test_who_does_not_lead_the_case_does_not_give_it_away(office: Office, by: str | None) -> None:
    case = office.file()
    with pytest.raises(Forbidden):
        office.do(AskHandOver(case, office.people["bea"], "Mine."), by)


def direct(office: Office, case: str, by: str, **how: Any) -> None:
    """Change the owner as a step of the diagram does, in a transaction of its own."""
    actor = office.actor(by)
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, actor, office.clock.now())
        fence = work.row["row_version"]
        change_owner(work, **how)
        save(work, fence=fence)
        unit.commit()


def test_taking_over_is_at_once_and_ends_the_open_offer(office: Office) -> None:
    case = offered(office)
    direct(office, case, "dan", person=office.people["dan"], reason="Late.")
    assert office.case(case).case_owner == office.people["dan"]
    assert office.task(case, "look").assignee == office.people["dan"]
    assert [(row.accepted, row.answer) for row in office.rows(hand_over, case)] == [(False, "taken over")]
    assert list(office.told(case))[1:] == [("complainant", "new_owner"), ("ann", "hand_over_accepted")]


def test_an_offer_decided_by_the_diagram_replaces_the_open_one(office: Office) -> None:
    case = offered(office)
    office.join("fay", "service")
    direct(office, case, "dan", person=office.people["bea"], reason="Late.", offer=True)
    assert len(office.rows(hand_over, case)) == 1
    direct(office, case, "dan", person=office.people["fay"], reason="Late.", offer=True)
    assert [(row.to_person, row.accepted, row.answer) for row in office.rows(hand_over, case)] == [
        (office.people["bea"], False, "replaced"),
        (office.people["fay"], None, None),
    ]
    with pytest.raises(Unfit):
        direct(office, case, "dan", person=office.people["cho"], reason="Late.", offer=True)
    assert office.case(case).case_owner == office.people["ann"]


def test_a_case_that_nobody_owns_can_be_offered_by_leadership(office: Office) -> None:
    case = office.file(None)
    office.do(AskHandOver(case, office.people["bea"], "Please."), "dan")
    office.do(AcceptHandOver(case), "bea")
    assert office.case(case).case_owner == office.people["bea"]
    assert office.rows(hand_over, case)[0].from_person is None


def test_only_tasks_that_follow_the_owner_move(office: Office) -> None:
    case = offered(office)
    office.do(ClaimTask(office.task(case, "look").id), "ann")
    with office.database.write() as unit:
        unit.connection.execute(work_item.update().values(owner_bound=False))
        unit.commit()
    office.do(AcceptHandOver(case), "bea")
    assert office.task(case, "look").assignee == office.people["ann"]
