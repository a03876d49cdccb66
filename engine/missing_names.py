"""Teams and posts that a process in force names, and that the house does not have: its steps would reach nobody there.

What a publication refuses may come about later, when a team leaves `posts.toml`: `redress check` of that file warns of
it, a running server warns when it takes the file up, and `redress doctor` says it until somebody mends it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from engine.bundles.bundle import Files, UnreadableBundle
from engine.bundles.examine_bundle import unknown_names
from engine.bundles.house import House
from engine.errors import NotFound
from engine.model.problem import Problem
from engine.versions import Version, Versions


def missing_in_force(versions: Versions, connection: Connection, house: House) -> Iterator[tuple[Version, Problem]]:
    """Yield the versions in force, each with a warning for every place that names what the house does not have.

    A version whose files cannot be read is left out: that is another finding (`redress doctor`).
    """
    for version in versions.in_force(connection):
        files = _readable(versions, connection, version)
        if files is not None:
            for problem in unknown_names(files, house):
                yield version, problem


def _readable(versions: Versions, connection: Connection, version: Version) -> Files | None:
    try:
        return versions.files(connection, version.id)
    except (UnreadableBundle, NotFound):
        return None
