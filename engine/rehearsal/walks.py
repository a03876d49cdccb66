"""Walks through a process with the real kernel: every choice of every form once where it can be reached, in memory.

A step is pure and a state is bytes, so a walk needs not begin anew for each choice: it is taken up where the choice is.
What is tried next: a choice that was never tried; else what was not tried yet where a case waits for the same. Nothing
is left to chance: the same process is always walked in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from heapq import heappop, heappush
from typing import Any, Final

from engine.errors import Conflict, NothingDue, Refusal, Unfit
from engine.expressions.language import compile_expression
from engine.kernel.step import step
from engine.model.step import ChangeFacts, Complete, Deliver, FireDue, Open, OpenTask, StepCommand, StepResult
from engine.process import CompiledProcess
from engine.rehearsal.answers import Answer, answers
from engine.rehearsal.plain_calendars import PlainCalendars
from forms.form import Form

MAX_STEPS: Final = 600
"""Steps of the kernel that one process is walked."""
LONGEST: Final = 80
"""Steps of one walk."""
_BEGIN: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Failure:
    """A walk that came to a step which fails, or after which nobody and nothing can go on."""

    refusal: Refusal | None
    """None: the case hangs."""
    path: tuple[str, ...]
    """What happened from the opening on, in the words of the diagram."""
    by_message: bool
    """True: a message came in on the way, of whose content nothing is known."""

    @property
    def opening(self) -> bool:
        """Say whether the case did not even open."""
        return len(self.path) == 1


@dataclass(frozen=True)
class _Place:
    """A case at rest."""

    result: StepResult
    now: datetime
    path: tuple[str, ...]
    by_message: bool


@dataclass(frozen=True)
class _Action:
    """Something that can happen to a case at rest."""

    target: tuple[str, str]
    """What it tries: the element, message or timer, and the choice."""
    command: StepCommand
    told: str
    task: OpenTask | None = None


@dataclass(frozen=True)
class _Stride:
    """An action on its way: from which state and facts, when, and what happened up to and with it."""

    action: _Action
    state: bytes | None
    """None: the case is opened."""
    facts: Mapping[str, Any]
    now: datetime
    path: tuple[str, ...]
    by_message: bool


@dataclass
class Walks:
    """The walks through one process; `failures` tells what they came to, the shortest walk to each first."""

    process: CompiledProcess
    filed: Mapping[str, Any] = field(default_factory=dict)
    """What an ordinary filing gives: facts that a case opens with, as far as the process has them."""
    failures: list[Failure] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    """The elements that some walk came to."""
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What was tried -> how often."""
    steps: int = 0

    def __post_init__(self) -> None:
        self._there: set[tuple[object, ...]] = set()
        """(what a case waits for, what was tried then)."""
        self._fresh: list[tuple[_Place, _Action]] = []
        self._stack: list[tuple[_Place, _Action]] = []
        """What was tried elsewhere: the last first."""
        self._heap: list[tuple[int, int, _Place, _Action]] = []
        """The same: what was tried least first."""
        self._number = 0
        self._turn = False
        self._answers = cache(self._answers_of)

    def walk(self) -> None:
        """Walk until nothing new is left to be tried, or for MAX_STEPS. Never raises for what the process does."""
        for facts, told in self._openings():
            self._do(_Stride(_Action(("", told), Open(), told), None, facts, _BEGIN, (told,), by_message=False))
        while self.steps < MAX_STEPS and (found := self._next()):
            place, action = found
            self._there.add((_waits(place.result), action.target))
            self._happen(place, action)

    def _next(self) -> tuple[_Place, _Action] | None:
        """Return what was never tried; else by turns what comes next on the walk, and what was tried least."""
        while self._fresh:
            place, action = self._fresh.pop()
            if action.target not in self.tried:
                return place, action
            self._number += 1
            self._stack.append((place, action))
            heappush(self._heap, (self.tried[action.target], -self._number, place, action))
        self._turn = not self._turn
        while self._heap and self._stack:
            if self._turn:
                place, action = self._stack.pop()
            else:
                often, number, place, action = heappop(self._heap)
                if self.tried[action.target] > often:  # tried meanwhile: others go first
                    heappush(self._heap, (self.tried[action.target], number, place, action))
                    continue
            if (_waits(place.result), action.target) not in self._there:
                return place, action
        return None

    def _openings(self) -> Iterator[tuple[dict[str, Any], str]]:
        config = self.process.config
        received = {clock.start_fact for clock in config.clocks.values() if clock.start_fact}
        basis = {name: value for name, value in self.filed.items() if name in config.facts}
        if config.types and "type" in basis:
            basis["type"] = config.types[0]
        basis |= {name: _BEGIN.isoformat() for name in received if name in config.facts}
        for spec in config.facts.values():
            if spec.intake and spec.type == "boolean":
                yield {**basis, spec.name: True}, f"open {{{spec.name}=true}}"
        yield basis, "open"  # what comes last is walked on first

    def _happen(self, place: _Place, action: _Action) -> None:
        now = place.now + timedelta(minutes=1)
        if isinstance(action.command, FireDue):
            now = max(now, place.result.due[0].due_at)
        path = (*place.path, action.told)
        by_message = place.by_message or isinstance(action.command, Deliver)
        self._do(_Stride(action, place.result.state, place.result.facts, now, path, by_message))

    def _do(self, stride: _Stride) -> None:
        self.tried[stride.action.target] += 1
        try:
            result = self._step(stride.state, stride.action.command, stride.facts, stride.now)
        except NothingDue:
            return
        except (Conflict, Unfit) as refusal:  # told to a person, who can answer otherwise
            if refusal.details.get("requires"):
                self._with_what_is_required(stride, str(refusal.details["requires"]))
            elif isinstance(refusal, Unfit) and refusal.details.get("element") and not refusal.details.get("asked"):
                self.failures.append(Failure(refusal, stride.path, stride.by_message))
            return
        except Refusal as refusal:
            self.failures.append(Failure(refusal, stride.path, stride.by_message))
            return
        self._arrive(_Place(result, stride.now, stride.path, stride.by_message))

    def _with_what_is_required(self, stride: _Stride, requires: str) -> None:
        """Do it again once people outside have done what the step requires: figures that are open come down to 0."""
        specs, facts, now = self.process.config.facts, stride.facts, stride.now
        names = compile_expression(requires).names
        done = {name: 0 for name in names if name in specs and specs[name].type == "integer" and facts.get(name)}
        if not done:
            return
        try:
            first = self._step(stride.state, ChangeFacts(done), facts, now)
            result = self._step(first.state, stride.action.command, first.facts, now)
        except Refusal:
            return
        self._arrive(_Place(result, now, stride.path, stride.by_message))

    def _step(self, state: bytes | None, command: StepCommand, facts: Mapping[str, Any], now: datetime) -> StepResult:
        self.steps += 1
        result = step(self.process, state, command, facts=facts, calendars=PlainCalendars(), now=now)
        self.reached.update(event.element for event in result.events if event.element)
        return result

    def _arrive(self, place: _Place) -> None:
        result = place.result
        if result.ended or len(place.path) >= LONGEST:
            return
        if not (result.tasks or result.due or result.waits_for):
            self.failures.append(Failure(None, place.path, place.by_message))
            return
        for action in reversed(list(self._actions(result))):
            self._fresh.append((place, action))

    def _actions(self, result: StepResult) -> Iterator[_Action]:
        for task in {task.element: task for task in result.tasks}.values():
            form = self.process.forms.get(task.form or "")
            asked = frozenset(each.name for each in form.fields) if isinstance(form, Form) else frozenset[str]()
            for number, (what, answer) in enumerate(self._answers(task.form or "")):
                told = f"{task.element} {{{what}}}" if what else task.element
                yield _Action((task.element, what or str(number)), Complete(task.id, answer, asked), told, task)
        for message in result.waits_for:
            yield _Action((message, "message"), Deliver(message), f"message:{message}")
        if result.due:
            yield _Action((result.due[0].name, "time"), FireDue(), f"time:{result.due[0].name}")

    def _answers_of(self, form: str) -> list[tuple[str, Answer]]:
        found = self.process.forms.get(form)
        return list(answers(found if isinstance(found, Form) else None))


def _waits(result: StepResult) -> tuple[object, ...]:
    """Return what a case waits for, whichever case it is."""
    open_ = tuple(sorted({task.element for task in result.tasks}))
    return open_, tuple(sorted(result.waits_for)), tuple(sorted({item.name for item in result.due})), result.status
