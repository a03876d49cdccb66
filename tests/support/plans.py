"""Complaints over HTTP as far as their plan, for tests that begin there."""

from __future__ import annotations

from tests.support.application import House

PLAN = {
    "next": "submit",
    "root_cause": "content_outdated",
    "root_cause_text": "教材更新后课件没有同步。",
    "finding": "投诉属实。",
    "remedy": "更正课件并补课。",
}


def plan_made(redress: House) -> str:
    """Return a major case whose plan waits for leadership."""
    case: str = redress.file(by="li.na", people=12)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    redress.do("zhou.qiang", "inspection", case, {"quality_problem": "yes", "inspection_report": "属实。"})
    redress.do("zhao.lei", "academic_evidence", case, {"evidence_summary": "已核对。"})
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    redress.do("li.na", "plan", case, PLAN)
    return case


def planned(redress: House, *lines: tuple[str, str, str]) -> str:
    """Return a case of Li Na's whose plan refunds these lines."""
    case: str = redress.file(by="li.na", category="other")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    refunds = [{"payee": payee, "amount": {"amount": amount, "currency": money}} for payee, amount, money in lines]
    redress.do("li.na", "plan", case, {**PLAN, "refunds": refunds})
    return case
