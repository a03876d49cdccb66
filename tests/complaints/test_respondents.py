"""Whoever a complaint is about is kept out of it from the moment staff have found out who it is."""

from __future__ import annotations

import pytest

from access import people, posts
from complaints.intake.filing import Respondent
from complaints.people.ownership import AcceptHandOver, AskHandOver
from complaints.people.respondents import NameRespondent
from complaints.tables import hand_over, respondent
from engine.commands.claim import ClaimTask
from engine.commands.complete import CompleteTask
from engine.commands.publish import PublishBundle
from engine.errors import Conflict, NotFound, Unfit
from engine.tables import conflict_of_interest, event_log, work_item
from tests.complaints.office import MONDAY, Office, bundle


@pytest.fixture
def namesake(office: Office) -> str:
    """Another Bea, by a short name of her own."""
    with office.database.write() as unit:
        added = people.add(unit.connection, name="Bea", language="en", ids=office.ids, now=MONDAY)
        unit.commit()
    office.people["bea2"] = added.id
    return "bea2"


def about_ann(office: Office, case: str) -> list[tuple[str, str]]:
    """Let Eve say that the complaint is about Ann, who owns the case; return who is told what of it."""
    before = len(list(office.told(case)))
    office.do(NameRespondent(case, office.people["ann"], "Ann"), "eve")
    return list(office.told(case))[before:]


def test_the_named_colleague_sees_the_case_no_more_and_loses_their_task(office: Office) -> None:
    case = office.file(by=None)
    task = office.rows(work_item, case, state="open")[0]
    office.do(ClaimTask(task.id), "bea")
    office.do(AskHandOver(case, office.people["ann"], "holidays"), "bea")
    office.do(AcceptHandOver(case), "ann")
    named = office.do(NameRespondent(case, office.people["bea"], "Bea", "teacher"), "ann")
    assert [(r.id, r.name, r.person) for r in office.rows(respondent, case)] == [
        (named["respondent"], "Bea", office.people["bea"])
    ]
    assert office.rows(work_item, case, assignee=office.people["bea"], state="open") == []
    with pytest.raises(NotFound):
        office.do(ClaimTask(task.id), "bea")


def test_a_colleague_who_was_complained_about_by_name_is_the_same_respondent(office: Office) -> None:
    case = office.file(respondents=(Respondent("The tall one", "teacher"),))
    named = office.do(NameRespondent(case, office.people["bea"], "The tall one"))
    assert [(r.id, r.name, r.role, r.person) for r in office.rows(respondent, case)] == [
        (named["respondent"], "The tall one", "teacher", office.people["bea"])
    ]
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [office.people["bea"]]
    office.do(NameRespondent(case, office.people["cho"], "The tall one", "guard"))
    assert [(r.name, r.role) for r in office.rows(respondent, case)] == [
        ("The tall one", "teacher"), ("The tall one", "guard"),
    ]  # fmt: skip


def test_naming_again_changes_nothing(office: Office) -> None:
    case = office.file()
    first = office.do(NameRespondent(case, office.people["bea"], "Bea"))
    assert office.do(NameRespondent(case, office.people["bea"], "Bea")) == first
    assert len(office.rows(respondent, case)) == len(office.rows(conflict_of_interest, case)) == 1
    assert len(office.rows(event_log, case, kind="respondent-named")) == 1


def test_a_case_of_the_owner_who_is_named_goes_to_whoever_is_on_duty(office: Office) -> None:
    case = office.file()
    with office.database.write() as unit:
        posts.appoint(unit.connection, "duty_officer", person_id=office.people["bea"])
        unit.commit()
    task = office.task(case, "look")
    assert task.assignee == office.people["ann"]
    office.do(NameRespondent(case, office.people["ann"], "Ann"), "eve")
    assert office.case(case).case_owner == office.people["bea"]
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [office.people["ann"]]
    assert office.task(case, "look").assignee != office.people["ann"]
    with pytest.raises(NotFound):
        office.do(CompleteTask(task.id, {"next": "go"}), "ann")


