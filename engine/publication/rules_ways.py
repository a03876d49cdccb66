"""The ways through a process: every step is reached, and from every step a way leads to an end."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node
from engine.publication.graph import alive, on_a_loop, paths_that_stop, traps
from engine.publication.names import HUMAN, words
from engine.publication.registry import Finding, rule

_CHOOSES = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})


@rule("no-end", "error", "A process or subprocess has no end event, so it never finishes.", "Draw an end event.")
def no_end(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            yield Finding(
                scope.element,
                f"The {words(scope.element)} has no end event, so it never finishes.",
                "Draw an end event at the end of every path.",
            )


@rule(
    "unreachable",
    "error",
    "A step can never be reached: the work it stands for would reach nobody.",
    "Draw the arrow that leads to it, or remove it.",
)
def unreachable(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        reached = alive(scope)
        for node in scope.nodes if scope.starts else ():
            if node in reached or (node.tag == "boundaryEvent" and (node.host is None or node.host not in reached)):
                continue
            if node.element.get("isForCompensation") == "true" or (node.inside and node.inside.event_triggered):
                continue
            yield Finding(node.element, f"The {words(node.element)} can never be reached from the start.")


@rule(
    "no-way-to-end",
    "error",
    "From here no end event is reached, so the case would stay open for ever.",
    "Draw the arrow to the next step or to an end event.",
)
def no_way_to_end(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            continue
        unfinished, _ = paths_that_stop(scope)
        for node in unfinished:
            if node.tag in _CHOOSES:
                continue
            yield Finding(
                node.element,
                f"After the {words(node.element)} nothing follows, and the {words(scope.element)} would never finish.",
            )
        caught = traps(scope)
        if caught:
            yield Finding(
                caught[0].element,
                f"From the {words(caught[0].element)} no way leads out of the loop to an end event.",
                "Let a gateway in the loop lead to an end event.",
            )


@rule(
    "gateway-without-arrow",
    "error",
    "No arrow leaves a gateway that chooses: the case would stop there with a failure.",
    "Draw the arrow to what follows, or an end event in place of the gateway.",
)
def gateway_without_arrow(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        reached = alive(scope)
        for node in scope.nodes:
            if node.tag in _CHOOSES and not node.outgoing and node in reached:
                yield Finding(
                    node.element, f"No arrow leaves the {words(node.element)}: a case would stop there with a failure."
                )


@rule(
    "path-just-stops",
    "warning",
    "A path stops without an end event; the rest of the process goes on.",
    "Draw an end event, so that everybody sees that the path ends here.",
)
def path_just_stops(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            continue
        _, harmless = paths_that_stop(scope)
        for node in harmless:
            if node.tag in _CHOOSES:
                continue
            yield Finding(node.element, f"The path stops after the {words(node.element)} without an end event.")


_WAITS = HUMAN | {
    "receiveTask",
    "intermediateCatchEvent",
    "eventBasedGateway",
    "callActivity",
    "subProcess",
    "transaction",
}


@rule(
    "loop-without-pause",
    "warning",
    "A loop holds only automatic steps; if its condition never changes, it never ends.",
    "Put a step of a person or a waiting event into the loop, or make sure that its condition changes.",
)
def loop_without_pause(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        loop = [node for node in scope.nodes if node.tag not in _WAITS and on_a_loop(node)]
        automatic = set(loop)
        for node in loop:
            if node in _reach_within(node, automatic):
                yield Finding(node.element, f"The loop through the {words(node.element)} holds only automatic steps.")
                break


def _reach_within(node: Node, allowed: set[Node]) -> set[Node]:
    seen: set[Node] = set()
    todo = [after for after in node.next() if after in allowed]
    while todo:
        found = todo.pop()
        if found not in seen:
            seen.add(found)
            todo.extend(after for after in found.next() if after in allowed)
    return seen
