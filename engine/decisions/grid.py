"""A decision table as sets: for every column and rule the values that certainly match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.decisions import syntax as s
from engine.decisions.cell_sets import Verdict, cell_verdict
from engine.decisions.model import Input
from engine.decisions.names import free_names
from engine.decisions.sweep import Swept, sweep
from engine.decisions.tables import Table
from engine.decisions.value_sets import EVERYTHING, NOTHING, ValueSet, intersection, of_kind, union, whole_numbers

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

    def different_cells(self) -> list[str]:
        """Return the keys of the cells that differ, in order of first use."""
        return list(dict.fromkeys(self.keys))

    def undecided(self) -> int:
        """Return the rules, as a bit mask, whose cell depends on other facts."""
        return sum(1 << number for number, cell in enumerate(self.cells) if cell is None)

    def sweep(self) -> Swept:
        """Return the column in pieces; cells that depend on other facts cover nothing and touch nothing."""
        cell_of = dict(zip(self.keys, self.cells, strict=True))
        rules_of: dict[str, int] = {}
        for number, key in enumerate(self.keys):
            rules_of[key] = rules_of.get(key, 0) | 1 << number
        cells = [(cell_of[key] or NOTHING, rules_of[key]) for key in self.different_cells()]
        return sweep(self.domain, cells, whole=self.whole)


@dataclass(frozen=True)
class Grid:
    """All columns of a table, and what each single cell matches."""

    columns: list[Column]
    verdicts: list[list[Verdict | None]]
    """For each input and rule what the cell makes of every value, None where that depends on other facts."""
    swept: list[Swept]
    """Each column in pieces."""


def build_grid(table: Table) -> Grid:
    """Return a table as sets."""
    verdicts = [_verdicts(table, position) for position in range(len(table.inputs))]
    groups: dict[str, list[int]] = {}
    for position, column in enumerate(table.inputs):
        groups.setdefault(repr(column.node), []).append(position)
    paths = {position: _path(column.node) for position, column in enumerate(table.inputs)}
    columns = [_column(table, positions, _depends(table, positions, paths), verdicts) for positions in groups.values()]
    return Grid(columns, verdicts, [column.sweep() for column in columns])


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


def _verdicts(table: Table, position: int) -> list[Verdict | None]:
    known: dict[str, Verdict | None] = {}
    for rule in table.rules:
        if rule.cells[position] not in known:
            known[rule.cells[position]] = cell_verdict(rule.cell_nodes[position])
    return [known[rule.cells[position]] for rule in table.rules]


def _column(table: Table, positions: list[int], depends: bool, verdicts: list[list[Verdict | None]]) -> Column:
    first = table.inputs[positions[0]]
    domain = domain_of(first)
    for position in positions[1:]:
        domain = intersection(domain, domain_of(table.inputs[position]))
    keys = tuple(" ¦ ".join(rule.cells[position] for position in positions) for rule in table.rules)
    known: dict[str, ValueSet | None] = {}
    for number, rule in enumerate(table.rules):
        if keys[number] in known:
            continue
        matching: ValueSet | None = domain
        for position in positions:
            found = _cell(table.inputs[position], rule.cell_nodes[position], verdicts[position][number], depends)
            matching = None if matching is None or found is None else intersection(matching, found)
        known[keys[number]] = matching
    return Column(
        label=first.label,
        domain=domain,
        declared=first.allowed is not None or first.type.kind == "boolean",
        plain=_path(first.node) is not None and not depends,
        whole=any(table.inputs[position].type.whole for position in positions),
        cells=tuple(known[key] for key in keys),
        keys=keys,
    )


def _cell(column: Input, cell: s.Cell, verdict: Verdict | None, depends: bool) -> ValueSet | None:
    if any(isinstance(test, s.Anything) for test in cell.tests) and not cell.negated:
        return domain_of(column)
    if depends or (column.type.kind is None and _holds(cell, lambda part: isinstance(part, s.ListOf))):
        return None
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
