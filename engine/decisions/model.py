"""A decision that has been read and compiled, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from engine.decisions import syntax as s
from engine.decisions.compile_expression import Evaluate
from engine.decisions.compile_tests import Test
from engine.decisions.scope import Run
from engine.decisions.values import Kind
from engine.model.problem import Problem

HitPolicy: TypeAlias = Literal["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation: TypeAlias = Literal["SUM", "MIN", "MAX", "COUNT"]
Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Type:
    """What an input, an output or a variable is declared to be."""

    name: str
    """As written in the file: `number`, `integer`, `tLoan`."""
    kind: Kind | None
    """The kind of value that is asked for, None where anything may stand."""
    whole: bool = False
    """Whether broken numbers are refused (`integer`, `long`)."""


@dataclass(frozen=True)
class Allowed:
    """The declared values of an input or output: `"a","b"` or `[0..100]`."""

    text: str
    cell: s.Cell
    test: Test | None = field(compare=False, repr=False)
    listed: tuple[Any, ...] | None = None
    """The values themselves, in their order, where all are literals."""


@dataclass(frozen=True)
class Input:
    """One input column."""

    id: str | None
    line: int | None
    label: str
    """What people read: the label, otherwise the expression."""
    expression: str
    """The FEEL text."""
    type: Type
    allowed: Allowed | None
    node: s.Node = field(compare=False, repr=False)
    evaluate: Evaluate = field(compare=False, repr=False)


@dataclass(frozen=True)
class Output:
    """One output column."""

    id: str | None
    line: int | None
    name: str
    """The key under which its value stands in the outcome."""
    type: Type
    values: Allowed | None
    """The declared values; their order is the priority for the hit policies PRIORITY and OUTPUT ORDER."""
    default: str | None
    """The FEEL text of the default, None where there is none."""
    default_node: s.Node | None = field(default=None, compare=False, repr=False)
    evaluate_default: Evaluate | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Rule:
    """One row."""

    id: str
    """The id in the file, or `rule-<number>` where the file gives none."""
    number: int
    """Position in the table, from 1."""
    line: int | None
    cells: tuple[str, ...]
    """The texts of the input cells."""
    outputs: tuple[str, ...]
    """The texts of the output cells."""
    annotations: tuple[str, ...]
    cell_nodes: tuple[s.Cell, ...] = field(compare=False, repr=False)
    output_nodes: tuple[s.Node, ...] = field(compare=False, repr=False)
    tests: tuple[tuple[int, Test], ...] = field(compare=False, repr=False)
    """Column and test of each cell that is not `-`."""
    results: tuple[Evaluate, ...] = field(compare=False, repr=False)


@dataclass(frozen=True)
class MatchedRule:
    """A rule that matched: what goes to the trail."""

    id: str
    number: int
    annotation: str
    """The remarks beside the rule, joined by a line break; empty where there are none."""


@dataclass(frozen=True)
class Outcome:
    """The answer of a decision."""

    values: Values | list[Values] | None
    """One mapping for U, A, F, P, aggregations and expressions; a list of them for R, O and C. Numbers are Decimal."""
    matched: tuple[MatchedRule, ...]
    """The rules that matched: the deciding one first for P, in output order for O, otherwise in table order.

    Empty where a default stood in, and for decisions that are an expression.
    """


class Logic(Protocol):
    """How a decision comes to its answer: `tables.Table` or `expressions.LiteralExpression`."""

    @property
    def inputs(self) -> tuple[Input, ...]: ...
    @property
    def outputs(self) -> tuple[Output, ...]: ...
    @property
    def hit_policy(self) -> HitPolicy | None: ...
    @property
    def aggregation(self) -> Aggregation | None: ...
    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def decide(self, run: Run) -> Outcome:
        """Evaluate within one run; raises a `DecisionFailed` where there is no sound answer."""
        ...


@dataclass(frozen=True)
class Decision:
    """One decision of a file, compiled. Evaluating it is pure, repeatable and safe in several threads at once."""

    id: str
    name: str
    file: str
    line: int | None
    variable: str
    """The name under which other decisions use its result."""
    logic: Logic = field(compare=False, repr=False)
    requires: tuple[str, ...] = ()
    """Names of the decisions of the same file that it uses."""
    names: frozenset[str] = frozenset()
    """Names of facts that it reads, those of the decisions it requires included."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Return the input columns; empty for an expression."""
        return self.logic.inputs

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Return the output columns; for an expression the one value under the variable's name."""
        return self.logic.outputs

    @property
    def hit_policy(self) -> HitPolicy | None:
        """Return the hit policy, None for an expression."""
        return self.logic.hit_policy

    @property
    def aggregation(self) -> Aggregation | None:
        """Return how COLLECT joins the outputs, None for a plain list."""
        return self.logic.aggregation

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules; empty for an expression."""
        return self.logic.rules

    def evaluate(self, facts: Mapping[str, object]) -> Outcome:
        """Decide on the facts; a fact that is missing counts as null (unknown).

        Raises `NoRuleMatched` (no rule, no default), `RulesConflict` (U with several rules, A with unequal outputs),
        `UnfitValue` (a fact or output against its declared type or values) and `TooMuchWork`.
        """
        return self.logic.decide(Run(facts))

    def result(self, facts: Mapping[str, object]) -> Any:
        """Decide, and return the value as DMN passes it on: bare for one output, a context for several."""
        return bare(self.evaluate(facts), single=len(self.outputs) == 1)


@dataclass(frozen=True)
class ParsedDecisions:
    """What a file holds: the decisions that can be evaluated, by id, and everything that is wrong."""

    decisions: Mapping[str, Decision]
    problems: tuple[Problem, ...]
    declared: Mapping[str, int | None] | None
    """The lines of all decisions that stand in the file, by id, sound or not; None where it could not be read."""


def bare(outcome: Outcome, *, single: bool) -> Any:
    """Return the values of an outcome without the name of a single output."""
    values = outcome.values
    if not single or values is None:
        return values
    if isinstance(values, list):
        return [next(iter(item.values())) for item in values]
    return next(iter(values.values()))
