"""Arrows: that they connect two steps of one level, and leave only what can follow several."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node
from engine.publication.names import GATEWAYS, UNKNOWN_NODES, tag, words
from engine.publication.registry import Finding, rule


@rule(
    "flow-broken",
    "error",
    "An arrow does not connect two steps of the same level.",
    "Draw the arrow again between two steps; into and out of a subprocess it goes by the subprocess itself.",
)
def flow_broken(bundle: Bundle) -> Iterator[Finding]:
    advice = "Remove the arrow and draw it again between two steps."
    for _, scope in bundle.scopes():
        for flow in scope.flows:
            if flow.source is None or flow.target is None:
                side = "begins" if flow.source is None else "ends"
                id_ = flow.element.get("sourceRef" if flow.source is None else "targetRef") or "nothing"
                yield Finding(flow.element, f"The {words(flow.element)} {side} at {id_}, which is no step.", advice)
            elif flow.source.scope is not flow.target.scope:
                yield Finding(
                    flow.element,
                    f"The {words(flow.element)} crosses the border of a subprocess.",
                    "Let it begin and end on the same level: at the subprocess itself, or inside it.",
                )


@rule(
    "flow-twice",
    "warning",
    "Two arrows connect the same two steps.",
    "Keep one of them.",
)
def flow_twice(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        seen: set[tuple[Node, Node]] = set()
        for flow in scope.flows:
            if flow.source is None or flow.target is None:
                continue
            if (flow.source, flow.target) in seen:
                yield Finding(
                    flow.element,
                    f"A second arrow leads from the {words(flow.source.element)} to the {words(flow.target.element)}.",
                    "Keep one of the two arrows; join their conditions with or.",
                )
            seen.add((flow.source, flow.target))


@rule(
    "several-flows-out",
    "error",
    "Several arrows leave a step that is no gateway.",
    "Put a gateway behind the step, so that it is clear whether one or all of them are taken.",
)
def several_flows_out(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if len(node.outgoing) > 1 and node.tag not in GATEWAYS and node.tag not in ("startEvent", "endEvent"):
            yield Finding(
                node.element,
                f"{len(node.outgoing)} arrows leave the {words(node.element)}.",
                "Put a gateway behind it: + if all of them are taken, X if one of them is.",
            )


@rule("flow-into-start", "error", "An arrow leads into a start event or a boundary event.", "Let it end at a step.")
def flow_into_start(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag in ("startEvent", "boundaryEvent"):
            for flow in node.incoming:
                yield Finding(
                    flow.element,
                    f"An arrow leads into the {words(node.element)}, which only begins paths.",
                    "Let the arrow end at the step behind it.",
                )


@rule("flow-out-of-end", "error", "An arrow leaves an end event.", "Use a throwing event, or remove the arrow.")
def flow_out_of_end(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag == "endEvent":
            for flow in node.outgoing:
                yield Finding(
                    flow.element,
                    f"An arrow leaves the {words(node.element)}.",
                    "Use a throwing event in its place, or remove the arrow.",
                )


@rule(
    "boundary-broken",
    "error",
    "A boundary event is not attached to a step of the same level.",
    "Drop it on the border of the step again.",
)
def boundary_broken(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag == "boundaryEvent" and (node.host is None or node.host.scope is not node.scope):
            yield Finding(node.element, f"The {words(node.element)} is not attached to a step of the same level.")


@rule(
    "element-not-supported",
    "error",
    "The diagram uses an element that no process here can run.",
    "Draw it with tasks, events and gateways.",
)
def element_not_supported(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        for child in scope.element:
            if tag(child) in UNKNOWN_NODES:
                yield Finding(child, f"A {tag(child)} cannot be run.")
