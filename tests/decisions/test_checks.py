"""What is checked before publication besides overlap and gaps: types, declared values, names, requirements."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.decisions import check_names, parse_decisions
from engine.model.problem import Problem
from tests.support.dmn import In, Out, decision, definitions, expression, read_table, sound_table, table


def found(problems: tuple[Problem, ...]) -> list[tuple[str, str, str | None]]:
    return [(problem.severity, problem.code, problem.element) for problem in problems]


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("number", '"12"'),
        ("number", "true"),
        ("number", '< "5"'),
        ("number", '[1.."5"]'),
        ("number", '1, 2, "3"'),
        ("number", 'not("a")'),
        ("number", '? = "a"'),
        ("number", 'date("2026-01-01")'),
        ("string", "5"),
        ("string", "? > 5"),
        ("string", "[1..5]"),
        ("boolean", '"true"'),
        ("boolean", "< true"),
        ("date", '"2026-01-01"'),
        ("date", '< date and time("2026-01-01T00:00:00")'),
        ("dateTime", 'date("2026-01-01")'),
        ("integer", "2.5"),
        ("string", "people > 5"),
        ("string", "? + 1 = 2"),
        ("number", "< null"),
        ("number", '"a" in ("a") and ? > 5 and "x"'),
    ],
)
def test_a_cell_that_can_never_match_its_type_is_an_error(kind: str, cell: str) -> None:
    _, problems = read_table([In("a", kind)], [Out("x")], [[cell, "1"]], "FIRST")
    assert ("error", "type-mismatch", "r1c1") in found(problems)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("number", "-"),
        ("number", "null"),
        ("number", "< limit"),
        ("number", "[1..limit]"),
        ("number", "? > limit and ? < 100"),
        ("string", '"a","b"'),
        ("string", 'starts with(?, "a")'),
        ("boolean", "true, false"),
        ("boolean", "limit > 5"),
        ("date", '< date("2026-01-01")'),
        ("dateTime", '>= @"2026-01-01T00:00:00Z"'),
        ("integer", "> 2.5"),
        ("", "5"),
        ("Any", '"x"'),
    ],
)
def test_a_cell_of_the_right_type_is_no_finding(kind: str, cell: str) -> None:
    _, problems = read_table([In("a", kind)], [Out("x")], [[cell, "1"]], "FIRST")
    assert found(problems) == []


@pytest.mark.parametrize(
    ("output", "cell", "code"),
    [
        (Out("x", "number"), '"5"', "type-mismatch"),
        (Out("x", "string"), "5", "type-mismatch"),
        (Out("x", "integer"), "2.5", "type-mismatch"),
        (Out("x", "boolean"), '"true"', "type-mismatch"),
        (Out("x", "string"), 'upper case("a") = "A"', "type-mismatch"),
        (Out("x", "number"), '"a" - 1', "type-mismatch"),
        (Out("x", "string", '"a","b"'), '"c"', "value-not-declared"),
        (Out("x", "number", "[0..10]"), "11", "value-not-declared"),
    ],
)
def test_an_output_against_its_declaration_is_an_error(output: Out, cell: str, code: str) -> None:
    _, problems = read_table([], [output], [[cell]])
    assert found(problems) == [("error", code, "r1c1")]


def test_a_default_against_its_declaration_is_an_error() -> None:
    _, problems = read_table([], [Out("x", "string", '"a"', '"b"')], [['"a"']])
    assert found(problems) == [("error", "value-not-declared", "output1")]


def test_a_sum_of_texts_is_an_error() -> None:
    _, problems = read_table([], [Out("x", "string")], [['"a"']], "COLLECT", "SUM")
    assert found(problems) == [("error", "type-mismatch", "table")]


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_priority_without_output_values_is_an_error(policy: str) -> None:
    _, problems = read_table([], [Out("x")], [['"a"']], policy)
    assert found(problems) == [("error", "priority-without-values", "table")]


def test_a_default_for_only_some_outputs_is_a_warning() -> None:
    _, problems = read_table([], [Out("x", default="1"), Out("y")], [["1", "2"]])
    assert found(problems) == [("warning", "default-incomplete", "table")]


def test_an_unknown_type_is_a_warning_and_nothing_is_checked() -> None:
    _, problems = read_table([In("a", "strng")], [Out("x")], [["5", "1"]])
    assert found(problems) == [("warning", "unknown-type", None)]


def test_a_condition_that_forgets_its_input_is_a_warning() -> None:
    _, problems = read_table([In("a")], [Out("x")], [["people > 5", "1"]])
    assert found(problems) == [("warning", "cell-ignores-input", "r1c1")]


def test_comparisons_in_a_row_are_read_as_a_range_and_reported() -> None:
    decision_, problems = read_table([In("a", "number")], [Out("x")], [["1 < ? < 5", "1"], [">= 5", "2"]])
    assert found(problems) == [("warning", "chained-comparison", "r1c1")]
    assert decision_ is not None
    assert [decision_.result({"a": value}) for value in (4, 5)] == [1, 2]


def test_types_of_the_file_bring_their_values_along() -> None:
    item = (
        '<itemDefinition name="tRisk"><typeRef>string</typeRef>'
        '<allowedValues><text>"low","high"</text></allowedValues></itemDefinition>'
    )
    rules = [['"low"', "1"], ['"hihg"', "2"]]
    parsed = parse_decisions(definitions(item, decision(table([In("risk", "tRisk")], [Out("x")], rules))), "a.dmn")
    assert found(parsed.problems) == [("warning", "gap", "table"), ("warning", "rule-never-matches", "r2c1")]


def test_the_type_of_an_input_comes_from_its_data_where_the_column_has_none() -> None:
    data = '<inputData id="i" name="people"><variable name="people" typeRef="number"/></inputData>'
    parsed = parse_decisions(definitions(data, decision(table([In("people")], [Out("x")], [['"5"', "1"]]))), "a.dmn")
    assert found(parsed.problems) == [("error", "type-mismatch", "r1c1")]


def test_unknown_names_are_errors_once_the_known_ones_are_given() -> None:
    rules = [["> limit", "people + extra"], ["urgent", "for x in list return x"], ["-", "refund.amount"]]
    decision_ = sound_table([In("people")], [Out("y")], rules, "FIRST")
    assert decision_.names == frozenset({"people", "limit", "extra", "urgent", "list", "refund"})
    assert check_names(decision_, {"people", "limit", "extra", "list", "refund"}) == [
        Problem(
            file="table.dmn",
            line=decision_.rules[1].line,
            severity="error",
            code="unknown-name",
            element="decide",
            name="Decide",
            message="The decision 'Decide' reads 'urgent', which is no fact of the case.",
            advice="Correct the name, write text in double quotes, or add the fact.",
        )
    ]
    assert check_names(decision_, decision_.names) == []


def test_entries_in_a_filter_are_not_facts() -> None:
    decision_ = sound_table([], [Out("y")], [["count(refunds[amount > 100])"]])
    assert decision_.names == frozenset({"refunds"})


def test_a_decision_uses_the_results_of_others() -> None:
    risk = decision(
        table([In("people", "number")], [Out("risk")], [["< 10", '"low"'], [">= 10", '"high"']]),
        id="risk",
        name="Risk class",
    )
    total = decision(expression('Risk class + "!" + word'), id="total", name="Total", requires=["decision:risk"])
    parsed = parse_decisions(definitions(total, risk), "a.dmn")
    assert parsed.problems == ()
    assert list(parsed.decisions) == ["total", "risk"]
    assert parsed.decisions["total"].requires == ("Risk class",)
    assert parsed.decisions["total"].names == frozenset({"people", "word"})
    assert parsed.decisions["total"].result({"people": 12, "word": "x", "Risk class": "ignored"}) == "high!x"


def test_a_decision_uses_functions_of_the_file() -> None:
    double = (
        '<businessKnowledgeModel id="b" name="double it"><variable name="double it"/><encapsulatedLogic>'
        '<formalParameter name="n"/><literalExpression><text>n * 2</text></literalExpression>'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    use = decision(expression("double it(people) + double it(n: 1)"), requires=["knowledge:b"])
    parsed = parse_decisions(definitions(use, double), "a.dmn")
    assert parsed.problems == ()
    assert parsed.decisions["decide"].result({"people": 5, "n": 100}) == Decimal(12)


def test_a_function_that_is_not_required_is_unknown() -> None:
    parsed = parse_decisions(definitions(decision(expression("double(people)"))), "a.dmn")
    assert found(parsed.problems) == [("error", "not-feel", None)]


def test_a_function_that_reads_a_fact_is_an_error() -> None:
    model = (
        '<businessKnowledgeModel id="b" name="f"><encapsulatedLogic><formalParameter name="n"/>'
        "<literalExpression><text>n + people</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    parsed = parse_decisions(definitions(model, decision(expression("f(1)"), requires=["knowledge:b"])), "a.dmn")
    assert found(parsed.problems) == [("error", "unknown-name", None)]


def test_circles_of_decisions_and_functions_are_errors() -> None:
    parsed = parse_decisions(
        definitions(
            decision(expression("1"), id="a", requires=["decision:b"]),
            decision(expression("2"), id="b", requires=["decision:a"]),
            decision(expression("3"), id="c"),
        ),
        "a.dmn",
    )
    assert found(parsed.problems) == [("error", "requirement-circle", "a"), ("error", "requirement-circle", "b")]
    assert list(parsed.decisions) == ["c"]


def test_a_chain_of_decisions_has_a_limit_and_work_is_counted_once_each() -> None:
    chain = [decision(expression("1"), id="d0", name="d0")]
    chain += [
        decision(expression(f"d{n - 1} + d{n - 1}"), id=f"d{n}", name=f"d{n}", requires=[f"decision:d{n - 1}"])
        for n in range(1, 60)
    ]
    parsed = parse_decisions(definitions(*chain), "a.dmn")
    assert {problem.code for problem in parsed.problems} == {"requirement-too-deep"}
    last = max(parsed.decisions, key=lambda key: int(key[1:]))
    assert parsed.decisions[last].result({}) == 2 ** int(last[1:])
    assert int(last[1:]) >= 15


def test_functions_that_call_each_other_cannot_explode() -> None:
    models = [
        '<businessKnowledgeModel id="f0" name="f0"><encapsulatedLogic><formalParameter name="n"/>'
        "<literalExpression><text>n</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    ]
    models += [
        f'<businessKnowledgeModel id="f{k}" name="f{k}"><knowledgeRequirement><requiredKnowledge href="#f{k - 1}"/>'
        '</knowledgeRequirement><encapsulatedLogic><formalParameter name="n"/><literalExpression>'
        f"<text>f{k - 1}(n) + f{k - 1}(n)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
        for k in range(1, 20)
    ]
    use = decision(expression("f19(1)"), requires=["knowledge:f19"])
    parsed = parse_decisions(definitions(*models, use), "a.dmn")
    with pytest.raises(Exception, match="more than 50000 steps"):
        parsed.decisions["decide"].evaluate({})
