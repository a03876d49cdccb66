"""An answer is brought into one canonical form before it is checked."""

from __future__ import annotations

from typing import Any

import pytest

from forms.clean import clean
from tests.forms.samples import complete_answer, equipment


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"summary": "  e\u0301 "}, {"summary": "é"}),
        ({"summary": "a\r\nb\rc\u2028d"}, {"summary": "a\nb\nc\nd"}),
        ({"serial": "AB\n12"}, {"serial": "AB 12"}),
        ({"summary": " \u3000 "}, {}),
        ({"summary": None, "usable": None, "pieces": None}, {}),
        ({"usable": False, "pieces": 0, "weight": 0.0}, {"usable": False, "pieces": 0, "weight": 0.0}),
        ({"returned_on": "２０２４－０５－３１"}, {"returned_on": "2024-05-31"}),
        ({"noticed_at": "2024-05-31T10:30:00+08:00"}, {"noticed_at": "2024-05-31T02:30:00Z"}),
        ({"noticed_at": "this morning"}, {"noticed_at": "this morning"}),
        ({"marks": ["part_missing", "scratched", "part_missing", ""]}, {"marks": ["scratched", "part_missing"]}),
        ({"marks": ["burnt", "dirty"]}, {"marks": ["dirty", "burnt"]}),
        ({"marks": []}, {}),
        ({"deposit": {"amount": "１，２００", "currency": "CNY "}}, {"deposit": {"amount": "1200", "currency": "CNY"}}),
        ({"deposit": {"amount": "", "currency": "CNY"}}, {}),
        ({"deposit": {"currency": "CNY"}}, {}),
        ({"deposit": {"amount": 1.5, "currency": "CNY"}}, {"deposit": {"amount": 1.5, "currency": "CNY"}}),
        ({"costs": [{"purpose": " a "}, {"purpose": ""}, {}, None]}, {"costs": [{"purpose": "a"}]}),
        ({"costs": ["x", {"purpose": "a"}]}, {"costs": ["x", {"purpose": "a"}]}),
        ({"contact": {"name": " "}}, {}),
        ({"witnesses": ["p2", " p1 ", "p2"]}, {"witnesses": ["p2", "p1"]}),
        ({"colour": "  red ", "none": None}, {"colour": "  red ", "none": None}),
        ({"pieces": " 3 "}, {"pieces": " 3 "}),
    ],
)
def test_each_kind_of_answer_has_one_form(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert clean(equipment(), given) == kept


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_what_is_no_object_is_left_alone(value: Any) -> None:
    assert clean(equipment(), value) == value


def test_the_answer_that_was_given_is_not_changed() -> None:
    given = {"costs": [{"purpose": " a "}], "contact": {"name": " b "}}
    clean(equipment(), given)
    assert given == {"costs": [{"purpose": " a "}], "contact": {"name": " b "}}


def test_a_canonical_answer_stays_as_it_is() -> None:
    assert clean(equipment(), complete_answer()) == complete_answer()
