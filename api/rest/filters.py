"""Filters of lists whose values are data of the installation: one that names nothing is refused, not found empty."""

from __future__ import annotations

import re

from access.people import names
from engine.errors import Unfit
from queries.colleagues import colleagues
from queries.reader import Reader

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def require_team(reader: Reader, team: str | None) -> None:
    """Return if there is such a team, or none is asked for. Raises Unfit with all there are."""
    known = sorted(reader.library.posts.teams)
    if team is not None and team not in known:
        raise Unfit(fields=[{"field": "team", "in": "query", "code": "unknown", "allowed": known}])


def require_person(reader: Reader, person: str | None) -> None:
    """Return if somebody has this id, or had; or nobody is asked for. Raises Unfit with those who work here now."""
    if person is None:
        return
    if not _ID.fullmatch(person) or person not in names(reader.connection, [person]):
        known = [each.id for each in colleagues(reader)]
        raise Unfit(fields=[{"field": "case_owner", "in": "query", "code": "unknown-person", "allowed": known}])
