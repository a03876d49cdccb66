"""Tables that the library answers wrongly or not at all, and ours rightly: why they are evaluated by our own code.

When a later release of the library answers rightly, its side of a test says so.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import NoRuleMatched, RulesConflict
from tests.support.dmn import In, Out, read_table, sound_table
from tests.support.stock_tables import stock_answer

WRONG = "raises"
"""Stands for: the library fails with an error of Python."""


def library(*logic: Any, **given: Any) -> Any:
    """What the library answers, or that it fails."""
    try:
        return stock_answer(*logic, **given)
    except Exception:  # noqa: BLE001 - whatever it is, it is no answer
        return WRONG


@pytest.mark.parametrize(
    ("cell", "value", "right", "theirs"),
    [
        ('"a","b"', "a", 1, {"x": 2}),
        ('not("a")', "b", 1, {"x": 2}),
        ('not("a","b")', "c", 1, {"x": 2}),
        ("[1..2],[4..5]", 4, 1, WRONG),
        ("> 2", None, 2, WRONG),
        ("[1..5]", 3, 1, WRONG),
        ("(1..5]", 1, 2, WRONG),
        ("not(> 2)", 1, 1, WRONG),
        ("1, 3, > 5", 6, 1, WRONG),
        ("true", True, 1, WRONG),
        ("null", None, 1, WRONG),
    ],
)
def test_a_cell_means_what_feel_says(cell: str, value: object, right: int, theirs: Any) -> None:
    logic = ([In("n")], [Out("x", "number")], [[cell, "1"], ["-", "2"]], "FIRST")
    assert sound_table(*logic).evaluate({"n": value}).values == {"x": right}
    assert library(*logic, n=value) == theirs


LEVEL = [Out("level", "string", '"high","low"')]
BOTH = [[">= 1", '"low"'], [">= 2", '"high"']]


@pytest.mark.parametrize(
    ("policy", "right"),
    [
        ("PRIORITY", {"level": "high"}),
        ("OUTPUT ORDER", [{"level": "high"}, {"level": "low"}]),
        ("RULE ORDER", [{"level": "low"}, {"level": "high"}]),
    ],
)
def test_a_hit_policy_is_not_passed_over(policy: str, right: Any) -> None:
    logic = ([In("n", "number")], LEVEL, BOTH, policy)
    assert sound_table(*logic).evaluate({"n": 5}).values == right
    assert library(*logic, n=5) == {"level": "low"}


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY"])
def test_rules_that_contradict_each_other_are_refused_and_not_settled_by_their_order(policy: str) -> None:
    """Where the files already show it, at publication; else when it happens."""
    known = ([In("n", "number")], LEVEL, BOTH, policy)
    assert [p.severity for p in read_table(*known)[1] if "overlap" in p.code] == ["error"]
    assert library(*known, n=5) == {"level": "low"}
    late = (
        [In("n", "number"), In("limit", "number")],
        LEVEL,
        [["> limit", "-", '"low"'], ["> 2", "-", '"high"']],
        policy,
    )
    with pytest.raises(RulesConflict):
        sound_table(*late).evaluate({"n": 5, "limit": 1})


@pytest.mark.parametrize(("aggregation", "right"), [("SUM", 5), ("MIN", 2), ("MAX", 3), ("COUNT", 2)])
def test_what_is_collected_is_added_up(aggregation: str, right: int) -> None:
    logic = ([In("n", "number")], [Out("x", "number")], [["> 0", "2"], ["> 1", "3"]], "COLLECT", aggregation)
    assert sound_table(*logic).evaluate({"n": 5}).values == {"x": right}
    assert library(*logic, n=5) == {"x": [2, 3]}


def test_where_no_rule_matches_it_is_said() -> None:
    logic = ([In("n", "number")], [Out("x", "number")], [["> 100", "1"]], "UNIQUE")
    with pytest.raises(NoRuleMatched):
        sound_table(*logic).evaluate({"n": 5})
    assert library(*logic, n=5) == {}
