"""One complaint from filing to closing, over HTTP alone."""

from __future__ import annotations

from tests.support.application import House
from tests.support.plans import PLAN

VERIFIED = {"outcome": "complete", "verification_summary": "已与投诉人和课程记录核对，情况属实。"}


def test_a_complaint_goes_from_filing_to_closing_over_http(redress: House) -> None:
    filed = redress.file()
    case = filed["id"]
    li_na = redress.person("li.na")

    inbox = li_na.get("/api/tasks")
    assert [(task["element"], task["complaint_id"], task["state"]) for task in inbox["items"]] == [
        ("acknowledge", case, "open")
    ]
    claimed = li_na.post(f"/api/tasks/{inbox['items'][0]['id']}/claim")
    assert claimed["task"]["assignee"] == "li.na"
    done = redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我会跟进到底。"})
    assert done["task"]["state"] == "done"
    assert done["next"]["element"] == "verify"

    redress.do("li.na", "verify", case, VERIFIED)
    for element, login in (("inspection", "zhou.qiang"), ("academic_evidence", "zhao.lei")):
        tasks = li_na.get(f"/api/complaints/{case}")["tasks"]
        if element in [task["element"] for task in tasks]:
            redress.do(login, element, case, INVESTIGATED[element])
    redress.do("li.na", "respond", case, {"response_text": "我们已调取课程记录，正在核实。"})
    redress.do("li.na", "plan", case, PLAN)
    redress.do("li.na", "carry_out", case, {"carried_out": "课件已更正，补课已安排。"})
    redress.do("li.na", "send_result", case, {"result_text": "课件已更正，并为您安排了补课。"})
    assert li_na.get(f"/api/complaints/{case}")["status"] == "resolved"

    redress.later(minutes=2)
    complainant = redress.complainant(filed["tracking_code"])
    assert complainant.get("/api/track")["status"] == "resolved"
    complainant.post("/api/track/satisfaction", {"satisfied": True, "text": "谢谢"})
    redress.do(
        "li.na", "close_case", case,
        {"root_cause": "content_outdated", "root_cause_text": "课件未同步。", "improvement": "none",
         "no_change_reason": "已有的检查足够。"},
    )  # fmt: skip
    closed = li_na.get(f"/api/complaints/{case}")
    assert (closed["status"], closed["closure"]) == ("closed", "satisfied")
    redress.later(minutes=2)
    assert complainant.get("/api/track")["closure"] == "satisfied"


INVESTIGATED = {
    "inspection": {"quality_problem": "yes", "inspection_report": "听课两次，属实。"},
    "academic_evidence": {"evidence_summary": "已核对课表与合同。"},
}
