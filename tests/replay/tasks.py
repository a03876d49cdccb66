"""What a plan wants written into an open task, and what is remembered once that is acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.replay import forms
from tests.replay.case import Case

LATE = {"late_acknowledgement": "noted", "late_response": "noted", "late_case": "noted", "late_answer": "noted"}
"""Tasks of whoever looks after late work, with what is done where the plan says what this step does not know."""


def data_for(
    case: Case, task: Mapping[str, Any], file: Mapping[str, Any], now: datetime, *, duplicate_of: str
) -> dict[str, Any] | None:
    """Return the form of a task, None to leave it: nothing is said yet."""
    plan, element = case.plan, task["element"]
    if element in LATE:
        return _late(case, element, file)
    if element == "verify":
        outcome = plan.verify[min(case.completed["verify"], len(plan.verify) - 1)]
        return forms.verify(outcome, duplicate_of=duplicate_of, asks=plan.asks)
    if element == "plan":
        more = plan.more_evidence and case.completed["plan"] == 0
        first = case.completed["send_result"] == 0
        return forms.plan(
            now, actions=plan.actions, remedies=plan.remedies, refunds=len(plan.refunds) if first else 0,
            amount=plan.amount, more_evidence=more,
        )  # fmt: skip
    if element in ("decide_head", "decide_leadership"):
        return forms.decision(_vote(case, file), now)
    if element == "review_refund":
        return _review(case)
    if element == "answer":
        return forms.answer(plan.department if case.completed["answer"] == 0 else "")
    if element == "callback":
        return _callback(case)
    if element == "offer_mediation":
        return {"accepted": plan.mediation != "declined"}
    if element == "mediate":
        return {"mediation_result": plan.mediation, "agreement": "双方达成书面协议。"}
    return forms.dated(element, now) or dict(forms.SIMPLE[element])


def remember(case: Case, task: Mapping[str, Any], data: Mapping[str, Any], file: Mapping[str, Any]) -> None:
    """Note that a completion was acknowledged."""
    element = task["element"]
    if task["id"] in case.tasks:
        case.refused.append(f"{element} was acknowledged twice")
    case.tasks.add(task["id"])
    case.completed[element] += 1
    if element in ("decide_head", "decide_leadership"):
        revision = str(file["facts"]["plan_revision"])
        case.voted[revision] = case.voted.get(revision, 0) + 1
    if element == "review_refund":
        case.reviews += 1
    if element == "leadership_look":
        case.attempts = 0
    if element == "callback" and data["result"] == "not_reached":
        case.attempts += 1
    elif element == "callback":
        case.said += 1


def _late(case: Case, element: str, file: Mapping[str, Any]) -> dict[str, Any]:
    known = {"late_acknowledgement": ("take_over", "reassign", "noted"),
             "late_answer": ("take_over", "reassign", "noted"),
             "late_response": ("take_over", "reassign", "interim_answer", "noted"),
             "late_case": ("take_over", "reassign", "extend", "interim_answer", "noted")}[element]  # fmt: skip
    action = case.plan.late_action if case.plan.late_action in known else LATE[element]
    if action == "extend" and case.completed["late_case"]:
        action = "noted"
    # Nobody can be offered a case that is theirs, or one that nobody has taken yet and that is offered already.
    to = "wang.fang" if file["case_owner"] != "wang.fang" else "kim.minji"
    if action == "reassign" and file["hand_over"] is not None:
        action = "noted"
    return forms.late(action, to)


def _vote(case: Case, file: Mapping[str, Any]) -> str:
    revision = int(file["facts"]["plan_revision"])
    votes = case.plan.votes
    wanted = votes[min(max(revision, 1) - 1, len(votes) - 1)]
    if wanted == "split":
        return ("approve", "reject", "approve")[case.voted.get(str(revision), 0) % 3]
    return wanted


def _review(case: Case) -> dict[str, Any]:
    """The lines are decided in turn; one that waits for papers is decided again when they have come."""
    queue: list[str] = []
    late: list[str] = []
    for decided in case.plan.refunds:
        queue.append("need_papers" if decided == "papers" else decided)
        late += ["approve"] if decided == "papers" else []
    turns = queue + late
    return forms.review(turns[min(case.reviews, len(turns) - 1)], case.plan.amount)


def _callback(case: Case) -> dict[str, Any] | None:
    if case.attempts < case.plan.attempts:
        return {"result": "not_reached", "attempt_note": "无人接听"}
    if case.says == "silence":
        return None
    if case.says == "satisfied":
        return {"result": "satisfied", "rating": 5}
    return {"result": "not_satisfied", "dissatisfaction": "处理不到位。"}
