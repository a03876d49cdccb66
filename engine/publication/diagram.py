"""A diagram as the checks see it: processes, their nodes and arrows, read from any tree without ever failing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine.publication.names import (
    ACTIVITIES,
    EVENTS,
    LOOPS,
    NODES,
    SPIFF,
    SUBPROCESSES,
    bpmn,
    spiff,
    tag,
    text_of,
)


@dataclass(eq=False)
class Flow:
    """A sequence flow (an arrow)."""

    id: str
    element: etree._Element
    source: Node | None = field(repr=False)
    target: Node | None = field(repr=False)

    @property
    def condition_element(self) -> etree._Element | None:
        """The condition, if there is one with text."""
        found = self.element.find(bpmn("conditionExpression"))
        return found if found is not None and text_of(found).strip() else None

    @property
    def condition(self) -> str:
        """The text of the condition, or an empty text."""
        return text_of(self.condition_element)


@dataclass(frozen=True, eq=False)
class Definition:
    """An event definition: what an event waits for or throws."""

    kind: str
    """`timer`, `message`, `signal`, `error`, `escalation`, `terminate`, `cancel`, `conditional`, `link`,
    `compensate`; `reference` for an eventDefinitionRef."""
    element: etree._Element
    event: etree._Element


@dataclass(eq=False)
class Node:
    """An element that a token can stand on."""

    id: str
    tag: str
    element: etree._Element
    scope: Scope = field(repr=False)
    outgoing: list[Flow] = field(default_factory=list, repr=False)
    incoming: list[Flow] = field(default_factory=list, repr=False)
    boundaries: list[Node] = field(default_factory=list, repr=False)
    """Boundary events attached to this activity."""
    host: Node | None = field(default=None, repr=False)
    """What a boundary event is attached to."""
    lanes: list[etree._Element] = field(default_factory=list)
    inside: Scope | None = field(default=None, repr=False)
    """The content of a subprocess."""

    @cached_property
    def definitions(self) -> list[Definition]:
        """The event definitions of an event; of a send or receive task the message it names."""
        found = [
            Definition(tag(child).removesuffix("EventDefinition"), child, self.element)
            for child in self.element
            if tag(child).endswith("EventDefinition")
        ]
        found += [
            Definition("reference", child, self.element)
            for child in self.element.iterchildren(bpmn("eventDefinitionRef"))
        ]
        if self.tag in ("sendTask", "receiveTask") and self.element.get("messageRef") is not None:
            found = [Definition("message", self.element, self.element)]
        return found

    @property
    def interrupting(self) -> bool:
        """Say whether a boundary event ends its host."""
        return (self.element.get("cancelActivity") or "true").lower() == "true"

    @property
    def loop(self) -> etree._Element | None:
        """The loop or multi-instance marker, if any."""
        return next((child for child in self.element if tag(child) in LOOPS), None)

    @cached_property
    def properties(self) -> dict[str, str]:
        """The extension properties: name -> value."""
        found = self.element.find(f"{bpmn('extensionElements')}/{spiff('properties')}")
        rows = found.iterchildren(spiff("property")) if found is not None else ()
        return {row.get("name") or "": row.get("value") or "" for row in rows}

    def extension(self, name: str) -> etree._Element | None:
        """Return the extension element of this name."""
        return self.element.find(f"{bpmn('extensionElements')}/{{{SPIFF}}}{name}")

    def by_arrows(self) -> Iterator[Node]:
        """Yield where the arrows lead."""
        return (flow.target for flow in self.outgoing if flow.target is not None)

    def next(self) -> Iterator[Node]:
        """Yield where a token can go from here, boundary events of this activity included."""
        yield from self.by_arrows()
        yield from self.boundaries


@dataclass(eq=False)
class Scope:
    """A process or the inside of a subprocess."""

    id: str
    element: etree._Element
    file: str
    parent: Node | None = field(repr=False)
    """The subprocess whose inside this is; None for a process."""
    nodes: list[Node] = field(default_factory=list, repr=False)
    flows: list[Flow] = field(default_factory=list, repr=False)
    scopes: list[Scope] = field(default_factory=list, repr=False)

    @property
    def event_triggered(self) -> bool:
        """Say whether this is the inside of an event subprocess."""
        return self.parent is not None and self.element.get("triggeredByEvent") == "true"

    @property
    def ad_hoc(self) -> bool:
        """Say whether this is the inside of an ad-hoc subprocess."""
        return tag(self.element) == "adHocSubProcess"

    @property
    def starts(self) -> list[Node]:
        """The start events."""
        return [node for node in self.nodes if node.tag == "startEvent"]

    @property
    def ends(self) -> list[Node]:
        """The end events."""
        return [node for node in self.nodes if node.tag == "endEvent"]

    def all(self) -> Iterator[Scope]:
        """Yield this scope and every scope inside it."""
        yield self
        for scope in self.scopes:
            yield from scope.all()

    def all_nodes(self) -> Iterator[Node]:
        """Yield the nodes of this scope and of every scope inside it."""
        for scope in self.all():
            yield from scope.nodes


@dataclass(eq=False)
class Process:
    """A process of a file."""

    scope: Scope
    executable: bool
    root: etree._Element
    """The definitions element of its file."""


def read_processes(root: etree._Element, file: str) -> list[Process]:
    """Return the processes of a tree, whatever state it is in."""
    lanes: dict[str, list[etree._Element]] = {}
    for reference in root.iter(bpmn("flowNodeRef")):
        lane = reference.getparent()
        if lane is not None:
            lanes.setdefault(text_of(reference).strip(), []).append(lane)
    return [
        Process(_read_process(element, file, lanes), (element.get("isExecutable") or "true") == "true", root)
        for element in root.iter(bpmn("process"))
    ]


def _read_process(element: etree._Element, file: str, lanes: dict[str, list[etree._Element]]) -> Scope:
    scope = _read_scope(element, file, None, lanes)
    index = {node.id: node for node in scope.all_nodes() if node.id}
    for inner in scope.all():
        for child in inner.element.iterchildren(bpmn("sequenceFlow")):
            source = index.get(child.get("sourceRef") or "")
            target = index.get(child.get("targetRef") or "")
            flow = Flow(child.get("id") or "", child, source, target)
            inner.flows.append(flow)
            if source is not None:
                source.outgoing.append(flow)
            if target is not None:
                target.incoming.append(flow)
        for node in inner.nodes:
            if node.tag == "boundaryEvent":
                host = index.get(node.element.get("attachedToRef") or "")
                if host is not None and host is not node and host.tag in ACTIVITIES:
                    node.host = host
                    host.boundaries.append(node)
    return scope


def _read_scope(
    element: etree._Element, file: str, parent: Node | None, lanes: dict[str, list[etree._Element]]
) -> Scope:
    scope = Scope(element.get("id") or "", element, file, parent)
    for child in element:
        name = tag(child)
        if name not in NODES:
            continue
        id_ = child.get("id") or ""
        node = Node(id_, name, child, scope, lanes=lanes.get(id_, []))
        scope.nodes.append(node)
        if name in SUBPROCESSES:
            node.inside = _read_scope(child, file, node, lanes)
            scope.scopes.append(node.inside)
    return scope


def is_event(node: Node) -> bool:
    """Say whether the node is an event."""
    return node.tag in EVENTS