def test_whoever_gets_the_case_hears_that_it_is_theirs_and_not_why(office: Office) -> None:
    case = office.file()
    assert about_ann(office, case) == [("complainant", "new_owner"), ("bea", "case_yours")]
    assert office.log(case, "taken-over", "ownerless") == [("taken-over", office.people["bea"])]


def test_whoever_takes_no_complaints_in_does_not_get_the_case_but_hears_that_nobody_owns_it(office: Office) -> None:
    case = office.file()
    office.vacate("duty_officer")
    assert about_ann(office, case) == [("dan", "case_ownerless")]
    assert office.case(case).case_owner is None
    assert office.log(case, "taken-over", "ownerless") == [("ownerless", None)]
    assert office.rows(work_item, case, assignee=office.people["ann"], state="open") == []


def test_who_is_on_duty_and_away_does_not_get_the_case(office: Office) -> None:
    case = office.file()
    office.away("bea")
    assert about_ann(office, case) == [("dan", "case_ownerless")]
    assert (office.case(case).case_owner, office.log(case, "ownerless")) == (None, [("ownerless", None)])


def test_who_was_named_in_words_alone_is_to_be_heard_once_it_is_known_who_it_is(office: Office) -> None:
    case = office.file(respondents=(Respondent("The tall one"),))
    assert office.facts(case)["unheard_respondents"] == 0
    office.do(NameRespondent(case, office.people["bea"], "The tall one"))
    assert office.facts(case)["unheard_respondents"] == 1
    office.do(NameRespondent(case, office.people["bea"], "The tall one"))
    assert office.facts(case)["unheard_respondents"] == 1


def test_which_of_two_namesakes_is_meant_stands_in_the_log(office: Office, namesake: str) -> None:
    case = office.file(respondents=(Respondent("Bea"),))
    assert office.log(case, "respondent-named") == []
    named = office.do(NameRespondent(case, office.people["bea"], "Bea"))
    assert office.log(case, "respondent-named") == [("respondent-named", named["respondent"])]
    assert office.facts(case)["unheard_respondents"] == 1


@pytest.mark.parametrize("written", ["Bea", " bea ", "B e a"])
def test_whoever_has_the_name_that_was_given_is_kept_apart_from_the_first_moment(office: Office, written: str) -> None:
    case = office.file(respondents=(Respondent(written, "teacher"), Respondent("Somebody else")))
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [office.people["bea"]]
    named = {row.name: row.person for row in office.rows(respondent, case)}
    assert named == {written: office.people["bea"], "Somebody else": None}


def test_of_namesakes_all_are_kept_apart_and_none_is_said_to_be_meant(office: Office, namesake: str) -> None:
    case = office.file(respondents=(Respondent("Bea"),))
    both = {office.people["bea"], office.people[namesake]}
    assert {row.person for row in office.rows(conflict_of_interest, case)} == both
    assert [row.person for row in office.rows(respondent, case)] == [None]


def test_who_writes_a_complaint_about_themselves_down_does_not_own_it(office: Office) -> None:
    case = office.file(respondents=(Respondent("Ann"),))
    assert office.case(case).case_owner is None


def test_somebody_unknown_is_refused(office: Office) -> None:
    case = office.file()
    with pytest.raises(Unfit):
        office.do(NameRespondent(case, "nobody", "Nobody"))


def test_where_nobody_holds_the_duty_post_the_case_goes_to_the_post_above_and_an_open_offer_lapses(
    office: Office,
) -> None:
    case = office.file()
    office.do(AskHandOver(case, office.people["bea"], "Holidays."))
    office.vacate("duty_officer")
    office.join("dan", "service")
    assert about_ann(office, case) == [("complainant", "new_owner"), ("dan", "case_yours")]
    assert office.case(case).case_owner == office.people["dan"]
    assert office.task(case, "look").assignee == office.people["dan"]
    (offer,) = office.rows(hand_over, case)
    assert (offer.answer, offer.accepted, offer.answered_at) == ("lapsed", False, MONDAY)
    with pytest.raises(Conflict):
        office.do(AcceptHandOver(case), "bea")


