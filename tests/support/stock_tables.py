"""One decision table in the library's own reader and evaluator, to show what it does wrong by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from tests.support.diagrams import diagram
from tests.support.dmn import decision, definitions, table

FILES = diagram(main="s=start -> d=rule table -> a=user -> e=end")


def stock_answer(*logic: Any, **given: Any) -> Mapping[str, Any]:
    """Return what the library's table puts into the data of the step behind it. Raises what the library raises.

    `logic` is what `tests.support.dmn.table` takes, in its order; `given` is the data of the case.
    """
    parser = SpiffBpmnParser()
    for name, content in FILES.items():
        parser.add_bpmn_xml(etree.fromstring(content), filename=name)
    xml = definitions(decision(table(*logic), id="table"))
    parser.add_dmn_xml(etree.fromstring(xml), filename="test.dmn")
    flow: Any = BpmnWorkflow(parser.get_spec("main"), parser.get_subprocess_specs("main"))
    flow.task_tree.data.update(given)
    flow.do_engine_steps()
    (behind,) = (task for task in flow.tasks.values() if task.task_spec.bpmn_id == "a")
    return {name: value for name, value in behind.data.items() if name not in given}
