"""Texts that are not FEEL, or not supported: each is refused with a position and with what to write instead."""

from __future__ import annotations

import pytest

from engine.decisions import NotFeel
from tests.support.feel import cell_matches, evaluate

REFUSED_CELLS = [
    ("'a'", "FEEL has no sign `'` (character 1).", "Write text between straight double quotes."),
    ("“a”", "FEEL has no sign `“` (character 1).", "Write text between straight double quotes."),
    ('"a"，"b"', "FEEL has no sign `，` (character 4).", "Use the half-width comma."),
    ("≥ 5", "FEEL has no sign `≥` (character 1).", "Write >= instead."),
    ("== 5", "FEEL has no sign `==` (character 1).", "Write a single = to compare."),
    ("? > 5 && ? < 9", "FEEL has no sign `&` (character 7).", "Write and instead."),
    (
        "7 // 2",
        "FEEL has no sign `//` (character 3).",
        "Write floor(a / b) for a whole division, /* ... */ for a remark.",
    ),
    ("${people > 5}", "FEEL has no sign `$` (character 1).", "Write the expression without ${ }."),
    ('"abc', "The text that begins here is never closed (character 1).", "Close the text with a double quote."),
    (
        '"a" not in ?',
        "`not` does not fit here (character 5).",
        "Write not(...) around the whole test, for instance not(? in list).",
    ),
    (
        'in ("a","b")',
        "`in` does not fit here (character 1).",
        'Write the tests alone, for instance "a","b", or ? in (...).',
    ),
    (
        "names.keys()",
        "`(` does not fit here (character 11).",
        "A value has no methods; use a function, for instance contains(text, part).",
    ),
    (
        "Full Name",
        "`Name` does not fit here (character 6).",
        "Declare `Full Name` as an input if that is one name, otherwise put an operator between.",
    ),
    (">", "The expression ends too early.", "Complete or shorten it."),
    (
        "1 = 2 = true",
        "Several comparisons stand in a row, and it is not clear what is compared with what.",
        "Join them with and, or put brackets around one.",
    ),
    (
        '("a", "b")',
        "A list of tests in round brackets stands only after in.",
        'Write "a","b" for a choice, or ["a","b"] for a list.',
    ),
    ("now()", "There is no function `now`.", "The time is a fact: give the decision an input such as received_at."),
    ("len(?)", "There is no function `len`.", "Write count(list) or string length(text)."),
    ('date("2026-02-30")', 'date("2026-02-30") names no date.', 'Write for instance date("2026-01-31").'),
    (
        '@"tomorrow"',
        '@"tomorrow" is no date, time or duration.',
        'Write for instance @"2026-01-31", @"2026-01-31T10:00:00+08:00" or @"P1D".',
    ),
]


@pytest.mark.parametrize(("cell", "message", "advice"), REFUSED_CELLS)
def test_a_refused_cell_says_what_is_wrong_and_what_to_write(cell: str, message: str, advice: str) -> None:
    with pytest.raises(NotFeel) as refusal:
        cell_matches(cell, 1)
    assert (refusal.value.message, refusal.value.advice, refusal.value.code) == (message, advice, "not-feel")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "< 5",
        "1, 2",
        "1 +",
        "(1",
        "1)",
        "[1",
        "{a: 1",
        "{a: 1, a: 2}",
        "a b",
        "if a then b",
        "for x in [1]",
        "some x in [1]",
        "1 in",
        "function(x) x",
        "external",
        "a instance of number",
        '"\\q"',
        '"\\ud800"',
        "1e99999",
        "1" * 61,
        "sum()",
        "substring()",
        "substring(1, 2, 3, 4)",
        "substring(text: 1)",
        "lambda x: x",
        "import os",
        "a := 1",
        "a; b",
        "x[1:2]",
        "{}.__class__()",
        "not(1, 2) and true",
        "1 + (< 5)",
        "(1, 2) + 3",
    ],
)
def test_a_text_that_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(NotFeel):
        evaluate(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100 + "]" * 100,
        "-" * 100 + "x",
        "not(" * 100 + "true" + ")" * 100,
        "if true then " * 100 + "1" + " else 2" * 100,
        "1" + " + 1" * 900,
        "a" + ".b" * 1000,
        "x" * 4001,
        ", ".join(f"x{n} in [1]" for n in range(20)).join(["for ", " return 1"]),
    ],
)
def test_a_text_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(NotFeel):
        evaluate(text)


def test_a_long_row_of_choices_is_not_deep() -> None:
    assert cell_matches(", ".join(str(number) for number in range(500)), 499) is True
    assert evaluate(" or ".join(["false"] * 300 + ["true"])) is True


def test_brackets_around_one_value_do_not_count_as_depth() -> None:
    assert evaluate("(" * 1500 + "true" + ")" * 1500) is True
