"""A decision table as sets: for every column and rule the values that certainly match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.decisions import syntax as s
from engine.decisions.cell_sets import (
    EVERYTHING,
    ValueSet,
    cell_verdict,
    intersection,
    of_kind,
    union,
    whole_numbers,
)
from engine.decisions.model import Input, Rule
from engine.decisions.names import free_names
from engine.decisions.tables import Table

_NULL = ValueSet({}, null=True)


@dataclass(frozen=True)
class Column:
    """One fact that the table asks about, and what its rules make of it.

    Inputs with the same expression are one column, so that `people` may stand twice without looking independent.
    """

    label: str
    domain: ValueSet
    """Values that can occur: of the declared type, among the declared values, or null."""
    declared: bool
    """Whether its values are declared: an enumeration, a range, or a truth value."""
    plain: bool
    """Whether it reads one fact as it is, rather than computing something."""
    whole: bool
    """Whether its numbers are whole, so that nothing lies between 3 and 4."""
    cells: tuple[ValueSet | None, ...]
    """For each rule the values that match, None where the cell depends on other facts."""
    keys: tuple[str, ...]
    """For each rule a text that is equal where the cells are equal."""


def build_grid(table: Table) -> list[Column]:
    """Return the columns of a table."""
    groups: dict[str, list[int]] = {}
    for position, column in enumerate(table.inputs):
        groups.setdefault(repr(column.node), []).append(position)
    paths = {position: _path(column.node) for position, column in enumerate(table.inputs)}
    return [_column(table, positions, _depends(table, positions, paths)) for positions in groups.values()]


def subset(column: Input, values: ValueSet) -> ValueSet:
    """Return the part of a set that can occur in an input."""
    return intersection(domain_of(column), whole_numbers(values) if column.type.whole else values)


def domain_of(column: Input) -> ValueSet:
    """Return the values that can occur in an input; a fact against its declaration is refused when it is read."""
    found = EVERYTHING if column.type.kind is None else of_kind(column.type.kind)
    if column.allowed is not None:
        verdict = cell_verdict(column.allowed.cell)
        if verdict is not None:
            found = union(intersection(found, verdict.true), _NULL)
    return whole_numbers(found) if column.type.whole else found


def _column(table: Table, positions: list[int], depends: bool) -> Column:
    first = table.inputs[positions[0]]
    domain = domain_of(first)
    for position in positions[1:]:
        domain = intersection(domain, domain_of(table.inputs[position]))
    cells = []
    for rule in table.rules:
        matching: ValueSet | None = domain
        for position in positions:
            found = _cell(table.inputs[position], rule, position, depends)
            matching = None if matching is None or found is None else intersection(matching, found)
        cells.append(matching)
    return Column(
        label=first.label,
        domain=domain,
        declared=first.allowed is not None or first.type.kind == "boolean",
        plain=_path(first.node) is not None and not depends,
        whole=any(table.inputs[position].type.whole for position in positions),
        cells=tuple(cells),
        keys=tuple(" ¦ ".join(rule.cells[position] for position in positions) for rule in table.rules),
    )


def _cell(column: Input, rule: Rule, position: int, depends: bool) -> ValueSet | None:
    cell = rule.cell_nodes[position]
    if any(isinstance(test, s.Anything) for test in cell.tests) and not cell.negated:
        return domain_of(column)
    if depends or (column.type.kind is None and _holds(cell, lambda part: isinstance(part, s.ListOf))):
        return None
    verdict = cell_verdict(cell)
    return None if verdict is None else subset(column, verdict.true)


def _holds(node: s.Node, claim: Callable[[s.Node], bool]) -> bool:
    return any(claim(part) for part, _ in s.walk(node))


def _path(node: s.Node) -> tuple[str, ...] | None:
    """Return `("refund", "amount")` for a fact that is read as it is, None for anything computed."""
    entries: list[str] = []
    while isinstance(node, s.Path):
        entries.append(node.entry)
        node = node.source
    return (node.name, *reversed(entries)) if isinstance(node, s.Name) else None


def _depends(table: Table, positions: list[int], paths: dict[int, tuple[str, ...] | None]) -> bool:
    """Return whether another column reads what this one reads, so that not every pair of values can occur together."""
    own = positions[0]
    names = free_names(table.inputs[own].node)
    for other, column in enumerate(table.inputs):
        if other in positions or not names & free_names(column.node):
            continue
        mine, its = paths[own], paths[other]
        if mine is None or its is None:
            return True
        shorter = min(len(mine), len(its))
        if mine[:shorter] == its[:shorter]:
            return True
    return False
