"""The task tree as rows, and back: small, fast, independent of key order, with a version number.

A row is `[id, parent row, state, spec, order, triggered, internal, changed data, removed keys]`. Rows stand in
pre-order, so parents come before children; data is kept as the difference to the parent's. Specs are named, never
stored. The stock serializer stores the specs in every instance and loses all task data when a store sorts JSON keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskState

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
    rows: list[list[Any]] = []
    position: dict[str, int] = {}
    stack = [flow.task_tree]
    while stack:
        task = stack.pop()
        position[task.id] = len(rows)
        parent = flow.tasks.get(task._parent) if task._parent else None
        changed, removed = _difference(task.data, None if parent is None else parent.data)
        rows.append(
            [
                task.id,
                position[parent.id] if parent else -1,
                task._state,
                task.task_spec.name,
                task.last_state_change,
                int(task.triggered),
                _dump_internal(task) or 0,
                changed,
                removed,
            ]
        )
        stack.extend(flow.tasks[child] for child in reversed(task._children))
    return [rows, flow.data or 0, flow.last_task.id if flow.last_task else 0, int(flow.success), int(flow.completed)]


def _difference(data: dict[str, Any], base: dict[str, Any] | None) -> tuple[Any, Any]:
    if base is None:
        return data or 0, 0
    if data is base:
        return 0, 0
    if not data:
        return (-1 if base else 0), 0
    changed = {k: v for k, v in data.items() if k not in base or base[k] != v or type(base[k]) is not type(v)}
    return changed or 0, [k for k in base if k not in data] or 0


def _dump_internal(task: CaseTask) -> dict[str, Any]:
    internal = task.internal_data
    if not internal:
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
    for task_id, parent_row, state, spec_name, changed_at, triggered, internal, changed, removed in rows:
        task = CaseTask.__new__(CaseTask)
        task.id, task.workflow, task._state, task.task_spec = task_id, flow, state, specs[spec_name]
        task.last_state_change, task.triggered, task.thread_id = changed_at, bool(triggered), 0
        task._children, task.internal_data = [], internal or {}
        if parent_row < 0:
            task._parent, task.data = None, changed or {}
        else:
            parent = order[parent_row]
            task._parent = parent.id
            parent._children.append(task_id)
            task.data = _restore(parent.data, changed, removed, shared=state >= FINISHED)
        tasks[task_id] = task
        order.append(task)
        if state < FINISHED and isinstance(task.task_spec, CatchingEvent):
            _load_catch(task, top)
    flow.tasks, flow.task_tree = tasks, order[0]
    flow.last_task = tasks.get(last)


def _restore(base: dict[str, Any], changed: Any, removed: Any, *, shared: bool) -> dict[str, Any]:
    if changed == -1:
        return {}
    if not changed and not removed and shared:
        return base
    data = dict(base)
    data.update(changed or ())
    for key in removed or ():
        data.pop(key, None)
    return data


def _load_catch(task: CaseTask, top: CaseWorkflow) -> None:
    seen = task.internal_data.get("seen_events")
    if seen:
        definitions = task.task_spec.event_definition.event_definitions
        task.internal_data["seen_events"] = [BpmnEvent(definitions[i], payload=p) for i, p in seen]
    if task._state == TaskState.WAITING:
        top.event_manager.tasks[task.id] = task
