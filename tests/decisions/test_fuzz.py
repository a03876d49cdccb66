"""Random texts, random files and random facts: nothing but the refusals that are meant ever comes out."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.decisions import DecisionFailed, NotFeel, ParsedDecisions, parse_decisions
from tests.support.dmn import In, Out, decision, definitions, expression, table
from tests.support.feel import cell_matches, evaluate

WORDS = [
    *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "not", "between"),
    *("true", "false", "null", "?", "-", ",", "..", ".", "(", ")", "[", "]", "{", "}", ":", "=", "!=", "+", "*", "/"),
    *("<", "<=", ">", ">=", "**", "1", "0", "-2", "2.5", "99999999999", "1e6144", "1e-6000", "a", "b", "list", "text"),
    *("item", "missing", '"x"', '""', '@"P1D"', '@"P5000Y"', '@"2026-01-31"', '@"9999-12-31T23:59:59-14:00"'),
    *('@"10:00:00"', "date(", "time(", "date and time(", "duration(", "sum(", "min(", "max(", "count(", "string("),
    *("number(", "substring(", "floor(", "round half up(", "modulo(", "sqrt(", "abs(", "index of(", "distinct values("),
    *("day of week(", "years and months duration(", "string length(", "list contains(", "a.b", "list[1]", ".year"),
    *("list[item > 1]", "{a: 1}", "[1..5]", "1..3", ".hours", "for x in 1..3 return x"),
]
FACTS: dict[str, Any] = {
    "a": Decimal("1.50"),
    "b": {"b": 1, "c": [1, "x", None]},
    "list": [3, 1, 2],
    "text": "foobar",
}
scraps = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
texts = st.one_of(st.text(max_size=60), scraps, scraps.map(lambda text: text.replace(" ", "")))


@settings(max_examples=1500, deadline=None)
@given(texts)
@example("for a in 1..9999 return a")
@example("1e6144 * 1e6144")
@example("floor(1e6144) + index of([1], 1)[1e6144]")
@example('@"9999-12-31T23:59:59-14:00" = @"0001-01-01T00:00:00+14:00"')
@example('@"0001-01-01T00:00:00+14:00" - @"P1D" < @"9999-12-31T23:59:59-14:00" + @"P5000Y"')
@example('@"P99999999D" * 99999999999')
def test_a_random_expression_has_a_value_or_is_refused(text: str) -> None:
    try:
        evaluate(text, **FACTS)
    except (NotFeel, DecisionFailed):
        return


@settings(max_examples=1500, deadline=None)
@given(texts, st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.decimals()))
def test_a_random_cell_matches_or_not_or_is_refused(text: str, value: Any) -> None:
    try:
        answer = cell_matches(text, value, **FACTS)
    except (NotFeel, DecisionFailed):
        return
    assert answer in (True, False, None)


MODEL = definitions(
    '<itemDefinition name="tRisk"><typeRef>string</typeRef><allowedValues><text>"low","high"</text></allowedValues>'
    "</itemDefinition>",
    '<inputData id="i" name="people"><variable name="people" typeRef="number"/></inputData>',
    decision(
        table(
            [In("people", "number", "[0..1000]"), In("risk", "tRisk"), In("on", "date")],
            [Out("x", "string", '"a","b"', '"b"'), Out("y", "number")],
            [["> 5", '"low"', '< date("2026-01-01")', '"a"', "1"], ["-", 'not("low")', "-", '"b"', "people * 2"]],
            "PRIORITY",
        ),
        requires=["input:i"],
    ),
    decision(expression("Decide[1].y + f(1)"), id="after", name="After", requires=["decision:decide", "knowledge:f"]),
    '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n"/>'
    "<literalExpression><text>n + 1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>",
)
SNIPPETS = [
    b"<",
    b">",
    b'"',
    b"&",
    b"<!DOCTYPE a>",
    b"&amp;",
    b"&#0;",
    b"</rule>",
    b"<text>",
    b"\xff\xfe",
    b"]]>",
    b"<![CDATA[",
]
edits = st.lists(
    st.tuples(
        st.integers(0, len(MODEL)),
        st.integers(0, 40),
        st.one_of(
            st.sampled_from(SNIPPETS),
            st.binary(max_size=8),
            texts.map(lambda text: text.encode("utf-8", "ignore")),
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=600, deadline=None)
@given(edits)
def test_a_mutated_file_is_read_or_refused_and_what_is_read_can_be_evaluated(
    changes: list[tuple[int, int, bytes]],
) -> None:
    data = MODEL
    for start, length, new in changes:
        data = data[:start] + new + data[start + length :]
    check(parse_decisions(data, "a.dmn"))


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    parsed = parse_decisions(data, "a.dmn")
    assert parsed.decisions == {}
    assert [problem.severity for problem in parsed.problems] == ["error"]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(scraps, st.sampled_from(["-", "1", '"a"', "true"])), min_size=6, max_size=6), st.sampled_from(
    ["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "", "x"]
))  # fmt: skip
def test_a_table_of_random_cells_is_read_or_refused(cells: list[str], policy: str) -> None:
    rules = [cells[:3], cells[3:]]
    made = table([In("people", "number"), In("a")], [Out("x", "", '"a","b"')], rules, policy)
    check(parse_decisions(definitions(decision(made)), "a.dmn"))


def check(parsed: ParsedDecisions) -> None:
    for problem in parsed.problems:
        assert problem.file == "a.dmn"
        assert problem.message
        assert problem.advice
    for found in parsed.decisions.values():
        for facts in ({}, {"people": 7, "risk": "low"}, {"people": "x"}, {**FACTS, "people": 3}):
            with suppress(DecisionFailed):
                found.evaluate(facts)
