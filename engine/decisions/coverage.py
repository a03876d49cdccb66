"""Finds combinations that no rule covers, rules that an earlier one always forestalls, and cells that match nothing."""

from __future__ import annotations

from collections.abc import Sequence

from engine.decisions.cell_sets import cell_verdict
from engine.decisions.grid import Grid, subset
from engine.decisions.read_table import TableElements
from engine.decisions.sweep import Piece
from engine.decisions.syntax import Cell
from engine.decisions.tables import Table
from engine.decisions.value_sets import ValueSet, sample
from engine.decisions.values import show
from engine.decisions.xml_source import Report

MAX_STEPS = 50_000
MAX_VISITS = 3_000_000
"""Pieces looked at for one table; rules of a huge table beyond that are not looked at for being forestalled."""
_NULL = ValueSet({}, null=True)


def check_coverage(grid: Grid, table: Table, elements: TableElements, report: Report) -> None:
    """Report gaps (where all inputs declare their values and no default stands), and rules that can never decide."""
    _check_never(grid, table, elements, report)
    if table.hit_policy == "FIRST":
        _check_unreachable(grid, table, elements, report)
    has_default = any(column.default is not None for column in table.outputs)
    if grid.columns and not has_default and all(column.declared and column.plain for column in grid.columns):
        _check_gaps(grid, table, elements, report)


def _check_never(grid: Grid, table: Table, elements: TableElements, report: Report) -> None:
    for number, (rule, cells) in enumerate(zip(table.rules, elements.cells, strict=True)):
        for position, column in enumerate(table.inputs):
            verdict = grid.verdicts[position][number]
            if verdict is None or report.has_error(cells[position]):
                continue
            where = f"Rule {rule.number}, input {column.label!r}"
            if subset(column, verdict.true).is_empty():
                report.warning(
                    "rule-never-matches",
                    cells[position],
                    f"{where}: no value that can occur matches `{rule.cells[position]}`, so the rule never matches.",
                    "Correct the cell, or the declared values of the input.",
                )
                continue
            tests = rule.cell_nodes[position].tests
            if column.allowed is None or len(tests) == 1:
                continue
            verdicts = [cell_verdict(Cell((test,))) for test in tests]
            if any(single is not None and subset(column, single.true).is_empty() for single in verdicts):
                report.warning(
                    "value-not-declared",
                    cells[position],
                    f"{where}: a part of `{rule.cells[position]}` is not among the declared values.",
                    "Correct the cell, or the declared values of the input.",
                )


def _check_unreachable(grid: Grid, table: Table, elements: TableElements, report: Report) -> None:
    pieces = [swept.pieces + ([] if swept.null is None else [Piece(_NULL, swept.null)]) for swept in grid.swept]
    visits = 0
    for number in range(1, len(table.rules)):
        visits += sum(map(len, pieces))
        if visits > MAX_VISITS:
            return
        inside = [
            parts if column.cells[number] is None else [part for part in parts if part.rules >> number & 1]
            for column, parts in zip(grid.columns, pieces, strict=True)
        ]
        if any(not parts for parts in inside):
            continue
        search = _Search(inside, (1 << number) - 1, MAX_STEPS // 50)
        if search.uncovered() is None and not search.gave_up:
            report.warning(
                "unreachable-rule",
                elements.rules[number],
                f"Rule {number + 1} never decides: earlier rules match whenever it does.",
                "Move it up, narrow the earlier rules, or remove it.",
            )


def _check_gaps(grid: Grid, table: Table, elements: TableElements, report: Report) -> None:
    # A cell that depends on other facts might cover anything. Null is left out: it is refused when it occurs.
    pieces = [
        [Piece(part.values, part.rules | column.undecided()) for part in swept.pieces]
        for column, swept in zip(grid.columns, grid.swept, strict=True)
    ]
    found = _Search(pieces, (1 << len(table.rules)) - 1, MAX_STEPS).uncovered()
    if found is None:
        return
    example = [
        f"{column.label} = {show(sample(part.values))}"
        for column, part in zip(grid.columns, found, strict=False)
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

    def __init__(self, pieces: Sequence[Sequence[Piece]], rules: int, steps: int) -> None:
        self._pieces = pieces
        self._rules = rules
        self._steps = steps
        self._seen: set[tuple[int, int]] = set()
        self.gave_up = False
        # For each column the rules that match whatever the columns from there on are.
        self._rest = [rules]
        for parts in reversed(pieces):
            everywhere = self._rest[-1]
            for part in parts:
                everywhere &= part.rules
            self._rest.append(everywhere)
        self._rest.reverse()

    def uncovered(self) -> list[Piece] | None:
        """Return the pieces that make up a gap (as many columns as it took to see it), None where there is none."""
        return self._visit(0, self._rules, [])

    def _visit(self, column: int, alive: int, chosen: list[Piece]) -> list[Piece] | None:
        if not alive:
            return chosen
        if self.gave_up or alive & self._rest[column] or (column, alive) in self._seen:
            return None
        self._steps -= 1
        if self._steps < 0:
            self.gave_up = True
            return None
        for part in self._pieces[column]:
            found = self._visit(column + 1, alive & part.rules, [*chosen, part])
            if found is not None:
                return found
        self._seen.add((column, alive))
        return None
