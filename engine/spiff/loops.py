"""Multi-instance activities that can be reached again.

The library refuses the second round of a multi-instance in a loop, because the item's variable is still in the data
from the first ("input item already exists"), and fails outright where the collected output is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.spiff.specs.defaults import (
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    StandardLoopTask,
)

from engine.spiff.branch_data import take_over


class _Apart:
    """Collects what the instances give in data of its own, each name as a whole.

    The library appends to the list that it was given, which is the same list that branches beside it read; and it
    merges lists position by position, so that a second, shorter list keeps the end of the first.
    """

    output_item: Any = None

    def merge_child(self, workflow: Any, child: Any) -> None:
        activity, given = child.parent, child.data
        if self.output_item is None:
            data = dict(activity.data)
            take_over(data, given, since=self._before(activity))
            activity.data = data
            # Nothing is left for the library to merge; it only counts the instance and begins the next.
            child.data = {}
        activity.data = deepcopy(activity.data)
        super().merge_child(workflow, child)  # type: ignore[misc]
        child.data = given

    def _before(self, activity: Any) -> dict[str, Any]:
        """Return the data with which the instance began: one after the other, each goes on from the last."""
        data: dict[str, Any] = activity.data
        return data


class _Again(_Apart):
    """Clears what an earlier round has left before the children are made."""

    input_item: Any
    output_item: Any
    data_input: Any
    data_output: Any

    def create_child(self, my_task: Any, item: Any, key_or_index: Any = None) -> None:
        for reference in (self.input_item, self.output_item):
            if reference is not None:
                my_task.data.pop(reference.bpmn_id, None)
        super().create_child(my_task, item, key_or_index)  # type: ignore[misc]

    def init_data_output_with_input_data(self, my_task: Any, input_data: Any) -> None:
        if self.data_input is None or self.data_output.bpmn_id != self.data_input.bpmn_id:
            my_task.data.pop(self.data_output.bpmn_id, None)
        super().init_data_output_with_input_data(my_task, input_data)  # type: ignore[misc]

    def init_data_output_with_cardinality(self, my_task: Any) -> None:
        my_task.data.pop(self.data_output.bpmn_id, None)
        super().init_data_output_with_cardinality(my_task)  # type: ignore[misc]


class CaseParallelMultiInstance(_Again, ParallelMultiInstanceTask):
    """All at the same time."""

    def _before(self, activity: Any) -> dict[str, Any]:
        data: dict[str, Any] = activity.parent.data
        return data


class CaseSequentialMultiInstance(_Again, SequentialMultiInstanceTask):
    """One after the other."""


class CaseStandardLoop(_Apart, StandardLoopTask):
    """Again and again while a condition holds."""


REPLACED = {
    StandardLoopTask: CaseStandardLoop,
    ParallelMultiInstanceTask: CaseParallelMultiInstance,
    SequentialMultiInstanceTask: CaseSequentialMultiInstance,
}
"""The library's class -> ours."""
