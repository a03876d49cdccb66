"""The shape of a process: where it begins and ends, and that every step has a way to both."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope
from engine.publication.graph import alive, on_a_loop, paths_that_stop, traps
from engine.publication.names import HUMAN, words
from engine.publication.registry import Finding, rule

_CHOOSES = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})


def _title(scope: Scope) -> str:
    return f"The {words(scope.element)}"


@rule("no-start", "error", "A process or subprocess has no start event.", "Draw a start event before the first step.")
def no_start(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.starts:
            yield Finding(
                scope.element, f"{_title(scope)} has no start event.", "Draw a start event before the first step."
            )


@rule(
    "several-starts",
    "error",
    "There are several plain start events, which would all begin at once.",
    "Keep one plain start event, and let a gateway choose.",
)
def several_starts(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        plain = [start for start in scope.starts if not start.definitions]
        extra = plain[1:] or (scope.starts[1:] if scope.parent is not None else [])
        for start in extra:
            yield Finding(
                start.element,
                f"{_title(scope)} has a second start event; both would begin at once.",
                "Keep one start event, and let a gateway behind it choose.",
            )


@rule(
    "start-waits",
    "warning",
    "A new case does nothing until a message, a signal or a time arrives.",
    "Use a plain start event if the case should begin at once.",
)
def start_waits(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if scope.parent is None and scope.starts and all(start.definitions for start in scope.starts):
            yield Finding(
                scope.starts[0].element,
                f"{_title(scope)} waits for an event before its first step.",
                "Use a plain start event if a case should begin at once.",
            )


@rule(
    "start-never-used",
    "warning",
    "A start event is never used, because a plain one beside it begins at once.",
    "Remove one of the two.",
)
def start_never_used(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if scope.parent is None and any(not start.definitions for start in scope.starts):
            for start in scope.starts:
                if start.definitions:
                    yield Finding(
                        start.element,
                        f"The {words(start.element)} is never used: the plain start event begins at once.",
                        "Remove one of the two start events.",
                    )


@rule(
    "subprocess-start-waits",
    "error",
    "A subprocess begins with an event that it would wait for.",
    "Use a plain start event in the subprocess and a catching event after it.",
)
def subprocess_start_waits(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if scope.parent is not None:
            for start in scope.starts:
                if start.definitions:
                    yield Finding(
                        start.element,
                        f"{_title(scope)} begins with an event that nothing starts.",
                        "Use a plain start event in the subprocess and a catching event after it.",
                    )


@rule("no-end", "error", "A process or subprocess has no end event, so it never finishes.", "Draw an end event.")
def no_end(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            yield Finding(
                scope.element,
                f"{_title(scope)} has no end event, so it never finishes.",
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
            yield Finding(
                node.element,
                f"The {words(node.element)} can never be reached from the start.",
                "Draw the arrow that leads to it, or remove it.",
            )


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
                "Draw the arrow to the next step or to an end event.",
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
                    node.element,
                    f"No arrow leaves the {words(node.element)}: a case would stop there with a failure.",
                    "Draw the arrow to what follows, or an end event in place of the gateway.",
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
            yield Finding(
                node.element,
                f"The path stops after the {words(node.element)} without an end event.",
                "Draw an end event, so that everybody sees that the path ends here.",
            )


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
                yield Finding(
                    node.element,
                    f"The loop through the {words(node.element)} holds only automatic steps.",
                    "Put a step of a person or a waiting event into the loop, or make sure that its condition changes.",
                )
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
