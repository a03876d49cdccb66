"""Finds rules that match at the same time where the hit policy does not allow it, with an example for each pair."""

from __future__ import annotations

from engine.decisions import syntax as s
from engine.decisions.grid import Column, Grid
from engine.decisions.model import Rule
from engine.decisions.read_table import TableElements
from engine.decisions.tables import Table
from engine.decisions.value_sets import intersection, sample
from engine.decisions.values import equal, show
from engine.decisions.xml_source import Report

MAX_REPORTED = 20


def check_overlap(grid: Grid, table: Table, elements: TableElements, report: Report) -> None:
    """Report pairs of rules that overlap: all pairs for UNIQUE, those with unequal outputs for ANY.

    Only what is certain counts; cells that depend on other facts are left to the evaluation, which refuses an overlap.
    """
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return
    masks = _overlap_masks(grid, len(table.rules))
    reported = 0
    for first in range(len(table.rules)):
        later = masks[first] >> (first + 1)
        second = first
        while later and reported < MAX_REPORTED:
            skip = (later & -later).bit_length()
            later >>= skip
            second += skip
            if table.hit_policy == "ANY" and not _differ(table.rules[first], table.rules[second]):
                continue
            reported += 1
            _report_pair(table, grid.columns, (first, second), elements, report)


def _overlap_masks(grid: Grid, count: int) -> list[int]:
    """Return for each rule a bit mask of the rules that certainly overlap it."""
    masks = [(1 << count) - 1] * count
    for column, swept in zip(grid.columns, grid.swept, strict=True):
        keys = column.different_cells()
        rules_of = dict.fromkeys(keys, 0)
        for number, key in enumerate(column.keys):
            rules_of[key] |= 1 << number
        touching = {
            key: sum(rules_of[other] for at, other in enumerate(keys) if mask >> at & 1)
            for key, mask in zip(keys, swept.touching, strict=True)
        }
        masks = [mask & touching[key] for mask, key in zip(masks, column.keys, strict=True)]
    return masks


def _differ(first: Rule, second: Rule) -> bool:
    return any(
        isinstance(left, s.Constant) and isinstance(right, s.Constant) and equal(left.value, right.value) is not True
        for left, right in zip(first.output_nodes, second.output_nodes, strict=True)
    )


def _report_pair(
    table: Table, grid: list[Column], pair: tuple[int, int], elements: TableElements, report: Report
) -> None:
    first, second = pair
    numbers = f"The rules {first + 1} and {second + 1}"
    example = _example(grid, pair)
    outputs = " with unequal outputs" if table.hit_policy == "ANY" else ""
    computed = any(
        not column.plain and column.cells[first] != column.domain and column.cells[second] != column.domain
        for column in grid
    )
    if computed:
        report.warning(
            "rules-may-overlap",
            elements.rules[second],
            f"{numbers} may match at once{outputs}, {example}.",
            f"Make sure they cannot; otherwise the decision fails, because the hit policy is {table.hit_policy}.",
        )
        return
    report.error(
        "overlapping-rules",
        elements.rules[second],
        f"{numbers} match at once{outputs}, {example}, but the hit policy {table.hit_policy} does not allow that.",
        "Narrow one of them, or choose another hit policy such as FIRST or PRIORITY.",
    )


def _example(grid: list[Column], pair: tuple[int, int]) -> str:
    parts = []
    for column in grid:
        left, right = column.cells[pair[0]], column.cells[pair[1]]
        if left is None or right is None or left == right == column.domain:
            continue
        both = intersection(left, right)
        value = sample(both)
        if value is not None or both.null:
            parts.append(f"{column.label} = {show(value)}")
    return f"for example for {' and '.join(parts)}" if parts else "whatever the facts are"
