"""What a vote on a plan may not say: a ceiling below what is to be approved, or in another currency (R-004-18)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from complaints.answer_meanings import APPROVES, form_means
from complaints.plan.refund_figures import covered_figure
from engine.case_work import CaseWork
from engine.errors import Unfit
from engine.kernel.case_facts import typed_facts


def check_ceiling(work: CaseWork, data: Mapping[str, Any]) -> None:
    """Raise Unfit, naming the field, for an approval that would not cover the plan it approves.

    Looks at the answers `covers_people` and `covers_refund` of a form that approves (`[answers.approves]` of the
    process says by which answer); left out, they cover what there is today. What a refusal would have covered is asked
    of nobody.
    """
    if not form_means(work, APPROVES, data, unasked=False):
        return
    specs = work.process.config.facts
    names = ("people", covered_figure(specs), "planned_currency")
    if not specs.keys() >= set(names):
        return
    facts = typed_facts(work.process, work.row["facts"])
    people, largest, currency = (facts[name] for name in names)
    wrong: list[dict[str, Any]] = []
    covers = data.get("covers_people")
    if covers is not None and covers < people:
        wrong.append({"field": "/covers_people", "code": "below-present", "values": {"present": people}})
    money = data.get("covers_refund")
    if money is not None and money["currency"] != currency:
        wrong.append({"field": "/covers_refund/currency", "code": "other-currency", "values": {"currency": currency}})
    elif money is not None and Decimal(money["amount"]) < largest:
        present = f"{largest} {currency}"
        wrong.append({"field": "/covers_refund/amount", "code": "below-present", "values": {"present": present}})
    if wrong:
        raise Unfit("The approval would not cover the plan.", fields=wrong)
