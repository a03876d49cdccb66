"""What a decision is about: the steps it decides on, how far it reaches, and what was approved before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from access.keys.stored_keys import with_key
from complaints.plan.refund_figures import CEILING_PAYEES, PAYEES, SINGLE, covered_figure
from engine.tables import instance, work_item
from queries.money import Money
from queries.reader import Reader


@dataclass(frozen=True)
class Reach:
    """How far an approval reaches: beyond any of these the case comes back to be decided again (R-004-18)."""

    people: int
    refund: Money | None
    """The largest of the plan, as `Basis.refund` counts it, None where the plan has none."""
    impact: str
    """In the reader's language."""
    revision: int
    """Of the plan."""
    payees: int | None = None
    """To how many there is a refund; None where the process does not count them."""


@dataclass(frozen=True)
class Basis:
    """What stands beside a decision."""

    decides_on: tuple[str, ...]
    """Elements whose forms are decided on, as the diagram keeps their authors apart (`exclude`)."""
    heard_in: frozenset[str]
    """Elements whose forms stand beside every decision (`beside_decisions`): what the other side said."""
    now: Reach
    refund: str | None
    """What the process calls the figure that its refunds are approved by; None: the largest single refund."""
    payees: str | None
    """What the process calls the number of payees; None: it does not count them."""
    before: Reach | None
    """What was approved last, None where nothing was."""
    quorum: int
    """How many have to agree."""
    named: bool
    """Somebody is complained about by name, so they must have been heard."""


def decision_basis(reader: Reader, task_id: str) -> Basis:
    """Return the basis of a decision, for whoever may know what it is about (`TaskDesk.informed`)."""
    asked = (
        select(work_item.c.element, work_item.c.case_id, instance.c.version_id)
        .add_columns(instance.c.facts)
        .join_from(work_item, instance, instance.c.case_id == work_item.c.case_id)
        .where(work_item.c.id == task_id)
    )
    [row] = reader.opened_along(reader.connection.execute(with_key(asked, work_item.c.case_id)))
    process = reader.process(row.version_id)
    words = reader.library.words.of(process)
    element = process.diagram.elements.get(row.element)
    facts: Mapping[str, Any] = row.facts
    impact = words.value("impact", facts.get("impact") or "", reader.language)
    figure, counted = covered_figure(process.config.facts), PAYEES in process.config.facts
    now = Reach(
        int(facts.get("people") or 1),
        _money(facts.get(figure), facts.get("planned_currency")),
        impact,
        int(facts.get("plan_revision") or 0),
        int(facts.get(PAYEES) or 0) if counted else None,
    )
    before = Reach(
        int(facts.get("ceiling_people") or 0),
        _money(facts.get("ceiling_refund"), facts.get("ceiling_currency")),
        "",
        int(facts.get("ceiling_revision") or 0),
        int(facts.get(CEILING_PAYEES) or 0) if counted else None,
    )
    return Basis(
        decides_on=element.listed("exclude") if element else (),
        heard_in=frozenset(
            each.id for each in process.diagram.elements.values() if each.properties.get("beside_decisions") == "true"
        ),
        now=now,
        refund=None if figure == SINGLE else words.fact(figure, reader.language),
        payees=words.fact(PAYEES, reader.language) if counted else None,
        before=before if before.people > 0 else None,
        quorum=int(facts.get("quorum") or 1),
        named=bool(facts.get("respondent_named")),
    )


def _money(amount: Any, currency: Any) -> Money | None:
    return Money(str(amount), str(currency or "")) if amount and str(amount) not in ("0", "0.00") else None
