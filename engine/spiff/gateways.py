"""Joins that stay right in loops, beside started subprocesses, and when branches change the same data.

The library's joins look at the whole tree: in the second round of a rework loop they fire as soon as one branch
arrives, and a branch that finishes last overwrites what another has changed. These look at one round of the loop,
and merge against the data before the fork.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.spiff.branch_data import take_over

DONE, FINISHED = TaskState.COMPLETED, TaskState.FINISHED_MASK
USED = "used"
"""Marks an arrival that a join has taken in."""
LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def _upwards(task: Any) -> Iterator[Any]:
    while task is not None:
        yield task
        task = task.parent


def is_waiting_arrival(task: Any) -> bool:
    """Tell whether a task stands for a branch that has come to a join which has not fired yet."""
    return isinstance(task.task_spec, _Round) and task._state != DONE and USED not in task.internal_data


class _Round:
    """What all joins know: the arrivals of the present round, and how to merge their data.

    A join that fires marks the arrivals it used up. Ancestry alone does not tell rounds apart: where joins are nested
    in a loop, the next round may hang below a branch that never saw the inner join of this one.
    """

    def _arrivals(self, my_task: Any) -> list[Any]:
        return [
            t
            for t in my_task.workflow.tasks.values()
            if t.task_spec is self and (is_waiting_arrival(t) or (t is my_task and t._state != DONE))
        ]

    def _merge(self, my_task: Any) -> None:
        others = [t for t in self._arrivals(my_task) if t is not my_task and t.has_state(FINISHED)]
        for arrival in others:
            arrival.internal_data[USED] = 1
        parents = [t.parent for t in sorted(others, key=lambda t: t.last_state_change)] + [my_task.parent]
        if len(parents) == 1:
            return
        common = set.intersection(*({t.id for t in _upwards(p)} for p in parents))
        base = next(t for t in _upwards(parents[0]) if t.id in common).data
        merged = dict(base)
        for parent in parents:
            take_over(merged, parent.data, since=base)
        my_task.data = merged


class SafeParallelGateway(_Round, ParallelGateway):
    """AND: fires when every incoming flow has arrived in this round."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = {t.parent.task_spec.name for t in self._arrivals(my_task) if t.parent._state == DONE}
        return not set(self._inputs) - arrived

    def _run_hook(self, my_task: Any) -> bool:
        self._merge(my_task)
        return True


class SafeInclusiveGateway(_Round, InclusiveGateway):
    """OR: fires when nothing that is alive can still reach an incoming flow that has not arrived."""

    def _reaches(self) -> dict[str, set[str]]:
        """Spec name -> the incoming flows' sources that it can reach. Static, worked out once a spec."""
        known: dict[str, set[str]] | None = self.__dict__.get("_reach_cache")
        if known is None:
            known = {}
            for source in self._inputs:
                seen: set[str] = set()
                todo = [source]
                while todo:
                    name = todo.pop()
                    if name in seen or name == self.name:
                        continue
                    seen.add(name)
                    known.setdefault(name, set()).add(source)
                    todo += self._wf_spec.task_specs[name]._inputs
            self.__dict__["_reach_cache"] = known
        return known

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = {t.parent.task_spec.name for t in self._arrivals(my_task) if t.parent._state == DONE}
        missing = set(self._inputs) - arrived
        if not missing:
            return True
        reaches = self._reaches()
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self:
                continue
            hit = reaches.get(task.task_spec.name)
            if not hit or not hit & missing or hit & arrived:
                continue
            about_to = task._state == TaskState.FUTURE and task.parent is not None and task.parent._state == DONE
            if task.has_state(LIVE) or about_to:
                return False
        return True

    def _run_hook(self, my_task: Any) -> bool:
        self._merge(my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise WorkflowException("no condition of the gateway holds and it has no default", task_spec=self)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


class CaseEndJoin(_Round, _EndJoin):
    """The library's node behind all ends of a process: fires when nothing else in the process is unfinished.

    The library looks a thousand tasks down and no further, so a deep case would end with work still open; and it
    merges lists position by position, so that what an earlier end knew comes back into what a later one says.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        end = self._outputs[0]
        return not any(
            task._state < DONE and task.task_spec is not self and task.task_spec.name != end
            for task in my_task.workflow.tasks.values()
        )

    def _run_hook(self, my_task: Any) -> bool:
        self._merge(my_task)
        my_task.workflow.data.update(my_task.data)
        return True
