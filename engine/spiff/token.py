"""A task of the library as the kernel sees it: where a token stands, in which called processes, with what data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity, SubWorkflowTask
from SpiffWorkflow.util.task import TaskState


def element_of(task: Any) -> str | None:
    """Return the id of the drawn element a task stands for, None for the library's internal nodes."""
    spec = task.task_spec
    if isinstance(spec, LoopTask):
        # The wrapper of a multi-instance; the activity itself is its children.
        return None
    element: str | None = getattr(spec, "bpmn_id", None)
    return element


def waits(task: Any) -> bool:
    """Tell whether tokens rest at this kind of element: people's tasks, catches, subprocesses."""
    spec = task.task_spec
    if isinstance(spec, BoundaryEvent | StartEvent):
        return False
    return bool(spec.manual) or isinstance(spec, CatchingEvent | SubWorkflowTask)


class Token:
    """A view on one task; holds nothing of its own."""

    __slots__ = ("task",)

    def __init__(self, task: Any) -> None:
        self.task = task

    @property
    def id(self) -> str:
        """The task's id, unique within the case."""
        found: str = self.task.id
        return found

    @property
    def element(self) -> str:
        """Id of the drawn element; the internal name where nothing is drawn."""
        return element_of(self.task) or str(self.task.task_spec.name)

    @property
    def data(self) -> dict[str, Any]:
        """The task's data: outcomes of the steps before it."""
        data: dict[str, Any] = self.task.data
        return data

    @property
    def open(self) -> bool:
        """True while a person can complete it."""
        return bool(self.task._state == TaskState.READY and self.task.task_spec.manual)

    @property
    def waited(self) -> bool:
        """True where the token's arrival was reported apart from its leaving."""
        return waits(self.task)

    @property
    def ends_case(self) -> bool:
        """True at an end event of the outermost process."""
        flow = self.task.workflow
        return isinstance(self.task.task_spec, EndEvent) and flow is flow.top_workflow

    @property
    def entered_at(self) -> datetime | None:
        """When a person's task was opened."""
        at = self.task.internal_data.get("at")
        return None if at is None else datetime.fromisoformat(at)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Ids of the call activities around the token, innermost first; the case itself is the empty string."""
        return _around(self.task.workflow)[0]

    @property
    def processes(self) -> tuple[str, ...]:
        """Ids of the processes around the token, each beside its scope in `scopes`."""
        return _around(self.task.workflow)[1]


def _around(flow: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return scopes and processes around the tasks of a tree; they never change, so they are found once a step."""
    found: tuple[tuple[str, ...], tuple[str, ...]] | None = flow.__dict__.get("around")
    if found is None:
        if flow is flow.top_workflow:
            found = ("",), (flow.spec.name,)
        else:
            scopes, processes = found = _around(flow.parent_task.workflow)
            if isinstance(flow.parent_task.task_spec, CallActivity):
                found = (flow.parent_task.id, *scopes), (flow.spec.name, *processes)
        flow.around = found
    return found
