"""Builds small DMN files in memory, so that a test shows the table and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from engine.decisions import Decision, parse_decisions
from engine.model.problem import Problem

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@dataclass(frozen=True)
class In:
    """An input column: expression, type, declared values, label."""

    expression: str
    type: str = ""
    values: str = ""
    label: str = ""


@dataclass(frozen=True)
class Out:
    """An output column: name, type, declared values, default."""

    name: str
    type: str = ""
    values: str = ""
    default: str = ""


def table(
    inputs: Sequence[In],
    outputs: Sequence[Out],
    rules: Sequence[Sequence[str]],
    policy: str = "",
    aggregation: str = "",
) -> str:
    """Return a `decisionTable` element; a rule is its input cells, its output cells, and perhaps a remark."""
    attributes = f" hitPolicy={quoteattr(policy)}" if policy else ""
    attributes += f" aggregation={quoteattr(aggregation)}" if aggregation else ""
    lines = [f'<decisionTable id="table"{attributes}>']
    for number, column in enumerate(inputs, 1):
        lines += [
            f'<input id="input{number}"{_attribute("label", column.label)}>',
            f"<inputExpression{_attribute('typeRef', column.type)}>{_text(column.expression)}</inputExpression>",
            f"<inputValues>{_text(column.values)}</inputValues>" if column.values else "",
            "</input>",
        ]
    for number, output in enumerate(outputs, 1):
        lines += [
            f'<output id="output{number}"{_attribute("name", output.name)}{_attribute("typeRef", output.type)}>',
            f"<outputValues>{_text(output.values)}</outputValues>" if output.values else "",
            f"<defaultOutputEntry>{_text(output.default)}</defaultOutputEntry>" if output.default else "",
            "</output>",
        ]
    for number, rule in enumerate(rules, 1):
        lines.append(f'<rule id="r{number}">')
        split = len(inputs) + len(outputs)
        for at, cell in enumerate(rule[:split]):
            kind = "inputEntry" if at < len(inputs) else "outputEntry"
            lines.append(f'<{kind} id="r{number}c{at + 1}">{_text(cell)}</{kind}>')
        lines += [f"<annotationEntry>{_text(remark)}</annotationEntry>" for remark in rule[split:]]
        lines.append("</rule>")
    return "\n".join([*lines, "</decisionTable>"])


def definitions(*elements: str, namespace: str = NAMESPACE) -> bytes:
    """Return a whole file."""
    body = "\n".join(elements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions xmlns="{namespace}" id="model" name="model" namespace="urn:test">\n{body}\n</definitions>\n'
    ).encode()


def decision(logic: str, *, id: str = "decide", name: str = "Decide", requires: Sequence[str] = ()) -> str:
    """Return a `decision` element; `requires` are `decision:<id>`, `input:<id>` or `knowledge:<id>`."""
    arrows = []
    for number, wanted in enumerate(requires):
        kind, _, target = wanted.partition(":")
        outer, inner = {
            "decision": ("informationRequirement", "requiredDecision"),
            "input": ("informationRequirement", "requiredInput"),
            "knowledge": ("knowledgeRequirement", "requiredKnowledge"),
        }[kind]
        arrows.append(f'<{outer} id="{id}-arrow{number}"><{inner} href="#{target}"/></{outer}>')
    return f'<decision id="{id}" name={quoteattr(name)}>\n{"".join(arrows)}\n{logic}\n</decision>'


def expression(text: str) -> str:
    """Return a `literalExpression` element."""
    return f"<literalExpression>{_text(text)}</literalExpression>"


def read_table(
    inputs: Sequence[In],
    outputs: Sequence[Out],
    rules: Sequence[Sequence[str]],
    policy: str = "",
    aggregation: str = "",
) -> tuple[Decision | None, tuple[Problem, ...]]:
    """Parse a file with one table; return its decision and all findings."""
    parsed = parse_decisions(definitions(decision(table(inputs, outputs, rules, policy, aggregation))), "table.dmn")
    return parsed.decisions.get("decide"), parsed.problems


def sound_table(
    inputs: Sequence[In],
    outputs: Sequence[Out],
    rules: Sequence[Sequence[str]],
    policy: str = "",
    aggregation: str = "",
) -> Decision:
    """Parse a file with one table that has no errors; return its decision."""
    found, problems = read_table(inputs, outputs, rules, policy, aggregation)
    assert [problem for problem in problems if problem.severity == "error"] == []
    assert found is not None
    return found


def _text(content: str) -> str:
    return f"<text>{escape(content)}</text>"


def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(value)}" if value else ""
