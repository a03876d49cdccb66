"""Events: only those that the engine really waits for, throws and catches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, is_event
from engine.publication.graph import reachable_by_arrows
from engine.publication.names import HUMAN, SUBPROCESSES, words
from engine.publication.registry import Finding, rule

_ALLOWED: Final[dict[str, frozenset[str]]] = {
    "startEvent": frozenset({"message", "signal", "timer"}),
    "endEvent": frozenset({"message", "error", "escalation", "terminate", "cancel"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation"}),
    "intermediateCatchEvent": frozenset({"message", "signal", "timer"}),
    "boundaryEvent": frozenset({"message", "signal", "timer", "error", "escalation", "cancel"}),
}
_OWN_RULE: Final = ("conditional", "link", "compensate")
_KINDS: Final = {"reference": "reference to an event definition", "compensate": "compensation"}


@rule(
    "event-not-supported",
    "error",
    "An event of this kind is silently passed over at this place.",
    "Use a kind of event that works there.",
)
def event_not_supported(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        for definition in node.definitions if is_event(node) else ():
            if definition.kind not in _ALLOWED[node.tag] and definition.kind not in _OWN_RULE:
                kind = _KINDS.get(definition.kind, definition.kind)
                allowed = ", ".join(sorted(_ALLOWED[node.tag]))
                yield Finding(
                    node.element,
                    f"The {words(node.element)} has the kind {kind}, which does not work at this place.",
                    f"Use one of: {allowed}; a signal is thrown by a throwing event before the end.",
                )


@rule(
    "event-without-definition",
    "error",
    "A catching or boundary event does not say what it waits for.",
    "Choose message, timer, signal or another kind for it.",
)
def event_without_definition(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag in ("intermediateCatchEvent", "boundaryEvent") and not node.definitions:
            yield Finding(
                node.element,
                f"The {words(node.element)} does not say what it waits for.",
                "Choose a kind for it: message, timer, signal or another.",
            )


@rule(
    "conditional-event",
    "error",
    "A conditional event sees only the data of its own step, so a change elsewhere would go unnoticed.",
    "Use a message event: the engine throws facts_changed when facts change.",
)
def conditional_event(bundle: Bundle) -> Iterator[Finding]:
    for node in bundle.events("conditional"):
        yield Finding(
            node.element,
            f"The {words(node.element)} waits for a condition, but would not see what changes elsewhere in the case.",
            "Use a message event facts_changed and an X gateway with the condition behind it.",
        )


@rule("link-event", "error", "At a link event the case would stop for ever.", "Draw an arrow in its place.")
def link_event(bundle: Bundle) -> Iterator[Finding]:
    for node in bundle.events("link"):
        yield Finding(
            node.element,
            f"The {words(node.element)} is a link event; a case would stop there for ever.",
            "Draw an arrow in place of the pair of link events.",
        )


@rule(
    "compensation",
    "error",
    "Compensation is not carried out.",
    "Draw the steps that undo the work on the path where they are needed.",
)
def compensation(bundle: Bundle) -> Iterator[Finding]:
    advice = "Draw the steps that undo the work on the path where they are needed."
    for node in bundle.events("compensate"):
        yield Finding(node.element, f"The {words(node.element)} asks for compensation, which does not happen.", advice)
    for _, node in bundle.nodes():
        if node.element.get("isForCompensation") == "true":
            yield Finding(node.element, f"The {words(node.element)} is for compensation and would never run.", advice)


@rule(
    "event-subprocess",
    "error",
    "A subprocess that an event starts is not run reliably.",
    "Use a boundary event on a subprocess around the steps it belongs to.",
)
def event_subprocess(bundle: Bundle) -> Iterator[Finding]:
    for _, process in bundle.processes():
        for scope in process.scope.all():
            if scope.event_triggered:
                yield Finding(
                    scope.element,
                    f"The {words(scope.element)} is started by an event, which is not run reliably.",
                    "Put the steps it belongs to into a subprocess, and a boundary event on that.",
                )


_WAITING: Final = HUMAN | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway", "callActivity"}


def _waits(node: Node) -> bool:
    if node.tag in SUBPROCESSES:
        return node.inside is not None and any(_waits(inner) for inner in node.inside.nodes)
    return node.tag in _WAITING


@rule(
    "outlives-its-host",
    "error",
    "Work behind a non-interrupting event can stay open after the step it belongs to, and keeps the case open.",
    "End the subprocess or process with a terminate end event behind the step, or put only automatic steps there.",
)
def outlives_its_host(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag != "boundaryEvent" or node.interrupting or node.host is None:
            continue
        waiting = [found for found in node.scope.nodes if found in reachable_by_arrows([node]) and _waits(found)]
        after = reachable_by_arrows(node.host.by_arrows())
        ends = [found for found in after if found.tag == "endEvent"]
        # On every way behind the host, not only on one of them.
        terminated = bool(ends) and all(
            any(definition.kind == "terminate" for definition in found.definitions) for found in ends
        )
        if waiting and not terminated:
            yield Finding(
                node.element,
                f"The {words(waiting[0].element)} behind the {words(node.element)} can stay open after the "
                f"{words(node.host.element)} is done, and keeps the case open.",
                f"Put the {words(node.host.element)} into a subprocess that ends with a terminate end event, "
                "or leave only automatic steps behind the event.",
            )
