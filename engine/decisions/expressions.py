"""The logic of a decision that is one expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.decisions import syntax as s
from engine.decisions.compile_expression import Evaluate
from engine.decisions.fit import check_output
from engine.decisions.model import Aggregation, HitPolicy, Input, Outcome, Output, Rule
from engine.decisions.scope import Resolver, Run, Scope


@dataclass(frozen=True)
class LiteralExpression:
    """A `literalExpression`: its value stands under the name of the decision's variable."""

    text: str
    node: s.Node = field(compare=False, repr=False)
    compute: Evaluate = field(compare=False, repr=False)
    outputs: tuple[Output, ...]
    """The one output."""
    required: Mapping[str, Resolver]
    inputs: tuple[Input, ...] = ()
    hit_policy: HitPolicy | None = None
    aggregation: Aggregation | None = None
    rules: tuple[Rule, ...] = ()

    def decide(self, run: Run) -> Outcome:
        """Return the value of the expression; no rules match, because there are none."""
        value = self.compute(Scope(run, required=self.required))
        output = self.outputs[0]
        return Outcome({output.name: check_output(output, value, "the expression")}, ())
