"""Overlaps, gaps, unreachable rules and cells that match nothing, on tables made for each."""

from __future__ import annotations

import pytest

from engine.model.problem import Problem
from tests.support.dmn import In, Out, read_table


def found(problems: tuple[Problem, ...]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.element) for problem in problems]


OVERLAPPING = [
    ("number", "<= 10", ">= 10", "a = 10"),
    ("number", "< 10", "[9.99..20]", "a = 9.99"),
    ("number", "-", "5", "a = 5"),
    ("number", "> 3", "< 4", "a = 3.5"),
    ("number", "not(5)", "6", "a = 6"),
    ("number", "not([1..5])", "> 5", "a = 6"),
    ("number", "1,2,3", "3,4", "a = 3"),
    ("number", "null", "not(5)", "a = null"),
    ("string", '"a","b"', '"b"', 'a = "b"'),
    ("string", 'not("a")', '"b"', 'a = "b"'),
    ("string", '["a".."m"]', '"k"', 'a = "k"'),
    ("boolean", "true", "not(false)", "a = true"),
    ("date", '<= date("2026-01-01")', '>= date("2026-01-01")', 'a = date("2026-01-01")'),
    ("date", 'not(date("2026-01-01"))', 'date("2026-01-02")', 'a = date("2026-01-02")'),
    ("dateTime", '< @"2026-01-01T00:00:00Z"', '[@"2025-01-01T08:00:00+08:00"..@"2026-06-01T00:00:00Z"]', None),
    ("time", '< time("12:00:00")', 'time("08:00:00")', 'a = time("08:00:00")'),
    ("days and time duration", '> @"PT1H"', '@"P1D"', 'a = duration("P1D")'),
    ("years and months duration", '> @"P1M"', '< @"P3M"', 'a = duration("P2M")'),
    ("number", "? > 5 and ? < 9", "7", "a = 7"),
    ("number", "5 < ? < 9", "[8..20]", "a = 8"),
    ("number", "? in [1..5] or ? = 9", "9", "a = 9"),
    ("number", "? between 1 and 5", "5", "a = 5"),
    ("number", "not(? > 5)", "5", "a = 5"),
    ("number", "2 * 5", "10", "a = 10"),
]
APART = [
    ("number", "< 10", ">= 10"),
    ("number", "[1..5)", "[5..9]"),
    ("number", "]1..5[", "1,5"),
    ("number", "not(5)", "5"),
    ("number", "not(5, null)", "null,5"),
    ("number", "5", '"5"'),
    ("number", "< limit", "< 5"),
    ("integer", "> 3", "< 4"),
    ("integer", "(3..5)", "not(4)"),
    ("string", '"a"', '"b"'),
    ("string", 'not("a","b")', '"a","b"'),
    ("string", '< "b"', '>= "b"'),
    ("boolean", "true", "false"),
    ("date", '> date("2026-01-01")', '< date("2026-01-02")'),
    ("dateTime", '@"2026-01-01T00:00:00Z"', '@"2026-01-01T00:00:00"'),
    ("years and months duration", '> @"P1M"', '< @"P2M"'),
    ("number", "[5..1]", "3"),
    ("number", "? > 5 and ? < 9", "9"),
]


@pytest.mark.parametrize(("kind", "first", "second", "example"), OVERLAPPING)
def test_overlapping_cells_are_an_error_for_unique_with_an_example(
    kind: str, first: str, second: str, example: str | None
) -> None:
    _, problems = read_table([In("a", kind)], [Out("x")], [[first, "1"], [second, "2"]])
    overlaps = [problem for problem in problems if problem.code == "overlapping-rules"]
    assert [(problem.severity, problem.element) for problem in overlaps] == [("error", "r2")]
    assert overlaps[0].message.startswith("The rules 1 and 2 match at once, for example for a = ")
    assert example is None or f"for example for {example}, " in overlaps[0].message


