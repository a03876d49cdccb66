"""The planned refund lines are changed outside the plan's form: the figures and the rows that follow (R-004-18)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from complaints import effects
from complaints.plan import plan_lines
from complaints.wording import one_line
from engine.case_work import CaseWork
from engine.errors import Unfit
from engine.kernel.case_facts import typed_facts
from engine.model.step import Effect
from forms.money import known_currencies, money_faults

MOST_LINES = 500
NUMBERED_FROM = 1_000_000
"""Ids of lines begin with a revision; those made here begin beyond every revision that a plan can have."""
NEEDED = frozenset({"planned_refunds", "plan_revision", "refunds_revision", "open_actions", "actions_opened"})
"""Facts that a process must have for its refunds to be planned."""


def checked_lines(work: CaseWork, asked: Any) -> list[dict[str, Any]]:
    """Return the lines `[{"payee", "amount": {"amount", "currency"}}]`. Raises Unfit naming each place."""
    if not work.process.config.facts.keys() >= NEEDED:
        raise _unfit("refunds", "unknown-fact")
    if not isinstance(asked, list | tuple):
        raise _unfit("refunds", "not-list")
    if len(asked) > MOST_LINES:
        raise _unfit("refunds", "too-many")
    lines = []
    for number, line in enumerate(asked):
        at = f"refunds/{number}"
        if not isinstance(line, Mapping) or line.keys() - {"payee", "amount"}:
            raise _unfit(at, "shape")
        faults = money_faults(line.get("amount"), known_currencies())
        if faults:
            part, code, values = faults[0]
            raise _unfit(f"{at}/amount/{part}".rstrip("/"), code, values)
        if Decimal(line["amount"]["amount"]) <= 0:
            raise _unfit(f"{at}/amount/amount", "not-positive")
        lines.append({"payee": one_line(f"{at}/payee", line.get("payee")), "amount": dict(line["amount"])})
    return lines


def replan_refunds(work: CaseWork, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Write the rows of the new lines, and return the facts that follow.

    An unchanged line keeps its review, a changed one loses it, a paid one stays. The plan's revision stays: whether
    its approval still covers the refunds is for the ceiling to say. Repeating the same lines changes nothing.
    """
    facts = typed_facts(work.process, work.row["facts"])
    facts["plan_revision"] = NUMBERED_FROM + facts["refunds_revision"]
    follows = plan_lines.record_plan({}, {"refunds": lines}, facts, work.process.fact_defaults)
    effects.record_plan(work, Effect("record_plan", {}, None, "facts", made=follows.made))
    return {n: v for n, v in follows.facts.items() if n not in ("plan_revision", "open_actions", "actions_opened")}


def _unfit(field: str, code: str, values: Mapping[str, Any] | None = None) -> Unfit:
    fault = {"field": field, "code": code, **({"values": values} if values else {})}
    return Unfit("The planned refunds do not fit.", fields=[fault])
