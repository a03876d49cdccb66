"""Who did what in a case, so that nobody decides on a step that is their own (R-004-18).

In the diagram: `exclude`, and `apart_from` where somebody else has to do it if there is anybody. In `process.toml`:
`counts_as` of a fact, whose change by hand is as good as the step that it goes past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.model.elements import Diagram, Element

EVERYWHERE = "*"
"""Stands for every called process: whoever changed a fact of the case counts as an author in all of them."""


class CaseAuthors:
    """People by the element they completed and the called process they did it in. Part of the state."""

    def __init__(self, diagram: Diagram, record: Mapping[str, Sequence[str]]) -> None:
        self._diagram = diagram
        self._people: dict[str, list[str]] = {key: list(people) for key, people in record.items()}

    def add(self, element: str, scopes: Sequence[str], person: str) -> None:
        """A person completed an element. Safe to repeat."""
        people = self._people.setdefault(f"{scopes[0]}|{element}", [])
        if person not in people:
            people.append(person)

    def taken_away(self, element: str, scopes: Sequence[str]) -> None:
        """A task was cancelled: where each may vote once, the votes begin anew."""
        known = self._diagram.elements.get(element)
        if known is not None and element in known.listed("exclude"):
            self._people.pop(f"{scopes[0]}|{element}", None)

    def excluded(self, element: Element, scopes: Sequence[str], processes: Sequence[str]) -> tuple[str, ...]:
        """Return who may not do a task that stands in these called processes, innermost first.

        A step of a process that is under way around the task counts only as it was done there; a step of any other
        process counts wherever it was done. Of `apart_from`, a step that nobody did there counts wherever it was done:
        a refund may have been reviewed before its plan was approved anew. Whoever changed a fact that counts as a step
        is excluded wherever that step is.
        """
        people: set[str] = set()
        for name in ("exclude", "apart_from"):
            for other in element.listed(name):
                known, here = self._diagram.elements.get(other), None
                if known is not None and known.process in processes:
                    here = self._people.get(f"{scopes[processes.index(known.process)]}|{other}", [])
                if here is None or (not here and name == "apart_from"):
                    here = [p for key, found in self._people.items() if key.endswith(f"|{other}") for p in found]
                people.update(here, self._people.get(f"{EVERYWHERE}|{other}", ()))
        return tuple(sorted(people))

    def dump(self) -> dict[str, list[str]]:
        """Return the people as JSON values."""
        return self._people
