"""A case goes on where those who might act are complained about, have planned, or have had their say already."""

from __future__ import annotations

from tests.support.application import House
from tests.support.plans import PLAN

YES = {"decision": "approve", "reasons": "It is right."}


def name(redress: House, case: str, *people: str) -> None:
    """Name colleagues as those who are complained about."""
    for each in people:
        redress.person("li.na").post(f"/api/complaints/{case}/respondents", {"person": each, "name": each})


def waived(redress: House, case: str) -> list[list[str]]:
    """Return whom the timeline names as doing two steps."""
    lines = redress.person("li.na").get(f"/api/complaints/{case}/timeline?limit=200")["items"]
    return [line["detail"]["people"] for line in lines if line["kind"] == "four-eyes-waived"]


def test_whoever_decides_from_outside_decides_again_where_nobody_else_is_left_to_vote(redress: House) -> None:
    case = redress.file(category="other", people=12)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "I look after this."})
    name(redress, case, "liu.gang", "huang.lan", "chen.jing")
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "True."})
    redress.do("li.na", "respond", case, {"response_text": "We look into it."})
    redress.do("zhou.qiang", "hear_respondent", case, {"heard": "declined", "hearing_note": "Asked twice."})
    redress.do("li.na", "plan", case, PLAN)
    assert waived(redress, case) == []
    redress.do("feng.yuan", "decide_leadership", case, YES)
    redress.do("feng.yuan", "decide_leadership", case, YES)
    assert waived(redress, case) == [["feng.yuan"]]
    assert redress.task("li.na", "carry_out", case)["element"] == "carry_out"


def test_an_open_task_goes_outside_when_the_whole_team_is_complained_about(redress: House) -> None:
    case = redress.file(category="legal.contract", legal_dispute=True)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "I look after this."})
    assert redress.task("li.na", "external_procedure", case)["post"] is None
    name(redress, case, "gao.yan")
    assert redress.task("li.na", "external_procedure", case)["post"] == "outside_post"
    done = {"procedures": ["police"], "procedure_note": "Told.", "procedure_started_at": "2026-03-03T11:00:00+08:00"}
    redress.do("feng.yuan", "external_procedure", case, done)
