"""What the analysis says and what the evaluation does, compared on random tables and random facts.

Whatever the cells are: no overlap reported means that no facts ever match two rules; an example that is reported really
matches both; no gap reported over declared values means that some rule always matches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decisions import NoRuleMatched, RulesConflict
from engine.decisions.cell_sets import cell_verdict
from engine.decisions.cuts import Cut
from engine.decisions.feel import parse_cell
from engine.decisions.syntax import Cell
from engine.decisions.value_sets import locate
from engine.decisions.values import from_fact
from tests.support.dmn import In, Out, read_table
from tests.support.feel import cell_matches

NUMBERS = ["0", "1", "2", "2.5", "3", "-1"]
WORDS = ['"a"', '"b"', '"c"', '""']
DAYS = ['date("2026-01-01")', 'date("2026-01-02")', '@"2026-01-03"']
TRUTH = ["true", "false"]


def cells_over(points: Sequence[str], *, ordered: bool) -> st.SearchStrategy[str]:
    point = st.sampled_from(points)
    single = [point, st.just("null")]
    if ordered:
        sign = st.sampled_from(["<", "<=", ">", ">="])
        single += [
            st.builds("{} {}".format, sign, point),
            st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), point, point, st.sampled_from("])[")),
            st.builds("? {} {} and ? {} {}".format, sign, point, sign, point),
            st.builds("not(? {} {})".format, sign, point),
            st.builds("{} < ? <= {}".format, point, point),
        ]
    single.append(st.builds("? = {} or ? != {}".format, point, point))
    single.append(st.builds("? in ({}, {})".format, point, point))
    row = st.lists(st.one_of(single), min_size=1, max_size=3).map(", ".join)
    return st.one_of(st.just("-"), row, row.map("not({})".format))


CELLS = {
    "number": cells_over(NUMBERS, ordered=True),
    "integer": cells_over(["0", "1", "2", "3"], ordered=True),
    "string": cells_over(WORDS, ordered=True),
    "date": cells_over(DAYS, ordered=True),
    "boolean": cells_over(TRUTH, ordered=False),
}
FACTS: dict[str, list[Any]] = {
    "number": [Decimal(n) / 4 for n in range(-8, 17)] + [None],
    "integer": [*range(-2, 6), None],
    "string": ["", "a", "aa", "b", "bb", "c", "z", None],
    "date": [date(2025, 12, 30) + timedelta(days=n) for n in range(7)] + [None],
    "boolean": [True, False, None],
}
MIXED = [*FACTS["number"], *FACTS["string"], *FACTS["date"], *FACTS["boolean"], timedelta(days=1), ["a"], {"a": 1}]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[In], list[list[str]]]:
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3))
    columns = [In(f"f{number}", kind) for number, kind in enumerate(kinds)]
    rows = draw(st.lists(st.tuples(*(CELLS[kind] for kind in kinds)), min_size=1, max_size=5))
    return columns, [[*row, f'"{number}"'] for number, row in enumerate(rows)]


def combinations(columns: list[In], limit: int = 400) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = [{}]
    for column in columns:
        result = [{**facts, column.expression: value} for facts in result for value in FACTS[column.type]]
    step = max(1, len(result) // limit)
    return result[::step]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_without_a_reported_overlap_no_facts_match_two_rules(made: tuple[list[In], list[list[str]]]) -> None:
    columns, rules = made
    decision, problems = read_table(columns, [Out("x")], rules)
    assert decision is not None
    collided = []
    for facts in combinations(columns):
        try:
            decision.evaluate(facts)
        except RulesConflict:
            collided.append(facts)
        except NoRuleMatched:
            continue
    overlaps = [problem for problem in problems if problem.code == "overlapping-rules"]
    if not overlaps:
        assert collided == []
    # The facts lie more densely than the ends of the cells (but for texts), so that an overlap of one column is hit.
    elif len(columns) == 1 and columns[0].type != "string":
        assert collided != []


@settings(max_examples=150, deadline=None)
@given(tables())
def test_a_rule_called_unreachable_never_decides(made: tuple[list[In], list[list[str]]]) -> None:
    columns, rules = made
    decision, problems = read_table(columns, [Out("x")], rules, "FIRST")
    assert decision is not None
    silent = {problem.element for problem in problems if problem.code == "unreachable-rule"}
    decided: set[str] = set()
    for facts in combinations(columns):
        try:
            decided.update(rule.id for rule in decision.evaluate(facts).matched)
        except NoRuleMatched:
            continue
    assert silent & decided == set()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS["string"], CELLS["boolean"]), min_size=1, max_size=5))
def test_a_gap_is_reported_exactly_where_declared_values_match_no_rule(rows: list[tuple[str, str]]) -> None:
    columns = [In("word", "string", '"a","b","c"'), In("truth", "boolean")]
    decision, problems = read_table(columns, [Out("x")], [[*row, "1"] for row in rows], "FIRST")
    assert decision is not None
    missing = []
    for word in "abc":
        for truth in (True, False):
            try:
                decision.evaluate({"word": word, "truth": truth})
            except NoRuleMatched:
                missing.append((word, truth))
    assert bool(missing) == ("gap" in [problem.code for problem in problems])


@settings(max_examples=400, deadline=None)
@given(st.one_of(list(CELLS.values())), st.sampled_from(MIXED))
def test_the_set_of_a_cell_is_what_the_cell_matches(text: str, value: Any) -> None:
    cell = parse_cell(text).node
    assert isinstance(cell, Cell)
    verdict = cell_verdict(cell)
    assert verdict is not None
    answer = cell_matches(text, value)
    if value is None:
        assert (verdict.true.null, verdict.false.null) == (answer is True, answer is False)
        return
    key, point = locate(from_fact(value))
    assert (inside(verdict.true.parts.get(key, ()), point), inside(verdict.false.parts.get(key, ()), point)) == (
        answer is True,
        answer is False,
    )


def inside(spans: Sequence[tuple[Cut, Cut]], point: Any) -> bool:
    return any(low <= (0, point, 0) and (0, point, 1) <= high for low, high in spans)
