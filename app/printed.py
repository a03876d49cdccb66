"""What commands of the command line print: instants to the second, and rows as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def instant(at: datetime) -> str:
    """Return an instant as people and machines read it: ISO 8601, to the second."""
    return at.isoformat(timespec="seconds")


def as_json(rows: DataclassInstance | Sequence[DataclassInstance]) -> str:
    """Return one dataclass or a list of them as indented JSON; instants as `instant` gives them."""
    told = [asdict(each) for each in rows] if isinstance(rows, Sequence) else asdict(rows)
    return json.dumps(told, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    return instant(value) if isinstance(value, datetime) else str(value)
