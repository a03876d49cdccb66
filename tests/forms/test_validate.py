"""Each fault of an answer is found at its field, with its code, in three languages."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from forms.field_problem import FieldProblem
from forms.languages import LANGUAGES
from forms.limits import MAX_BYTES
from forms.messages import MESSAGES, message_for
from forms.validate import validate
from tests.forms.samples import complete_answer, equipment, form_with


def told(data: Any) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in validate(equipment(), data)]


def changed(**changes: Any) -> dict[str, Any]:
    answer = complete_answer() | changes
    return {name: value for name, value in answer.items() if value is not ...}


def test_an_answer_in_order_has_no_fault() -> None:
    assert validate(equipment(), complete_answer()) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"outcome": ...}, [("/outcome", "required")]),
        ({"outcome": "stolen"}, [("/outcome", "choice")]),
        ({"outcome": 3}, [("/outcome", "type_text")]),
        ({"summary": "no"}, [("/summary", "too_short")]),
        ({"summary": "x" * 4001}, [("/summary", "too_long")]),
        ({"reply": "x" * 2001}, [("/reply", "too_long")]),
        ({"serial": "ab1"}, [("/serial", "pattern")]),
        ({"serial": "AB12345678901"}, [("/serial", "too_long")]),
        ({"pieces": "three"}, [("/pieces", "type_integer")]),
        ({"pieces": 2.0}, [("/pieces", "type_integer")]),
        ({"pieces": True}, [("/pieces", "type_integer")]),
        ({"pieces": 0}, [("/pieces", "minimum")]),
        ({"pieces": 501}, [("/pieces", "maximum")]),
        ({"weight": float("nan")}, [("/weight", "type_number")]),
        ({"weight": float("inf")}, [("/weight", "type_number")]),
        ({"pieces": ...}, [("/pieces", "required")]),
        ({"returned_on": "2024-02-30"}, [("/returned_on", "format_date")]),
        ({"noticed_at": "2024-05-31T10:30"}, [("/noticed_at", "format_date_time")]),
        ({"contact": {"name": "A", "email": "a@"}}, [("/contact/email", "format_email")]),
        ({"contact": {"name": "A", "page": "javascript:alert(1)"}}, [("/contact/page", "format_uri")]),
        ({"contact": {"phone": "1"}}, [("/contact/name", "required"), ("/contact/phone", "unknown_field")]),
        ({"contact": "A"}, [("/contact", "type_object")]),
        ({"usable": "yes"}, [("/usable", "type_boolean")]),
        ({"agreed": False}, [("/agreed", "const")]),
        ({"marks": ["scratched", "burnt"]}, [("/marks/1", "choice")]),
        ({"marks": ["dirty", "dirty"]}, [("/marks", "unique_items")]),
        ({"marks": "dirty"}, [("/marks", "type_list")]),
        ({"marks": ...}, [("/marks", "required")]),
        ({"marks": []}, [("/marks", "required")]),
        ({"deposit": {"amount": 1.5, "currency": "CNY"}}, [("/deposit/amount", "money_amount")]),
        ({"deposit": {"amount": "1.5", "currency": "KRW"}}, [("/deposit/amount", "money_decimals")]),
        ({"deposit": {"amount": "1.5", "currency": "EUR"}}, [("/deposit/currency", "money_currency")]),
        ({"deposit": "1.5"}, [("/deposit", "money_shape")]),
        ({"costs": [{"purpose": "a"}] * 21}, [("/costs", "max_items")]),
        (
            {"costs": [{"purpose": "a"}, {"due_on": "x"}]},
            [("/costs/1/due_on", "format_date"), ("/costs/1/purpose", "required")],
        ),
        ({"costs": ["a"]}, [("/costs/0", "type_object")]),
        ({"witnesses": ["p"] * 11}, [("/witnesses", "max_items")]),
        ({"reply": "By {refund_by}."}, [("/reply", "unfilled_blank")]),
        ({"outcome": "lost"}, [("/returned_on", "not_allowed")]),
        ({"outcome": "lost", "returned_on": ..., "deposit": ...}, [("/deposit", "required")]),
        ({"colour": "red"}, [("/colour", "unknown_field")]),
        ({"a/b~c": 1}, [("/a~1b~0c", "unknown_field")]),
        ({"summary": "bell \x07"}, [("/summary", "control_character")]),
        ({"summary": "half \ud83d"}, [("/summary", "surrogate")]),
        ({"summary": "nul \x00"}, [("/summary", "control_character")]),
        ({"pieces": 2**70}, [("/pieces", "number_size")]),
        ({"pieces": 2**60}, [("/pieces", "type_integer")]),
    ],
)
def test_each_fault_is_named_at_its_field(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert sorted(told(changed(**changes))) == sorted(expected)


@pytest.mark.parametrize("data", [None, [], "text", 3, True])
def test_what_is_no_object_is_refused_as_a_whole(data: Any) -> None:
    assert validate(equipment(), data) == (FieldProblem("", "type_object", {}),)


def test_every_character_of_unicode_is_accepted_or_named() -> None:
    refused = []
    for start in range(0, 0x110000, 0x400):
        block = [chr(point) for point in range(start, start + 0x400)]
        if told(changed(summary="xx" + "".join(block))):
            refused += [ord(char) for char in block if told(changed(summary=f"xx{char}"))]
    expected = [
        *range(9),
        0x0B,
        0x0C,
        *range(0x0E, 0x20),
        *range(0x7F, 0xA0),
        *range(0xD800, 0xE000),
        *range(0xFDD0, 0xFDF0),
    ]
    assert refused == sorted(expected + [plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)])


def test_text_that_only_speaks_of_escapes_is_in_order() -> None:
    assert told(changed(summary=r"write \u0000 or \b here")) == []


def test_an_answer_over_the_limit_is_not_looked_at_field_by_field() -> None:
    assert told({"colour": "红" * MAX_BYTES}) == [("", "too_large")]


def test_an_answer_nested_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    (problem,) = validate(equipment(), {"colour": deep})
    assert problem.code == "too_deep"
    assert len(problem.pointer) < 100


def test_faults_stand_in_the_order_of_the_page() -> None:
    assert told({"colour": 1, "reply": 1, "pieces": "x", "summary": "s"}) == [
        ("/outcome", "required"),
        ("/summary", "too_short"),
        ("/pieces", "type_integer"),
        ("/reply", "type_text"),
        ("/colour", "unknown_field"),
    ]


def test_thousands_of_faults_are_cut_off() -> None:
    assert len(told({f"x{index}": 1 for index in range(5_000)})) == 100


def test_a_text_without_a_limit_of_its_own_has_the_general_one() -> None:
    form = form_with("note", {"type": "string"})
    assert validate(form, {"note": "字" * 20_000}) == ()
    assert validate(form, {"note": "字" * 20_001}) == (FieldProblem("/note", "too_long", {"limit": 20_000}),)


def test_every_code_is_said_in_three_languages_with_the_same_figures() -> None:
    for code, texts in MESSAGES.items():
        assert tuple(texts) == LANGUAGES, code
        assert len({tuple(sorted(re.findall(r"\{[a-z_]+\}", text))) for text in texts.values()}) == 1, code


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-CN", "KRW 金额最多保留 0 位小数。"),
        ("ko", "KRW 금액은 소수점 아래 0자리까지만 입력할 수 있습니다."),
        ("en", "An amount in KRW has at most 0 decimals."),
        ("fr", "KRW 金额最多保留 0 位小数。"),
    ],
)
def test_a_message_names_its_figures(language: str, sentence: str) -> None:
    problem = FieldProblem("/deposit/amount", "money_decimals", {"currency": "KRW", "decimals": 0})
    assert message_for(problem, language) == sentence


def test_a_typical_answer_is_validated_in_a_fraction_of_a_millisecond() -> None:
    form, answer = equipment(), complete_answer()
    best = min(_seconds(form, answer) for _ in range(200))
    # The aim is 150 microseconds on an idle machine; the margin is for one that runs other things as well.
    assert best < 300e-6


def _seconds(form: Any, answer: Any) -> float:
    began = time.perf_counter()
    validate(form, answer)
    return time.perf_counter() - began
