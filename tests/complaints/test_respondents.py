"""Whoever a complaint is about is kept out of it from the moment staff have found out who it is."""

from __future__ import annotations

import pytest

from complaints.people.ownership import AcceptHandOver, AskHandOver
from complaints.people.respondents import NameRespondent
from complaints.tables import respondent
from engine.commands.claim import ClaimTask
from engine.errors import Conflict, NotFound, Unfit
from engine.tables import conflict_of_interest, event_log, work_item
from tests.complaints.office import Office


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


def test_naming_again_changes_nothing(office: Office) -> None:
    case = office.file()
    first = office.do(NameRespondent(case, office.people["bea"], "Bea"))
    assert office.do(NameRespondent(case, office.people["bea"], "Bea")) == first
    assert len(office.rows(respondent, case)) == len(office.rows(conflict_of_interest, case)) == 1
    assert len(office.rows(event_log, case, kind="respondent-named")) == 1


def test_the_owner_is_replaced_before_they_are_kept_out(office: Office) -> None:
    case = office.file()
    with pytest.raises(Conflict):
        office.do(NameRespondent(case, office.people["ann"], "Ann"))
    assert office.rows(conflict_of_interest, case) == []


def test_somebody_unknown_is_refused(office: Office) -> None:
    case = office.file()
    with pytest.raises(Unfit):
        office.do(NameRespondent(case, "nobody", "Nobody"))
