"""What people write into the forms of the process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

QUESTION = "请问是哪一天、哪个班级？"
PAPERS = "请补交缴费凭证。"
CAUSE = {"root_cause": "procedure", "root_cause_text": "流程没有跟上。"}
SIMPLE: Mapping[str, Mapping[str, Any]] = {
    "acknowledge": {"acknowledgement_text": "您反映的事项已受理，由我负责到底。", "contact_way": "message"},
    "explain_exit": {"exit_text": "经核实，现将情况和理由说明如下。"},
    "respond": {"response_text": "我们正在核实，核实后马上告诉您结果。"},
    "academic_evidence": {"evidence_summary": "学籍、缴费与课堂记录已核对。"},
    "inspection": {"quality_problem": "yes", "inspection_report": "随堂听课并抽查教案。"},
    "hear_respondent": {"heard": "declined", "hearing_note": "已两次约谈。"},
    "legal_opinion": {"opinion": "宣传用语与合同条款不一致。", "advice": "建议按合同退费。"},
    "carry_out": {"carried_out": "方案各项均已落实。"},
    "send_result": {"result_text": "经核实情况属实，处理结果如下。"},
    "close_case": {**CAUSE, "improvement": "change", "process_change": "每月复核一次流程。"},
    "final_word": {"final_text": "我们再次核实，情况如前所述。"},
    "facilities_reply": {"reply": "可以增加插座。", "sure": "certain"},
    "academic_reply": {"reply": "以教务通知为准。", "sure": "certain"},
    "leadership_look": {"decision": "reopen", "instruction": "请当面沟通后重新处理。"},
}


def late(action: str, to: str) -> dict[str, Any]:
    """Return what whoever looks after a late case decides."""
    more: dict[str, dict[str, Any]] = {
        "reassign": {"reassign_to": to, "reason": "原经办人忙不过来。"},
        "extend": {"extend_working_days": 5, "why": "等待第三方检测报告。"},
        "interim_answer": {"interim_text": "您的事项仍在处理，明天给您进一步答复。"},
    }
    return {"action": action, **more.get(action, {})}


def verify(outcome: str, *, duplicate_of: str, asks: tuple[str, ...]) -> dict[str, Any]:
    """Return what verification found."""
    more: dict[str, dict[str, Any]] = {
        "complete": {"verification_summary": "已与投诉人和记录核对。", **dict.fromkeys(asks, True)},
        "ask_back": {"question": QUESTION},
        "unfounded": {"grounds": "记录显示并无此事。"},
        "out_of_scope": {"grounds": "不属于本校职责。"},
        "duplicate": {"duplicate_of": duplicate_of},
    }
    return {"outcome": outcome, **more[outcome]}


def plan(
    now: datetime, *, actions: int, remedies: bool, refunds: int, amount: str, more_evidence: bool
) -> dict[str, Any]:
    """Return a plan, or the request for more evidence."""
    if more_evidence:
        return {"next": "more_evidence", "ask_academic": True, "ask_hearing": True}
    due = (now + timedelta(days=7)).date().isoformat()
    found: dict[str, Any] = {"next": "submit", **CAUSE, "finding": "情况属实。", "remedy": "更正并致歉。"}
    if actions:
        found["actions"] = [
            {"title": f"整改事项{n}", "owner_team": "academic", "due_on": due, "blocking": True} for n in range(actions)
        ]
    if remedies:
        found["remedies"] = [{"kind": "apology", "note": "书面致歉"}]
    if refunds:
        found["refunds"] = [
            {"payee": f"学员{n}", "amount": {"amount": amount, "currency": "CNY"}} for n in range(refunds)
        ]
    return found


def answer(department: str) -> dict[str, Any]:
    """Return the answer to a question, or the question to a department."""
    if not department:
        return {"next": "send", "answer_text": "补考报名从三月十六日开始。"}
    asked = {"department": department, "department_question": "请核实并答复。"}
    return {"next": "ask", **asked, "acknowledgement_text": "已收到，我们向有关部门核实后答复您。"}


def decision(vote: str, now: datetime) -> dict[str, Any]:
    """Return one vote: approve, conditions, reject."""
    if vote == "conditions":
        due = (now + timedelta(days=7)).date().isoformat()
        condition = {"title": "一周内书面报告整改情况", "owner_team": "academic", "due_on": due}
        return {"decision": "approve_with_conditions", "reasons": "同意，附条件。", "conditions": [condition]}
    if vote == "reject":
        return {"decision": "reject", "reasons": "根本原因没有说清。"}
    return {"decision": "approve", "reasons": "处理得当，同意。"}


def review(decided: str, amount: str) -> dict[str, Any]:
    """Return the review of a refund: approve, reject, need_papers."""
    more: dict[str, dict[str, Any]] = {
        "approve": {"amount": {"amount": amount, "currency": "CNY"}},
        "reject": {"reasons": "已超过可退期限。"},
        "need_papers": {"papers_wanted": PAPERS},
    }
    return {"decision": decided, **more[decided]}


def dated(element: str, now: datetime) -> dict[str, Any] | None:
    """Return the forms that name an instant or a day; None for other elements."""
    day = now.date().isoformat()
    forms: dict[str, dict[str, Any]] = {
        "facilities_check": {"site_state": "safe", "facilities_report": "现场已查看。", "checked_on": day},
        "fault_statement": {
            "fault_start": (now - timedelta(hours=5)).isoformat(), "fault_state": "fixed",
            "fault_end": (now - timedelta(hours=1)).isoformat(), "fault_cause": "服务中断。",
            "fault_progress": "已恢复。",
        },
        "external_procedure": {
            "procedures": ["safety_emergency"], "procedure_note": "已按规定报告。",
            "procedure_started_at": now.isoformat(),
        },
        "pay_refund": {"paid_on": day, "reference": "TK-1", "pay_way": "original"},
    }  # fmt: skip
    return forms.get(element)
