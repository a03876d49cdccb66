"""The publication gate for diagrams: one call, one sorted list of findings, never an exception for bad input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.model.problem import Problem
from engine.publication.bundle import Bundle
from engine.publication.context import CheckContext
from engine.publication.names import tag
from engine.publication.reading import read
from engine.publication.registry import RULES, Finding, Rule
from engine.publication.tables import read_tables


def check_bundle(files: Mapping[str, bytes], *, context: CheckContext | None = None) -> list[Problem]:
    """Return what is wrong with a set of files (path -> content), sorted by file, line, severity and code.

    Looks at `.bpmn` and `.dmn` files and leaves all others alone. Publishable where no finding is an error.
    Never raises for what the files hold; pure, so repeating is safe.
    """
    bundle, problems = read_bundle(files, context or CheckContext())
    return sorted({*problems, *check_read(bundle)}, key=_order)


def read_bundle(files: Mapping[str, bytes], context: CheckContext) -> tuple[Bundle, list[Problem]]:
    """Return the diagrams and tables as the rules see them, and why some could not be read. Never raises; pure."""
    bundle = Bundle(context)
    problems: list[Problem] = []
    for name in sorted(files):
        if name.lower().endswith(".bpmn"):
            raw, findings = read(name, files[name], context)
            problems += (_problem(RULES[code], finding, name) for code, finding in findings)
            if raw.root is not None:
                bundle.add(name, raw.root)
            else:
                bundle.unread.add(name)
    return bundle, problems + read_tables(files, bundle)


def check_read(bundle: Bundle) -> Iterator[Problem]:
    """Yield what the rules find in a bundle that was read. Never raises; pure."""
    places = {document.root: document.file for document in bundle.documents}
    for rule in RULES.values():
        for finding in rule.check(bundle) if rule.check is not None else ():
            yield _problem(rule, finding, finding.file or _file_of(finding, places))


def _file_of(finding: Finding, places: Mapping[etree._Element, str]) -> str:
    if isinstance(finding.at, etree._Element):
        return places[finding.at.getroottree().getroot()]
    raise ValueError("a finding without an element names its file")


def _problem(rule: Rule, finding: Finding, file: str) -> Problem:
    at = finding.at
    element = name = None
    line = at if isinstance(at, int) else None
    if isinstance(at, etree._Element):
        line = at.sourceline + finding.below if isinstance(at.sourceline, int) else None
        named = _named(at)
        element, name = named.id, named.name
    severity, advice = finding.severity or rule.severity, finding.advice or rule.remedy
    return Problem(file, line, severity, rule.code, element, name, finding.message, advice)


@dataclass(frozen=True)
class _Named:
    id: str | None
    name: str | None


def _named(element: etree._Element) -> _Named:
    """Return id and name of the element, or of the nearest one around it that has an id of its own shape or arrow."""
    found: etree._Element | None = element
    while found is not None and (not tag(found) or found.get("id") is None or tag(found).endswith("EventDefinition")):
        parent = found.getparent()
        if parent is None or tag(parent) == "definitions":
            break
        found = parent
    if found is None or not tag(found) or found.get("id") is None:
        found = element
    name = " ".join((found.get("name") or "").split())
    return _Named(found.get("id") or found.get("bpmnElement"), name or None)


def _order(problem: Problem) -> tuple[str, int, str, str, str, str]:
    return (
        problem.file,
        problem.line or 0,
        problem.severity,
        problem.code,
        problem.element or "",
        problem.message,
    )
