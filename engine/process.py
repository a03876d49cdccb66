"""A process version ready to run: diagram, specs, tables, configuration - one object, shared read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.model.config import FactSpec, ProcessConfig
from engine.model.elements import Diagram
from engine.model.operation import KERNEL_OPERATIONS, Operation

if TYPE_CHECKING:
    from engine.decisions import Decision
    from engine.spiff.compile import Program


@dataclass(frozen=True)
class CompiledProcess:
    """Everything a step needs to know of one version."""

    config: ProcessConfig
    diagram: Diagram
    program: Program
    decisions: Mapping[str, Decision]
    forms: Mapping[str, Any] = field(default_factory=dict)
    """Form name -> `forms.FormDefinition`; opaque to the kernel."""
    form_fields: frozenset[str] = frozenset()
    """Names that conditions may read before any form has set them."""
    documents: Mapping[str, bytes] = field(default_factory=dict)
    """File name -> content of what the bundle holds besides (`labels.toml`, `notices.toml`)."""
    operations: Mapping[str, Operation] = field(default_factory=lambda: KERNEL_OPERATIONS)

    @cached_property
    def clock_starts(self) -> Mapping[str, tuple[str, ...]]:
        """Element id (or `@open`) -> clocks that start a round when it is entered."""
        return _by_element((e, c.name) for c in self.config.clocks.values() for e in c.starts)

    @cached_property
    def clock_meets(self) -> Mapping[str, tuple[str, ...]]:
        """Element id -> clocks that are met when it completes."""
        return _by_element((e, c.name) for c in self.config.clocks.values() for e in c.met_by)

    @cached_property
    def clock_drops(self) -> Mapping[str, tuple[str, ...]]:
        """Element id -> clocks that no longer matter when it is reached."""
        return _by_element((e, c.name) for c in self.config.clocks.values() for e in c.dropped_by)

    @cached_property
    def fact_defaults(self) -> Mapping[str, Any]:
        """Fact -> what it is before anybody says."""
        return {name: spec.default for name, spec in self.config.facts.items()}

    @cached_property
    def facts_worded(self) -> tuple[FactSpec, ...]:
        """The facts whose value is not what JSON keeps of it: amounts, instants, lists."""
        return tuple(spec for spec in self.config.facts.values() if spec.type not in ("integer", "boolean", "string"))

    @cached_property
    def names_worded(self) -> tuple[str, ...]:
        """Their names, and of what is derived, which is of the type that its expression gives."""
        return tuple(dict.fromkeys([*(s.name for s in self.facts_worded), *(name for name, _ in self.config.derived)]))


def _by_element(pairs: Any) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for element, clock in pairs:
        found.setdefault(element, []).append(clock)
    return {element: tuple(clocks) for element, clocks in found.items()}
