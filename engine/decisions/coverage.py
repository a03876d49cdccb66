"""Finds combinations that no rule covers, rules that an earlier one always forestalls, and cells that match nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from engine.decisions import cuts
from engine.decisions.cell_sets import COUNTABLE, ValueSet, cell_verdict, sample
from engine.decisions.cuts import Span
from engine.decisions.grid import Column, build_grid, subset
from engine.decisions.read_table import TableElements
from engine.decisions.syntax import Cell
from engine.decisions.tables import Table
from engine.decisions.values import show
from engine.decisions.xml_source import Report

MAX_STEPS = 50_000
MAX_POINTS = 500_000


@dataclass(frozen=True)
class _Piece:
    """Values of a column that all rules treat alike, with the bit mask of the rules that cover them."""

    values: ValueSet
    rules: int


def check_coverage(table: Table, elements: TableElements, report: Report) -> None:
    """Report gaps (where all inputs declare their values and no default stands), and rules that can never decide."""
    grid = build_grid(table)
    _check_never(table, elements, report)
    if table.hit_policy == "FIRST":
        _check_unreachable(grid, table, elements, report)
    has_default = any(column.default is not None for column in table.outputs)
    if grid and not has_default and all(column.declared and column.plain for column in grid):
        _check_gaps(grid, table, elements, report)


def _check_never(table: Table, elements: TableElements, report: Report) -> None:
    for rule, cells in zip(table.rules, elements.cells, strict=True):
        for position, column in enumerate(table.inputs):
            cell = rule.cell_nodes[position]
            whole = cell_verdict(cell)
            where = f"Rule {rule.number}, input {column.label!r}"
            if report.has_error(cells[position]):
                continue
            if whole is not None and subset(column, whole.true).is_empty():
                report.warning(
                    "rule-never-matches",
                    cells[position],
                    f"{where}: no value that can occur matches `{rule.cells[position]}`, so the rule never matches.",
                    "Correct the cell, or the declared values of the input.",
                )
                continue
            for test in cell.tests if column.allowed is not None and len(cell.tests) > 1 else ():
                verdict = cell_verdict(Cell((test,)))
                if verdict is not None and subset(column, verdict.true).is_empty():
                    report.warning(
                        "value-not-declared",
                        cells[position],
                        f"{where}: a part of `{rule.cells[position]}` is not among the declared values.",
                        "Correct the cell, or the declared values of the input.",
                    )
                    break


def _check_unreachable(grid: list[Column], table: Table, elements: TableElements, report: Report) -> None:
    pieces = [_pieces(column, undecided_covers=False) for column in grid]
    for number in range(1, len(table.rules)):
        earlier = (1 << number) - 1
        inside = []
        for column, parts in zip(grid, pieces, strict=True):
            if parts is None:
                return
            own = 1 << number
            inside.append(parts if column.cells[number] is None else [part for part in parts if part.rules & own])
        if any(not parts for parts in inside):
            continue
        search = _Search(inside, earlier)
        if search.uncovered() is None and not search.gave_up:
            report.warning(
                "unreachable-rule",
                elements.rules[number],
                f"Rule {number + 1} never decides: earlier rules match whenever it does.",
                "Move it up, narrow the earlier rules, or remove it.",
            )


def _check_gaps(grid: list[Column], table: Table, elements: TableElements, report: Report) -> None:
    pieces = []
    for column in grid:
        parts = _pieces(column, undecided_covers=True)
        if parts is None:
            return
        # Whether an unknown fact may occur is not for the table to say; null is refused when it does.
        pieces.append([part for part in parts if part.values.parts])
    found = _Search(pieces, (1 << len(table.rules)) - 1).uncovered()
    if found is None:
        return
    example = [
        f"{column.label} = {show(sample(part.values))}"
        for column, part in zip(grid, found, strict=False)
        if sample(part.values) is not None
    ]
    report.warning(
        "gap",
        elements.table,
        f"No rule matches, for example for {' and '.join(example) or 'some facts'}, and there is no default.",
        "Add a rule or a default; without one the decision fails there.",
    )


class _Search:
    """Looks through the columns for a combination of pieces that none of the rules covers."""

    def __init__(self, pieces: list[list[_Piece]], rules: int) -> None:
        self._pieces = pieces
        self._rules = rules
        self._steps = 0
        self._seen: set[tuple[int, int]] = set()
        self.gave_up = False
        self._rest = [rules]
        for parts in reversed(pieces):
            everywhere = self._rest[-1]
            for part in parts:
                everywhere &= part.rules
            self._rest.append(everywhere)
        self._rest.reverse()

    def uncovered(self) -> list[_Piece] | None:
        """Return the pieces that make up a gap (as many columns as it took to see it), None where there is none."""
        return self._visit(0, self._rules, [])

    def _visit(self, column: int, alive: int, chosen: list[_Piece]) -> list[_Piece] | None:
        if not alive:
            return chosen
        if self.gave_up or alive & self._rest[column] or (column, alive) in self._seen:
            return None
        self._steps += 1
        if self._steps > MAX_STEPS:
            self.gave_up = True
            return None
        for part in self._pieces[column]:
            found = self._visit(column + 1, alive & part.rules, [*chosen, part])
            if found is not None:
                return found
        self._seen.add((column, alive))
        return None


def _pieces(column: Column, *, undecided_covers: bool) -> list[_Piece] | None:
    """Cut the domain of a column where any cell begins or ends; None where that is too much work."""
    rules_of: dict[str, int] = {}
    for number, key in enumerate(column.keys):
        rules_of[key] = rules_of.get(key, 0) | 1 << number
    cells = [(cell, rules_of[key]) for key, cell in dict(zip(column.keys, column.cells, strict=True)).items()]
    always = sum(rules for cell, rules in cells if cell is None) if undecided_covers else 0
    decided = [(cell, rules) for cell, rules in cells if cell is not None]
    spans = [(key, span) for key in column.domain.parts for span in _split(column, key, decided)]
    if len(spans) * len(decided) > MAX_POINTS:
        return None
    pieces: dict[int, _Piece] = {}
    for key, span in spans:
        rules = always | sum(rules for cell, rules in decided if _covers(cell, key, span))
        pieces.setdefault(rules, _Piece(ValueSet({key: (span,)}, null=False), rules))
    if column.domain.null:
        rules = always | sum(rules for cell, rules in decided if cell.null)
        # Kept apart from pieces with the same rules: a gap is never shown by null.
        pieces[-1] = _Piece(ValueSet({}, null=True), rules)
    return list(pieces.values())


def _split(column: Column, key: str, decided: list[tuple[ValueSet, int]]) -> list[Span]:
    domain = column.domain.parts[key]
    counted = key in COUNTABLE or (column.whole and key == "number")
    ends = {cut for cell, _ in decided for span in cell.parts.get(key, ()) for cut in span}
    marks = sorted(ends | {cut for span in domain for cut in span})
    found = []
    for low, high in pairwise(marks):
        inside = cuts.intersection(((low, high),), domain)
        if inside and (not counted or cuts.countable(inside)):
            found.append(inside[0])
    return found


def _covers(cell: ValueSet, key: str, span: Span) -> bool:
    return any(low <= span[0] and span[1] <= high for low, high in cell.parts.get(key, ()))
