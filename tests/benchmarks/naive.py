"""The library as its examples use it: one workflow, its own serializer, the specs embedded in what is stored.

It runs the drawing that ships. What that takes and the library does not have is filled in as cheaply as can be: timers
lie far ahead, service tasks do nothing, each decision table is one rule whose answer stands in the data already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG

from tests.support.dmn import In, Out, decision, definitions, table

FAR_AHEAD = "2099-01-01T00:00:00+00:00"
TIMER_WORDS = ("deadline", "working_days", "hours")


class _Environment(TaskDataEnvironment):  # type: ignore[misc]
    def call_service(self, context: Any, **_: Any) -> str:
        return "{}"


class Naive:
    """One process of a folder, read by the library's own parser."""

    def __init__(self, folder: Path, process: str) -> None:
        parser = SpiffBpmnParser()
        decisions: set[str] = set()
        for file in sorted(folder.glob("*.bpmn")):
            content = file.read_bytes()
            parser.add_bpmn_xml(etree.fromstring(content), filename=file.name)
            decisions.update(re.findall(r"calledDecisionId>(\w+)<", content.decode()))
        for name in sorted(decisions):
            rule = definitions(decision(table([In("type")], [Out("decided")], [["", '"yes"']]), id=name))
            parser.add_dmn_xml(etree.fromstring(rule), filename=f"{name}.dmn")
        self._spec, self._called = parser.get_spec(process), parser.get_subprocess_specs(process)
        self._engine = PythonScriptEngine(_Environment({word: lambda *_: FAR_AHEAD for word in TIMER_WORDS}))
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))

    def opened(self, data: Mapping[str, Any]) -> str:
        """Start a case with these data and return what is stored of it."""
        flow = BpmnWorkflow(self._spec, self._called, script_engine=self._engine)
        flow.task_tree.data.update(data)
        return self._run(flow)

    def completed(self, stored: str, element: str, data: Mapping[str, Any]) -> str:
        """Load a case, complete the task at an element, run what follows, and return what is stored.

        Raises ValueError where no such task is open.
        """
        flow = self._loaded(stored)
        (task,) = (task for task in self._ready(flow) if task.task_spec.bpmn_id == element)
        task.data.update(data)
        task.run()
        return self._run(flow)

    def open(self, stored: str) -> list[str]:
        """Return the elements of the open tasks, sorted."""
        return sorted(str(task.task_spec.bpmn_id) for task in self._ready(self._loaded(stored)))

    def _loaded(self, stored: str) -> Any:
        flow = self._serializer.deserialize_json(stored)
        flow.script_engine = self._engine
        return flow

    def _run(self, flow: Any) -> str:
        flow.refresh_timers()
        flow.do_engine_steps()
        return str(self._serializer.serialize_json(flow))

    @staticmethod
    def _ready(flow: Any) -> list[Any]:
        return list(flow.get_tasks(state=TaskState.READY, manual=True))
