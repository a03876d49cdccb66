"""A process of a few words, for what looks at its arrows alone."""

from __future__ import annotations

from lxml import etree

from engine.publication.diagram import Scope, read_processes
from engine.publication.names import BPMN

_TAGS = {"X": "exclusiveGateway", "+": "parallelGateway", "O": "inclusiveGateway", "T": "task", "S": "startEvent"}


def drawn(nodes: str, flows: str, more: str = "") -> Scope:
    """Build a process: nodes as `kind:id`, flows as `a>b`."""
    body = "".join(
        f'<{_TAGS.get(kind, "endEvent")} id="{id_}"/>'
        for kind, _, id_ in (word.partition(":") for word in nodes.split())
    )
    arrows = "".join(
        f'<sequenceFlow id="f{at}" sourceRef="{pair.split(">")[0]}" targetRef="{pair.split(">")[1]}"/>'
        for at, pair in enumerate(flows.split())
    )
    root = etree.fromstring(f'<definitions xmlns="{BPMN}"><process id="p">{body}{more}{arrows}</process></definitions>')
    return read_processes(root, "a.bpmn")[0].scope
