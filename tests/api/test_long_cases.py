"""A case that went thirty rounds, and one with hundreds of letters, ask no more of the database than any other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from api.answers import task_tag
from complaints.correspondence.messages import ReceiveMessage, SendMessage
from engine.case_work import COMPLAINANT, SYSTEM
from engine.tables import instance
from storage.counting import counted
from tests.support.application import House, house

PLAN = {"next": "submit", "root_cause": "procedure", "root_cause_text": "-", "finding": "-", "remedy": "-"}
LEADERS = ("liu.gang", "huang.lan")
ROUNDS = 30
LETTERS = 200


def answered(redress: House, **changes: Any) -> Any:
    """Return a complaint that was acknowledged, verified and answered."""
    filed = redress.file(by="li.na", category="other", **changes)
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", filed["id"], {"outcome": "complete", "verification_summary": "x"})
    redress.do("li.na", "respond", filed["id"], {"response_text": "正在核实。"})
    return filed


def rejected(redress: House, case: str) -> None:
    """Let a leader reject the plan."""
    for who in LEADERS:
        tasks = redress.person(who).get(f"/api/complaints/{case}")["tasks"]
        mine = [t for t in tasks if t["element"] == "decide_leadership" and t["assignee"] in (None, who)]
        if mine:
            tag = task_tag(mine[0]["id"], mine[0]["version"])
            form = {"data": {"decision": "reject", "reasons": "-"}}
            redress.person(who).post(f"/api/tasks/{mine[0]['id']}/complete", form, headers={"If-Match": tag})


def planned(redress: House, case: str) -> int:
    """Hand in a plan; return how many statements its completion took, the look at the task included."""
    with counted(redress.application.database) as count:
        redress.do("li.na", "plan", case, PLAN)
    return count.statements


def state_of(redress: House, case: str) -> bytes:
    """Return the stored state."""
    with redress.application.database.read() as connection:
        found: bytes = connection.execute(select(instance.c.state).where(instance.c.case_id == case)).scalar_one()
    return found


def test_thirty_rounds_of_rework_make_no_completion_dearer() -> None:
    """The state grows by the clocks of each round, and by little."""
    redress = house()
    case = answered(redress, people=11)["id"]
    statements, sizes = [], []
    for _ in range(ROUNDS):
        statements.append(planned(redress, case))
        rejected(redress, case)
        sizes.append(len(state_of(redress, case)))
    assert max(statements) <= statements[1] + 1
    assert sizes[-1] - sizes[1] < 400 * ROUNDS
    items = redress.person("li.na").get(f"/api/complaints/{case}/timeline?limit=50")
    assert len(items["items"]) == 50
    assert items["next"] is not None


def looked_at(redress: House, case: str) -> int:
    """Open the case; return how many statements that took."""
    with counted(redress.application.database) as count:
        redress.person("li.na").get(f"/api/complaints/{case}")
    return count.statements


def test_hundreds_of_letters_make_no_completion_dearer() -> None:
    """Nor the page of the case; the complainant reads every letter."""
    few = house()
    other = answered(few)["id"]
    few.deliver()
    usual = looked_at(few, other), planned(few, other)
    redress = house()
    filed = answered(redress)
    run = redress.application.pipeline.run
    for number in range(LETTERS // 2):
        run(SendMessage(filed["id"], f"第{number}封信。"), SYSTEM)
        run(ReceiveMessage(filed["id"], f"第{number}次来信。"), COMPLAINANT)
    redress.deliver()
    assert (looked_at(redress, filed["id"]), planned(redress, filed["id"])) == usual
    letters = redress.complainant(filed["tracking_code"]).get("/api/track")["messages"]
    assert sum(letter["text"].startswith("第") for letter in letters) == LETTERS
