"""Names of BPMN 2.0 (OMG formal/2011-01-03) and how the checks sort its elements."""

from __future__ import annotations

from typing import Final

from lxml import etree

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
SPIFF: Final = "http://spiffworkflow.org/bpmn/schema/1.0/core"

HUMAN: Final = frozenset({"userTask", "manualTask", "task"})
"""Steps that wait for a person (an undefined `task` does too)."""
TASKS: Final = HUMAN | {"scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask"}
SUBPROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"}
)
CONDITIONAL: Final = frozenset({"exclusiveGateway", "inclusiveGateway"})
EVENTS: Final = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
NODES: Final = ACTIVITIES | GATEWAYS | EVENTS
"""Everything that a token can stand on and that we know."""
UNKNOWN_NODES: Final = frozenset(
    {"choreographyTask", "callChoreography", "subChoreography", "implicitThrowEvent", "globalTask"}
)
"""Elements of BPMN that no process here can hold."""
LOOPS: Final = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")

_WORDS: Final = {
    "userTask": "user task",
    "manualTask": "manual task",
    "scriptTask": "script task",
    "serviceTask": "service task",
    "sendTask": "send task",
    "receiveTask": "receive task",
    "businessRuleTask": "business rule task",
    "subProcess": "subprocess",
    "adHocSubProcess": "ad-hoc subprocess",
    "callActivity": "call activity",
    "exclusiveGateway": "exclusive gateway (X)",
    "inclusiveGateway": "inclusive gateway (O)",
    "parallelGateway": "parallel gateway (+)",
    "eventBasedGateway": "event-based gateway",
    "complexGateway": "complex gateway",
    "startEvent": "start event",
    "endEvent": "end event",
    "intermediateCatchEvent": "catching event",
    "intermediateThrowEvent": "throwing event",
    "boundaryEvent": "boundary event",
    "sequenceFlow": "arrow",
    "participant": "pool",
}


def tag(element: etree._Element) -> str:
    """Return the local name of an element of BPMN, or an empty text for anything else."""
    full = element.tag
    return full[len(BPMN) + 2 :] if isinstance(full, str) and full.startswith(f"{{{BPMN}}}") else ""


def bpmn(name: str) -> str:
    """Return the full name of an element of BPMN."""
    return f"{{{BPMN}}}{name}"


def spiff(name: str) -> str:
    """Return the full name of an extension element."""
    return f"{{{SPIFF}}}{name}"


def words(element: etree._Element) -> str:
    """Return what a person calls this element: its kind, and its name; without one, where an arrow leads, or the id."""
    name = " ".join((element.get("name") or "").split())
    if name:
        return f'{kind(element)} "{name}"'
    ends = _ends(element) if tag(element) == "sequenceFlow" else None
    if ends is not None:
        return f"arrow from the {words(ends[0])} to the {words(ends[1])}"
    return f"{kind(element)} {element.get('id') or 'without an id'}"


def kind(element: etree._Element) -> str:
    """Return what a person calls elements of this kind."""
    return kind_in_words(tag(element))


def kind_in_words(name: str) -> str:
    """Return what a person calls the elements of this local name of BPMN."""
    return _WORDS.get(name, name or "element")


def _ends(arrow: etree._Element) -> tuple[etree._Element, etree._Element] | None:
    """Return the steps that an arrow connects, where they stand beside it."""
    beside = arrow.getparent()
    found = {each.get("id"): each for each in beside if tag(each) in NODES} if beside is not None else {}
    source, target = found.get(arrow.get("sourceRef")), found.get(arrow.get("targetRef"))
    return (source, target) if source is not None and target is not None else None


def text_of(element: etree._Element | None) -> str:
    """Return the text of an element as the engine reads it: what stands before any remark or element inside."""
    return "" if element is None else element.text or ""
