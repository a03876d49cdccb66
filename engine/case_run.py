"""One case brought to life for one step: tree, clocks and facts together, and the `Host` that the diagram asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from engine.case_authors import CaseAuthors
from engine.case_facts import CaseFacts, fact_to_json
from engine.clock_book import ClockBook
from engine.errors import Conflict, NotFound, Refusal, StepFailed, Unfit
from engine.model.due import Calendars
from engine.model.step import DueItem, Effect, Event, ExtendClock, OpenTask, Projected, StepResult
from engine.process import CompiledProcess
from engine.spiff.execution import Execution, Token
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
        self.process, self.now, self._calendars = process, now, calendars
        self._events: list[Event] = []
        self._effects: list[Effect] = []
        self._buffer: list[list[Any]] = [list(m) for m in record.get("b", ())]
        self._authors = CaseAuthors(process.diagram, record.get("by", {}))
        self._rounds: dict[str, int] = dict(record.get("n", {}))
        self.status, self.closure = record.get("st", (None, None))
        self._ended_at: str | None = record.get("e")
        self._witnesses: dict[str, frozenset[str]] = {}
        """Fact that changed -> the catches that waited then."""
        self._quiet = True
        self.case_facts = CaseFacts(process, facts, self._decided)
        self.clocks = ClockBook(
            process, record.get("c", ()), facts=self.case_facts.values, calendars=calendars, now=now, log=self._log
        )
        self._execution = Execution(process.program, self, record.get("t"))
        projected = record.get("p", ({}, ()))
        self._before = Projected(projected[0], frozenset(projected[1]), {v.key: v for v in self.clocks.views()})
        self._quiet = False

    # --- what a command does ----------------------------------------------------------------------------------
    def open(self, *, numbered_from: int = 0, clocks: Sequence[Mapping[str, Any]] = ()) -> None:
        """Start the process: tables first, then the clocks that start with the case, then the first elements."""
        self.case_facts.run_all()
        self.clocks.carry(clocks)
        self.clocks.reached("@open", ("",))
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
            self._authors.add(token.element, token.scopes, actor)
        if changed:
            self._facts_moved(changed)
        kept = {n: v for n, v in data.items() if n not in self.process.config.facts}
        self._guarded(lambda: self._execution.complete(token, kept, gone=set(fields) - kept.keys()))

    def deliver(self, message: str, payload: Mapping[str, Any], *, buffer: bool) -> None:
        """Hand a message to whoever waits for it, or keep it."""
        if self._execution.ended:
            raise Conflict("This case has ended; a new one has to be opened.", message_name=message)
        if self._hand_over(message, payload):
            self._log(Event("message", name=message))
        elif buffer:
            self._buffer.append([message, dict(payload)])
            self._log(Event("message", name=message, detail={"kept": True}))

    def change_facts(self, changes: Mapping[str, Any]) -> None:
        """Change facts from outside; tables, clocks and catches follow."""
        changed = self.case_facts.change(changes)
        if changed:
            self._facts_moved(changed)

    def fire_due(self) -> None:
        """Fire everything that is due at the earliest due instant. Raises NotFound when nothing is due."""
        due_rungs = list(self.clocks.rungs())
        timers = self._execution.timers()
        instants = [at for _, _, at, _ in due_rungs] + [at for _, at in timers]
        instant = min(instants, default=None)
        if instant is None or instant > self.now:
            raise NotFound("Nothing is due in this case.")
        for clock, rung, at, key in due_rungs:
            if at == instant:
                self.clocks.fired(clock, rung, at)
                values = {"template": rung.template, "clock": clock.name, "due_at": _iso(clock.due_at)}
                for to in rung.to:
                    self._effects.append(Effect("notify", {"to": to, **values}, None, key))
                if rung.message:
                    self._hand_over(rung.message, {})
        due_timers = [key for key, at in timers if at == instant]
        self._guarded(lambda: self._execution.fire(due_timers, instant))

    def settle(self) -> None:
        """Run automatic steps, kept messages and thrown messages until only people, messages or time can go on."""
        for _ in range(MAX_ROUNDS + len(self._buffer)):
            self._guarded(self._execution.pump)
            if self._execution.ended:
                self.clocks.drop_all()
                self._buffer.clear()
                return
            for name, payload in self._execution.thrown():
                self._buffer.append([name, payload])
            if not (self._deliver_kept() or self._throw_facts()):
                self.clocks.drop_scopes(self._execution.scopes())
                return
        raise StepFailed("The diagram runs in circles without ever waiting for anybody.")

    def result(self) -> StepResult:
        """Return what the step gave."""
        tasks = tuple(self._open_task(token) for token in self._execution.open_tokens())
        due, facts = tuple(self._due_items()), self.case_facts
        record = {
            "v": STATE_VERSION,
            "t": self._execution.dump(),
            "c": self.clocks.dump(),
            "b": self._buffer,
            "by": self._authors.dump(),
            "n": self._rounds,
            "st": [self.status, self.closure],
            "e": self._ended_at,
            "p": [{t.id: _iso(t.due_at) for t in tasks}, [item.key for item in due]],
        }
        return StepResult(
            state=_write(record),
            facts=facts.to_json(),
            facts_changed=tuple(facts.changed),
            tasks=tasks,
            due=due,
            clocks=self.clocks.views(),
            effects=tuple(self._effects),
            events=tuple(self._events),
            waits_for=self._execution.waits_for(),
            ended=self._execution.ended,
            ended_at_element=self._ended_at,
            before=self._before,
            status=self.status,
            closure=self.closure,
        )

    def release(self) -> None:
        """Let go of everything. A tree of tasks is full of circles; thousands of them would keep the collector busy."""
        self._execution.release()
        self.__dict__.clear()

    # --- what the diagram asks (engine.spiff.script_engine.Host) ----------------------------------------------
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
            self._log(Event("status", element=token.element, detail={"status": self.status, "closure": self.closure}))
        elif operation == "set_facts":
            self._facts_moved(self.case_facts.change(parameters))
        elif operation == "pause_clocks":
            self.clocks.pause(values["reason"], why=values.get("why", ""), scopes=token.scopes)
        elif operation == "resume_clocks":
            self.clocks.resume(values["reason"], scopes=token.scopes)
        elif operation == "extend_clock":
            amount = int(values["working_days"] or 0)
            command = ExtendClock(values["clock"], "working_days", amount, values.get("why") or "")
            self.clocks.extend(command, scopes=token.scopes)
        else:
            self._effect(token, operation, values)

    def _forget_answers(self) -> None:
        """A result that is no longer the result: what was kept of the answers about it says nothing about the next."""
        about = self.process.config.messages.get("satisfaction", ())[:1]
        for name in [name for name, _ in self._buffer if name in about]:
            self._log(Event("message", name=name, detail={"dropped": True}))
        self._buffer = [kept for kept in self._buffer if kept[0] not in about]

    def _effect(self, token: Token, operation: str, values: Mapping[str, Any]) -> None:
        known = self.process.operations.get(operation)
        if known is None:
            raise StepFailed(f"Nobody carries out the operation {operation}.", element=token.element)
        made: Mapping[str, Any] = {}
        if known.consequence is not None:
            follows = known.consequence(values, token.data, self.facts)
            made = follows.made
            self._facts_moved(self.case_facts.change(follows.facts))
        self._effects.append(Effect(operation, values, token.element, token.id, plain(token.data), made))
        self._log(Event("effect", element=token.element, task=token.id, detail={"operation": operation}))

    def decide(self, token: Token, decision: str) -> Mapping[str, Any]:
        """Evaluate a table; clocks follow the facts it writes."""
        outputs = self.case_facts.decide(decision)
        self._facts_moved(self.case_facts.latest)
        return outputs

    def timer_functions(self, token: Token) -> Mapping[str, Callable[..., Any]]:
        """Return the vocabulary of timers, as seen from a token."""
        now, calendars = self.now, self._calendars

        def deadline(name: str) -> datetime | None:
            clock = self.clocks.newest(name, token.scopes)
            return None if clock is None or clock.state != "running" else clock.due_at

        return {
            "minutes": lambda n: now + timedelta(minutes=float(n)),
            "hours": lambda n: now + timedelta(hours=float(n)),
            "days": lambda n: now + timedelta(days=float(n)),
            "working_days": lambda n: calendars.add(self.clocks.calendar("staff"), "working_days", now, int(n)).at,
            "date": datetime.fromisoformat,
            "deadline": deadline,
        }

    def entered(self, token: Token) -> None:
        """A token reached an element where somebody or something must act or wait."""
        key = f"{token.scopes[0]}|{token.element}"
        self._rounds[key] = self._rounds.get(key, 0) + 1
        self.clocks.reached(token.element, token.scopes)
        self._log(Event("entered", element=token.element, task=token.id))

    def completed(self, token: Token) -> None:
        """A token left an element the regular way."""
        if not token.waited:
            self.clocks.reached(token.element, token.scopes)
        self.clocks.completed(token.element, token.scopes)
        self._log(Event("completed", element=token.element, task=token.id))
        if token.ends_case:
            self._ended_at = token.element

    def cancelled(self, token: Token) -> None:
        """A token was taken away by an event, a terminate end or a completion condition."""
        self._authors.taken_away(token.element, token.scopes)
        self._log(Event("cancelled", element=token.element, task=token.id))

    # --- inside -----------------------------------------------------------------------------------------------
    def _log(self, event: Event) -> None:
        if not self._quiet:
            self._events.append(event)

    def _decided(self, decision: str, rules: tuple[str, ...], outputs: Mapping[str, Any]) -> None:
        shown = {name: fact_to_json(value) for name, value in outputs.items()}
        self._log(Event("decision", name=decision, detail={"rules": list(rules), "outputs": shown}))

    def _facts_moved(self, changed: frozenset[str]) -> None:
        if changed:
            self._log(Event("facts", detail={n: fact_to_json(self.facts[n]) for n in sorted(changed)}))
            waiting = self._execution.waiting()
            self._witnesses.update(dict.fromkeys(changed, waiting))
            self.clocks.recalculate(calendars_changed=False)

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
        for index, (name, payload) in enumerate(self._buffer):
            if self._hand_over(name, payload):
                del self._buffer[index]
                self._log(Event("message", name=name, detail={"was_kept": True}))
                return True
        return False

    def _throw_facts(self) -> bool:
        fresh, self.case_facts.fresh = self.case_facts.fresh, set()
        witnesses, self._witnesses = self._witnesses, {}
        thrown = False
        for throw in self.process.config.throws if fresh else ():
            if throw.on and not throw.on & fresh:
                continue
            if throw.when is not None and not throw.when.evaluate(self.facts, {}):
                continue
            # Only who waited when the fact changed: what opened afterwards has seen the new facts already.
            present = frozenset().union(*(witnesses.get(n, ()) for n in (throw.on & fresh or fresh)))
            if self._hand_over(throw.message, {}, only=present):
                self._log(Event("message", name=throw.message, detail={"facts": sorted(fresh)}))
                thrown = True
                self._guarded(self._execution.pump)
        return thrown

    def _open_task(self, token: Token) -> OpenTask:
        element = self.process.diagram.elements[token.element]
        assign = element.properties.get("assign")
        if assign and assign.startswith("fact:"):
            named = self.facts.get(assign.removeprefix("fact:"))
            assign = f"post:{named}" if named else None
        own = self._execution.own_timer(token)
        clock = self.clocks.next_unmet(token.scopes)
        return OpenTask(
            id=token.id,
            element=element.id,
            name=element.name,
            process=element.process,
            team=element.team or self.process.config.default_team,
            assign=assign,
            owns=element.properties.get("owns") == "true",
            excluded=self._authors.excluded(element, token.scopes, token.processes),
            form=_form_name(element.properties.get("formJsonSchemaFilename")),
            due_at=min((at for at in (own, clock) if at is not None), default=None),
            entered_at=token.entered_at or self.now,
            round=self._rounds.get(f"{token.scopes[0]}|{token.element}", 1),
            context=plain(token.data),
        )

    def _due_items(self) -> list[DueItem]:
        items = [DueItem("clock", f"{c.name}/{r.name}", key, at) for c, r, at, key in self.clocks.rungs()]
        for (task_id, timer), at in self._execution.timers():
            items.append(DueItem("timer", timer, f"{task_id}/{timer}/{at:%Y%m%dT%H%M%S}", at))
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


def _form_name(file: str | None) -> str | None:
    return None if file is None else file.removesuffix(".schema.json")


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
