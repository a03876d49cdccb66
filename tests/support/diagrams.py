"""Diagrams in a few lines of text, so that a test shows the shape it is about and nothing else.

    files = diagram(main='''
        s=start -> x=xor -[n > 2]-> a=user -> e=end
        x -*-> b=user -> e
        late=beside a timer PT1H -> tell=service notify to="owner" -> told=end
    ''')

A line is a chain of nodes; a node says at its first appearance what it is (`a=user`), an arrow may carry a condition
or be the default (`-*->`). `on` attaches an interrupting, `beside` a non-interrupting boundary event. Every keyword is
a process, or the inside of the subprocess whose node names it (`p=sub inner`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

_ARROW = re.compile(r"\s-(?:\[(?P<condition>.*?)\]-|(?P<default>\*)-)?>\s")
_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "on": "boundaryEvent",
    "beside": "boundaryEvent",
    "user": "userTask",
    "manual": "manualTask",
    "step": "task",
    "script": "scriptTask",
    "service": "serviceTask",
    "rule": "businessRuleTask",
    "receive": "receiveTask",
    "send": "sendTask",
    "call": "callActivity",
    "sub": "subProcess",
    "transaction": "transaction",
    "xor": "exclusiveGateway",
    "or": "inclusiveGateway",
    "and": "parallelGateway",
    "first": "eventBasedGateway",
}


def parallel(**how: str) -> str:
    """Return the marker of a step done for several at once: `items`, `item`, `into`, `output`, `count`, `until`."""
    return _several("false", how)


def one_by_one(**how: str) -> str:
    """Return the marker of a step done for several, one after the other; the same words as `parallel`."""
    return _several("true", how)


def again(*, while_: str = "", at_most: int | None = None) -> str:
    """Return the marker of a step that is repeated."""
    most = "" if at_most is None else f' loopMaximum="{at_most}"'
    condition = f"<bpmn:loopCondition>{escape(while_)}</bpmn:loopCondition>" if while_ else ""
    return f"<bpmn:standardLoopCharacteristics{most}>{condition}</bpmn:standardLoopCharacteristics>"


def _several(sequential: str, how: Mapping[str, str]) -> str:
    lines = []
    for key, tag in (
        ("count", "loopCardinality"),
        ("items", "loopDataInputRef"),
        ("into", "loopDataOutputRef"),
        ("item", "inputDataItem"),
        ("output", "outputDataItem"),
        ("until", "completionCondition"),
    ):
        if key in how and key in ("item", "output"):
            lines.append(f"<bpmn:{tag} id={quoteattr(how[key])} name={quoteattr(how[key])}/>")
        elif key in how:
            lines.append(f"<bpmn:{tag}>{escape(how[key])}</bpmn:{tag}>")
    tag = "multiInstanceLoopCharacteristics"
    return f'<bpmn:{tag} isSequential="{sequential}">{"".join(lines)}</bpmn:{tag}>'


@dataclass
class _Node:
    id: str
    kind: str
    words: str
    """What follows the kind: an event, a called process, a script."""
    default: str = ""
    host: str = ""


@dataclass
class _Scope:
    name: str
    nodes: dict[str, _Node] = field(default_factory=dict)
    flows: list[tuple[str, str, str, str]] = field(default_factory=list)


@dataclass
class _Writer:
    scopes: Mapping[str, _Scope]
    repeat: Mapping[str, str]
    properties: Mapping[str, Mapping[str, str]]
    variables: Mapping[str, str]
    payloads: Mapping[str, str]
    declared: dict[str, str] = field(default_factory=dict)

    def body(self, scope: _Scope) -> str:
        lines = [self.node(node) for node in scope.nodes.values()]
        for flow_id, source, target, condition in scope.flows:
            inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
            lines.append(f'<bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inner}'
                         "</bpmn:sequenceFlow>")  # fmt: skip
        return "\n".join(lines)

    def node(self, node: _Node) -> str:
        tag, words = _TAGS[node.kind], node.words.strip()
        attributes, inner = f' id="{node.id}" name="{node.id}"', self.extensions(node)
        if node.default:
            attributes += f' default="{node.default}"'
        if node.host:
            attributes += f' attachedToRef="{node.host}" cancelActivity="{str(node.kind == "on").lower()}"'
        inner += self.repeat.get(node.id, "")
        if node.kind in ("start", "end", "catch", "throw", "on", "beside") and words:
            inner += self.event(words)
        elif node.kind in ("receive", "send"):
            attributes += f' messageRef="{self.declare("message", words)}"'
            inner += self.message_words(words)
        elif node.kind == "script":
            inner += f"<bpmn:script>{escape(words)}</bpmn:script>"
        elif node.kind == "call":
            attributes += f' calledElement="{words}"'
        elif node.kind in ("sub", "transaction"):
            inner += self.body(self.scopes[words])
        return f"<bpmn:{tag}{attributes}>{inner}</bpmn:{tag}>"

    def extensions(self, node: _Node) -> str:
        found = "".join(
            f"<spiffworkflow:property name={quoteattr(n)} value={quoteattr(v)}/>"
            for n, v in self.properties.get(node.id, {}).items()
        )
        found = f"<spiffworkflow:properties>{found}</spiffworkflow:properties>" if found else ""
        if node.kind == "rule":
            found += f"<spiffworkflow:calledDecisionId>{node.words.strip()}</spiffworkflow:calledDecisionId>"
        if node.kind == "service":
            operation, _, rest = node.words.strip().partition(" ")
            values = [part.partition("=") for part in rest.split(";") if part.strip()]
            parameters = "".join(
                f'<spiffworkflow:parameter id="{name.strip()}" type="str" value={quoteattr(value.strip())}/>'
                for name, _, value in values
            )
            found += (
                f'<spiffworkflow:serviceTaskOperator id="{operation}"><spiffworkflow:parameters>{parameters}'
                "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
            )
        return f"<bpmn:extensionElements>{found}</bpmn:extensionElements>" if found else ""

    def event(self, words: str) -> str:
        kind, _, rest = words.partition(" ")
        rest = rest.strip()
        if kind == "timer":
            bare = rest.strip('"')
            shape = "timeCycle" if bare.startswith("R") else "timeDate" if bare[:2].isdigit() else "timeDuration"
            text = f"<bpmn:{shape}>{escape(rest)}</bpmn:{shape}>"
            return f"<bpmn:timerEventDefinition>{text}</bpmn:timerEventDefinition>"
        if kind in ("message", "signal", "error", "escalation"):
            inner = self.message_words(rest) if kind == "message" else ""
            reference = self.declare(kind, rest)
            return f'<bpmn:{kind}EventDefinition {kind}Ref="{reference}">{inner}</bpmn:{kind}EventDefinition>'
        return f"<bpmn:{kind}EventDefinition/>"

    def message_words(self, name: str) -> str:
        found = ""
        if name in self.payloads:
            found += f"<spiffworkflow:messagePayload>{escape(self.payloads[name])}</spiffworkflow:messagePayload>"
        if name in self.variables:
            found += f"<spiffworkflow:messageVariable>{self.variables[name]}</spiffworkflow:messageVariable>"
        return f"<bpmn:extensionElements>{found}</bpmn:extensionElements>" if found else ""

    def declare(self, kind: str, name: str) -> str:
        reference = f"{kind}_{name}"
        code = f' {kind}Code="{name}"' if kind in ("error", "escalation") else ""
        self.declared[reference] = f'<bpmn:{kind} id="{reference}" name="{name}"{code}/>'
        return reference


def diagram(
    *,
    repeat: Mapping[str, str] | None = None,
    properties: Mapping[str, Mapping[str, str]] | None = None,
    variables: Mapping[str, str] | None = None,
    payloads: Mapping[str, str] | None = None,
    drawing: str = "",
    **scopes: str,
) -> dict[str, bytes]:
    """Return one file with every scope. `repeat`, `properties` by node; `variables`, `payloads` by message name.

    The first scope is the process to start. Raises ValueError for a line that cannot be read.
    """
    read = {name: _read(name, text) for name, text in scopes.items()}
    inner = {n.words.strip() for s in read.values() for n in s.nodes.values() if n.kind in ("sub", "transaction")}
    writer = _Writer(read, repeat or {}, properties or {}, variables or {}, payloads or {})
    bodies = [
        f'<bpmn:process id="{name}" name="{name}" isExecutable="true">\n{writer.body(scope)}\n</bpmn:process>'
        for name, scope in read.items()
        if name not in inner
    ]
    text = "\n".join([*writer.declared.values(), *bodies, drawing])
    whole = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:spiffworkflow="{SPIFF}" '
        f'id="definitions" targetNamespace="urn:test">\n{text}\n</bpmn:definitions>\n'
    )
    return {"test.bpmn": whole.encode()}


def _read(name: str, text: str) -> _Scope:
    scope = _Scope(name)
    for line in text.splitlines():
        if line.strip():
            _read_line(scope, f" {line.strip()} ")
    return scope


def _read_line(scope: _Scope, line: str) -> None:
    at, source, condition, default = 0, "", "", False
    for match in [*_ARROW.finditer(line), None]:
        piece = line[at : match.start() if match else len(line)].strip()
        target = _node(scope, piece)
        if source:
            flow = f"f{len(scope.flows) + 1}_{scope.name}"
            scope.flows.append((flow, source, target, condition))
            if default:
                scope.nodes[source].default = flow
        if match:
            at, source = match.end(), target
            condition, default = match["condition"] or "", match["default"] is not None


def _node(scope: _Scope, piece: str) -> str:
    name, sign, words = piece.partition("=")
    if not sign:
        if piece not in scope.nodes:
            raise ValueError(f"{piece} has not been said yet")
        return piece
    kind, _, rest = words.partition(" ")
    if kind not in _TAGS or not name.strip().isidentifier():
        raise ValueError(f"cannot be read: {piece}")
    node = _Node(name.strip(), kind, rest)
    if kind in ("on", "beside"):
        node.host, _, node.words = rest.strip().partition(" ")
    scope.nodes[node.id] = node
    return node.id
