"""Finds rules that match at the same time where the hit policy does not allow it, with an example for each pair."""

from __future__ import annotations

from engine.decisions import syntax as s
from engine.decisions.cell_sets import ValueSet, intersection, sample
from engine.decisions.grid import Column, build_grid
from engine.decisions.model import Rule
from engine.decisions.read_table import TableElements
from engine.decisions.tables import Table
from engine.decisions.values import equal, show
from engine.decisions.xml_source import Report

MAX_COMPARISONS = 300_000
"""Comparisons of two cells that a check may take; what is beyond is checked when a decision is taken."""
MAX_REPORTED = 20


def check_overlap(table: Table, elements: TableElements, report: Report) -> None:
    """Report pairs of rules that overlap: all pairs for UNIQUE, those with unequal outputs for ANY.

    Only what is certain counts; cells that depend on other facts are left to the evaluation, which refuses an overlap.
    """
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return
    grid = build_grid(table)
    masks = _overlap_masks(grid, len(table.rules))
    if masks is None:
        report.warning(
            "overlap-not-checked",
            elements.table,
            "The table is too large to look for overlapping rules beforehand.",
            "Split it; until then an overlap is refused when the decision is taken.",
        )
        return
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
            _report_pair(table, grid, (first, second), elements, report)


def _overlap_masks(grid: list[Column], count: int) -> list[int] | None:
    """Return for each rule a bit mask of the rules that certainly overlap it."""
    masks = [(1 << count) - 1] * count
    work = 0
    for column in grid:
        rules_of: dict[str, int] = {}
        for number, key in enumerate(column.keys):
            rules_of[key] = rules_of.get(key, 0) | 1 << number
        work += len(rules_of) ** 2
        if work > MAX_COMPARISONS:
            return None
        cell_of = dict(zip(column.keys, column.cells, strict=True))
        touching = {
            key: sum(others for other, others in rules_of.items() if _meet(cell_of[key], cell_of[other]))
            for key in rules_of
        }
        masks = [mask & touching[key] for mask, key in zip(masks, column.keys, strict=True)]
    return masks


def _meet(left: ValueSet | None, right: ValueSet | None) -> bool:
    return left is not None and right is not None and not intersection(left, right).is_empty()


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
