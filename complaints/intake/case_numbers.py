"""Numbers of complaints and tracking codes, as they are given out and as people write them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from access.spelling import bare
from complaints.tables import complaint

IN_A_NUMBER = 5
IN_A_TRACKING_CODE = 4
"""Characters of a group."""


def grouped(code: str, size: int) -> str:
    """Return a code in groups of `size`, as people read it aloud."""
    return "-".join(code[i : i + size] for i in range(0, len(code), size))


def is_named(name: str) -> ColumnElement[bool]:
    """Return the condition on `complaint` that this is the case's number, in whatever spelling, or its id."""
    return or_(complaint.c.number == grouped(bare(name), IN_A_NUMBER), complaint.c.case_id == name.strip())
