"""A complaint may name so many that nobody is left: an operator hears of it, and who is not meant is let in again."""

from __future__ import annotations

import pytest

from access import posts
from complaints.intake.filing import Respondent
from complaints.people.cleared import ClearColleague
from complaints.people.nobodys_tasks import nobodys_tasks
from complaints.people.reach import FINDING, note_nobodys_tasks_of_all
from complaints.people.respondents import NameRespondent
from complaints.tables import respondent
from engine.case_work import SYSTEM
from engine.commands.claim import ClaimTask
from engine.commands.house_work import HouseWork
from engine.errors import Forbidden, NotFound, Unfit
from engine.tables import conflict_of_interest, event_log, incident, work_item
from tests.complaints.office import Office
from tests.complaints.walk import reach_resolved

EVERYBODY = tuple(Respondent(name) for name in ("Ann", "Bea", "Cho", "Dan", "Eve", "Fay", "Gus"))


@pytest.fixture
def office(office: Office) -> Office:
    """An institution with somebody from outside, who can be complained about as well."""
    office.join("gus", "mediation")
    with office.database.write() as unit:
        posts.appoint(unit.connection, "outside_post", person_id=office.people["gus"])
        unit.commit()
    return office


def incidents(office: Office, case: str) -> list[tuple[str, bool]]:
    """Return what each incident of a case is about, and whether it is over."""
    return [(row.about, row.resolved_at is not None) for row in office.rows(incident, case, doing=FINDING)]


def newcomer(office: Office) -> None:
    """Let somebody whom nobody has named hold the outside post, as `redress user appoint` does."""
    office.join("hal")
    with office.database.write() as unit:
        posts.appoint(unit.connection, "outside_post", person_id=office.people["hal"], replace=True)
        unit.commit()
    look_again(office)


def look_again(office: Office) -> None:
    """Look whether somebody is there for every step, as a running server does."""
    office.pipeline.run(HouseWork(note_nobodys_tasks_of_all), SYSTEM)


def test_a_complaint_about_everybody_is_an_incident_that_says_whom_to_appoint_and_nothing_of_the_complaint(
    office: Office,
) -> None:
    case = office.file(by=None, respondents=EVERYBODY)
    (step,) = office.rows(work_item, case, state="open")
    assert step.post == "outside_post"
    assert incidents(office, case) == [(step.id, False)]
    (row,) = office.rows(incident, case)
    assert (row.actor, row.element, row.reason) == (
        None, step.element,
        "Nobody is left in the post outside_post who may do this step: everybody is kept apart from it or has left."
        " Appoint somebody who has nothing to do with the case: `redress user appoint outside_post LOGIN`.",
    )  # fmt: skip
    newcomer(office)
    assert incidents(office, case) == [(step.id, True)]


def test_a_complaint_that_leaves_somebody_is_no_incident(office: Office) -> None:
    case = office.file(by=None, respondents=EVERYBODY[:-1])
    assert (incidents(office, case), office.rows(work_item, case, state="open")[0].post) == ([], "outside_post")


def test_the_last_who_is_named_later_is_an_incident_too(office: Office) -> None:
    case = office.file(by=None, respondents=EVERYBODY[:-1])
    office.do(NameRespondent(case, office.people["gus"], "Gus"), "house")
    (step,) = office.rows(work_item, case, state="open")
    assert incidents(office, case) == [(step.id, False)]
    office.do(NameRespondent(case, office.people["gus"], "Gus"), "house")
    assert incidents(office, case) == [(step.id, False)]


def test_somebody_from_outside_lets_those_in_who_are_not_meant_and_the_step_goes_back_to_them(office: Office) -> None:
    case = office.file(by=None, respondents=EVERYBODY)
    newcomer(office)
    office.do(ClearColleague(case, office.people["ann"], "Another Ann is meant."), "hal")
    (step,) = office.rows(work_item, case, state="open")
    assert (step.post, step.team) == (None, "service")
    others = {name: office.people[name.lower()] for name in ("Bea", "Cho", "Dan", "Eve", "Fay", "Gus")}
    assert {row.person for row in office.rows(conflict_of_interest, case)} == set(others.values())
    assert {row.name: row.person for row in office.rows(respondent, case)} == {"Ann": None, **others}
    (line,) = office.rows(event_log, case, kind="colleague-cleared")
    assert (line.actor, line.name, line.detail) == (
        office.people["hal"], office.people["ann"], {"reason": "Another Ann is meant."}
    )  # fmt: skip
    office.do(ClaimTask(step.id), "ann")
    assert office.rows(work_item, case, state="open")[0].assignee == office.people["ann"]


