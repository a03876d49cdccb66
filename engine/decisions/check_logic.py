"""Checks cells and expressions against the declared types and values, before anything is ever evaluated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lxml import etree

from engine.decisions import syntax as s
from engine.decisions.fit import is_allowed
from engine.decisions.infer import SUBJECT, Kinds, infer, misfits
from engine.decisions.model import Input, Output, Type
from engine.decisions.read_table import Context, TableElements
from engine.decisions.tables import Table
from engine.decisions.values import ORDERED, Kind, show
from engine.decisions.xml_source import Report

_FIT = "Write a value of the declared type, or correct the type."


def check_table(table: Table, elements: TableElements, context: Context) -> None:
    """Report cells, outputs and defaults that do not fit their columns."""
    report = context.report
    for column, element in zip(table.inputs, elements.inputs, strict=True):
        where = f"The input {column.label!r}"
        expected = _plain(column.type)
        check_expression(element, column.node, context.kinds, expected, where, report)
    for rule, cells in zip(table.rules, elements.cells, strict=True):
        for position, (column, cell) in enumerate(zip(table.inputs, rule.cell_nodes, strict=True)):
            where = f"Rule {rule.number}, input {column.label!r}"
            _check_cell(cells[position], cell, column, context, where)
        for position, (output, node) in enumerate(zip(table.outputs, rule.output_nodes, strict=True)):
            where = f"Rule {rule.number}, output {output.name!r}"
            element = cells[len(table.inputs) + position]
            check_expression(element, node, context.kinds, output.type, where, report)
            _check_value(element, node, output, where, report)
    for output, element in zip(table.outputs, elements.outputs, strict=True):
        if output.default_node is not None:
            where = f"The default of the output {output.name!r}"
            check_expression(element, output.default_node, context.kinds, output.type, where, report)
            _check_value(element, output.default_node, output, where, report)
    _check_policy(table, elements, report)


def check_expression(
    element: etree._Element, node: s.Node, kinds: Kinds, expected: Type | None, where: str, report: Report
) -> None:
    """Report an expression whose parts do not fit together, or whose value is not of the expected type."""
    for misfit in dict.fromkeys(misfits(node, kinds)):
        report.error("type-mismatch", element, f"{where} is always null: {misfit}.", "Convert one of the two.")
    if expected is None or expected.kind is None:
        return
    kind = infer(node, kinds)
    if kind not in (None, "null", expected.kind):
        report.error("type-mismatch", element, f"{where} is a {kind}, not a {expected.name}.", _FIT)
    elif expected.whole and _is_broken(node):
        report.error("type-mismatch", element, f"{where} is no whole number.", _FIT)


def _check_cell(element: etree._Element, cell: s.Cell, column: Input, context: Context, where: str) -> None:
    kind = column.type.kind or infer(column.node, context.kinds)
    kinds = {**context.kinds, SUBJECT: kind}
    for test in cell.tests:
        for misfit in dict.fromkeys(misfits(test, kinds)):
            context.report.error(
                "type-mismatch", element, f"{where} can never match: {misfit}.", "Convert one of the two."
            )
        for part in _operands(test):
            found = infer(part, kinds)
            if kind is not None and found not in (None, "null", "list", "range", kind):
                context.report.error(
                    "type-mismatch", element, f"{where} can never match: it is a {found}, the input a {kind}.", _FIT
                )
            elif column.type.whole and part is test and _is_broken(part):
                message = f"{where} can never match: the input is a whole number."
                context.report.error("type-mismatch", element, message, _FIT)
            elif kind is None and isinstance(part, s.Compare | s.And | s.Or | s.Between | s.In):
                context.report.warning(
                    "cell-ignores-input",
                    element,
                    f"{where} is a condition that does not mention the input.",
                    "Write ? where the input is meant, for instance ? > 5 and ? < 9.",
                )
        _check_order(element, test, kinds, where, context.report)


def _operands(test: s.Node) -> list[s.Node]:
    """Return the parts of a test that are compared with the input."""
    if isinstance(test, s.Anything) or s.mentions_subject(test):
        return []
    if isinstance(test, s.OperatorTest | s.RangeOf | s.ListOf):
        return list(test.children())
    return [test]


def _check_order(element: etree._Element, test: s.Node, kinds: Kinds, where: str, report: Report) -> None:
    unordered: list[Kind | None] = []
    if isinstance(test, s.OperatorTest) and test.operator not in ("=", "!="):
        unordered = [infer(test.operand, kinds)]
    elif isinstance(test, s.RangeOf):
        unordered = [infer(test.low, kinds), infer(test.high, kinds)]
        if None not in unordered and unordered[0] != unordered[1]:
            report.error("type-mismatch", element, f"{where} can never match: the ends are of different types.", _FIT)
    for kind in unordered:
        if kind is not None and kind not in ORDERED:
            report.error("type-mismatch", element, f"{where} can never match: a {kind} has no order.", _FIT)
            return


def _check_value(element: etree._Element, node: s.Node, output: Output, where: str, report: Report) -> None:
    if not isinstance(node, s.Constant) or node.value is None or output.values is None:
        return
    if not is_allowed(output.values, node.value):
        report.error(
            "value-not-declared",
            element,
            f"{where} is {show(node.value)}, which is not among the declared values {output.values.text}.",
            "Correct it, or add it to the declared values.",
        )


def _check_policy(table: Table, elements: TableElements, report: Report) -> None:
    if table.hit_policy in ("PRIORITY", "OUTPUT ORDER") and not any(
        column.values is not None and column.values.listed for column in table.outputs
    ):
        report.error(
            "priority-without-values",
            elements.table,
            f"The hit policy {table.hit_policy} needs the output values in their order, and none are declared.",
            "Declare the output values, the one that wins first.",
        )
    if table.aggregation == "SUM" and table.outputs[0].type.kind not in (None, "number"):
        report.error(
            "type-mismatch",
            elements.table,
            f"The outputs are summed, but are of the type {table.outputs[0].type.name}.",
            "Make the output a number, or choose another aggregation.",
        )
    defaults = [column.default is not None for column in table.outputs]
    if any(defaults) and not all(defaults):
        report.warning(
            "default-incomplete",
            elements.table,
            "Some outputs have a default and some have none; without a matching rule those are null.",
            "Give every output a default, or none.",
        )


def _plain(declared: Type) -> Type:
    """Return the type without its demand for whole numbers: the expression of an input is checked when it is read."""
    return replace(declared, whole=False)


def _is_broken(node: s.Node) -> bool:
    return isinstance(node, s.Constant) and type(node.value) is Decimal and node.value != node.value.to_integral_value()
