"""FEEL expressions, construct by construct: the text, and the value it must have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import Months, TooMuchWork, UnfitValue
from tests.support.feel import evaluate

D = Decimal
BEIJING = timezone(timedelta(hours=8))

ARITHMETIC = [
    ("1 + 2 * 3", D(7)),
    ("(1 + 2) * 3", D(9)),
    ("10 - 3 - 2", D(5)),
    ("0.1 + 0.2", D("0.3")),
    ("10000.01 > 10000", True),
    ("1 / 3 * 3", D("0.9999999999999999999999999999999999")),
    ("7 / 0", None),
    ("2 ** 10", D(1024)),
    ("2 ** 3 ** 2", D(64)),
    ("-2 ** 2", D(4)),
    ("2 ** -1", D("0.5")),
    ("10 ** 7000", None),
    ("-(3)", D(-3)),
    ("- -3", D(3)),
    ("1.5e3", D(1500)),
    (".5 + .5", D(1)),
    ('"a" + "b"', "ab"),
    ('"a" + 1', None),
    ("1 + null", None),
    ("null - 1", None),
]
LOGIC = [
    ("true and true", True),
    ("true and false", False),
    ("true and null", None),
    ("false and null", False),
    ("true or null", True),
    ("false or null", None),
    ("null or null", None),
    ('true and "x"', None),
    ("false or true and false", False),
    ("not(true)", False),
    ("not(null)", None),
    ("not(1)", None),
    ("if true then 1 else 2", D(1)),
    ("if null then 1 else 2", D(2)),
    ('if 5 > 3 then "a" else if true then "b" else "c"', "a"),
]
COMPARISONS = [
    ("1 = 1.0", True),
    ("1 != 2", True),
    ('1 = "1"', None),
    ('1 != "1"', None),
    ("null = null", True),
    ("null != null", False),
    ("1 = null", False),
    ("null != 1", True),
    ("1 < null", None),
    ('"a" < "b"', True),
    ("true < false", None),
    ("true = 1", None),
    ("[1, 2] = [1, 2]", True),
    ("[1, 2] = [2, 1]", False),
    ("{a: 1} = {a: 1}", True),
    ("{a: 1} = {b: 1}", False),
    ("3 between 1 and 5", True),
    ("5 between 1 and 5", True),
    ("6 between 1 and 5", False),
    ("null between 1 and 5", None),
    ("1 < 3 < 5", True),
    ("5 >= 5 > 5", False),
    ("3 in [1..5]", True),
    ("5 in [1..5)", False),
    ("5 in ]1..5]", True),
    ("1 in ]1..5[", False),
    ('"b" in ("a", "b")', True),
    ("4 in (< 3, > 5)", False),
    ("6 in (< 3, > 5)", True),
    ("6 in > 5", True),
    ("2 in [1, 2]", True),
    ("7 in [[1..5], [6..8]]", True),
    ("1 in 1", True),
]
DATES = [
    ('date("2026-01-31")', date(2026, 1, 31)),
    ("date(2026, 1, 31)", date(2026, 1, 31)),
    ('@"2026-01-31"', date(2026, 1, 31)),
    ('time("10:30:00")', time(10, 30)),
    ('time("10:30:00.25Z")', time(10, 30, 0, 250_000, tzinfo=UTC)),
    ('date and time("2026-01-31T10:00:00+08:00")', datetime(2026, 1, 31, 10, tzinfo=BEIJING)),
    ('@"2026-01-31T10:00:00"', datetime(2026, 1, 31, 10)),  # noqa: DTZ001
    ('date and time(date("2026-01-31"), time("10:00:00Z"))', datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ('duration("P1DT2H")', timedelta(days=1, hours=2)),
    ('@"-PT30M"', timedelta(minutes=-30)),
    ('duration("P1Y2M")', Months(14)),
    ('@"-P1M"', Months(-1)),
    ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
    ('date("2026-01-31") + duration("P1D")', date(2026, 2, 1)),
    ('duration("P1D") + date("2026-01-31")', date(2026, 2, 1)),
    ('date("2026-03-01") - date("2026-02-01")', timedelta(days=28)),
    ('date("2026-03-31") - duration("P1M")', date(2026, 2, 28)),
    ('@"2026-01-31T23:00:00Z" + @"PT2H"', datetime(2026, 2, 1, 1, tzinfo=UTC)),
    ('@"2026-01-31T10:00:00Z" - @"2026-01-31T10:00:00+08:00"', timedelta(hours=8)),
    ('@"2026-01-31T10:00:00Z" = @"2026-01-31T18:00:00+08:00"', True),
    ('@"2026-01-31T10:00:00Z" < @"2026-01-31T10:00:00"', None),
    ('@"2026-01-31" < @"2026-01-31T10:00:00"', None),
    ('time("10:00:00") + @"PT90M"', time(11, 30)),
    ('@"P1D" * 2', timedelta(days=2)),
    ('2 * @"P1M"', Months(2)),
    ('@"P1D" / 2', timedelta(hours=12)),
    ('@"P2D" / @"P1D"', D(2)),
    ('@"P1Y" / @"P6M"', D(2)),
    ('@"P1D" + @"P1M"', None),
    ('-@"P1D"', timedelta(days=-1)),
    ('date("2026-05-04").weekday', D(1)),
    ('date("2026-05-04").year', D(2026)),
    ('@"2026-01-31T10:20:30+08:00".hour', D(10)),
    ('@"2026-01-31T10:20:30+08:00".time offset', timedelta(hours=8)),
    ('@"P1DT26H".days', D(2)),
    ('@"P1DT26H".hours', D(2)),
    ('@"-P14M".years', D(-1)),
    ('@"P14M".months', D(2)),
    ('@"P14M".days', None),
    ('@"2026-07-01T00:00:00@Asia/Shanghai" = @"2026-06-30T16:00:00Z"', True),
    ('@"9999-12-31" + @"P1D"', None),
]
FUNCTIONS = [
    ("min(3, 1, 2)", D(1)),
    ("max([3, 1, 2])", D(3)),
    ('max("a", "b")', "b"),
    ("min([])", None),
    ('min(1, "a")', None),
    ("sum(1, 2, 3)", D(6)),
    ("sum([0.1, 0.2])", D("0.3")),
    ("sum([])", None),
    ("sum([1, null])", None),
    ("mean(1, 2)", D("1.5")),
    ("count([1, 2, null])", D(3)),
    ("count([])", D(0)),
    ("count(null)", None),
    ("all([true, null])", None),
    ("all([true, false])", False),
    ("any(false, true)", True),
    ("list contains([1, 2], 2)", True),
    ("distinct values([1, 1.0, true, [1], [1]])", [D(1), True, [D(1)]]),
    ("reverse([1, 2])", [D(2), D(1)]),
    ("index of([1, 2, 1], 1)", [D(1), D(3)]),
    ('contains("foobar", "oba")', True),
    ('starts with("foobar", "foo")', True),
    ('ends with("foobar", "foo")', False),
    ("contains(1, 2)", None),
    ('upper case("aé")', "AÉ"),
    ('lower case("AÉ")', "aé"),
    ('string length("横綱😀")', D(3)),
    ('substring("foobar", 3)', "obar"),
    ('substring("foobar", -2)', "ar"),
    ('substring("foobar", 3, 2)', "ob"),
    ('substring(string: "foobar", start position: 3, length: 2)', "ob"),
    ('substring("foobar", 0)', None),
    ('substring before("a:b", ":")', "a"),
    ('substring after("a:b", ":")', "b"),
    ("string(12.50)", "12.50"),
    ('string(date("2026-01-31"))', "2026-01-31"),
    ("string(true)", "true"),
    ("string(null)", None),
    ('string(duration("P1DT30M"))', "P1DT30M"),
    ('number("1,234.50", ",", ".")', D("1234.50")),
    ('number("12")', D(12)),
    ('number("x")', None),
    ("floor(-1.5)", D(-2)),
    ("ceiling(-1.5)", D(-1)),
    ("floor(1.56, 1)", D("1.5")),
    ("decimal(2.5, 0)", D(2)),
    ("round half up(2.345, 2)", D("2.35")),
    ("round half down(2.345, 2)", D("2.34")),
    ("round up(2.341, 2)", D("2.35")),
    ("round down(-2.349, 2)", D("-2.34")),
    ("abs(-5)", D(5)),
    ('abs(@"-P1D")', timedelta(days=1)),
    ("modulo(-7, 3)", D(2)),
    ("modulo(7, 0)", None),
    ("sqrt(16)", D(4)),
    ("sqrt(-1)", None),
    ("odd(3)", True),
    ("even(3)", False),
    ("even(2.5)", None),
    ('years and months duration(date("2024-02-29"), date("2026-02-28"))', Months(23)),
    ('day of week(date("2026-05-04"))', "Monday"),
    ('month of year(date("2026-05-04"))', "May"),
    ('day of year(date("2026-02-01"))', D(32)),
    ('week of year(date("2026-01-01"))', D(1)),
]
LISTS = [
    ("[1, 2, 3][2]", D(2)),
    ("[1, 2, 3][-1]", D(3)),
    ("[1, 2, 3][4]", None),
    ("[1, 2, 3][item > 1]", [D(2), D(3)]),
    ("[][1]", None),
    ("[{a: 1, b: 2}, {a: 3, b: 4}][a > 1].b", [D(4)]),
    ("{a: 1, b: a + 1}.b", D(2)),
    ('{"two words": 1}', {"two words": D(1)}),
    ("{a: 1}.c", None),
    ("for x in [1, 2] return x * 2", [D(2), D(4)]),
    ("for x in 3..1 return x", [D(3), D(2), D(1)]),
    ("for x in [1, 2], y in [x, 10] return x + y", [D(2), D(11), D(4), D(12)]),
    ("for x in null return x", None),
    ("some x in [1, 2] satisfies x > 1", True),
    ("every x in [1, 2] satisfies x > 1", False),
    ("every x in [] satisfies false", True),
    ("some x in [1, null] satisfies x > 5", None),
]


@pytest.mark.parametrize(("text", "expected"), [*ARITHMETIC, *LOGIC, *COMPARISONS, *DATES, *FUNCTIONS, *LISTS])
def test_an_expression_has_its_value(text: str, expected: Any) -> None:
    found = evaluate(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("people", {"people": 3}, D(3)),
        ("人数 >= 10", {"人数": 10}, True),
        ("인원 + 1", {"인원": 1}, D(2)),
        ("Full Name", {"Full__Name": "x"}, "x"),
        ('Full   Name + "!"', {"Full__Name": "x"}, "x!"),
        ("refund.amount > 10000", {"refund": {"amount": "10000.01"}}, None),
        ("number(refund.amount) > 10000", {"refund": {"amount": "10000.01"}}, True),
        ("max(refunds.amount)", {"refunds": [{"amount": D("5")}, {"amount": D("10000.01")}]}, D("10000.01")),
        ("count(refunds[amount > 100])", {"refunds": ({"amount": 5}, {"amount": 500})}, D(1)),
        ("0.1 + amount = 0.3", {"amount": 0.2}, True),
        ('received_on + @"P1D"', {"received_on": date(2026, 1, 31)}, date(2026, 2, 1)),
        ("missing", {}, None),
        ("missing.part", {}, None),
        ("flag", {"flag": True}, True),
        ("time + 1", {"time": 1}, D(2)),
    ],
)
def test_facts_are_read_by_name(text: str, facts: dict[str, Any], expected: Any) -> None:
    found = evaluate(text, **facts)
    assert found == expected
    assert type(found) is type(expected)


def test_a_fact_that_is_not_named_is_never_looked_at() -> None:
    assert evaluate("a", a=1, b=object()) == D(1)
    with pytest.raises(UnfitValue):
        evaluate("b", a=1, b=object())


@pytest.mark.parametrize(
    "text",
    [
        "for x in 1..60000 return x",
        "for x in 1..300 return for y in 1..300 return x",
        "count(for a in 1..200, b in 1..200, c in 1..200 return 1)",
        "for x in 1..100000000000 return 1",
    ],
)
def test_work_is_bounded(text: str) -> None:
    with pytest.raises(TooMuchWork) as refusal:
        evaluate(text)
    assert refusal.value.code == "decision-too-large"


def test_text_cannot_fill_the_memory() -> None:
    with pytest.raises(TooMuchWork):
        evaluate('for x in 1..5000 return text + "x"', text="y" * 90_000)
    with pytest.raises(TooMuchWork):
        evaluate("text + text", text="y" * 60_000)


def test_evaluating_changes_no_fact() -> None:
    facts = {"list": [3, 1], "box": {"a": 1}}
    evaluate("[reverse(list), list[1], box.a, {a: 2}]", **facts)
    assert facts == {"list": [3, 1], "box": {"a": 1}}
