"""Whoever the process names is told of what people change: where nobody decides anew, somebody knows (R-004-18).

`[[tells]]` of process.toml says of which facts, whom and in which words. What a change comes to is seen at its end,
when tables and steps have followed; it is told once, in one notice for each reader and template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.case_work import CaseWork
from engine.kernel.case_facts import answer_of, typed_facts, with_derived
from engine.model.config import ChangeNotice
from engine.model.fact_values import fact_to_json
from engine.process import CompiledProcess

Facts = Mapping[str, Any]
"""The facts of a case by their names, with the values that conditions and tables read; derived ones too."""


def tell_changes(work: CaseWork) -> None:
    """Tell whomever the process names of what the change now at its end came to.

    A notice may quote its `text_from` of the form that the change completed, and the reason that was given. Nothing is
    told of a case that has moved to another process: what was before are the facts of the first.
    """
    process = work.process
    if any(event.kind == "retyped" for event in work.events):
        return
    if not _may_concern(process, work.facts_at_start, work.row["facts"]):
        return
    seen = _Seen(process, *(typed_facts(process, facts) for facts in (work.facts_at_start, work.row["facts"])))
    tellings: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for told in process.config.tells:
        changes = list(seen.changes(told)) if seen.concerns(told) else []
        for to in told.to if changes else ():
            known = tellings.setdefault((to, told.template), [])
            known += [each for each in changes if each not in known]
    who = work.actor.principal
    for (to, template), changes in tellings.items():
        values = {"changed": changes, "text": work.reason, "person": who.person_id if who is not None else None}
        values.update(work.services.excerpt(process, template, work.form_data))
        work.tell(to, template, values, f"changed:{template}:{to}")


def _may_concern(process: CompiledProcess, before: Facts, after: Facts) -> bool:
    """Say, of stored facts, whether a notice may be due: most steps change nothing that anybody is told of."""
    specs, watched = process.config.facts, set[str]()
    for told in process.config.tells:
        watched |= told.on.union(told.lower)
        # What tables say instead moves with everything that they read.
        if any(after.get(name) and name in specs and specs[name].overrides for name in told.lower):
            return before != after
    return any(before.get(name) != after.get(name) for name in watched)


@dataclass(frozen=True)
class _Seen:
    """One change: the facts as they were and as they are."""

    process: CompiledProcess
    before: Facts
    after: Facts
    _lower: dict[str, tuple[Any, Any] | None] = field(default_factory=dict)

    def concerns(self, told: ChangeNotice) -> bool:
        """Say whether a notice is due."""
        if told.on and not any(self.before[name] != self.after[name] for name in told.on):
            return False
        if told.lower and not any(self.lower(name) for name in told.lower):
            return False
        held = told.was is None or told.was.evaluate(self.before, {})
        return bool(held and (told.when is None or told.when.evaluate(self.after, {})))

    def changes(self, told: ChangeNotice) -> Iterator[dict[str, Any]]:
        """Yield what the notice shows: a fact, what it was and what it is, as JSON."""
        for name in told.shows or (*sorted(told.on), *told.lower):
            spec = self.process.config.facts.get(name)
            lower = self.lower(name) if spec is not None and spec.overrides and name in told.lower else None
            was, now = lower or (self.before[name], self.after[name])
            if was != now:
                fact = spec.overrides if spec is not None and lower else name
                yield {"fact": fact, "was": fact_to_json(was), "now": fact_to_json(now)}

    def lower(self, name: str) -> tuple[Any, Any] | None:
        """Return what a fact was and is where it is lower now, None where it is not.

        A fact that overrides another is lower than what the tables say; how far it was so before counts for nothing.
        """
        if name not in self._lower:
            spec = self.process.config.facts.get(name)
            if spec is not None and spec.overrides:
                deep, deeper = (_below(self.process, facts, name) for facts in (self.before, self.after))
                self._lower[name] = deeper[1:] if deeper[0] > deep[0] else None
            else:
                was, now = self.before[name], self.after[name]
                order = spec.values if spec is not None else ()
                # What nobody has said is neither more nor less.
                said = was is not None and now is not None
                fallen = _rank(order, now) < _rank(order, was) if order else said and bool(now < was)
                self._lower[name] = (was, now) if fallen else None
        return self._lower[name]


def _below(process: CompiledProcess, facts: Facts, name: str) -> tuple[int, Any, Any]:
    """Return how far what people have set lies below what the tables say, and the two values; 0 where it does not."""
    spec, chosen = process.config.facts[name], facts[name]
    written = spec.overrides or name
    use = next((each for each in process.config.tables if written in each.writes), None)
    decision = process.decisions.get(use.decision) if use is not None else None
    if not chosen or decision is None:
        return 0, None, None
    said = answer_of(decision, with_derived(process, {**facts, name: ""}))[0].get(written)
    return max(0, _rank(spec.values, said) - _rank(spec.values, chosen)), said, chosen


def _rank(order: tuple[str, ...], value: Any) -> int:
    """Return the place of a value among those that a fact can have, from the lowest up; -1 for none of them."""
    return order.index(value) if value in order else -1
