"""What a diagram may ask of the case it runs in, and do to it: facts, clocks, decisions, service tasks.

Everything it does stays inside the step: state here, and effects for the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.clocks.timer_words import Moment, timer_words
from engine.errors import StepFailed, Unfit
from engine.kernel.case_authors import CaseAuthors
from engine.kernel.case_facts import CaseFacts
from engine.kernel.clock_book import ClockBook
from engine.model.due import Calendars
from engine.model.fact_values import fact_to_json
from engine.model.step import Effect, Event, ExtendClock
from engine.process import CompiledProcess
from engine.spiff.token import Token
from engine.typed_json import plain

FactsMoved = Callable[[frozenset[str]], None]
"""Told of the names of facts that changed."""


class CaseHost:
    """One case during one step, as `engine.spiff.script_engine.Host` describes it."""

    def __init__(
        self,
        process: CompiledProcess,
        record: Mapping[str, Any],
        *,
        facts: Mapping[str, Any],
        calendars: Calendars,
        now: datetime,
        moved: FactsMoved,
    ) -> None:
        """Take the case up as `dump` left it; `record` is empty for a new one."""
        self.process, self.now, self.calendars, self._moved = process, now, calendars, moved
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.buffer: list[list[Any]] = [list(message) for message in record.get("b", ())]
        """Messages that came while nobody waited for them: name, payload."""
        self.authors = CaseAuthors(process.diagram, record.get("by", {}))
        self.rounds: dict[str, int] = dict(record.get("n", {}))
        """Scope and element -> how often a token has come there."""
        self.status, self.closure = record.get("st", (None, None))
        self.ended_at: str | None = record.get("e")
        self.quiet = True
        """While the case is taken up nothing happens that anybody should read of."""
        self.case_facts = CaseFacts(process, facts, self._decided)
        self.clocks = ClockBook(
            process, record.get("c", ()), facts=self.case_facts.values, calendars=calendars, now=now, log=self.log
        )

    def dump(self) -> dict[str, Any]:
        """Return what the next step takes up, as JSON values."""
        return {
            "c": self.clocks.dump(),
            "b": self.buffer,
            "by": self.authors.dump(),
            "n": self.rounds,
            "st": [self.status, self.closure],
            "e": self.ended_at,
        }

    def log(self, event: Event) -> None:
        """Note what happened."""
        if not self.quiet:
            self.events.append(event)

    def facts_moved(self, changed: frozenset[str]) -> None:
        """Clocks follow the facts that changed; nothing where none did."""
        if changed:
            self.log(Event("facts", detail={n: fact_to_json(self.facts[n]) for n in sorted(changed)}))
            self._moved(changed)
            self.clocks.recalculate(calendars_changed=False)

    # --- what the diagram asks --------------------------------------------------------------------------------
    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts as they are now."""
        return self.case_facts.values

    def known(self, name: str) -> bool:
        """Form fields may be read before a form has set them: they are None."""
        return name in self.process.form_fields

    def perform(self, token: Token, operation: str, parameters: Mapping[str, Any]) -> None:
        """Carry out a service task: state here, everything else as an effect for the pipeline."""
        values = {name: plain(value) for name, value in parameters.items()}
        if operation == "set_status":
            before, self.status = self.status, values["status"]
            if before == "resolved" and self.status != before:
                self._forget_answers()
            self.closure = values.get("closure") if self.status == "closed" else None
            self.log(Event("status", element=token.element, detail={"status": self.status, "closure": self.closure}))
        elif operation == "set_facts":
            self.facts_moved(self.case_facts.change(parameters))
        elif operation == "pause_clocks":
            self.clocks.pause(values["reason"], why=values.get("why", ""), scopes=token.scopes)
        elif operation == "resume_clocks":
            self.clocks.resume(values["reason"], scopes=token.scopes)
        elif operation == "extend_clock":
            amount = int(values["working_days"] or 0)
            command = ExtendClock(values["clock"], "working_days", amount, values.get("why") or "")
            try:
                self.clocks.extend(command, scopes=token.scopes)
            except Unfit as refusal:
                # Said at the field of the form that asks for the days, as the form itself would say it.
                asked = self.process.diagram.elements[token.element].parameters["working_days"].strip()
                at = asked if asked in self.process.form_fields else ""
                least = refusal.details["fields"][0]["values"]["least"]
                fields = [{"field": at, "code": "minimum", "values": {"limit": least}}]
                raise Unfit(refusal.message, fields=fields, asked=at) from None
        else:
            self._effect(token, operation, values)

    def _forget_answers(self) -> None:
        """A result that is no longer the result: what was kept of the answers about it says nothing about the next."""
        about = self.process.config.messages.get("satisfaction", ())[:1]
        for name in [name for name, _ in self.buffer if name in about]:
            self.log(Event("message", name=name, detail={"dropped": True}))
        self.buffer = [kept for kept in self.buffer if kept[0] not in about]

    def _effect(self, token: Token, operation: str, values: Mapping[str, Any]) -> None:
        known = self.process.operations.get(operation)
        if known is None:
            raise StepFailed(f"Nobody carries out the operation {operation}.", element=token.element)
        made: Mapping[str, Any] = {}
        if known.consequence is not None:
            follows = known.consequence(values, token.data, self.facts, self.process.fact_defaults)
            made = follows.made
            self.facts_moved(self.case_facts.change(follows.facts))
        self.effects.append(Effect(operation, values, token.element, token.id, plain(token.data), made))
        self.log(Event("effect", element=token.element, task=token.id, detail={"operation": operation}))

    def decide(self, token: Token, decision: str) -> Mapping[str, Any]:
        """Evaluate a table; clocks follow the facts it writes."""
        outputs = self.case_facts.decide(decision)
        self.facts_moved(self.case_facts.latest)
        return outputs

    def timer_functions(self, token: Token, armed: datetime) -> Mapping[str, Callable[..., Moment | None]]:
        """Return the vocabulary of a timer that was armed at `armed`, as seen from its token."""
        return timer_words(
            armed, calendars=self.calendars, calendar=self.clocks.calendar("staff"),
            clock=lambda name: self.clocks.newest(name, token.scopes),
        )  # fmt: skip

    def entered(self, token: Token) -> None:
        """A token reached an element where somebody or something must act or wait."""
        key = f"{token.scopes[0]}|{token.element}"
        self.rounds[key] = self.rounds.get(key, 0) + 1
        self.clocks.reached(token.element, token.scopes)
        self.log(Event("entered", element=token.element, task=token.id))

    def completed(self, token: Token) -> None:
        """A token left an element the regular way."""
        if not token.waited:
            self.clocks.reached(token.element, token.scopes)
        self.clocks.completed(token.element, token.scopes)
        self.log(Event("completed", element=token.element, task=token.id))
        if token.ends_case:
            self.ended_at = token.element

    def cancelled(self, token: Token) -> None:
        """A token was taken away by an event, a terminate end or a completion condition."""
        self.authors.taken_away(token.element, token.scopes)
        self.log(Event("cancelled", element=token.element, task=token.id))

    def _decided(self, decision: str, rules: tuple[str, ...], outputs: Mapping[str, Any] | None) -> None:
        """Keep which rules matched; once a step where nothing follows from it."""
        matched: dict[str, Any] = {"rules": list(rules)}
        if outputs is None:
            told = (e for e in self.events if e.kind == "decision" and e.name == decision)
            if not any(event.detail["rules"] == matched["rules"] for event in told):
                self.log(Event("decision", name=decision, detail={**matched, "same": True}))
            return
        shown = {name: fact_to_json(value) for name, value in outputs.items()}
        self.log(Event("decision", name=decision, detail={**matched, "outputs": shown}))
