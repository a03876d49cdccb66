"""Amounts are told in the decimals of their currency: what was read may be sent back."""

from __future__ import annotations

import pytest

from queries.refund_in_hand import refund_in_hand
from tests.support.application import House
from tests.support.plans import planned


@pytest.mark.parametrize(
    ("sent", "currency", "told"),
    [
        ("1200", "KRW", "1200"),
        ("1200", "CNY", "1200.00"),
        ("1200.5", "CNY", "1200.50"),
        ("9999999999999", "KRW", "9999999999999"),
        ("0.01", "USD", "0.01"),
    ],
)
def test_an_amount_is_told_in_the_decimals_of_its_currency_and_may_be_sent_back_as_it_was_read(
    redress: House, sent: str, currency: str, told: str
) -> None:
    owner = redress.person("li.na")
    path = f"/api/complaints/{redress.file(by='li.na', refund={'amount': sent, 'currency': currency})['id']}"
    for _ in range(2):
        seen = owner.call("GET", path)
        assert seen.json()["refund"] == {"amount": told, "currency": currency}
        assert seen.json()["facts"]["refund"] == told
        again = owner.call(
            "PATCH", f"{path}/facts", {"refund": seen.json()["refund"]}, headers={"If-Match": seen.headers["ETag"]}
        )
        assert (again.status_code, again.json()["facts"]["refund"]) == (200, told), again.text


def test_a_refund_in_won_has_no_decimals_wherever_it_is_told(redress: House) -> None:
    case = planned(redress, ("김민지", "3000", "KRW"), ("이준", "300", "KRW"))
    told = [{"amount": "3000", "currency": "KRW"}, {"amount": "300", "currency": "KRW"}]
    seen = redress.person("li.na").get(f"/api/complaints/{case}")
    assert [line["amount"] for line in seen["refunds"]] == told


@pytest.mark.parametrize(("currency", "told"), [("KRW", "3000"), ("CNY", "3000.00")])
def test_the_refund_in_hand_is_told_in_the_decimals_of_its_currency(currency: str, told: str) -> None:
    line = {"id": "1.1", "payee": "Min", "amount": "3000", "currency": currency, "state": "planned"}
    found = refund_in_hand({"planned_refunds": [line]}, "1.1", "en")
    assert found is not None
    assert found["amount"] == {"amount": told, "currency": currency}
