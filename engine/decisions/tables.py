"""Evaluates a decision table: which rules match, and what the hit policy makes of them (DMN 1.5, section 8.2.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.decisions.fit import check_input, check_output
from engine.decisions.functions_lists import maximum, minimum, total
from engine.decisions.model import Aggregation, HitPolicy, Input, MatchedRule, Outcome, Output, Rule, Values
from engine.decisions.refusals import NoRuleMatched, RulesConflict, UnfitValue
from engine.decisions.scope import Resolver, Run, Scope
from engine.decisions.values import equal, show

_AGGREGATES = {"SUM": total, "MIN": minimum, "MAX": maximum}
_MANY: frozenset[HitPolicy] = frozenset({"RULE ORDER", "OUTPUT ORDER", "COLLECT"})


@dataclass(frozen=True)
class Table:
    """The logic of a decision that is a table."""

    decision: str
    """Name of the decision, for messages."""
    decision_id: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    rules: tuple[Rule, ...]
    required: Mapping[str, Resolver]

    def decide(self, run: Run) -> Outcome:
        """Return the outcome for the facts of the run; see `Decision.evaluate` for what is raised."""
        scope = Scope(run, required=self.required)
        subjects = [check_input(column, column.evaluate(scope)) for column in self.inputs]
        hits = self._hits(subjects, scope)
        if not hits:
            return self._default(subjects, scope)
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise self._conflict(hits, "the hit policy UNIQUE allows only one", subjects)
        found = [(rule, self._outputs(rule, scope)) for rule in hits]
        if self.hit_policy == "ANY":
            self._check_equal(found, subjects)
        elif self.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
            found.sort(key=self._rank)
        return Outcome(self._combine([values for _, values in found]), tuple(_matched(rule) for rule, _ in found))

    def _hits(self, subjects: Sequence[Any], scope: Scope) -> list[Rule]:
        hits = []
        first_only = self.hit_policy == "FIRST"
        for rule in self.rules:
            for column, test in rule.tests:
                if test(subjects[column], scope) is not True:
                    break
            else:
                hits.append(rule)
                if first_only:
                    break
        return hits

    def _outputs(self, rule: Rule, scope: Scope) -> Values:
        return {
            column.name: check_output(column, compute(scope), f"rule {rule.number}")
            for column, compute in zip(self.outputs, rule.results, strict=True)
        }

    def _combine(self, found: list[Values]) -> Values | list[Values]:
        if self.aggregation is not None:
            name = self.outputs[0].name
            return {name: self._aggregate([values[name] for values in found])}
        return found if self.hit_policy in _MANY else found[0]

    def _aggregate(self, values: list[Any]) -> Any:
        if self.aggregation == "COUNT":
            return Decimal(len(values))
        result = _AGGREGATES[str(self.aggregation)](values)
        if result is None:
            raise UnfitValue(
                f"The decision {self.decision!r} cannot aggregate its outputs.",
                decision=self.decision_id,
                outputs=[show(value) for value in values],
            )
        return result

    def _default(self, subjects: Sequence[Any], scope: Scope) -> Outcome:
        if all(column.evaluate_default is None for column in self.outputs):
            given = {column.label: show(value) for column, value in zip(self.inputs, subjects, strict=True)}
            listed = ", ".join(f"{label} = {value}" for label, value in given.items())
            raise NoRuleMatched(
                f"No rule of the decision {self.decision!r} matches, and it has no default: {listed}.",
                decision=self.decision_id,
                inputs=given,
            )
        values = {
            column.name: None
            if column.evaluate_default is None
            else check_output(column, column.evaluate_default(scope), "the default")
            for column in self.outputs
        }
        return Outcome([values] if self.hit_policy in _MANY and not self.aggregation else values, ())

    def _check_equal(self, found: list[tuple[Rule, Values]], subjects: Sequence[Any]) -> None:
        first = found[0][1]
        for _, values in found[1:]:
            if any(equal(value, values[name]) is not True for name, value in first.items()):
                raise self._conflict(
                    [rule for rule, _ in found], "the hit policy ANY allows only equal outputs", subjects
                )

    def _rank(self, hit: tuple[Rule, Values]) -> tuple[int, ...]:
        ranks = []
        for column in self.outputs:
            if column.values is None or column.values.listed is None:
                continue
            value = hit[1][column.name]
            places = [at for at, listed in enumerate(column.values.listed) if equal(listed, value) is True]
            ranks.append(places[0] if places else len(column.values.listed))
        return tuple(ranks)

    def _conflict(self, hits: list[Rule], why: str, subjects: Sequence[Any]) -> RulesConflict:
        numbers = " and ".join(str(rule.number) for rule in hits)
        return RulesConflict(
            f"The rules {numbers} of the decision {self.decision!r} match at once, but {why}.",
            decision=self.decision_id,
            rules=[rule.id for rule in hits],
            inputs={column.label: show(value) for column, value in zip(self.inputs, subjects, strict=True)},
        )


def _matched(rule: Rule) -> MatchedRule:
    return MatchedRule(rule.id, rule.number, "\n".join(rule.annotations))
