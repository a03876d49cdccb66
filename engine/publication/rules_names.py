"""Names in expressions, scripts and timers: somebody provides them, and has done so by the time they are read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.expressions.language import ExpressionError, Script
from engine.expressions.timer_text import Expr
from engine.publication.bundle import Bundle
from engine.publication.data_names import DataNames
from engine.publication.diagram import Node
from engine.publication.names import words
from engine.publication.registry import Finding, rule
from engine.publication.rules_timers import timer_plans
from engine.publication.texts import Text, texts


@dataclass(frozen=True, eq=False)
class _Use:
    """Names that are read at one place."""

    node: Node
    done: bool
    """Whether the step has been done when they are read."""
    names: frozenset[str]
    element: etree._Element
    what: str
    """What reads them: `condition of`, for `where`."""
    owner: etree._Element
    below: int = 0
    """Lines between the element and the place inside its text."""

    @property
    def where(self) -> str:
        """The beginning of a sentence about it."""
        return f"The {self.what} the {words(self.owner)}"


@rule(
    "name-unknown",
    "error",
    "An expression uses a name that is no fact and that nothing sets: the case would stop there.",
    "Correct the spelling, or declare it as a fact.",
)
def name_unknown(bundle: Bundle) -> Iterator[Finding]:
    for use, known, _ in _uses_with_names(bundle):
        for name in sorted(use.names - known.known):
            yield Finding(
                use.element,
                f"{use.where} uses the name {name}, which is no fact, and which no form, script or table sets.",
                _spelling(name, known.known),
                below=use.below,
            )


@rule(
    "name-set-too-late",
    "error",
    "An expression uses a name before anything can have given it a value: the case would stop there.",
    "Set it in a step that comes before, or declare it as a fact with a default.",
)
def name_set_too_late(bundle: Bundle) -> Iterator[Finding]:
    for use, known, early in _uses_with_names(bundle):
        for name in sorted((use.names & known.known) - early):
            field = name in known.fields
            happens = "fills it in, so it is always empty there" if field else "sets it: the case would stop there"
            yield Finding(
                use.element,
                f"{use.where} uses the name {name}, but no step that comes before {happens}.",
                f"Set {name} in a step that comes before, or declare it as a fact with a default in process.toml.",
                severity="warning" if field else "error",
                below=use.below,
            )


@rule(
    "name-not-always-set",
    "warning",
    "An expression uses a name that has a value only on some of the ways to it: on the others the case would stop.",
    "Set it on every way, for instance to None before the ways part.",
)
def name_not_always_set(bundle: Bundle) -> Iterator[Finding]:
    for use, known, early in _uses_with_names(bundle):
        sure = known.surely(use.node, done=use.done)
        for name in sorted((use.names & early) - sure - known.fields if sure is not None else ()):
            yield Finding(
                use.element,
                f"{use.where} uses the name {name}, which is set on some of the ways to it and not on all: "
                "on the others the case would stop there.",
                f"Set {name} on every way, for instance with a script {name} = None before the ways part.",
                below=use.below,
            )


def _uses_with_names(bundle: Bundle) -> Iterator[tuple[_Use, DataNames, set[str]]]:
    """Yield each use of names with all names of the bundle, and with those that can have a value there.

    Leaves out what lies behind a step whose names cannot be known: a missing form is a finding of its own.
    """
    if bundle.context.known_facts is None or not bundle.diagrams_whole:
        return
    known = DataNames(bundle)
    for use in _uses(bundle):
        early = known.at(use.node, done=use.done)
        if early is not None:
            yield use, known, early


def _uses(bundle: Bundle) -> Iterator[_Use]:
    for text in texts(bundle):
        if text.node is not None:
            yield from _of_text(text, text.node)
    for node, element, plan in timer_plans(bundle):
        if isinstance(plan, Expr):
            yield _Use(node.host or node, False, plan.expression.names, element, "timer of", node.element)


def _of_text(text: Text, node: Node) -> Iterator[_Use]:
    try:
        compiled = text.compile()
    except ExpressionError:
        return
    if not isinstance(compiled, Script):
        yield _Use(node, text.done, compiled.names - text.given, text.element, text.what, text.owner)
        return
    assigned: set[str] = set()
    for step in compiled.assignments:
        yield _Use(node, text.done, step.value.names - assigned, text.element, text.what, text.owner, step.line - 1)
        assigned.add(step.name)


def _spelling(name: str, known: set[str]) -> str:
    if name == "form":
        return "Name the field alone; form[...] is read only in the requires of a user task."
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"Did you mean {close[0]}?" if close else "Correct the spelling, or declare it as a fact in process.toml."
