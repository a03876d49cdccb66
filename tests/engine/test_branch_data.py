"""What a branch has said is told by value and type, at any depth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.spiff.branch_data import news, take_over


@pytest.mark.parametrize(
    ("before", "after"),
    [(0, False), ([0], [False]), ({"a": [1]}, {"a": [True]}), ([{"a": Decimal("1.0")}], [{"a": 1}]), ([1], (1,))],
)
def test_what_is_equal_and_of_another_type_is_news(before: Any, after: Any) -> None:
    assert news({"x": after, "y": 1}, {"x": before, "y": 1}) == {"x": after}
    assert news({"x": before}, {"x": before}) == {}


def test_what_a_branch_says_no_more_is_taken_out() -> None:
    into = {"kept": 1, "gone": 2, "other": 3}
    take_over(into, {"kept": 1, "new": [4]}, since={"kept": 1, "gone": 2})
    assert into == {"kept": 1, "new": [4], "other": 3}
