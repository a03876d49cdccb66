"""What the expression language allows, what it refuses, and where it says the mistake is."""

from __future__ import annotations

import contextlib
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.expressions.language import ExpressionError, ExpressionFailed, compile_expression, compile_script

REFUSED = [
    ("a.b", 1, 1, "a dot after a name"),
    ("().__class__", 1, 1, "a dot after a name"),
    ("people > 3 and a.b", 1, 16, "a dot after a name"),
    ("\n\n  people >\n  a.b", 4, 3, "a dot after a name"),
    ("f(1)", 1, 1, "there is no function f"),
    ("eval('1')", 1, 1, "there is no function eval"),
    ("len.real", 1, 1, "a dot after a name"),
    ("len", 1, 1, "len is a function"),
    ("len(x=3)", 1, 6, "a single ="),
    ("(lambda: 3)", 1, 2, "lambda"),
    ("max(**x)", 1, 1, "named arguments"),
    ("[x for x in y]", 1, 1, "a loop inside"),
    ("{1: 2}", 1, 1, "{...}"),
    ("{1, 2}", 1, 1, "{...}"),
    ("f'{x}'", 1, 1, "a letter before the quotation mark"),
    ("b'x'", 1, 1, "a letter before the quotation mark"),
    ("x ** 9", 1, 1, "** is not allowed"),
    ("(y := 3)", 1, 2, ":= is not allowed"),
    ("max(*y)", 1, 5, "* before a list"),
    ("x[1:2]", 1, 1, "only a fixed key"),
    ("x[y]", 1, 1, "only a fixed key"),
    ("x & y", 1, 1, "& is not allowed"),
    ("x is 3", 1, 1, "is compares identity"),
    ("a < b in c", 1, 1, "in and is cannot stand in a chain"),
    ("_x", 1, 1, "begins with an underscore"),
    ("true", 1, 1, "true is not known"),
    ("x == null", 1, 6, "null is not known"),
    ("x = 3", 1, 3, "a single ="),
    ("a && b", 1, 3, "&& is not known"),
    ("a || b", 1, 3, "|| is not known"),
    ("!a", 1, 1, "! is not known"),
    ("a <> b", 1, 3, "<> is not known"),
    ("${a}", 1, 1, "${...}"),
    ("a, b", 1, 2, "a comma outside brackets"),
    ("a) or (b", 1, 2, "a bracket is closed"),
    ("1if a else 2", 1, 2, "a letter directly after a number"),
    ("'a\\n'", 1, 3, "a backslash"),
    ("people ＞ 3", 1, 8, "is not the plain one"),
    ("people > 3。", 1, 11, "is not the plain one"),
    ("priority == “high”", 1, 13, "is not the plain one"),
    ("1e400", 1, 1, "the number is too large"),
    ("9" * 40, 1, 1, "the number is too large"),
    ("1j", 1, 1, "this kind of value"),
    ("...", 1, 1, "this kind of value"),
    ("", 1, 1, "the expression is empty"),
    (" \n ", 1, 1, "the expression is empty"),
    ("a and", 1, 5, "not complete"),
    ("not " * 60 + "a", 1, 157, "nested too deeply"),
    ("x" * 2001, 1, 1, "2001 characters"),
    ("await x", 1, 1, "not part of"),
    ("yield", 1, 1, "not part of"),
]


@pytest.mark.parametrize(("source", "line", "column", "message"), REFUSED, ids=[row[0][:20] for row in REFUSED])
def test_what_is_not_in_the_language_is_refused_with_its_place(
    source: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert message in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.advice.endswith(".")
    assert caught.value.details == {"advice": caught.value.advice, "line": line, "column": column}


def test_names_and_calls_are_known_before_anything_runs() -> None:
    found = compile_expression('deadline("respond") if people > 9 else days(n)', {"deadline", "days"})
    assert found.names == {"people", "n"}
    assert [(call.function, call.args) for call in found.calls] == [
        ("deadline", ("respond",)),
        ("days", found.calls[1].args),
    ]
    assert repr(found.calls[1].args) == "(NOT_CONSTANT,)"


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("people > 3") is compile_expression("people > 3")
    assert compile_expression("f(1)", {"f"}) is compile_expression("f(1)", frozenset({"f"}))


def test_white_space_and_remarks_around_a_text_do_not_matter() -> None:
    text = "\n   people > 3 and # ten or more\n     refund > 5  \n"
    assert compile_expression(text).evaluate({"people": 4, "refund": 6}, {}) is True


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=string.printable + "好（“\u200b\x00", max_size=60))
def test_any_text_is_either_compiled_or_refused(source: str) -> None:
    refusals = []
    for compiler in (compile_expression, compile_script):
        try:
            compiler(source)
        except ExpressionError as error:
            refusals.append(error)
    assert all(refusal.line >= 1 and refusal.column >= 1 for refusal in refusals)


_SIGNS = ("(", ")", "[", "]", ",", "+", "-", "*", "/", "//", "%", "<", "==", "in", "not", "and", "or", "if", "else")
_PIECES = st.sampled_from(["a", "b", "0.1", "3", "'x'", "len(", "sum(", "max(", "a[0]", "a['k']", "is None", *_SIGNS])


@settings(max_examples=600, deadline=None)
@given(st.lists(_PIECES, max_size=14), st.sampled_from([3, "t", None, [1, 2], 1.5, True, {"k": 1}]))
@example(["3", "is None"], 3)
def test_whatever_compiles_either_gives_a_value_or_says_why_not(pieces: list[str], value: object) -> None:
    try:
        compiled = compile_expression(" ".join(pieces))
    except ExpressionError:
        return
    with contextlib.suppress(ExpressionFailed):
        compiled.evaluate({"a": value, "b": 2}, {})
