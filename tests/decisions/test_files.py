"""Whole files: what is refused before anything is evaluated, with file, element, line, reason and advice."""

from __future__ import annotations

import pytest

from engine.decisions import parse_decisions
from engine.decisions.xml_source import NAMESPACES
from engine.model.problem import Problem
from tests.support.dmn import In, Out, decision, definitions, expression, read_table, table

TABLE = table([In("people", "number")], [Out("x")], [["> 5", "1"]])

JUEL_ENTRY = '<inputEntry expressionLanguage="juel"'


def codes(data: bytes) -> list[str]:
    return [problem.code for problem in parse_decisions(data, "a.dmn").problems if problem.severity == "error"]


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_every_version_of_dmn_is_read(namespace: str) -> None:
    parsed = parse_decisions(definitions(decision(TABLE), namespace=namespace), "a.dmn")
    assert parsed.problems == ()
    assert parsed.decisions["decide"].evaluate({"people": 6}).values is not None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "dmn-malformed"),
        (b"\0\1\2", "dmn-malformed"),
        (b"<a>", "dmn-malformed"),
        (b"not xml", "dmn-malformed"),
        (b'<?xml version="1.0" encoding="x-unknown"?><a/>', "dmn-malformed"),
        (b"<definitions/>", "dmn-namespace"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "dmn-namespace"),
        (definitions(decision(TABLE), namespace="http://www.omg.org/spec/DMN/20130901"), "dmn-namespace"),
        (definitions(), "dmn-empty"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "dmn-doctype"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "dmn-doctype"),
        (b"<a>" + b" " * 2_000_000 + b"</a>", "dmn-too-large"),
        (definitions("<x>" * 300 + "</x>" * 300), "dmn-malformed"),
        (definitions(*[decision(expression("1"), id=f"d{n}") for n in range(201)]), "dmn-too-large"),
        (definitions('<import namespace="urn:x" importType="y"/>', decision(TABLE)), "unsupported-import"),
        (definitions(decision(TABLE), decision(TABLE)), "duplicate-id"),
        (definitions('<decision id="d" name="D"/>'), "unsupported-logic"),
        (definitions(decision("<invocation/>")), "unsupported-logic"),
        (definitions(decision("<context/>")), "unsupported-logic"),
        (definitions(decision("<decisionTable/>")), "table-without-output"),
        (definitions(decision(table([], [Out("x")], []))), "table-without-rules"),
        (definitions(decision(table([], [Out("x")], [["1"]], "MOST"))), "unknown-hit-policy"),
        (definitions(decision(table([], [Out("x")], [["1"]], "COLLECT", "AVG"))), "unknown-aggregation"),
        (definitions(decision(table([], [Out("x")], [["1"]], "FIRST", "SUM"))), "aggregation-without-collect"),
        (
            definitions(decision(table([], [Out("x"), Out("y")], [["1", "2"]], "COLLECT", "SUM"))),
            "aggregation-with-many-outputs",
        ),
        (definitions(decision(table([], [Out("x"), Out("x")], [["1", "2"]]))), "duplicate-output"),
        (definitions(decision(table([], [Out("x"), Out("")], [["1", "2"]]))), "output-without-name"),
        (definitions(decision(table([In("a")], [Out("x")], [["1"]]))), "rule-shape"),
        (definitions(decision(table([In("")], [Out("x")], [["1", "1"]]))), "input-without-expression"),
        (definitions(decision(table([In("a")], [Out("x")], [["- -", "1"]]))), "not-feel"),
        (definitions(decision(table([In("a")], [Out("x")], [["-", "?"]]))), "not-feel"),
        (
            definitions(decision(table([In("a")], [Out("x")], [["-", "1"]]).replace("<inputEntry", JUEL_ENTRY))),
            "foreign-expression-language",
        ),
        (definitions(decision(table([], [Out("x")], [["1"]] * 1001, "FIRST"))), "table-too-large"),
        (definitions(decision(expression("1"), requires=["decision:gone"])), "requirement-missing"),
        (definitions(decision(expression("1"), requires=["decision:decide"])), "requirement-circle"),
    ],
)
def test_a_file_that_cannot_run_is_refused(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def test_a_foreign_language_is_refused_for_the_whole_file() -> None:
    data = definitions(decision(TABLE)).replace(b'id="model"', b'expressionLanguage="http://www.w3.org/1999/XPath"')
    assert codes(data) == ["foreign-expression-language"]


def test_feel_by_any_of_its_names_is_accepted() -> None:
    for name in ("feel", "FEEL", "https://www.omg.org/spec/DMN/20191111/FEEL/"):
        data = definitions(decision(TABLE)).replace(b'id="model"', f'expressionLanguage="{name}"'.encode())
        assert codes(data) == []


def test_a_finding_names_file_element_line_reason_and_advice() -> None:
    _, problems = read_table(
        [In("people", "number", label="People")], [Out("x")], [["-", "1"], ["'many'", "2"]], "FIRST"
    )
    assert problems == (
        Problem(
            file="table.dmn",
            line=19,
            severity="error",
            code="not-feel",
            element="r2c1",
            name=None,
            message="Rule 2, input 'People': FEEL has no sign `'` (character 1).",
            advice="Write text between straight double quotes.",
        ),
    )


def test_malformed_xml_names_its_line() -> None:
    (problem,) = parse_decisions(b"<a>\n<b>\n</a>", "a.dmn").problems
    assert (problem.line, problem.severity, problem.code) == (3, "error", "dmn-malformed")


def test_a_broken_decision_does_not_hide_the_others() -> None:
    parsed = parse_decisions(
        definitions(
            decision(expression("1 +"), id="broken"),
            decision(expression("2"), id="sound"),
            decision(expression("3"), id="behind", requires=["decision:broken"]),
        ),
        "a.dmn",
    )
    assert list(parsed.decisions) == ["sound"]
    assert [problem.element for problem in parsed.problems] == [None]
    assert [problem.line for problem in parsed.problems] == [5]


def test_an_input_without_expression_is_read_by_its_label_and_says_so() -> None:
    found, problems = read_table([In("", "number", label="Age")], [Out("x")], [["> 5", "1"]])
    assert [(problem.severity, problem.code) for problem in problems] == [("warning", "input-named-by-label")]
    assert found is not None
    assert found.names == frozenset({"Age"})


def test_names_in_words_need_no_declaration_as_an_input() -> None:
    found, problems = read_table([In("Number of people")], [Out("x")], [["> 5", "Number of people + 1"]])
    assert problems == ()
    assert found is not None
    assert found.result({"Number of people": 6}) == 7


def test_what_python_writes_otherwise_is_read_and_reported() -> None:
    found, problems = read_table([In("a", "boolean")], [Out("x")], [["True", "1"], ["False", "None"]])
    assert [(problem.severity, problem.code, problem.element) for problem in problems] == [
        ("warning", "python-word", "r1c1"),
        ("warning", "python-word", "r2c1"),
        ("warning", "python-word", "r2c2"),
    ]
    assert found is not None
    assert (found.result({"a": True}), found.result({"a": False})) == (1, None)


def test_an_empty_output_is_null_and_says_so() -> None:
    found, problems = read_table([], [Out("x")], [[""]])
    assert [(problem.severity, problem.code, problem.element) for problem in problems] == [
        ("warning", "empty-output", "r1c1")
    ]
    assert found is not None
    assert found.evaluate({}).values == {"x": None}


@pytest.mark.parametrize("alias", ["cellInput", "age"])
def test_a_name_that_another_engine_gives_to_the_input_is_refused(alias: str) -> None:
    made = table([In("people", "number")], [Out("x")], [[f"{alias} > 5", "1"]])
    data = definitions(
        decision(made.replace('<input id="input1"', '<input id="input1" xmlns:c="urn:c" c:inputVariable="age"'))
    )
    (problem,) = parse_decisions(data, "a.dmn").problems
    assert (problem.severity, problem.code, problem.advice) == (
        "error",
        "not-feel",
        "Write ? where the input is meant.",
    )


def test_all_texts_of_a_file_together_have_a_limit() -> None:
    rules = [[f'"{"x" * 3000}{n}"', "1"] for n in range(140)]
    assert codes(definitions(decision(table([In("a")], [Out("x")], rules)))) == ["dmn-too-large"]


def test_a_single_output_takes_type_and_values_from_the_variable_of_its_decision() -> None:
    item = (
        '<itemDefinition name="tLevel"><typeRef>string</typeRef>'
        '<allowedValues><text>"high","low"</text></allowedValues></itemDefinition>'
    )
    made = table([In("a", "number")], [Out("")], [["-", '"low"'], ["> 5", '"high"']], "PRIORITY")
    logic = '<variable name="level" typeRef="tLevel"/>' + made
    parsed = parse_decisions(definitions(item, decision(logic)), "a.dmn")
    assert parsed.problems == ()
    assert parsed.decisions["decide"].evaluate({"a": 6}).values == {"level": "high"}
    wrong = definitions(item, decision(logic.replace('"low"', "5")))
    assert codes(wrong) == ["type-mismatch", "value-not-declared"]
