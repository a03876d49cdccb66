"""A number that nobody has said is neither lower nor higher than one that somebody says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from complaints.told_changes import _Seen
from tests.engine.rich_case import compile_rich


@pytest.mark.parametrize(
    ("was", "now", "lower"),
    [
        (Decimal(5), None, None),
        (None, Decimal(5), None),
        (None, None, None),
        (Decimal(5), Decimal(6), None),
        (Decimal(6), Decimal(5), (Decimal(6), Decimal(5))),
    ],
)
def test_only_what_was_said_before_and_is_less_now_is_lower(was: Any, now: Any, lower: Any) -> None:
    assert _Seen(compile_rich(), {"refund": was}, {"refund": now}).lower("refund") == lower
