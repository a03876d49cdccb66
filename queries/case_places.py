"""Where a case stands in its diagram, and where an operator may move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from access.keys.sealed_rows import opened_row
from access.keys.stored_keys import with_key
from engine.case_work import Services
from engine.errors import Refusal
from engine.kernel.step import places
from engine.process import CompiledProcess
from engine.tables import instance


@dataclass(frozen=True)
class Way:
    """An element to which a token may go."""

    element: str
    name: str
    """As it is drawn."""


@dataclass(frozen=True)
class CasePlace:
    """A token that rests: at an open step, at a timer or message that it waits for, in a called process."""

    token: str
    element: str
    name: str
    """As it is drawn."""
    ways: tuple[Way, ...]


def case_places(connection: Connection, case_id: str | None, services: Services, *, now: datetime) -> list[CasePlace]:
    """Return where the case stands; empty without a case, behind its end, and where its state cannot be read."""
    asked = select(instance.c.case_id, instance.c.version_id, instance.c.state, instance.c.facts).where(
        instance.c.case_id == case_id, instance.c.ended_at.is_(None)
    )
    row = connection.execute(with_key(asked, instance.c.case_id)).first()
    if row is None or row.key_wrapped is None:
        return []
    row = opened_row(services.keys.along(row), row)
    try:
        process = services.versions.process(connection, row.version_id)
        found = places(process, row.state, facts=row.facts, calendars=services.calendars, now=now)
    except Refusal:
        return []
    return [
        CasePlace(
            each.token,
            each.element,
            _name(process, each.element),
            tuple(Way(to, _name(process, to)) for to in each.ways),
        )
        for each in found
    ]


def _name(process: CompiledProcess, element: str) -> str:
    return process.diagram.elements[element].name
