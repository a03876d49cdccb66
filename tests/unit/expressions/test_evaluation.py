"""What expressions compute: exactly, within bounds, and with a clear word about what is missing."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Refusal
from engine.expressions.language import ExpressionError, ExpressionFailed, compile_expression, compile_script


def _value(source: str, **names: Any) -> Any:
    return compile_expression(source).evaluate(names, {})


@pytest.mark.parametrize(
    ("source", "names", "value"),
    [
        ("refund > 10000", {"refund": Decimal("10000.01")}, True),
        ("refund > 10000", {"refund": Decimal("10000.00")}, False),
        ("refund > 10000.00", {"refund": Decimal("10000.01")}, True),
        ("refund > 9999.99", {"refund": 10000}, True),
        ("0.1 + 0.2 == 0.3", {}, True),
        ("share == 0.1", {"share": 0.1}, True),
        ("a == b", {"a": 0.1, "b": Decimal("0.1")}, True),
        ("a <= b", {"a": 0.1, "b": Decimal("0.1")}, True),
        ("share in [0.1, 0.2]", {"share": 0.1}, True),
        ("share not in shares", {"share": Decimal("0.1"), "shares": [0.1]}, False),
        ("0.5 < share <= 1", {"share": 0.75}, True),
        ("1 < 2 < 2", {}, False),
        ("7 / 2", {}, Decimal("3.5")),
        ("7 // 2 + 7 % 2", {}, 4),
        ("-x + +3", {"x": 1}, 2),
        ("priority in ['high', 'urgent']", {"priority": "urgent"}, True),
        ("'ill' in text", {"text": "billing"}, True),
        ("'big' if people >= 10 else 'small'", {"people": 10}, "big"),
        ("people > 3 or missing", {"people": 4}, True),
        ("people > 9 and missing", {"people": 4}, False),
        ("answer['satisfied']", {"answer": {"satisfied": False}}, False),
        ("lines[0]['amount'] + lines[-1]['amount']", {"lines": [{"amount": 1}, {"amount": 2}]}, 3),
        ("x is None", {"x": None}, True),
        ("x is not None", {"x": None}, False),
        ("len(lines) == 0", {"lines": []}, True),
        ("sum([0.1, 0.2, 1])", {}, Decimal("1.3")),
        ("max(1, 2.5, 2)", {}, Decimal("2.5")),
        ("min(values)", {"values": [3, 1.5]}, Decimal("1.5")),
        ("abs(-3) + len('abc')", {}, 6),
        ("any([a, b]) and not all([a, b])", {"a": 1, "b": 0}, True),
        ("sorted([3, 1, 2])", {}, [1, 2, 3]),
        ("'复' + '核'", {}, "复核"),
        ("[1] + [2]", {}, [1, 2]),
        ("人数 >= 10", {"人数": 10}, True),
    ],
)
def test_values_are_exact(source: str, names: dict[str, Any], value: Any) -> None:
    found = _value(source, **names)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("source", "names", "reason"),
    [
        ("people > 3", {}, "the name people has no value in this case"),
        ("people > 3", {"people": None}, "not supported between"),
        ("answer['text']", {"answer": {}}, "there is no entry 'text'"),
        ("lines[2]", {"lines": []}, "the list is shorter"),
        ("1 / x", {"x": 0}, "a division by zero"),
        ("1 % x", {"x": 0}, "a division by zero"),
        ("1 // x", {"x": Decimal(0)}, "a division by zero"),
        ("'a' * 9", {}, "* needs numbers"),
        ("x * x", {"x": [0]}, "* needs numbers"),
        ("'%s' % x", {"x": 1}, "% needs numbers"),
        ("x * x * x * x * x", {"x": 10**9}, "too large a number"),
        ("x + x", {"x": "a" * 6000}, "the result is too long"),
        ("x + x", {"x": [0] * 600}, "the result is too long"),
        ("max([])", {}, "at least one value"),
        ("sum('abc')", {}, "a list is needed"),
        ("sum(['a'])", {}, "sum needs numbers"),
        ("abs('x')", {}, "abs needs numbers"),
    ],
)
def test_what_cannot_be_computed_says_why(source: str, names: dict[str, Any], reason: str) -> None:
    with pytest.raises(ExpressionFailed) as caught:
        _value(source, **names)
    assert reason in caught.value.details["reason"]
    assert caught.value.details["expression"] == source
    assert caught.value.code == "expression-failed"


def test_a_missing_name_is_told_to_machines_too() -> None:
    with pytest.raises(ExpressionFailed) as caught:
        _value("people > 3")
    assert caught.value.details["name"] == "people"


def test_functions_come_with_the_evaluation_and_their_refusals_pass_through() -> None:
    compiled = compile_expression("working_days(n + 1)", {"working_days"})
    assert compiled.evaluate({"n": 2}, {"working_days": lambda days: days * 10}) == 30

    def refuse(_: Any) -> Any:
        raise Refusal("no calendar")

    with pytest.raises(Refusal, match="no calendar"):
        compiled.evaluate({"n": 2}, {"working_days": refuse})


def test_an_evaluation_takes_microseconds() -> None:
    compiled = compile_expression("people >= 10 or refund > 10000 and priority in ['high', 'urgent']")
    names = {"people": 9, "refund": Decimal("10000.01"), "priority": "high"}
    rounds = 20_000
    best = min(_timed(compiled.evaluate, names, rounds) for _ in range(5))
    assert best / rounds < 10e-6, f"{best / rounds * 1e6:.2f} us each"


def _timed(run: Any, names: dict[str, Any], rounds: int) -> float:
    start = time.perf_counter()
    for _ in range(rounds):
        run(names, {})
    return time.perf_counter() - start


def test_a_chain_of_comparisons_inside_each_other_does_not_explode() -> None:
    text = "x"
    for _ in range(30):
        text = f"(x<={text}<=x)"
    assert _value(text, x=1) is True


def test_a_script_gives_names_to_values_in_order() -> None:
    script = compile_script("\n# the next round\nround = round + 1\nlate = round > 2\n\nteams = [\n  'a',\n  'b']\n")
    names = {"round": 2}
    assert script.run(names, {}) == {"round": 3, "late": True, "teams": ["a", "b"]}
    assert names == {"round": 2}
    assert script.names == {"round"}
    assert [(step.name, step.line) for step in script.assignments] == [("round", 3), ("late", 4), ("teams", 6)]


@pytest.mark.parametrize(
    ("source", "line", "column", "message"),
    [
        ("x += 1", 1, 1, "only lines name = expression"),
        ("x = 1\nprint(x)", 2, 1, "only lines name = expression"),
        ("import os", 1, 1, "only lines name = expression"),
        ("a, b = 1, 2", 1, 1, "only lines name = expression"),
        ("x.y = 1", 1, 1, "only lines name = expression"),
        ("x['k'] = 1", 1, 1, "only lines name = expression"),
        ("if x:\n  y = 1", 1, 1, "only lines name = expression"),
        ("x == 1", 1, 1, "only lines name = expression"),
        ("x = 1\ny = a.b", 2, 5, "a dot after a name"),
        ("x = 1; y = 2", 1, 10, "a single ="),
        ("x = y = 2", 1, 7, "a single ="),
        ("_x = 1", 1, 1, "cannot be given a value"),
        ("len = 1", 1, 1, "cannot be given a value"),
        ("True = 1", 1, 1, "cannot be given a value"),
        ("x =", 1, 4, "the expression is empty"),
        ("", 1, 1, "the script is empty"),
        ("# nothing", 1, 1, "the script is empty"),
        ("x = 1\n" * 400, 1, 1, "more than 2000 characters"),
    ],
)
def test_a_script_that_does_more_is_refused_with_its_line(source: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_script(source)
    assert message in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)
