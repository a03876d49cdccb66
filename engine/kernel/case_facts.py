"""The facts of a case inside one step: typed, re-evaluated by the tables, and watched (docs/adr/0007)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.decisions import Decision
from engine.errors import StepFailed, Unfit
from engine.model.fact_values import fact_to_json, read_fact
from engine.process import CompiledProcess

DecisionSink = Callable[[str, tuple[str, ...], Mapping[str, Any] | None], None]
"""Told of each decision taken: its id, the rules that matched, what it wrote; None where all facts stay."""


def typed_facts(process: CompiledProcess, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a case by their names as conditions read them, those that are derived too. Pure.

    `stored` as `CaseFacts.to_json` gives it. What the process does not know is left out; what nobody has said is as at
    the beginning. What is derived is worked out, never taken from the store, where an amount is a text.
    """
    values = {**process.fact_defaults, **stored}
    if len(values) > len(process.fact_defaults):
        values = {name: values[name] for name in process.fact_defaults}
    # At every step of every case: what JSON keeps as it is was checked when it came in, and is what it was.
    for spec in process.facts_worded:
        if spec.name in stored:
            values[spec.name] = read_fact(spec, stored[spec.name])
    return with_derived(process, values)


def with_derived(process: CompiledProcess, facts: dict[str, Any]) -> dict[str, Any]:
    """Set in typed facts what follows from them, and return them."""
    for name, expression in process.config.derived:
        facts[name] = expression.evaluate(facts, {})
    return facts


def answer_of(decision: Decision, facts: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return what a table answers to typed facts: its outputs by their names, and the ids of the rules that matched."""
    outcome = decision.evaluate(facts)
    outputs = dict(outcome.values) if isinstance(outcome.values, Mapping) else {decision.name: outcome.values}
    return {n: _plain(v) for n, v in outputs.items()}, tuple(rule.id for rule in outcome.matched)


class CaseFacts:
    """The facts during a step. `values` is what conditions read."""

    def __init__(self, process: CompiledProcess, stored: Mapping[str, Any], decided: DecisionSink) -> None:
        self._process, self._decided = process, decided
        self.values = typed_facts(process, stored)
        self._decisions: dict[str, tuple[list[Any], Mapping[str, Any], tuple[str, ...]]] = {}
        """What tables answered in this step, beside what they read."""
        self.changed: dict[str, None] = {}
        """Names that changed in this step, in order."""
        self.fresh: set[str] = set()
        """Names that changed since the catches were last told."""
        self.latest: frozenset[str] = frozenset()
        """Names that the latest change or decision moved, whatever moved before it in the same step."""

    def change(self, changes: Mapping[str, Any]) -> frozenset[str]:
        """Set facts, run the tables that follow from them, return what changed. Raises Unfit for unknown or wrong."""
        specs = self._process.config.facts
        unknown = [n for n in changes if n not in specs]
        if unknown:
            raise Unfit(
                f"These are not facts of this process: {', '.join(sorted(unknown))}.",
                fields=[{"field": n, "code": "unknown-fact"} for n in unknown],
            )
        changed = {n for n, v in ((n, read_fact(specs[n], v)) for n, v in changes.items()) if self._set(n, v)}
        if changed:
            changed |= self._run_tables(changed)
        self._note(changed)
        return frozenset(changed)

    def run_all(self) -> frozenset[str]:
        """Run every table that re-runs, as at the opening of a case; return what changed.

        Raises Unfit for a fact that is given with another type than its own.
        """
        for name, spec in self._process.config.facts.items():
            self.values[name] = read_fact(spec, self.values[name])
        changed = self._run_tables(None)
        self._note(changed)
        return frozenset(changed)

    def decide(self, decision: str) -> Mapping[str, Any]:
        """Evaluate one table now. Outputs it `writes` become facts; the others are returned for the task's data.

        The decision is told even if it comes to what the facts say already: somebody asked, and these rules answered.
        """
        use = next((t for t in self._process.config.tables if t.decision == decision), None)
        outputs, rules = self._evaluate(decision)
        if use is None:
            self.latest = frozenset()
            self._decided(decision, rules, outputs)
            return outputs
        changed = self._write(decision, outputs, rules)
        if changed:
            changed |= self._run_tables(changed, after=decision)
        else:
            self._decided(decision, rules, None)
        self._note(changed)
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the facts as they are stored."""
        return {**self.values, **{name: fact_to_json(self.values[name]) for name in self._process.names_worded}}

    def _note(self, changed: set[str]) -> None:
        self.latest = frozenset(changed)
        self.changed.update(dict.fromkeys(sorted(changed)))
        self.fresh |= changed

    def _set(self, name: str, value: Any) -> bool:
        if self.values.get(name) == value and type(self.values.get(name)) is type(value):
            return False
        self.values[name] = value
        return True

    def _run_tables(self, changed: set[str] | None, *, after: str | None = None) -> set[str]:
        """Run the tables that follow from what changed; None: all. What no change touches decides as it did before."""
        written = self._derive()
        skip = after is not None
        for use in self._process.config.tables:
            if skip:
                skip = use.decision != after
                continue
            found = self._process.decisions.get(use.decision) if use.rerun else None
            if found is None:
                continue
            if changed is not None and not (found.names | set(use.writes)) & (changed | written):
                continue
            outputs, rules = self._evaluate(use.decision)
            fresh = self._write(use.decision, outputs, rules)
            if fresh:
                # The tables that follow read what is derived from this one's outputs.
                written |= fresh | self._derive()
        return written

    def _derive(self) -> set[str]:
        derived = self._process.config.derived
        return {name for name, expression in derived if self._set(name, expression.evaluate(self.values, {}))}

    def _evaluate(self, decision: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        found = self._process.decisions.get(decision)
        if found is None:
            raise StepFailed(f"The diagram asks for the decision {decision}, which its version does not hold.")
        # A step often asks the same table again: at the opening, after a change, and where the diagram says so.
        seen = [self.values.get(name) for name in found.names]
        known = self._decisions.get(decision)
        if known is not None and known[0] == seen:
            return known[1], known[2]
        answer = answer_of(found, self.values)
        self._decisions[decision] = (seen, *answer)
        return answer

    def _write(self, decision: str, outputs: Mapping[str, Any], rules: tuple[str, ...]) -> set[str]:
        use = next(t for t in self._process.config.tables if t.decision == decision)
        specs = self._process.config.facts
        changed = {
            n for n in use.writes if n in outputs and n in specs and self._set(n, read_fact(specs[n], outputs[n]))
        }
        if use.rules_fact and self._set(use.rules_fact, list(rules)):
            changed.add(use.rules_fact)
        if changed:
            self._decided(decision, rules, {n: fact_to_json(self.values[n]) for n in use.writes})
        return changed


def _plain(value: Any) -> Any:
    """Whole decimals become ints, in lists and contexts too, so that a table's `2` fits an integer fact and JSON."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, Mapping) else value
