"""Task trees without hidden globals: ids, order and journal come from the workflow, never from the machine.

The library draws a UUID and reads the wall clock for every task and walks the whole tree after each one. It also
draws the tree of everything that may still come, as far as it can see. Here a task takes the next number of its case,
its `last_state_change` is the case's own counter (so that 'which branch came last' is exact, and the same after every
load), waiting tasks are found by a flat scan, and what comes next is made when a task becomes ready.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

READY, WAITING = TaskState.READY, TaskState.WAITING

for _name in ("spiff.workflow", "spiff.task", "spiff.data"):
    # The library assembles its log records before it asks whether anybody listens.
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_DEPTH = 1_000_000_000
MAX_NEW_TASKS = 20_000
"""Nodes of the tree that one step may make; a number of repetitions may be a mistyped fact."""
MAX_STEPS = 5_000
"""Automatic elements in one step before the diagram is said to run in circles."""
MAX_NESTING = 50
"""Called processes and subprocesses inside each other."""

Journal = Callable[[Task, int, int], None]
"""Called with a task, its old and its new state, in the order in which states really change."""


class CaseTask(Task):
    """A task that is numbered and ordered by its case."""

    def __init__(self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.MAYBE) -> None:
        top = workflow.top_workflow
        self.id = top.next_id()
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self._parent = parent.id if parent is not None else None
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.task_spec = task_spec
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = top.tick()
        workflow.touched = True
        if parent is not None:
            parent._child_added_notify(self)

    def _sync_children(self, task_specs: list[Any], state: int = TaskState.MAYBE) -> None:
        if self._children:
            super()._sync_children(task_specs, state)
            return
        # What the library comes to where there is nothing yet to keep, to move or to drop.
        for spec in task_specs:
            self._add_child(spec, state)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> CaseTask:
        task = CaseTask(self.workflow, task_spec, self, state)
        if state == READY:
            task._ready()
        return task

    def _set_state(self, value: int) -> None:
        old, flow = self._state, self.workflow
        # An event that a task waits for may be noted without any other change.
        flow.touched = True
        if value != old:
            spec, top = self.task_spec, flow.top_workflow
            top.sequence = self.last_state_change = top.sequence + 1
            self._state = value
            if value == READY:
                if not spec.manual:
                    flow.stirred = True
                if not isinstance(spec, MultiChoice):
                    # What comes next is made here and nowhere else; gateways that choose make it when they have chosen.
                    spec._predict_hook(self)
            top.journal(self, old, value)

    @property
    def parent(self) -> CaseTask | None:
        found: CaseTask | None = self.workflow.tasks.get(self._parent)
        return found

    @property
    def children(self) -> list[CaseTask]:
        tasks = self.workflow.tasks
        return [tasks[child] for child in self._children]

    def _inherit_data(self) -> None:
        if self.data:
            super()._inherit_data()
        else:
            # What the library's merge comes to where there is nothing yet to merge with.
            self.data = dict(self.workflow.tasks[self._parent].data)

    def _assign_new_thread_id(self, recursive: bool = True) -> int:
        return 0

    def is_descendant_of(self, task: Task) -> bool:
        # Without recursion: a case that went round a few hundred times is deeper than Python's stack.
        tasks, at = self.workflow.tasks, self._parent
        while at is not None:
            if at == task.id:
                return True
            at = tasks[at]._parent
        return False

    def find_ancestor(self, spec_name: str) -> CaseTask | None:
        tasks, at = self.workflow.tasks, self._parent
        while at is not None:
            found: CaseTask = tasks[at]
            if found.task_spec.name == spec_name:
                return found
            at = found._parent
        return None


class _Flat:
    """What both kinds of workflow do without walking trees."""

    tasks: dict[str, CaseTask]
    top_workflow: Any
    task_removed_event: Any
    stirred = True
    """Whether an automatic task may have become ready since the last look."""
    touched = True
    """Whether anything in this tree may differ from what was loaded; who changes a task without its state says so."""
    loaded: list[Any]
    """What it was loaded from; only there where it was loaded."""

    def update_waiting_tasks(self) -> None:
        """Ask every waiting task whether it may go on."""
        for task in [t for t in self.tasks.values() if t._state == WAITING]:
            if task._state == WAITING and task.id in self.tasks:
                task.task_spec._update(task)

    def run_ready(self) -> int:
        """Run every automatic task that is ready now, oldest first; return how many."""
        if not self.stirred:
            return 0
        self.stirred = False
        top, count = self.top_workflow, 0
        for task in [t for t in self.tasks.values() if t._state == READY and not t.task_spec.manual]:
            if task._state == READY and task.id in self.tasks:
                top.about_to_run(task)
                task.run()
                count += 1
        return count

    def get_tasks(self, first_task: Any = None, **kwargs: Any) -> list[CaseTask]:
        """Return the tasks of a tree; from a task without descendants, which is asked at every event, at once."""
        if first_task is not None and not first_task._children and kwargs.keys() == {"spec_name"}:
            return [first_task] if first_task.task_spec.name == kwargs["spec_name"] else []
        return list(self.get_tasks_iterator(first_task, **kwargs))

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Any:
        """Walk the tree however deep it is; the library stops looking a thousand tasks down."""
        kwargs.setdefault("max_depth", MAX_DEPTH)
        return BpmnTaskIterator(first_task or self.task_tree, **kwargs)

    def _task_removed_notify(self, task: CaseTask) -> None:
        # The library leaves removed tasks in its event manager and their subprocesses alive: ghosts that catch
        # messages, and that make an interrupted multi-instance unloadable.
        self.touched = True
        if task._state < TaskState.COMPLETED and task._state >= WAITING:
            self.top_workflow.journal(task, task._state, TaskState.CANCELLED)
        self.top_workflow.purge(task.id)
        self.task_removed_event(self, task)

    def _mark_complete(self, task: CaseTask) -> None:
        self.data.update(task.data)  # type: ignore[attr-defined]
        self.completed = True

    def plant(self, spec: Any) -> None:
        """Create the first task of the tree, as the library's constructor would."""
        root = CaseTask(self, spec.start, None, TaskState.FUTURE)
        self.task_tree = root
        root._ready()