def test_an_offer_to_whoever_is_named_lapses_on_record_and_its_owner_hears_of_it(office: Office) -> None:
    case = office.file()
    office.do(AskHandOver(case, office.people["bea"], "Holidays."))
    before = len(list(office.told(case)))
    office.do(NameRespondent(case, office.people["bea"], "Bea"), "eve")
    (offer,) = office.rows(hand_over, case)
    assert (offer.answer, offer.accepted, offer.answered_at) == ("lapsed", False, MONDAY)
    assert list(office.told(case))[before:] == [("ann", "hand_over_lapsed")]
    assert office.log(case, "hand-over-lapsed") == [("hand-over-lapsed", offer.id)]
    assert office.case(case).case_owner == office.people["ann"]
    office.join("dan", "service")
    office.do(AskHandOver(case, office.people["dan"], "Holidays."))
    office.do(AcceptHandOver(case), "dan")
    assert office.case(case).case_owner == office.people["dan"]


def test_who_is_identified_later_as_the_one_that_was_named_in_words_is_offered_the_case_no_more(office: Office) -> None:
    case = office.file(respondents=(Respondent("The tall one"),))
    office.do(AskHandOver(case, office.people["bea"], "Holidays."), "eve")
    before = len(list(office.told(case)))
    office.do(NameRespondent(case, office.people["bea"], "The tall one"))
    assert office.rows(hand_over, case)[0].answer == "lapsed"
    # Eve has offered it for Ann, who owns the case: both hear of it.
    assert list(office.told(case))[before:] == [("ann", "hand_over_lapsed"), ("eve", "hand_over_lapsed")]


def test_an_offer_to_somebody_else_stands_when_a_colleague_is_named(office: Office) -> None:
    case = office.file()
    office.do(AskHandOver(case, office.people["bea"], "Holidays."))
    before = len(list(office.told(case)))
    office.do(NameRespondent(case, office.people["fay"], "Fay"))
    assert list(office.told(case))[before:] == []
    office.do(AcceptHandOver(case), "bea")
    assert office.case(case).case_owner == office.people["bea"]


def test_a_process_without_a_notice_of_lapsed_offers_tells_it_by_that_of_declined_ones(office: Office) -> None:
    files = dict(bundle("care"))
    told = "bpmn/care/notices.toml"
    before, _, after = files[told].decode().partition("[templates.hand_over_lapsed]")
    files[told] = (before + after[after.index("[templates.action_overdue]") :]).encode()
    office.do(PublishBundle(files), "house")
    case = office.file()
    office.do(AskHandOver(case, office.people["bea"], "Holidays."))
    office.do(NameRespondent(case, office.people["bea"], "Bea"))
    assert list(office.told(case))[-1] == ("ann", "hand_over_declined")


def test_where_nobody_holds_any_post_the_case_has_no_owner_and_the_team_of_last_resort_hears_of_it(
    office: Office,
) -> None:
    case = office.file()
    office.vacate("duty_officer", "head_of_customer_service")
    assert about_ann(office, case) == [(f"team:{office.posts_file.last_resort}", "case_ownerless")]
    assert (office.case(case).case_owner, office.task(case, "look").assignee) == (None, None)
    assert office.log(case, "taken-over", "ownerless") == [("ownerless", None)]


def test_whoever_has_the_name_of_a_colleague_who_is_known_to_be_meant_is_not_kept_apart(
    office: Office, namesake: str
) -> None:
    case = office.file(respondents=(Respondent("Bea", person=office.people[namesake]),))
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [office.people[namesake]]
    assert [(row.name, row.person) for row in office.rows(respondent, case)] == [("Bea", office.people[namesake])]


def test_who_has_left_is_not_taken_for_whoever_is_meant(office: Office, namesake: str) -> None:
    office.leave(namesake)
    case = office.file(respondents=(Respondent("Bea"),))
    assert [row.person for row in office.rows(respondent, case)] == [office.people["bea"]]
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [office.people["bea"]]
    office.leave("bea")
    later = office.file(respondents=(Respondent("Bea"),))
    assert [row.person for row in office.rows(respondent, later)] == [None]
    assert office.rows(conflict_of_interest, later) == []