PAYS = """
[facts.who_pays]
type = "string"
default = "head_of_customer_service"
label = { zh-CN = "A", ko = "A", en = "A" }
"""


@pytest.mark.parametrize("drawn", ["post:head_of_customer_service", "fact:who_pays"])
def test_a_step_goes_back_to_the_post_that_the_diagram_gives_it_to(office: Office, drawn: str) -> None:
    office.draw("pay", 'value="owner"', f'value="{drawn}"', config=PAYS)
    with office.database.write() as unit:
        posts.appoint(unit.connection, "academic_director", person_id=office.people["eve"])
        unit.commit()
    case = reach_resolved(office)
    assert office.task(case, "pay").post == "head_of_customer_service"
    office.do(NameRespondent(case, office.people["dan"], "Dan"))
    away = office.task(case, "pay")
    assert away.post == "academic_director"
    office.do(ClearColleague(case, office.people["dan"], "It was another Dan."), "eve")
    back = office.task(case, "pay")
    assert (back.post, back.version) == ("head_of_customer_service", away.version + 1)


def test_who_was_taken_for_somebody_else_sees_the_case_again_and_only_then(office: Office) -> None:
    case = office.file()
    office.do(NameRespondent(case, office.people["bea"], "The tall one"))
    with pytest.raises(NotFound):
        office.do(ClearColleague(case, office.people["bea"], "It was not me."), "bea")
    office.do(ClearColleague(case, office.people["bea"], "It is Cho."), "eve")
    office.do(NameRespondent(case, office.people["cho"], "The tall one"))
    assert [(row.name, row.person) for row in office.rows(respondent, case)] == [("The tall one", office.people["cho"])]
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [office.people["cho"]]
    office.do(NameRespondent(case, office.people["fay"], "Fay"), "bea")


def test_only_who_may_says_that_a_colleague_is_not_meant_and_only_with_a_reason(office: Office) -> None:
    case = office.file()
    office.do(NameRespondent(case, office.people["bea"], "Bea"))
    with pytest.raises(Forbidden):
        office.do(ClearColleague(case, office.people["bea"], "She is nice."), "ann")
    with pytest.raises(Unfit) as empty:
        office.do(ClearColleague(case, office.people["bea"], " "), "dan")
    assert [each["field"] for each in empty.value.details["fields"]] == ["reason"]
    with pytest.raises(Unfit) as other:
        office.do(ClearColleague(case, office.people["cho"], "He was never named."), "dan")
    assert other.value.details["fields"] == [{"field": "person", "code": "not-kept-apart"}]
    office.do(ClearColleague(case, office.people["bea"], "It was her sister."), "dan")
    assert office.rows(conflict_of_interest, case) == []


def test_of_what_is_open_the_doctor_finds_what_nobody_can_take(office: Office) -> None:
    case = office.file(by=None)
    office.file(by=None)  # of another case nobody is kept apart
    office.bar(case, "ann")
    office.leave("bea")
    with office.database.read() as connection:
        (found,) = nobodys_tasks(connection, rules=office.posts_file.rules)
    assert (found.case_id, found.reason) == (
        case,
        "Nobody is left in the team service who may do this step: everybody is kept apart from it or has left. Add"
        " somebody to the team (`redress user add`).",
    )


def test_a_step_of_a_team_that_everybody_has_left_is_an_incident_until_somebody_joins(office: Office) -> None:
    case = office.file(by=None)
    for each in ("ann", "bea"):
        office.leave(each)
    look_again(office)
    look_again(office)
    (step,) = office.rows(work_item, case, state="open")
    assert [(row.about, row.attempts, row.resolved_at) for row in office.rows(incident, case)] == [(step.id, 1, None)]
    office.join("hal", "service")
    look_again(office)
    assert incidents(office, case) == [(step.id, True)]


def test_a_step_of_a_post_that_nobody_fills_waits_for_the_post_above_and_is_no_incident(office: Office) -> None:
    office.draw("pay", 'value="owner"', 'value="post:head_of_customer_service"')
    with office.database.write() as unit:
        posts.appoint(unit.connection, "academic_director", person_id=office.people["eve"])
        unit.commit()
    case = reach_resolved(office)
    office.leave("dan")
    look_again(office)
    assert (office.task(case, "pay").post, incidents(office, case)) == ("head_of_customer_service", [])
    office.leave("eve")
    look_again(office)
    assert [over for _, over in incidents(office, case)] == [False]
