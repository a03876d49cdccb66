"""The elements of a diagram as the rest of the house sees them: id, name, place, properties - no library, no XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.file_names import form_called

FORM = "formJsonSchemaFilename"
"""The property by which a step names its form."""


@dataclass(frozen=True)
class Element:
    """A flow node, with what the diagram says about it."""

    id: str
    kind: str
    """The BPMN tag without its namespace: `userTask`, `boundaryEvent`, ..."""
    name: str
    process: str
    """Id of the executable process it stands in."""
    scope: str
    """Id of the innermost process or subprocess."""
    lane: str | None
    """Name of its lane; an element of an embedded subprocess has the lane of the subprocess."""
    file: str
    line: int
    documentation: str = ""
    attached_to: str | None = None
    """The host of a boundary event."""
    interrupting: bool = True
    calls: str | None = None
    """The process a call activity calls."""
    properties: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What a service task passes to its operation: name -> expression, as it is written."""
    operation: str | None = None
    """What a service task asks the house to do."""
    script: str = ""
    """What a script task computes, as it is written."""

    @property
    def team(self) -> str | None:
        """The team whose work this is: the `team` property, else the lane."""
        return self.properties.get("team") or self.lane

    @property
    def form(self) -> str | None:
        """The name of the form that a person fills in here; None where there is none."""
        file = self.properties.get(FORM)
        return None if file is None else form_called(file)

    def goes_to(self, facts: Mapping[str, Any]) -> str | None:
        """Return to whom the diagram gives the step: `owner`, `post:<code>` (a fact says which), None: its team."""
        kind, _, name = (self.properties.get("assign") or "").partition(":")
        if kind == "fact":
            kind, name = "post", str(facts.get(name) or "")
        return kind if kind == "owner" else f"post:{name}" if kind == "post" and name else None

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a property that is a comma list, without blanks."""
        return tuple(part for part in (p.strip() for p in self.properties.get(name, "").split(",")) if part)


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    process: str


@dataclass(frozen=True)
class Diagram:
    """All elements of a bundle's diagrams, by id."""

    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    processes: Mapping[str, str]
    """Executable process id -> its name."""
