"""The library as it comes, driven in the words of `tests.support.cases`, to show what it does wrong by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, cast
from unittest.mock import patch

import SpiffWorkflow.bpmn.specs.event_definitions.timer as timer_module
from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from tests.support.cases import T0


class Stock:
    """One case in the library's own parser, workflow and expression engine, with a clock that can be moved."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        process: str = "main",
        data: Mapping[str, Any] | None = None,
        environment: TaskDataEnvironment | None = None,
    ) -> None:
        parser = SpiffBpmnParser()
        for name, content in files.items():
            parser.add_bpmn_xml(etree.fromstring(content), filename=name)
        self.now = T0
        self.spec, self.subprocess_specs = parser.get_spec(process), parser.get_subprocess_specs(process)
        engine = None if environment is None else PythonScriptEngine(environment)
        self.flow: Any = BpmnWorkflow(self.spec, self.subprocess_specs, script_engine=engine)
        self.flow.task_tree.data.update(data or {})
        self.run()

    def run(self) -> Stock:
        """Run automatic steps, and whatever timer the library thinks is due."""
        with self._clock():
            self.flow.do_engine_steps()
            self.flow.do_engine_steps()
        return self

    def do(self, element: str, at: int = 0, **data: Any) -> Stock:
        """Complete an open task."""
        task = [t for t in self._ready() if t.task_spec.bpmn_id == element][at]
        with self._clock():
            task.data.update(data)
            task.run()
        return self.run()

    def send(self, message: str, **payload: Any) -> Stock:
        """Send a message; the library raises where nobody waits."""
        with self._clock():
            self.flow.send_event(BpmnEvent(MessageEventDefinition(message), payload=payload))
        return self.run()

    def later(self, minutes: float) -> Stock:
        """Let time pass and run what the library thinks is due."""
        self.now += timedelta(minutes=minutes)
        with self._clock():
            self.flow.refresh_timers()
        return self.run()

    def saved(self, *, sort_keys: bool = False) -> Stock:
        """Save and load, as the library's serializer does it; with sorted keys, as a JSONB column would."""
        import json

        serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
        text = serializer.serialize_json(self.flow)
        if sort_keys:
            text = json.dumps(json.loads(text), sort_keys=True)
        self.flow = serializer.deserialize_json(text)
        return self

    def refreshed(self, minutes: float) -> list[str]:
        """Let time pass and take one look, as the library offers it; return the automatic elements that it leaves."""
        self.now += timedelta(minutes=minutes)
        with self._clock():
            self.flow.do_engine_steps()
        left = [t for t in self._all() if t.state == TaskState.READY and not t.task_spec.manual]
        return sorted(str(t.task_spec.bpmn_id) for t in left)

    @property
    def open(self) -> list[str]:
        """Elements of the open tasks, sorted, each as often as it is open."""
        return sorted(str(t.task_spec.bpmn_id) for t in self._ready())

    @property
    def ended(self) -> bool:
        """Whether the library thinks that the case is over."""
        return bool(self.flow.completed)

    def data(self, element: str) -> dict[str, Any]:
        """The data of the newest task at an element."""
        found = [t for t in self._all() if t.task_spec.bpmn_id == element]
        return cast("dict[str, Any]", max(found, key=lambda t: t.last_state_change).data)

    def context(self, element: str) -> dict[str, Any]:
        """The data of the one open task at an element."""
        (found,) = (t for t in self._ready() if t.task_spec.bpmn_id == element)
        return cast("dict[str, Any]", found.data)

    def completed(self, element: str) -> int:
        """How often an element was completed."""
        return sum(t.task_spec.bpmn_id == element and t.state == TaskState.COMPLETED for t in self._all())

    def _all(self) -> list[Any]:
        return [t for flow in (self.flow, *self.flow.subprocesses.values()) for t in flow.tasks.values()]

    def _ready(self) -> list[Any]:
        return [t for t in self._all() if t.state == TaskState.READY and t.task_spec.manual]

    def _clock(self) -> Any:
        here = self

        class Moved(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Moved:
                return cls.fromtimestamp(here.now.timestamp(), tz)

        return patch.object(timer_module, "datetime", Moved)
