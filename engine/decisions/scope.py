"""What names mean while a decision is evaluated, and how much work the evaluation may still do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.decisions.refusals import TooMuchWork
from engine.decisions.values import from_fact

MAX_WORK = 50_000
"""Steps of loops and calls that one evaluation may take, the decisions it requires included."""


class Run:
    """One evaluation: the facts, the results of required decisions so far, and the work done."""

    __slots__ = ("facts", "results", "work")

    def __init__(self, facts: Mapping[str, object]) -> None:
        self.facts = facts
        self.results: dict[str, Any] = {}
        self.work = 0

    def spend(self, steps: int) -> None:
        """Count work; raises `TooMuchWork` once it exceeds the limit."""
        self.work += steps
        if self.work > MAX_WORK:
            raise TooMuchWork(f"The decision takes more than {MAX_WORK} steps.")


Resolver = Callable[[Run], Any]


class Scope:
    """The names visible at one place. A name that nobody declares is null (DMN 1.5, section 10.3.2.13)."""

    __slots__ = ("names", "outer", "required", "run", "sees_facts")

    def __init__(
        self,
        run: Run,
        *,
        names: dict[str, Any] | None = None,
        outer: Scope | None = None,
        required: Mapping[str, Resolver] | None = None,
        sees_facts: bool = True,
    ) -> None:
        self.run = run
        self.names: dict[str, Any] = {} if names is None else names
        self.outer = outer
        self.required: Mapping[str, Resolver] = required or {}
        self.sees_facts = sees_facts

    def get(self, name: str) -> Any:
        """Return the value of a name: bound here, bound further out, a required decision, a fact, or null."""
        scope = self
        while name not in scope.names:
            if scope.outer is None:
                scope.names[name] = scope._resolve(name)
                break
            scope = scope.outer
        return scope.names[name]

    def inner(self, names: dict[str, Any]) -> Scope:
        """Return a scope inside this one with more names."""
        return Scope(self.run, names=names, outer=self)

    def _resolve(self, name: str) -> Any:
        if name in self.required:
            return self.required[name](self.run)
        return from_fact(self.run.facts.get(name)) if self.sees_facts else None
