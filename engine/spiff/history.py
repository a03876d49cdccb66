"""Which tasks of a tree still matter: everything that is open, and of what is over only what open tasks look back at.

The library keeps every task a case ever had, so that a case that goes round often grows without end and each step reads
and writes all of it. What happened stands in the event log; the tree is kept for what can still happen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.control import EventSplit
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.util.task import TaskState

from engine.spiff.gateways import is_waiting_arrival
from engine.spiff.tree import CaseTask

FINISHED = TaskState.COMPLETED


def needed(flow: Any) -> set[str]:
    """Return the ids of the tasks of one tree that a later step may look at; what hangs between them may go.

    These are the root; open tasks with their parents and children (what a join merges, what a repetition counts);
    branches that have arrived at a join which still waits for others; activities with boundary events as long as one of
    their parts is open; and each fork above two tasks that stay: its data is what their branches are merged against.
    """
    tasks: dict[str, CaseTask] = flow.tasks
    kept = {flow.task_tree.id}
    for task in tasks.values():
        if task._state < FINISHED:
            kept.add(task.id)
            kept.update(task._children)
            if task._parent is not None:
                kept.add(task._parent)
                kept.update(_activation(task, tasks))
        elif is_waiting_arrival(task):
            kept.update((task.id, task._parent or task.id))
    if flow.completed and flow.last_task is not None:
        # A called process hands on what its last task knew.
        kept.add(flow.last_task.id)
    return kept.union(_forks(kept, tasks))


def _activation(task: CaseTask, tasks: dict[str, CaseTask]) -> Iterable[str]:
    """Yield the parts of the guarded activity that an open task is a part of: split, host, events, their joins."""
    split: CaseTask | None = tasks[task._parent] if task._parent is not None else None
    if isinstance(task.task_spec, Join) and split is not None and split._parent is not None:
        split = tasks[split._parent]
    if split is None or not isinstance(split.task_spec, EventSplit):
        return
    yield split.id
    for part in split._children:
        yield part
        yield from (child for child in tasks[part]._children if isinstance(tasks[child].task_spec, Join))


def _forks(kept: set[str], tasks: dict[str, CaseTask]) -> Iterable[str]:
    """Yield every task below which kept tasks stand on more than one branch."""
    came_by: dict[str, str] = {}
    for leaf in kept:
        below, above = leaf, tasks[leaf]._parent
        while above is not None:
            known = came_by.get(above)
            if known is not None:
                if known != below:
                    yield above
                break
            came_by[above] = below
            below, above = above, tasks[above]._parent
