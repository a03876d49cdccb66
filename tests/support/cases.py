"""Drives one case of a test diagram, in two ways that must not differ.

`kept` carries the living case from step to step; `reloaded` saves it after every step, sorts the keys of the saved
state, compiles the diagram anew and loads it again, as another process of the server would after a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import orjson

from engine.diagram_index import index_diagrams
from engine.errors import Refusal
from engine.kernel.case_run import CaseRun
from engine.kernel.step import carry_out, places, step
from engine.model.config import ProcessConfig
from engine.model.due import Calendars, Due, Mode
from engine.model.operation import Operation
from engine.model.step import (
    ChangeFacts,
    Complete,
    Deliver,
    DueItem,
    ExtendClock,
    FireDue,
    MoveToken,
    Open,
    OpenTask,
    PauseClocks,
    Place,
    Recalculate,
    ResumeClocks,
    StepCommand,
    StepResult,
)
from engine.process import CompiledProcess
from engine.spiff.compile import compile_program
from tests.support.configs import config, minutes_of

Way = Literal["kept", "reloaded"]
T0 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""When every case starts: a Monday, nine o'clock in Shanghai."""


class WallCalendars:
    """Calendars without nights: a minute is a minute, a working day is twenty-four hours."""

    def add(self, calendar: str, mode: Mode, start: datetime, amount: int) -> Due:
        """Return the instant after so many minutes, or days."""
        return Due(start + timedelta(minutes=amount * (1440 if mode == "working_days" else 1)))

    def spent(self, calendar: str, mode: Mode, start: datetime, end: datetime) -> int:
        """Return the whole minutes, or days, between two instants."""
        return max(0, int((end - start) / timedelta(minutes=1440 if mode == "working_days" else 1)))

    def close(self, calendar: str, on: date) -> datetime:
        """Return six o'clock in Shanghai."""
        return datetime(on.year, on.month, on.day, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Bundle:
    """What a test process consists of, so that it can be compiled again and again."""

    files: Mapping[str, bytes]
    config: ProcessConfig = field(default_factory=config)
    decisions: Mapping[str, Any] = field(default_factory=dict)
    form_fields: frozenset[str] = frozenset()
    operations: Mapping[str, Operation] = field(default_factory=dict)

    def compile(self) -> CompiledProcess:
        """Return the process, parsed afresh."""
        return CompiledProcess(
            config=self.config,
            diagram=index_diagrams(self.files),
            program=compile_program(self.files, self.config.process),
            decisions=self.decisions,
            form_fields=self.form_fields,
            operations=self.operations,
        )


class Case:
    """One case. Time starts at `T0`; every verb takes effect at `now`."""

    def __init__(self, bundle: Bundle, way: Way, calendars: Calendars | None = None) -> None:
        self.way, self._bundle, self._calendars = way, bundle, calendars or WallCalendars()
        self._process = bundle.compile()
        self._run: CaseRun | None = None
        self.now = T0
        self.results: list[StepResult] = []

    # --- verbs -----------------------------------------------------------------------------------------------
    def start(self, **facts: Any) -> Case:
        """Open the case with these facts."""
        self._facts: Mapping[str, Any] = facts
        return self.step(Open())

    def do(self, element: str, /, *, by: str | None = None, at: int = 0, **data: Any) -> Case:
        """Complete the open task at an element, the oldest or the `at`-th."""
        found = [t for t in self.result.tasks if t.element == element]
        assert len(found) > at, f"{element} is not open, but {self.open}"
        return self.step(Complete(found[at].id, data), by=by)

    def fill(self, element: str, asked: set[str], /, **data: Any) -> Case:
        """Complete the open task at an element with a form that asks for these fields."""
        found = next(t for t in self.result.tasks if t.element == element)
        return self.step(Complete(found.id, data, frozenset(asked)))

    def send(self, message: str, /, *, kept: bool = True, **payload: Any) -> Case:
        """Deliver a message."""
        return self.step(Deliver(message, payload, buffer=kept))

    def change(self, **facts: Any) -> Case:
        """Change facts from outside."""
        return self.step(ChangeFacts(facts))

    def fire(self) -> Case:
        """Fire the earliest due instant."""
        return self.step(FireDue())

    def pause(self, reason: str = "ask_back", clock: str | None = None) -> Case:
        """Pause clocks."""
        return self.step(PauseClocks(reason, clock))

    def resume(self, reason: str = "ask_back", clock: str | None = None) -> Case:
        """Resume clocks."""
        return self.step(ResumeClocks(reason, clock))

    def extend(self, amount: int, clock: str = "c", mode: str = "wall") -> Case:
        """Extend a clock."""
        return self.step(ExtendClock(clock, mode, amount, "why"))

    def move(self, element: str, to: str) -> Case:
        """Move the token that rests at an element to another."""
        (place,) = [each for each in self.places() if each.element == element]
        return self.step(MoveToken(place.token, to))

    def places(self) -> tuple[Place, ...]:
        """Return where the case stands."""
        return places(
            self._process, self.result.state, facts=self.result.facts, calendars=self._calendars, now=self.now
        )

    def recalculate(self) -> Case:
        """Work the clocks out again, as after a change of calendars."""
        return self.step(Recalculate())

    def use(self, calendars: Calendars) -> Case:
        """Put other calendars in place; clocks follow when they are worked out again."""
        self._calendars = calendars
        if self._run is not None:
            self._run.host.calendars = self._run.clocks._calendars = calendars
        return self

    def later(self, minutes: float) -> Case:
        """Let time pass; nothing fires by itself."""
        self.now += timedelta(minutes=minutes)
        return self

    def until(self, minutes: float) -> Case:
        """Move to so many minutes after `T0`, firing everything that falls due, each at its instant."""
        target = T0 + timedelta(minutes=minutes)
        while self.result.due and self.result.due[0].due_at <= target:
            self.now = max(self.now, self.result.due[0].due_at)
            self.fire()
        self.now = target
        return self

    def step(self, command: StepCommand, *, by: str | None = None) -> Case:
        """Carry out any command."""
        try:
            result = self._kept(command, by) if self.way == "kept" else self._reloaded(command, by)
        except Refusal:
            # A refusal stores nothing: the next step starts from what was saved before.
            self._run = None
            raise
        self.results.append(result)
        self._facts = result.facts
        return self

    def _reloaded(self, command: StepCommand, by: str | None) -> StepResult:
        state = self.results[-1].state if self.results else None
        state = None if state is None else orjson.dumps(orjson.loads(state), option=orjson.OPT_SORT_KEYS)
        facts = orjson.loads(orjson.dumps(self._facts, option=orjson.OPT_SORT_KEYS))
        return step(
            self._bundle.compile(), state, command, facts=facts, calendars=self._calendars, now=self.now, actor=by
        )

    def _kept(self, command: StepCommand, by: str | None) -> StepResult:
        if self._run is None:
            state = self.results[-1].state if self.results else None
            self._run = CaseRun(self._process, state, facts=self._facts, calendars=self._calendars, now=self.now)
        run = self._run
        run.host.now = run.clocks._now = self.now
        run.host.events, run.host.effects, run.case_facts.changed = [], [], {}
        carry_out(run, command, by)
        run.settle()
        return run.result()

    # --- what can be seen --------------------------------------------------------------------------------------
    @property
    def result(self) -> StepResult:
        """What the last step gave."""
        return self.results[-1]

    @property
    def open(self) -> list[str]:
        """Elements of the open tasks, sorted, each as often as it is open."""
        return sorted(t.element for t in self.result.tasks)

    @property
    def ended(self) -> bool:
        """Whether the case is over."""
        return self.result.ended

    def task(self, element: str) -> OpenTask:
        """The one open task at an element."""
        (found,) = (t for t in self.result.tasks if t.element == element)
        return found

    def done(self, kind: str = "completed") -> list[str]:
        """Elements (or names) of all events of a kind since the start, in order."""
        return [e.element or e.name or "" for r in self.results for e in r.events if e.kind == kind]

    def last(self, kind: str) -> list[str]:
        """Elements (or names) of the events of a kind in the last step."""
        return [e.element or e.name or "" for e in self.result.events if e.kind == kind]

    @property
    def due(self) -> list[tuple[str, float | None]]:
        """What falls due: name and minutes after `T0`, soonest first."""
        return [(item.name, minutes_of(T0, item.due_at)) for item in self.result.due]

    @property
    def due_items(self) -> tuple[DueItem, ...]:
        """What falls due, whole."""
        return self.result.due
