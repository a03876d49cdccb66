"""Brings a case of the small process to where a test begins."""

from __future__ import annotations

from typing import Any

from complaints.correspondence.satisfaction import Satisfaction
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from tests.complaints.office import Office


def reach_question(office: Office, **fields: Any) -> str:
    """Return a case of Ann's in which the complainant has been asked something."""
    case = office.file(**fields)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "ask"}))
    return case


def reach_plan(office: Office, **fields: Any) -> str:
    """Return a case of Ann's that is to be planned."""
    case = office.file(**fields)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go"}))
    return case


def reach_resolved(office: Office, plan: dict[str, Any] | None = None, **fields: Any) -> str:
    """Return a case whose result is out, while nobody asks for satisfaction yet."""
    case = reach_plan(office, **fields)
    office.do(CompleteTask(office.task(case, "plan").id, plan or {}))
    assert office.case(case).status == "resolved"
    return case


def reach_asked(office: Office, **fields: Any) -> str:
    """Return a case in which the complainant is asked whether the outcome is satisfactory."""
    case = reach_resolved(office, **fields)
    # Ann planned, so somebody else pays.
    item = office.task(case, "pay")
    office.do(AssignTask(item.id, office.people["bea"], "Four eyes."), "eve")
    office.do(CompleteTask(item.id, {"next": "go"}, item.version + 1), "bea")
    assert "satisfaction" in office.case(case).waits_for
    return case


def reach_closed(office: Office, **fields: Any) -> str:
    """Return a case that is closed as satisfied, in its time of grace."""
    case = reach_asked(office, **fields)
    office.do(Satisfaction(case, True), None)
    assert (office.case(case).status, office.case(case).closure) == ("closed", "satisfied")
    return case
