"""What is in hand of one process."""

from __future__ import annotations

from complaints.outward.lanes import Ended, Lane
from tests.complaints.gated_line import message


def test_an_end_is_itself_and_never_another_that_looks_like_it() -> None:
    """Taking one out of the row must look at no values: threads add to the row meanwhile."""
    lane, sent = Lane("line", "r", None, 0.0), message("m1", "r")
    one, other = Ended(lane, sent, None, 0.0), Ended(lane, sent, None, 0.0)
    assert one == one
    assert one != other
    assert "__eq__" not in vars(Ended)
