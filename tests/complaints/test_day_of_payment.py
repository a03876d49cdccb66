"""The day on which a refund was paid: not ahead, and not before the complaint was there, as people count days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from complaints.effects import EFFECTS
from complaints.tables import complaint, refund_line
from engine.case_work import SYSTEM
from engine.commands.complete import CompleteTask
from engine.errors import Unfit
from engine.model.step import Effect
from tests.complaints.office import DAY, MONDAY, Office
from tests.complaints.walk import reach_plan

PLAN: dict[str, Any] = {"refunds": [{"payee": "Gil", "amount": {"amount": "20", "currency": "CNY"}}]}
SEVEN_ON_MONDAY = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
"""In Shanghai; Sunday elsewhere."""


def pay(office: Office, case: str, paid_on: str) -> None:
    """Write down a payment on the day after the complaint was received."""
    line = {"id": "1.1", "amount": "20", "currency": "CNY", "state": "paid"}
    made = {"line": line, "paid_on": paid_on, "reference": "TK1"}
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, SYSTEM, MONDAY + DAY)
        EFFECTS["record_payment"](work, Effect("record_payment", {}, None, "x", made=made))
        unit.commit()


@pytest.fixture
def case(office: Office) -> str:
    """Return a case with a refund to pay, received at seven on Monday in Shanghai."""
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    with office.database.write() as unit:
        unit.connection.execute(complaint.update().values(received_at=SEVEN_ON_MONDAY))
        unit.commit()
    return case


@pytest.mark.parametrize("paid_on", ["2026-03-02", "2026-03-03"])
def test_a_refund_is_paid_from_the_day_of_receipt_to_today(office: Office, case: str, paid_on: str) -> None:
    pay(office, case, paid_on)
    assert [(row.state, row.paid_on) for row in office.rows(refund_line, case)] == [
        ("paid", date.fromisoformat(paid_on))
    ]


@pytest.mark.parametrize(
    ("paid_on", "code", "message"),
    [
        ("2026-03-04", "in-the-future", "The day of payment lies ahead."),
        (
            "2026-03-01",
            "before-receipt",
            "The day of payment lies before the day on which the complaint was received.",
        ),
        (
            "1900-01-01",
            "before-receipt",
            "The day of payment lies before the day on which the complaint was received.",
        ),
    ],
)
def test_no_refund_is_paid_on_another_day(office: Office, case: str, paid_on: str, code: str, message: str) -> None:
    with pytest.raises(Unfit) as caught:
        pay(office, case, paid_on)
    assert (caught.value.message, caught.value.details["fields"]) == (message, [{"field": "/paid_on", "code": code}])
    assert [row.state for row in office.rows(refund_line, case)] == ["planned"]
