"""What an instance keeps from before a completed step while it can still be sent back (docs/adr/0010).

The only place that knows the shape of the column `undo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.case_work import CaseWork


@dataclass(frozen=True)
class BeforeStep:
    """The case as it stood before the step."""

    state: bytes
    facts: Mapping[str, Any]
    owner: str | None
    status: str
    closure: str | None
    batch: str
    """The number of the change that the step made: what it wrote and would tell carries it."""


def written(work: CaseWork) -> bytes:
    """Return the case as it stands now, before its step, as the column keeps it."""
    row = work.row
    kept = {
        "state": row["state"].decode(), "facts": row["facts"], "owner": row["case_owner"], "status": row["status"],
        "closure": row["closure"], "batch": work.batch,
    }  # fmt: skip
    return orjson.dumps(kept)


def read(column: bytes) -> BeforeStep:
    """Return what `written` gave."""
    kept = orjson.loads(column)
    return BeforeStep(
        kept["state"].encode(), kept["facts"], kept["owner"], kept["status"], kept["closure"], kept["batch"]
    )
