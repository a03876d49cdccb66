"""The table of rules: every finding of the publication gate has one code, one meaning and one remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from lxml import etree

from engine.publication.bundle import Bundle
from engine.publication.raw_file import RawFile

Severity = Literal["error", "warning"]
"""`error`: it would run wrongly, hang, or reach nobody; everything else is a `warning`."""


@dataclass(frozen=True)
class Finding:
    """What a rule found, before it is placed in a file."""

    at: etree._Element | int | None
    """The element, or a line, or None for the file as a whole."""
    message: str
    advice: str | None = None
    """Only where it says more than the rule's remedy."""
    severity: Severity | None = None
    """Only where it differs from the rule's."""
    file: str | None = None
    """Only where `at` is not an element."""
    below: int = 0
    """Lines between the element and the place that is meant, inside its text."""


Check = Callable[[Bundle], Iterator[Finding]]
FileCheck = Callable[[RawFile], Iterator[Finding]]
_Any = TypeVar("_Any", Check, FileCheck)


@dataclass(frozen=True)
class Rule:
    """One rule of the table."""

    code: str
    severity: Severity
    """As a rule; a single finding may be milder or sterner, and says so."""
    title: str
    """What it means, for the process owner."""
    remedy: str
    """What to do about it, in general, and for each finding that gives no advice of its own."""
    check: Check | None = None
    file_check: FileCheck | None = None


RULES: dict[str, Rule] = {}
"""Code -> rule, in the order in which the modules are read."""


def _add(found: Rule) -> None:
    if found.code in RULES:
        raise ValueError(f"two rules are called {found.code}")
    RULES[found.code] = found


def rule(code: str, severity: Severity, title: str, remedy: str) -> Callable[[Check], Check]:
    """Register a rule that looks at the diagrams of a bundle."""

    def register(check: Check) -> Check:
        _add(Rule(code, severity, title, remedy, check=check))
        return check

    return register


def file_rule(code: str, title: str, remedy: str) -> Callable[[FileCheck], FileCheck]:
    """Register a rule that looks at a file before it is a diagram; its findings are errors and end the reading."""

    def register(check: FileCheck) -> FileCheck:
        _add(Rule(code, "error", title, remedy, file_check=check))
        return check

    return register
