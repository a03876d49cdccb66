"""Money is exact; dates, times and addresses are real ones."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.formats import FORMATS, canonical_instant, instant_of
from forms.money import cleaned_amount, in_decimals, known_currencies, money_faults

CURRENCIES = ("CNY", "KRW", "USD")


@pytest.mark.parametrize("amount", ["0", "0.5", "10000.01", "9999999999999.99", "12"])
def test_an_exact_amount_is_accepted(amount: str) -> None:
    assert money_faults({"amount": amount, "currency": "CNY"}, CURRENCIES) == []


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        ({"amount": 10.5, "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": 10, "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "-1", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "1e5", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "NaN", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "007", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "10.", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "１０", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "10000000000000", "currency": "CNY"}, [("amount", "money_amount")]),
        ({"amount": "1.005", "currency": "CNY"}, [("amount", "money_decimals")]),
        ({"amount": "100.5", "currency": "KRW"}, [("amount", "money_decimals")]),
        ({"amount": "1", "currency": "EUR"}, [("currency", "money_currency")]),
        ({"amount": "1", "currency": ["CNY"]}, [("currency", "money_currency")]),
        ({"amount": "1"}, [("currency", "required")]),
        ({"currency": "CNY"}, [("amount", "required")]),
        ({"amount": "1", "currency": "CNY", "rate": 2}, [("rate", "unknown_field")]),
        ("12 CNY", [("", "money_shape")]),
    ],
)
def test_an_amount_that_is_not_exact_is_refused(value: Any, faults: list[tuple[str, str]]) -> None:
    assert [fault[:2] for fault in money_faults(value, CURRENCIES)] == faults


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("１０，０００．５", "10000.5"), ("1,234,567", "1234567"), (" 12 ", "12"), ("1,23", "1,23"), ("twelve", "twelve")],
)
def test_an_amount_is_read_as_people_type_it(typed: str, stored: str) -> None:
    assert cleaned_amount(typed) == stored


@given(st.decimals(min_value=0, max_value=Decimal("9999999999999.99"), places=2))
def test_every_amount_with_separators_keeps_its_value(amount: Decimal) -> None:
    stored = cleaned_amount(f"{amount:,.2f}")
    assert Decimal(stored) == amount
    assert money_faults({"amount": stored, "currency": "CNY"}, CURRENCIES) == []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "date",
            ["2024-02-29"],
            ["2023-02-29", "20240229", "2024-2-9", "2024-W01-1", "２０２４-02-29", "2024-02-29T00:00"],
        ),
        (
            "date-time",
            ["2024-05-31T10:30:00Z", "2024-05-31T10:30:00.5+08:00", "2024-05-31t10:30:00z"],
            ["2024-05-31T10:30:00", "2024-05-31 10:30:00Z", "2024-13-01T00:00:00Z", "0001-01-01T00:00:00+08:00", "now"],
        ),
        (
            "email",
            ["a.b+c@example.com", "学生@例子.中国", "x@sub.example.co.kr"],
            ["a", "a@b", "a b@example.com", "a@example..com", "<a@example.com>", "a@" + "x" * 300 + ".com", "a@b.c\n"],
        ),
        (
            "uri",
            ["https://example.com", "http://example.com:8080/a?b=c#d", "HTTPS://例子.中国/路"],
            [
                "javascript:alert(1)",
                "ftp://example.com",
                "https://",
                "//example.com",
                "https://a b.com",
                'https://a"b.com',
            ],
        ),
    ],
)
def test_a_format_accepts_what_is_real_and_nothing_else(name: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not FORMATS[name](text)] == []
    assert [text for text in bad if FORMATS[name](text)] == []


@given(st.text(max_size=60))
def test_no_text_breaks_a_format(text: str) -> None:
    for test in FORMATS.values():
        assert test(text) in (True, False)


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_in_canonical_form_is_the_same_instant(moment: Any) -> None:
    try:
        text = canonical_instant(moment)
    except OverflowError:
        return
    assert instant_of(text) == moment.astimezone(UTC)
    assert text.endswith("Z")


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "XUA", "DEM", "CNX", "CHE", "cny", "", "ZZZ"])
def test_what_is_no_money_today_is_no_currency(code: str) -> None:
    assert [fault[:2] for fault in money_faults({"amount": "1", "currency": code}, known_currencies())] == [
        ("currency", "money_currency")
    ]


def test_the_money_of_today_is_known() -> None:
    assert {"CNY", "KRW", "USD", "EUR", "JPY", "HKD", "MOP", "TWD", "XOF", "GBP", "VND"} < known_currencies()
    assert 140 < len(known_currencies()) < 180


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1200", "KRW", "1200"), ("1200.00", "KRW", "1200"), ("1200.50", "KRW", "1200.5"), ("0", "KRW", "0"),
        ("1200", "CNY", "1200.00"), ("1200.5", "USD", "1200.50"), ("0.005", "CNY", "0.005"), ("1", "BHD", "1.00"),
        ("9999999999999.99", "CNY", "9999999999999.99"), ("100", "", "100.00"),
    ],
)  # fmt: skip
def test_an_amount_is_written_in_the_decimals_of_its_currency_and_never_rounded(
    amount: str, currency: str, written: str
) -> None:
    assert in_decimals(amount, currency) == written
    assert in_decimals(written, currency) == written
