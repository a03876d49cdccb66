"""Which refund of the plan a step is about, where a plan has several (R-004-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints.plan.refund_figures import to_be_paid
from forms.display import shown_fact
from forms.languages import Labels, pick
from forms.money import in_decimals

IN_WORDS: Labels = {
    "zh-CN": "本次办理：{amount}，收款人{payee}（方案中的第 {number} 笔退费，共 {of} 笔）",
    "ko": "이번에 처리할 환불: {amount}, 받는 사람 {payee} (방안의 환불 {of}건 중 {number}번째)",
    "en": "In hand: {amount} to {payee} (refund {number} of {of} in the plan)",
}


def refund_in_hand(facts: Mapping[str, Any], line_id: object, language: str) -> Mapping[str, Any] | None:
    """Return the planned line of this number, None where the plan has none such.

    `id`, `payee`, `amount` (`{"amount": "300.00", "currency": "CNY"}`: what is planned, after the review what was
    approved), `state`, `number` and `of` (its place among the refunds of the plan), and `text`: all of it in words.
    """
    lines = facts.get("planned_refunds") or []
    for number, line in enumerate(lines, start=1):
        if line["id"] == line_id:
            amount = {"amount": in_decimals(to_be_paid(line), line["currency"]), "currency": line["currency"]}
            said = {"amount": shown_fact(amount, language), "payee": line["payee"], "number": number, "of": len(lines)}
            return {
                "id": line["id"], "payee": line["payee"], "amount": amount, "state": line["state"],
                "number": number, "of": len(lines), "text": pick(IN_WORDS, language).format_map(said),
            }  # fmt: skip
    return None
