"""A case's task tree in motion: the few verbs the kernel needs, in its own words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, EventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition as AnyMessage
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from engine.expressions.language import compile_expression
from engine.model.due import Due
from engine.spiff.codec import dump_tree, load_tree
from engine.spiff.compile import Program
from engine.spiff.events import CaseCycle, CaseMessage, CaseTimer
from engine.spiff.script_engine import CaseScriptEngine, Host
from engine.spiff.token import Token, element_of, waits
from engine.spiff.tree import CaseTask, CaseWorkflow

__all__ = ["Execution", "Token"]

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
COMPLETED, CANCELLED = TaskState.COMPLETED, TaskState.CANCELLED
TimerKey = tuple[str, str]
"""Task id and timer name."""


class Execution:
    """One instance, for one step. Not shared between threads; specs are."""

    def __init__(self, program: Program, host: Host, record: Mapping[str, Any] | None) -> None:
        self._host, self._program = host, program
        self._engine = CaseScriptEngine(host)
        if record is None:
            self._flow = CaseWorkflow(
                program.spec, program.subprocess_specs, self._engine, sequence=0, journal=self._journal
            )
        else:
            self._flow = load_tree(record, program.spec, program.subprocess_specs, self._engine, self._journal)

    # --- reading ---------------------------------------------------------------------------------------------
    @property
    def ended(self) -> bool:
        """True when the outermost process is over."""
        return bool(self._flow.completed)

    @property
    def running(self) -> str | None:
        """The element being carried out, for the record of a failure."""
        task = self._flow.running
        return None if task is None else Token(task).element

    def token(self, task_id: str) -> Token | None:
        """Return the token with this id, or None."""
        task = self._flow.find(task_id)
        return None if task is None else Token(task)

    def open_tokens(self) -> list[Token]:
        """Return the people's tasks that are open, oldest first."""
        found = [t for t in self._flow.everything() if t._state == READY and t.task_spec.manual]
        return [Token(t) for t in sorted(found, key=lambda t: t.last_state_change)]

    def resting(self) -> list[Token]:
        """Return the tokens that rest somewhere: people's open tasks, catches, called processes; oldest first.

        Those of a multi-instance are left out: it counts them. So are boundary events, which are no tokens yet.
        """
        found = [
            t
            for t in self._flow.everything()
            if t._state in (READY, WAITING, STARTED)
            and waits(t)
            and element_of(t) is not None
            and not (t.parent is not None and isinstance(t.parent.task_spec, LoopTask))
        ]
        return [Token(t) for t in sorted(found, key=lambda t: t.last_state_change)]

    def timers(self) -> list[tuple[TimerKey, Due]]:
        """Return every armed timer that has a due time, explained, in order of arming."""
        armed = (((task.id, timer.name), timer.explained(task)) for task, timer in self._armed())
        return [(key, due) for key, due in armed if due is not None]

    def own_timer(self, token: Token) -> datetime | None:
        """Return the earliest timer on the border of a task, None without one."""
        host = token.task
        while host.parent is not None and isinstance(host.parent.task_spec, LoopTask):
            host = host.parent
        dues = []
        for other in host.parent.children if host.parent is not None else ():
            if other._state == WAITING and isinstance(other.task_spec, BoundaryEvent):
                for definition in _definitions(other):
                    if isinstance(definition, CaseTimer | CaseCycle):
                        dues.append(definition.due(other))
        return min((due for due in dues if due is not None), default=None)

    def waits_for(self) -> tuple[str, ...]:
        """Return the names of the messages somebody waits for, each once, in order of arming."""
        names = dict.fromkeys(d.name for t in self._catches() for d in _definitions(t) if isinstance(d, AnyMessage))
        return tuple(names)

    def scopes(self) -> set[str]:
        """Return the ids of the call activities that are under way."""
        found = set()
        for sub in self._flow.subprocesses.values():
            if not sub.completed and isinstance(sub.parent_task.task_spec, CallActivity):
                found.add(sub.parent_task_id)
        return found

    def holds(self, token: Token, expression: str, more: Mapping[str, Any]) -> bool:
        """Evaluate a condition at a token; facts win over `more`, `more` over the task's data."""
        compiled = compile_expression(expression)
        names = {**{n: v for n, v in more.items() if n in compiled.names}}
        names.update(self._engine.names_for(token.task, compiled.names - (names.keys() - self._host.facts.keys())))
        return bool(compiled.evaluate(names, {}))

    def dump(self) -> dict[str, Any]:
        """Return the tree as JSON values."""
        return dump_tree(self._flow)

    def release(self) -> None:
        """Take the tree apart, so that it is gone when nobody looks at it any more. Nothing works afterwards."""
        for flow in (*self._flow.subprocesses.values(), self._flow):
            flow.__dict__.clear()
        self.__dict__.clear()

    def _armed(self) -> Iterator[tuple[CaseTask, CaseTimer | CaseCycle]]:
        for task in self._catches():
            for definition in _definitions(task):
                if isinstance(definition, CaseTimer | CaseCycle):
                    yield task, definition

    # --- moving ----------------------------------------------------------------------------------------------
    def start(self, numbered_from: int = 0) -> None:
        """Put the first token on the start event; ids are counted on from the number given."""
        self._flow.sequence = numbered_from
        self._flow.plant(self._flow.spec)

    def complete(self, token: Token, data: Mapping[str, Any], *, gone: Collection[str] = ()) -> None:
        """Complete a person's task with its outcomes; what is `gone` was said in an earlier round and no more."""
        self._flow.running = token.task
        for name in gone:
            token.data.pop(name, None)
        token.data.update(data)
        token.task.run()

    def move(self, token: Token, element: str) -> None:
        """Cancel what the token rests at, with the events on its border, and put it before another of its tree."""
        left = token.task
        flow, above = left.workflow, left.parent
        self._flow.running = left
        guarded = above is not None and isinstance(above.task_spec, EventSplit)
        for part in above.children if guarded else [left]:
            if part._state < COMPLETED:
                part.cancel()
        # It knows what it knew where it stood, and hangs there: joins look at what lies above.
        entry = _entry(flow.spec, element)
        task = left._add_child(entry, TaskState.FUTURE)
        self._flow.running = task
        entry._update(task)

    def waiting(self) -> frozenset[str]:
        """Return the ids of the catches that wait now."""
        return frozenset(t.id for t in self._catches())

    def deliver(self, message: str, payload: Any, *, only: Collection[str] | None = None) -> bool:
        """Hand a message to every catch that waits for it (of `only`, where given); False when there is none."""
        event = BpmnEvent(CaseMessage(message), payload=payload)
        catches = [t for t in self._catches() if (only is None or t.id in only) and t.task_spec.catches(t, event)]
        for task in catches:
            if task._state == WAITING and self._flow.find(task.id) is task:
                self._flow.running = task
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
        return bool(catches)

    def recalculate(self) -> None:
        """Calendars changed: work out again what timers counted by them."""
        for task, timer in self._armed():
            if isinstance(timer, CaseTimer):
                timer.recalculate(task)

    def fire(self, timers: Collection[TimerKey], instant: datetime) -> None:
        """Fire the timers that fall due at this instant, and no other."""
        self._engine.horizon = instant
        try:
            for task_id, _ in timers:
                task = self._flow.find(task_id)
                if task is None or task._state != WAITING:
                    continue
                self._flow.running = task
                task.workflow.touched = True
                task.task_spec._update(task)
                if isinstance(task.task_spec, EventBasedGateway) and task.internal_data.get("seen_events"):
                    # Two timers due at the same instant: the gateway still takes one way, the first in the file.
                    task.internal_data["seen_events"] = task.internal_data["seen_events"][:1]
        finally:
            self._engine.horizon = None

    def pump(self) -> None:
        """Run automatic elements until none is left. Raises StepFailed through the tree when it never ends."""
        self._flow.do_engine_steps()
        while any(t._state == READY and not t.task_spec.manual for t in self._flow.everything()):
            self._flow.do_engine_steps()

    def thrown(self) -> Iterator[tuple[str, Any]]:
        """Yield the messages the diagram threw that nobody caught, once."""
        for event in self._flow.get_events():
            if isinstance(event.event_definition, AnyMessage):
                yield event.event_definition.name, event.payload

    def _catches(self) -> list[CaseTask]:
        """Return what waits, in order of arming: what was loaded stands in the order of the tree otherwise."""
        waiting = [t for t in self._flow.event_manager.tasks.values() if t._state == WAITING]
        return sorted(waiting, key=lambda t: t.last_state_change)

    def _journal(self, task: CaseTask, old: int, new: int) -> None:
        if element_of(task) is None:
            return
        if new == COMPLETED:
            self._host.completed(Token(task))
        elif not waits(task):
            return
        elif new == CANCELLED and WAITING <= old < COMPLETED:
            self._host.cancelled(Token(task))
        elif new == READY and task.task_spec.manual:
            task.internal_data["at"] = self._host.now.isoformat()
            self._host.entered(Token(task))
        elif task.task_spec.manual:
            return
        elif (new == STARTED and old <= WAITING) or (new == WAITING and old < WAITING):
            self._host.entered(Token(task))


def _entry(spec: Any, element: str) -> Any:
    """Return the node of a process that the sequence flows into an element lead to."""
    nodes = [each for each in spec.task_specs.values() if getattr(each, "bpmn_id", None) == element]
    node = next((each for each in nodes if isinstance(each, LoopTask)), nodes[0])
    return next((each for each in node.inputs if isinstance(each, BoundaryEventSplit)), node)


def _definitions(task: Any) -> list[Any]:
    definition = task.task_spec.event_definition
    return getattr(definition, "event_definitions", None) or [definition]
