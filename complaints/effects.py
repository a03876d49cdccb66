"""What the diagram's service tasks write down, in the transaction of the step that reached them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, update

from complaints.case_now import keep_facts
from complaints.overwritten import keep_before, write_complaint
from complaints.people.ownership import change_owner
from complaints.plan.action_rows import open_actions
from complaints.plan.refund_figures import to_be_paid
from complaints.plan.remedies import drop_remedies, give, give_to_newcomers, remedy_facts, void_remedies
from complaints.tables import SUPERSEDED, VOID, affected, complaint, refund_line
from engine.case_work import CaseWork, EffectHandler
from engine.errors import Conflict, Unfit
from engine.model.step import Effect
from forms.money import in_decimals

OUT_OF_PLAN = (SUPERSEDED, VOID)
"""States of refund lines that no plan holds any more."""


def minor_units(amount: str) -> int:
    """Return an amount with at most two decimals as an integer of hundredths (fen). Exact."""
    return int(Decimal(amount) * 100)


def record(work: CaseWork, effect: Effect) -> None:
    """Write a line into the case's log: what kind of thing, and what the diagram says about it."""
    said = {name: value for name, value in effect.parameters.items() if name not in ("kind", "name", "element")}
    work.log("recorded", name=str(effect.parameters["kind"]), element=effect.element, **said)


def retention_hold(work: CaseWork, effect: Effect) -> None:
    """Forbid deletion of this case until the hold is lifted (R-004-10). Repeating is safe."""
    write_complaint(work, retention_hold=str(effect.parameters["reason"]))
    work.log("retention-hold", element=effect.element, reason=effect.parameters["reason"])


def take_over(work: CaseWork, effect: Effect) -> None:
    """Act on what was decided about a late case: take over at once, or offer the case to somebody.

    Raises Unfit, naming the field of the form that the diagram passes as `to`, for somebody who cannot own the case or
    owns it already.
    """
    action, principal = effect.parameters.get("action"), work.actor.principal
    why = str(effect.parameters.get("why") or "")
    if action == "take_over" and principal is not None:
        change_owner(work, principal.person_id, reason=why)
    elif action == "reassign" and effect.parameters.get("to"):
        try:
            change_owner(work, str(effect.parameters["to"]), reason=why, offer=True)
        except Unfit as refusal:
            place = _field_of(work, effect, "to")
            fields = [{**each, "field": place} for each in refusal.details["fields"]]
            raise Unfit(refusal.message, fields=fields) from None


def _field_of(work: CaseWork, effect: Effect, parameter: str) -> str:
    """Return where people filled in a parameter: the field of a form that the diagram passes, else its own name."""
    element = work.process.diagram.elements.get(effect.element or "")
    source = element.parameters.get(parameter, "").strip() if element is not None else ""
    return f"/{source}" if source in work.process.form_fields else parameter


def record_plan(work: CaseWork, effect: Effect) -> None:
    """Write the plan's refund lines and open its interim measures.

    Lines of an earlier plan that wait still, and are in the new one no more, are superseded; they stay in their row.
    """
    lines = {_line_id(work, line["id"]): line for line in effect.made["refunds"]}
    table = refund_line.c
    known = {row.id: row for row in work.read(select(refund_line).where(table.case_id == work.case_id))}
    for line_id, row in known.items():
        if line_id not in lines and row.state in ("planned", "approved"):
            keep_before(work, refund_line, line_id, {"state": row.state})
            work.connection.execute(update(refund_line).where(table.id == line_id).values(state=SUPERSEDED))
    fresh: list[dict[str, Any]] = []
    for line_id, line in lines.items():
        old = known.get(line_id)
        values = {
            "id": line_id, "case_id": work.case_id, "payee": line["payee"], "amount_minor": minor_units(line["amount"]),
            "approved_minor": _approved(line), "currency": line["currency"], "state": line["state"],
            "cause": f"{work.batch}:{effect.cause}", "reviewed_by": None, "reviewed_at": None, "reasons": None,
        }  # fmt: skip
        if old is None:
            fresh.append(values)
        elif old.state in OUT_OF_PLAN:
            # Plans that were counted from the beginning again, in another process, number their lines alike.
            keep_before(work, refund_line, line_id, {name: old._mapping[name] for name in values})
            work.update(refund_line, table.id == line_id, **values)
    work.insert(refund_line, *fresh)
    open_actions(work, effect)


