"""The task tree as rows, and back: small, fast, independent of key order, with a version number.

A row is `[id, parent row, state, spec, order, triggered, internal, changed data, removed keys]`. Rows stand in
pre-order, so parents come before children; data is kept as the difference to the parent's. Specs are named, never
stored, and of what is over only what a later step may look at (`engine/spiff/history.py`). The stock serializer stores
the specs in every instance and loses all task data when a store sorts JSON keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskState

from engine.spiff.branch_data import news
from engine.spiff.history import needed
from engine.spiff.tree import CaseSubWorkflow, CaseTask, CaseWorkflow, Journal

TREE_VERSION = 1
FINISHED = TaskState.COMPLETED


def dump_tree(workflow: CaseWorkflow) -> dict[str, Any]:
    """Return the tree of an instance as JSON values. Finished subprocesses are left out: nothing reads them again."""
    subs = []
    for sub in workflow.subprocesses.values():
        if sub.completed and sub.parent_task._state >= FINISHED:
            continue
        subs.append([sub.parent_task_id, *_dump_flow(sub)])
    return {"v": TREE_VERSION, "q": workflow.sequence, "w": _dump_flow(workflow), "s": subs}


def _dump_flow(flow: Any) -> list[Any]:
    if not flow.touched and (flow.data or 0) == flow.loaded[1]:
        # Most steps of a case move in one or two of its processes; the others are as they were.
        loaded: list[Any] = flow.loaded
        return loaded
    # Runs for every task of the case at every step: no calls where none are needed.
    rows: list[list[Any]] = []
    bases: list[dict[str, Any]] = []
    position: dict[str, int] = {}
    tasks: dict[str, CaseTask] = flow.tasks
    kept = needed(flow)
    stack = [flow.task_tree]
    while stack:
        task = stack.pop()
        task_id, state, parent_id = task.id, task._state, task._parent
        children = task._children
        if len(children) == 1:
            stack.append(tasks[children[0]])
        elif children:
            stack.extend([tasks[child] for child in reversed(children)])
        above = -1 if parent_id is None else position[parent_id]
        if task_id not in kept:
            # Whatever stands below it hangs on the next task above that stays.
            position[task_id] = above
            continue
        position[task_id] = len(rows)
        data, changed, removed = task.data, 0, 0
        if above < 0:
            changed = data or 0
        else:
            base = bases[above]
            if data is not base and (data or base):
                changed, removed = _difference(data, base)
        rows.append(
            [
                task_id,
                above,
                state,
                task.task_spec.name,
                task.last_state_change,
                1 if task.triggered else 0,
                (_dump_internal(task) or 0) if task.internal_data else 0,
                changed,
                removed,
            ]
        )
        bases.append(data)
    last = flow.last_task.id if flow.last_task is not None and flow.last_task.id in kept else 0
    return [rows, flow.data or 0, last, int(flow.success), int(flow.completed)]


def _difference(data: dict[str, Any], base: dict[str, Any]) -> tuple[Any, Any]:
    if not data:
        return -1, 0
    return news(data, base) or 0, [k for k in base if k not in data] or 0


def _dump_internal(task: CaseTask) -> dict[str, Any]:
    internal = task.internal_data
    if "seen_events" not in internal:
        return internal
    kept = {k: v for k, v in internal.items() if k != "seen_events"}
    seen = internal.get("seen_events")
    if seen and task._state < FINISHED:
        definitions = task.task_spec.event_definition.event_definitions
        kept["seen_events"] = [[definitions.index(e.event_definition), e.payload] for e in seen]
    return kept


def load_tree(
    record: Mapping[str, Any], spec: Any, subprocess_specs: Mapping[str, Any], script_engine: Any, journal: Journal
) -> CaseWorkflow:
    """Rebuild the instance that `dump_tree` gave. Raises ValueError for a version this code does not know."""
    if record["v"] != TREE_VERSION:
        raise ValueError(f"task tree of version {record['v']} is not known here")
    workflow = CaseWorkflow(spec, subprocess_specs, script_engine, sequence=record["q"], journal=journal)
    _load_flow(workflow, record["w"], workflow)
    owner: dict[str, Any] = dict.fromkeys(workflow.tasks, workflow)
    for parent_id, *flow_record in record["s"]:
        # Written in the order in which they were started, so the parent is always known already.
        parent = owner[parent_id].tasks[parent_id]
        sub = CaseSubWorkflow.__new__(CaseSubWorkflow)
        sub.parent_task, sub.parent_task_id, sub.top_workflow = parent, parent_id, workflow
        sub.spec = subprocess_specs[parent.task_spec.spec]
        sub.locks, sub.correlations = {}, {}
        sub.completed_event, sub.task_removed_event = Event(), Event()
        sub.depth = owner[parent_id].depth + 1
        _load_flow(sub, flow_record, workflow)
        workflow.subprocesses[parent_id] = sub
        sub.completed_event.connect(parent.task_spec._on_subworkflow_completed, parent)
        owner.update(dict.fromkeys(sub.tasks, sub))
    return workflow


def _load_flow(flow: Any, record: list[Any], top: CaseWorkflow) -> None:
    rows, data, last, success, completed = record
    flow.data, flow.success, flow.completed = data or {}, bool(success), bool(completed)
    specs = flow.spec.task_specs
    tasks: dict[str, CaseTask] = {}
    order: list[CaseTask] = []
    new = CaseTask.__new__
    for task_id, parent_row, state, spec_name, changed_at, triggered, internal, changed, removed in rows:
        task, spec = new(CaseTask), specs[spec_name]
        if parent_row < 0:
            parent_id, data = None, changed or {}
        else:
            parent = order[parent_row]
            parent_id = parent.id
            parent._children.append(task_id)
            if changed == 0 and removed == 0 and state >= FINISHED:
                data = parent.data
            else:
                data = _restore(parent.data, changed, removed)
        task.__dict__ = {
            "id": task_id,
            "workflow": flow,
            "_parent": parent_id,
            "_children": [],
            "_state": state,
            "triggered": triggered == 1,
            "task_spec": spec,
            "thread_id": 0,
            "data": data,
            "internal_data": internal or {},
            "last_state_change": changed_at,
        }
        tasks[task_id] = task
        order.append(task)
        if state < FINISHED and isinstance(spec, CatchingEvent):
            _load_catch(task, top)
    flow.tasks, flow.task_tree = tasks, order[0]
    flow.loaded, flow.touched = record, False
    flow.last_task = tasks.get(last)


def _restore(base: dict[str, Any], changed: Any, removed: Any) -> dict[str, Any]:
    if changed == -1:
        return {}
    data = dict(base)
    data.update(changed or ())
    for key in removed or ():
        data.pop(key, None)
    return data


def _load_catch(task: CaseTask, top: CaseWorkflow) -> None:
    seen = task.internal_data.get("seen_events")
    if seen:
        definitions = task.task_spec.event_definition.event_definitions
        known = [BpmnEvent(definitions[i], payload=p) for i, p in seen]
        # The record stays what it is: it may be written again.
        task.internal_data = {**task.internal_data, "seen_events": known}
    if task._state == TaskState.WAITING:
        top.event_manager.tasks[task.id] = task
