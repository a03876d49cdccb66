"""What the checks may assume: the house around a diagram, as far as whoever asks knows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from engine.model.operation import KERNEL_OPERATIONS, Operation

Mode = Literal["file", "bundle"]

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        **KERNEL_OPERATIONS,
        "notify": Operation("notify", required=frozenset({"to", "template"}), open_ended=True),
    }
)
"""The operations that every house has."""

ENGINE_MESSAGES: Final = frozenset({"facts_changed", "ceiling_exceeded"})
"""Messages that the engine itself throws when facts change; they carry no text."""


@dataclass(frozen=True)
class CheckContext:
    """What is known while a set of files is checked. None means: not known, so not checked."""

    mode: Mode = "file"
    """`file`: a diagram alone, as from an editor; `bundle`: everything of a process, ready to be published."""
    known_teams: Collection[str] | None = None
    known_posts: Collection[str] | None = None
    known_operations: Mapping[str, Operation] = field(default_factory=lambda: OPERATIONS)
    known_facts: Collection[str] | None = None
    """Facts, those that are worked out from others included."""
    fact_types: Mapping[str, str] | None = None
    """Facts that may be changed -> their types."""
    fact_tables: Collection[str] = ()
    """Decisions whose outputs become facts (`[[tables]]` in `process.toml`), and are no data of the task."""
    fact_words: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Facts that nothing but tables, forms and service tasks give another text -> the texts they have without them."""
    fact_writers: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Facts -> the decisions that write them."""
    derived: Mapping[str, str] = field(default_factory=dict)
    """What is worked out from other facts -> the expression."""
    options: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    """File name of each form -> its fields that offer a choice, with the words of the answers."""
    forms: Mapping[str, Mapping[str, str] | None] | None = None
    """File name of each form in the bundle -> its fields with their types (of JSON); None where they cannot be read."""
    clocks: Mapping[str, Collection[str]] | None = None
    """Case clocks in `process.toml` -> the ids of the steps that start them; `@open` is the opening of the case."""
    clock_ends: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Case clocks -> the ids of the steps that meet or drop them."""
    pause_reasons: Collection[str] | None = None
    """Reasons for which some clock may be paused."""
    default_team: str | None = None
    main_process: str | None = None
    """Id of the process that a new case runs (`process` in `process.toml`)."""
    known_processes: Collection[str] = ()
    """Ids of processes outside these files that may be called."""
    known_decisions: Collection[str] = ()
    """Ids of decisions outside these files that may be called."""
    engine_messages: Collection[str] | None = ENGINE_MESSAGES
    """Messages without a content that the engine throws itself: when facts change, or a clock runs."""
    previous_elements: Mapping[str, str] | None = None
    """Element id -> local tag (`userTask`) in the version that is in force."""
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Element id -> its names in `labels.toml`, in whatever languages."""
    max_bytes: int = 2_000_000
    """Largest file."""
    max_elements: int = 2_000
    """Most elements in a file, drawing not counted."""
