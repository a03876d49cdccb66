"""The figures of the planned refunds that decision tables, conditions and ceilings read, worked out purely.

Two of them say how much is at stake: `largest_refund`, the largest single line, and `largest_refund_per_payee`, the
largest total of the lines to one payee. Which of them decides is for the process to say: its tables and its ceiling
read the one or the other (R-004-18). A third, `planned_payees`, says to how many payees there is a line that is not
rejected: who was approved for one is not approved for five. A process that wants the second or the third one only has
to have the fact.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from typing import Any

from complaints.wording import alike

SETTLED = ("paid", "rejected")
SINGLE, PER_PAYEE = "largest_refund", "largest_refund_per_payee"
LINE_IN_HAND = "refund_line"
"""The variable of the diagram that holds the number of the line in hand."""
PAYEES = "planned_payees"
CEILING_PAYEES = "ceiling_payees"


def covered_figure(facts: Container[str]) -> str:
    """Return the name of the figure that an approval covers: the total to one payee, where the process has that fact.

    Else the largest single refund. `facts`: by their names.
    """
    return PER_PAYEE if PER_PAYEE in facts else SINGLE


def refund_facts(lines: list[Any], initial: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from the lines; `initial`: what the facts of the process begin with.

    A paid line counts with what was really paid, others with what is planned, rejected ones not at all.
    """
    home = initial["planned_currency"]
    counted = [line for line in lines if line["state"] != "rejected"]
    foreign = sorted({line["currency"] for line in counted} - {home})
    waiting = [line["id"] for line in lines if line["state"] not in SETTLED]
    totals = _by_payee(counted)
    asked = {PER_PAYEE: str(max(totals.values(), default=Decimal(0))), PAYEES: len(totals)}
    return {
        "planned_refunds": lines,
        SINGLE: str(max((_counts(line) for line in counted), default=Decimal(0))),
        **{name: figure for name, figure in asked.items() if name in initial},
        # Amounts in different currencies are never compared: the one that has no threshold decides.
        "planned_currency": foreign[0] if foreign else home,
        "waiting_refunds": waiting,
        "reviewed_refunds": [line["id"] for line in lines if line["state"] == "approved"],
        "open_refunds": len(waiting),
    }


def to_be_paid(line: Mapping[str, Any]) -> str:
    """Return the amount of a line that is paid: what the review has approved, before it what is planned."""
    return str(line.get("approved") or line["amount"])


def _counts(line: Mapping[str, Any]) -> Decimal:
    return Decimal(to_be_paid(line) if line["state"] == "paid" else line["amount"])


def _by_payee(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        payee = alike(line["payee"])
        sums[payee] = sums.get(payee, Decimal(0)) + _counts(line)
    return sums