class CaseSubWorkflow(_Flat, BpmnSubWorkflow):
    """An embedded subprocess or a called process."""

    parent_task: CaseTask
    """The task it carries out."""

    def __init__(self, spec: Any, parent: CaseTask, top_workflow: Any) -> None:
        self.parent_task = parent
        super().__init__(spec, parent.id, top_workflow, deserializing=True)

    @property
    def parent_workflow(self) -> Any:
        return self.parent_task.workflow

    def _calculate_depth(self) -> int:
        depth: int = self.parent_task.workflow.depth + 1
        return depth


class CaseWorkflow(_Flat, BpmnWorkflow):
    """The whole instance. `sequence` counts ids and state changes and is saved with the state."""

    def __init__(
        self, spec: Any, subprocess_specs: Any, script_engine: Any, *, sequence: int, journal: Journal
    ) -> None:
        self.sequence = sequence
        self.journal = journal
        self.running: CaseTask | None = None
        self._steps = self._made = 0
        super().__init__(spec, subprocess_specs, script_engine=script_engine, deserializing=True)

    def next_id(self) -> str:
        """Return the next task id, a number in base 36: short, unique in the case, the same on every replay."""
        number, digits = self.tick(), ""
        self._made += 1
        if self._made > MAX_NEW_TASKS:
            raise RuntimeError("more tasks than one step may open")
        while number:
            number, rest = divmod(number, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        return digits

    def tick(self) -> int:
        """Return the next number of the case's own counter."""
        self.sequence += 1
        return self.sequence

    def create_subprocess(self, my_task: CaseTask, spec_name: str) -> CaseSubWorkflow:
        """Start the subprocess of a task."""
        sub = CaseSubWorkflow(self.subprocess_specs[spec_name], my_task, self)
        if sub.depth > MAX_NESTING:
            raise RuntimeError("processes that call each other without end")
        self.subprocesses[my_task.id] = sub
        sub.plant(sub.spec)
        return sub

    def purge(self, task_id: str) -> None:
        """Forget everything that hangs on a removed task: its catch, its subprocess and all below it."""
        sub = self.subprocesses.pop(task_id, None)
        self.event_manager.tasks.pop(task_id, None)
        for task in list(sub.tasks.values()) if sub else ():
            if WAITING <= task._state < TaskState.COMPLETED:
                self.journal(task, task._state, TaskState.CANCELLED)
            self.purge(task.id)

    def delete_subprocess(self, my_task: CaseTask) -> list[CaseTask]:
        """Remove the subprocess of a task; return the tasks that went with it."""
        gone = list(self.subprocesses[my_task.id].tasks.values())
        self.purge(my_task.id)
        return gone

    def find(self, task_id: str) -> CaseTask | None:
        """Return the task with this id wherever it stands, or None."""
        for flow in (self, *self.subprocesses.values()):
            task = flow.tasks.get(task_id)
            if task is not None:
                return task
        return None

    def everything(self) -> list[CaseTask]:
        """Return all tasks of the instance and its subprocesses."""
        return [t for flow in (self, *self.subprocesses.values()) for t in flow.tasks.values()]

    def get_task_from_id(self, task_id: str) -> CaseTask:
        """Return the task with this id; raises KeyError where the library expects one to exist."""
        task = self.find(task_id)
        if task is None:
            raise KeyError(task_id)
        return task

    def about_to_run(self, task: CaseTask) -> None:
        """Note which task runs. Raises RuntimeError where a step runs more of them than any diagram needs."""
        self.running = task
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise RuntimeError("automatic steps that never end")

    def _do_engine_steps(self, will_complete_task: Any = None, did_complete_task: Any = None) -> bool:
        active = self.get_active_subprocesses()
        for sub in sorted(active, key=lambda s: s.depth, reverse=True):
            while sub.run_ready():
                pass
            if sub.completed and sub.parent_task_id in self.subprocesses:
                sub.parent_task.task_spec._update(sub.parent_task)
        return self.run_ready() > 0 or len(self.get_active_subprocesses()) > len(active)

    def refresh_timers(self) -> None:
        """Do nothing: timers fire only through `fire due`, one instant at a time (docs/adr/0008)."""
