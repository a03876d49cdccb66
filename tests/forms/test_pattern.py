"""Patterns: what compiles, what is refused, and that nothing accepted is ever slow."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.pattern import MAX_TEXT, PatternInvalid, PatternSlow, compile_pattern
from forms.validate import validate
from tests.forms.samples import form_of, form_with, labels


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        ("^[A-Z]{2}[0-9]{4,8}$", ["AB1234"], ["AB123", "ab1234", "AB1234\n", "xAB1234"]),
        (r"^\d{1,3}(?:\.\d{1,3}){3}$", ["10.0.0.1"], ["10.0.0", "１０.0.0.1"]),
        ("^(?:yes|no)$", ["yes", "no"], ["yesno", "maybe"]),
        (r"^\+?[0-9 ()\-]{5,20}$", ["+86 10-1234"], ["12", "1234567890123456789012"]),
        ("^[\u4e00-\u9fff]{2,4}$", ["王小明"], ["王", "Wang"]),
        (r"^[\u4e00-\u9fff\uac00-\ud7a3]{2,10}$", ["김민수"], ["Kim"]),
        ("^$", [""], ["a"]),
        (r"^a\$$", ["a$"], ["a"]),
    ],
)
def test_a_pattern_of_the_subset_matches_whole_texts(pattern: str, fits: list[str], fails: list[str]) -> None:
    compiled = compile_pattern(pattern)
    assert [text for text in fits if not compiled.fullmatch(text)] == []
    assert [text for text in fails if compiled.fullmatch(text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a*)*$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "^(.*)*x$",
        "^a*a*a*$",
        "^(a?){40}$",
        "^" + "a?" * 40 + "$",
        "^([a-z]+)*$",
    ],
)
def test_a_pattern_that_backtracks_without_end_is_refused(pattern: str) -> None:
    with pytest.raises(PatternSlow):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "", "a", "^a", "a$", "^a|b$", "^(a$", "^a)$", "^[a$", "^[]$", "^[z-a]$", "^a**$", "^*$", "^a{2,1}$", "^a{x}$",
        "^(?=a)b$", "^(?P<n>a)$", r"^\1$", r"^\bword$", r"^\u12$", "^a^b$", "^a$b$", "^[[:alpha:]]$", "^a\\$",
        "^" + "a" * 300 + "$",
    ],
)  # fmt: skip
def test_a_pattern_outside_the_subset_is_refused(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        compile_pattern(pattern)


@settings(max_examples=300, deadline=None)
@given(st.text("ab(|)*+?{1,2}[]^-.\\d$", max_size=24))
def test_any_text_as_a_pattern_is_refused_or_quick(body: str) -> None:
    try:
        compiled = compile_pattern(f"^{body}$")
    except (PatternInvalid, PatternSlow):
        return
    for text in ("a" * MAX_TEXT, "ab" * (MAX_TEXT // 2), "1" * MAX_TEXT, "a" * (MAX_TEXT - 1) + "!"):
        began = time.perf_counter()
        compiled.fullmatch(text)
        assert time.perf_counter() - began < 1.0


def test_the_slowest_accepted_kind_of_pattern_is_still_quick() -> None:
    # Two runs of 99 characters: 9,801 ways, close to the limit.
    compiled = compile_pattern("^a{0,98}a{0,98}b$", 200)
    began = time.perf_counter()
    assert compiled.fullmatch("a" * 200) is None
    assert time.perf_counter() - began < 0.2


def test_a_text_over_the_limit_of_its_field_is_never_matched() -> None:
    # Cheap for 20 characters, for which it was accepted; for 20,000 it would take minutes.
    field = {"type": "string", "pattern": "^a*a*a*b$", "maxLength": 18}
    form = form_with("a", field)
    began = time.perf_counter()
    assert [problem.code for problem in validate(form, {"a": "a" * 20_000})] == ["too_long"]
    assert time.perf_counter() - began < 0.2
    assert [problem.code for problem in validate(form, {"a": "a" * 18})] == ["pattern"]


def test_a_pattern_accepted_for_a_short_field_is_accepted_in_its_conditions_too() -> None:
    schema = {
        "type": "object",
        "properties": {
            "code": {"type": "string", "pattern": "^[a-z]*-[a-z]*$", "maxLength": 80},
            "strict": {"type": "boolean"},
        },
        "if": {"properties": {"strict": {"const": True}}, "required": ["strict"]},
        "then": {"properties": {"code": {"pattern": "^[a-m]*-[a-m]*$"}}},
        "additionalProperties": False,
    }
    form = form_of(schema, {"title": labels("t"), "fields": {n: {"label": labels(n)} for n in ("code", "strict")}})
    assert validate(form, {"code": "xy-z", "strict": False}) == ()
    assert [p.pointer for p in validate(form, {"code": "xy-z", "strict": True})] == ["/code"]
    assert validate(form, {"code": "ab-c", "strict": True}) == ()


def test_the_grammar_agrees_with_the_library() -> None:
    for body in ("(a|b)c{2}", "x?y", r"[^\d\s]+", "(?:ab){1,3}"):
        assert compile_pattern(f"^{body}$").pattern == re.compile(body).pattern
