"""Reads the elements of diagram files into an index, so that nothing else needs XML to speak of a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from engine.model.elements import Diagram, Element, Flow

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NODES = frozenset(
    {
        *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
        *("task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask"),
        *("businessRuleTask", "callActivity", "subProcess", "transaction"),
        *("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"),
    }
)


def secure_parser() -> etree.XMLParser:
    """Return a parser that resolves no entities, opens no network and refuses oversized trees."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=False)


def index_diagrams(files: Mapping[str, bytes]) -> Diagram:
    """Return the index of `files` (path -> BPMN XML). The same file is read once, whoever asks.

    Raises XMLSyntaxError; everything else that may be wrong with a diagram is for `engine.publication` to say.
    """
    read = [_index_file(path, data) for path, data in files.items()]
    return Diagram(
        {id_: element for each in read for id_, element in each.elements.items()},
        {id_: flow for each in read for id_, flow in each.flows.items()},
        {id_: name for each in read for id_, name in each.processes.items()},
    )


@lru_cache(maxsize=32)
def _index_file(path: str, data: bytes) -> Diagram:
    elements: dict[str, Element] = {}
    flows: dict[str, Flow] = {}
    processes: dict[str, str] = {}
    root = etree.fromstring(data, secure_parser())
    lanes = {
        (ref.text or "").strip(): lane.get("name")
        for lane in root.iter(f"{{{BPMN}}}lane")
        for ref in lane.findall(f"{{{BPMN}}}flowNodeRef")
    }
    for process in root.iter(f"{{{BPMN}}}process"):
        process_id = process.get("id", "")
        if process.get("isExecutable", "true") == "true":
            processes[process_id] = process.get("name", process_id)
        _index_scope(process, process_id, process_id, None, path, lanes, elements, flows)
    return Diagram(elements, flows, processes)


def _index_scope(
    scope: etree._Element,
    process_id: str,
    scope_id: str,
    lane: str | None,
    path: str,
    lanes: Mapping[str, str | None],
    elements: dict[str, Element],
    flows: dict[str, Flow],
) -> None:
    for node in scope:
        if not isinstance(node.tag, str):
            continue
        tag = etree.QName(node).localname
        node_id = node.get("id", "")
        if tag == "sequenceFlow":
            flows[node_id] = Flow(
                node_id, node.get("name", ""), node.get("sourceRef", ""), node.get("targetRef", ""), process_id
            )
        if tag not in NODES:
            continue
        own_lane = lanes.get(node_id) or lane
        elements[node_id] = Element(
            id=node_id,
            kind=tag,
            name=" ".join(node.get("name", node_id).split()),
            process=process_id,
            scope=scope_id,
            lane=own_lane,
            file=path,
            line=_line(node),
            documentation="\n".join((d.text or "").strip() for d in node.findall(f"{{{BPMN}}}documentation")),
            attached_to=node.get("attachedToRef"),
            interrupting=node.get("cancelActivity", "true") == "true",
            calls=node.get("calledElement"),
            properties=_named(node, "property", "name"),
            parameters=_named(node, "parameter", "id"),
            operation=next((each.get("id") for each in _extensions(node, "serviceTaskOperator")), None),
            script=node.findtext(f"{{{BPMN}}}script") or "",
        )
        if tag in ("subProcess", "transaction"):
            _index_scope(node, process_id, node_id, own_lane, path, lanes, elements, flows)


def _line(node: Any) -> int:
    line: int | None = node.sourceline
    return line or 0


def _named(node: etree._Element, tag: str, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in _extensions(node, tag):
        name = each.get(key)
        if name:
            found[name] = each.get("value", "")
    return found


def _extensions(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    for extension in node.findall(f"{{{BPMN}}}extensionElements"):
        yield from extension.iter(f"{{{SPIFF}}}{tag}")
