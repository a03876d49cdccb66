"""Routine complaints over HTTP as far as their result, for tests that begin there."""

from __future__ import annotations

from tests.support.application import House

VERIFIED = {"outcome": "complete", "verification_summary": "x"}
PLAN = {"next": "submit", "root_cause": "other", "root_cause_text": "x", "finding": "属实。", "remedy": "更正。"}
CLOSED = {"root_cause": "other", "root_cause_text": "x", "improvement": "none", "no_change_reason": "x"}


def resolved(redress: House) -> tuple[str, str]:
    """Return id and tracking code of a routine case whose result is out."""
    filed = redress.file(by="li.na", category="other")
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我会跟进。"})
    redress.do("li.na", "verify", case, VERIFIED)
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    redress.do("li.na", "plan", case, PLAN)
    redress.do("li.na", "carry_out", case, {"carried_out": "好。"})
    redress.do("li.na", "send_result", case, {"result_text": "已更正。"})
    redress.later(minutes=2)  # until then it could be sent back, and nobody outside knows of it
    return case, filed["tracking_code"]
