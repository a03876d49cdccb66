"""Input cells (unary tests), construct by construct: the cell, values that match, values that do not, and null."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.feel import cell_matches

CELLS: list[tuple[str, list[Any], list[Any]]] = [
    ("-", [1, "x", None, True], []),
    ("", [1, "x", None, True], []),
    ("5", [5, Decimal("5.0"), 5.0], [4, None]),
    ("-5", [-5], [5]),
    ('"a"', ["a"], ["b", "A", None]),
    ("true", [True], [False, None]),
    ("null", [None], [0, "", False]),
    ("not(null)", [0, ""], [None]),
    ('"a","b"', ["a", "b"], ["c", None]),
    ("1, 3, > 5", [1, 3, 6], [2, 5, None]),
    ("< 5", [4.999, -1], [5, None]),
    ("<= 5", [5], [5.001]),
    ("> 10000", [Decimal("10000.01")], [10000]),
    (">= 10", [10], [9]),
    ("= 5", [5], [6]),
    ("!= 5", [6, None], [5]),
    ("[1..5]", [1, 5], [0, 6, None]),
    ("(1..5)", [2], [1, 5]),
    ("]1..5[", [2], [1, 5]),
    ("[1..5)", [1], [5]),
    ("(1..5]", [5], [1]),
    ("[1..2],[4..5]", [1, 4], [3]),
    ('["a".."c"]', ["b"], ["d"]),
    ('not("a","b")', ["c", None], ["a", "b"]),
    ("not(< 5)", [5], [4]),
    ("not([1..5])", [6], [3]),
    ("? > 5 and ? < 9", [6], [5, 9]),
    ("5 < ? < 9", [6], [5, 9]),
    ("? in [1..5] or ? = 9", [3, 9], [8]),
    ('contains(?, "refund")', ["a refund"], ["none"]),
    ("? = null", [None], [1]),
    ("not(? > 5)", [5], [6]),
    ('if ? = "x" then true else false', ["x"], ["y", None]),
    ('["a","b"]', ["a"], ["c"]),
    ('date("2026-01-01")', [date(2026, 1, 1)], [date(2026, 1, 2)]),
    ('< date("2026-01-01")', [date(2025, 12, 31)], [date(2026, 1, 1)]),
    ('[@"2026-01-01"..@"2026-12-31"]', [date(2026, 6, 1)], [date(2027, 1, 1)]),
    ('>= duration("P1D")', [timedelta(days=1)], [timedelta(hours=23)]),
    ("limit", [7], [8]),
    ("< limit", [6], [7]),
    ("[1..limit]", [7], [8]),
    ("? > limit * 2", [15], [14]),
    ("some x in [1, 2] satisfies x = ?", [1], [3]),
    ("True", [True], [False]),
]


@pytest.mark.parametrize(("cell", "matching", "other"), CELLS)
def test_a_cell_matches_what_it_says_and_nothing_else(cell: str, matching: list[Any], other: list[Any]) -> None:
    found = {repr(value): cell_matches(cell, value, limit=7) is True for value in (*matching, *other)}
    assert found == {repr(value): value in matching for value in (*matching, *other)}


@pytest.mark.parametrize("cell", ["< 5", "[1..5]", "5", "not(5)", "1,2", "? > 5", "not(? > 5)"])
@pytest.mark.parametrize("value", ["7", True, date(2026, 1, 1), ["x"]])
def test_a_value_of_another_kind_never_matches_not_even_a_negated_cell(cell: str, value: Any) -> None:
    assert cell_matches(cell, value) is None


def test_true_is_not_one() -> None:
    assert cell_matches("1", True) is None
    assert cell_matches("true", 1) is None
