"""An operator changes facts of a case in which something failed, because a table or a condition cannot use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from complaints.change_facts import ChangeFacts
from complaints.incidents.on_record import locked_incident, require_repair
from complaints.wording import REASON, words
from engine.pipeline import Desk


@dataclass(frozen=True)
class RepairFacts:
    """These facts are different from what the case says. `version` is the facts' version that the incident showed."""

    incident_id: str
    changes: Mapping[str, Any]
    version: int
    reason: str


def repair_facts(desk: Desk, command: RepairFacts) -> dict[str, Any]:
    """Change them as `ChangeFacts` does, with its checks, and return `{"incident": id, "version": n}`.

    Tables and clocks follow; what failed is tried by itself, or by a retry. Raises Forbidden, NotFound, Conflict for
    what is over or concerns no case, Stale, and Unfit with every field that does not fit.
    """
    found = locked_incident(desk, command.incident_id)
    actor = require_repair(desk, found)
    reason = words("reason", command.reason, longest=REASON)
    change = ChangeFacts(found.case, command.changes, command.version, reason)
    done = desk.pipeline.within(desk.connection, change, actor)
    return {"incident": found.id, "version": done["version"]}
