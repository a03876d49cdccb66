"""What an installation knows by itself: the surroundings in which the files of a bundle are judged and run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bundles.bundle import Files
from engine.model.config import ProcessConfig
from engine.model.operation import Operation
from engine.model.problem import Problem

MoreChecks = Callable[[Files, ProcessConfig | None], Iterable[Problem]]
"""Called with the files of a bundle and its configuration, None where that cannot be read. Never raises."""


@dataclass(frozen=True)
class House:
    """What the installation knows, for the checks: teams, posts, operations, types of case."""

    teams: Collection[str]
    posts: Collection[str]
    operations: Mapping[str, Operation]
    checks: tuple[MoreChecks, ...] = ()
    """What the floors below check besides: notices, labels."""
    types: Collection[str] = ()
    """The types of case that intake knows; none: a process may claim any."""
    filed: Mapping[str, Any] = field(default_factory=dict)
    """The facts that an ordinary filing gives: a process that cannot open a case with them is refused."""
