"""One case brought to life for one step: the tree of tasks, and the case that it asks, moved together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.clocks.due_items import rung_item, timer_item, timer_key
from engine.errors import Conflict, NothingDue, Refusal, StepFailed, Unfit
from engine.kernel.case_authors import EVERYWHERE
from engine.kernel.case_host import CaseHost
from engine.model.config import OPENING
from engine.model.due import Calendars, Due
from engine.model.step import DueItem, Effect, Event, OpenTask, Place, Projected, StepResult
from engine.model.ways import ways_from
from engine.process import CompiledProcess
from engine.spiff.execution import Execution, TimerKey, Token
from engine.typed_json import dumps, loads, plain

STATE_VERSION = 1
"""Raised when the shape of the stored state changes; every version that ever shipped must load."""
MAX_ROUNDS = 50
"""How often settling may start anew, beside once for each kept message, before the diagram runs in circles."""


class CaseRun:
    """A step in progress. Made, used once by `kernel.step`, and thrown away."""

    def __init__(
        self,
        process: CompiledProcess,
        state: bytes | None,
        *,
        facts: Mapping[str, Any],
        calendars: Calendars,
        now: datetime,
    ) -> None:
        record: Mapping[str, Any] = {} if state is None else _read(state)
        self.process = process
        self._witnesses: dict[str, frozenset[str]] = {}
        """Fact that changed -> the catches that waited then."""
        self.host = CaseHost(process, record, facts=facts, calendars=calendars, now=now, moved=self._witnessed)
        self.clocks, self.case_facts = self.host.clocks, self.host.case_facts
        self._execution = Execution(process.program, self.host, record.get("t"))
        projected = record.get("p", ({}, ()))
        self._before = Projected(projected[0], frozenset(projected[1]), {v.key: v for v in self.clocks.views()})
        self.host.quiet = False

    # --- what a command does ----------------------------------------------------------------------------------
    def open(self, *, numbered_from: int = 0, clocks: Sequence[Mapping[str, Any]] = ()) -> None:
        """Start the process: tables first, then the clocks that start with the case, then the first elements."""
        self.case_facts.run_all()
        self.clocks.carry(clocks)
        self.clocks.reached(OPENING, ("",))
        self._guarded(lambda: self._execution.start(numbered_from))

    def complete(self, task_id: str, data: Mapping[str, Any], actor: str | None, fields: Collection[str] = ()) -> None:
        """Complete an open user task with form data; facts named by the task change before the token moves.

        What the form asks (`fields`) and is not answered goes from the task's data: a step that is done again says all
        there is to say.
        """
        token = self._execution.token(task_id)
        if token is None or not token.open:
            raise Conflict("This task is not open any more.", task=task_id)
        element = self.process.diagram.elements[token.element]
        requires = element.properties.get("requires")
        named = {n: data[n] for n in element.listed("facts") if n in data}
        changed = self.case_facts.change(named) if named else frozenset()
        answers = {"form": dict(data), **dict.fromkeys(fields), **data}
        if requires and not self._execution.holds(token, requires, answers):
            key = element.properties.get("requires_message", "requirement-not-met")
            raise Unfit("Something else has to be done first.", fields=[{"field": "", "code": key}], requires=requires)
        if actor is not None:
            self.host.authors.add(token.element, token.scopes, actor)
        self.host.facts_moved(changed)
        kept = {n: v for n, v in data.items() if n not in self.process.config.facts}
        self._guarded(lambda: self._execution.complete(token, kept, gone=set(fields) - kept.keys()))

    def deliver(self, message: str, payload: Mapping[str, Any], *, buffer: bool) -> None:
        """Hand a message to whoever waits for it, or keep it."""
        if self._execution.ended:
            raise Conflict("This case has ended; a new one has to be opened.", message_name=message)
        if self._hand_over(message, payload):
            self.host.log(Event("message", name=message))
        elif buffer:
            self.host.buffer.append([message, dict(payload)])
            self.host.log(Event("message", name=message, detail={"kept": True}))

    def change_facts(self, changes: Mapping[str, Any], actor: str | None) -> None:
        """Change facts from outside; tables, clocks and catches follow. Whose change counts as a step, did it."""
        changed = self.case_facts.change(changes)
        if actor is not None:
            for name in changed & changes.keys():
                for step in self.process.config.facts[name].counts_as:
                    self.host.authors.add(step, (EVERYWHERE,), actor)
        self.host.facts_moved(changed)

    def fire_due(self, *, without: Collection[str] = (), only: str | None = None) -> None:
        """Fire everything that is due at the earliest due instant: except `without` these keys, or `only` one of them.

        Raises NothingDue.
        """
        armed = self._execution.timers()
        due = [i for i in self._due_items(armed) if i.key not in without and only in (None, i.key)]
        if not due or due[0].due_at > self.host.now:
            raise NothingDue
        instant = due[0].due_at
        chosen = {item.key for item in due if item.due_at == instant}
        timers = [timer for timer, at in armed if timer_key(timer, at) in chosen]
        for clock, rung, at, key in list(self.clocks.rungs()):
            if key in chosen:
                self.clocks.fired(clock, rung, at)
                values = {"template": rung.template, "clock": clock.name, "due_at": plain(clock.due_at)}
                for to in rung.to:
                    self.host.effects.append(Effect("notify", {"to": to, **values}, None, key))
                if rung.message:
                    self._hand_over(rung.message, {})
        self._guarded(lambda: self._execution.fire(timers, instant))

    def move(self, token_id: str, element: str) -> None:
        """Move a token by hand. Raises Conflict where it rests there no more, Unfit where it may not go there."""
        token = next((each for each in self._execution.resting() if each.id == token_id), None)
        if token is None:
            raise Conflict("The case does not stand here any more.", token=token_id)
        if element not in ways_from(self.process.diagram, token.element):
            raise Unfit("No way leads there from where the case stands.", fields=[{"field": "to", "code": "unknown"}])
        self._guarded(lambda: self._execution.move(token, element))

    def places(self) -> tuple[Place, ...]:
        """Return where tokens rest that may be moved, and where to."""
        diagram = self.process.diagram
        return tuple(
            Place(token.id, token.element, token.scopes[0], ways_from(diagram, token.element))
            for token in self._execution.resting()
        )

    def recalculate(self) -> None:
        """Calendars changed: work out clocks and timers again, and let everything that is due explain itself anew."""
        self.clocks.recalculate()
        self._guarded(self._execution.recalculate)
        self._before = replace(self._before, afresh=True)

    def settle(self) -> None:
        """Run automatic steps, kept messages and thrown messages until only people, messages or time can go on."""
        for _ in range(MAX_ROUNDS + len(self.host.buffer)):
            self._guarded(self._execution.pump)
            if self._execution.ended:
                self.clocks.drop_all()
                self.host.buffer.clear()
                return
            for name, payload in self._execution.thrown():
                self.host.buffer.append([name, payload])
            if not (self._deliver_kept() or self._throw_facts()):
                self.clocks.drop_scopes(self._execution.scopes())
                return
        raise StepFailed("The diagram runs in circles without ever waiting for anybody.")

    def result(self) -> StepResult:
        """Return what the step gave."""
        tasks = tuple(self._open_task(token) for token in self._execution.open_tokens())
        due, facts, host = tuple(self._due_items(self._execution.timers())), self.case_facts, self.host
        record = {
            "v": STATE_VERSION,
            "t": self._execution.dump(),
            **host.dump(),
            "p": [{t.id: plain(t.due_at) for t in tasks}, [item.key for item in due]],
        }
        return StepResult(
            state=_write(record),
            facts=facts.to_json(),
            facts_changed=tuple(facts.changed),
            tasks=tasks,
            due=due,
            clocks=self.clocks.views(),
            effects=tuple(host.effects),
            events=tuple(host.events),
            waits_for=self._execution.waits_for(),
            ended=self._execution.ended,
            ended_at_element=host.ended_at,
            before=self._before,
            status=host.status,
            closure=host.closure,
        )

    def release(self) -> None:
        """Let go of everything. A tree of tasks is full of circles; thousands of them would keep the collector busy."""
        self._execution.release()
        self.host.__dict__.clear()
        self.__dict__.clear()

    # --- inside -----------------------------------------------------------------------------------------------
    def _witnessed(self, changed: frozenset[str]) -> None:
        waiting = self._execution.waiting()
        self._witnesses.update(dict.fromkeys(changed, waiting))

    def _guarded(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Refusal as refusal:
            refusal.details.setdefault("element", self._execution.running)
            raise
        except Exception as error:
            raise StepFailed(
                f"The step {self._execution.running} failed: {error}",
                element=self._execution.running,
                reason=f"{type(error).__name__}: {error}",
            ) from error

    def _hand_over(self, message: str, payload: Any, *, only: Collection[str] | None = None) -> bool:
        return bool(self._guarded(lambda: self._execution.deliver(message, payload, only=only)))

    def _deliver_kept(self) -> bool:
        for index, (name, payload) in enumerate(self.host.buffer):
            if self._hand_over(name, payload):
                del self.host.buffer[index]
                self.host.log(Event("message", name=name, detail={"was_kept": True}))
                return True
        return False

    def _throw_facts(self) -> bool:
        fresh, self.case_facts.fresh = self.case_facts.fresh, set()
        witnesses, self._witnesses = self._witnesses, {}
        thrown = False
        for throw in self.process.config.throws if fresh else ():
            if throw.on and not throw.on & fresh:
                continue
            if throw.when is not None and not throw.when.evaluate(self.host.facts, {}):
                continue
            # Only who waited when the fact changed: what opened afterwards has seen the new facts already.
            present = frozenset().union(*(witnesses.get(n, ()) for n in (throw.on & fresh or fresh)))
            if self._hand_over(throw.message, {}, only=present):
                self.host.log(Event("message", name=throw.message, detail={"facts": sorted(fresh)}))
                thrown = True
                self._guarded(self._execution.pump)
        return thrown

    def _open_task(self, token: Token) -> OpenTask:
        element = self.process.diagram.elements[token.element]
        own = self._execution.own_timer(token)
        clock = self.clocks.next_unmet(token.scopes)
        return OpenTask(
            id=token.id,
            element=element.id,
            name=element.name,
            process=element.process,
            scope=token.scopes[0],
            team=element.team or self.process.config.default_team,
            assign=element.goes_to(self.host.facts),
            owns=element.properties.get("owns") == "true",
            excluded=self.host.authors.excluded(element, token.scopes, token.processes),
            form=element.form,
            due_at=min((at for at in (own, clock) if at is not None), default=None),
            entered_at=token.entered_at or self.host.now,
            round=self.host.rounds.get(f"{token.scopes[0]}|{token.element}", 1),
            context=plain(token.data),
        )

    def _due_items(self, armed: Sequence[tuple[TimerKey, Due]]) -> list[DueItem]:
        items = [rung_item(clock, rung, at, key) for clock, rung, at, key in self.clocks.rungs()]
        items += [timer_item(timer, due) for timer, due in armed]
        return sorted(items, key=lambda item: (item.due_at, item.key))


def _write(record: Mapping[str, Any]) -> bytes:
    try:
        return dumps(record)
    except TypeError as error:
        raise StepFailed(f"The step gave what cannot be stored: {error}.") from error


def numbered_on(earlier: bytes, later: bytes) -> bytes:
    """Return an earlier state of a case that goes on counting where the later one is: no task id comes twice."""
    record, last = loads(earlier), loads(later)
    record["t"]["q"] = max(record["t"]["q"], last["t"]["q"])
    return dumps(record)


def _read(state: bytes) -> Mapping[str, Any]:
    try:
        record = loads(state)
    except ValueError as error:
        raise StepFailed(f"The stored state cannot be read: {error}.") from error
    if not isinstance(record, dict) or record.get("v") != STATE_VERSION or "t" not in record:
        found = record.get("v") if isinstance(record, dict) else None
        raise StepFailed(f"A state of version {found} cannot be read by this release.")
    return record
