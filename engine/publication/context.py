"""What the checks may assume: the house around a diagram, as far as whoever asks knows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from engine.model.operation import KERNEL_OPERATIONS

Mode = Literal["file", "bundle"]

TEAMS: Final = frozenset(
    {"service", "academic", "supervision", "facilities", "leadership", "legal", "technical", "mediation"}
)
"""The teams of the process that ships; an installation adds its own."""

OPERATIONS: Final[Mapping[str, Collection[str]]] = MappingProxyType(
    {
        **{operation.name: tuple(sorted(operation.required)) for operation in KERNEL_OPERATIONS.values()},
        "notify": ("to", "template"),
    }
)
"""The operations that every house has, each with the parameters it cannot do without."""

ENGINE_MESSAGES: Final = frozenset({"facts_changed", "ceiling_exceeded"})
"""Messages that the engine itself throws when facts change; they carry no text."""


@dataclass(frozen=True)
class CheckContext:
    """What is known while a set of files is checked. None means: not known, so not checked."""

    mode: Mode = "file"
    """`file`: a diagram alone, as from an editor; `bundle`: everything of a process, ready to be published."""
    known_teams: Collection[str] = TEAMS
    known_posts: Collection[str] | None = None
    known_operations: Mapping[str, Collection[str]] = field(default_factory=lambda: OPERATIONS)
    """Operation of service tasks -> the parameters it needs."""
    known_facts: Collection[str] | None = None
    """Facts, derived ones included."""
    fact_tables: Collection[str] = ()
    """Decisions whose outputs become facts (`[[tables]]` in `process.toml`), and are no data of the task."""
    forms: Mapping[str, Collection[str] | None] | None = None
    """File name of each form in the bundle -> the names of its fields; None where they cannot be read."""
    clocks: Collection[str] | None = None
    """Names of the case clocks in `process.toml`."""
    default_team: str | None = None
    main_process: str | None = None
    """Id of the process that a new case runs (`process` in `process.toml`)."""
    known_processes: Collection[str] = ()
    """Ids of processes outside these files that may be called."""
    known_decisions: Collection[str] = ()
    """Ids of decisions outside these files that may be called."""
    engine_messages: Collection[str] | None = ENGINE_MESSAGES
    """Messages without a content, thrown when facts change."""
    previous_elements: Mapping[str, str] | None = None
    """Element id -> local tag (`userTask`) in the version that is in force."""
    max_bytes: int = 2_000_000
    """Largest file."""
    max_elements: int = 2_000
    """Most elements in a file, drawing not counted."""
