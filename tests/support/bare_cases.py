"""Rows of cases without a process behind them, for what looks at the rows alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def bare_version(at: datetime) -> dict[str, Any]:
    """Return a version `v` of a process, of which nothing is to be run."""
    return {
        "id": "v", "process_key": "p", "number": 1, "digest": "d", "active": True, "published_at": at,
        "in_force_since": at, "published_by": None, "bundle": b"",
    }  # fmt: skip


def bare_case(case_id: str, at: datetime) -> dict[str, Any]:
    """Return an instance of that version that nothing has happened in."""
    return {
        "case_id": case_id, "version_id": "v", "row_version": 0, "facts_version": 1, "status": "registered",
        "protection": "ordinary", "waits_for": [], "received_at": at, "started_at": at, "troubled": False,
        "facts": {}, "state": b"",
    }  # fmt: skip