def record_remedies(work: CaseWork, effect: Effect) -> None:
    """Write one remedy a person, for everybody on the list, or for the complainant alone (R-004-21).

    Of a remedy that was recorded before, only people who have joined since get theirs. What the plan no longer gives
    becomes void for whoever has not got it.
    """
    made = effect.made
    if not (made["remedies"] or made["remedies_again"] or made["remedies_dropped"]):
        return
    drop_remedies(work, made["remedies_dropped"])
    people = list(
        work.connection.execute(
            select(affected.c.id).where(affected.c.case_id == work.case_id, affected.c.left_at.is_(None))
        ).scalars()
    )
    give(work, made["remedies"], people or [None], effect.cause)
    if made["remedies_again"]:
        give_to_newcomers(work, made["remedies_again"], people, effect.cause)
    # The step has counted already; what the rows say goes first, whatever it reckoned with.
    keep_facts(work, remedy_facts(work))


def record_approval(work: CaseWork, effect: Effect) -> None:
    """Write down what the approval covers."""
    work.log("approved", element=effect.element, **effect.made["ceiling"])


def record_refund_decision(work: CaseWork, effect: Effect) -> None:
    """Write down the review of a refund line. Raises Conflict for a line that the record does not have, or no more."""
    line, principal = effect.made["line"], work.actor.principal
    _write_line(
        work, line["id"], state=line["state"], approved_minor=_approved(line),
        reasons=effect.made["reasons"], reviewed_by=principal.person_id if principal else None, reviewed_at=work.now,
    )  # fmt: skip


def record_payment(work: CaseWork, effect: Effect) -> None:
    """Write down that a refund was paid.

    Raises Conflict for a line that the record does not have, or no more, and Unfit for a day of payment that lies ahead
    or before the day on which the complaint was received, as people of the case count days. That is no policy of the
    house, so no process can change it: neither day can be true. What was paid before anybody complained was paid for
    another reason, and a day that is mistyped would stand in the record of money for good.
    """
    line = effect.made["line"]
    paid_on = date.fromisoformat(effect.made["paid_on"]) if effect.made["paid_on"] else None
    if paid_on is not None:
        _check_day_of_payment(work, paid_on)
    _write_line(work, line["id"], state="paid", paid_on=paid_on, reference=effect.made["reference"])
    amount = in_decimals(to_be_paid(line), line["currency"])
    work.log("refund-paid", name=line["id"], amount=amount, currency=line["currency"])


def _check_day_of_payment(work: CaseWork, paid_on: date) -> None:
    zone = ZoneInfo(work.services.zone(work.row["facts"]))
    if paid_on > work.now.astimezone(zone).date():
        raise Unfit("The day of payment lies ahead.", fields=[{"field": "/paid_on", "code": "in-the-future"}])
    table = complaint.c
    received: datetime = work.connection.execute(
        select(table.received_at).where(table.case_id == work.case_id)
    ).scalar_one()
    if paid_on < received.astimezone(zone).date():
        raise Unfit(
            "The day of payment lies before the day on which the complaint was received.",
            fields=[{"field": "/paid_on", "code": "before-receipt"}],
        )


def void_plan(work: CaseWork, effect: Effect) -> None:
    """Write down which refunds and remedies are void; on the record only where there were any. Repeating is safe."""
    refunds = [_line_id(work, line_id) for line_id in effect.made["refunds"]]
    if refunds:
        work.connection.execute(update(refund_line).where(refund_line.c.id.in_(refunds)).values(state=VOID))
    remedies = void_remedies(work)
    if refunds or remedies:
        work.log("plan-void", element=effect.element, refunds=len(refunds), remedies=remedies)


def _approved(line: Mapping[str, Any]) -> int | None:
    return None if line.get("approved") is None else minor_units(line["approved"])


def _write_line(work: CaseWork, line_id: str, **values: Any) -> None:
    table = refund_line.c
    mine = and_(table.id == _line_id(work, line_id), table.state.not_in(OUT_OF_PLAN))
    if work.update(refund_line, mine, **values) != 1:
        raise Conflict("This refund is no longer part of the plan.", refund=line_id)


def _line_id(work: CaseWork, line_id: str) -> str:
    return f"{work.case_id}-{line_id}"


EFFECTS: Mapping[str, EffectHandler] = {
    "record": record,
    "retention_hold": retention_hold,
    "change_owner": take_over,
    "record_plan": record_plan,
    "open_actions": open_actions,
    "record_remedies": record_remedies,
    "record_approval": record_approval,
    "record_refund_decision": record_refund_decision,
    "record_payment": record_payment,
    "void_plan": void_plan,
}