@pytest.mark.parametrize(("kind", "first", "second"), APART)
def test_cells_that_stay_apart_are_no_overlap(kind: str, first: str, second: str) -> None:
    _, problems = read_table([In("a", kind)], [Out("x")], [[first, "1"], [second, "2"]])
    assert "overlapping-rules" not in [problem.code for problem in problems]


def test_rules_overlap_only_where_all_columns_do() -> None:
    columns = [In("a", "number"), In("b", "string"), In("c", "boolean")]
    rules = [["> 5", '"x"', "-", "1"], ["> 5", '"y"', "-", "2"], ["< 9", '"x"', "true", "3"]]
    _, problems = read_table(columns, [Out("x")], rules)
    assert [(problem.code, problem.message) for problem in problems] == [
        (
            "overlapping-rules",
            'The rules 1 and 3 match at once, for example for a = 6 and b = "x" and c = true, '
            "but the hit policy UNIQUE does not allow that.",
        )
    ]


def test_the_same_fact_in_two_columns_is_one_fact() -> None:
    columns = [In("a", "number"), In("a", "number")]
    _, apart = read_table(columns, [Out("x")], [["> 5", "< 9", "1"], ["> 5", ">= 9", "2"], ["<= 5", "-", "3"]])
    assert found(apart) == []
    _, crossing = read_table(columns, [Out("x")], [["> 5", "< 9", "1"], ["< 7", "> 5", "2"], ["< 6", "> 7", "3"]])
    assert found(crossing) == [("overlapping-rules", "r2")]


def test_columns_that_read_the_same_fact_in_different_ways_are_left_to_the_evaluation() -> None:
    columns = [In("a", "number"), In("a * 2", "number")]
    _, problems = read_table(columns, [Out("x")], [["> 5", "-", "1"], ["-", "< 4", "2"]])
    assert found(problems) == []


def test_an_overlap_of_computed_inputs_is_only_a_warning() -> None:
    _, problems = read_table([In("string length(word)", "number")], [Out("x")], [["> 3", "1"], ["< 4", "2"]])
    assert [(problem.severity, problem.code) for problem in problems] == [("warning", "rules-may-overlap")]


def test_any_forbids_only_overlaps_with_unequal_outputs() -> None:
    rules = [["> 5", "1"], ["> 6", "1.0"], ["> 7", "2"]]
    _, problems = read_table([In("a", "number")], [Out("x")], rules, "ANY")
    assert [problem.message.split(",")[0] for problem in problems] == [
        "The rules 1 and 3 match at once with unequal outputs",
        "The rules 2 and 3 match at once with unequal outputs",
    ]


