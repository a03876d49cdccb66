"""The steps that people do, read from the diagrams in the order in which a case meets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
_REFERENCE = r"(?:section [0-9.]+|[RX]-[0-9-]+)"
_REFERENCES = re.compile(rf"\s*\({_REFERENCE}(?:, {_REFERENCE})*\)")


@dataclass(frozen=True)
class Step:
    """A user task as the diagram has it."""

    element: str
    name: str
    purpose: str
    """Its documentation without the numbers of requirements; may be empty."""
    who: str
    """In plain words: `the case owner`, `team academic`, `post head of customer service`."""


def steps_of(diagrams: Iterable[bytes]) -> tuple[Step, ...]:
    """Return the user tasks of some BPMN files: along the flow, called processes where they are called.

    What cannot be reached from a start comes last, in the order of the files. Raises ValueError for what is no XML.
    """
    roots = [_parsed(diagram) for diagram in diagrams]
    lanes = {
        (reference.text or "").strip(): lane.get("name") or ""
        for root in roots
        for lane in root.iter(f"{_BPMN}lane")
        for reference in lane.iterchildren(f"{_BPMN}flowNodeRef")
    }
    walk = _Walk(roots)
    tasks = [*walk.along_the_flow(), *(task for root in roots for task in root.iter(f"{_BPMN}userTask"))]
    found = {task.get("id") or "": task for task in reversed(tasks)}
    ordered = dict.fromkeys(task.get("id") or "" for task in tasks)
    return tuple(_step(found[element], lanes) for element in ordered)


def _parsed(diagram: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(diagram, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the diagram is not XML: {error}") from error


class _Walk:
    """Follows sequence flows, into subprocesses and called processes, visiting each element once."""

    def __init__(self, roots: list[Any]) -> None:
        self.processes = {process.get("id"): process for root in roots for process in root.iter(f"{_BPMN}process")}
        called = {call.get("calledElement") for root in roots for call in root.iter(f"{_BPMN}callActivity")}
        self.tops = [process for name, process in self.processes.items() if name not in called]
        self.seen: set[str] = set()

    def along_the_flow(self) -> Iterator[Any]:
        """Yield the user tasks."""
        for process in self.tops:
            yield from self._scope(process)

    def _scope(self, scope: Any) -> Iterator[Any]:
        nodes = {child.get("id"): child for child in scope if isinstance(child.tag, str) and child.get("id")}
        ways: dict[str, list[str]] = {}
        for node in nodes.values():
            if node.tag == f"{_BPMN}sequenceFlow":
                ways.setdefault(node.get("sourceRef"), []).append(node.get("targetRef"))
        events: dict[str, list[str]] = {}
        for name, node in nodes.items():
            if node.tag == f"{_BPMN}boundaryEvent":
                events.setdefault(node.get("attachedToRef"), []).append(name)
        waiting = [name for name, node in nodes.items() if node.tag == f"{_BPMN}startEvent"]
        while waiting:
            name = waiting.pop(0)
            if name in self.seen or name not in nodes:
                continue
            self.seen.add(name)
            yield from self._inside(nodes[name])
            waiting = [*events.get(name, ()), *ways.get(name, ()), *waiting]

    def _inside(self, node: Any) -> Iterator[Any]:
        if node.tag == f"{_BPMN}userTask":
            yield node
        elif node.tag == f"{_BPMN}subProcess":
            yield from self._scope(node)
        elif node.tag == f"{_BPMN}callActivity":
            called = node.get("calledElement")
            if called in self.processes and called not in self.seen:
                self.seen.add(called)
                yield from self._scope(self.processes[called])


def _step(task: Any, lanes: Mapping[str, str]) -> Step:
    properties = {entry.get("name"): entry.get("value") or "" for entry in task.iter(f"{_SPIFF}property")}
    return Step(
        element=task.get("id") or "",
        name=task.get("name") or task.get("id") or "",
        purpose=_REFERENCES.sub("", " ".join((task.findtext(f"{_BPMN}documentation") or "").split())),
        who=_who(properties, _lane(task, lanes)),
    )


def _lane(task: Any, lanes: Mapping[str, str]) -> str:
    """Return the lane of a task, or of the nearest subprocess around it that stands in one."""
    node = task
    while node is not None:
        if node.get("id") in lanes:
            return lanes[node.get("id")]
        node = node.getparent()
    return ""


def _who(properties: Mapping[str, str], lane: str) -> str:
    team = properties.get("team") or lane
    kind, _, value = properties.get("assign", "").partition(":")
    anybody = f"team {_words(team)}" if team else "anybody who may see the case"
    if kind == "owner":
        return (
            f"the case owner; until there is one, {anybody}" if properties.get("owns") == "true" else "the case owner"
        )
    if kind == "post":
        return f"post {_words(value)}"
    if kind == "fact":
        return f"the post that the case names as {_words(value)}"
    return anybody


def _words(code: str) -> str:
    return code.replace("_", " ")
