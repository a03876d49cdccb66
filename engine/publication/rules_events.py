"""Events: only those that the engine really waits for, throws and catches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope, is_event
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


def _of_kind(bundle: Bundle, kind: str) -> Iterator[Node]:
    for _, node in bundle.nodes():
        if any(definition.kind == kind for definition in node.definitions):
            yield node


@rule(
    "conditional-event",
    "error",
    "A conditional event sees only the data of its own step, so a change elsewhere would go unnoticed.",
    "Use a message event: the engine throws facts_changed when facts change.",
)
def conditional_event(bundle: Bundle) -> Iterator[Finding]:
    for node in _of_kind(bundle, "conditional"):
        yield Finding(
            node.element,
            f"The {words(node.element)} waits for a condition, but would not see what changes elsewhere in the case.",
            "Use a message event facts_changed and an X gateway with the condition behind it.",
        )


@rule("link-event", "error", "At a link event the case would stop for ever.", "Draw an arrow in its place.")
def link_event(bundle: Bundle) -> Iterator[Finding]:
    for node in _of_kind(bundle, "link"):
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
    for node in _of_kind(bundle, "compensate"):
        yield Finding(node.element, f"The {words(node.element)} asks for compensation, which does not happen.", advice)
    for _, node in bundle.nodes():
        if node.element.get("isForCompensation") == "true":
            yield Finding(node.element, f"The {words(node.element)} is for compensation and would never run.", advice)


@rule(
    "cancel-outside-transaction",
    "error",
    "Cancelling works only inside and on the border of a transaction.",
    "Use an error event, or make the subprocess a transaction.",
)
def cancel_outside_transaction(bundle: Bundle) -> Iterator[Finding]:
    for node in _of_kind(bundle, "cancel"):
        place = node.host if node.tag == "boundaryEvent" else node.scope.parent
        if place is None or place.tag != "transaction":
            yield Finding(
                node.element,
                f"The {words(node.element)} cancels, but stands outside a transaction.",
                "Use an error event, or make the subprocess a transaction.",
            )


def _codes(bundle: Bundle, kind: str, node: Node) -> list[str | None]:
    """Return the codes of the errors or escalations an event names; None for any."""
    found: list[str | None] = []
    for document in bundle.documents:
        if document.root is node.element.getroottree().getroot():
            declared = document.declared(kind)
            for definition in node.definitions:
                if definition.kind == kind:
                    named = declared.get(definition.element.get(f"{kind}Ref") or "")
                    found.append(named.get(f"{kind}Code") if named is not None else None)
    return found


def _caught(bundle: Bundle, kind: str, thrown: Node) -> bool:
    codes = _codes(bundle, kind, thrown)
    scope: Scope = thrown.scope
    while scope.parent is not None:
        for event in scope.parent.boundaries:
            for code in _codes(bundle, kind, event):
                if code is None or code in codes:
                    return True
        scope = scope.parent.scope
    return False


@rule(
    "error-not-caught",
    "error",
    "An error is thrown that nothing catches, so the case goes on as if all were well.",
    "Put an error boundary event with the same code on the subprocess.",
)
def error_not_caught(bundle: Bundle) -> Iterator[Finding]:
    for node in _of_kind(bundle, "error"):
        if node.tag == "endEvent" and node.scope.parent is not None and not _caught(bundle, "error", node):
            yield Finding(
                node.element,
                f"The error of the {words(node.element)} is not caught: the case goes on as if all were well.",
                f"Put an error boundary event with the same code on the {words(node.scope.parent.element)}.",
            )


@rule(
    "escalation-not-caught",
    "warning",
    "An escalation is thrown that nothing catches.",
    "Put an escalation boundary event with the same code on the subprocess.",
)
def escalation_not_caught(bundle: Bundle) -> Iterator[Finding]:
    for node in _of_kind(bundle, "escalation"):
        throws = node.tag in ("endEvent", "intermediateThrowEvent")
        if throws and node.scope.parent is not None and not _caught(bundle, "escalation", node):
            yield Finding(
                node.element,
                f"Nothing catches the escalation of the {words(node.element)}.",
                f"Put an escalation boundary event with the same code on the {words(node.scope.parent.element)}.",
            )


@rule(
    "boundary-never-fires",
    "warning",
    "A boundary event waits for an error that its step cannot throw.",
    "Remove it, or throw the error inside a subprocess.",
)
def boundary_never_fires(bundle: Bundle) -> Iterator[Finding]:
    for node in _of_kind(bundle, "error"):
        host = node.host
        if node.tag == "boundaryEvent" and host is not None and host.tag in HUMAN | {"scriptTask", "receiveTask"}:
            yield Finding(
                node.element,
                f"The {words(host.element)} throws no errors, so the {words(node.element)} never fires.",
                "Remove it, or let the person choose in the form and an X gateway decide.",
            )


@rule(
    "error-must-interrupt",
    "error",
    "An error or cancel event on a border always ends its step; it cannot be non-interrupting.",
    "Make it interrupting, or use an escalation event.",
)
def error_must_interrupt(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        kinds = {definition.kind for definition in node.definitions}
        if node.tag == "boundaryEvent" and not node.interrupting and kinds & {"error", "cancel"}:
            yield Finding(
                node.element,
                f"The {words(node.element)} is non-interrupting, which errors cannot be.",
                "Make it interrupting, or use an escalation event.",
            )


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
        after = reachable_by_arrows([flow.target for flow in node.host.outgoing if flow.target is not None])
        terminated = any(
            found.tag == "endEvent" and any(definition.kind == "terminate" for definition in found.definitions)
            for found in after
        )
        if waiting and not terminated:
            yield Finding(
                node.element,
                f"The {words(waiting[0].element)} behind the {words(node.element)} can stay open after the "
                f"{words(node.host.element)} is done, and keeps the case open.",
                f"Put the {words(node.host.element)} into a subprocess that ends with a terminate end event, "
                "or leave only automatic steps behind the event.",
            )