@pytest.mark.parametrize("policy", ["FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_other_hit_policies_may_overlap(policy: str) -> None:
    outputs = [Out("x", "string", '"a","b"')]
    _, problems = read_table([In("a", "number")], outputs, [["> 5", '"a"'], ["> 4", '"b"']], policy)
    assert found(problems) == []


def test_no_more_than_twenty_overlaps_are_reported() -> None:
    _, problems = read_table([In("a", "number")], [Out("x")], [["-", str(n)] for n in range(50)])
    assert len(problems) == 20


def test_a_table_of_a_thousand_rules_is_checked_too() -> None:
    rules = [[f"[{n * 10}..{n * 10 + 10})", str(n)] for n in range(1000)]
    _, problems = read_table([In("a", "number")], [Out("x")], rules)
    assert found(problems) == []
    rules[700][0] = "[4000..4010]"
    _, problems = read_table([In("a", "number")], [Out("x")], rules)
    assert found(problems) == [("overlapping-rules", "r701"), ("overlapping-rules", "r701")]


def test_a_gap_is_reported_with_an_example_where_all_values_are_declared() -> None:
    columns = [In("risk", "string", '"low","high"'), In("safe", "boolean")]
    rules = [['"low"', "-", "1"], ['"high"', "true", "2"]]
    _, problems = read_table(columns, [Out("x")], rules)
    assert [(problem.severity, problem.code, problem.message) for problem in problems] == [
        (
            "warning",
            "gap",
            'No rule matches, for example for risk = "high" and safe = false, and there is no default.',
        )
    ]


@pytest.mark.parametrize(
    ("columns", "outputs", "rules"),
    [
        ([In("risk", "string", '"low","high"')], [Out("x", default="0")], [['"low"', "1"]]),
        ([In("risk", "string")], [Out("x")], [['"low"', "1"]]),
        ([In("a", "number", "[0..10]")], [Out("x")], [["< 5", "1"], [">= 5", "2"]]),
        ([In("a", "integer", "[0..10]")], [Out("x")], [["<= 3", "1"], [">= 4", "2"]]),
        ([In("a", "number", "[0..10]")], [Out("x")], [["< limit", "1"]]),
        ([In("a", "string", '"x","y"')], [Out("x")], [['"x"', "1"], ["word", "2"]]),
    ],
)
def test_no_gap_is_reported_where_there_is_none_or_none_can_be_proved(
    columns: list[In], outputs: list[Out], rules: list[list[str]]
) -> None:
    _, problems = read_table(columns, outputs, rules)
    assert found(problems) == []


def test_a_gap_between_numbers_is_found() -> None:
    _, problems = read_table([In("a", "number", "[0..10]")], [Out("x")], [["<= 3", "1"], [">= 4", "2"]])
    assert [problem.message for problem in problems] == [
        "No rule matches, for example for a = 3.5, and there is no default."
    ]


def test_a_gap_in_dates_is_found() -> None:
    values = '[date("2026-01-01")..date("2026-01-31")]'
    rules = [['<= date("2026-01-10")', "1"], ['>= date("2026-01-12")', "2"]]
    _, problems = read_table([In("on", "date", values)], [Out("x")], rules)
    assert [problem.message for problem in problems] == [
        'No rule matches, for example for on = date("2026-01-11"), and there is no default.'
    ]


@pytest.mark.parametrize(
    ("rules", "unreachable"),
    [
        ([["> 5", "1"], ["> 6", "2"]], ["r2"]),
        ([["> 5", "1"], ["<= 5", "2"], ["7", "3"]], ["r3"]),
        ([["-", "1"], ["-", "2"]], ["r2"]),
        ([["> 5", "1"], ["<= 5", "2"], ["-", "3"]], []),
        ([["> 5", "1"], ["> 4", "2"]], []),
        ([["< limit", "1"], ["< 5", "2"]], []),
        ([["> 5", "1"], ["< limit", "2"]], []),
    ],
)
def test_a_rule_that_an_earlier_one_forestalls_is_a_warning_for_first(
    rules: list[list[str]], unreachable: list[str]
) -> None:
    _, problems = read_table([In("a", "number")], [Out("x")], rules, "FIRST")
    assert found(problems) == [("unreachable-rule", element) for element in unreachable]


def test_several_earlier_rules_together_forestall_a_rule() -> None:
    columns = [In("a", "boolean"), In("b", "number")]
    rules = [["true", "-", "1"], ["-", "> 5", "2"], ["-", "<= 5", "3"], ["false", "[1..9]", "4"]]
    _, problems = read_table(columns, [Out("x")], rules, "FIRST")
    assert found(problems) == [("unreachable-rule", "r4")]


@pytest.mark.parametrize("cell", ["[5..1]", "(5..5)", '"c"', 'not("a","b",null)'])
def test_a_cell_that_matches_nothing_is_a_warning(cell: str) -> None:
    kind, values = ("string", '"a","b"') if '"' in cell else ("number", "")
    _, problems = read_table([In("a", kind, values)], [Out("x")], [[cell, "1"], ["null", "2"]], "FIRST")
    assert ("rule-never-matches", "r1c1") in found(problems)


def test_a_choice_that_is_partly_undeclared_is_a_warning() -> None:
    rules = [['"a","c"', "1"], ['"b"', "2"]]
    _, problems = read_table([In("a", "string", '"a","b"')], [Out("x")], rules)
    assert found(problems) == [("value-not-declared", "r1c1")]
