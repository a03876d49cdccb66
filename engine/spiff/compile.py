"""From checked diagram files to specs that run: parsed once a version, shared read-only, never saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.event_definitions.timer import (
    CycleTimerEventDefinition,
    TimeDateEventDefinition,
    TimerEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.event_parsers import SpiffBoundaryEventParser
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from engine.diagram_index import secure_parser
from engine.expressions.timer_text import IsoCycle, TimerKind, parse_timer
from engine.spiff.events import ActivationJoin, CaseBoundaryEvent, CaseCycle, CaseMessage, CaseTimer
from engine.spiff.gateways import CaseEndJoin, SafeInclusiveGateway, SafeParallelGateway
from engine.spiff.loops import REPLACED
from engine.spiff.script_engine import CaseServiceTask, TableUse


@dataclass(frozen=True, eq=False)
class Program:
    """The specs of one process and of everything it calls. Compared by identity: one a version."""

    spec: Any
    subprocess_specs: Mapping[str, Any]


class _InclusiveParser(ConditionalGatewayParser):
    """An inclusive gateway's flow without a condition is always taken; the library takes it only as a default."""

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool) -> None:
        if is_default or self.parse_condition(sequence_flow_node) is not None:
            super().connect_outgoing(outgoing_task, sequence_flow_node, is_default)
        else:
            self.task.connect_outgoing_if("True", outgoing_task)


class _CaseProcessParser(ProcessParser):
    """The library takes whatever has an id for a step, so that an operation called like a step would hide it."""

    def _index_process_nodes(self) -> None:
        super()._index_process_nodes()
        for node in self.xpath(".//*[@id][not(ancestor::bpmn:extensionElements)]"):
            self.nodes_by_id[node.get("id")] = node


class CaseParser(SpiffBpmnParser):
    """The library's parser with our gateways, boundary events, service tasks and decision tables.

    Conditions are tried in the order of the flows in the file: the library sorts them by the height of their targets
    in the drawing, so that moving a shape would change what happens.
    """

    PROCESS_PARSER_CLASS = _CaseProcessParser
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the library reads a class attribute
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("parallelGateway"): (GatewayParser, SafeParallelGateway),
        full_tag("inclusiveGateway"): (_InclusiveParser, SafeInclusiveGateway),
        full_tag("boundaryEvent"): (SpiffBoundaryEventParser, CaseBoundaryEvent),
        full_tag("serviceTask"): (ServiceTaskParser, CaseServiceTask),
    }

    def get_document_positions(self, root: Any) -> dict[str, Any]:
        return {}

    def get_engine(self, decision_ref: str, node: Any) -> TableUse:
        return TableUse(decision_ref)


def compile_program(files: Mapping[str, bytes], process_id: str) -> Program:
    """Return the runnable specs of `process_id` in `files` (path -> BPMN XML).

    The files must have passed `engine.publication`; the library's own exceptions come through for those that did not.
    """
    parser = CaseParser()
    for path, data in files.items():
        parser.add_bpmn_xml(etree.fromstring(data, secure_parser()), filename=path)
    spec = parser.get_spec(process_id)
    subprocess_specs = parser.get_subprocess_specs(process_id)
    for each in (spec, *subprocess_specs.values()):
        _prepare(each)
    return Program(spec, subprocess_specs)


def _prepare(spec: Any) -> None:
    spec.end.__class__ = CaseEndJoin
    for task_spec in spec.task_specs.values():
        task_spec._predict = _no_prediction
        if type(task_spec) is BoundaryEventJoin:
            task_spec.__class__ = ActivationJoin
        task_spec.__class__ = REPLACED.get(type(task_spec), type(task_spec))
        definition: Any = getattr(task_spec, "event_definition", None)
        several = getattr(definition, "event_definitions", None)
        if several is not None:
            targets = [output.name for output in task_spec.outputs]
            names = targets if len(targets) == len(several) else [f"{task_spec.name}#{i}" for i in range(len(several))]
            definition.event_definitions = [_ours(d, n) for d, n in zip(several, names, strict=True)]
        elif definition is not None:
            task_spec.event_definition = _ours(definition, task_spec.name)
        if isinstance(task_spec, LoopTask):
            # The library connects this when the children are made, so a case loaded in a fresh process never merges.
            child = spec.task_specs[task_spec.task_spec]
            if not child.completed_event.is_connected(task_spec.merge_child):
                child.completed_event.connect(task_spec.merge_child)


def _no_prediction(*_: Any, **__: Any) -> None:
    """Stands in for the library's guess at everything that may still come: `CaseTask` makes what comes next."""


def _ours(definition: Any, key: str) -> Any:
    if isinstance(definition, MessageEventDefinition):
        # Messages reach a case by its id; the library would evaluate correlation texts as Python.
        return CaseMessage(definition.name, [], definition.expression, definition.message_var)
    if not isinstance(definition, TimerEventDefinition):
        return definition
    if isinstance(definition, CycleTimerEventDefinition):
        plan = parse_timer("cycle", definition.expression)
        if isinstance(plan, IsoCycle):
            return CaseCycle(key, plan)
        return CaseTimer(key, plan)
    kind: TimerKind = "date" if isinstance(definition, TimeDateEventDefinition) else "duration"
    return CaseTimer(key, parse_timer(kind, definition.expression))
