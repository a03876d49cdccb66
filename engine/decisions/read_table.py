"""Reads a `decisionTable` element: hit policy, columns, rules; every text is parsed and compiled here, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from engine.decisions import syntax as s
from engine.decisions.compile_expression import Evaluate, Functions
from engine.decisions.declared_types import Types
from engine.decisions.infer import Kinds
from engine.decisions.model import Aggregation, HitPolicy, Output, Rule
from engine.decisions.read_column import Fallback, input_aliases, input_label, read_input, read_output
from engine.decisions.read_text import Reader
from engine.decisions.scope import Resolver
from engine.decisions.tables import Table
from engine.decisions.xml_source import Report, children, line_of, text_of

HIT_POLICIES = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
AGGREGATIONS = frozenset({"SUM", "MIN", "MAX", "COUNT"})
MAX_RULES = 1_000
MAX_COLUMNS = 100
MAX_CELLS = 10_000


@dataclass(frozen=True)
class Context:
    """What a table is read with."""

    report: Report
    types: Types
    names: frozenset[str]
    kinds: Kinds
    functions: Functions
    required: Mapping[str, Resolver]


@dataclass(frozen=True)
class TableElements:
    """The elements that columns and rules were read from, for findings about them."""

    table: etree._Element
    inputs: tuple[etree._Element, ...]
    outputs: tuple[etree._Element, ...]
    rules: tuple[etree._Element, ...]
    cells: tuple[tuple[etree._Element, ...], ...] = field(repr=False)


def read_table(
    element: etree._Element, *, decision_id: str, fallback: Fallback, context: Context
) -> tuple[Table, TableElements] | None:
    """Return the table and its elements, or None after reporting why it cannot be evaluated."""
    report = context.report
    before = _errors(report)
    policy = _hit_policy(element, report)
    aggregation = _aggregation(element, report)
    input_elements = tuple(children(element, "input"))
    output_elements = tuple(children(element, "output"))
    rule_elements = tuple(children(element, "rule"))
    if not _size_fits(element, report, len(input_elements), len(output_elements), len(rule_elements)):
        return None
    reader = Reader(report, context.names, context.functions)
    inputs = [read_input(item, reader, context.types) for item in input_elements]
    single = fallback if len(output_elements) == 1 else Fallback("", "", None)
    outputs = [read_output(item, reader, context.types, single) for item in output_elements]
    columns = [(input_label(item), input_aliases(item)) for item in input_elements]
    _check_names(output_elements, outputs, report)
    rules: list[Rule] = []
    cells: list[tuple[etree._Element, ...]] = []
    for number, item in enumerate(rule_elements, 1):
        rule = _rule(item, number, reader, columns, outputs)
        if rule is not None:
            rules.append(rule)
            cells.append(tuple(children(item, "inputEntry", "outputEntry")))
    if policy is None or _errors(report) > before:
        return None
    table = Table(
        decision=fallback.decision,
        decision_id=decision_id,
        inputs=tuple(column for column in inputs if column is not None),
        outputs=tuple(column for column in outputs if column is not None),
        hit_policy=policy,
        aggregation=aggregation,
        rules=tuple(rules),
        required=context.required,
    )
    return table, TableElements(element, input_elements, output_elements, rule_elements, tuple(cells))


def _check_names(elements: tuple[etree._Element, ...], outputs: list[Output | None], report: Report) -> None:
    seen: set[str] = set()
    for element, column in zip(elements, outputs, strict=True):
        if column is None:
            continue
        if column.name in seen:
            report.error(
                "duplicate-output",
                element,
                f"Several outputs are called {column.name!r}.",
                "Give each output a name of its own.",
            )
        seen.add(column.name)


def _rule(
    element: etree._Element,
    number: int,
    reader: Reader,
    columns: list[tuple[str, frozenset[str]]],
    outputs: list[Output | None],
) -> Rule | None:
    input_entries = list(children(element, "inputEntry"))
    width = len(columns)
    output_entries = list(children(element, "outputEntry"))
    if len(input_entries) != width or len(output_entries) != len(outputs):
        reader.report.error(
            "rule-shape",
            element,
            f"Rule {number} has {len(input_entries)} input and {len(output_entries)} output cells, "
            f"the table has {width} inputs and {len(outputs)} outputs.",
            "Give the rule one cell for each column.",
        )
        return None
    cells = []
    for (label, aliases), entry in zip(columns, input_entries, strict=True):
        cells.append(reader.cell(entry, f"Rule {number}, input {label!r}", aliases))
    results = []
    for position, entry in enumerate(output_entries):
        column = outputs[position]
        where = f"Rule {number}, output {column.name if column else position + 1!r}"
        results.append(_output_cell(entry, where, reader))
    whole = [cell for cell in cells if cell is not None]
    known = [result for result in results if result is not None]
    if len(whole) < len(cells) or len(known) < len(results):
        return None
    return Rule(
        id=element.get("id") or f"rule-{number}",
        number=number,
        line=line_of(element),
        cells=tuple(text_of(entry) for entry in input_entries),
        outputs=tuple(text_of(entry) for entry in output_entries),
        annotations=_annotations(element),
        cell_nodes=tuple(cell for cell, _ in whole),
        output_nodes=tuple(node for node, _ in known),
        tests=tuple((column, test) for column, (_, test) in enumerate(whole) if test is not None),
        results=tuple(compute for _, compute in known),
    )


def _output_cell(entry: etree._Element, where: str, reader: Reader) -> tuple[s.Node, Evaluate] | None:
    if not text_of(entry):
        reader.report.warning(
            "empty-output", entry, f"{where} is empty, which means null.", "Write null if nothing is meant."
        )
        return s.Constant(None), lambda scope: None
    return reader.expression(entry, where)


def _annotations(element: etree._Element) -> tuple[str, ...]:
    texts = [text_of(entry) for entry in children(element, "annotationEntry")]
    remarks = ["".join(str(part) for part in item.itertext()).strip() for item in children(element, "description")]
    return tuple(text for text in (*texts, *remarks) if text)


def _hit_policy(element: etree._Element, report: Report) -> HitPolicy | None:
    written = element.get("hitPolicy", "UNIQUE")
    if written in HIT_POLICIES:
        return cast(HitPolicy, written)
    report.error(
        "unknown-hit-policy",
        element,
        f"The hit policy `{written}` does not exist.",
        f"Choose one of {', '.join(sorted(HIT_POLICIES))}.",
    )
    return None


def _aggregation(element: etree._Element, report: Report) -> Aggregation | None:
    written = element.get("aggregation")
    if not written:
        return None
    if written not in AGGREGATIONS:
        report.error(
            "unknown-aggregation",
            element,
            f"The aggregation `{written}` does not exist.",
            f"Choose one of {', '.join(sorted(AGGREGATIONS))}, or none.",
        )
    elif element.get("hitPolicy") != "COLLECT":
        report.error(
            "aggregation-without-collect",
            element,
            f"The aggregation {written} stands beside a hit policy that does not collect.",
            "Choose the hit policy COLLECT, or remove the aggregation.",
        )
    elif len(list(children(element, "output"))) > 1:
        report.error(
            "aggregation-with-many-outputs",
            element,
            f"The aggregation {written} is not defined for several outputs.",
            "Make a table of its own for each output.",
        )
    return cast(Aggregation, written)


def _size_fits(element: etree._Element, report: Report, inputs: int, outputs: int, rules: int) -> bool:
    if not outputs:
        report.error("table-without-output", element, "The table has no output.", "Add an output column.")
        return False
    if not rules:
        report.error("table-without-rules", element, "The table has no rules.", "Add a rule.")
        return False
    if rules > MAX_RULES or inputs + outputs > MAX_COLUMNS or rules * (inputs + outputs) > MAX_CELLS:
        report.error(
            "table-too-large",
            element,
            f"The table has {rules} rules and {inputs + outputs} columns; at most {MAX_RULES} rules, "
            f"{MAX_COLUMNS} columns and {MAX_CELLS} cells are read.",
            "Split it into several decisions.",
        )
        return False
    return True


def _errors(report: Report) -> int:
    return sum(problem.severity == "error" for problem in report.problems)
