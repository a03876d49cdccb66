"""A posted page becomes the answer that the schema describes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forms.clean import clean
from forms.decode import decode, rows_wanted, with_readonly
from forms.validate import validate
from tests.forms.samples import equipment

SHANGHAI = ZoneInfo("Asia/Shanghai")
WAS = ("noticed_at.was", "2024-05-31T02:30:00.5Z")


@pytest.mark.parametrize(
    ("pairs", "data"),
    [
        ([("pieces", "3"), ("weight", "2.5")], {"pieces": 3, "weight": 2.5}),
        ([("pieces", "１２")], {"pieces": 12}),
        ([("pieces", "1,200")], {"pieces": 1200}),
        ([("pieces", "-3")], {"pieces": -3}),
        ([("pieces", "3.5")], {"pieces": "3.5"}),
        ([("pieces", "three")], {"pieces": "three"}),
        ([("pieces", "9" * 5000)], {"pieces": "9" * 5000}),
        ([("weight", "1e999")], {"weight": "1e999"}),
        ([("weight", "nan")], {"weight": "nan"}),
        ([("usable", "true")], {"usable": True}),
        ([("usable", "false")], {"usable": False}),
        ([("usable", "")], {}),
        ([("usable", "maybe")], {"usable": "maybe"}),
        ([("summary", ""), ("serial", "  ")], {}),
        ([("summary", "a"), ("summary", "b")], {"summary": "b"}),
        ([("marks", "dirty"), ("marks", "scratched")], {"marks": ["dirty", "scratched"]}),
        ([("deposit.amount", "12"), ("deposit.currency", "CNY")], {"deposit": {"amount": "12", "currency": "CNY"}}),
        ([("deposit.amount", ""), ("deposit.currency", "CNY")], {}),
        ([("deposit.amount", "12")], {"deposit": {"amount": "12"}}),
        ([("deposit", "12")], {"deposit": "12"}),
        ([("contact.name", "A"), ("contact.email", "")], {"contact": {"name": "A"}}),
        (
            [("costs.0.purpose", ""), ("costs.7.purpose", "b"), ("costs.2.purpose", "a"), ("costs.2.due_on", "")],
            {"costs": [{"purpose": "a"}, {"purpose": "b"}]},
        ),
        ([("costs.99999999.purpose", "a")], {"costs.99999999.purpose": "a"}),
        ([("costs.x.purpose", "a")], {"costs.x.purpose": "a"}),
        ([("noticed_at", "2024-05-31T10:30")], {"noticed_at": "2024-05-31T02:30:00Z"}),
        ([("noticed_at", "2024-05-31 10:30:15")], {"noticed_at": "2024-05-31T02:30:15Z"}),
        ([("noticed_at", "yesterday")], {"noticed_at": "yesterday"}),
        ([("noticed_at", "2024-05-31T10:30"), WAS], {"noticed_at": WAS[1]}),
        ([("noticed_at", "2024-05-31T10:31"), WAS], {"noticed_at": "2024-05-31T02:31:00Z"}),
        ([("noticed_at", ""), WAS], {}),
        ([("_csrf", "token"), ("_add", "/costs"), ("colour", "red")], {"colour": "red"}),
        ([("borrower", "somebody else")], {"borrower": "somebody else"}),
    ],
)  # fmt: skip
def test_each_kind_of_control_is_read(pairs: list[tuple[str, str]], data: dict[str, Any]) -> None:
    if data.get("borrower"):
        # A read-only field is never taken from the post.
        assert decode(equipment(), pairs, zone=SHANGHAI) == {}
        assert decode(equipment(), pairs, zone=SHANGHAI, kept={"borrower": "王芳"}) == {"borrower": "王芳"}
    else:
        assert decode(equipment(), pairs, zone=SHANGHAI) == data


def test_what_does_not_fit_its_type_is_reported_beside_the_field() -> None:
    pairs = [("outcome", "complete"), ("summary", "fine"), ("pieces", "three"), ("deposit.amount", "12 yuan")]
    data = clean(equipment(), decode(equipment(), [*pairs, ("deposit.currency", "CNY")]))
    assert [(p.pointer, p.code) for p in validate(equipment(), data)] == [
        ("/pieces", "type_integer"),
        ("/deposit/amount", "money_amount"),
    ]


def test_a_time_that_the_zone_never_had_stays_as_it_was_typed() -> None:
    new_york = ZoneInfo("America/New_York")
    pairs = [("noticed_at", "2024-03-10T02:30")]
    assert decode(equipment(), pairs, zone=new_york) == {"noticed_at": "2024-03-10T02:30"}
    repeated = [("noticed_at", "2024-11-03T01:30")]
    assert decode(equipment(), repeated, zone=new_york) == {"noticed_at": "2024-11-03T05:30:00Z"}
    kept = [*repeated, ("noticed_at.was", "2024-11-03T06:30:00Z")]
    assert decode(equipment(), kept, zone=new_york) == {"noticed_at": "2024-11-03T06:30:00Z"}


def test_read_only_fields_of_other_clients_are_restored_too() -> None:
    data = {"outcome": "complete", "borrower": "somebody else"}
    assert with_readonly(equipment(), data, {"borrower": "王芳"}) == {"outcome": "complete", "borrower": "王芳"}
    assert with_readonly(equipment(), data, {}) == {"outcome": "complete"}


def test_another_row_is_shown_where_it_was_asked_for() -> None:
    pairs = [("_rows.costs", "4"), ("_add", "/costs"), ("_rows.contact.phones", "2"), ("_rows.evil", "x")]
    assert rows_wanted(pairs) == {"/costs": 5, "/contact/phones": 2}
